"""The downloads, each read back by a parser that knows nothing of this project."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from catalogue.derive.training import pre_training
from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.schema.technique import Language
from helpers import commit_all, context_of
from render.exports import export_files
from render.pages.use_and_extend import _QUERY as QUERY

ADDRESS = "https://example.org/study/"
ATOM = "{http://www.w3.org/2005/Atom}"


def made(catalogue: Catalogue) -> Mapping[str, bytes]:
    return export_files({language: context_of(catalogue, language) for language in Language}, ADDRESS)


@pytest.fixture(scope="module")
def downloads(catalogue: Catalogue) -> Mapping[str, bytes]:
    """Every download of the real catalogue."""
    return made(catalogue)


@pytest.fixture(scope="module")
def database(downloads: Mapping[str, bytes]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(downloads["data/catalogue.sqlite"])
    return connection


def text(downloads: Mapping[str, bytes], name: str) -> str:
    return downloads[f"data/{name}"].decode()


def rows(downloads: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(downloads, name))))


def test_the_json_fits_its_own_schema(downloads: Mapping[str, bytes]) -> None:
    schema = json.loads(text(downloads, "catalogue.schema.json"))
    Draft202012Validator.check_schema(schema)

    def fits(validator: Draft202012Validator, path: str, data: Mapping[str, object]) -> None:
        assert [(path, list(e.absolute_path), e.message) for e in validator.iter_errors(data)] == []
        assert data["schema"] == schema["$id"] == f"{ADDRESS}data/catalogue.schema.json"
        assert data["version"] == schema["version"]

    shapes = dict(zip(("models", "model", "technique"), schema["anyOf"], strict=True))
    # Told apart, for a message that says where.
    validators = {key: Draft202012Validator({"$defs": schema["$defs"], **shape}) for key, shape in shapes.items()}
    whole = json.loads(text(downloads, "catalogue.json"))
    alone: dict[str, list[object]] = {"model": [], "technique": []}
    for path in downloads:
        if path.startswith(("data/models/", "data/techniques/")) and path.endswith(".json"):
            data = json.loads(text(downloads, path.removeprefix("data/")))
            (kind,) = alone.keys() & data.keys()
            alone[kind].append(data[kind])
            fits(validators[kind], path, data)
    # What stands in the files of one entry each is in the file of all of them too, held against the same part of the schema.
    for kind, listed in alone.items():
        assert shapes["models"]["properties"][f"{kind}s"]["items"] == shapes[kind]["properties"][kind]
        assert whole[f"{kind}s"] == listed
    first = {f"{kind}s": listed[:1] for kind, listed in alone.items()}
    fits(validators["models"], "data/catalogue.json", whole | first)


def test_the_database_holds_the_tables(downloads: Mapping[str, bytes], database: sqlite3.Connection) -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'revision'"
    names = [name for (name,) in database.execute(query)]
    assert [f"data/{name}.csv" for name in names] == [
        path for path in downloads if path.endswith(".csv") and path.count("/") == 1
    ]
    for name in names:
        (count,) = database.execute(f'SELECT count(*) FROM "{name}"').fetchone()
        assert count == len(rows(downloads, f"{name}.csv"))
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    keyed = [name for name in names if any(key for *_, key in database.execute(f'PRAGMA table_info("{name}")'))]
    assert {"models", "variants", "stages", "techniques", "references"} <= set(keyed)


def test_the_first_query_of_the_page_works(database: sqlite3.Connection, catalogue: Catalogue) -> None:
    found = database.execute(QUERY).fetchall()
    released = [day for _, day, *_ in found if day]
    assert released == sorted(released)
    flagships = map(catalogue.flagship, catalogue.models.values())
    assert {name for name, *_ in found} >= {entry.variant.name for entry in flagships if pre_training(entry)}


@pytest.mark.parametrize("suffix", ["", ".zh"])
@pytest.mark.parametrize("name", ["releases", "corrections"])
def test_a_feed_names_every_release_or_correction_once(
    downloads: Mapping[str, bytes], catalogue: Catalogue, name: str, suffix: str
) -> None:
    feed = ElementTree.fromstring(text(downloads, f"{name}{suffix}.atom"))
    entries = feed.findall(f"{ATOM}entry")
    days = [entry.findtext(f"{ATOM}updated", "") for entry in entries]
    if name == "releases":
        assert {m.name for m in catalogue.models.values()} <= {entry.findtext(f"{ATOM}title") for entry in entries}
    else:
        assert len(entries) == len(catalogue.corrections) > 0
        assert {day[:10] for day in days} == {row.date.first_day for row in catalogue.corrections}
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)
    assert days == sorted(days, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == days[0]
    assert all(feed.find(f"{ATOM}{required}") is not None for required in ("id", "title", "updated", "author"))
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == f"{ADDRESS}data/{name}{suffix}.atom"


@pytest.mark.parametrize("suffix", ["", ".zh"])
def test_the_calendar_has_releases_and_ends(downloads: Mapping[str, bytes], catalogue: Catalogue, suffix: str) -> None:
    from icalendar import Calendar  # here, as it takes long to import and each worker reads this file

    content = text(downloads, f"releases{suffix}.ics")
    assert all(len(line.encode()) <= 75 for line in content.split("\r\n"))
    events = {str(event["summary"]): event for event in Calendar.from_ical(content).walk("VEVENT")}
    assert {model.name for model in catalogue.models.values()} <= set(events)
    for name in catalogue.api_names:
        if name.until is not None and name.until.value is not None and name.until.value.is_day:
            (event,) = (event for title, event in events.items() if title.startswith(f"{name.name} "))
            assert event["dtstart"].dt == date.fromisoformat(name.until.value.text)


@pytest.mark.parametrize("name", ["cards.txt", "cards.zh.txt"])
def test_anki_imports_the_cards_and_brings_them_up_to_date(
    downloads: Mapping[str, bytes], catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    from anki.collection import Collection, ImportCsvRequest  # half a second for each worker

    text = downloads[f"data/{name}"].decode()
    file = tmp_path / name
    collection = Collection(str(tmp_path / "collection.anki2"))
    try:
        for content in (text, text.replace("\tterm\n", " Qzrevised.\tterm\n", 1)):
            file.write_text(content, encoding="utf-8")
            metadata = collection.get_csv_metadata(path=str(file), delimiter=None)
            collection.import_csv(ImportCsvRequest(path=str(file), metadata=metadata))
        assert len(collection.find_notes("tag:term")) == len(catalogue.glossary.terms)
        assert len(collection.find_notes("tag:technique")) == len(catalogue.techniques)
        assert len(collection.find_notes("tag:problem")) >= 80
        assert len(collection.find_notes("Qzrevised")) == 1
    finally:
        collection.close()


def test_the_data_package_describes_every_column_of_every_table(downloads: Mapping[str, bytes]) -> None:
    package = json.loads(text(downloads, "datapackage.json"))
    numbers = {"integer": re.compile(r"-?\d+").fullmatch, "number": re.compile(r"-?[\d.]+([eE][+-]?\d+)?").fullmatch}
    assert {resource["path"] for resource in package["resources"]} == {
        path.removeprefix("data/") for path in downloads if path.endswith(".csv") and path.count("/") == 1
    }
    for resource in package["resources"]:
        content = downloads[f"data/{resource['path']}"]
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        table = rows(downloads, resource["path"])
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == list(table[0])
        assert [field["name"] for field in fields if len(field["description"]) < 5] == []
        for field in fields:
            if is_number := numbers.get(field["type"]):
                assert [row for row in table if row[field["name"]] and not is_number(row[field["name"]])] == []
        key = resource["schema"].get("primaryKey", [])
        assert not key or len({tuple(row[name] for name in key) for row in table}) == len(table)


def test_downloads_say_of_which_day_and_revision_the_data_is(
    valid: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From git where there is one, or from the environment; the digest is of the data alone."""
    data = valid

    def said() -> dict[str, str]:
        found = made(load_catalogue(data))
        revision = json.loads(text(found, "catalogue.json"))["revision"]
        assert json.loads(text(found, "datapackage.json"))["revision"] == {"date": "", "commit": "", **revision}
        with sqlite3.connect(":memory:") as database:
            database.deserialize(found["data/catalogue.sqlite"])
            row = database.execute('SELECT "date", "commit", "digest" FROM "revision"').fetchone()
        assert row == (revision.get("date"), revision.get("commit"), revision["digest"])
        return dict(revision)

    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    alone = said()
    assert set(alone) == {"digest"}
    monkeypatch.setenv("DATA_REVISION", "2026-11-29 1a2b3c4")
    assert said() == {"date": "2026-11-29", "commit": "1a2b3c4", **alone}
    monkeypatch.delenv("DATA_REVISION")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_DATE", "2025-07-01T12:00:00Z")
    commit_all(data)
    committed = said()
    assert committed["date"] == "2025-07-01"
    assert committed["digest"] == alone["digest"]
    corrections = data / "corrections.yaml"
    corrections.write_text(corrections.read_text(encoding="utf-8").replace('was: "7"', 'was: "9"'), encoding="utf-8")
    changed = said()
    assert changed["commit"] == committed["commit"] + "+changes"
    assert changed["digest"] != alone["digest"]

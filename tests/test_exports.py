"""The downloads, each read back by a parser that knows nothing of this project."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string

from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.schema.technique import Language
from helpers import commit_all, context_of, edit
from render.exports import export_files
from render.exports.reference_files import page_citation

ADDRESS = "https://example.org/study/"
ATOM = "{http://www.w3.org/2005/Atom}"


def made(catalogue: Catalogue) -> Mapping[str, bytes]:
    return export_files({language: context_of(catalogue, language) for language in Language}, ADDRESS)


@pytest.fixture(scope="module")
def downloads(catalogue: Catalogue) -> Mapping[str, bytes]:
    """Every download of the real catalogue."""
    return made(catalogue)


def text(downloads: Mapping[str, bytes], name: str) -> str:
    return downloads[f"data/{name}"].decode()


def rows(downloads: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(downloads, name))))


def test_what_stands_in_the_file_of_one_entry_stands_in_the_whole_too(downloads: Mapping[str, bytes]) -> None:
    whole = json.loads(text(downloads, "catalogue.json"))
    for kind in ("model", "technique"):
        for record in whole[f"{kind}s"]:
            assert json.loads(text(downloads, f"{kind}s/{record['id']}.json"))[kind] == record


def test_json_and_tables_have_the_same_facts(downloads: Mapping[str, bytes]) -> None:
    table = {row["variant"]: row for row in rows(downloads, "variants.csv")}
    for model in json.loads(text(downloads, "catalogue.json"))["models"]:
        for variant in model["variants"]:
            for id_, column in (
                ("total.published", "total"),
                ("total.recomputed", "total_recomputed"),
                ("tokens", "tokens"),
            ):
                fact, cell = variant["facts"].get(id_, {}), table[variant["id"]][column]
                assert str(fact.get("value", "")) == cell, (variant["id"], id_)
                assert not cell or fact.keys() & {"source", "basis"}


@pytest.mark.parametrize("suffix", ["", ".zh"])
@pytest.mark.parametrize("name", ["releases", "techniques", "corrections"])
def test_a_feed_names_every_release_or_correction_once(
    downloads: Mapping[str, bytes], catalogue: Catalogue, name: str, suffix: str
) -> None:
    feed = ElementTree.fromstring(text(downloads, f"{name}{suffix}.atom"))
    entries = feed.findall(f"{ATOM}entry")
    days = [entry.findtext(f"{ATOM}updated", "") for entry in entries]
    titles = {entry.findtext(f"{ATOM}title") for entry in entries}
    if name == "releases":
        assert {m.name for m in catalogue.models.values()} <= titles
    if name in ("releases", "techniques"):
        dated = [each.introduced for each in catalogue.techniques.values() if each.introduced.date.value]
        assert len(titles) >= sum(bool(introduced.by_deepseek) for introduced in dated) > 0
    else:
        assert len(entries) == len(catalogue.corrections) > 0
        assert {day[:10] for day in days} == {row.date.first_day for row in catalogue.corrections}
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)
    assert days == sorted(days, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == days[0]
    assert all(feed.find(f"{ATOM}{required}") is not None for required in ("id", "title", "updated", "author"))
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == f"{ADDRESS}data/{name}{suffix}.atom"


def test_the_feed_of_a_model_has_its_checkpoints_and_what_was_wrong_on_its_page(
    downloads: Mapping[str, bytes], catalogue: Catalogue
) -> None:
    for model in catalogue.models.values():
        feed = ElementTree.fromstring(text(downloads, f"models/{model.id}.atom"))
        titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
        assert model.name in titles
        assert len(titles) > sum(row.entry == model.id for row in catalogue.corrections)


def test_references_are_the_same_in_three_formats(downloads: Mapping[str, bytes], catalogue: Catalogue) -> None:
    csl = {item["id"]: item for item in json.loads(text(downloads, "references.csl.json"))}
    ris = [dict(_ris_fields(record)) for record in text(downloads, "references.ris").split("ER  - ")[:-1]]
    assert csl.keys() == {record["ID"] for record in ris} == catalogue.references.keys()
    for record in ris:
        item = csl[record["ID"]]
        assert (record["TI"], record.get("UR")) == (item["title"], item.get("URL"))
        name = item["author"][-1] if "author" in item else {"literal": record.get("AU", "")}
        assert record.get("AU", "") == name.get("literal", f"{name.get('family')}, {name.get('given')}")


@pytest.mark.parametrize("language", list(Language))
def test_a_page_is_cited_the_same_in_two_formats(catalogue: Catalogue, language: Language) -> None:
    cited = page_citation(context_of(catalogue, language), ADDRESS, "Deep & wide", "models/a/")
    (entry,) = parse_string(cited.bibtex).entries
    ris = dict(_ris_fields(cited.ris.replace("\n", "\r\n")))
    for tag, field in {"TI": "title", "AU": "author", "PY": "year", "N1": "note", "UR": "url"}.items():
        assert entry[field].strip("{}") == ris[tag] != ""
    assert ris["UR"] == f"{ADDRESS}models/a/" in cited.line


def _ris_fields(record: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, record.split("\r\n")):
        tag, sign, value = line.partition("  - ")
        assert len(tag) == len(sign) - 2 == 2, line
        yield tag, value


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


def test_every_column_of_every_table_is_described(downloads: Mapping[str, bytes]) -> None:
    described = {(row["table"], row["column"]) for row in rows(downloads, "columns.csv") if len(row["description"]) > 4}
    tables = [Path(path).stem for path in downloads if path.endswith(".csv") and path.count("/") == 1]
    assert described == {
        (name, column) for name in tables if name != "columns" for column in rows(downloads, f"{name}.csv")[0]
    }


def test_croissant_describes_every_file_and_column_as_they_are(downloads: Mapping[str, bytes]) -> None:
    """As the specification asks: digests are those of the files, and each value can be read as the type of its column."""
    read_as = {"sc:Text": str, "sc:Integer": int, "sc:Float": float, "sc:Date": date.fromisoformat}
    said = json.loads(text(downloads, "croissant.json"))
    for file in said["distribution"]:
        assert file["contentUrl"] == f"{ADDRESS}data/{file['@id']}"
        assert file["sha256"] == sha256(downloads[f"data/{file['@id']}"]).hexdigest()
    described = {file["@id"] for file in said["distribution"]}
    assert {path for path in downloads if path.endswith((".csv", "catalogue.json")) and path.count("/") == 1} == {
        f"data/{name}" for name in described if name.endswith((".csv", "catalogue.json"))
    }
    for table in said["recordSet"]:
        written = rows(downloads, f"{table['name']}.csv")
        columns = [(field["source"]["extract"]["column"], field["dataType"]) for field in table["field"]]
        assert [name for name, _ in columns] == list(written[0])
        for row in written:
            for name, type_ in columns:
                assert not row[name] or read_as[type_](row[name]) is not None
        if "key" in table:
            key = table["key"]["@id"].removeprefix(f"{table['name']}/")
            assert len({row[key] for row in written}) == len(written)
    assert {"models", "variants", "techniques"} <= {table["name"] for table in said["recordSet"] if "key" in table}


def test_the_data_of_a_release_stays_readable_beside_the_next(
    downloads: Mapping[str, bytes], catalogue: Catalogue
) -> None:
    (kept,) = (path for path in downloads if path.startswith("data/releases/"))
    stated = catalogue.revision.commit or catalogue.revision.digest
    assert stated in kept, "a citation names it"
    with zipfile.ZipFile(io.BytesIO(downloads[kept])) as archive:
        for name in ("data/catalogue.json", "data/variants.csv", "data/references.bib"):
            assert archive.read(name) == downloads[name]


def test_downloads_say_of_which_day_and_revision_the_data_is(
    valid: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From git where there is one, or from the environment; the digest is of the data alone."""
    data = valid

    def said() -> dict[str, str]:
        files = made(load_catalogue(data))
        first, second = (json.loads(text(files, name))["revision"] for name in ("catalogue.json", "answers.json"))
        assert first == second
        return dict(first)

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
    edit(data / "corrections.yaml", ('was: "7"', 'was: "9"'))
    changed = said()
    assert changed["commit"] == committed["commit"] + "+changes"
    assert changed["digest"] != alone["digest"]

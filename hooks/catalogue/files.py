"""The files that make up the catalogue: their texts, and the entries of all of them as one list in order of date.

An entry stands in data/models.yaml under `models:`, or alone in data/models/<id>.yaml with its keys at the left
edge. Nothing is listed twice: a file that is there belongs to the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from os.path import lexists
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from . import strict_yaml
from .data_files import DATA_FILES, ENDING, MODELS, OPTIONAL, REFERENCES, SCHEMA_ENDING, schema_file
from .findings import CatalogueError, Finding, Path, dotted_path, nearest_in_quotes
from .located import Located
from .plain_text import Unreadable, list_folder, text_of

ENTRIES = "models"
T = TypeVar("T")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def read_texts(data: FilePath, names: Iterable[str] | None = None) -> dict[str, str]:
    """The text of each file by its name in `data`, or of those `names` that are there.

    Raises CatalogueError that names each one that cannot be read, and with all names those that nobody would read.
    """
    wanted = _file_names(data) if names is None else [name for name in names if lexists(data / name)]
    found, findings = {}, [] if names is not None else [*_missing_files(data), *_unknown_files(data)]
    for name in wanted:
        try:
            found[name] = text_of(data / name, f"{data.name}/{name}")
        except Unreadable as error:
            findings.append(error.finding)
    if findings:
        raise CatalogueError(findings)
    return found


def read_generated(data: FilePath, name: str, shape: type[T], command: str) -> T | None:
    """What the JSON file holds that `command` writes; None where it is not there. Raises CatalogueError."""
    text = read_texts(data, (name,)).get(name)
    try:
        return None if text is None else TypeAdapter(shape).validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        where = dotted_path(tuple(found["loc"]))
        problem = Finding(
            f"{data.name}/{name}", 1, where, found["msg"], f"`{command}` writes this file", fix="run it again"
        )
        raise CatalogueError([problem]) from None


def _file_names(data: FilePath) -> list[str]:
    """The files of the catalogue in `data`, and those that have to be there."""
    there = [name for name, file in DATA_FILES.items() if file.absent is None or lexists(data / name)]
    entries = [path.name for path in list_folder(data / ENTRIES) if path.suffix == ENDING]
    return [*there, REFERENCES, *(f"{ENTRIES}/{name}" for name in entries)]


def _missing_files(data: FilePath) -> Iterator[Finding]:
    """Files that need not be there and whose schema is: the project has them, and a site without would look whole."""
    schemas = {name: schema_file(name) for name in OPTIONAL} | {ENTRIES: f"model{SCHEMA_ENDING}"}
    for name, schema in schemas.items():
        if (data / schema).exists() and not lexists(data / name):
            found = f"is not there, and its schema is, {schema}"
            yield Finding(f"{data.name}/{name}", 1, "", found, fix="put it back, or take the schema out too")
    if lexists(data / ENTRIES) and not (data / ENTRIES).is_dir():
        found = "is no folder"
        yield Finding(
            f"{data.name}/{ENTRIES}", 1, "", found, "it holds the files of entries", fix="put the folder back"
        )


def _unknown_files(data: FilePath) -> Iterator[Finding]:
    """What looks like a file of the catalogue and is none, so that nothing that it says would be in the site."""
    known = (*DATA_FILES, REFERENCES)
    for path in list_folder(data):
        if path.suffix.lower() in (ENDING, ".yml", ".bib") and path.name not in known:
            close = nearest_in_quotes(path.name, (name for name in known if not lexists(data / name)))
            allowed = "the catalogue is made up of " + ", ".join(f"`{name}`" for name in known)
            fix = f"rename it, put an entry into {data.name}/{ENTRIES}/, or take it out"
            yield Finding(f"{data.name}/{path.name}", 1, "", "is not read", allowed, close, fix)
    for path in list_folder(data / ENTRIES):
        name = f"{data.name}/{ENTRIES}/{path.name}"
        if path.suffix == ENDING:
            continue  # read as an entry
        if path.suffix.lower() in (ENDING, ".yml"):
            yield Finding(name, 1, "", "is not read", f"the files of entries end in `{ENDING}`", fix="rename it")
        else:
            found = "is a folder, in which nothing is read" if path.is_dir() else "is not read"
            allowed = f"here stand the files of entries, which end in `{ENDING}`"
            yield Finding(name, 1, "", found, allowed, fix="rename it, or put it elsewhere")


def merged_models(texts: Mapping[str, str], folder: str) -> Located:
    """All entries as if they stood under `models:` of one file, the oldest first, each with its own file and lines."""
    whole = strict_yaml.read_yaml(texts[MODELS], f"{folder}/{MODELS}")
    parts = [
        strict_yaml.read_yaml(text, f"{folder}/{name}", (ENTRIES, 0))
        for name, text in texts.items()
        if name.startswith(f"{ENTRIES}/")
    ]
    findings = [finding for part in (whole, *parts) for finding in part.findings]
    for part in parts:
        findings += _not_one_entry(part)
    listed = whole.data.get(ENTRIES, []) if isinstance(whole.data, Mapping) else None
    if not isinstance(listed, list):
        whole.findings = findings
        return whole
    places = [(whole, index) for index in range(len(listed))]
    places += [(part, 0) for part in parts if part.data is not None and not _not_one_entry(part)]
    places.sort(key=lambda place: _first_day(place[0].data[ENTRIES][place[1]]))
    merged = _merged_entries(whole, places, findings)
    merged.partial = len(places) < len(listed) + len(parts)
    return merged


def _merged_entries(whole: Located, places: list[tuple[Located, int]], findings: list[Finding]) -> Located:
    """The entries at `places` in that order, with what stands beside them in `whole`."""
    new = {(id(part), index): position for position, (part, index) in enumerate(places)}
    lines = {path: line for path, line in whole.lines.items() if path[:1] != (ENTRIES,) or len(path) == 1}
    for part in {id(part): part for part, _ in places}.values():
        for path, line in part.lines.items():
            if len(path) > 1 and path[0] == ENTRIES:
                lines[ENTRIES, new[id(part), int(path[1])], *path[2:]] = line
    entries = [part.data[ENTRIES][index] for part, index in places]
    own: dict[Path, str] = {
        (ENTRIES, position): part.file for position, (part, _) in enumerate(places) if part is not whole
    }
    return Located(whole.file, {**whole.data, ENTRIES: entries}, lines, findings, own)


def _not_one_entry(part: Located) -> list[Finding]:
    """What is wrong with a file of an entry that holds a list, or an entry on a second level."""
    entry = part.data[ENTRIES][0] if part.data is not None else {}
    if isinstance(entry, Mapping) and ENTRIES not in entry:
        return []
    found = "a key `models`" if isinstance(entry, Mapping) else "a list" if isinstance(entry, list) else "a text"
    return [
        Finding(
            part.file,
            part.line((ENTRIES, 0)),
            "",
            f"found {found}",
            "a file of an entry has the entry's keys (`id`, `name`, …) at the left edge",
            fix="take out `models:` and the hyphen, and move the lines to the left",
        )
    ]


def _first_day(entry: Any) -> str:
    """The earliest day that an entry's dates allow, before anything is checked; empty where there is none."""
    dates = entry.get("dates") if isinstance(entry, Mapping) else None
    if not isinstance(dates, Mapping):
        return ""
    values = [value.get("value") if isinstance(value, Mapping) else value for value in dates.values()]
    days = [value for value in values if isinstance(value, str) and _DATE.fullmatch(value)]
    return min((day if len(day) == len("2024-01-01") else f"{day}-01" for day in days), default="")

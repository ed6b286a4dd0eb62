"""The files of the catalogue: listed with their schemas, read and merged.

An entry stands in data/models.yaml under `models:`, or alone in data/models/<id>.yaml with its keys at the left edge. A
file that is there belongs to the catalogue; one that is a pipe, a device or no text is a finding.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from . import strict_yaml
from .findings import CatalogueError, Finding, KeyPath, dotted_path, nearest_in_quotes
from .schema.documents import ContemporariesFile, CopiesFile, DocumentsFile
from .schema.model import ModelsFile
from .schema.setting import SettingsFile
from .schema.study import (
    AliasesFile,
    AskedFile,
    CorrectionsFile,
    ExperimentsFile,
    ProblemsFile,
    QuestionsFile,
    StudyFile,
)
from .schema.technique import TechniquesFile, TermsFile
from .schema.values import Record
from .strict_yaml import Located

LARGEST_FILE = 4 << 20  # bytes of one file; the largest has a tenth of it
_PUT_BACK = "put the file back, saved as UTF-8"


class Unreadable(Exception):
    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


def read_text(path: Path, name: str) -> str:
    """Raises Unreadable; messages call the file by its `name`."""
    try:
        about = path.stat()
        if not path.is_file():
            raise Unreadable(Finding(name, 1, "", "cannot be read: it is no file", fix=_PUT_BACK))
        if about.st_size > LARGEST_FILE:
            found = f"is larger than {LARGEST_FILE >> 20} MiB, so something in it is not meant to be there"
            raise Unreadable(Finding(name, 1, "", found, fix="put the file back, or split it"))
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(Finding(name, 1, "", f"cannot be read: {error.strerror}", fix=_PUT_BACK)) from None
    except UnicodeDecodeError as error:
        line, byte = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start]
        raise Unreadable(Finding(name, line, "", f"is not UTF-8 text: the byte {byte:#04x}", fix=_PUT_BACK)) from None


def list_folder(folder: Path) -> Iterator[Path]:
    """In order, without hidden files and backups; empty where there is no folder."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if not (path.name.startswith(".") or path.name.endswith("~")):
                yield path


def read_pages(folder: Path) -> dict[str, str]:
    """Texts by path, without a byte order mark."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8-sig") for path in find_pages(folder)}


def find_pages(folder: Path) -> list[Path]:
    """Pages of the folder and its subfolders; links to folders are not followed."""
    found = []
    for path in list_folder(folder):
        if path.suffix == ".md":
            found.append(path)
        elif path.is_dir() and not path.is_symlink():
            found += find_pages(path)
    return sorted(found)


MODELS, TECHNIQUES, REFERENCES = "models.yaml", "techniques.yaml", "references.bib"
COPIES, TERMS, STUDY, CORRECTIONS = "copies.yaml", "terms.yaml", "study.yaml", "corrections.yaml"
PROBLEMS, DOCUMENTS, ALIASES = "problems.yaml", "documents.yaml", "aliases.yaml"
QUESTIONS, ASKED = "questions.yaml", "asked.yaml"
CONTEMPORARIES, ELSEWHERE = "contemporaries.yaml", "elsewhere.json"
EXPERIMENTS = "experiments.yaml"
SETTINGS = "settings.yaml"
ENDING, SCHEMA_ENDING = ".yaml", ".schema.json"


@dataclass(frozen=True)
class DataFile:
    schema: type[Record]
    absent: str | None = None  # the text that stands in for a missing file; None where it is required
    cites: bool = False  # whether values have sources, inherited from the blocks around them


DATA_FILES: dict[str, DataFile] = {
    MODELS: DataFile(ModelsFile, cites=True),
    TECHNIQUES: DataFile(TechniquesFile, cites=True),
    CORRECTIONS: DataFile(CorrectionsFile, "corrections: []", cites=True),
    COPIES: DataFile(CopiesFile, "copies: {}"),
    TERMS: DataFile(TermsFile, "terms: []", cites=True),
    STUDY: DataFile(StudyFile, "guides: []"),
    PROBLEMS: DataFile(ProblemsFile, "problems: []"),
    EXPERIMENTS: DataFile(ExperimentsFile, "experiments: []", cites=True),
    DOCUMENTS: DataFile(DocumentsFile, "documents: {}"),
    ALIASES: DataFile(AliasesFile, "aliases: {}"),
    QUESTIONS: DataFile(QuestionsFile, "questions: []"),
    ASKED: DataFile(AskedFile, "facts: {}"),
    SETTINGS: DataFile(SettingsFile, "words: {}", cites=True),
    CONTEMPORARIES: DataFile(ContemporariesFile, "contemporaries: []", cites=True),
}
OPTIONAL = tuple(name for name, file in DATA_FILES.items() if file.absent is not None)


def schema_file(name: str) -> str:
    return name.removesuffix(ENDING) + SCHEMA_ENDING


ENTRIES = "models"
T = TypeVar("T")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def read_texts(data: Path, names: Iterable[str] | None = None) -> dict[str, str]:
    """Raises CatalogueError with every file that is unreadable and, without `names`, missing or unknown."""
    wanted = _file_names(data) if names is None else [name for name in names if lexists(data / name)]
    found, findings = {}, [] if names is not None else [*_missing_files(data), *_unknown_files(data)]
    for name in wanted:
        try:
            found[name] = read_text(data / name, f"{data.name}/{name}")
        except Unreadable as error:
            findings.append(error.finding)
    if findings:
        raise CatalogueError(findings)
    return found


def read_generated(data: Path, name: str, shape: type[T], command: str) -> T | None:
    """The JSON file that `command` writes; None where it is missing. Raises CatalogueError."""
    text = read_texts(data, (name,)).get(name)
    try:
        return None if text is None else TypeAdapter(shape).validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        where = dotted_path(tuple(found["loc"]))
        allowed = f"`{command}` writes this file"
        raise CatalogueError([Finding(f"{data.name}/{name}", 1, where, found["msg"], allowed)]) from None


def _file_names(data: Path) -> list[str]:
    there = [name for name, file in DATA_FILES.items() if file.absent is None or lexists(data / name)]
    entries = [path.name for path in list_folder(data / ENTRIES) if path.suffix == ENDING]
    return [*there, REFERENCES, *(f"{ENTRIES}/{name}" for name in entries)]


def _missing_files(data: Path) -> Iterator[Finding]:
    """Optional files whose schema is there: without them the site would look whole."""
    schemas = {name: schema_file(name) for name in OPTIONAL} | {ENTRIES: f"model{SCHEMA_ENDING}"}
    for name, schema in schemas.items():
        if (data / schema).exists() and not lexists(data / name):
            found = f"is not there, and its schema is, {schema}"
            yield Finding(f"{data.name}/{name}", 1, "", found, fix="put it back, or take the schema out too")
    if lexists(data / ENTRIES) and not (data / ENTRIES).is_dir():
        yield Finding(f"{data.name}/{ENTRIES}", 1, "", "is no folder", "it holds the files of entries")


def _unknown_files(data: Path) -> Iterator[Finding]:
    """Files that look like the catalogue's and would not be read."""
    known = (*DATA_FILES, REFERENCES)
    for path in list_folder(data):
        if path.suffix.lower() in (ENDING, ".yml", ".bib") and path.name not in known:
            close = nearest_in_quotes(path.name, (name for name in known if not lexists(data / name)))
            fix = f"rename it, put an entry into {data.name}/{ENTRIES}/, or take it out"
            yield Finding(f"{data.name}/{path.name}", 1, "", "is not read", nearest=close, fix=fix)
    for path in list_folder(data / ENTRIES):
        if path.suffix != ENDING:
            name, allowed = f"{data.name}/{ENTRIES}/{path.name}", f"the files of entries end in `{ENDING}`"
            yield Finding(name, 1, "", "is not read", allowed, fix="rename it, or put it elsewhere")


def merged_models(texts: Mapping[str, str], folder: str) -> Located:
    """As if under `models:` of one file, oldest first, each entry with its own file and lines."""
    whole = strict_yaml.read_yaml(texts[MODELS], f"{folder}/{MODELS}")
    parts = [
        strict_yaml.read_yaml(text, f"{folder}/{name}", (ENTRIES, 0))
        for name, text in texts.items()
        if name.startswith(f"{ENTRIES}/")
    ]
    findings = [finding for part in (whole, *parts) for finding in part.findings]
    findings += [finding for part in parts for finding in _not_one_entry(part)]
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
    entries = [part.data[ENTRIES][index] for part, index in places]
    data = {**whole.data, ENTRIES: entries}
    lines = dict(whole.lines)
    for part, _ in places:
        lines |= part.lines
    lines[id(data)] = {ENTRIES: whole.first_line, **whole.lines[id(whole.data)]}
    lines[id(entries)] = dict(enumerate(part.line_of((ENTRIES, index)) for part, index in places))
    own: dict[KeyPath, str] = {(ENTRIES, at): part.file for at, (part, _) in enumerate(places) if part is not whole}
    return Located(whole.file, data, lines, whole.first_line, findings, own)


def _not_one_entry(part: Located) -> list[Finding]:
    """A file of an entry that holds a list, a text, or `models:`."""
    entry = part.data[ENTRIES][0] if part.data is not None else {}
    if isinstance(entry, Mapping) and ENTRIES not in entry:
        return []
    found = "a key `models`" if isinstance(entry, Mapping) else "a list" if isinstance(entry, list) else "a text"
    allowed = "a file of an entry has the entry's keys (`id`, `name`, …) at the left edge"
    return [Finding(part.file, part.line_of((ENTRIES, 0)), "", f"found {found}", allowed)]


def _first_day(entry: Any) -> str:
    dates = entry.get("dates") if isinstance(entry, Mapping) else None
    if not isinstance(dates, Mapping):
        return ""
    values = [value.get("value") if isinstance(value, Mapping) else value for value in dates.values()]
    days = [value for value in values if isinstance(value, str) and _DATE.fullmatch(value)]
    return min((day if len(day) == len("2024-01-01") else f"{day}-01" for day in days), default="")

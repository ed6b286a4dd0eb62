"""What was not read in the original, and what rests on it: the list that whoever updates the catalogue works through.

Three kinds: documents that could not be opened (`unread:` in documents.yaml), documents that were read in somebody's copy
(copies.yaml, or ` via ` behind a source), and texts that say of themselves that something could not be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath

from . import files, places
from .findings import CatalogueError
from .load import draft_of
from .located import Located
from .rules.draft import Draft
from .rules.sources import cited_places, typed_source
from .schema.values import Source, Text

_CONFESSED = re.compile(
    r"\b(?:could|can) ?not (?:be )?(?:read|opened|open|had|seen)\b|\bcannot be opened\b", re.IGNORECASE
)
_SHOWN = 3  # places named of each document


def unread_report(data: FilePath) -> str:
    """The list, as lines to print. Raises CatalogueError where a file cannot be read."""
    data = data.resolve()
    draft, findings = draft_of(data.name, files.read_texts(data))
    if findings:
        raise CatalogueError(findings)
    parts = (
        ("Documents that could not be opened, with the values that rest on them", list(_unopened_documents(draft))),
        ("Documents that were read in a copy", list(_copied_documents(draft))),
        ("Texts that say that something could not be read", list(_texts_that_admit_it(draft))),
    )
    return "\n\n".join("\n".join((f"{title}: {len(lines)}", *lines)) for title, lines in parts)


def _unopened_documents(draft: Draft) -> Iterator[str]:
    of = [(item.key, places.document_of(item.locus), place) for item, place in _cited_sources(draft)]
    for key, documents in draft.documents.documents.items():
        for name, document in documents.items():
            if document.unread is not None:
                resting = [place for cited, called, place in of if (cited, called) == (key, places.document_of(name))]
                yield f"  {key} {name}: {document.unread.en} {_count_and_first(resting)}"


def _copied_documents(draft: Draft) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for item, place in _cited_sources(draft):
        if item.via is not None:
            found.setdefault((item.key, item.via.key), []).append(place)
    for (key, copy), resting in sorted(found.items(), key=lambda line: (-len(line[1]), line[0])):
        yield f"  {key}, in {copy}: {_count_and_first(resting)}"


def _texts_that_admit_it(draft: Draft) -> Iterator[str]:
    for file, path, text in draft.of(Text):
        if _CONFESSED.search(text.en):
            yield f"  {_place_text(file, path)}: {' '.join(text.en.split())}"


def _cited_sources(draft: Draft) -> Iterator[tuple[Source, str]]:
    """Each source of a value, and where it is typed."""
    for file, path, item in cited_places(draft):
        yield item, _place_text(file, typed_source(file, path))


def _place_text(file: Located, path: tuple[str | int, ...]) -> str:
    finding = file.finding(path, "")
    return f"{finding.file}:{finding.line}"


def _count_and_first(resting: Iterable[str]) -> str:
    """How many values, and where the first of them stand."""
    where = list(resting)
    lines = list(dict.fromkeys(where))
    more = ", …" if len(lines) > _SHOWN else ""
    return f"{len(where)} ({', '.join(lines[:_SHOWN])}{more})" if where else "0"

"""A source leads to the spot: what stands behind its key is a place, and a heading that it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import places
from ..findings import Finding, Path, nearest_in_quotes
from ..schema.documents import PAPER, Document
from ..schema.values import Source
from .draft import Draft
from .registry import Scope, rule
from .sources import cited_places, typed_source

_ALLOWED = (
    "allowed are a section or heading (`§4.2`, `README §License`), a table, figure, equation, appendix or page; "
    "a data file, or a program with a name or line in it; a commit, an issue or a field of a listing"
)

_JOINED = re.compile(r"[,;] ?([a-z0-9][a-z0-9.-]*)(?= |$)")
_NUMBERED = (
    ("sections", re.compile(r"^§(\d+)", re.ASCII), 12),
    ("tables", re.compile(r"\bTables? (\d+)", re.ASCII), 60),
    ("figures", re.compile(r"\b(?:Figures?|Fig\.) (\d+)", re.ASCII), 60),
)
_SHORT = re.compile(r"([A-Za-z]+)\.?\s*(\d[\w.]*)", re.ASCII)
_PLACES = {
    **dict.fromkeys(("section", "sec", "sect", "chapter"), "§"),
    **dict.fromkeys(("tab", "tbl"), "Table "),
    "fig": "Figure ",
    **dict.fromkeys(("equation", "eqn"), "eq. "),
    "appx": "App. ",
}


@rule(Scope.ENTRY)
def places_are_places(draft: Draft) -> Iterator[Finding]:
    """A place is a section, table, figure, equation, page, file, commit or named heading; a document alone only where documents.yaml says that it is short, or cannot be opened."""
    for file, path, item in cited_places(draft):
        if item.locus and not places.locator_forms(item.locus):
            known = _known_document(draft, item)
            if known is None or known.headings:
                yield file.finding(
                    typed_source(file, path),
                    f"`{item.locus}` names a document, not a place in it",
                    _ALLOWED,
                    _as_it_is_written(item.locus),
                    "name the heading under which it stands"
                    + (f", one of {_listed_headings(known.headings)}" if known else "")
                    + f"; a document of one screen is listed in {draft.documents_located.file}",
                )


@rule(Scope.ENTRY)
def sources_are_separated(draft: Draft) -> Iterator[Finding]:
    """Several sources are separated by a semicolon and a space: behind a comma, the second would be a part of the first one's place."""
    for file, path, item in cited_places(draft):
        for key in _JOINED.findall(item.locus):
            if key in draft.references:
                yield file.finding(
                    typed_source(file, path),
                    f"`{key}`, which is a reference, in the place of `{item.key}`",
                    "several sources are separated by `; `",
                    fix=f"write `; {key}` and its place",
                )


@rule(Scope.ENTRY)
def numbered_places_are_there(draft: Draft) -> Iterator[Finding]:
    """A section, table or figure that a source names by its number is not beyond the last one: that of documents.yaml, or what any paper has."""
    for file, path, item in cited_places(draft):
        if item.key not in draft.references or not draft.references[item.key].eprint:
            continue
        listed = draft.documents.documents.get(item.key, {}).get(PAPER)
        for kind, pattern, most in _NUMBERED:
            last = (getattr(listed, kind) if listed else None) or most
            for number in pattern.findall(item.locus):
                if int(number) > last:
                    yield file.finding(
                        typed_source(file, path),
                        f"`{item.locus}`, but the last of the {kind} of `{item.key}` is {last}"
                        if listed
                        else f"`{item.locus}`: {number} {kind} are more than a paper has",
                        f"a number up to {last}",
                        fix=f"correct the place, or the number of {kind} in {draft.documents_located.file}",
                    )


def _as_it_is_written(locus: str) -> str:
    """`§4.2` for `Section 4.2`, `Table 1` for `Tab. 1`; empty where it is not clear."""
    match = _SHORT.fullmatch(locus)
    whole = _PLACES.get(match[1].lower(), "") + match[2] if match else ""
    return f"`{whole}`" if match and places.locator_forms(whole) else ""


@rule(Scope.ENTRY)
def headings_are_there(draft: Draft) -> Iterator[Finding]:
    """A heading that a source names is one of those that documents.yaml lists for the document, unless it names an older version by its commit."""
    for file, path, item in cited_places(draft):
        known = _known_document(draft, item)
        if known is not None and known.headings and not places.is_dated(item.locus):
            for heading in places.named_headings(item.locus):
                if not any(places.is_heading(heading, listed) for listed in known.headings):
                    yield file.finding(
                        typed_source(file, path),
                        f"no heading `{heading}` in `{places.document_of(item.locus)}` of `{item.key}`",
                        f"allowed are {_listed_headings(known.headings)}",
                        nearest_in_quotes(heading, known.headings),
                        f"correct the heading, or add it in {draft.documents_located.file}",
                    )


@rule(Scope.CATALOGUE)
def documents_say_one_thing(draft: Draft) -> Iterator[Finding]:
    """A document in documents.yaml has its headings, or the reason why it may be cited without one: `short` or `unread`."""
    for key, documents in draft.documents.documents.items():
        for name, document in documents.items():
            said = [field for field in ("headings", "short", "unread") if getattr(document, field)]
            if name == PAPER and not said:
                continue
            if len(said) != 1:
                yield draft.documents_located.finding(
                    ("documents", key, name),
                    f"{' and '.join(f'`{field}`' for field in said) or 'nothing'} is said of this document",
                    "exactly one of `headings`, `short` and `unread`",
                    fix="keep the one that is right" if said else "say which headings it has, or why none is named",
                )


@rule(Scope.CATALOGUE)
def documents_are_cited(draft: Draft) -> Iterator[Finding]:
    """Every document in documents.yaml belongs to a reference and is cited: one with headings by its name or one of them, another without a place."""
    found = {
        (item.key, places.document_of(item.locus), not places.locator_forms(item.locus))
        for _, _, item in cited_places(draft)
    }
    for key, documents in draft.documents.documents.items():
        if key not in draft.references:
            yield draft.documents_located.finding(
                ("documents", key),
                f"`{key}` is not a reference",
                f"allowed are the keys of {draft.references_file}",
                nearest_in_quotes(key, draft.references),
                "correct the key, or add the entry to the bibliography",
            )
            continue
        for name, document in documents.items():
            if name == PAPER:
                continue
            cited = {bare for of, called, bare in found if (of, called) == (key, places.document_of(name))}
            if not cited or (True not in cited and not document.headings):
                path: Path = ("documents", key, name)
                yield draft.documents_located.finding(
                    path,
                    "no source names this document" + ("" if document.headings else " without a place in it"),
                    "documents that a source of a value names",
                    fix="correct the name, or take the line out",
                )


def _known_document(draft: Draft, item: Source) -> Document | None:
    """What documents.yaml says of the document that a source names."""
    name = places.document_of(item.locus)
    listed = draft.documents.documents.get(item.key, {})
    return next((document for called, document in listed.items() if places.document_of(called) == name), None)


def _listed_headings(headings: tuple[str, ...]) -> str:
    return ", ".join(f"`{heading}`" for heading in headings)

"""Every value names its source, every source is a reference, every reference is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from .. import references
from ..files import COPIES, DOCUMENTS
from ..findings import Finding, KeyPath, nearest_in_quotes
from ..schema.documents import EVERYWHERE, PAPER, Document, each_line
from ..schema.model import ApiPointer, Change, Claim, Evaluation, Lineage, TechniqueUse
from ..schema.study import Correction
from ..schema.technique import Formula
from ..schema.values import ARXIV_ADDRESS, Absence, Remark, Single, Source, Sources, Stated
from ..strict_yaml import Located
from .draft import Draft, Scope, rule

_STATEMENTS = (ApiPointer, Remark, Claim, Lineage, Change, TechniqueUse, Evaluation, Formula, Correction)


@rule(Scope.ENTRY)
def every_value_has_a_source(draft: Draft) -> Iterator[Finding]:
    """Every value has a source, its own or that of a block around it; only what is unknown or not applicable needs none."""
    for file, path, value in draft.each_record(Single, *_STATEMENTS):
        if value.source is not None or (isinstance(value, Single) and _needs_no_source(value)):
            continue
        if isinstance(value, Single):
            allowed = "each value or a block around it has `source: key locus`"
            yield file.finding(path, "a value without a source", allowed, fix="add `source:` to the value or its block")
        else:
            fix = "add `source:` to it or to the block around it"
            yield file.finding(path, "a statement without a source", "`source: key locus`", fix=fix)


@rule(Scope.ENTRY)
def sources_name_a_place(draft: Draft) -> Iterator[Finding]:
    """A source of a value or a statement names the place in the document; of one that is not published, the document may be all that was looked through."""
    for file, path, item in cited_places(draft):
        if not item.locus and not ARXIV_ADDRESS.fullmatch(item.key):  # an address is told of by itself
            yield file.finding(
                typed_source(file, path),
                f"`{item.key}` without a place",
                "`key place`, with a section, table, figure or equation, or a file and what is in it",
                fix="write where it stands, such as `§4.2`, `Table 2` or `config.json`",
            )


def cited_places(draft: Draft) -> Iterator[tuple[Located, KeyPath, Source]]:
    """Each source of a value that is not absent, with the path of the value."""
    for file, path, value in draft.each_record(Single, *_STATEMENTS):
        if value.source is not None and (not isinstance(value, Single) or value.value is not None):
            for item in value.source.items:
                yield file, path, item


def typed_source(file: Located, path: KeyPath) -> KeyPath:
    """Path of the source that holds at `path`: there, or in the closest block around it."""
    around = next((path[:n] for n in range(len(path), -1, -1) if file.has_path((*path[:n], "source"))), None)
    return path if around is None else (*around, "source")


def _needs_no_source(value: Single[Any]) -> bool:
    by_variant = isinstance(value, Stated) and value.by_variant
    return bool(by_variant) or value.absence in (Absence.UNKNOWN, Absence.NOT_APPLICABLE)


def _unknown_reference(draft: Draft, file: Located, path: KeyPath, key: str) -> Iterator[Finding]:
    if key not in draft.references:
        yield file.finding(
            path,
            f"`{key}` is not a reference",
            f"allowed are the keys of {draft.references_file}",
            nearest_in_quotes(key, draft.references),
            "correct the key, or add the entry to the bibliography",
        )


@rule(Scope.ENTRY)
def references_resolve(draft: Draft) -> Iterator[Finding]:
    """Every source and every `reference` is a key of references.bib."""
    for file, path, value in _citing_places(draft):
        if not file.has_path(path):  # handed down from a block, where it is reported
            continue
        for key in _cited_keys(value, typed=True):
            if address := ARXIV_ADDRESS.fullmatch(key):
                known = [reference.key for reference in draft.references.values() if reference.eprint == address[1]]
                yield file.finding(
                    path,
                    f"the address `{key}` in place of a reference",
                    f"allowed are the keys of {draft.references_file}",
                    fix=f"write `{known[0]}`, and the place behind it"
                    if known
                    else "add the paper to the bibliography, and write its key",
                )
            else:
                yield from _unknown_reference(draft, file, path, key)


@rule(Scope.CATALOGUE)
def references_are_cited(draft: Draft) -> Iterator[Finding]:
    """Every entry of references.bib is cited somewhere in the catalogue."""
    cited = {key for _, _, value in _citing_places(draft) for key in _cited_keys(value)}
    for key, reference in draft.references.items():
        if key not in cited:
            found, allowed, fix = "nobody cites this entry", "every entry is cited", "cite it, or take it out"
            yield Finding(draft.references_file, reference.line, key, found, allowed, fix=fix)


def _citing_places(draft: Draft) -> Iterator[tuple[Located, KeyPath, Any]]:
    return chain(draft.each_record(Sources), draft.each_record(str))


def _source_keys(source: Source, typed: bool = False) -> list[str]:
    """`typed` leaves out what copies.yaml filled in."""
    return [source.key, *(_source_keys(source.via) if source.via and not (typed and source.tabled) else [])]


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
_SECTION = re.compile(r"(?<![^\s,])§(\d+(?:\.\d+)*)", re.ASCII)
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
        if item.locus and not references.locator_forms(item.locus):
            known = _known_document(draft, item)
            if known is None or known.headings:
                yield file.finding(
                    typed_source(file, path),
                    f"`{item.locus}` names a document, not a place in it",
                    _ALLOWED,
                    _as_it_is_written(item.locus),
                    "name the heading under which it stands"
                    + (f", one of {_listed_headings(known.headings)}" if known else "")
                    + f"; a document of one screen is listed in {draft.located[DOCUMENTS].file}",
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
    """A section, table or figure that a source names by its number is one that documents.yaml lists for the paper; of another paper, not more than any has."""
    for file, path, item in cited_places(draft):
        listed = draft.documents.documents.get(item.key, {}).get(PAPER)
        if item.key not in draft.references or not (listed or draft.references[item.key].eprint):
            continue
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
                        fix=f"correct the place, or the number of {kind} in {draft.located[DOCUMENTS].file}",
                    )
        outline = (listed.outline or "").split() if listed else []
        for number in _SECTION.findall(item.locus) if outline and _is_in_the_paper(item.locus) else ():
            if number not in outline:
                yield file.finding(
                    typed_source(file, path),
                    f"`{item.locus}`, but `{item.key}` has no section {number}",
                    f"allowed are {', '.join(_sections_beside(number, outline))}",
                    fix=f"correct the place, or the outline in {draft.located[DOCUMENTS].file}",
                )


def _is_in_the_paper(locus: str) -> bool:
    """`§3.1` or `v2 §3.1`, not in a program or a card beside it."""
    return re.match(r"(?:arXiv )?(?:v\d+ )?§", locus) is not None


def _sections_beside(number: str, outline: list[str]) -> list[str]:
    """Of the same parent; where there is none, those of the first level."""
    parent = number.rpartition(".")[0]
    if parent in outline:
        return [known for known in outline if known == parent or known.startswith(f"{parent}.")]
    return [known for known in outline if "." not in known]


def _as_it_is_written(locus: str) -> str:
    """`§4.2` for `Section 4.2`, `Table 1` for `Tab. 1`; empty where it is not clear."""
    match = _SHORT.fullmatch(locus)
    whole = _PLACES.get(match[1].lower(), "") + match[2] if match else ""
    return f"`{whole}`" if match and references.locator_forms(whole) else ""


@rule(Scope.ENTRY)
def headings_are_there(draft: Draft) -> Iterator[Finding]:
    """A heading that a source names is one of those that documents.yaml lists for the document, unless it names an older version by its commit."""
    for file, path, item in cited_places(draft):
        known = _known_document(draft, item)
        if known is not None and known.headings and not references.is_dated(item.locus):
            for heading in references.named_headings(item.locus):
                if not any(references.is_heading(heading, listed) for listed in known.headings):
                    yield file.finding(
                        typed_source(file, path),
                        f"no heading `{heading}` in `{references.document_of(item.locus)}` of `{item.key}`",
                        f"allowed are {_listed_headings(known.headings)}",
                        nearest_in_quotes(heading, known.headings),
                        f"correct the heading, or add it in {draft.located[DOCUMENTS].file}",
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
                yield draft.located[DOCUMENTS].finding(
                    ("documents", key, name),
                    f"{' and '.join(f'`{field}`' for field in said) or 'nothing'} is said of this document",
                    "exactly one of `headings`, `short` and `unread`",
                    fix="keep the one that is right" if said else "say which headings it has, or why none is named",
                )


def _cited_keys(value: Sources | str, typed: bool = False) -> list[str]:
    if not isinstance(value, Sources):
        return [value]
    return [key for source in value.items for key in _source_keys(source, typed)]


@rule(Scope.CATALOGUE)
def documents_are_cited(draft: Draft) -> Iterator[Finding]:
    """Every document in documents.yaml belongs to a reference and is cited: one with headings by its name or one of them, another without a place."""
    file = draft.located[DOCUMENTS]
    found = {
        (item.key, references.document_of(item.locus), not references.locator_forms(item.locus))
        for _, _, item in cited_places(draft)
    }
    for key, documents in draft.documents.documents.items():
        yield from _unknown_reference(draft, file, ("documents", key), key)
        for name, document in documents.items() if key in draft.references else ():
            if name == PAPER:
                continue
            cited = {bare for of, called, bare in found if (of, called) == (key, references.document_of(name))}
            if not cited or (True not in cited and not document.headings):
                yield file.finding(
                    ("documents", key, name),
                    "no source names this document" + ("" if document.headings else " without a place in it"),
                    "documents that a source of a value names",
                    fix="correct the name, or take the line out",
                )


def _known_document(draft: Draft, item: Source) -> Document | None:
    name = references.document_of(item.locus)
    listed = draft.documents.documents.get(item.key, {})
    return next((document for called, document in listed.items() if references.document_of(called) == name), None)


def _listed_headings(headings: tuple[str, ...]) -> str:
    return ", ".join(f"`{heading}`" for heading in headings)


@rule(Scope.ENTRY)
def copies_resolve(draft: Draft) -> Iterator[Finding]:
    """Every document and every copy in copies.yaml is a key of references.bib."""
    for key, place, copy in each_line(draft.copies_file):
        path, via = _copy_path(draft, key, place), copy.via.key if copy.via else key
        name = key if key not in draft.references else via
        yield from _unknown_reference(draft, draft.located[COPIES], path, name)


@rule(Scope.CATALOGUE)
def copies_are_marked(draft: Draft) -> Iterator[Finding]:
    """What stands behind `via` is a copy: an entry of references.bib with `keywords = {copy}`."""
    behind = {item.via.key for item in _all_sources(draft) if item.via is not None}
    for key in sorted(behind & draft.references.keys()):
        if not draft.references[key].copy:
            yield Finding(
                draft.references_file,
                draft.references[key].line,
                key,
                "read as a copy, without the mark of one",
                "what stands behind `via` has `keywords = {copy}`",
                fix="add the field, or cite the entry itself",
            )


@rule(Scope.CATALOGUE)
def copies_are_used(draft: Draft) -> Iterator[Finding]:
    """Every line of copies.yaml says of something that is cited where it was read."""
    cited = [(item.via, draft.copies.find_copy(item.key, item.locus)) for item in _all_sources(draft)]
    used = {line for via, line in cited if line and (via is None or via == draft.copies.lines[line])}
    for key, place, _ in each_line(draft.copies_file):
        if (key, place) not in used and key in draft.references:
            yield draft.located[COPIES].finding(
                _copy_path(draft, key, place),
                f"no source names {'this document' if place == EVERYWHERE else 'this place'} without a `via` of its own",
                "lines that say of something cited where it was read",
                fix="correct the place, or take the line out",
            )


@rule(Scope.ENTRY)
def via_differs_from_the_table(draft: Draft) -> Iterator[Finding]:
    """A `via` stands only where one value was read elsewhere than copies.yaml says."""
    for file, path, value in draft.each_record(Sources):
        if file.has_path(path):
            for item in value.items:
                line = draft.copies.find_copy(item.key, item.locus)
                if item.via is not None and not item.tabled and line and draft.copies.lines[line] == item.via:
                    yield file.finding(
                        path,
                        f"`via {item.via.key} {item.via.locus}".strip() + f"`, which {draft.located[COPIES].file} says",
                        "a `via` only where the value was read elsewhere",
                        fix="take ` via …` out",
                    )


def _all_sources(draft: Draft) -> Iterator[Source]:
    for _, _, value in draft.each_record(Sources):
        yield from value.items


def _copy_path(draft: Draft, key: str, place: str) -> KeyPath:
    whole: KeyPath = ("copies", key)
    return whole if place == EVERYWHERE and not draft.located[COPIES].has_path((*whole, place)) else (*whole, place)

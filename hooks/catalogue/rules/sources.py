"""Every value names its source, every source is a reference, every reference is used."""

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
from .draft import Breach, Draft, Scope, rule, unknown_name

_STATEMENTS = (ApiPointer, Remark, Claim, Lineage, Change, TechniqueUse, Evaluation, Formula, Correction)


@rule(Scope.ENTRY, fix="add `source: key locus` to it or to the block around it")
def every_value_has_a_source(draft: Draft) -> Iterator[Breach]:
    """Every value has a source, its own or that of a block around it; only what is unknown or not applicable needs none."""
    for file, path, value in draft.each_record(Single, *_STATEMENTS):
        if value.source is not None or (isinstance(value, Single) and _needs_no_source(value)):
            continue
        what = "value" if isinstance(value, Single) else "statement"
        yield Breach(path, f"a {what} without a source", file=file)


@rule(Scope.ENTRY, fix="write where it stands, such as `§4.2`, `Table 2` or `config.json`")
def sources_name_a_place(draft: Draft) -> Iterator[Breach]:
    """A source of a value or a statement names the place in the document; of one that is not published, the document may be all that was looked through."""
    for file, path, item in cited_places(draft):
        if not item.locus and not ARXIV_ADDRESS.fullmatch(item.key):  # an address is told of by itself
            yield Breach(typed_source(file, path), f"`{item.key}` without a place", file=file)


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


def _unknown_reference(draft: Draft, file: Located | str, path: KeyPath, key: str) -> Iterator[Breach]:
    yield from unknown_name(path, key, draft.references, f"`{key}` is not a reference", file=file)


@rule(Scope.ENTRY, fix="correct the key, or add the entry to the bibliography")
def references_resolve(draft: Draft) -> Iterator[Breach]:
    """Every source and every `reference` is a key of references.bib."""
    for file, path, value in _citing_places(draft):
        if not file.has_path(path):  # handed down from a block, where it is reported
            continue
        for key in _cited_keys(value, typed=True):
            if address := ARXIV_ADDRESS.fullmatch(key):
                known = [f"`{each.key}`" for each in draft.references.values() if each.eprint == address[1]]
                yield Breach(path, f"the address `{key}` in place of a reference", nearest="".join(known), file=file)
            else:
                yield from _unknown_reference(draft, file, path, key)


@rule(Scope.CATALOGUE, fix="cite it, or take it out")
def references_are_cited(draft: Draft) -> Iterator[Finding]:
    """Every entry of references.bib is cited somewhere in the catalogue."""
    cited = {key for _, _, value in _citing_places(draft) for key in _cited_keys(value)}
    for key, reference in draft.references.items():
        if key not in cited:
            yield Finding(draft.references_file, reference.line, key, "nobody cites this entry")


def _citing_places(draft: Draft) -> Iterator[tuple[Located, KeyPath, Any]]:
    return chain(draft.each_record(Sources), draft.each_record(str))


def _source_keys(source: Source, typed: bool = False) -> list[str]:
    """`typed` leaves out what copies.yaml filled in."""
    return [source.key, *(_source_keys(source.via) if source.via and not (typed and source.tabled) else [])]


_JOINED = re.compile(r"[,;] ?([a-z0-9][a-z0-9.-]*)(?= |$)")
_NUMBERED = (
    ("sections", re.compile(r"^§(\d+)", re.ASCII), 12),
    ("tables", re.compile(r"\bTables? (\d+)", re.ASCII), 60),
    ("figures", re.compile(r"\b(?:Figures?|Fig\.) (\d+)", re.ASCII), 60),
)
_SECTION = re.compile(r"(?<![^\s,])§(\d+(?:\.\d+)*)", re.ASCII)


@rule(Scope.ENTRY)
def places_are_places(draft: Draft) -> Iterator[Breach]:
    """A place is a section, table, figure, equation, page, file, commit or named heading; a document alone only where documents.yaml says that it is short, or cannot be opened."""
    for file, path, item in cited_places(draft):
        if item.locus and not references.locator_forms(item.locus):
            known = _known_document(draft, item)
            if known is None or known.headings:
                fix = "write it as `§4.2`, `README §License`, `Table 2`, `eq. 5`, `p. 7`, `config.json` or `commit 23807ce`"
                fix += f"; its headings are {_listed_headings(known.headings)}" if known else ""
                found = f"`{item.locus}` names a document, not a place in it"
                yield Breach(typed_source(file, path), found, fix=fix, file=file)


@rule(Scope.ENTRY, fix="write `; ` before it")
def sources_are_separated(draft: Draft) -> Iterator[Breach]:
    """Several sources are separated by a semicolon and a space: behind a comma, the second would be a part of the first one's place."""
    for file, path, item in cited_places(draft):
        for key in _JOINED.findall(item.locus):
            if key in draft.references:
                found = f"`{key}`, which is a reference, in the place of `{item.key}`"
                yield Breach(typed_source(file, path), found, file=file)


@rule(Scope.ENTRY, fix="correct the place, or what documents.yaml says of the paper")
def numbered_places_are_there(draft: Draft) -> Iterator[Breach]:
    """A section, table or figure that a source names by its number is one that documents.yaml lists for the paper; of another paper, not more than any has."""
    for file, path, item in cited_places(draft):
        listed = draft.documents.documents.get(item.key, {}).get(PAPER)
        if item.key not in draft.references or not (listed or draft.references[item.key].eprint):
            continue
        for kind, pattern, most in _NUMBERED:
            last = (getattr(listed, kind) if listed else None) or most
            for number in pattern.findall(item.locus):
                if int(number) > last:
                    found = f"`{item.locus}` of `{item.key}` goes beyond {last} {kind}"
                    yield Breach(typed_source(file, path), found, file=file)
        outline = (listed.outline or "").split() if listed else []
        for number in _SECTION.findall(item.locus) if outline and _is_in_the_paper(item.locus) else ():
            if number not in outline:
                found = f"`{item.locus}`, but `{item.key}` has no section {number}"
                yield Breach(typed_source(file, path), found, nearest=nearest_in_quotes(number, outline), file=file)


def _is_in_the_paper(locus: str) -> bool:
    """`§3.1` or `v2 §3.1`, not in a program or a card beside it."""
    return re.match(r"(?:arXiv )?(?:v\d+ )?§", locus) is not None


@rule(Scope.ENTRY, fix="correct the heading, or add it in documents.yaml")
def headings_are_there(draft: Draft) -> Iterator[Breach]:
    """A heading that a source names is one of those that documents.yaml lists for the document, unless it names an older version by its commit."""
    for file, path, item in cited_places(draft):
        known = _known_document(draft, item)
        if known is not None and known.headings and not references.is_dated(item.locus):
            for heading in references.named_headings(item.locus):
                if not any(references.is_heading(heading, listed) for listed in known.headings):
                    found = f"no heading `{heading}` in `{references.document_of(item.locus)}` of `{item.key}`"
                    allowed = f"allowed are {_listed_headings(known.headings)}"
                    close = nearest_in_quotes(heading, known.headings)
                    yield Breach(typed_source(file, path), found, allowed, close, file=file)


@rule(Scope.CATALOGUE, DOCUMENTS, fix="keep the one that is right, or say which headings it has")
def documents_say_one_thing(draft: Draft) -> Iterator[Breach]:
    """A document in documents.yaml has its headings, or the reason why it may be cited without one: `short` or `unread`."""
    for key, documents in draft.documents.documents.items():
        for name, document in documents.items():
            said = [f"`{field}`" for field in ("headings", "short", "unread") if getattr(document, field)]
            if len(said) != 1 and (said or name != PAPER):
                found = f"{' and '.join(said) or 'nothing'} is said of this document"
                yield Breach(("documents", key, name), found)


def _cited_keys(value: Sources | str, typed: bool = False) -> list[str]:
    if not isinstance(value, Sources):
        return [value]
    return [key for source in value.items for key in _source_keys(source, typed)]


@rule(Scope.CATALOGUE, DOCUMENTS, fix="correct the name, or take the line out")
def documents_are_cited(draft: Draft) -> Iterator[Breach]:
    """Every document in documents.yaml belongs to a reference and is cited: one with headings by its name or one of them, another without a place."""
    found = {
        (item.key, references.document_of(item.locus), not references.locator_forms(item.locus))
        for _, _, item in cited_places(draft)
    }
    for key, documents in draft.documents.documents.items():
        yield from _unknown_reference(draft, DOCUMENTS, ("documents", key), key)
        for name, document in documents.items() if key in draft.references else ():
            if name == PAPER:
                continue
            cited = {bare for of, called, bare in found if (of, called) == (key, references.document_of(name))}
            if not cited or (True not in cited and not document.headings):
                bare = "" if document.headings else " without a place in it"
                yield Breach(("documents", key, name), f"no source names this document{bare}")


def _known_document(draft: Draft, item: Source) -> Document | None:
    name = references.document_of(item.locus)
    listed = draft.documents.documents.get(item.key, {})
    return next((document for called, document in listed.items() if references.document_of(called) == name), None)


def _listed_headings(headings: tuple[str, ...]) -> str:
    return ", ".join(f"`{heading}`" for heading in headings)


@rule(Scope.ENTRY)
def copies_resolve(draft: Draft) -> Iterator[Breach]:
    """Every document and every copy in copies.yaml is a key of references.bib."""
    for key, place, copy in each_line(draft.copies_file):
        path, via = _copy_path(draft, key, place), copy.via.key if copy.via else key
        name = key if key not in draft.references else via
        yield from _unknown_reference(draft, COPIES, path, name)


@rule(Scope.CATALOGUE, fix="add the field, or cite the entry itself")
def copies_are_marked(draft: Draft) -> Iterator[Finding]:
    """What stands behind `via` is a copy: an entry of references.bib with `keywords = {copy}`."""
    behind = {item.via.key for item in _all_sources(draft) if item.via is not None}
    for key in sorted(behind & draft.references.keys()):
        if not draft.references[key].copy:
            found = "read as a copy, without the mark of one"
            yield Finding(draft.references_file, draft.references[key].line, key, found)


@rule(Scope.CATALOGUE, COPIES, fix="correct the place, or take the line out")
def copies_are_used(draft: Draft) -> Iterator[Breach]:
    """Every line of copies.yaml says of something that is cited where it was read."""
    cited = [(item.via, draft.copies.find_copy(item.key, item.locus)) for item in _all_sources(draft)]
    used = {line for via, line in cited if line and (via is None or via == draft.copies.lines[line])}
    for key, place, _ in each_line(draft.copies_file):
        if (key, place) not in used and key in draft.references:
            what = "document" if place == EVERYWHERE else "place"
            yield Breach(_copy_path(draft, key, place), f"no source names this {what} without a `via` of its own")


@rule(Scope.ENTRY, fix="take ` via …` out")
def via_differs_from_the_table(draft: Draft) -> Iterator[Breach]:
    """A `via` stands only where one value was read elsewhere than copies.yaml says."""
    for file, path, value in draft.each_record(Sources):
        if file.has_path(path):
            for item in value.items:
                line = draft.copies.find_copy(item.key, item.locus)
                if item.via is not None and not item.tabled and line and draft.copies.lines[line] == item.via:
                    via = f"via {item.via.key} {item.via.locus}".strip()
                    yield Breach(path, f"`{via}`, which {draft.located[COPIES].file} says", file=file)


def _all_sources(draft: Draft) -> Iterator[Source]:
    for _, _, value in draft.each_record(Sources):
        yield from value.items


def _copy_path(draft: Draft, key: str, place: str) -> KeyPath:
    whole: KeyPath = ("copies", key)
    return whole if place == EVERYWHERE and not draft.located[COPIES].has_path((*whole, place)) else (*whole, place)

"""Every value names its source, every source is a reference, every reference is used."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from ..findings import Finding, Path, nearest_in_quotes
from ..located import Located
from ..schema.api import ApiPointer
from ..schema.correction import Correction
from ..schema.evaluation import Evaluation
from ..schema.model import Change, Claim, Lineage, TechniqueUse
from ..schema.technique import Formula
from ..schema.values import ARXIV_ADDRESS, Absence, Remark, Single, Source, Sources, Stated
from .draft import Draft
from .registry import Scope, rule

_STATEMENTS = (ApiPointer, Remark, Claim, Lineage, Change, TechniqueUse, Evaluation, Formula, Correction)


@rule(Scope.ENTRY)
def every_value_has_a_source(draft: Draft) -> Iterator[Finding]:
    """Every value has a source, its own or that of a block around it; only what is unknown or not applicable needs none."""
    for file, path, value in draft.of(Single, *_STATEMENTS):
        if isinstance(value, Single):
            if (
                value.source is None
                and value.absence not in (Absence.UNKNOWN, Absence.NOT_APPLICABLE)
                and not (isinstance(value, Stated) and value.by_variant)
            ):
                yield file.finding(
                    path,
                    "a value without a source",
                    "each value or a block around it has `source: key locus`",
                    fix="add `source:` to the value or its block",
                )
        elif value.source is None:
            yield file.finding(
                path,
                "a statement without a source",
                "`source: key locus`",
                fix="add `source:` to it or to the block around it",
            )


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


def cited_places(draft: Draft) -> Iterator[tuple[Located, Path, Source]]:
    """Each source of what is stated, not of what is absent, with the path of what it is the source of."""
    for file, path, value in draft.of(Single, *_STATEMENTS):
        if value.source is not None and (not isinstance(value, Single) or value.value is not None):
            for item in value.source.items:
                yield file, path, item


def typed_source(file: Located, path: Path) -> Path:
    """Where the source of what is at `path` is typed: there, or in the closest block around it."""
    around = next((path[:n] for n in range(len(path), -1, -1) if file.has((*path[:n], "source"))), None)
    return path if around is None else (*around, "source")


@rule(Scope.ENTRY)
def references_resolve(draft: Draft) -> Iterator[Finding]:
    """Every source and every `reference` is a key of references.bib."""
    for file, path, value in _citing_places(draft):
        keys = (
            [key for source in value.items for key in _source_keys(source, typed=True)]
            if isinstance(value, Sources)
            else [value]
        )
        if not file.has(path):  # handed down from a block, where it is reported
            continue
        for key in keys:
            if address := ARXIV_ADDRESS.fullmatch(key):
                known = [reference.key for reference in draft.references.values() if reference.eprint == address[1]]
                yield file.finding(
                    path,
                    f"the address `{key}` in place of a reference",
                    f"allowed are the keys of {draft.references_file}",
                    fix=f"write `{known[0]}`, and the place behind it"
                    if known
                    else "add the paper to the bibliography, and write its key",
                    repair=(key, known[0]) if known else None,
                )
            elif key not in draft.references:
                yield file.finding(
                    path,
                    f"`{key}` is not a reference",
                    f"allowed are the keys of {draft.references_file}",
                    nearest_in_quotes(key, draft.references),
                    "correct the key, or add the entry to the bibliography",
                )


@rule(Scope.CATALOGUE)
def references_are_cited(draft: Draft) -> Iterator[Finding]:
    """Every entry of references.bib is cited somewhere in the catalogue."""
    cited = set()
    for _, _, value in _citing_places(draft):
        if isinstance(value, Sources):
            cited |= {key for source in value.items for key in _source_keys(source)}
        else:
            cited.add(value)
    for key, reference in draft.references.items():
        if key not in cited:
            yield Finding(
                draft.references_file,
                reference.line,
                key,
                "nobody cites this entry",
                "every entry is cited",
                fix="cite it, or take it out",
            )


def _citing_places(draft: Draft) -> Iterator[tuple[Located, Path, Any]]:
    """Sources, and keys that stand under `reference`."""
    return chain(draft.of(Sources), draft.of(str, key="reference"))


def _source_keys(source: Source, typed: bool = False) -> list[str]:
    """The keys of a source and of its copies; with `typed`, without what was filled in from copies.yaml."""
    return [source.key, *(_source_keys(source.via) if source.via and not (typed and source.tabled) else [])]

"""Where a document was read is said once, in data/copies.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, Path, nearest_in_quotes
from ..schema.copies import EVERYWHERE, each_line
from ..schema.values import Source, Sources
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.ENTRY)
def copies_resolve(draft: Draft) -> Iterator[Finding]:
    """Every document and every copy in copies.yaml is a key of references.bib."""
    for key, place, copy in each_line(draft.copies_file):
        for name in (key, copy.via.key if copy.via else key):
            if name not in draft.references:
                yield draft.copies_located.finding(
                    _copy_path(draft, key, place),
                    f"`{name}` is not a reference",
                    f"allowed are the keys of {draft.references_file}",
                    nearest_in_quotes(name, draft.references),
                    "correct the key, or add the entry to the bibliography",
                )
                break


@rule(Scope.CATALOGUE)
def copies_are_marked(draft: Draft) -> Iterator[Finding]:
    """What stands behind `via` is a copy: an entry of references.bib with `keywords = {copy}`."""
    behind = {item.via.key for item in _cited_places(draft) if item.via is not None}
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
    cited = [(item.via, draft.copies.line(item.key, item.locus)) for item in _cited_places(draft)]
    used = {line for via, line in cited if line and (via is None or via == draft.copies.lines[line])}
    for key, place, _ in each_line(draft.copies_file):
        if (key, place) not in used and key in draft.references:
            yield draft.copies_located.finding(
                _copy_path(draft, key, place),
                f"no source names {'this document' if place == EVERYWHERE else 'this place'} without a `via` of its own",
                "lines that say of something cited where it was read",
                fix="correct the place, or take the line out",
            )


@rule(Scope.ENTRY)
def via_differs_from_the_table(draft: Draft) -> Iterator[Finding]:
    """A `via` stands only where one value was read elsewhere than copies.yaml says."""
    for file, path, value in draft.of(Sources):
        if file.has(path):
            for item in value.items:
                line = draft.copies.line(item.key, item.locus)
                if item.via is not None and not item.tabled and line and draft.copies.lines[line] == item.via:
                    yield file.finding(
                        path,
                        f"`via {item.via.key} {item.via.locus}".strip() + f"`, which {draft.copies_located.file} says",
                        "a `via` only where the value was read elsewhere",
                        fix="take ` via …` out",
                        repair=(f" via {item.via.key} {item.via.locus}".rstrip(), ""),
                    )


def _cited_places(draft: Draft) -> Iterator[Source]:
    for _, _, value in draft.of(Sources):
        yield from value.items


def _copy_path(draft: Draft, key: str, place: str) -> Path:
    whole: Path = ("copies", key)
    return whole if place == EVERYWHERE and not draft.copies_located.has((*whole, place)) else (*whole, place)

"""Names of the API as dated pointers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..findings import Finding, Path, nearest_in_quotes
from ..schema.api import ApiName
from ..schema.values import PartialDate
from .draft import Draft
from .registry import Scope, rule


def _api_names(draft: Draft) -> Iterator[tuple[Path, ApiName]]:
    for index, name in enumerate(draft.models.api_names):
        yield ("api_names", index), name


@rule(Scope.CATALOGUE)
def pointers_resolve(draft: Draft) -> Iterator[Finding]:
    """An API name has one entry, and each of its pointers names a variant of the catalogue or has a label, not both."""
    first: dict[str, Path] = {}
    for path, name in _api_names(draft):
        where = (*path, "id")
        if name.id in first:
            yield draft.finding(
                where,
                f"id `{name.id}` for the second time (first on line {draft.models_file.line(first[name.id])})",
                "each id once",
                fix="put the pointers into one entry",
            )
        first.setdefault(name.id, where)
        for index, pointer in enumerate(name.pointers):
            here = (*path, "pointers", index)
            if (pointer.variant is None) == (pointer.label is None):
                yield draft.finding(
                    here,
                    "both `variant` and `label`" if pointer.variant else "neither `variant` nor `label`",
                    "one of the two",
                    fix="name the variant, or describe the model where the catalogue has none",
                )
            elif pointer.variant is not None and pointer.variant not in draft.entries:
                yield draft.finding(
                    (*here, "variant"),
                    f"`{pointer.variant}` is not a variant",
                    "allowed are the ids of variants in the catalogue",
                    nearest_in_quotes(pointer.variant, list(draft.entries)),
                    "correct the id, or use `label`",
                )


@rule(Scope.CATALOGUE)
def pointers_in_order(draft: Draft) -> Iterator[Finding]:
    """Pointers of an API name follow each other in time, each begins after the one before, and the name ends after the last."""
    for path, name in _api_names(draft):
        dated: list[tuple[Path, str, PartialDate]] = [
            ((*path, "pointers", index, "since"), "since", pointer.since.value)
            for index, pointer in enumerate(name.pointers)
            if pointer.since.value is not None
        ]
        if name.until is not None and name.until.value is not None:
            dated.append(((*path, "until"), "until", name.until.value))
        for (_, _, earlier), (where, word, later) in pairwise(dated):
            if not _can_follow(later, earlier):
                yield draft.finding(
                    where,
                    f"`{word}` {later.text}, not after {earlier.text} before it",
                    "pointers in the order of their dates, the oldest first",
                    fix="correct the date, or move the pointer",
                )


def _can_follow(later: PartialDate, earlier: PartialDate) -> bool:
    """Whether one date can lie after another; a month alone can be any of its days."""
    if later.is_day and earlier.is_day:
        return later.text > earlier.text
    return later.text[:7] >= earlier.text[:7]

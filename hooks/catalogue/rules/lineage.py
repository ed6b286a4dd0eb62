"""The family tree is a tree that grows forward in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..checkpoint import release_date
from ..findings import Finding
from ..records import first_day
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.IDS)
def no_cycles(draft: Draft) -> Iterator[Finding]:
    """Nothing builds on itself: not a model by `builds_on`, not a variant by `architecture_of` or `based_on`."""
    parents = {model.id: {edge.model for edge in model.builds_on} for model in draft.models.models}
    for path, model in draft.each_model():
        circle = _circle_from(model.id, parents)
        if circle:
            yield draft.finding(
                (*path, "builds_on"),
                "the lineage goes round: " + " → ".join(circle),
                "an entry builds on older ones",
                fix="take one of these edges out",
            )
    shared = {v.id: {v.architecture_of} if v.architecture_of else set() for _, _, v in draft.each_variant()}
    for path, _, variant in draft.each_variant():
        circle = _circle_from(variant.id, shared)
        if circle:
            yield draft.finding(
                (*path, "architecture_of"),
                "shared architectures go round: " + " → ".join(circle),
                "one of them holds the architecture",
                fix="write it out in one",
            )
    starts = {
        v.id: {v.based_on.value} if v.based_on and v.based_on.value else set() for _, _, v in draft.each_variant()
    }
    for path, _, variant in draft.each_variant():
        circle = _circle_from(variant.id, starts)
        if circle and circle[1] != variant.id:  # one that starts from itself is said where parents are
            yield draft.finding(
                (*path, "based_on"),
                "weights that go round: " + " → ".join(circle),
                "a checkpoint starts from an older one",
                fix="correct `based_on` of one of them",
            )


@rule(Scope.CATALOGUE)
def one_main_parent(draft: Draft) -> Iterator[Finding]:
    """Where an entry builds on older ones, one of them is its main parent, which came out before it."""
    days = {model.id: first_day(model) for model in draft.models.models}
    for path, model in draft.each_model():
        own = days[model.id]
        older = sorted({e.model for e in model.builds_on if not days.get(e.model) or days[e.model] < own})
        if model.main_parent is None and older and own:
            yield draft.finding(
                path,
                "`main_parent` is missing",
                "one of the older entries that it builds on: " + " or ".join(older),
                fix=f"name the one that it continues: `main_parent: {older[0] if len(older) == 1 else 'id'}`",
            )
        elif model.main_parent is not None and model.main_parent not in older and own:
            yield draft.finding(
                (*path, "main_parent"),
                f"`{model.main_parent}` is no older entry of `builds_on`",
                " or ".join(older) or "none",
                fix="correct it, or add the entry to `builds_on`",
            )


@rule(Scope.CATALOGUE)
def compared_with_is_earlier(draft: Draft) -> Iterator[Finding]:
    """What a flagship is compared with came out before it, or is of another line: neither a later checkpoint of the entry nor of one that builds on it."""
    parents = {model.id: {edge.model for edge in model.builds_on} for model in draft.models.models}
    for path, model in draft.each_model():
        other, own = draft.entries.get(model.compared_with or ""), draft.entries.get(model.flagship)
        if other is None or own is None:
            continue
        day, other_day = release_date(own), release_date(other)
        later = day is not None and other_day is not None and day.surely_before(other_day)
        builds_on_it = other.model.id == model.id or model.id in _all_ancestors(other.model.id, parents)
        if other is own or (later and builds_on_it):
            yield draft.finding(
                (*path, "compared_with"),
                "the flagship itself"
                if other is own
                else f"`{other.variant.id}`, which came out later ({other_day.text if other_day else ''})",
                "a variant of the predecessor, or of the closest relative",
                fix="name an earlier one",
            )


def _all_ancestors(model: str, parents: Mapping[str, set[str]]) -> set[str]:
    """All that an entry builds on, and what those build on."""
    found: set[str] = set()
    waiting = {model}
    while waiting:
        waiting = {parent for each in waiting for parent in parents.get(each, ())} - found
        found |= waiting
    return found


def _circle_from(start: str, parents: Mapping[str, set[str]]) -> list[str]:
    """The way from `start` back to itself, or an empty list."""
    stack = [(start, [start])]
    seen = set()
    while stack:
        node, way = stack.pop()
        for parent in sorted(parents.get(node, ())):
            if parent == start:
                return [*way, start]
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, [*way, parent]))
    return []

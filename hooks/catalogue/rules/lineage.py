"""The family tree is a tree that grows forward in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..findings import Finding
from ..records import first_day
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.IDS)
def no_cycles(draft: Draft) -> Iterator[Finding]:
    """Nothing builds on itself: not a model by `builds_on`, not a variant by `architecture_of`."""
    parents = {model.id: {edge.model for edge in model.builds_on} for model in draft.models.models}
    for path, model in draft.each_model():
        circle = _circle(model.id, parents)
        if circle:
            yield draft.finding(
                (*path, "builds_on"),
                "the lineage goes round: " + " → ".join(circle),
                "an entry builds on older ones",
                fix="take one of these edges out",
            )
    shared = {v.id: {v.architecture_of} if v.architecture_of else set() for _, _, v in draft.each_variant()}
    for path, _, variant in draft.each_variant():
        circle = _circle(variant.id, shared)
        if circle:
            yield draft.finding(
                (*path, "architecture_of"),
                "shared architectures go round: " + " → ".join(circle),
                "one of them holds the architecture",
                fix="write it out in one",
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


def _circle(start: str, parents: Mapping[str, set[str]]) -> list[str]:
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

"""The training recipe of one checkpoint: the stages that it and the weights it starts from went through.

Takes the variants by id, gives stages in the order in which they were run. Weights are followed back
inside a model alone: a model that starts from another model's often takes a checkpoint in the middle of
its training, so that what is said of the finished one does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..records import Entry
from ..schema.training import Stage
from ..schema.values import Single, Stated


def variant_lineage(entries: Mapping[str, Entry], entry: Entry) -> tuple[Entry, ...]:
    """The variant and the variants of the same model that it goes back to, the last first."""
    found = [entry]
    while True:
        parent = entries.get(str(found[-1].variant.based_on.value)) if found[-1].variant.based_on else None
        if parent is None or parent.model.id != entry.model.id or parent in found:
            return tuple(found)
        found.append(parent)


def holds_for(stated: Stated[Any] | None, line: tuple[Entry, ...]) -> Single[Any] | None:
    """A value as it holds for a variant: its own, or that of the weights it starts from."""
    if stated is None or stated.by_variant is None:
        return stated
    return next((single for e in line if (single := stated.for_variant(e.variant.id)) is not None), None)


@dataclass(frozen=True)
class Recipe:
    """A variant's lineage and the stages it went through, in order."""

    line: tuple[Entry, ...]
    stages: tuple[Stage, ...]


def recipe_stages(entries: Mapping[str, Entry], entry: Entry) -> Recipe:
    """The stages of a variant."""
    line = variant_lineage(entries, entry)
    ids = {e.variant.id for e in line}
    return Recipe(line, tuple(stage for stage in entry.model.training if ids & set(stage.variants)))


def most_trained(entries: Mapping[str, Entry], entry: Entry) -> Entry:
    """Of the variants of a model with the architecture of `entry`, the one that went through most stages.

    The flagship is often a base model, and what came after it belongs to the recipe too.
    """
    line = [entry, *(entries[variant.id] for variant in entry.model.variants)]
    same = [e for e in line if e.architecture_owner == entry.architecture_owner]
    return max(same, key=lambda e: len(recipe_stages(entries, e).stages))

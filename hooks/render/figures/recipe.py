"""The training recipe of a model: its stages as rows of boxes, in an order that does not lie.

Takes a model, gives rows. A stage stands behind the last stage of a row whose variants it goes on
with: its own, or those its own start from. A stage that goes on from further back, or from weights
of its own, begins a row, which says after which stage it branches off.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from catalogue.schema.model import Model
from catalogue.schema.training import FROM_NOTHING, Stage, StageKind

# Stages that make a judge of the model, not the model.
BESIDE = {StageKind.REWARD_MODEL}


@dataclass
class Row:
    """Stages that go on from one another, and the number of the stage they branch off after."""

    stages: list[tuple[int, Stage]] = field(default_factory=list)
    after: int | None = None


def recipe_rows(model: Model) -> list[Row]:
    """The stages of a model in rows, each stage with its number in the entry, counted from 1."""
    found: list[Row] = []
    for number, stage in enumerate(model.training, 1):
        before = _previous_stage(model, stage, model.training[: number - 1])
        row = next((r for r in found if r.stages[-1][0] == before), None)
        if row is None:
            row = Row(after=before)
            found.append(row)
        row.stages.append((number, stage))
    return found


def _previous_stage(model: Model, stage: Stage, earlier: tuple[Stage, ...]) -> int | None:
    """Number of the last stage that this one's variants, or those they start from, went through."""
    if stage.starts_from is not None and stage.starts_from.value and stage.starts_from.value.en == FROM_NOTHING:
        return None
    went_on = line_of_variants(model, stage.variants)
    return next((n for n in range(len(earlier), 0, -1) if went_on & set(earlier[n - 1].variants)), None)


def line_of_variants(model: Model, variants: tuple[str, ...]) -> set[str]:
    """The variants and those of the same entry that they start from."""
    parents = {v.id: v.based_on.value for v in model.variants if v.based_on is not None}
    found, open_ = set(), list(variants)
    while open_:
        id_ = open_.pop()
        if id_ not in found:
            found.add(id_)
            open_ += [parent] if (parent := parents.get(id_)) in {v.id for v in model.variants} else []
    return found

"""The training recipe at a glance: all stages in rows of boxes, and the schedules they state."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from catalogue.schema.model import Model
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import Stage, StageKind
from catalogue.schema.values import Single, Stated

from .. import format
from ..cite import Citations
from ..figures import recipe as rows_of
from ..names import short_size
from ..page import Section
from . import schedules

_MOST_NAMES = 3


def recipe(citations: Citations, model: Model) -> list[Section]:
    """The strip of stages."""
    if not model.training:
        return []
    found = rows_of.rows(model)
    rows = [_row(citations, model, row, several=len(found) > 1) for row in found]
    boxes = [box for _, boxes in rows for box in boxes]
    drawn = {kind for box in boxes for kind in (box["arrow"], *(kind for kind, _ in box["lines"]))}
    html = citations.context.html(
        "recipe.html.jinja",
        model=model.id,
        rows=[{"head": head, "boxes": boxes} for head, boxes in rows],
        kinds=_kinds(citations, model),
        arrows=[kind for kind in ("weights", "data") if kind in drawn],
        judge=any(box["beside"] for box in boxes),
        precision=_precision(citations, model),
    )
    return [Section("recipe", citations.context.words("section.recipe"), html)]


def schedule(citations: Citations, model: Model) -> list[Section]:
    """The learning rate of pre-training, where its course is published."""
    html = schedules.of_model(citations, model)
    return [Section("schedules", citations.context.words("section.schedules"), html)] if html else []


def _kinds(citations: Citations, model: Model) -> list[tuple[str, str]]:
    """The kinds of stages that occur, in the order of training, each with its class."""
    there = {stage.kind for stage in model.training}
    return [
        (_class(kind), citations.context.words(f"stage.{kind.name.lower()}")) for kind in StageKind if kind in there
    ]


def _class(kind: StageKind) -> str:
    return kind.name.lower().replace("_", "-")


def _precision(citations: Citations, model: Model) -> Markup | None:
    """Number format of the matrix products; None where none is published."""
    precision = model.infrastructure.precision if model.infrastructure else None
    stated = precision.compute if precision else None
    values = [(id_, single) for id_, single in stated.singles() if single.value is not None] if stated else []
    return _listed(citations, values) if values else None


def _row(citations: Citations, model: Model, row: rows_of.Row, several: bool) -> tuple[str, list[dict[str, Any]]]:
    words = citations.context.words
    first = row.stages[0][1].variants
    head = _names(citations, first) if several else ""
    if row.after is not None:
        head = words("recipe.row_after", variants=head, number=row.after)
    boxes, before, beside = [], first if several else None, None
    for number, stage in row.stages:
        boxes.append(_box(citations, model, number, stage, before) | _arrows(citations, model, number, stage, beside))
        before, beside = stage.variants, stage.id
    return head, boxes


def _arrows(citations: Citations, model: Model, number: int, stage: Stage, beside: str | None) -> dict[str, Any]:
    """Where weights, and data or reward, come from: an arrow from the box beside it, a line for a box further away."""
    words = citations.context.words
    numbers = {other.id: n for n, other in enumerate(model.training, 1)}
    weights = stage.weights_from if stage.weights_from is not None else ((beside,) if beside else ())
    arrow = "weights" if beside in weights else "data" if beside in stage.fed_by else ""
    far = {
        "weights": [numbers[id_] for id_ in weights if id_ != beside],
        "data": [numbers[id_] for id_ in stage.fed_by if not (id_ == beside and arrow == "data")],
    }
    lines = [
        (kind, words(f"recipe.{kind}_from", numbers=words("punctuation.listed").join(map(str, found))))
        for kind, found in far.items()
        if found
    ]
    return {"arrow": arrow, "lines": lines}


def _names(citations: Citations, variants: tuple[str, ...]) -> str:
    """The names of a few variants; of many the first and how many more there are."""
    words, entries = citations.context.words, citations.context.catalogue.entries
    names = [entries[id_].variant.name for id_ in variants]
    if len(names) > _MOST_NAMES:
        return words("recipe.and_more", first=names[0], count=len(names) - 1)
    return words("punctuation.listed").join(names)


def _box(
    citations: Citations, model: Model, number: int, stage: Stage, before: tuple[str, ...] | None
) -> dict[str, Any]:
    """One stage; its variants are named where they are not those of the box before."""
    words = citations.context.words
    kind = words(f"stage.{stage.kind.name.lower()}")
    only = ""
    if stage.variants != before and len(model.variants) > 1:
        only = words("recipe.for", variants=_names(citations, stage.variants))
    start = stage.starts_from
    return {
        "id": f"stage-{stage.id}",
        "number": number,
        "title": words.text(stage.name) if stage.name else kind,
        "subtitle": kind if stage.name else "",
        "kind": _class(stage.kind),
        "beside": stage.kind in rows_of.BESIDE,
        "only": only,
        "facts": _facts(citations, stage),
        "start": _listed(citations, list(start.singles())) if start is not None else None,
    }


def _facts(citations: Citations, stage: Stage) -> list[tuple[str, Markup]]:
    """Tokens or samples, the steps where neither is known, and the sequence length."""
    words, data = citations.context.words, stage.data
    size: list[tuple[str, Stated[Any] | None]] = [
        ("tokens", data.tokens if data else None),
        ("samples", data.samples if data else None),
        ("steps", stage.steps),
    ]
    there = [(key, value) for key, value in size if value is not None]
    known = [(key, value) for key, value in there if any(s.value is not None for _, s in value.singles())]
    shown = [pair for pair in known if pair[0] != "steps"] or known or there[:1]
    if stage.sequence_length is not None:
        shown = [*shown, ("context", stage.sequence_length)]
    return [
        (words(f"recipe.{key}"), _listed(citations, list(value.singles()), told=key == "context"))
        for key, value in shown
    ]


def _listed(citations: Citations, values: list[tuple[str | None, Single[Any]]], told: bool = False) -> Markup:
    """Values with the variants they hold for; a length as printed, for there is no room for its digits.

    Where `told`, the remark on a value stands beside it: a length that grows within a stage is not that of the stage.
    """
    entries = citations.context.catalogue.entries
    parts = []
    for id_, single in values:
        shown = citations.single(single)
        if isinstance(single.value, Quantity):
            note = citations.inline(single.note).striptags() if single.note else ""
            shown = citations.marked(
                str(escape(format.quantity(single.value, citations.context.words))), single.source, note
            )
            if told and note:
                shown += Markup(" <small>{}</small>").format(note)
        if id_ and len(values) > 1:
            shown += Markup(" <small>{}</small>").format(short_size(entries[id_].variant.name))
        parts.append(shown)
    return Markup("<br>").join(parts)

"""Training: the recipe at a glance, schedules, and every stage with its constants."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from catalogue.schema.model import Model
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import MAKE_A_BASE_MODEL, MixPart, RatePhase, Stage, StageKind
from catalogue.schema.values import Single, Stated

from .. import format, links
from ..cite import Citations
from ..figures.recipe_lanes import recipe_lanes
from ..figures.schedule import BESIDE, StageRow, recipe_rows
from ..format import NOTHING, short_size
from ..page import Section
from ..recomputed import recomputed_html
from ..tables import Cell, Column, Table, by_column, detail_rows, details_table, key_value_table, labelled_values
from . import schedules


def training_sections(citations: Citations, model: Model) -> list[Section]:
    steps = (_pre_training_section, _post_training_section)
    begins = any(stage.kind in MAKE_A_BASE_MODEL for stage in model.training)
    return [section for step in (steps if begins else reversed(steps)) for section in step(citations, model)]


def _pre_training_section(citations: Citations, model: Model) -> list[Section]:
    words = citations.context.words
    stages = [stage for stage in model.training if stage.kind in MAKE_A_BASE_MODEL]
    tables = []
    if model.tokenizer is not None:
        details = detail_rows(citations, model.tokenizer.details)
        if rows := labelled_values(citations, model.tokenizer, "tokenizer.") + details:
            order = [variant.id for variant in model.variants]
            tables.append(key_value_table(citations, words("training.tokenizer"), rows, order))
    if not stages and not tables:
        return []
    title = words("section.training") if stages else words("section.tokenizer")
    return [Section("training", title, _render_stages(citations, model, stages, title, tables))]


def _post_training_section(citations: Citations, model: Model) -> list[Section]:
    stages = [stage for stage in model.training if stage.kind not in MAKE_A_BASE_MODEL]
    if not stages:
        return []
    title = citations.context.words("section.post_training")
    return [Section("post-training", title, _render_stages(citations, model, stages, title, []))]


_MOST_NAMES = 3  # of variants in a box of the recipe
# A training of more stages is read as a story first, so its constants are folded, unless they are few.
MOST_STAGES, FEW_ROWS = 8, 3


def _render_stages(citations: Citations, model: Model, stages: list[Stage], title: str, tables: list[Table]) -> str:
    number = {stage.id: index for index, stage in enumerate(model.training, 1)}
    views = [_stage_view(citations, model, stage, number[stage.id]) for stage in stages]
    return citations.context.html(
        "model_stages.html.jinja",
        stages=views,
        tables=tables,
        several=len(model.training) > 1,
        bar=links.jump_bar(
            citations.context,
            ((f"stage-{stage.id}", f"{number[stage.id]} {_stage_name(citations, stage)}", 0) for stage in stages),
            title,
        ),
    )


def _fold_if_long(model: Model, table: Table | None, folded: bool = False) -> tuple[Table | None, bool]:
    long = len(model.training) > MOST_STAGES and table is not None and len(table.rows) > FEW_ROWS
    return table, folded or long


def _stage_name(citations: Citations, stage: Stage) -> str:
    words = citations.context.words
    return words.text(stage.name) if stage.name else words(f"stage.{stage.kind.name.lower()}")


def _stage_view(citations: Citations, model: Model, stage: Stage, number: int) -> dict[str, object]:
    words, entries = citations.context.words, citations.context.catalogue.entries
    order = [variant.id for variant in model.variants]
    rows = labelled_values(citations, stage, "")
    details = [*stage.details, *(stage.data.details if stage.data else ())]
    title = named = _stage_name(citations, stage)
    if [other.kind for other in model.training if other.name == stage.name].count(stage.kind) > 1:
        named = words("training.numbered", title=title, number=number)
    caption = words("training.stage_caption", stage=named, model=model.name)
    table = key_value_table(citations, caption, rows, order, words("training.constants")) if rows else None
    caption = words("training.details_caption", stage=named, model=model.name)
    further, folded = details_table(citations, caption, details, order, words("training.further"))
    return {
        "id": f"stage-{stage.id}",
        "number": number,
        "title": title,
        "kind": words(f"stage.{stage.kind.name.lower()}") if stage.name else "",
        "variants": [entries[id_].variant.name for id_ in stage.variants],
        "summary": citations.rich_text(stage.summary) if stage.summary else None,
        "table": _fold_if_long(model, table),
        "details": _fold_if_long(model, further, folded),
        "phases": _phases_table(citations, stage, named),
        "mix": _mix_table(citations, stage, named),
        "notes": [citations.sourced_text(remark) for remark in stage.notes],
    }


def _phases_table(citations: Citations, stage: Stage, title: str) -> Table | None:
    rate = stage.learning_rate
    phases = rate.phases if rate else ()
    if rate is None or not phases:
        return None
    one, peak = phases[0], rate.peak.value if rate.peak else None
    if len(phases) == 1 and not one.fraction and (rate.final or one.rate is None or one.rate.value == peak):
        return None  # it says no more than peak, final rate and schedule
    words = citations.context.words
    columns: list[Column[RatePhase]] = [
        Column(words("field.phase.until"), lambda phase: citations.value_html(phase.until, notes="inline")),
        Column(words("field.phase.rate"), lambda phase: _phase_rate(citations, stage, phase)),
        Column(words("field.phase.shape"), lambda phase: words(f"shape.{phase.shape.value}")),
    ]
    return by_column(words("training.phases_caption", stage=title), columns, phases)


def _phase_rate(citations: Citations, stage: Stage, phase: RatePhase) -> Markup:
    """Learning rate at the end of a phase, computed from the peak where a fraction is published."""
    if phase.rate is not None:
        return _by_variant(citations, phase.rate)
    assert phase.fraction is not None
    shown = citations.value_html(phase.fraction) + " " + citations.context.words("training.of_peak")
    peak, fraction = stage.learning_rate.peak if stage.learning_rate else None, phase.fraction.value
    if peak is None or fraction is None:
        return shown
    factor = fraction.value / 100 if fraction.is_percentage else fraction.value
    rates = [single.value.value * factor for _, single in peak.singles() if single.value is not None]
    return shown + " " + recomputed_html("= " + " / ".join(format.format_power(rate) for rate in rates))


def _by_variant(citations: Citations, value: Stated[Any]) -> Markup:
    entries = citations.context.catalogue.entries
    parts = [
        Markup("{} <small>{}</small>").format(citations.value_html(single), entries[id_].variant.name)
        if id_
        else citations.value_html(single)
        for id_, single in value.singles()
    ]
    return Markup("<br>").join(parts)


def _mix_table(citations: Citations, stage: Stage, title: str) -> Table | None:
    parts = stage.data.mix if stage.data else ()
    if not parts:
        return None
    words = citations.context.words

    def stated(value: Stated[Any] | None) -> Cell:
        return Cell(_by_variant(citations, value) if value else NOTHING)

    columns: list[Column[MixPart]] = [
        Column(words("field.mix.name"), lambda part: citations.rich_text(part.name)),
        Column(words("field.mix.share"), lambda part: stated(part.share), True, if_any=True),
        Column(words("field.mix.amount"), lambda part: stated(part.amount), True, if_any=True),
    ]
    caption = words("training.mix_caption", stage=title)
    return by_column(caption, columns, parts, classes="ds-constants", title=words("training.mix"))


def recipe_sections(citations: Citations, model: Model) -> list[Section]:
    if not model.training:
        return []
    found = recipe_rows(model)
    rows = [_recipe_row(citations, model, row, several=len(found) > 1) for row in found]
    boxes = [box for _, boxes in rows for box in boxes]
    html = citations.context.html(
        "recipe.html.jinja",
        model=model.id,
        rows=[{"head": head, "boxes": boxes} for head, boxes in rows],
        kinds=_stage_kinds(citations, model),
        arrows=any(box["arrow"] or box["far"] for box in boxes),
        judge=any(box["beside"] for box in boxes),
        precision=_compute_precision(citations, model),
        lanes=recipe_lanes(citations.context, model),
    )
    return [Section("recipe", citations.context.words("section.recipe"), html)]


def schedule_sections(citations: Citations, model: Model) -> list[Section]:
    html = schedules.model_schedules(citations, model)
    return [Section("schedules", citations.context.words("section.schedules"), html)] if html else []


def _stage_kinds(citations: Citations, model: Model) -> list[tuple[str, str]]:
    words, there = citations.context.words, {stage.kind for stage in model.training}
    return [(_kind_class(kind), words(f"stage.{kind.name.lower()}")) for kind in StageKind if kind in there]


def _kind_class(kind: StageKind) -> str:
    return kind.name.lower().replace("_", "-")


def _compute_precision(citations: Citations, model: Model) -> Markup | None:
    precision = model.infrastructure.precision if model.infrastructure else None
    stated = precision.compute if precision else None
    values = [(id_, single) for id_, single in stated.singles() if single.value is not None] if stated else []
    return _values_by_variant(citations, values) if values else None


def _recipe_row(citations: Citations, model: Model, row: StageRow, several: bool) -> tuple[str, list[dict[str, Any]]]:
    words = citations.context.words
    first = row.stages[0][1].variants
    head = _variant_names(citations, first) if several else ""
    if row.after is not None:
        head = words("recipe.row_after", variants=head, number=row.after)
    boxes, before, beside = [], first if several else None, None
    for number, stage in row.stages:
        boxes.append(_stage_box(citations, model, number, stage, before) | _box_arrows(citations, model, stage, beside))
        before, beside = stage.variants, stage.id
    return head, boxes


def _box_arrows(citations: Citations, model: Model, stage: Stage, beside: str | None) -> dict[str, Any]:
    """Where weights come from: an arrow from the box beside it, a line for a box further away.

    Where data go from stage to stage, lanes are drawn in place of boxes.
    """
    words = citations.context.words
    numbers = {other.id: n for n, other in enumerate(model.training, 1)}
    weights = stage.weights_from if stage.weights_from is not None else ((beside,) if beside else ())
    far = words("punctuation.listed").join(str(numbers[id_]) for id_ in weights if id_ != beside)
    return {
        "arrow": "weights" if beside in weights else "",
        "far": words("recipe.weights_from", numbers=far) if far else "",
    }


def _variant_names(citations: Citations, variants: tuple[str, ...]) -> str:
    words, entries = citations.context.words, citations.context.catalogue.entries
    names = [entries[id_].variant.name for id_ in variants]
    if len(names) > _MOST_NAMES:
        return words("recipe.and_more", first=names[0], count=len(names) - 1)
    return words("punctuation.listed").join(names)


def _stage_box(
    citations: Citations, model: Model, number: int, stage: Stage, before: tuple[str, ...] | None
) -> dict[str, Any]:
    """A stage; its variants are named where they differ from those of the box before."""
    words = citations.context.words
    only = ""
    if stage.variants != before and len(model.variants) > 1:
        only = words("recipe.for", variants=_variant_names(citations, stage.variants))
    start = stage.starts_from
    return {
        "id": f"stage-{stage.id}",
        "number": number,
        "title": _stage_name(citations, stage),
        "subtitle": words(f"stage.{stage.kind.name.lower()}") if stage.name else "",
        "kind": _kind_class(stage.kind),
        "beside": stage.kind in BESIDE,
        "only": only,
        "facts": _box_facts(citations, stage),
        "start": _values_by_variant(citations, list(start.singles())) if start is not None else None,
    }


def _box_facts(citations: Citations, stage: Stage) -> list[tuple[str, Markup]]:
    words, data = citations.context.words, stage.data
    size: dict[str, Stated[Any] | None] = {"tokens": data.tokens, "samples": data.samples} if data else {}
    there = [(key, value) for key, value in {**size, "steps": stage.steps}.items() if value is not None]
    known = [(key, value) for key, value in there if any(s.value is not None for _, s in value.singles())]
    shown = [pair for pair in known if pair[0] != "steps"] or known or there[:1]
    if stage.sequence_length is not None:
        shown = [*shown, ("context", stage.sequence_length)]
    return [
        (words(f"recipe.{key}"), _values_by_variant(citations, list(value.singles()), told=key == "context"))
        for key, value in shown
    ]


def _values_by_variant(
    citations: Citations, values: list[tuple[str | None, Single[Any]]], told: bool = False
) -> Markup:
    """Values with their variants, lengths as printed.

    Where `told`, the remark stands beside: a length that grows within a stage is not that of the stage.
    """
    entries = citations.context.catalogue.entries
    parts = []
    for id_, single in values:
        shown = citations.value_html(single)
        if isinstance(single.value, Quantity):
            words, note = citations.context.words, citations.note_text(single)
            number = format.spoken_numbers(escape(format.format_quantity(single.value, words)), words)
            shown = citations.cite(str(number), single.source, note)
            if told and note:
                shown += Markup(" <small>{}</small>").format(note)
        if id_ and len(values) > 1:
            shown += Markup(" <small>{}</small>").format(short_size(entries[id_].variant.name))
        parts.append(shown)
    return Markup("<br>").join(parts)

"""Training: the recipe at a glance, every stage with its constants, and schedules of one model or compared."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.training import Way, schedule_of_stage
from catalogue.records import Entry
from catalogue.schema.model import Model, Track
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import MAKE_A_BASE_MODEL, MixPart, RatePhase, Stage, StageKind
from catalogue.schema.values import Single, Stated, value_of_variant

from .. import format, links
from ..cite import Citations
from ..figures.recipe_lanes import recipe_lanes
from ..figures.schedule import (
    BESIDE,
    LaterStage,
    ScheduleRun,
    StageRow,
    line_of_variants,
    recipe_rows,
    schedule_figure,
)
from ..format import NOTHING, format_quantity, short_size, short_variant
from ..page import Section
from ..recomputed import recomputed_html
from ..tables import Cell, Column, Table, by_column, detail_rows, details_table, key_value_table, labelled_values


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
        return values_by_variant(citations, phase.rate)
    assert phase.fraction is not None
    shown = citations.value_html(phase.fraction) + " " + citations.context.words("training.of_peak")
    peak, fraction = stage.learning_rate.peak if stage.learning_rate else None, phase.fraction.value
    if peak is None or fraction is None:
        return shown
    factor = fraction.value / 100 if fraction.is_percentage else fraction.value
    rates = [single.value.value * factor for _, single in peak.singles() if single.value is not None]
    return shown + " " + recomputed_html("= " + " / ".join(format.format_power(rate) for rate in rates))


def values_by_variant(citations: Citations, value: Stated[Any]) -> Markup:
    entries = citations.context.catalogue.entries
    parts = [
        Markup("{} <small>{}</small>").format(citations.value_html(single), short_variant(entries[id_].variant.name))
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
        return Cell(values_by_variant(citations, value) if value else NOTHING)

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


def _stage_kinds(citations: Citations, model: Model) -> list[tuple[str, str]]:
    words, there = citations.context.words, {stage.kind for stage in model.training}
    return [(_kind_class(kind), words(f"stage.{kind.name.lower()}")) for kind in StageKind if kind in there]


def _kind_class(kind: StageKind) -> str:
    return kind.name.lower().replace("_", "-")


def _compute_precision(citations: Citations, model: Model) -> Markup | None:
    precision = model.infrastructure.precision if model.infrastructure else None
    stated = precision.compute if precision else None
    values = [(id_, single) for id_, single in stated.singles() if single.value is not None] if stated else []
    return _values_in_box(citations, values) if values else None


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
        "start": _values_in_box(citations, list(start.singles())) if start is not None else None,
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
        (words(f"recipe.{key}"), _values_in_box(citations, list(value.singles()), told=key == "context"))
        for key, value in shown
    ]


def _values_in_box(citations: Citations, values: list[tuple[str | None, Single[Any]]], told: bool = False) -> Markup:
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


def schedule_sections(citations: Citations, model: Model) -> list[Section]:
    html = _model_schedules(citations, model)
    return [Section("schedules", citations.context.words("section.schedules"), html)] if html else []


_SCHEDULED = {StageKind.PRE_TRAINING, StageKind.CONTINUED_PRE_TRAINING}


def _model_schedules(citations: Citations, model: Model) -> str:
    """Pre-trainings whose course is published; empty where only peaks and last rates are."""
    found: dict[object, tuple[Stage, Entry, ScheduleRun]] = {}
    for stage in model.training:
        for id_ in stage.variants if stage.kind in _SCHEDULED else ():
            run = _stage_run(citations, stage, id_)
            if run is not None:
                found.setdefault((stage.id, run.schedule), (stage, citations.context.catalogue.entries[id_], run))
    if not any(run.schedule.rate for _, _, run in found.values()):
        return ""
    variants = [entry.variant.id for _, entry, _ in found.values()]
    runs = [
        _run_named_by_stage(citations, run, 1 + model.training.index(stage))
        if variants.count(entry.variant.id) > 1
        else run
        for stage, entry, run in found.values()
    ]
    tokens = {run.schedule.tokens.value if run.schedule.tokens else None for run in runs}
    in_tokens = len(tokens) == 1 and None not in tokens
    if not in_tokens and None not in tokens:
        runs = [_with_tokens(citations, run) for run in runs]
    runs = [_with_later_stages(citations, run, *of[:2]) for run, of in zip(runs, found.values(), strict=True)]
    grows = any(stretch.way is Way.GROWS for run in runs for stretch in run.schedule.batch)
    return _render_figure(citations, runs, in_tokens, batch=grows)


def _with_later_stages(citations: Citations, run: ScheduleRun, of: Stage, entry: Entry) -> ScheduleRun:
    """A run with the context extensions, whose length is published, that its variant went through behind it."""
    words, id_ = citations.context.words, entry.variant.id

    def said(key: str, value: Stated[Any] | None) -> str:
        shown = value_of_variant(value, id_)
        return words(f"schedule.{key}", value=format_quantity(shown)) if shown else words(f"schedule.no_{key}")

    def later_stage(stage: Stage, length: Quantity) -> LaterStage:
        rate, batch = stage.learning_rate, stage.batch_size
        peak = value_of_variant(rate.peak, id_) if rate else None
        sequences = value_of_variant(batch.sequences, id_) if batch else None
        levels = peak.value if peak else None, sequences.value if sequences else None
        return LaterStage(format_quantity(length), said("steps", stage.steps), *levels)

    later = tuple(
        later_stage(stage, length)
        for stage in entry.model.training
        if stage.kind is StageKind.CONTEXT_EXTENSION and id_ in stage.variants
        if (length := value_of_variant(stage.sequence_length, id_)) is not None
    )
    stated = of.sequence_length.for_variant(id_) if of.sequence_length else None
    note = words("punctuation.comma") + words.text(stated.note) if stated and stated.note else ""
    return replace(run, later=later, length=said("length", of.sequence_length) + note)


def compared_schedules(citations: Citations, models: Sequence[Model]) -> Iterator[Section]:
    words = citations.context.words
    for group, tracks in (("general", {Track.GENERAL}), ("other", set(Track) - {Track.GENERAL})):
        runs, undrawn = [], []
        for model in models:
            longest = longest_pre_training(model) if model.track in tracks else None
            if longest is None:
                continue
            run = _stage_run(citations, *longest)
            if run is None:
                undrawn.append(model.name)
            else:
                runs.append(_with_tokens(citations, run))
        if not runs:
            continue
        intro = f"<p>{escape(words('schedule.others_intro'))}</p>\n" if group == "other" else ""
        batch = any(run.schedule.batch for run in runs)
        html = intro + _render_figure(citations, runs, in_tokens=False, batch=batch, undrawn=undrawn)
        yield Section(f"schedules-{group}", words(f"schedule.{group}"), html)


def longest_pre_training(model: Model) -> tuple[Stage, str] | None:
    """The pre-training with most tokens, and the flagship or variant that went through it."""
    variants = [v.id for v in model.variants if v.id in line_of_variants(model, (model.flagship,))]
    found: list[tuple[Decimal, Stage, str]] = []
    for stage in model.training:
        tokens = stage.data.tokens if stage.data and stage.kind in _SCHEDULED else None
        for id_ in variants if tokens is not None else ():
            single = tokens.for_variant(id_) if tokens is not None else None
            if id_ in stage.variants and single is not None and single.value is not None:
                shown = model.flagship if model.flagship in stage.variants else id_
                found.append((single.value.value, stage, shown))
                break
    if not found:
        return None
    most = max(tokens for tokens, _, _ in found)
    return next((stage, id_) for tokens, stage, id_ in reversed(found) if tokens == most)


def _stage_run(citations: Citations, stage: Stage, variant_id: str) -> ScheduleRun | None:
    found = schedule_of_stage(stage, variant_id)
    if found is None:
        return None
    entry = citations.context.catalogue.entries[variant_id]
    name = entry.variant.name
    href = f"ds:models/{entry.model.id}.md#stage-{stage.id}"
    return ScheduleRun(f"{variant_id}/{stage.id}", name, short_size(name), href, found)


def _run_named_by_stage(citations: Citations, run: ScheduleRun, number: int) -> ScheduleRun:
    """A run is called by its stage, where a variant has several."""
    name = citations.context.words("schedule.stage", number=number)
    return replace(run, name=name, label=name)


def _with_tokens(citations: Citations, run: ScheduleRun) -> ScheduleRun:
    assert run.schedule.tokens is not None
    tokens = format_quantity(run.schedule.tokens)
    return replace(run, label=citations.context.words("schedule.run", run=run.label, tokens=tokens))


def _render_figure(
    citations: Citations, runs: Sequence[ScheduleRun], in_tokens: bool, batch: bool, undrawn: Sequence[str] = ()
) -> str:
    return citations.context.html(
        "schedule_figure.html.jinja",
        svg=Markup(schedule_figure(citations.context, runs, in_tokens, batch)),
        caption=_figure_caption(citations, runs, in_tokens, batch),
        remarks=_figure_remarks(citations, runs, batch, undrawn),
    )


def _figure_caption(citations: Citations, runs: Sequence[ScheduleRun], in_tokens: bool, batch: bool) -> list[str]:
    words = citations.context.words
    counted = all(run.schedule.tokens for run in runs)
    unit = "tokens" if in_tokens else "share" if counted else "steps"
    computed = any(stretch.computed for run in runs for stretch in run.schedule.rate)
    sentences = [words(f"schedule.caption_{unit}")]
    sentences += [words("schedule.caption_batch")] if batch else []
    sentences += [words("schedule.caption_later")] if any(run.later for run in runs) else []
    return [*sentences, words("schedule.published" if computed else "schedule.published_alone")]


def _figure_remarks(
    citations: Citations, runs: Sequence[ScheduleRun], batch: bool, undrawn: Sequence[str]
) -> list[str]:
    """What is not published and not drawn, and what was computed to draw the rest."""
    words = citations.context.words
    named = {
        "loose": [run.name for run in runs if run.schedule.loose],
        "warmup": [run.name for run in runs if run.schedule.warmup_without_length and run.schedule.rate],
        "no_batch": [run.name for run in runs if batch and not run.schedule.batch],
        "undrawn": list(undrawn),
    }
    sentences = [
        words(f"schedule.{key}", names=words("punctuation.listed").join(dict.fromkeys(names)))
        for key, names in named.items()
        if names
    ]
    if any(stretch.way is Way.WARM_UP for run in runs for stretch in run.schedule.rate):
        sentences.append(words("schedule.warmup_length"))
    if batch and any(stretch.way is Way.GROWS for run in runs for stretch in run.schedule.batch):
        sentences.append(words("schedule.grows"))
    return sentences

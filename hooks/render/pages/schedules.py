"""Schedules of learning rate and batch size, of one model or compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from markupsafe import Markup, escape

from catalogue.derive.training import Way, schedule_of_stage
from catalogue.records import Entry
from catalogue.schema.model import Model, Track
from catalogue.schema.training import Stage, StageKind

from ..cite import Citations
from ..figures.schedule import ScheduleRun, line_of_variants, schedule_figure
from ..format import format_quantity, short_size
from ..page import Section

KINDS = {StageKind.PRE_TRAINING, StageKind.CONTINUED_PRE_TRAINING}


def model_schedules(citations: Citations, model: Model) -> str:
    """Pre-trainings whose course is published; empty where only peaks and last rates are."""
    found: dict[object, tuple[Stage, Entry, ScheduleRun]] = {}
    for stage in model.training:
        for id_ in stage.variants if stage.kind in KINDS else ():
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
    grows = any(stretch.way is Way.GROWS for run in runs for stretch in run.schedule.batch)
    return _render_figure(citations, runs, in_tokens, batch=grows)


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
        tokens = stage.data.tokens if stage.data and stage.kind in KINDS else None
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

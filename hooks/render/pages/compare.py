"""Comparison tables by theme, over every model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from catalogue.records import Entry, sort_by_date
from catalogue.schema.model import Model
from catalogue.schema.training import MAKE_A_BASE_MODEL, Stage, StageKind
from catalogue.schema.values import Single

from ..cite import Citations
from ..context import Context
from ..links import model_link, variant_link
from ..page import Page, Section, lead_section
from ..tables import Cell, Column, Table, by_column, columns_for_each, stated_at, value_cell
from ..words import Words
from . import schedules, scores
from .model_architecture import sizes_table
from .model_machines import compute_table
from .sources import sources_section

_ARCHITECTURE = (
    "attention",
    "num_hidden_layers",
    "hidden_size",
    "num_attention_heads",
    "num_key_value_heads",
    "q_lora_rank",
    "kv_lora_rank",
    "feed_forward",
    "intermediate_size",
    "moe_intermediate_size",
    "n_routed_experts",
    "n_shared_experts",
    "num_experts_per_tok",
    "first_k_dense_replace",
    "vocab_size",
    "rope_theta",
)
_TRAINING = (
    "data.tokens",
    "sequence_length",
    "steps",
    "batch_size.sequences",
    "optimizer.name",
    "optimizer.beta1",
    "optimizer.beta2",
    "optimizer.weight_decay",
    "optimizer.gradient_clip_norm",
    "learning_rate.peak",
    "learning_rate.schedule",
    "learning_rate.warmup_steps",
)
_POST_TRAINING = (
    "data.samples",
    "data.tokens",
    "data.epochs",
    "learning_rate.peak",
    "batch_size.sequences",
    "steps",
    "preference.method",
    "preference.beta",
    "reinforcement.algorithm",
    "reinforcement.reward",
    "reinforcement.kl_coefficient",
    "reinforcement.clip_epsilon",
    "reinforcement.group_size",
    "reinforcement.temperature",
    "reinforcement.max_output_length",
)
_INFRASTRUCTURE = (
    "framework",
    "hardware.gpu",
    "hardware.gpu_count",
    "parallelism.data",
    "parallelism.tensor",
    "parallelism.pipeline",
    "parallelism.pipeline_schedule",
    "parallelism.expert",
    "precision.compute",
    "precision.accumulation",
    "gpu_hours_total",
    "price_per_gpu_hour_usd",
    "cost_usd",
)


def theme_page(context: Context, theme: str) -> Page:
    citations, words, key = Citations(context), context.words, theme.replace("-", "_")
    sections = tuple(_SECTIONS[theme](citations))
    return Page(
        f"compare/{theme}.md",
        words(f"compare.{key}.title"),
        words(f"compare.{key}.description"),
        (lead_section(words(f"compare.{key}.intro")), *sections, sources_section(citations)),
        hide=("toc",),
    )


def _dated_models(context: Context) -> list[Model]:
    return sort_by_date(context.catalogue.models.values())


def _architecture_sections(citations: Citations) -> Iterator[Section]:
    context, words = citations.context, citations.context.words
    owners = [
        entry
        for model in _dated_models(context)
        for entry in context.catalogue.entries_of(model)
        if entry.variant.architecture is not None
    ]
    table = sizes_table(citations, words("compare.architecture.sizes_caption"), tuple(owners))
    yield Section("sizes", words("compare.architecture.sizes"), _render_sortable(context, table))
    columns: list[Column[Entry]] = [Column(words("table.variant"), lambda entry: variant_link(entry, "architecture"))]
    columns += columns_for_each(
        _ARCHITECTURE,
        lambda key: Markup("{} <code>{}</code>").format(words(f"field.architecture.{key}"), key),
        lambda entry, key: value_cell(citations, getattr(entry.architecture, key)),
        True,
    )
    table = by_column(words("compare.architecture.caption"), columns, owners)
    yield Section("dimensions", words("compare.architecture.dimensions"), _render_sortable(context, table))


def _render_sortable(context: Context, table: Table) -> str:
    wide = replace(table, sortable=True, classes=f"{table.classes} ds-wide".strip())
    return context.html("table.html.jinja", t=wide)


def _stage_sections(
    citations: Citations, kinds: Collection[StageKind], keys: Sequence[str], theme: str
) -> Iterator[Section]:
    """A row a stage, or a row a variant where its values differ."""
    words, entries = citations.context.words, citations.context.catalogue.entries
    listed = words("punctuation.listed")
    stages = [(model, stage) for model in _dated_models(citations.context) for stage in model.training]
    columns: list[Column[_StageRun]] = [
        Column(words("table.model"), lambda run: _stage_link(words, run.model, run.stage)),
        Column(words("table.for"), lambda run: listed.join(entries[id_].variant.name for id_ in run.variants)),
    ]
    columns += columns_for_each(
        keys, lambda key: words(f"field.{key}"), lambda run, key: value_cell(citations, run.said(key)), if_any=True
    )
    for kind in (kind for kind in StageKind if kind in kinds):
        runs = [run for model, stage in stages if stage.kind is kind for run in _stage_runs(model, stage, keys)]
        if runs:
            name = words(f"stage.{kind.name.lower()}")
            table = by_column(words(f"compare.{theme}.caption", stage=name), columns, runs)
            yield Section(kind.name.lower().replace("_", "-"), name, _render_sortable(citations.context, table))


@dataclass(frozen=True)
class _StageRun:
    """A stage for variants with the same values."""

    model: Model
    stage: Stage
    variants: Sequence[str]

    def said(self, key: str) -> Single[Any] | None:
        value = stated_at(self.stage, key)
        return value.for_variant(self.variants[0]) if value is not None else None


def _stage_runs(model: Model, stage: Stage, keys: Sequence[str]) -> list[_StageRun]:
    apart = {id_ for key in keys if (value := stated_at(stage, key)) is not None for id_ in value.by_variant or ()}
    return [_StageRun(model, stage, [v.id]) for v in model.variants if v.id in apart] or [
        _StageRun(model, stage, stage.variants)
    ]


def _stage_link(words: Words, model: Model, stage: Stage) -> Markup:
    name = Markup("<br><small>{}</small>").format(words.text(stage.name)) if stage.name else ""
    return model_link(model, f"stage-{stage.id}") + name


def _training_sections(citations: Citations) -> Iterator[Section]:
    context = citations.context
    yield from schedules.compared_schedules(citations, _dated_models(context))
    yield from _stage_sections(citations, MAKE_A_BASE_MODEL, _TRAINING, "training")
    table = compute_table(citations, _dated_models(context))
    yield Section("compute", context.words("compare.training.compute"), _render_sortable(context, table))


def _infrastructure_sections(citations: Citations) -> Iterator[Section]:
    yield Section(
        "frameworks", citations.context.words("compare.infrastructure.frameworks"), infrastructure_table(citations)
    )


def infrastructure_table(citations: Citations) -> str:
    context, words = citations.context, citations.context.words

    def said(model: Model, key: str) -> Cell | Markup:
        value = stated_at(model.infrastructure, key)
        if value is None or not value.by_variant:
            return value_cell(citations, value)
        return Markup("<br>").join(
            Markup("{} <small>{}</small>").format(citations.value_html(s), context.catalogue.entries[v].variant.name)
            for v, s in value.by_variant.items()
        )

    columns: list[Column[Model]] = [Column(words("table.model"), lambda model: model_link(model, "infrastructure"))]
    columns += columns_for_each(_INFRASTRUCTURE, lambda key: words(f"field.infrastructure.{key}"), said)
    models = [model for model in _dated_models(context) if model.infrastructure is not None]
    return _render_sortable(context, by_column(words("compare.infrastructure.caption"), columns, models))


def _evaluation_sections(citations: Citations) -> Iterator[Section]:
    yield from scores.benchmark_sections(citations, _dated_models(citations.context))


_SECTIONS: dict[str, Callable[[Citations], Iterator[Section]]] = {
    "architecture": _architecture_sections,
    "training": _training_sections,
    "post-training": lambda citations: _stage_sections(
        citations, set(StageKind) - MAKE_A_BASE_MODEL, _POST_TRAINING, "post_training"
    ),
    "infrastructure": _infrastructure_sections,
    "evaluation": _evaluation_sections,
}

"""Comparison tables by theme, over every model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import by_date
from catalogue.schema.model import Model
from catalogue.schema.training import MAKE_A_BASE_MODEL, Stage, StageKind
from catalogue.schema.values import Stated

from ..cite import Citations
from ..context import Context
from ..fields import value_cell
from ..links import model_link, variant_link
from ..page import Page, Section, lead_section
from ..tables import NOTHING, Cell, Head, Table
from . import compare_models, compare_scores, schedules
from .model_architecture import sizes_table
from .model_follows import compute_table
from .sources import sources

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
THEMES = ("architecture", "training", "post-training", "infrastructure", "evaluation")


def pages(context: Context) -> Iterator[Page]:
    """A page per theme, and the page that leads to them."""
    builders: dict[str, Callable[[Citations], Iterator[Section]]] = {
        "architecture": _architecture,
        "training": _training,
        "post-training": lambda citations: _stages(
            citations, set(StageKind) - MAKE_A_BASE_MODEL, _POST_TRAINING, "post_training"
        ),
        "infrastructure": _infrastructure,
        "evaluation": _evaluation,
    }
    words = context.words
    for theme in THEMES:
        citations, key = Citations(context), theme.replace("-", "_")
        lead = lead_section(words(f"compare.{key}.intro"))
        body = tuple(builders[theme](citations))
        yield Page(
            f"compare/{theme}.md",
            words(f"compare.{key}.title"),
            words(f"compare.{key}.description"),
            (lead, *body, sources(citations)),
            hide=("toc",),
        )
    items = [
        (
            f"ds:compare/{theme}.md",
            words(f"compare.{theme.replace('-', '_')}.title"),
            words(f"compare.{theme.replace('-', '_')}.intro"),
        )
        for theme in THEMES
    ]
    any_models = (f"ds:{compare_models.PATH}", words("compare.models.title"), words("compare.models.intro"))
    yield Page(
        "compare/index.md",
        words("page.compare"),
        words("compare.description"),
        (Section("lead", "", context.html("link_cards.html.jinja", items=[any_models, *items])),),
    )


def _models(context: Context) -> list[Model]:
    return by_date(context.catalogue.models.values())


def _architecture(citations: Citations) -> Iterator[Section]:
    context, words = citations.context, citations.context.words
    owners = [
        entry
        for model in _models(context)
        for entry in context.catalogue.entries_of(model)
        if entry.variant.architecture is not None
    ]
    table = sizes_table(citations, words("compare.architecture.sizes_caption"), tuple(owners))
    yield Section("sizes", words("compare.architecture.sizes"), _sortable(context, table))
    heads = [Head(words("table.variant"))] + [
        Head(_head(words, f"field.architecture.{key}", key), True) for key in _ARCHITECTURE
    ]
    rows = []
    for entry in owners:
        values = [getattr(entry.architecture, key) for key in _ARCHITECTURE]
        rows.append([Cell(variant_link(entry, "architecture")), *(value_cell(citations, value) for value in values)])
    yield Section(
        "dimensions",
        words("compare.architecture.dimensions"),
        _sortable(context, Table(words("compare.architecture.caption"), heads, rows)),
    )


def _head(words: Callable[[str], str], key: str, code: str) -> Markup:
    return Markup("{} <code>{}</code>").format(words(key), code)


def _sortable(context: Context, table: Table) -> str:
    wide = Table(table.caption, table.heads, table.rows, True, f"{table.classes} ds-wide".strip())
    return context.html("table.html.jinja", t=wide)


def _get(block: object, path: str) -> Stated[Any] | None:
    for name in path.split("."):
        block = getattr(block, name, None)
    return block if isinstance(block, Stated) else None


def _stages(citations: Citations, kinds: Collection[StageKind], keys: Sequence[str], theme: str) -> Iterator[Section]:
    """One row per stage; a stage whose values differ by variant has a row for each."""
    context, words = citations.context, citations.context.words
    found = [(model, stage) for model in _models(context) for stage in model.training if stage.kind in kinds]
    used = [key for key in keys if any(_get(stage, key) is not None for _, stage in found)]
    for kind in StageKind:
        rows = [
            row for model, stage in found if stage.kind is kind for row in _stage_rows(citations, model, stage, used)
        ]
        if not rows:
            continue
        there = [i for i, _ in enumerate(used) if any(row[2 + i].html != NOTHING for row in rows)]
        heads = [Head(words("table.model")), Head(words("table.for"))] + [
            Head(words(f"field.{used[i]}")) for i in there
        ]
        kept = [[row[0], row[1], *(row[2 + i] for i in there)] for row in rows]
        name = words(f"stage.{kind.name.lower()}")
        table = Table(words(f"compare.{theme}.caption", stage=name), heads, kept)
        yield Section(kind.name.lower().replace("_", "-"), name, _sortable(context, table))


def _stage_rows(citations: Citations, model: Model, stage: Stage, keys: Sequence[str]) -> Iterator[list[Cell]]:
    words, entries = citations.context.words, citations.context.catalogue.entries
    values = [_get(stage, key) for key in keys]
    apart = list(dict.fromkeys(v for value in values if value is not None for v in (value.by_variant or {})))
    apart.sort(key=[variant.id for variant in model.variants].index)
    title = words.text(stage.name) if stage.name else model.name
    link = model_link(model, f"stage-{stage.id}")
    if stage.name:
        link += Markup("<br><small>{}</small>").format(title)
    for variant in apart or [""]:
        names = [variant] if variant else list(stage.variants)
        who = Markup(words("punctuation.listed")).join(escape(entries[id_].variant.name) for id_ in names)
        cells = [
            value_cell(citations, value.for_variant(variant) if value is not None and variant else value)
            for value in values
        ]
        yield [Cell(link), Cell(who), *cells]


def _training(citations: Citations) -> Iterator[Section]:
    context = citations.context
    yield from schedules.compared(citations, _models(context))
    yield from _stages(citations, MAKE_A_BASE_MODEL, _TRAINING, "training")
    table = compute_table(citations, _models(context))
    yield Section("compute", context.words("compare.training.compute"), _sortable(context, table))


def _infrastructure(citations: Citations) -> Iterator[Section]:
    yield Section(
        "frameworks", citations.context.words("compare.infrastructure.frameworks"), infrastructure_table(citations)
    )


def infrastructure_table(citations: Citations) -> str:
    """Framework, machines, parallelism, precision, hours and cost, a row per model."""
    context, words = citations.context, citations.context.words
    heads = [Head(words("table.model"))] + [Head(words(f"field.infrastructure.{key}")) for key in _INFRASTRUCTURE]
    rows = []
    for model in _models(context):
        if model.infrastructure is None:
            continue
        link = model_link(model, "infrastructure")
        cells = []
        for key in _INFRASTRUCTURE:
            value = _get(model.infrastructure, key)
            if value is not None and value.by_variant:
                entries = context.catalogue.entries
                parts = [
                    Markup("{} <small>{}</small>").format(citations.single(s), entries[v].variant.name)
                    for v, s in value.by_variant.items()
                ]
                cells.append(Cell(Markup("<br>").join(parts)))
            else:
                cells.append(value_cell(citations, value))
        rows.append([Cell(link), *cells])
    return _sortable(context, Table(words("compare.infrastructure.caption"), heads, rows))


def _evaluation(citations: Citations) -> Iterator[Section]:
    yield from compare_scores.sections(citations, _models(citations.context))

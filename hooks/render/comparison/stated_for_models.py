"""What holds for a variant of what its model states: training, infrastructure and evaluation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from catalogue import checkpoint
from catalogue.checkpoint import Recipe, holds_for, recipe_stages
from catalogue.derive.agreement import comparable_value
from catalogue.records import Entry
from catalogue.schema.evaluation import Evaluation, EvaluationKind
from catalogue.schema.evaluation import Row as Scores
from catalogue.schema.training import MAKE_A_BASE_MODEL, Infrastructure, Stage, StageKind
from catalogue.schema.values import Single

from ..cite import Citations
from .rows import Cells, ComparedCell, Row
from .themes import fields_with_values, ordered_values, parent_cell, published_cell

_ELSEWHERE = ("gflop_per_token", "model_flops_utilization")  # stand beside the recomputed ones

_KINDS = (EvaluationKind.BASE, EvaluationKind.CHAT, EvaluationKind.REASONING)


def training_rows(citations: Citations, entry: Entry) -> Cells:
    """Tokenizer and the stages that make a base model."""
    words, cells = citations.context.words, Cells()
    made = recipe_stages(citations.context.catalogue.entries, entry)
    root = parent_cell(citations, made.line[-1])
    if root is not None:
        cells[Row(("root",), (-2,), escape(words("compare.models.root")))] = root
    if entry.model.tokenizer is not None:
        group = words("section.tokenizer")
        for key, place, value in ordered_values(entry.model.tokenizer):
            label = escape(words(f"field.tokenizer.{key}"))
            found = checkpoint.tokenizer_value(citations.context.catalogue.entries, entry, value)
            if found is not None:
                cells[Row(("tokenizer", key), (-1, *place), label, group)] = published_cell(citations, found)
    return cells | _stage_rows(citations, made, MAKE_A_BASE_MODEL)


def post_training(citations: Citations, entry: Entry) -> Cells:
    """The stages after that."""
    made = recipe_stages(citations.context.catalogue.entries, entry)
    return _stage_rows(citations, made, set(StageKind) - MAKE_A_BASE_MODEL)


def _stage_rows(citations: Citations, made: Recipe, kinds: Collection[StageKind]) -> Cells:
    """A row for each value of a kind of stage; several stages of one kind share it."""
    words, cells = citations.context.words, Cells()
    for number, kind in enumerate(StageKind):
        stages = [stage for stage in made.stages if stage.kind is kind and kind in kinds]
        if not stages:
            continue
        group = words(f"stage.{kind.name.lower()}")
        names = Markup(" ").join(_stage_link(citations, made, stage, stages) for stage in stages)
        label = escape(words("compare.models.stages"))
        cells[Row((kind.value, ""), (number, -1), label, group)] = ComparedCell(names, None)
        for (key, place), found in stage_values(made, stages).items():
            row = Row((kind.value, key), (number, *place), escape(words(f"field.{key}")), group)
            cells[row] = _joined_stages(citations, made, stages, found)
    return cells


def stage_values(
    made: Recipe, stages: Collection[Stage]
) -> dict[tuple[str, tuple[int, ...]], list[tuple[Stage, Single[Any]]]]:
    """Every value that the stages state, by key and place in the schema."""
    values: dict[tuple[str, tuple[int, ...]], list[tuple[Stage, Single[Any]]]] = {}
    for stage in stages:
        for key, place, value in ordered_values(stage):
            found = holds_for(value, made.line)
            if found is not None:
                values.setdefault((key, place), []).append((stage, found))
    return values


def _stage_link(citations: Citations, made: Recipe, stage: Stage, stages: Collection[Stage]) -> Markup:
    name = _told_apart(citations, made, stage, stages) or citations.context.words(f"stage.{stage.kind.name.lower()}")
    return Markup('<a class="ds-to-stage" href="ds:models/{}.md#stage-{}">{}</a>').format(
        made.line[0].model.id, stage.id, name
    )


def _told_apart(citations: Citations, made: Recipe, stage: Stage, stages: Collection[Stage]) -> str:
    """What tells a stage from the others of its kind: its name, or its number on the page; nothing where none does."""
    if stage.name:
        return citations.context.words.text(stage.name)
    if sum(other.name is None for other in stages) < 2:
        return ""
    return citations.context.words("compare.models.stage", number=made.line[0].model.training.index(stage) + 1)


def _joined_stages(
    citations: Citations, made: Recipe, stages: list[Stage], found: list[tuple[Stage, Single[Any]]]
) -> ComparedCell:
    """One value, or that of each stage with the stage's name."""
    sayings = [comparable_value(value) for _, value in found]
    value = " / ".join(dict.fromkeys(s for s in sayings if s is not None)) if None not in sayings else None
    if len(found) == len(stages) and len(set(sayings)) == 1 and value is not None:
        return ComparedCell(citations.single(found[0][1]), sayings[0])
    parts = []
    for stage, single_ in found:
        name = _told_apart(citations, made, stage, stages) if len(stages) > 1 else ""
        parts.append(citations.single(single_) + (Markup(" <small>{}</small>").format(name) if name else ""))
    if len(parts) == 1:
        return ComparedCell(parts[0], value)
    return ComparedCell(
        Markup(" ").join(Markup('<span class="ds-each">{}</span>').format(part) for part in parts), value
    )


def infrastructure_rows(citations: Citations, entry: Entry) -> Cells:
    """Framework, machines, parallelism, formats, hours and cost, where they hold for the variant."""
    words, entries, cells = citations.context.words, citations.context.catalogue.entries, Cells()
    values = {key: value for key, _, value in ordered_values(entry.model.infrastructure or Infrastructure())}
    own = {
        "gpu_hours_total": checkpoint.gpu_hours(entry),
        "cost_usd": checkpoint.published_cost(entry),
        "precision.released_weights": checkpoint.weights_format(entry),
    }
    for key, place in fields_with_values(Infrastructure):
        found = own[key] if key in own else checkpoint.infrastructure_value(entries, entry, values.get(key))
        if found is not None and key not in _ELSEWHERE:
            cells[Row((key,), place, escape(words(f"field.infrastructure.{key}")))] = published_cell(citations, found)
    return cells


@dataclass(frozen=True)
class Benchmarks:
    """Rows of all evaluation tables that two variants or more have a score in, by variant.

    Like with like: a row is a benchmark in one setting and one kind of table. Where a table states no
    setting, its scores are comparable among themselves and with nothing else.
    """

    scores: Mapping[str, Mapping[Row, list[Single[Any]]]]

    def evaluation(self, citations: Citations, entry: Entry) -> Cells:
        """The scores of a variant."""
        found = self.scores.get(entry.variant.id, {})
        return {row: _score_cell(citations, several) for row, several in found.items()}


def benchmark_tables(citations: Citations) -> Benchmarks:
    """Bring the tables of all models together."""
    words = citations.context.words
    found: dict[tuple[str, ...], tuple[Row, dict[str, list[Single[Any]]]]] = {}
    for model in citations.context.catalogue.models.values():
        for table in model.evaluation:
            for scores in table.rows if table.kind in _KINDS else ():
                setting = scores.setting.en if scores.setting else f"{model.id}/{table.id}"
                id_ = (table.kind.value, scores.benchmark.en, setting)
                order = (_KINDS.index(table.kind), len(found))
                row = Row(id_, order, _benchmark_row(citations, table, scores), words(f"evaluation.{table.kind.value}"))
                _, by_variant = found.setdefault(id_, (row, {}))
                for variant, score in scores.scores.items():
                    by_variant.setdefault(variant, []).append(score)
    by_row = {row: by_variant for row, by_variant in found.values() if len(by_variant) > 1}
    variants = dict.fromkeys(variant for by_variant in by_row.values() for variant in by_variant)
    return Benchmarks(
        {v: {row: by_variant[v] for row, by_variant in by_row.items() if v in by_variant} for v in variants}
    )


def _benchmark_row(citations: Citations, table: Evaluation, row: Scores) -> Markup:
    name = citations.inline(row.benchmark)
    where = citations.setting(row.setting) if row.setting else escape(citations.context.words.text(table.title))
    return Markup("{} <small>{}</small>").format(name, where)


def _score_cell(citations: Citations, scores: list[Single[Any]]) -> ComparedCell:
    """One score; several where sources print different ones for the same setting."""
    distinct: dict[str | None, Single[Any]] = {}
    for score in scores:
        distinct.setdefault(comparable_value(score), score)
    sayings = sorted(saying for saying in distinct if saying is not None)
    html = Markup(" / ").join(citations.single(score) for score in distinct.values())
    return ComparedCell(html, " / ".join(sayings) if sayings else None)

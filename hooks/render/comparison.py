"""Models side by side: what each says, row by row and by theme, and how the rows compare."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from catalogue import records
from catalogue.derive.expression import Computation
from catalogue.derive.parameters import (
    ACTIVATED_CONVENTION,
    NOT_THERE,
    Agreement,
    Verdict,
    cache_bytes,
    comparable_dimension,
    comparable_spelling,
    comparable_value,
    row_verdict,
)
from catalogue.derive.training import SizeOf, metric_counts, published_size, recomputed_size, training_metrics_with_peak
from catalogue.records import Catalogue, Entry, Recipe, inherited_value, recipe_stages, variant_lineage
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import Counted, Evaluation, EvaluationKind, PartKind, Size, Tokenizer
from catalogue.schema.model import Row as Scores
from catalogue.schema.quantities import Count
from catalogue.schema.training import MAKE_A_BASE_MODEL, Infrastructure, Stage, StageKind
from catalogue.schema.values import Single, fields_with_values, stated_values

from . import format
from .cite import Citations, counted_mark, reference_anchor
from .format import NOTHING
from .links import model_link
from .recomputed import (
    agreement_cell,
    substituted_formula,
    term_with_unit,
    worked_hours_html,
    working_cell,
    working_link,
)
from .words import Words


@dataclass(frozen=True)
class ComparisonRow:
    """A line of a comparison.

    Attributes:
        id: The same for every variant.
        order: Position in its theme.
        group: Heading above it, if the theme has headings.
    """

    id: tuple[str, ...]
    order: tuple[int, ...]
    label: Markup = field(compare=False)
    group: str = field(default="", compare=False)


@dataclass(frozen=True)
class ComparedCell:
    """What a variant says in a row; `value` is in one spelling, None where it is not known."""

    html: Markup
    value: str | None

    @property
    def is_there(self) -> bool:
        return self.html != NOTHING


NOT_HERE = ComparedCell(NOTHING, NOT_THERE)
UNSAID = ComparedCell(NOTHING, None)

Cells = dict[ComparisonRow, ComparedCell]


@dataclass(frozen=True)
class ComparedLine:
    """A row of a comparison; `marked` are the cells that differ from the first known one."""

    row: ComparisonRow
    cells: Sequence[ComparedCell]
    verdict: Verdict
    marked: Sequence[bool]


def compared_lines(columns: Sequence[Cells], least: int) -> list[ComparedLine]:
    """Rows that at least `least` variants fill."""
    rows = sorted({row for column in columns for row in column}, key=lambda row: row.order)
    found = []
    for row in rows:
        cells = [column.get(row, UNSAID) for column in columns]
        if sum(cell.is_there for cell in cells) < least:
            continue
        values = [cell.value for cell in cells]
        first = next((value for value in values if value is not None), None)
        found.append(ComparedLine(row, cells, row_verdict(values), [value not in (None, first) for value in values]))
    return found


_LICENCES = ("weights", "code", "commercial_use")


def published_cell(citations: Citations, value: Single[Any]) -> ComparedCell:
    return ComparedCell(citations.value_html(value), comparable_value(value))


class _CellList:
    """Cells in order; `put` skips what a variant does not state."""

    def __init__(self, citations: Citations) -> None:
        self.citations, self.cells, self._place = citations, Cells(), 0

    def add_value(self, id_: str, label: Markup | str, what: ComparedCell | Single[Any] | None) -> None:
        self._place += 1
        if what is not None:
            given = what if isinstance(what, ComparedCell) else published_cell(self.citations, what)
            self.cells[ComparisonRow((id_,), (self._place,), escape(label))] = given


def identity_rows(citations: Citations, entry: Entry) -> Cells:
    words = citations.context.words
    model, listing = entry.model, _CellList(citations)
    family = model_link(model)
    listing.add_value("model", words("compare.models.family"), ComparedCell(family, model.id))
    track = words(f"track.{model.track.value}")
    listing.add_value("track", words("compare.models.track"), ComparedCell(escape(track), model.track.value))
    kind = words(f"compare.models.kind.{entry.variant.kind.name.lower()}")
    listing.add_value("kind", words("compare.models.checkpoint"), ComparedCell(escape(kind), entry.variant.kind.value))
    listing.add_value("based_on", words("field.starts_from"), parent_cell(citations, entry))
    dates = {name: records.checkpoint_date(entry, name) for name in records.RELEASED}
    dates["api"] = records.api_date(citations.context.catalogue.api_names, entry.variant.id)
    for name, date in dates.items():
        listing.add_value(f"date.{name}", words("compare.models.date", of=words(f"field.dates.{name}")), date)
    listing.add_value("paper", words("fact.paper"), _paper_cell(citations, entry))
    for name in _LICENCES:
        licence = getattr(records.checkpoint_licences(entry), name, None)
        listing.add_value(f"licence.{name}", words(f"compare.models.licence.{name}"), licence)
    return listing.cells


def base_html(citations: Citations, stated: Single[Any]) -> Markup:
    if stated.absence is not None:
        return citations.value_html(stated)
    name = escape(citations.context.outside_name(str(stated.value)))
    return citations.cite(name, stated.source, citations.note_text(stated))


def parent_cell(citations: Citations, entry: Entry) -> ComparedCell | None:
    """The weights that a variant starts from, by page name where they have a page."""
    stated = entry.variant.based_on
    if stated is None:
        return None
    parent = citations.context.catalogue.entries.get(str(stated.value))
    if parent is None:
        return ComparedCell(base_html(citations, stated), comparable_value(stated))
    return ComparedCell(citations.cite(escape(parent.variant.name), stated.source), parent.variant.id)


def _paper_cell(citations: Citations, entry: Entry) -> ComparedCell:
    words, references = citations.context.words, citations.context.catalogue.references
    reference = references.get(records.checkpoint_reference(entry) or "")
    if reference is None:
        return ComparedCell(Markup('<span class="ds-absent">{}</span>').format(words("fact.no_paper")), "")
    label = f"arXiv:{reference.eprint}" if reference.eprint else reference.title_in(words.language)
    link = Markup('<a href="ds:references.md#{}">{}</a>').format(reference_anchor(reference.key), label)
    return ComparedCell(link, reference.key)


def size_rows(citations: Citations, entry: Entry) -> Cells:
    words, parameters, listing = citations.context.words, entry.variant.parameters, _CellList(citations)
    activated = {"total": parameters.total, "activated": parameters.activated}
    agreements = {"total": entry.total_agreement, "activated": entry.activated_agreement}
    for name, published in activated.items():
        label = words(f"field.parameters.{name}")
        printed = _printed_size(citations, published, agreements[name])
        listing.add_value(f"{name}.published", _basis_label(label, words("compare.models.published")), printed)
        how = words("compare.models.recomputed")
        if name == "activated":
            how = words("punctuation.comma").join((how, words(f"basis.{ACTIVATED_CONVENTION.name.lower()}")))
        recounted = _recounted_size(citations, entry, SizeOf(name), agreements[name])
        listing.add_value(f"{name}.recomputed", _basis_label(label, how), recounted)
    for kind in PartKind:
        term = entry.parts.get(kind)
        label = words(f"compare.models.part.{kind.name.lower()}")
        what = NOT_HERE if term is None and _has_none(entry, kind) else _worked_size(entry, term)
        listing.add_value(f"part.{kind.name}", _basis_label(label, words("compare.models.recomputed")), what)
    return listing.cells


def _recounted_size(citations: Citations, entry: Entry, which: SizeOf, found: Agreement | None) -> ComparedCell | None:
    """The recount that a published size is compared with; with Engram, the total counts all of it."""
    said, whole = _agreement_cell(citations, entry, found), recomputed_size(entry, which)
    if said is None or found is None or whole is None:
        return said
    words, published = citations.context.words, published_size(entry, which)
    html = said.html
    if published is not None and published.counts in (Counted.BACKBONE, Counted.WRITING):
        html += counted_mark(words, published.counts)
    if whole.value != found.recomputed:
        html += Markup("<br>") + working_link(entry, format.format_compact(whole.value), substituted_formula(whole))
        html += counted_mark(words, Counted.WITH_ENGRAM)
    return ComparedCell(html, str(whole.value))


def _printed_size(citations: Citations, published: Size[Count] | None, recounted: Agreement | None) -> ComparedCell:
    """A published size; its paper chooses what it counts, so a recount is compared in its place where there is one."""
    if published is None:
        return NOT_HERE
    shown = published_cell(citations, published)
    return shown if recounted is None and published.counts is None else ComparedCell(shown.html, None)


def _has_none(entry: Entry, kind: PartKind) -> bool:
    dimension = {PartKind.MTP: "num_nextn_predict_layers", PartKind.ENGRAM: "engram_layers"}.get(kind)
    return entry.architecture is not None and dimension is not None and getattr(entry.architecture, dimension) is None


def _basis_label(label: str, how: str) -> Markup:
    return Markup("{} <small>{}</small>").format(label, how)


def _agreement_cell(citations: Citations, entry: Entry, found: Agreement | None) -> ComparedCell | None:
    if found is None:
        return None
    return ComparedCell(agreement_cell(citations, entry, found).html, str(found.recomputed))


def _worked_size(entry: Entry, term: Computation | None) -> ComparedCell | None:
    """A size as long as published ones are; all its digits are in the title."""
    if term is None:
        return None
    title = f"{format.format_integer(term.value)} = {term.numbers}"
    return ComparedCell(working_link(entry, format.format_compact(term.value), title), str(term.value))


def _worked_cell(entry: Entry, term: Computation | None) -> ComparedCell | None:
    return ComparedCell(working_cell(entry, term).html, str(term.value)) if term is not None else None


def architecture_rows(citations: Citations, entry: Entry) -> Cells:
    """Dimensions of config.json; one that an architecture does not have is a difference."""
    block = entry.architecture
    if block is None:
        return {}
    words = citations.context.words
    values = dict(stated_values(block))
    cells = {}
    for place, key in enumerate(fields_with_values(Architecture)):
        label = Markup("{} <code>{}</code>").format(words(f"field.architecture.{key}"), key.rpartition(".")[2])
        value = values.get(key)
        html = citations.value_html(value) if value is not None else NOTHING
        cells[ComparisonRow((key,), (place,), label)] = ComparedCell(html, comparable_dimension(key, value))
    return cells


def cache_rows(citations: Citations, entry: Entry) -> Cells:
    words, recount, listing = citations.context.words, entry.recount, _CellList(citations)
    listing.add_value("context", words("field.context_length"), entry.variant.context_length)
    listing.add_value("elements", words("field.kv_cache"), _worked_cell(entry, recount.kv_cache if recount else None))
    listing.add_value("state", words("term.state"), _worked_cell(entry, recount.state if recount else None))
    label = _basis_label(words("field.cache.in_bf16"), words("compare.models.recomputed"))
    listing.add_value("bf16", label, _worked_cell(entry, cache_bytes(recount) if recount else None))
    label = _basis_label(words("field.cache.in_service"), words("compare.models.recomputed"))
    compared = _agreement_cell(citations, entry, entry.stored_cache_agreement)
    listing.add_value("stored", label, compared or _worked_cell(entry, entry.stored_cache))
    published = entry.model.kv_cache.bytes_per_token if entry.model.kv_cache else None
    lineage = variant_lineage(citations.context.catalogue.entries, entry)
    listing.add_value("published", words("field.cache.bytes_per_token"), inherited_value(published, lineage))
    return listing.cells


def compute_rows(citations: Citations, entry: Entry) -> Cells:
    """What follows from the architecture and from the pre-training that made the weights, in whichever family."""
    words, listing = citations.context.words, _CellList(citations)
    line = variant_lineage(citations.context.catalogue.entries, entry)
    result = training_metrics_with_peak(citations.context.catalogue.gpus, line[-1])
    infrastructure = entry.model.infrastructure
    for key in (
        *("sparsity", "tokens_per_parameter", "tokens_per_activated", "matrix_flops", "attention_flops"),
        *("flops_per_token", "training_flops", "utilisation"),
    ):
        term = result.terms.get(key) if result else None
        listing.add_value(
            key,
            _basis_label(words(f"term.{key}"), words("compare.models.recomputed")),
            _derived_cell(words, entry, term),
        )
    for key in ("gflop_per_token", "model_flops_utilization"):
        label = _basis_label(words(f"field.infrastructure.{key}"), words("compare.models.published"))
        stated = getattr(infrastructure, key, None)
        listing.add_value(key, label, records.infrastructure_value(citations.context.catalogue.entries, entry, stated))
    return listing.cells


def _derived_cell(words: Words, entry: Entry, term: Computation | None) -> ComparedCell | None:
    if term is None:
        return None
    shown = term_with_unit(words, term)
    html = Markup('<a class="ds-r" href="ds:models/{}.md#what-follows" title="{}">{}</a>').format(
        entry.model.id, term.numbers, shown
    )
    return ComparedCell(html + counted_mark(words, metric_counts(entry, term.name)), comparable_spelling(shown))


_ELSEWHERE = ("gflop_per_token", "model_flops_utilization")  # stand beside the recomputed ones

_KINDS = (EvaluationKind.BASE, EvaluationKind.CHAT, EvaluationKind.REASONING)


def training_rows(citations: Citations, entry: Entry) -> Cells:
    words, cells = citations.context.words, Cells()
    made = recipe_stages(citations.context.catalogue.entries, entry)
    root = parent_cell(citations, made.line[-1])
    if root is not None:
        cells[ComparisonRow(("root",), (-2,), escape(words("compare.models.root")))] = root
    if entry.model.tokenizer is not None:
        group = words("section.tokenizer")
        for key, value in stated_values(entry.model.tokenizer):
            place = fields_with_values(Tokenizer).index(key)
            label = escape(words(f"field.tokenizer.{key}"))
            found = records.tokenizer_value(citations.context.catalogue.entries, entry, value)
            if found is not None:
                cells[ComparisonRow(("tokenizer", key), (-1, place), label, group)] = published_cell(citations, found)
    return cells | _stage_rows(citations, made, MAKE_A_BASE_MODEL)


def post_training(citations: Citations, entry: Entry) -> Cells:
    made = recipe_stages(citations.context.catalogue.entries, entry)
    return _stage_rows(citations, made, set(StageKind) - MAKE_A_BASE_MODEL)


def _stage_rows(citations: Citations, made: Recipe, kinds: Collection[StageKind]) -> Cells:
    words, cells = citations.context.words, Cells()
    for number, kind in enumerate(StageKind):
        stages = [stage for stage in made.stages if stage.kind is kind and kind in kinds]
        if not stages:
            continue
        group = words(f"stage.{kind.name.lower()}")
        names = Markup(" ").join(_stage_link(citations, made, stage, stages) for stage in stages)
        label = escape(words("compare.models.stages"))
        cells[ComparisonRow((kind.value, ""), (number, -1), label, group)] = ComparedCell(names, None)
        for key, found in stage_values(made, stages).items():
            place = fields_with_values(Stage).index(key)
            row = ComparisonRow((kind.value, key), (number, place), escape(words(f"field.{key}")), group)
            cells[row] = _joined_stages(citations, made, stages, found)
    return cells


def stage_values(made: Recipe, stages: Collection[Stage]) -> dict[str, list[tuple[Stage, Single[Any]]]]:
    values: dict[str, list[tuple[Stage, Single[Any]]]] = {}
    for stage in stages:
        for key, value in stated_values(stage):
            found = inherited_value(value, made.line)
            if found is not None:
                values.setdefault(key, []).append((stage, found))
    return values


def _stage_link(citations: Citations, made: Recipe, stage: Stage, stages: Collection[Stage]) -> Markup:
    name = _told_apart(citations, made, stage, stages) or citations.context.words(f"stage.{stage.kind.name.lower()}")
    return Markup('<a class="ds-to-stage" href="ds:models/{}.md#stage-{}">{}</a>').format(
        made.line[0].model.id, stage.id, name
    )


def _told_apart(citations: Citations, made: Recipe, stage: Stage, stages: Collection[Stage]) -> str:
    """What tells a stage from others of its kind: its name, or its number on the page."""
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
        return ComparedCell(citations.value_html(found[0][1]), sayings[0])
    parts = []
    for stage, single_ in found:
        name = _told_apart(citations, made, stage, stages) if len(stages) > 1 else ""
        parts.append(citations.value_html(single_) + (Markup(" <small>{}</small>").format(name) if name else ""))
    if len(parts) == 1:
        return ComparedCell(parts[0], value)
    each = Markup('<span class="ds-each">{}</span>')
    return ComparedCell(Markup(" ").join(map(each.format, parts)), value)


def infrastructure_rows(citations: Citations, entry: Entry) -> Cells:
    words, cells = citations.context.words, Cells()
    for key, found in infrastructure_values(citations.context.catalogue, entry).items():
        if key not in _ELSEWHERE:
            place = fields_with_values(Infrastructure).index(key)
            label, cell = escape(words(f"field.infrastructure.{key}")), published_cell(citations, found)
            worked = worked_hours_html(citations, entry) if key == "gpu_hours_total" else None
            cells[ComparisonRow((key,), (place,), label)] = ComparedCell(worked, None) if worked else cell
    return cells


def infrastructure_values(catalogue: Catalogue, entry: Entry) -> dict[str, Single[Any]]:
    """What holds for a variant, in the order of the schema."""
    values: dict[str, Single[Any] | None] = {
        key: records.infrastructure_value(catalogue.entries, entry, value)
        for key, value in stated_values(entry.model.infrastructure or Infrastructure())
    }
    values |= {
        "gpu_hours_total": records.published_gpu_hours(entry),
        "cost_usd": records.published_cost(entry),
        "precision.released_weights": records.weights_format(entry),
    }
    return {key: found for key in fields_with_values(Infrastructure) if (found := values.get(key)) is not None}


@dataclass(frozen=True)
class Benchmarks:
    """Rows that two variants or more have a score in, by variant.

    A row is a benchmark in one setting and one kind of table.
    """

    scores: Mapping[str, Mapping[ComparisonRow, list[Single[Any]]]]

    def find_evaluation(self, citations: Citations, entry: Entry) -> Cells:
        found = self.scores.get(entry.variant.id, {})
        return {row: _score_cell(citations, several) for row, several in found.items()}


def benchmark_tables(citations: Citations) -> Benchmarks:
    words, settings = citations.context.words, citations.context.catalogue.settings
    found: dict[tuple[str, ...], tuple[ComparisonRow, dict[str, list[Single[Any]]]]] = {}
    for model in citations.context.catalogue.models.values():
        for table in model.evaluation:
            for scores in table.rows if table.kind in _KINDS else ():
                id_ = settings.key(model, table, scores)
                order = (_KINDS.index(table.kind), len(found))
                row = ComparisonRow(
                    id_, order, _benchmark_row(citations, table, scores), words(f"evaluation.{table.kind.value}")
                )
                _, by_variant = found.setdefault(id_, (row, {}))
                for variant, score in scores.scores.items():
                    by_variant.setdefault(variant, []).append(score)
    by_variant_and_row: dict[str, dict[ComparisonRow, list[Single[Any]]]] = {}
    for row, by_variant in (pair for pair in found.values() if len(pair[1]) > 1):
        for variant, several in by_variant.items():
            by_variant_and_row.setdefault(variant, {})[row] = several
    return Benchmarks(by_variant_and_row)


def _benchmark_row(citations: Citations, table: Evaluation, row: Scores) -> Markup:
    name = citations.rich_text(row.benchmark)
    settings = citations.context.catalogue.settings
    where = [citations.score_setting(settings.compared_fields(table, row))]
    if settings.is_alone(table, row):
        where.append(escape(citations.context.words.text(table.title)))
    return Markup("{} <small>{}</small>").format(
        name, Markup(citations.context.words("punctuation.separated")).join(filter(None, where))
    )


def _score_cell(citations: Citations, scores: list[Single[Any]]) -> ComparedCell:
    distinct = distinct_scores(scores)
    sayings = sorted(saying for saying in map(comparable_value, distinct) if saying is not None)
    html = Markup(" / ").join(map(citations.value_html, distinct))
    return ComparedCell(html, " / ".join(sayings) if sayings else None)


def distinct_scores(scores: Iterable[Single[Any]]) -> list[Single[Any]]:
    """Several where sources print different ones for one setting; 74.2 and 74.2% are one."""
    found: dict[object, Single[Any]] = {}
    for score in scores:
        found.setdefault(getattr(score.value, "value", score.absence), score)
    return list(found.values())

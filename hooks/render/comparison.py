"""Models side by side: what each says, row by row and by theme, and how the rows compare."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from markupsafe import Markup, escape

from catalogue import records
from catalogue.derive.expression import Computation
from catalogue.derive.parameters import (
    NOT_THERE,
    Agreement,
    Verdict,
    comparable_dimension,
    comparable_value,
    row_verdict,
)
from catalogue.derive.training import SizeOf, metric_counts, published_size, recomputed_size, worked_gpu_hours
from catalogue.facts import FACTS, Basis, EntryContext, Fact, Theme
from catalogue.records import Entry, Recipe, inherited_value, published_gpu_hours, recipe_stages
from catalogue.schema.model import COMPARED_KINDS, Counted, Evaluation, Model, Track, VariantKind
from catalogue.schema.model import Row as Scores
from catalogue.schema.training import MAKE_A_BASE_MODEL, Stage, StageKind
from catalogue.schema.values import Single, Sources, fields_with_values, stated_values

from . import format
from .cite import Citations, counted_mark, counted_words, reference_anchor
from .format import NOTHING
from .links import model_link
from .recomputed import (
    agreement_cell,
    substituted_formula,
    term_with_unit,
    worked_hours_html,
    worked_hours_text,
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
    """What a variant says in a row.

    Attributes:
        value: In one spelling, None where it is not known.
        said: The values of the record, or what is shown as text.
        basis: Where it is not the fact's; empty of a text that says that there is none.
        source: Of that text.
        interval: Of a score, itself and between what it may lie.
    """

    html: Markup
    value: str | None
    said: Single[Any] | Sequence[Single[Any]] | str = ""
    basis: str | None = None
    source: Sources | None = None
    interval: tuple[float, float, float] | None = None

    @property
    def is_there(self) -> bool:
        return self.html != NOTHING

    @property
    def sources(self) -> set[Sources]:
        said = [self.said] if isinstance(self.said, Single) else [] if isinstance(self.said, str) else self.said
        return {source for source in (self.source, *(single.source for single in said)) if source is not None}


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


def published_cell(citations: Citations, value: Single[Any]) -> ComparedCell:
    return ComparedCell(citations.value_html(value), comparable_value(value), value)


def theme_cells(theme: Theme, citations: Citations, entry: Entry) -> Cells:
    if theme is Theme.ARCHITECTURE and entry.architecture is None:
        return {}
    words, subject = citations.context.words, EntryContext.of(citations.context.catalogue, entry)
    facts = (fact for fact in FACTS.values() if fact.theme is theme)
    made = ((place, fact, fact_cell(citations, subject, fact)) for place, fact in enumerate(facts))
    return {
        ComparisonRow((fact.id,), (place,), _row_label(words, fact)): cell
        for place, fact, cell in made
        if cell is not None
    }


def fact_label(words: Words, fact: Fact) -> str:
    return words(fact.label, of=words(fact.of)) if fact.of else words(fact.label)


def _row_label(words: Words, fact: Fact) -> Markup:
    label = fact_label(words, fact)
    if fact.theme is Theme.ARCHITECTURE:
        return Markup("{} <code>{}</code>").format(label, fact.id.rpartition(".")[2])
    if not fact.marked:
        return escape(label)
    marks = [words(key) for key in (f"compare.models.{fact.basis}", fact.mark) if key]
    return Markup("{} <small>{}</small>").format(label, words("punctuation.comma").join(marks))


def fact_cell(citations: Citations, subject: EntryContext, fact: Fact) -> ComparedCell | None:
    """None where nothing is said."""
    words, entry, value = citations.context.words, subject.entry, fact.of_variant(subject)
    if fact.theme is Theme.ARCHITECTURE:
        assert value is None or isinstance(value, Single)
        html = citations.value_html(value) if value is not None else NOTHING
        return ComparedCell(html, comparable_dimension(fact.id, value), value or "")
    if fact.id in _OWN_CELLS:
        return _OWN_CELLS[fact.id](citations, entry)
    match value:
        case Single():
            return published_cell(citations, value)
        case Computation():
            return _computed_cell(words, entry, fact.theme, value)
        case Model():
            return ComparedCell(model_link(value), value.id, value.name)
        case Track() | VariantKind():
            key = f"track.{value}" if isinstance(value, Track) else f"compare.models.kind.{value.name.lower()}"
            return ComparedCell(escape(words(key)), value.value, words(key))
    absent = _ABSENT_PARTS.get(fact.id)
    has_none = entry.architecture is not None and absent is not None and getattr(entry.architecture, absent) is None
    return NOT_HERE if has_none else None


# Parts that an architecture has not where it lacks this dimension.
_ABSENT_PARTS = {"part.mtp": "num_nextn_predict_layers", "part.engram": "engram_layers"}


def _computed_cell(words: Words, entry: Entry, theme: Theme, term: Computation) -> ComparedCell:
    """A size as long as published ones are; all its digits are in the title."""
    match theme:
        case Theme.SIZES:
            shown, title = format.format_compact(term.value), f"{format.format_integer(term.value)} = {term.numbers}"
            return ComparedCell(working_link(entry, shown, title), str(term.value), shown)
        case Theme.CACHE:
            shown = format.format_integer(term.value)
            return ComparedCell(working_link(entry, shown, substituted_formula(term)), str(term.value), shown)
        case Theme.COMPUTE:
            shown, counts = term_with_unit(words, term), metric_counts(entry, term.name)
            html = Markup('<a class="ds-r" href="ds:models/{}.md#what-follows" title="{}">{}</a>').format(
                entry.model.id, term.numbers, shown
            )
            return ComparedCell(html + counted_mark(words, counts), shown, f"{shown}{_counts_behind(words, counts)}")
    raise ValueError(f"nothing is computed under {theme}")


def _counts_behind(words: Words, counts: Counted | None) -> str:
    return f" {counted_words(words, counts)}" if counts is not None else ""


def named_base(citations: Citations, stated: Single[Any]) -> Single[Any]:
    """Weights that a variant starts from, under the name that pages have for them."""
    if stated.absence is not None:
        return stated
    context, id_ = citations.context, str(stated.value)
    parent = context.catalogue.entries.get(id_)
    return stated.model_copy(update={"value": parent.variant.name if parent else context.outside_name(id_)})


def parent_cell(citations: Citations, entry: Entry) -> ComparedCell | None:
    stated = entry.variant.based_on
    if stated is None:
        return None
    named = named_base(citations, stated)
    return ComparedCell(citations.value_html(named), comparable_value(stated), named)


def _paper_cell(citations: Citations, entry: Entry) -> ComparedCell:
    words, references = citations.context.words, citations.context.catalogue.references
    reference = references.get(records.checkpoint_reference(entry) or "")
    if reference is None:
        said = words("fact.no_paper")
        return ComparedCell(Markup('<span class="ds-absent">{}</span>').format(said), "", said, basis="")
    label = f"arXiv:{reference.eprint}" if reference.eprint else reference.title_in(words.language)
    link = Markup('<a href="ds:references.md#{}">{}</a>').format(reference_anchor(reference.key), label)
    return ComparedCell(link, reference.key, label)


def _printed_size(which: SizeOf, citations: Citations, entry: Entry) -> ComparedCell:
    """A published size; its paper chooses what it counts, so a recount is compared in its place where there is one."""
    published = published_size(entry, which)
    if published is None:
        return NOT_HERE
    shown = published_cell(citations, published)
    alone = _size_agreement(entry, which) is None and published.counts is None
    return shown if alone else replace(shown, value=None)


def _size_agreement(entry: Entry, which: SizeOf) -> Agreement | None:
    return entry.total_agreement if which is SizeOf.TOTAL else entry.activated_agreement


def _recounted_size(which: SizeOf, citations: Citations, entry: Entry) -> ComparedCell | None:
    """The recount that a published size is compared with; with Engram, the total counts all of it."""
    found, whole = _size_agreement(entry, which), recomputed_size(entry, which)
    if found is None or whole is None:
        return _agreement_cell(citations, entry, found) if found is not None else None
    words, published = citations.context.words, published_size(entry, which)
    cell = _agreement_cell(citations, entry, found)
    html, said = cell.html, str(cell.said)
    if published is not None and published.counts in (Counted.BACKBONE, Counted.WRITING):
        html += counted_mark(words, published.counts)
        said += _counts_behind(words, published.counts)
    if whole.value != found.recomputed:
        shown = format.format_compact(whole.value)
        html += Markup("<br>") + working_link(entry, shown, substituted_formula(whole))
        html += counted_mark(words, Counted.WITH_ENGRAM)
        said += words("punctuation.separated") + shown + _counts_behind(words, Counted.WITH_ENGRAM)
    return ComparedCell(html, str(whole.value), said)


def _agreement_cell(citations: Citations, entry: Entry, found: Agreement) -> ComparedCell:
    sign = format.AGREES if found.holds else citations.context.words("recomputed.sign_differs")
    html = agreement_cell(citations, entry, found).html
    return ComparedCell(html, str(found.recomputed), f"{format.format_compact(found.recomputed)} {sign}")


def _stored_cell(citations: Citations, entry: Entry) -> ComparedCell | None:
    if entry.stored_cache_agreement is not None:
        return _agreement_cell(citations, entry, entry.stored_cache_agreement)
    if entry.stored_cache is None:
        return None
    return _computed_cell(citations.context.words, entry, Theme.CACHE, entry.stored_cache)


def _hours_cell(citations: Citations, entry: Entry) -> ComparedCell | None:
    """GPU-hours that follow stand where none are published."""
    published, worked = published_gpu_hours(entry), worked_gpu_hours(citations.context.catalogue.entries, entry)
    if worked is None:
        return published_cell(citations, published) if published is not None else None
    html, words = worked_hours_html(citations, entry), citations.context.words
    said = words("punctuation.separated").join(worked_hours_text(words, worked))
    return ComparedCell(html or NOTHING, None, said, Basis.RECOMPUTED, worked.source)


# Facts that are shown as no others are.
_OWN_CELLS: Mapping[str, Callable[[Citations, Entry], ComparedCell | None]] = {
    "based_on": parent_cell,
    "paper": _paper_cell,
    "total.published": partial(_printed_size, SizeOf.TOTAL),
    "total.recomputed": partial(_recounted_size, SizeOf.TOTAL),
    "activated.published": partial(_printed_size, SizeOf.ACTIVATED),
    "activated.recomputed": partial(_recounted_size, SizeOf.ACTIVATED),
    "cache.stored": _stored_cell,
    "gpu_hours_total": _hours_cell,
}
assert _OWN_CELLS.keys() <= FACTS.keys()


def training_rows(citations: Citations, entry: Entry) -> Cells:
    words, cells = citations.context.words, Cells()
    made = recipe_stages(citations.context.catalogue.entries, entry)
    root = parent_cell(citations, made.line[-1])
    if root is not None:
        cells[ComparisonRow(("root",), (-2,), escape(words("compare.models.root")))] = root
    group = words("section.tokenizer")
    for row, cell in theme_cells(Theme.TOKENIZER, citations, entry).items():
        cells[replace(row, id=tuple(row.id[0].split(".", 1)), order=(-1, *row.order), group=group)] = cell
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
    """One value, or that of each stage with the stage's name; the one that needs none comes first."""
    sayings = [comparable_value(value) for _, value in found]
    value = " / ".join(dict.fromkeys(s for s in sayings if s is not None)) if None not in sayings else None
    if len(found) == len(stages) and len(set(sayings)) == 1 and value is not None:
        return ComparedCell(citations.value_html(found[0][1]), sayings[0], found[0][1])
    parts = []
    for stage, single_ in sorted(found, key=lambda of: bool(_told_apart(citations, made, of[0], stages))):
        name = _told_apart(citations, made, stage, stages) if len(stages) > 1 else ""
        parts.append(citations.value_html(single_) + (Markup(" <small>{}</small>").format(name) if name else ""))
    if len(parts) == 1:
        return ComparedCell(parts[0], value, found[0][1])
    each = Markup('<span class="ds-each">{}</span>')
    return ComparedCell(Markup(" ").join(map(each.format, parts)), value, [single for _, single in found])


_Scored = tuple[Single[Any], tuple[float, float] | None]  # a score with its interval
_NARROW = 10  # points; ends of a narrower interval have a decimal


def benchmark_cells(citations: Citations) -> Callable[[Citations, Entry], Cells]:
    """Scores of a variant, a row for each benchmark in one setting and one kind of table that two variants or more have one in."""
    words, settings = citations.context.words, citations.context.catalogue.settings
    found: dict[tuple[str, ...], tuple[ComparisonRow, dict[str, list[_Scored]]]] = {}
    for model in citations.context.catalogue.models.values():
        for table in model.evaluation:
            for scores in table.rows if table.kind in COMPARED_KINDS else ():
                id_ = settings.list_key(scores)
                order = (COMPARED_KINDS.index(table.kind), len(found))
                shown = citations.rich_text(scores.benchmark), compared_setting(citations, scores)
                label = Markup("{} <small>{}</small>").format(*shown)
                row = ComparisonRow(id_, order, label, words(f"evaluation.{table.kind.value}"))
                _, by_variant = found.setdefault(id_, (row, {}))
                for variant, score in scores.scores.items():
                    interval = settings.interval(table, scores, score)
                    by_variant.setdefault(variant, []).append((score, interval))
    by_variant_and_row: dict[str, dict[ComparisonRow, list[_Scored]]] = {}
    for row, by_variant in (pair for pair in found.values() if len(pair[1]) > 1):
        for variant, several in by_variant.items():
            by_variant_and_row.setdefault(variant, {})[row] = several

    def cells(citations: Citations, entry: Entry) -> Cells:
        found = by_variant_and_row.get(entry.variant.id, {})
        return {row: _score_cell(citations, several) for row, several in found.items()}

    return cells


def compared_setting(citations: Citations, row: Scores) -> Markup:
    """With the table, where scores are comparable inside it only."""
    words, settings = citations.context.words, citations.context.catalogue.settings
    _, table, row = settings.first_row(row)
    said = citations.score_setting(settings.compared_fields(table, row))
    if not settings.is_alone(table, row):
        return said
    source = citations.source_text(table.source.items[0]) if table.source else words.text(table.title)
    return escape(words("compare.evaluation.alone")).format(
        setting=said or words("compare.evaluation.nothing"), source=source
    )


def interval_html(citations: Citations, table: Evaluation, row: Scores, score: Single[Any]) -> Markup:
    """From where to where the share may lie, in small letters; empty where nothing can be computed."""
    return _small_interval(citations.context.catalogue.settings.interval(table, row, score))


def interval_text(found: tuple[float, float] | None) -> str:
    if found is None:
        return ""
    decimals = 1 if found[1] - found[0] < _NARROW else 0
    return "–".join(f"{end:.{decimals}f}" for end in found)


def _small_interval(found: tuple[float, float] | None) -> Markup:
    return Markup(' <small class="ds-interval">{}</small>').format(interval_text(found)) if found else Markup("")


def _score_cell(citations: Citations, scores: list[_Scored]) -> ComparedCell:
    distinct = distinct_scores(score for score, _ in scores)
    sayings = sorted(saying for saying in map(comparable_value, distinct) if saying is not None)
    score, interval = scores[0]
    html = Markup(" / ").join(map(citations.value_html, distinct)) + _small_interval(interval)
    within = (
        (float(score.value.value), *interval) if interval and score.value is not None and len(distinct) == 1 else None
    )
    return ComparedCell(html, " / ".join(sayings) if sayings else None, distinct, interval=within)


def distinct_scores(scores: Iterable[Single[Any]]) -> list[Single[Any]]:
    """Several where sources print different ones for one setting; 74.2 and 74.2% are one."""
    found: dict[object, Single[Any]] = {}
    for score in scores:
        found.setdefault(getattr(score.value, "value", score.absence), score)
    return list(found.values())

"""The catalogue as CSV: a row for each variant, model, score, technique, day or reference.

An empty cell has its reason in `…_absence`: `not published`, `not applicable` or `unknown`, or nothing where the entry is
silent. `…_source` names the reference and the place in it. `columns.csv` says what each column means.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar, get_args

from pydantic import BaseModel

from catalogue import records
from catalogue.derive.expression import Computation
from catalogue.facts import FACTS, Basis, EntryContext, Fact, Theme
from catalogue.lookup import item_names
from catalogue.records import PriceSpan, first_date
from catalogue.references import Reference
from catalogue.schema.model import ApiName, ApiPointer, ApiService, Evaluation, Model, Size
from catalogue.schema.model import Row as BenchmarkRow
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.setting import FIELDS, Setting
from catalogue.schema.technique import Technique
from catalogue.schema.training import BatchSize, Data, LearningRate, Optimizer, Preference, Reinforcement, Stage
from catalogue.schema.values import PartialDate, Single, Source, Sources, Stated, Text, values_below
from catalogue.settings import fields_of
from catalogue.uses import Use

from ..words import ENGLISH
from .catalogue_json import PlainRecords, computed_number, plain_number

Cell = str | int | float | None
Record = TypeVar("Record")


@dataclass(frozen=True)
class Column(Generic[Record]):
    name: str
    says: str
    cell: Callable[[Record], Cell]


@dataclass(frozen=True)
class ExportTable:
    name: str
    columns: Mapping[str, str]  # what each says
    rows: Sequence[Sequence[Cell]]


def _make_table(name: str, columns: Iterable[Column[Record]], rows: Iterable[Record]) -> ExportTable:
    listed = list(columns)
    said = {column.name: column.says for column in listed}
    return ExportTable(name, said, [[column.cell(row) for column in listed] for row in rows])


def csv_text(head: Iterable[str], rows: Iterable[Sequence[Cell]]) -> str:
    """UTF-8, commas, a header, line feeds, nothing in a cell without a value."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def table_files(plain: PlainRecords) -> Iterator[tuple[str, str]]:
    """Every table as CSV, the columns of all, and each model's values with their sources, by the path that quotes use."""
    tables = list(_all_tables(plain))
    for table in tables:
        yield f"data/{table.name}.csv", csv_text(table.columns, table.rows)
    said = [(table.name, *column) for table in tables for column in table.columns.items()]
    yield "data/columns.csv", csv_text(("table", "column", "description"), said)
    for model in plain.catalogue.models.values():
        head = ("path", "variant", "value", "printed", "absence", "note", "source")
        yield f"data/models/{model.id}.csv", csv_text(head, _values_below(plain, model, model.id))


def _values_below(plain: PlainRecords, record: Any, path: str) -> Iterator[Sequence[Cell]]:
    if isinstance(record, Single):
        for variant, single in record.singles() if isinstance(record, Stated) else [(None, record)]:
            value, printed = _cell_value(plain, single.value), getattr(single.value, "text", None)
            absence = single.absence.value if single.absence else None
            note = plain.text(single.note)["en"] if single.note else None
            yield path, variant, value, printed, absence, note, _source_text(single.source)
        return
    for key, child in values_below(record):
        if isinstance(record, tuple):
            key = next(iter(item_names(child)), str(key))
        yield from _values_below(plain, child, f"{path}{'/' if isinstance(record, Model) else '.'}{key}")


def _all_tables(plain: PlainRecords) -> Iterator[ExportTable]:
    catalogue = plain.catalogue
    models = catalogue.models.values()
    yield _make_table("models", _model_columns(plain), models)
    subjects = [EntryContext.of(catalogue, entry) for entry in catalogue.entries.values()]
    yield _make_table("variants", _variant_columns(plain), subjects)
    stages = [
        _StageOf(model, place, stage, variant)
        for model in models
        for place, stage in enumerate(model.training, 1)
        for variant in stage.variants
    ]
    yield _make_table("stages", _stage_columns(plain), stages)
    scores = [
        _ScoreOf(model, table, line, variant, score)
        for model in models
        for table in model.evaluation
        for line in table.rows
        for variant, score in line.scores.items()
    ]
    yield _make_table("evaluation", _score_columns(plain), scores)
    yield _make_table("techniques", _technique_columns(plain), catalogue.techniques.values())
    uses = plain.contexts[ENGLISH].uses
    yield _make_table("uses", _use_columns(), [use for id_ in catalogue.techniques for use in uses.of_technique(id_)])
    pointers = [(name, pointer) for name in catalogue.api_names for pointer in name.pointers]
    yield _make_table("api_names", _api_name_columns(plain), pointers)
    prices = [(span, name) for span in records.price_spans(catalogue) for name in span.names]
    yield _make_table("api_prices", _api_price_columns(plain), prices)
    yield _make_table("api_services", _api_service_columns(plain), catalogue.api_services)
    yield _make_table("references", _reference_columns(), catalogue.references.values())


def _stated_columns(
    plain: PlainRecords, name: str, says: str, value: Callable[[Record], Single[Any] | None]
) -> Iterator[Column[Record]]:
    def absence(record: Record) -> Cell:
        single = value(record)
        return single.absence.value if single is not None and single.absence is not None else None

    def source(record: Record) -> Cell:
        single = value(record)
        return _source_text(single.source) if single is not None else None

    def content(record: Record) -> Cell:
        single = value(record)
        return _cell_value(plain, single.value) if single is not None else None

    yield Column(name, says, content)
    yield Column(f"{name}_absence", f"Why `{name}` is empty: not published, not applicable or unknown.", absence)
    yield Column(f"{name}_source", f"Where `{name}` was read: key of a reference and place.", source)


def _text_columns(
    plain: PlainRecords, name: str, says: str, text: Callable[[Record], Text]
) -> Iterator[Column[Record]]:
    yield Column(name, says, lambda record: plain.text(text(record))["en"])
    yield Column(f"{name}_zh", _CHINESE, lambda record: plain.text(text(record)).get("zh"))


_MODEL, _VARIANT, _TECHNIQUE = "Id of the family of models.", "Id of the variant.", "Id of the technique."
_CHINESE = "The same in Chinese; empty where it is not written yet."
_SOURCE = "Where it was read: key of a reference and place in it, with semicolons between several."
_ABSENCE = "Why there is no value: not published, not applicable or unknown."


def _model_columns(plain: PlainRecords) -> Iterator[Column[Model]]:
    catalogue = plain.catalogue

    def paper(model: Model) -> str | None:
        reference = catalogue.references.get(model.reference or "")
        return reference.eprint if reference else None

    yield Column("model", _MODEL, lambda m: m.id)
    yield Column("name", "Name that its makers gave it.", lambda m: m.name)
    tracks = "Lane of the timeline: general, code, math, reasoning, prover or vision."
    yield Column("track", tracks, lambda m: m.track.value)
    first = "First of its dates, a day, or a month where only that is known."
    yield Column("released", first, lambda m: day.text if (day := first_date(m)) else None)
    yield Column("arxiv", "arXiv id of its paper.", paper)
    yield Column("reference", "Key of its paper in references.", lambda m: m.reference)
    yield Column("flagship", "Variant that stands for it in comparisons.", lambda m: m.flagship)
    yield Column("compared_with", "Variant that the flagship is compared with.", lambda m: m.compared_with)
    yield Column("variants", "Number of its variants.", lambda m: len(m.variants))
    yield from _text_columns(plain, "summary", "What it is, in about three sentences.", lambda m: m.summary)
    for name, says in {
        "weights": "First public weights.",
        "announcement": "Announcement by its makers.",
        "paper": "First version of the paper.",
        "api": "First day in the API.",
    }.items():
        date = partial(lambda name, m: records.family_dates(catalogue, m)[name], name)
        yield from _stated_columns(plain, f"date_{name}", says, date)
    for name, says in {
        "code": "Licence of the code.",
        "weights": "Licence of the weights.",
        "commercial_use": "1 where commercial use of the weights is allowed, otherwise 0.",
    }.items():
        licence = partial(lambda name, m: getattr(m.licences, name, None), name)
        yield from _stated_columns(plain, f"licence_{name}", says, licence)


def _variant_columns(plain: PlainRecords) -> Iterator[Column[EntryContext]]:
    yield Column("model", _MODEL, lambda s: s.entry.model.id)
    yield Column("variant", _VARIANT, lambda s: s.entry.variant.id)
    yield Column("name", "Name that its makers gave it.", lambda s: s.entry.variant.name)
    yield Column("track", "Lane of the timeline of its family.", lambda s: s.entry.model.track.value)
    kinds = "What the checkpoint is: base, chat, instruct, reasoning, RL or distilled."
    yield Column("kind", kinds, lambda s: s.entry.variant.kind.value)
    out = "Day on which it came out, or a month where only that is known."
    yield Column("released", out, lambda s: day.text if (day := records.release_date(s.entry)) else None)
    yield Column("weights_url", "Where the weights are.", lambda s: s.entry.variant.weights)
    for fact in FACTS.values():
        if fact.column is not None:
            yield from _fact_columns(plain, fact, *fact.column)


def _fact_columns(plain: PlainRecords, fact: Fact, name: str, says: str) -> Iterator[Column[EntryContext]]:
    def recomputed(subject: EntryContext) -> Cell:
        value = fact.value(subject)
        return computed_number(fact, value) if isinstance(value, Computation) else _cell_value(plain, value)

    def published(subject: EntryContext) -> Single[Any] | None:
        value = fact.value(subject)
        assert value is None or isinstance(value, Single)
        return value

    def counts(subject: EntryContext) -> Cell:
        value = published(subject)
        return value.counts.value if isinstance(value, Size) and value.counts else None

    if fact.basis is Basis.RECOMPUTED:
        yield Column(name, says, recomputed)
        return
    yield from _stated_columns(plain, name, says, published)
    if fact.theme is Theme.SIZES:
        yield Column(
            f"{name}_counts", "What the published number counts, where that is not all of the main model.", counts
        )


class _StageOf(NamedTuple):
    model: Model
    place: int
    stage: Stage
    variant: str


# The blocks of a stage with a name that their columns begin with.
_STAGE_BLOCKS: Mapping[str, type[BaseModel]] = {
    "": Stage,
    "data": Data,
    "optimizer": Optimizer,
    "learning_rate": LearningRate,
    "batch_size": BatchSize,
    "preference": Preference,
    "reinforcement": Reinforcement,
}


def _stage_columns(plain: PlainRecords) -> Iterator[Column[_StageOf]]:
    yield Column("model", _MODEL, lambda row: row.model.id)
    yield Column("stage", "Id of the stage, unique inside the family.", lambda row: row.stage.id)
    yield Column("number", "Its place in the order in which the stages were run, from 1.", lambda row: row.place)
    yield Column("kind", "What the stage is for.", lambda row: row.stage.kind.value)
    named = "Name that its source gives it, where it has one."
    yield Column("name", named, lambda row: plain.text(row.stage.name)["en"] if row.stage.name else None)
    through = "Id of a variant that comes out of the stage or went through it; a row for each."
    yield Column("variant", through, lambda row: row.variant)
    for block, record in _STAGE_BLOCKS.items():
        for field, info in record.model_fields.items():
            if any(isinstance(kind, type) and issubclass(kind, Stated) for kind in _kinds_of(info.annotation)):
                value = partial(_stage_value, block, field)
                yield from _stated_columns(plain, _stage_column(block, field), info.description or "", value)
        if block == "learning_rate":
            phases = "The schedule behind the warm-up: where each phase ends, its rate there, and its shape; `; ` between phases."
            yield Column("learning_rate_phases", phases, _phase_texts)


def _kinds_of(annotation: Any) -> Sequence[Any]:
    return (annotation, *get_args(annotation))


def _stage_value(block: str, field: str, row: _StageOf) -> Single[Any] | None:
    value = getattr(getattr(row.stage, block) if block else row.stage, field, None)
    return value.for_variant(row.variant) if isinstance(value, Stated) else None


def _stage_column(block: str, field: str) -> str:
    """`tokens`, `optimizer_beta1`, `learning_rate_peak`."""
    if block in ("", "data"):
        return field
    return block if field == "name" else f"{block}_{field}"


def _phase_texts(row: _StageOf) -> str | None:
    """`10T: 2e-4 constant; 15.5T: 2e-5 cosine`, as printed."""
    said = []
    for phase in row.stage.learning_rate.phases if row.stage.learning_rate else ():
        until = phase.until.for_variant(row.variant)
        rate = next((s for s in (phase.rate, phase.fraction) if s is not None), None)
        reached = rate.for_variant(row.variant) if rate else None
        if until and until.value and reached and reached.value:
            said.append(f"{until.value.text}: {reached.value.text} {phase.shape.value}")
    return "; ".join(said) or None


class _ScoreOf(NamedTuple):
    model: Model
    table: Evaluation
    line: BenchmarkRow
    variant: str
    score: Single[Any]


def _score_columns(plain: PlainRecords) -> Iterator[Column[_ScoreOf]]:
    vocabulary = plain.catalogue.settings.vocabulary

    def setting(row: _ScoreOf) -> Cell:
        said = vocabulary.text(fields_of(row.table, row.line))
        return said.en if said else None

    def own_words(row: _ScoreOf) -> Cell:
        return row.line.setting.printed.en if row.line.setting and row.line.setting.printed else None

    yield Column("stated_by", "Id of the family whose paper prints the score.", lambda row: row.model.id)
    yield Column("table", "Id of the table, unique inside the family.", lambda row: row.table.id)
    yield Column("table_title", "What the table compares.", lambda row: plain.text(row.table.title)["en"])
    kinds = "What is compared: base, chat, reasoning or ablation."
    yield Column("kind", kinds, lambda row: row.table.kind.value)
    yield Column("variant", "Id of the variant that the score is of.", lambda row: row.variant)
    yield Column("benchmark", "Benchmark, named as in the table.", lambda row: row.line.benchmark.en)
    yield Column("setting", "How the score was taken, in words: the fields that follow, with commas.", setting)
    for name in FIELDS:
        field = partial(lambda name, row: fields_of(row.table, row.line).get(name), name)
        yield Column(name, Setting.model_fields[name].description or "", field)
    yield Column("own_words", "The source's own words for the setting, where the fields say it in others.", own_words)
    number = "The score as a number."
    yield Column("score", number, lambda row: plain_number(row.score.value.value) if row.score.value else None)
    percent = "% where the source prints it."
    yield Column("unit", percent, lambda row: "%" if row.score.value and row.score.value.is_percentage else None)
    digits = "The score with the digits that the source prints."
    yield Column("printed", digits, lambda row: row.score.value.text if row.score.value else None)
    yield Column("absence", _ABSENCE, lambda row: row.score.absence.value if row.score.absence else None)
    yield Column("source", _SOURCE, lambda row: _source_text(row.score.source))


def _technique_columns(plain: PlainRecords) -> Iterator[Column[Technique]]:
    yield Column("technique", _TECHNIQUE, lambda t: t.id)
    yield from _text_columns(plain, "name", "Full name.", lambda t: t.name)
    yield Column("abbreviation", "What everybody calls it.", lambda t: t.abbreviation)
    yield Column("kind", "Shelf of the index of techniques.", lambda t: t.kind.value)
    yield Column("introduced_by", "Authors or organisation.", lambda t: plain.text(t.introduced.by)["en"])
    yield from _stated_columns(plain, "introduced", "First publication.", lambda t: t.introduced.date)
    yield from _text_columns(plain, "what", "What it is, in two or three sentences.", lambda t: t.what)


def _use_columns() -> Iterator[Column[Use]]:
    def stated(use: Use) -> Cell:
        return (use.stated.change.value if use.stated.change else "used") if use.stated else None

    yield Column("technique", _TECHNIQUE, lambda use: use.technique.id)
    yield Column("model", _MODEL, lambda use: use.model.id)
    how = "What the family does with it: introduced, first used, used, taken over or dropped."
    yield Column("how", how, lambda use: use.how.value)
    yield Column("since", "Day or month from which it holds.", lambda use: use.date.text if use.date else None)
    variants = "Ids of the variants that it holds for, with spaces between them; empty for the first release."
    yield Column("variants", variants, lambda use: " ".join(use.variants) or None)
    brought = "The family whose weights brought it."
    yield Column("taken_over_from", brought, lambda use: use.origin.id if use.origin else use.other_origin or None)
    says = "What the entry itself says, where it says it; otherwise the use follows from its fields."
    yield Column("stated", says, stated)
    scope = "The part of the family in which it is used, where it is not all of it."
    yield Column("only_in", scope, lambda use: use.scope.value if use.scope else None)
    yield Column("follows_from", "Field of the entry that the use follows from.", lambda use: use.field or None)
    yield Column("source", _SOURCE, lambda use: _source_text(use.sources))


def _api_name_columns(plain: PlainRecords) -> Iterator[Column[tuple[ApiName, ApiPointer]]]:
    def text(said: Text | None) -> Cell:
        return plain.text(said)["en"] if said else None

    yield Column("name", "Name of the API.", lambda row: row[0].name)
    yield from _stated_columns(plain, "since", "First day of what it meant.", lambda row: row[1].since)
    led = "Id of the variant that it led to, where that is in the catalogue."
    yield Column("variant", led, lambda row: row[1].variant)
    yield Column("label", "What it led to otherwise.", lambda row: text(row[1].label))
    yield Column("mode", "Mode in which it led to that.", lambda row: text(row[1].mode))
    yield from _stated_columns(plain, "name_until", "Last day of the name.", lambda row: row[0].until)


_CURRENCIES = {"dollars": "US dollars", "yuan": "Yuan"}


def _api_price_columns(plain: PlainRecords) -> Iterator[Column[tuple[PriceSpan, ApiName]]]:
    def price(currency: str, part: str, row: tuple[PriceSpan, ApiName]) -> Single[Any] | None:
        return getattr(getattr(row[0].price, currency), part, None)

    def content(currency: str, part: str, row: tuple[PriceSpan, ApiName]) -> Cell:
        single = price(currency, part, row)
        return _cell_value(plain, single.value) if single is not None else None

    def source(currency: str, row: tuple[PriceSpan, ApiName]) -> Cell:
        single = price(currency, "miss", row)
        return _source_text(single.source) if single is not None else None

    yield Column("name", "Name of the API.", lambda row: row[1].name)
    yield Column("since", "First day of the price, in UTC.", lambda row: row[0].price.since.text)
    until = "First day of the next price, or last day of the name; empty where neither is known."
    yield Column("until", until, lambda row: row[0].until.text if row[0].until else None)
    yield Column("rate", "When it holds: always, night, off-peak or peak.", lambda row: row[0].price.rate.value)
    for currency, name in _CURRENCIES.items():
        for part, tokens in {
            "hit": "input tokens found in the cache; empty where there was none",
            "miss": "other input tokens",
            "output": "output tokens",
        }.items():
            yield Column(f"{currency}_{part}", f"{name} for a million {tokens}.", partial(content, currency, part))
        yield Column(f"{currency}_source", f"Where the prices in {currency} were read.", partial(source, currency))


def _api_service_columns(plain: PlainRecords) -> Iterator[Column[ApiService]]:
    yield Column("service", "Id of the service.", lambda s: s.id)
    yield from _text_columns(plain, "name", "What it is called.", lambda s: s.name)
    yield Column("endpoint", "What is called.", lambda s: s.endpoint)
    yield from _stated_columns(plain, "since", "First day.", lambda s: s.since)
    yield from _text_columns(plain, "does", "What it takes and gives.", lambda s: s.does)
    yield from _stated_columns(plain, "model", "The model behind it.", lambda s: s.model)
    yield Column("per", "What the price is for.", lambda s: plain.text(s.per)["en"])
    yield from _stated_columns(plain, "yuan", "Price in yuan.", lambda s: s.yuan)
    yield from _stated_columns(plain, "dollars", "Price in US dollars.", lambda s: s.dollars)


def _reference_columns() -> Iterator[Column[Reference]]:
    yield Column("key", "Key, by which all sources name it.", lambda r: r.key)
    yield Column("title", "Title.", lambda r: r.title)
    yield Column("authors", "Authors, with semicolons between them.", lambda r: "; ".join(r.authors))
    yield Column("year", "Year.", lambda r: r.year)
    yield Column("url", "Address.", lambda r: r.url)
    yield Column("arxiv", "arXiv id.", lambda r: r.eprint)
    yield Column("doi", "Digital object identifier.", lambda r: r.doi)
    yield Column("venue", "Journal or proceedings.", lambda r: r.venue)
    yield Column(
        "copy", "1 where it is somebody's copy of a document or a page about it, otherwise 0.", lambda r: int(r.copy)
    )


def _cell_value(plain: PlainRecords, value: Any) -> Cell:
    if isinstance(value, Quantity | Length):
        return plain_number(value.value)
    if isinstance(value, PartialDate):
        return value.text
    if isinstance(value, Text):
        return plain.text(value)["en"]
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int | str) else str(getattr(value, "value", value))


def _source_text(sources: Sources | None) -> str | None:
    """Sources as in the data: `key locus; key locus via key locus`."""
    return "; ".join(_written_source(source) for source in sources.items) if sources else None


def _written_source(source: Source) -> str:
    return f"{source.key} {source.locus}".strip() + (f" via {_written_source(source.via)}" if source.via else "")

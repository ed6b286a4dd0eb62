"""The catalogue as CSV: a row for each variant, model, score, technique, day or reference.

An empty cell has its reason in `…_absence`: `not published`, `not applicable` or `unknown`, or nothing where the entry is
silent. `…_source` names the reference and the place in it. `columns.csv` says what each column means.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from catalogue import records
from catalogue.derive.expression import Computation
from catalogue.facts import FACTS, Basis, EntryContext, Fact, Theme
from catalogue.lookup import item_names
from catalogue.records import first_date
from catalogue.schema.model import ApiName, Evaluation, Model
from catalogue.schema.model import Row as BenchmarkRow
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.setting import FIELDS, Setting
from catalogue.schema.training import BatchSize, Data, LearningRate, Optimizer, Preference, Reinforcement, Stage
from catalogue.schema.values import PartialDate, Single, Source, Sources, Stated, Text, values_below
from catalogue.settings import fields_of
from catalogue.uses import Use

from ..words import ENGLISH
from .catalogue_json import PlainRecords, computed_number, plain_number

Cell = str | int | float | None
Value = Callable[[Any], Any] | str
"""A function of a row, or the path of an attribute; what it gives is a value of the records, or a cell."""


@dataclass(frozen=True)
class Column:
    name: str
    says: str
    value: Value

    def value_of(self, row: Any) -> Any:
        if not isinstance(self.value, str):
            return self.value(row)
        for name in self.value.split("."):
            row = row.get(name) if isinstance(row, Mapping) else getattr(row, name) if row is not None else None
        return row


@dataclass(frozen=True)
class ExportTable:
    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def csv_text(head: Iterable[str], rows: Iterable[Sequence[Cell]]) -> str:
    """UTF-8, commas, a header, line feeds, nothing in a cell without a value."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def table_files(plain: PlainRecords, tables: Iterable[ExportTable]) -> Iterator[tuple[str, str]]:
    """Every table as CSV, the columns of all, and each model's values with their sources, by the path that quotes use."""
    for table in tables:
        yield f"data/{table.name}.csv", csv_text((column.name for column in table.columns), table.rows)
    said = [(table.name, column.name, column.says) for table in tables for column in table.columns]
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


def all_tables(plain: PlainRecords) -> list[ExportTable]:
    catalogue, uses = plain.catalogue, plain.contexts[ENGLISH].uses
    settings = catalogue.settings
    models, entries = catalogue.models.values(), catalogue.entries.values()
    stages = [
        _StageOf(model, place, stage, variant)
        for model in models
        for place, stage in enumerate(model.training, 1)
        for variant in stage.variants
    ]
    scores = [
        _ScoreOf(
            model, table, line, variant, score, settings.problems(table, line), settings.interval(table, line, score)
        )
        for model in models
        for table in model.evaluation
        for line in table.rows
        for variant, score in line.scores.items()
    ]

    def filled_table(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> ExportTable:
        cells = [[_cell_value(plain, column.value_of(row)) for column in columns] for row in rows]
        return ExportTable(name, columns, cells)

    pointers = [_OfName(name, pointer) for name in catalogue.api_names for pointer in name.pointers]
    prices = [_OfName(name, span) for span in records.price_spans(catalogue) for name in span.names]
    return [
        filled_table("models", _model_columns(plain), models),
        filled_table("variants", _variant_columns(), [EntryContext.of(catalogue, entry) for entry in entries]),
        filled_table("stages", _stage_columns(), stages),
        filled_table("evaluation", _score_columns(plain), scores),
        filled_table("techniques", _technique_columns(plain), catalogue.techniques.values()),
        filled_table("uses", _USES, [use for id_ in catalogue.techniques for use in uses.of_technique(id_)]),
        filled_table("api_names", _API_NAMES, pointers),
        filled_table("api_prices", _API_PRICES, prices),
        filled_table("api_services", _api_service_columns(plain), catalogue.api_services),
        filled_table("references", _REFERENCES, catalogue.references.values()),
    ]


def _stated_columns(name: str, says: str, value: Value) -> list[Column]:
    stated = Column(name, says, value)
    absent, read = f"Why `{name}` is empty: not published, not applicable or unknown.", f"Where `{name}` was read."
    absence, source = (partial(_attribute, stated, key) for key in ("absence", "source"))
    return [stated, Column(f"{name}_absence", absent, absence), Column(f"{name}_source", read, source)]


def _attribute(column: Column, name: str, row: Any) -> Any:
    return getattr(column.value_of(row), name, None)


def _text_columns(plain: PlainRecords, name: str, says: str) -> list[Column]:
    chinese = "The same in Chinese; empty where it is not written yet."
    return [
        Column(name, says, name),
        Column(f"{name}_zh", chinese, lambda row: plain.text(getattr(row, name)).get("zh")),
    ]


_MODEL, _VARIANT, _TECHNIQUE = "Id of the family of models.", "Id of the variant.", "Id of the technique."
_NAME = "Name that its makers gave it."
_SOURCE = Column("source", "Where it was read: keys of references and places in them.", "sources")


def _model_columns(plain: PlainRecords) -> list[Column]:
    catalogue = plain.catalogue
    dates = {
        "weights": "First public weights.",
        "announcement": "Announcement by its makers.",
        "paper": "First version of the paper.",
        "api": "First day in the API.",
    }

    def paper(model: Model) -> str | None:
        return getattr(catalogue.references.get(model.reference or ""), "eprint", None)

    def date(name: str, model: Model) -> Single[Any] | None:
        return records.family_dates(catalogue, model)[name]

    return [
        Column("model", _MODEL, "id"),
        Column("name", _NAME, "name"),
        Column("track", "Lane of the timeline: general, code, math, reasoning, prover or vision.", "track"),
        Column("released", "First of its dates, a day, or a month where only that is known.", first_date),
        Column("arxiv", "arXiv id of its paper.", paper),
        Column("reference", "Key of its paper in references.", "reference"),
        Column("flagship", "Variant that stands for it in comparisons.", "flagship"),
        Column("compared_with", "Variant that the flagship is compared with.", "compared_with"),
        Column("variants", "Number of its variants.", lambda m: len(m.variants)),
        *_text_columns(plain, "summary", "What it is, in about three sentences."),
        *(
            column
            for name, says in dates.items()
            for column in _stated_columns(f"date_{name}", says, partial(date, name))
        ),
        *_stated_columns("licence_code", "Licence of the code.", "licences.code"),
        *_stated_columns("licence_weights", "Licence of the weights.", "licences.weights"),
        *_stated_columns(
            "licence_commercial_use",
            "1 where commercial use of the weights is allowed, otherwise 0.",
            "licences.commercial_use",
        ),
    ]


def _variant_columns() -> list[Column]:
    return [
        Column("model", _MODEL, "entry.model.id"),
        Column("variant", _VARIANT, "entry.variant.id"),
        Column("name", _NAME, "entry.variant.name"),
        Column("track", "Lane of the timeline of its family.", "entry.model.track"),
        Column("kind", "What the checkpoint is: base, chat, instruct, reasoning, RL, distilled.", "entry.variant.kind"),
        Column("released", "Day or month in which it came out.", lambda subject: records.release_date(subject.entry)),
        Column("weights_url", "Where the weights are.", "entry.variant.weights"),
        *(column for fact in FACTS.values() if fact.column for column in _fact_columns(fact, *fact.column)),
    ]


def _fact_columns(fact: Fact, name: str, says: str) -> list[Column]:
    def value(subject: EntryContext) -> Any:
        found = fact.value(subject)
        return computed_number(fact, found) if isinstance(found, Computation) else found

    if fact.basis is Basis.RECOMPUTED:
        return [Column(name, says, value)]
    stated = _stated_columns(name, says, value)
    if fact.theme is not Theme.SIZES:
        return stated
    counts = "What the published number counts, where that is not all of the main model."
    return [*stated, Column(f"{name}_counts", counts, partial(_attribute, stated[0], "counts"))]


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


def _stage_columns() -> list[Column]:
    found = [
        Column("model", _MODEL, "model.id"),
        Column("stage", "Id of the stage, unique inside the family.", "stage.id"),
        Column("number", "Its place in the order in which the stages were run, from 1.", "place"),
        Column("kind", "What the stage is for.", "stage.kind"),
        Column("name", "Name that its source gives it, where it has one.", "stage.name"),
        Column("variant", "Id of a variant that comes out of the stage or went through it; a row for each.", "variant"),
    ]
    for block, record in _STAGE_BLOCKS.items():
        for field, info in record.model_fields.items():
            kinds = (info.annotation, *get_args(info.annotation))
            if any(isinstance(kind, type) and issubclass(kind, Stated) for kind in kinds):
                value = partial(_stage_value, block, field)
                found += _stated_columns(_stage_column(block, field), info.description or "", value)
        if block == "learning_rate":
            phases = "The schedule behind the warm-up: where each phase ends, its rate there, and its shape; `; ` between phases."
            found.append(Column("learning_rate_phases", phases, _phase_texts))
    return found


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
    problems: int | None
    interval: tuple[float, float] | None

    @property
    def fields(self) -> Mapping[str, str]:
        return fields_of(self.table, self.line)

    @property
    def is_percentage(self) -> bool:
        return self.score.value is not None and self.score.value.is_percentage


def _score_columns(plain: PlainRecords) -> list[Column]:
    vocabulary = plain.catalogue.settings.vocabulary
    interval = "its 95% interval by Wilson for one answer a problem, in per cent"

    def bound(row: _ScoreOf, end: int) -> float | None:
        return round(row.interval[end], 1) if row.interval else None

    in_words = "How the score was taken, in words: the fields that follow, with commas."
    return [
        Column("stated_by", "Id of the family whose paper prints the score.", "model.id"),
        Column("table", "Id of the table, unique inside the family.", "table.id"),
        Column("table_title", "What the table compares.", "table.title"),
        Column("kind", "What is compared: base, chat, reasoning or ablation.", "table.kind"),
        Column("variant", "Id of the variant that the score is of.", "variant"),
        Column("benchmark", "Benchmark, named as in the table.", "line.benchmark.en"),
        Column("setting", in_words, lambda row: vocabulary.text(row.fields)),
        *(Column(name, Setting.model_fields[name].description or "", f"fields.{name}") for name in FIELDS),
        Column("own_words", "The source's own words, where the fields have others.", "line.setting.printed"),
        Column("score", "The score as a number.", "score"),
        Column("unit", "% where the source prints it.", lambda row: "%" if row.is_percentage else None),
        Column("printed", "The score with the digits that the source prints.", "score.value.text"),
        Column("problems", "Over how many problems the score is a share, where that is known.", "problems"),
        Column("interval_low", f"Lower end of {interval}.", lambda row: bound(row, 0)),
        Column("interval_high", f"Upper end of {interval}.", lambda row: bound(row, 1)),
        Column("absence", "Why there is no value: not published, not applicable or unknown.", "score.absence"),
        replace(_SOURCE, value="score.source"),
    ]


def _technique_columns(plain: PlainRecords) -> list[Column]:
    return [
        Column("technique", _TECHNIQUE, "id"),
        *_text_columns(plain, "name", "Full name."),
        Column("abbreviation", "What everybody calls it.", "abbreviation"),
        Column("kind", "Shelf of the index of techniques.", "kind"),
        Column("introduced_by", "Authors or organisation.", "introduced.by"),
        *_stated_columns("introduced", "First publication.", "introduced.date"),
        *_text_columns(plain, "what", "What it is, in two or three sentences."),
    ]


def _stated_use(use: Use) -> str | None:
    return (use.stated.change or "used") if use.stated else None


_USES = [
    Column("technique", _TECHNIQUE, "technique.id"),
    Column("model", _MODEL, "model.id"),
    Column("how", "What the family does with it: introduced, first used, used, taken over or dropped.", "how"),
    Column("since", "Day or month from which it holds.", "date"),
    Column(
        "variants", "Variants that have it; empty for the first release.", lambda use: " ".join(use.variants) or None
    ),
    Column(
        "taken_over_from", "Whose weights brought it.", lambda u: u.origin.id if u.origin else u.other_origin or None
    ),
    Column("stated", "What the entry itself says; empty where it follows from its fields.", _stated_use),
    Column("only_in", "The part of the family in which it is used, where it is not all of it.", "scope"),
    Column("follows_from", "Field of the entry that the use follows from.", lambda use: use.field or None),
    _SOURCE,
]


class _OfName(NamedTuple):
    """A name of the API with what it meant, or with what it cost."""

    name: ApiName
    of: Any


_API_NAMES = [
    Column("name", "Name of the API.", "name.name"),
    *_stated_columns("since", "First day of what it meant.", "of.since"),
    Column("variant", "Id of the variant that it led to, where that is in the catalogue.", "of.variant"),
    Column("label", "What it led to otherwise.", "of.label"),
    Column("mode", "Mode in which it led to that.", "of.mode"),
    *_stated_columns("name_until", "Last day of the name.", "name.until"),
]
_TOKENS = {
    "hit": "input tokens found in the cache; empty where there was none",
    "miss": "other input tokens",
    "output": "output tokens",
}


def _price_columns(currency: str, name: str) -> list[Column]:
    path = f"of.price.{currency}"
    parts = [Column(f"{currency}_{p}", f"{name} for a million {said}.", f"{path}.{p}") for p, said in _TOKENS.items()]
    return [*parts, Column(f"{currency}_source", f"Where the prices in {currency} were read.", f"{path}.miss.source")]


_API_PRICES = [
    Column("name", "Name of the API.", "name.name"),
    Column("since", "First day of the price, in UTC.", "of.price.since"),
    Column("until", "First day of the next price, or last day of the name; empty where neither is known.", "of.until"),
    Column("rate", "When it holds: always, night, off-peak or peak.", "of.price.rate"),
    *_price_columns("dollars", "US dollars"),
    *_price_columns("yuan", "Yuan"),
]


def _api_service_columns(plain: PlainRecords) -> list[Column]:
    return [
        Column("service", "Id of the service.", "id"),
        *_text_columns(plain, "name", "What it is called."),
        Column("endpoint", "What is called.", "endpoint"),
        *_stated_columns("since", "First day.", "since"),
        *_text_columns(plain, "does", "What it takes and gives."),
        *_stated_columns("model", "The model behind it.", "model"),
        Column("per", "What the price is for.", "per"),
        *_stated_columns("yuan", "Price in yuan.", "yuan"),
        *_stated_columns("dollars", "Price in US dollars.", "dollars"),
    ]


_REFERENCES = [
    Column("key", "Key, by which all sources name it.", "key"),
    Column("title", "Title.", "title"),
    Column("authors", "Authors, with semicolons between them.", lambda r: "; ".join(r.authors)),
    Column("year", "Year.", "year"),
    Column("url", "Address.", "url"),
    Column("arxiv", "arXiv id.", "eprint"),
    Column("doi", "Digital object identifier.", "doi"),
    Column("venue", "Journal or proceedings.", "venue"),
    Column("copy", "1 where it is somebody's copy of a document or a page about it, otherwise 0.", "copy"),
]


def _cell_value(plain: PlainRecords, value: Any) -> Cell:
    if isinstance(value, Single):
        value = value.value
    if isinstance(value, Sources):
        return _source_text(value)
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

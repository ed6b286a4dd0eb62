"""The catalogue as tables: a row for each variant, model, score, technique, day or reference.

An empty cell has its reason in `…_absence`: `not published`, `not applicable` or `unknown`, or nothing where the entry
is silent. `…_source` names the reference and the place in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any, get_args

from pydantic import BaseModel

from catalogue import records
from catalogue.derive.expression import Computation
from catalogue.facts import FACTS, Anchor, Basis, EntryContext, Fact, Theme, Value
from catalogue.lookup import item_names
from catalogue.records import Catalogue, first_date
from catalogue.references import Reference
from catalogue.schema.model import Model, Size, TokenPrices
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.setting import FIELDS
from catalogue.schema.training import (
    BatchSize,
    Data,
    LearningRate,
    Optimizer,
    Preference,
    Reinforcement,
    Stage,
)
from catalogue.schema.values import Block, PartialDate, Single, Source, Sources, Stated, Text, values_below
from catalogue.settings import fields_of

from ..cite import plain_text
from ..context import Context
from ..words import CHINESE, ENGLISH


@dataclass(frozen=True)
class PlainRecords:
    """Turns records into what JSON can hold; `contexts` are those of both languages."""

    contexts: Mapping[str, Context]

    @cached_property
    def catalogue(self) -> Catalogue:
        return self.contexts[ENGLISH].catalogue

    def text(self, text: Text) -> dict[str, str]:
        written = {ENGLISH: text.en} | ({CHINESE: text.zh} if text.zh else {})
        return {language: self._filled(language, words) for language, words in written.items()}

    def _filled(self, language: str, written: str) -> str:
        if "{{" not in written:
            return " ".join(written.replace("`", "").split())
        return plain_text(self.contexts[language], Text(en=written, zh=written))

    def of(self, value: Any) -> Any:
        if isinstance(value, Single):
            return self._single(value)
        if isinstance(value, Sources):
            return [self.of(source) for source in value.items]
        if isinstance(value, Source):
            return {"reference": value.key, "locus": value.locus} | ({"via": self.of(value.via)} if value.via else {})
        if isinstance(value, Text):
            return self.text(value)
        if isinstance(value, BaseModel):
            fields = {name: getattr(value, name) for name in type(value).model_fields}
            inside = isinstance(value, Block) and any(isinstance(v, Single | Block) for v in fields.values())
            return {
                name: self.of(v)
                for name, v in fields.items()
                if v is not None and v != () and not (inside and name == "source")
            }
        if isinstance(value, tuple):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in value.items()}
        return self._scalar(value)["value"]

    def _single(self, value: Single[Any]) -> dict[str, Any]:
        result: dict[str, Any]
        if isinstance(value, Stated) and value.by_variant is not None:
            return {"by_variant": {key: self._single(single) for key, single in value.by_variant.items()}}
        result = {"absence": value.absence.value} if value.absence else self._scalar(value.value)
        if isinstance(value, Size) and value.counts is not None:
            result["counts"] = value.counts.value
        if value.source is not None:
            result["source"] = self.of(value.source)
        if value.note is not None:
            result["note"] = self.text(value.note)
        return result

    def _scalar(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Quantity | Length):
            return {"value": plain_number(value.value), "text": value.text}
        if isinstance(value, PartialDate):
            return {"value": value.text}
        if isinstance(value, Text):
            return {"value": self.text(value)}
        if isinstance(value, Enum):
            return {"value": value.value}
        return {"value": value}


def plain_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def plain_reference(found: Reference) -> dict[str, Any]:
    names = ("key", "title", "authors", "year", "url", "eprint", "doi", "venue", "note")
    record = {name: getattr(found, name) for name in names}
    record = {name: list(value) if isinstance(value, tuple) else value for name, value in record.items() if value}
    return record | ({"copy": True} if found.copy else {})


Cell = str | int | float | None
Row = dict[str, Cell]


@dataclass(frozen=True)
class ExportTable:
    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def all_rows(plain: PlainRecords) -> Iterator[ExportTable]:
    made: Mapping[str, Iterable[Row]] = {
        "models": _model_rows(plain),
        "variants": _variant_rows(plain),
        "stages": _stage_rows(plain),
        "evaluation": _score_rows(plain),
        "techniques": _technique_rows(plain),
        "uses": _use_rows(plain),
        "api_names": _api_names(plain),
        "api_prices": _api_prices(plain.catalogue),
        "api_services": _api_services(plain),
        "references": _reference_rows(plain.catalogue),
    }
    for name, rows in ((name, tuple(rows)) for name, rows in made.items()):
        yield ExportTable(name, tuple(dict.fromkeys(key for row in rows for key in row)), rows)


def entry_values(plain: PlainRecords, model: Model) -> ExportTable:
    """Every value of an entry with its source, by the path that quotes use."""
    rows = list(_values_below(plain, model, model.id))
    return ExportTable(
        f"models/{model.id}", ("path", "variant", "value", "printed", "absence", "note", "source"), tuple(rows)
    )


def _values_below(plain: PlainRecords, record: Any, path: str) -> Iterator[Row]:
    if isinstance(record, Single):
        for variant, single in record.singles() if isinstance(record, Stated) else [(None, record)]:
            yield {
                "path": path,
                "variant": variant,
                "value": None if single.value is None else _cell_value(single.value, plain),
                "printed": getattr(single.value, "text", None),
                "absence": single.absence.value if single.absence else None,
                "note": plain.text(single.note)["en"] if single.note else None,
                "source": source_text(single.source),
            }
        return
    for key, child in values_below(record):
        if isinstance(record, tuple):
            key = next(iter(item_names(child)), str(key))
        yield from _values_below(plain, child, f"{path}{'/' if isinstance(record, Model) else '.'}{key}")


def _model_rows(plain: PlainRecords) -> Iterator[Row]:
    for model in plain.catalogue.models.values():
        reference = plain.catalogue.references.get(model.reference or "")
        first = first_date(model)
        row: Row = {
            "model": model.id,
            "name": model.name,
            "track": model.track.value,
            "released": first.text if first else None,
            "arxiv": reference.eprint if reference else None,
            "reference": model.reference,
            "flagship": model.flagship,
            "compared_with": model.compared_with,
            "variants": len(model.variants),
            "summary": plain.text(model.summary)["en"],
            "summary_zh": plain.text(model.summary).get("zh"),
        }
        for name, date in records.family_dates(plain.catalogue, model).items():
            row |= _value_cells(f"date_{name}", date)
        for name in ("code", "weights", "commercial_use"):
            row |= _value_cells(f"licence_{name}", getattr(model.licences, name) if model.licences else None)
        yield row


def _variant_rows(plain: PlainRecords) -> Iterator[Row]:
    for entry in plain.catalogue.entries.values():
        out, subject = records.release_date(entry), EntryContext.of(plain.catalogue, entry)
        row: Row = {
            "model": entry.model.id,
            "variant": entry.variant.id,
            "name": entry.variant.name,
            "track": entry.model.track.value,
            "kind": entry.variant.kind.value,
            "released": out.text if out else None,
            "weights_url": entry.variant.weights,
        }
        for fact in FACTS.values():
            if fact.column is not None:
                row |= _fact_cells(fact.column[0], fact, fact.value(subject), plain)
        yield row


def _fact_cells(name: str, fact: Fact, value: Value, plain: PlainRecords) -> Row:
    if fact.basis is Basis.RECOMPUTED:
        if isinstance(value, Computation):  # what an architecture gives are whole numbers
            return {name: value.value if fact.anchor is Anchor.WORKING else float(value.exact)}
        return {name: None if value is None else _cell_value(value, plain)}
    assert value is None or isinstance(value, Single)
    row = _value_cells(name, value, plain)
    if fact.theme is Theme.SIZES:
        row[f"{name}_counts"] = value.counts.value if isinstance(value, Size) and value.counts else None
    return row


# The blocks of a stage with a name that their columns begin with.
STAGE_BLOCKS: Mapping[str, type[BaseModel]] = {
    "": Stage,
    "data": Data,
    "optimizer": Optimizer,
    "learning_rate": LearningRate,
    "batch_size": BatchSize,
    "preference": Preference,
    "reinforcement": Reinforcement,
}


def stage_column(block: str, field: str) -> str:
    """Column of a stage's field: `tokens`, `optimizer_beta1`, `learning_rate_peak`."""
    if block in ("", "data"):
        return field
    return block if field == "name" else f"{block}_{field}"


def _stage_rows(plain: PlainRecords) -> Iterator[Row]:
    for model in plain.catalogue.models.values():
        for place, stage in enumerate(model.training, 1):
            for variant in stage.variants:
                row: Row = {
                    "model": model.id,
                    "stage": stage.id,
                    "number": place,
                    "kind": stage.kind.value,
                    "name": plain.text(stage.name)["en"] if stage.name else None,
                    "variant": variant,
                }
                for block, record in STAGE_BLOCKS.items():
                    stated = getattr(stage, block) if block else stage
                    for field, info in record.model_fields.items():
                        if _is_stated(info.annotation):
                            value = getattr(stated, field, None)
                            single = value.for_variant(variant) if isinstance(value, Stated) else None
                            row |= _value_cells(stage_column(block, field), single, plain)
                    if block == "learning_rate":
                        row["learning_rate_phases"] = _phase_texts(stage, variant)
                yield row


def _is_stated(annotation: Any) -> bool:
    return any(isinstance(kind, type) and issubclass(kind, Stated) for kind in (annotation, *get_args(annotation)))


def _phase_texts(stage: Stage, variant: str) -> str | None:
    """`10T: 2e-4 constant; 15.5T: 2e-5 cosine`, as printed."""
    said = []
    for phase in stage.learning_rate.phases if stage.learning_rate else ():
        until = phase.until.for_variant(variant)
        rate = next((s for s in (phase.rate, phase.fraction) if s is not None), None)
        reached = rate.for_variant(variant) if rate else None
        if until and until.value and reached and reached.value:
            said.append(f"{until.value.text}: {reached.value.text} {phase.shape.value}")
    return "; ".join(said) or None


def _score_rows(plain: PlainRecords) -> Iterator[Row]:
    settings = plain.catalogue.settings
    for model in plain.catalogue.models.values():
        for table in model.evaluation:
            for line in table.rows:
                for variant, score in line.scores.items():
                    yield {
                        "stated_by": model.id,
                        "table": table.id,
                        "table_title": plain.text(table.title)["en"],
                        "kind": table.kind.value,
                        "variant": variant,
                        "benchmark": line.benchmark.en,
                        "setting": said.en if (said := settings.vocabulary.text(fields_of(table, line))) else None,
                        **dict.fromkeys(FIELDS) | fields_of(table, line),
                        "own_words": line.setting.printed.en if line.setting and line.setting.printed else None,
                        "score": plain_number(score.value.value) if score.value else None,
                        "unit": ("%" if score.value.is_percentage else None) if score.value else None,
                        "printed": score.value.text if score.value else None,
                        "absence": score.absence.value if score.absence else None,
                        "source": source_text(score.source),
                    }


def _technique_rows(plain: PlainRecords) -> Iterator[Row]:
    for technique in plain.catalogue.techniques.values():
        yield {
            "technique": technique.id,
            "name": plain.text(technique.name)["en"],
            "name_zh": plain.text(technique.name).get("zh"),
            "abbreviation": technique.abbreviation,
            "kind": technique.kind.value,
            "introduced_by": plain.text(technique.introduced.by)["en"],
            **_value_cells("introduced", technique.introduced.date),
            "what": plain.text(technique.what)["en"],
            "what_zh": plain.text(technique.what).get("zh"),
        }


def _use_rows(plain: PlainRecords) -> Iterator[Row]:
    context = plain.contexts[ENGLISH]
    for technique in plain.catalogue.techniques.values():
        for use in context.uses.of_technique(technique.id):
            yield {
                "technique": technique.id,
                "model": use.model.id,
                "how": use.how.value,
                "since": use.date.text if use.date else None,
                "variants": " ".join(use.variants) or None,
                "taken_over_from": use.origin.id if use.origin else use.other_origin or None,
                "stated": (use.stated.change.value if use.stated.change else "used") if use.stated else None,
                "only_in": use.scope.value if use.scope else None,
                "follows_from": use.field or None,
                "source": source_text(use.sources),
            }


def _api_names(plain: PlainRecords) -> Iterator[Row]:
    for name in plain.catalogue.api_names:
        for pointer in name.pointers:
            yield {
                "name": name.name,
                **_value_cells("since", pointer.since),
                "variant": pointer.variant,
                "label": plain.text(pointer.label)["en"] if pointer.label else None,
                "mode": plain.text(pointer.mode)["en"] if pointer.mode else None,
                **_value_cells("name_until", name.until),
            }


def _api_prices(catalogue: Catalogue) -> Iterator[Row]:
    for span in records.price_spans(catalogue):
        price = span.price
        for name in span.names:
            yield {
                "name": name.name,
                "since": price.since.text,
                "until": span.until.text if span.until else None,
                "rate": price.rate.value,
                **_token_prices("dollars", price.dollars),
                **_token_prices("yuan", price.yuan),
            }


def _token_prices(currency: str, prices: TokenPrices | None) -> Row:
    cells: Row = {}
    for part in ("hit", "miss", "output"):
        single = getattr(prices, part, None)
        cells[f"{currency}_{part}"] = _cell_value(single.value, None) if single is not None else None
    found = prices.miss.source if prices is not None else None
    return cells | {f"{currency}_source": source_text(found)}


def _api_services(plain: PlainRecords) -> Iterator[Row]:
    for service in plain.catalogue.api_services:
        yield {
            "service": service.id,
            "name": plain.text(service.name)["en"],
            "name_zh": plain.text(service.name).get("zh"),
            "endpoint": service.endpoint,
            **_value_cells("since", service.since),
            "does": plain.text(service.does)["en"],
            "does_zh": plain.text(service.does).get("zh"),
            **_value_cells("model", service.model, plain),
            "per": plain.text(service.per)["en"],
            **_value_cells("yuan", service.yuan),
            **_value_cells("dollars", service.dollars),
        }


def _reference_rows(catalogue: Catalogue) -> Iterator[Row]:
    for reference in catalogue.references.values():
        yield {
            "key": reference.key,
            "title": reference.title,
            "authors": "; ".join(reference.authors),
            "year": reference.year,
            "url": reference.url,
            "arxiv": reference.eprint,
            "doi": reference.doi,
            "venue": reference.venue,
            "copy": int(reference.copy),
        }


def _value_cells(name: str, single: Single[Any] | None, plain: PlainRecords | None = None) -> Row:
    value = None if single is None or single.value is None else _cell_value(single.value, plain)
    absence = single.absence.value if single is not None and single.absence is not None else None
    return {name: value, f"{name}_absence": absence, f"{name}_source": source_text(single.source) if single else None}


def _cell_value(value: Any, plain: PlainRecords | None) -> Cell:
    if isinstance(value, Quantity | Length):
        return plain_number(value.value)
    if isinstance(value, PartialDate):
        return value.text
    if isinstance(value, Text):
        return plain.text(value)["en"] if plain else value.en
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | str) else str(getattr(value, "value", value))


def source_text(sources: Sources | None) -> str | None:
    """Sources as in the data: `key locus; key locus via key locus`."""
    return "; ".join(_written_source(source) for source in sources.items) if sources else None


def _written_source(source: Source) -> str:
    return f"{source.key} {source.locus}".strip() + (f" via {_written_source(source.via)}" if source.via else "")

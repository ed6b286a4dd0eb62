"""The catalogue as files: JSON (a public interface), CSV, BibTeX and the schemas.

`catalogue.json` has the shape `models[] → id, name, track, dates, arxiv, variants[] → id,
dates, licences, parameters {total, activated}, architecture {config.json names}`, each value with its
source. The dates and licences of a variant are its own; those of a model are its first release's. Changing that shape is a breaking change.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from catalogue import checkpoint
from catalogue.field_reference import SCHEMAS, json_schema
from catalogue.records import Catalogue, Entry
from catalogue.schema.values import Block, Length, PartialDate, Quantity, Single, Source, Sources, Stated, Text

from ..cite import plain_text
from ..context import Context
from ..words import CHINESE, ENGLISH

FORMAT = 3


Told = Callable[[Text], dict[str, str]]


def told(contexts: Mapping[str, Context]) -> Told:
    """How a text stands in the files: in each language as on the page, its quotes filled in and without markup."""

    def tell(text: Text) -> dict[str, str]:
        given = {ENGLISH: text.en} | ({CHINESE: text.zh} if text.zh else {})
        return {language: filled(contexts.get(language, any_context), written) for language, written in given.items()}

    any_context = next(iter(contexts.values()))
    return tell


def filled(context: Context, written: str) -> str:
    """A text in one language, with what its quotes stand for."""
    if "{{" not in written:
        return " ".join(written.replace("`", "").split())
    return plain_text(context, Text(en=written, zh=written))


def files(catalogue: Catalogue, contexts: Mapping[str, Context]) -> dict[str, str]:
    """Every download by its path in the site; `contexts` by language make the texts."""
    tell = told(contexts)
    found = {
        "data/catalogue.json": json.dumps(_catalogue(catalogue, tell), ensure_ascii=False, separators=(",", ":"))
        + "\n",
        "data/variants.csv": _csv(_variant_rows(catalogue)),
        "data/evaluation.csv": _csv(_evaluation_rows(catalogue)),
        "data/references.bib": catalogue.bibliography,
    }
    return found | {f"data/{name}": json_schema(name) for name in SCHEMAS}


def _catalogue(catalogue: Catalogue, tell: Told) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "models": [_model(catalogue, model_id, tell) for model_id in catalogue.models],
        "techniques": [plain(technique, tell) for technique in catalogue.techniques.values()],
        "gpus": [plain(gpu, tell) for gpu in catalogue.gpus.values()],
        "api_names": [plain(name, tell) for name in catalogue.api_names],
    }


def _model(catalogue: Catalogue, id_: str, tell: Told) -> dict[str, Any]:
    model = catalogue.models[id_]
    reference = catalogue.references.get(model.reference or "")
    rest: dict[str, Any] = plain(model, tell)
    head = {key: rest.pop(key) for key in ("id", "name", "track", "dates")}
    rest.pop("variants")
    variants = [_variant(catalogue, entry, tell) for entry in catalogue.entries_of(model)]
    return {**head, "arxiv": reference.eprint if reference else None, "variants": variants, **rest}


def _variant(catalogue: Catalogue, entry: Entry, tell: Told) -> dict[str, Any]:
    """A checkpoint with its own dates and licences: those of the model are those of its first release."""
    record: dict[str, Any] = plain(entry.variant, tell)
    record.pop("release", None)
    dates = {name: checkpoint.date(entry, name) for name in checkpoint.RELEASED}
    dates["api"] = checkpoint.in_the_api(catalogue.api_names, entry.variant.id)
    licences, key = checkpoint.licences(entry), checkpoint.reference(entry)
    reference = catalogue.references.get(key or "")
    record["dates"] = {name: plain(date, tell) for name, date in dates.items() if date is not None}
    record["arxiv"] = reference.eprint if reference else None
    record["licences"] = plain(licences, tell) if licences else {}
    for name, value in (
        ("released_format", checkpoint.weights_format(entry)),
        ("gpu_hours", checkpoint.gpu_hours(entry)),
        ("cost_usd", checkpoint.cost(entry)),
    ):
        if value is not None:
            record[name] = plain(value, tell)
    record["architecture"] = plain(entry.architecture, tell) if entry.architecture else None
    recount = entry.recount
    record["recomputed"] = {
        "total": recount.total if recount else None,
        "activated": {str(basis): value for basis, value in recount.activated.items()} if recount else {},
        "kv_cache_elements_per_token": recount.kv_cache.value if recount and recount.kv_cache else None,
    }
    return record


def plain(value: Any, tell: Told) -> Any:
    """A record as JSON: values as `{value, text?, source}`, absences as `{absence}`."""
    if isinstance(value, Stated) and value.by_variant is not None:
        return {"by_variant": {key: plain(single, tell) for key, single in value.by_variant.items()}}
    if isinstance(value, Single):
        result: dict[str, Any] = {"absence": value.absence.value} if value.absence else _scalar(value.value, tell)
        if value.source is not None:
            result["source"] = plain(value.source, tell)
        if value.note is not None:
            result["note"] = plain(value.note, tell)
        return result
    if isinstance(value, Sources):
        return [plain(source, tell) for source in value.items]
    if isinstance(value, Source):
        return {"reference": value.key, "locus": value.locus} | ({"via": plain(value.via, tell)} if value.via else {})
    if isinstance(value, Text):
        return tell(value)
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        hidden = (
            {"source"}
            if isinstance(value, Block) and any(isinstance(v, Single | Block) for v in fields.values())
            else set()
        )
        return {name: plain(v, tell) for name, v in fields.items() if v is not None and v != () and name not in hidden}
    if isinstance(value, tuple):
        return [plain(item, tell) for item in value]
    if isinstance(value, dict):
        return {key: plain(item, tell) for key, item in value.items()}
    return _scalar(value, tell)["value"]


def _scalar(value: Any, tell: Told | None = None) -> dict[str, Any]:
    if isinstance(value, Quantity | Length):
        return {"value": _number(value.value), "text": value.text}
    if isinstance(value, PartialDate):
        return {"value": value.text}
    if isinstance(value, Text):
        return {"value": tell(value) if tell else value.en}
    if isinstance(value, Enum):
        return {"value": value.value}
    return {"value": value}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _csv(rows: Iterable[dict[str, object]]) -> str:
    rows = list(rows)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _variant_rows(catalogue: Catalogue) -> Iterable[dict[str, object]]:
    """One row per variant: sizes, then every architecture value with its source behind it."""
    for entry in catalogue.entries.values():
        parameters, recount = entry.variant.parameters, entry.recount
        row: dict[str, object] = {
            "model": entry.model.id,
            "variant": entry.variant.id,
            "total": _flat(parameters.total),
            "total_source": _cited(parameters.total.source),
            "activated": _flat(parameters.activated),
            "activated_source": _cited(parameters.activated.source if parameters.activated else None),
            "total_recomputed": recount.total if recount and recount.total else "",
            "kv_cache_elements_per_token_recomputed": recount.kv_cache.value if recount and recount.kv_cache else "",
        }
        if entry.architecture is not None:
            for name in type(entry.architecture).model_fields:
                value = getattr(entry.architecture, name)
                if isinstance(value, Single):
                    row[name] = _flat(value)
                    row[f"{name}_source"] = _cited(value.source)
        yield row


def _evaluation_rows(catalogue: Catalogue) -> Iterable[dict[str, object]]:
    for model in catalogue.models.values():
        for table in model.evaluation:
            for line in table.rows:
                for variant, score in line.scores.items():
                    yield {
                        "variant": variant,
                        "kind": table.kind.value,
                        "benchmark": line.benchmark.en,
                        "setting": line.setting.en if line.setting else "",
                        "score": _flat(score),
                        "source": _cited(score.source),
                        "stated_by": model.id,
                    }


def _flat(single: Single[Any] | None) -> object:
    if single is None:
        return ""
    if single.absence is not None:
        return single.absence.value
    return _number(single.value.value) if isinstance(single.value, Quantity) else _scalar(single.value)["value"]


def _cited(sources: Sources | None) -> str:
    return "; ".join(_one(source) for source in sources.items) if sources else ""


def _one(source: Source) -> str:
    return f"{source.key} {source.locus}".strip() + (f" via {_one(source.via)}" if source.via else "")

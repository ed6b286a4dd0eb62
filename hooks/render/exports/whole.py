"""The catalogue as JSON and JSON-LD: whole, and a file for each model and technique. A public interface.

`catalogue.json` is `models[] → id, name, track, dates, arxiv, variants[] → id, dates, licences, parameters
{total, activated}, architecture {config.json names}`, each value with its source; `catalogue.schema.json` describes it.
Dates and licences of a model are those of its first release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from functools import cache
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from catalogue import records
from catalogue.derive.training import worked_gpu_hours
from catalogue.records import Entry, first_date
from catalogue.references import Reference
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import ApiName, ApiPrice, ApiService, BillingHours, Dates, Licences, Model
from catalogue.schema.quantities import Quantity
from catalogue.schema.study import Correction
from catalogue.schema.technique import Technique
from catalogue.schema.training import Gpu
from catalogue.schema.values import PartialDate, Stated, Text

from ..cite import plain_text
from ..context import Context
from ..pages import MODEL, technique_address, url_of
from ..words import ENGLISH
from .rows import PlainRecords, plain_reference

FORMAT = 6
Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_TEXT_OR_NONE: Json = {"type": ["string", "null"]}


def export_schema(address: str) -> str:
    shape = {"$id": address, "version": schema_version(), **_export_shape()}
    return json.dumps(shape, ensure_ascii=False, indent=1) + "\n"


@cache
def schema_version() -> str:
    """`4-1f3a9c02`: format number and digest of the shape."""
    bare = json.dumps(_without_words(_export_shape()), sort_keys=True)
    return f"{FORMAT}-{blake2b(bare.encode(), digest_size=4).hexdigest()}"


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_words(v) for k, v in value.items() if not (k == "description" and isinstance(v, str))}
    return [_without_words(item) for item in value] if isinstance(value, list) else value


@cache
def _export_shape() -> Json:
    """Pydantic's schema of the records as they are written, with what a checkpoint and a model have beside their fields."""
    listed: dict[str, type[BaseModel]] = {
        "models": Model,
        "techniques": Technique,
        "gpus": Gpu,
        "api_names": ApiName,
        "api_prices": ApiPrice,
        "billing_hours": BillingHours,
        "api_services": ApiService,
        "corrections": Correction,
    }
    beside: tuple[type[BaseModel], ...] = (Dates, Licences, Architecture, Stated[Text], Stated[Quantity])
    refs, made = models_json_schema([(record, "serialization") for record in (*listed.values(), *beside)])
    ref = {record: refs[record, "serialization"] for record in (*listed.values(), *beside)}
    definitions = made["$defs"]
    count = {"type": ["integer", "null"]}
    definitions["Model"]["properties"]["arxiv"] = _TEXT_OR_NONE
    definitions["Variant"]["properties"] |= {
        "dates": ref[Dates],
        "arxiv": _TEXT_OR_NONE,
        "licences": ref[Licences],
        "released_format": ref[Stated[Text]],
        "gpu_hours": ref[Stated[Quantity]],
        "cost_usd": ref[Stated[Quantity]],
        "recomputed": _object_schema(
            {
                "total": count,
                "activated": {"type": "object"},
                "kv_cache_elements_per_token": count,
                "gpu_hours": {"type": ["object", "null"]},
            }
        ),
    }
    definitions["Variant"]["properties"].pop("release")
    definitions["Variant"]["required"] += ["dates", "arxiv", "licences", "architecture", "recomputed"]
    definitions["Reference"] = _object_schema(
        dict.fromkeys(("key", "title", "year", "url", "eprint", "doi", "venue", "note"), _TEXT)
        | {"authors": _list_of(_TEXT), "copy": {"type": "boolean"}},
        optional=("authors", "url", "eprint", "doi", "venue", "note", "copy"),
    )
    references = {"references": _list_of({"$ref": "#/$defs/Reference"})}
    head = {
        "format": {"const": FORMAT},
        "version": _TEXT,
        "schema": _TEXT,
        "address": _TEXT | {"description": "Address of the site that the file was made for."},
        "licence": _object_schema({"data": _TEXT, "url": _TEXT}),
        "revision": _object_schema(
            {
                "digest": _TEXT | {"description": "Of the texts of all data files; the same for the same data."},
                "date": _TEXT | {"description": "Day of the last commit that changed the data."},
                "commit": _TEXT | {"description": "That commit, with `+changes` where the files differ from it."},
            },
            optional=("date", "commit"),
        ),
    }
    lists = {name: _list_of(ref[record]) for name, record in listed.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "DS Series: the catalogue as data",
        "anyOf": [
            _object_schema(head | lists | references),
            _object_schema(head | references | {"page": _TEXT, "model": ref[Model]}),
            _object_schema(head | references | {"page": _TEXT, "technique": ref[Technique]}),
        ],
        "$defs": definitions,
    }


def _object_schema(properties: Json, optional: Collection[str] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list_of(items: Json) -> Json:
    return {"type": "array", "items": items}


LICENCE = {"data": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
WHOLE, SCHEMA = "data/catalogue.json", "data/catalogue.schema.json"


def catalogue_json(plain: PlainRecords, address: str) -> dict[str, str]:
    catalogue = plain.catalogue
    found: dict[str, str] = {}
    references = {key: plain_reference(reference) for key, reference in catalogue.references.items()}
    head = {
        "format": FORMAT,
        "version": schema_version(),
        "schema": address + SCHEMA,
        "address": address,
        "licence": LICENCE,
        "revision": {name: value for name, value in asdict(catalogue.revision).items() if value},
    }

    def with_files(kind: str, made: Iterable[tuple[str, str, Json]]) -> Iterator[Json]:
        for id_, page, record in made:
            cited = sorted(set(_CITED.findall(_compact_json(record))) & references.keys())
            alone = head | {"page": address + url_of(page), kind: record, "references": [references[k] for k in cited]}
            found[f"data/{kind}s/{id_}.json"] = _compact_json(alone) + "\n"
            yield record

    models = ((id_, MODEL.path_of(id_), _model_record(plain, id_)) for id_ in catalogue.models)
    techniques = ((each.id, technique_address(each), plain.of(each)) for each in catalogue.techniques.values())
    lists: dict[str, Iterable[Json]] = {
        "models": with_files("model", models),
        "techniques": with_files("technique", techniques),
        "gpus": map(plain.of, catalogue.gpus.values()),
        "api_names": map(plain.of, catalogue.api_names),
        "api_prices": map(plain.of, catalogue.api_prices),
        "billing_hours": map(plain.of, catalogue.billing_hours),
        "api_services": map(plain.of, catalogue.api_services),
        "corrections": map(plain.of, catalogue.corrections),
        "references": references.values(),
    }
    found[WHOLE] = _compact_json(head | {name: list(values) for name, values in lists.items()}) + "\n"
    found[SCHEMA] = export_schema(address + SCHEMA)
    return found


def _compact_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# Keys of the references that JSON names: within its texts each quote has a backslash.
_CITED = re.compile(r'"reference":"([^"]+)"')


def _model_record(plain: PlainRecords, id_: str) -> dict[str, Any]:
    catalogue = plain.catalogue
    model = catalogue.models[id_]
    paper = catalogue.references.get(model.reference or "")
    rest: dict[str, Any] = plain.of(model)
    head = {key: rest.pop(key) for key in ("id", "name", "track", "dates")}
    api = records.family_dates(catalogue, model)["api"]
    head["dates"] |= {"api": plain.of(api)} if api is not None else {}
    rest.pop("variants")
    variants = [_variant_record(plain, entry) for entry in catalogue.entries_of(model)]
    return {**head, "arxiv": paper.eprint if paper else None, "variants": variants, **rest}


def _variant_record(plain: PlainRecords, entry: Entry) -> dict[str, Any]:
    catalogue = plain.catalogue
    record: dict[str, Any] = plain.of(entry.variant)
    record.pop("release", None)
    dates = {name: records.checkpoint_date(entry, name) for name in records.RELEASED}
    dates["api"] = records.api_date(catalogue.api_names, entry.variant.id)
    licences, key = entry.licences, records.checkpoint_reference(entry)
    paper = catalogue.references.get(key or "")
    record["dates"] = {name: plain.of(date) for name, date in dates.items() if date is not None}
    record["arxiv"] = paper.eprint if paper else None
    record["licences"] = plain.of(licences) if licences else {}
    for name, value in (
        ("released_format", records.weights_format(entry)),
        ("gpu_hours", records.published_gpu_hours(entry)),
        ("cost_usd", records.published_cost(entry)),
    ):
        if value is not None:
            record[name] = plain.of(value)
    record["architecture"] = plain.of(entry.architecture) if entry.architecture else None
    recount, worked = entry.recount, worked_gpu_hours(catalogue.entries, entry)
    record["recomputed"] = {
        "total": recount.total if recount else None,
        "activated": {str(basis): value for basis, value in recount.activated.items()} if recount else {},
        "kv_cache_elements_per_token": recount.kv_cache.value if recount and recount.kv_cache else None,
        "gpu_hours": {
            "is": worked.term.name,
            "value": float(worked.term.exact),
            "approximate": worked.about,
            "working": worked.term.numbers,
        }
        if worked
        else None,
    }
    return record


_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_FORMATS = {
    "json": "application/json",
    "csv": "text/csv",
    "sqlite": "application/vnd.sqlite3",
    "bib": "application/x-bibtex",
}


def linked_data(context: Context, path: str, address: str, downloads: tuple[str, ...]) -> str:
    """JSON-LD of the page at `path`, empty for most: downloads are a Dataset, the page of a model an article about it."""
    language = context.words.language
    page = address + ("" if language == ENGLISH else f"{language}/") + url_of(path)
    if path == "use-and-extend.md":
        return _script_text(_dataset_record(context, address, page, downloads))
    folder, _, name = path.removesuffix(".md").rpartition("/")
    model = context.catalogue.models.get(name) if folder == "models" else None
    return _script_text(_article_record(context, model, address, page)) if model else ""


def _script_text(record: dict[str, Any]) -> str:
    """JSON without a `<` that could end the script."""
    return json.dumps({"@context": "https://schema.org", **record}, ensure_ascii=False).replace("<", "\\u003c")


def _published_by_us(context: Context, address: str, page: str) -> dict[str, Any]:
    revision = context.catalogue.revision
    dated = {"dateModified": revision.date} if revision.date else {}
    us = {"@type": "Organization", "name": "DS Series", "url": address}
    return {**dated, "url": page, "license": _LICENCE, "isAccessibleForFree": True, "creator": us}


def _dataset_record(context: Context, address: str, page: str, downloads: tuple[str, ...]) -> dict[str, Any]:
    return {
        "@type": "Dataset",
        "version": context.catalogue.revision.version,
        "@id": f"{address}data/catalogue.json",
        "name": "DS Series",
        "description": context.words("extend.description"),
        "inLanguage": ["en", "zh"],
        **_published_by_us(context, address, page),
        "distribution": [
            {"@type": "DataDownload", "contentUrl": address + path, "encodingFormat": _FORMATS[kind]}
            for path in downloads
            if path.count("/") == 1
            and (kind := path.rpartition(".")[2]) in _FORMATS
            and not path.endswith(".schema.json")
        ],
    }


def _article_record(context: Context, model: Model, address: str, page: str) -> dict[str, Any]:
    """What the page is: an article of this site about the model, which cites the paper."""
    first, paper = first_date(model), context.catalogue.references.get(model.reference or "")
    about = {"@type": "SoftwareApplication", "name": model.name, "applicationCategory": "Language model"}
    record: dict[str, Any] = {
        "@type": "TechArticle",
        "headline": model.name,
        "description": plain_text(context, model.lead or model.summary),
        "inLanguage": context.words.language,
        **_published_by_us(context, address, page),
        "about": about | ({"datePublished": first.text} if first is not None else {}),
    }
    if paper:
        record["citation"] = _paper_record(paper, model.dates.paper.value if model.dates.paper else None)
    return record


def _paper_record(paper: Reference, day: PartialDate | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "@type": "ScholarlyArticle",
        "name": paper.title,
        "author": [
            {"@type": "Organization" if name in paper.organisations else "Person", "name": name}
            for name in paper.authors
            if name != "et al."
        ],
        "datePublished": day.text if day else paper.year,
    }
    if paper.url:
        record["url"] = paper.url
    if paper.eprint:
        record["identifier"] = f"arXiv:{paper.eprint}"
    return record

"""The catalogue as JSON and JSON-LD: whole, and a file for each model and technique. A public interface.

`catalogue.json` is `models[] → id, name, track, dates, arxiv, variants[] → id, dates, licences, parameters
{total, activated}, architecture {config.json names}`, each value with its source; `catalogue.schema.json` describes it.
Dates and licences of a model are those of its first release.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import blake2b
from types import UnionType
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from catalogue import records
from catalogue.records import Entry, first_date
from catalogue.references import Reference
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import ActivatedBasis, ApiName, Counted, Licences, Model, Size, Variant
from catalogue.schema.quantities import Quantity
from catalogue.schema.study import Correction
from catalogue.schema.technique import Technique
from catalogue.schema.training import Gpu
from catalogue.schema.values import Absence, PartialDate, Single, Sources, Stated, Text

from ..cite import plain_text
from ..context import Context
from ..pages import MODEL, technique_address, url_of
from ..words import ENGLISH
from .rows import PlainRecords, plain_reference

FORMAT = 5
Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_SCALARS: dict[type, Json] = {bool: {"type": "boolean"}, int: {"type": "integer"}, Decimal: {"type": "number"}}


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
    definitions = _Definitions()
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
    model, technique, reference = (definitions.definition_of(name) for name in (Model, Technique, "Reference"))
    others = {"gpus": Gpu, "api_names": ApiName, "corrections": Correction}
    lists = {"models": model, "techniques": technique}
    lists |= {name: definitions.definition_of(record) for name, record in others.items()} | {"references": reference}
    whole = _object_schema(head | {name: {"type": "array", "items": items} for name, items in lists.items()})
    cited = {"references": {"type": "array", "items": reference}, "page": _TEXT}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "DS Series: the catalogue as data",
        "anyOf": [
            whole,
            _object_schema(head | cited | {"model": model}),
            _object_schema(head | cited | {"technique": technique}),
        ],
        "$defs": definitions.made,
    }


def _object_schema(properties: Json, optional: typing.Collection[str] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


class _Definitions:
    """The `$defs` of the schema, made as they are met."""

    def __init__(self) -> None:
        self.made: dict[str, Json] = {}

    def definition_of(self, record: type | str) -> Json:
        name = record if isinstance(record, str) else _definition_name(record)
        if name not in self.made:
            self.made[name] = {}  # a record may hold itself
            self.made[name] = self._define(record)
        return {"$ref": f"#/$defs/{name}"}

    def _define(self, record: type | str) -> Json:
        if record == "Reference":
            return _object_schema(
                dict.fromkeys(("key", "title", "year", "url", "eprint", "doi", "venue", "note"), _TEXT)
                | {"authors": {"type": "array", "items": _TEXT}, "copy": {"type": "boolean"}},
                optional=("authors", "url", "eprint", "doi", "venue", "note", "copy"),
            )
        if record == "Source":
            source = {"reference": _TEXT, "locus": _TEXT, "via": self.definition_of("Source")}
            return _object_schema(source, optional=("via",))
        if record is Text:
            return _object_schema({"en": _TEXT, "zh": _TEXT}, optional=("zh",))
        assert isinstance(record, type)
        assert issubclass(record, BaseModel)
        if issubclass(record, Single):
            return self._single(record)
        fields = record.model_fields
        properties = {name: self._field(info) for name, info in fields.items()}
        optional = {name for name, info in fields.items() if not info.is_required() or name == "source"}
        if record is Model:
            properties |= {"arxiv": _or_null(_TEXT)}
        if record is Variant:
            self._of_a_checkpoint(properties, optional)
        return _object_schema(properties, optional)

    def _of_a_checkpoint(self, properties: Json, optional: set[str]) -> None:
        properties.pop("release")
        day = self.annotation_schema(Stated[PartialDate])
        names = ("weights", "announcement", "paper", "api")
        count = _or_null({"type": "integer"})
        properties |= {
            "dates": _object_schema(dict.fromkeys(names, day), optional=names),
            "arxiv": _or_null(_TEXT),
            "licences": self.definition_of(Licences),
            "released_format": self.annotation_schema(Stated[Text]),
            "gpu_hours": self.annotation_schema(Stated[Quantity]),
            "cost_usd": self.annotation_schema(Stated[Quantity]),
            "architecture": _or_null(self.definition_of(Architecture)),
            "recomputed": _object_schema(
                {
                    "total": count,
                    "activated": _object_schema(
                        {str(basis): {"type": "integer"} for basis in ActivatedBasis}, tuple(map(str, ActivatedBasis))
                    ),
                    "kv_cache_elements_per_token": count,
                }
            ),
        }
        optional |= {"released_format", "gpu_hours", "cost_usd"}
        optional -= {"licences", "architecture"}

    def _single(self, record: type[Single[Any]]) -> Json:
        """A value with its source, the reason why there is none, or one of these for each variant."""
        inner = record.__pydantic_generic_metadata__["args"][0]
        beside = {"source": self._sources(), "note": self.definition_of(Text)}
        counts = {"counts": {"enum": [word.value for word in Counted]}} if issubclass(record, Size) else {}
        value = {"value": self.annotation_schema(inner)}
        text = {"text": _TEXT | {"description": "As the source prints it."}} if _holds_quantity(inner) else {}
        options = [
            _object_schema(value | text | counts | beside, optional=("text", "counts", "source", "note")),
            _object_schema(
                {"absence": {"enum": [word.value for word in Absence]}} | beside, optional=("source", "note")
            ),
        ]
        if issubclass(record, Stated):
            one = {"anyOf": list(options)}
            options.append(_object_schema({"by_variant": {"type": "object", "additionalProperties": one}}))
        return {"anyOf": options}

    def _sources(self) -> Json:
        return {"type": "array", "items": self.definition_of("Source")}

    def _field(self, info: FieldInfo) -> Json:
        shape = self.annotation_schema(info.annotation)
        return shape | {"description": info.description} if info.description else shape

    def annotation_schema(self, annotation: Any) -> Json:
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Annotated:
            return self.annotation_schema(arguments[0])
        if origin in (typing.Union, UnionType):
            options = [self.annotation_schema(a) for a in arguments if a is not type(None)]
            return options[0] if len(options) == 1 else {"anyOf": options}
        if origin is tuple:
            return {"type": "array", "items": self.annotation_schema(arguments[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.annotation_schema(arguments[1])}
        if annotation is Sources:
            return self._sources()
        if issubclass(annotation, Text):
            return self.definition_of(Text)
        if issubclass(annotation, BaseModel):
            return self.definition_of(annotation)
        if issubclass(annotation, Quantity):
            return {"type": "number"}
        if issubclass(annotation, Enum):
            return {"enum": [word.value for word in annotation]}
        return _SCALARS.get(annotation, _TEXT)


def _holds_quantity(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Quantity):
        return True
    return any(map(_holds_quantity, typing.get_args(annotation)))


def _definition_name(record: type) -> str:
    return record.__name__.replace("[", ".").replace("]", "").replace(", ", "-").replace(" ", "")


def _or_null(shape: Json) -> Json:
    return {"anyOf": [shape, {"type": "null"}]}


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
    rest.pop("variants")
    variants = [_variant_record(plain, entry) for entry in catalogue.entries_of(model)]
    return {**head, "arxiv": paper.eprint if paper else None, "variants": variants, **rest}


def _variant_record(plain: PlainRecords, entry: Entry) -> dict[str, Any]:
    catalogue = plain.catalogue
    record: dict[str, Any] = plain.of(entry.variant)
    record.pop("release", None)
    dates = {name: records.checkpoint_date(entry, name) for name in records.RELEASED}
    dates["api"] = records.api_date(catalogue.api_names, entry.variant.id)
    licences, key = records.checkpoint_licences(entry), records.checkpoint_reference(entry)
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
    recount = entry.recount
    record["recomputed"] = {
        "total": recount.total if recount else None,
        "activated": {str(basis): value for basis, value in recount.activated.items()} if recount else {},
        "kv_cache_elements_per_token": recount.kv_cache.value if recount and recount.kv_cache else None,
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
    """JSON-LD of the page at `path`, empty for most: downloads are a Dataset, a model names the article on it."""
    catalogue = context.catalogue
    if path == "use-and-extend.md":
        return _script_text(_dataset_record(context, address, downloads))
    folder, _, name = path.removesuffix(".md").rpartition("/")
    model = catalogue.models.get(name) if folder == "models" else None
    paper = catalogue.references.get(model.reference or "") if model else None
    return _script_text(_article_record(context, model, paper)) if model and paper else ""


def _script_text(record: dict[str, Any]) -> str:
    """JSON without a `<` that could end the script."""
    return json.dumps({"@context": "https://schema.org", **record}, ensure_ascii=False).replace("<", "\\u003c")


def _dataset_record(context: Context, address: str, downloads: tuple[str, ...]) -> dict[str, Any]:
    words, revision = context.words, context.catalogue.revision
    dated = {"dateModified": revision.date} if revision.date else {}
    return {
        "@type": "Dataset",
        "version": revision.version,
        **dated,
        "@id": f"{address}data/catalogue.json",
        "name": "DS Series",
        "description": words("extend.description"),
        "license": _LICENCE,
        "isAccessibleForFree": True,
        "inLanguage": ["en", "zh"],
        "url": address + ("" if words.language == ENGLISH else f"{words.language}/") + "use-and-extend/",
        "creator": {"@type": "Organization", "name": "DS Series", "url": address},
        "distribution": [
            {"@type": "DataDownload", "contentUrl": address + path, "encodingFormat": _FORMATS[kind]}
            for path in downloads
            if path.count("/") == 1
            and (kind := path.rpartition(".")[2]) in _FORMATS
            and not path.endswith(".schema.json")
        ],
    }


def _article_record(context: Context, model: Model, paper: Reference) -> dict[str, Any]:
    first, day = first_date(model), model.dates.paper.value if model.dates.paper else None
    record: dict[str, Any] = {
        "@type": "ScholarlyArticle",
        "headline": paper.title,
        "name": paper.title,
        "author": [
            {"@type": "Organization" if name in paper.organisations else "Person", "name": name}
            for name in paper.authors
            if name != "et al."
        ],
        "datePublished": day.text if day else paper.year,
        "about": {
            "@type": "SoftwareApplication",
            "name": model.name,
            "applicationCategory": "Language model",
            "description": plain_text(context, model.lead or model.summary),
        },
    }
    if first is not None:
        record["about"]["datePublished"] = first.text
    if paper.url:
        record |= {"url": paper.url, "sameAs": paper.url}
    if paper.eprint:
        record["identifier"] = f"arXiv:{paper.eprint}"
    return record

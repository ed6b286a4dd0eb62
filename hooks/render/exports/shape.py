"""The shape of the exported JSON as a JSON Schema, read off the records that `plain` turns into it.

`FORMAT` changes by hand, when something that programs rely on goes or means something else. Behind it the version has a
digest of the shape, so that it changes by itself with every field that comes or goes.
"""

from __future__ import annotations

import json
import typing
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import blake2b
from types import UnionType
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from catalogue.schema.architecture import Architecture
from catalogue.schema.model import ActivatedBasis, Counted, Model, Size, Variant
from catalogue.schema.quantities import Quantity
from catalogue.schema.release import ApiName, Licences
from catalogue.schema.study import Correction
from catalogue.schema.technique import Technique
from catalogue.schema.training import Gpu
from catalogue.schema.values import Absence, PartialDate, Single, Sources, Stated, Text

FORMAT = 4
Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_SCALARS: dict[type, Json] = {bool: {"type": "boolean"}, int: {"type": "integer"}, Decimal: {"type": "number"}}


def export_schema(address: str) -> str:
    """The schema of `catalogue.json` and of the files of one model or technique, with its own address as its name."""
    return (
        json.dumps({"$id": address, "version": schema_version(), **_export_shape()}, ensure_ascii=False, indent=1)
        + "\n"
    )


@cache
def schema_version() -> str:
    """`4-1f3a9c02`: the format, and a digest of the shape."""
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
    model, technique, reference = (definitions.of(name) for name in (Model, Technique, "Reference"))
    lists = {
        "models": model,
        "techniques": technique,
        "gpus": definitions.of(Gpu),
        "api_names": definitions.of(ApiName),
        "corrections": definitions.of(Correction),
        "references": reference,
    }
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
    """The definitions that the schema refers to, made as they are met."""

    def __init__(self) -> None:
        self.made: dict[str, Json] = {}

    def of(self, record: type | str) -> Json:
        """A reference to the definition of a record."""
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
            source = {"reference": _TEXT, "locus": _TEXT, "via": self.of("Source")}
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
        """What holds for a checkpoint is worked out of its entry, see `whole`."""
        properties.pop("release")
        day = self.annotation(Stated[PartialDate])
        names = ("weights", "announcement", "paper", "api")
        count = _or_null({"type": "integer"})
        properties |= {
            "dates": _object_schema(dict.fromkeys(names, day), optional=names),
            "arxiv": _or_null(_TEXT),
            "licences": self.of(Licences),
            "released_format": self.annotation(Stated[Text]),
            "gpu_hours": self.annotation(Stated[Quantity]),
            "cost_usd": self.annotation(Stated[Quantity]),
            "architecture": _or_null(self.of(Architecture)),
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
        """One value with its source, or the reason why there is none; or one of these for each variant."""
        inner = record.__pydantic_generic_metadata__["args"][0]
        beside = {"source": self._sources(), "note": self.of(Text)}
        counts = {"counts": {"enum": [word.value for word in Counted]}} if issubclass(record, Size) else {}
        value = {"value": self.annotation(inner)}
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
        return {"type": "array", "items": self.of("Source")}

    def _field(self, info: FieldInfo) -> Json:
        shape = self.annotation(info.annotation)
        return shape | {"description": info.description} if info.description else shape

    def annotation(self, annotation: Any) -> Json:
        """The shape of a field's type."""
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Annotated:
            return self.annotation(arguments[0])
        if origin in (typing.Union, UnionType):
            options = [self.annotation(a) for a in arguments if a is not type(None)]
            return options[0] if len(options) == 1 else {"anyOf": options}
        if origin is tuple:
            return {"type": "array", "items": self.annotation(arguments[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.annotation(arguments[1])}
        if annotation is Sources:
            return self._sources()
        if issubclass(annotation, Text):
            return self.of(Text)
        if issubclass(annotation, BaseModel):
            return self.of(annotation)
        if issubclass(annotation, Quantity):
            return {"type": "number"}
        if issubclass(annotation, Enum):
            return {"enum": [word.value for word in annotation]}
        return _SCALARS.get(annotation, _TEXT)


def _holds_quantity(annotation: Any) -> bool:
    options = (annotation, *typing.get_args(annotation))
    return any(isinstance(o, type) and issubclass(o, Quantity) for o in options) or any(
        _holds_quantity(o) for o in typing.get_args(annotation)
    )


def _definition_name(record: type) -> str:
    """`Stated.Quantity`: brackets have a meaning in an address."""
    return record.__name__.replace("[", ".").replace("]", "").replace(", ", "-").replace(" ", "")


def _or_null(shape: Json) -> Json:
    return {"anyOf": [shape, {"type": "null"}]}

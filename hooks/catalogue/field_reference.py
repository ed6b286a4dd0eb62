"""The schema as documentation and as a file: field rows and JSON Schema.

Everything here is read off the pydantic classes; nothing is said a second time.
"""

from __future__ import annotations

import json
import typing
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .data_files import DATA_FILES, SCHEMA_ENDING, schema_file
from .schema.api import ApiName
from .schema.gpu import Gpu
from .schema.model import Model
from .schema.technique import Technique
from .schema.values import Single, Text
from .validate import union_members

SCHEMAS: dict[str, type[BaseModel]] = {
    **{schema_file(name): file.schema for name, file in DATA_FILES.items()},
    f"model{SCHEMA_ENDING}": Model,
}
"""The schema of each data file, and of the file of one entry."""


@dataclass(frozen=True)
class FieldRow:
    """One field of a record, as a reader needs it."""

    name: str
    required: bool
    stated: bool
    type: str
    description: str
    example: str
    words: tuple[str, ...]
    opens: str | None


class _Generator(GenerateJsonSchema):
    """JSON Schema without `null`: in the YAML a key is there or it is not."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return (
            self.generate_inner(schema["schema"])
            if schema.get("default", ...) is None
            else super().default_schema(schema)
        )

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@cache  # the same in every build while serving
def json_schema(name: str) -> str:
    """The JSON Schema of a data file, for editors."""
    schema = SCHEMAS[name].model_json_schema(schema_generator=_Generator)
    return (
        json.dumps(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema},
            indent=1,
            ensure_ascii=False,
            sort_keys=True,
        )
        + "\n"
    )


def schema_records() -> dict[str, list[FieldRow]]:
    """Every record of the two files with its fields, outermost first."""
    found: dict[str, list[FieldRow]] = {}
    queue: list[type[BaseModel]] = [Model, ApiName, Technique, Gpu]
    while queue:
        record = queue.pop(0)
        if record.__name__ in found:
            continue
        found[record.__name__] = [_field_row(name, info) for name, info in record.model_fields.items()]
        for info in record.model_fields.values():
            queue += [inner for inner in inner_records(info.annotation) if inner.__name__ not in found]
    return found


def inner_records(annotation: Any) -> list[type[BaseModel]]:
    """Records inside an annotation, looking through containers; not values and not texts."""
    inner = []
    for option in union_members(annotation):
        if typing.get_origin(option) in (tuple, dict):
            inner += [
                r for argument in typing.get_args(option) if argument is not Ellipsis for r in inner_records(argument)
            ]
        elif isinstance(option, type) and issubclass(option, BaseModel) and not issubclass(option, Single | Text):
            inner.append(option)
    return inner


def _field_row(name: str, info: FieldInfo) -> FieldRow:
    options = union_members(info.annotation)
    stated = [o for o in options if isinstance(o, type) and issubclass(o, Single)]
    values = union_members(stated[0].__pydantic_generic_metadata__["args"][0]) if stated else options
    enums = [o for o in values if isinstance(o, type) and issubclass(o, Enum)]
    inner = inner_records(info.annotation)
    example = info.examples[0] if info.examples else ""
    return FieldRow(
        name=name,
        required=info.is_required(),
        stated=bool(stated),
        type=inner[0].__name__ if inner else _type_name(values),
        description=info.description or "",
        example=as_yaml(example) if example != "" else "",
        words=tuple(str(member.value) for enum in enums for member in enum),
        opens=inner[0].__name__ if inner else None,
    )


_TYPES = {
    "str": "text",
    "Text": "text",
    "Name": "name",
    "dict": "mapping",
    "int": "integer",
    "bool": "true or false",
    "Quantity": "number",
    "Count": "number",
    "Amount": "number",
    "Length": "number of tokens",
    "Share": "percentage",
    "PartialDate": "date",
    "Sources": "source",
}


def _type_name(options: list[Any]) -> str:
    for option in options:
        if option is type(None):
            continue
        if typing.get_origin(option) in (tuple, list):
            return "list of " + _type_name(union_members(typing.get_args(option)[0]))
        if isinstance(option, type) and issubclass(option, Enum):
            return "one word of a list"
        return _TYPES.get(getattr(option, "__name__", ""), getattr(option, "__name__", str(option)))
    return "text"


def as_yaml(value: Any) -> str:
    """An example as it is written in YAML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {as_yaml(item)}" for key, item in value.items()) + "}"
    text = str(value)
    return f'"{text}"' if ": " in text or " #" in text else text

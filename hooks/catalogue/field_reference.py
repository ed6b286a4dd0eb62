"""The schema as documentation, and as JSON Schema, read off the pydantic classes."""

import json
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .files import DATA_FILES, SCHEMA_ENDING, schema_file
from .rules import ALL
from .rules.draft import rule_text
from .schema.model import ApiName, ApiPrice, ApiService, BillingHours, Model, Size
from .schema.technique import Avoided, Technique
from .schema.training import Gpu
from .schema.values import Name, Single, Stated, Text, Title
from .validate import union_members

SCHEMAS: dict[str, type[BaseModel]] = {
    **{schema_file(name): file.schema for name, file in DATA_FILES.items()},
    f"model{SCHEMA_ENDING}": Model,
}
"""The schema of each data file, and of the file of one entry."""

# By the beginning of the names that pydantic gives to what is made of them, such as `Single_Quantity_`.
_WRITTEN_IN_FORMS: dict[str, type[BaseModel]] = {
    record.__name__: record for record in (Text, Title, Name, Avoided, Single, Size, Stated)
}


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
    schema = SCHEMAS[name].model_json_schema(schema_generator=_Generator)
    for key, definition in schema.get("$defs", {}).items():
        if "description" not in definition:  # a record that is written in several forms
            record = _WRITTEN_IN_FORMS[key.partition("_")[0]]
            definition["description"] = (record.__doc__ or "").strip().partition("\n")[0]
    return (
        json.dumps(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema},
            indent=1,
            ensure_ascii=False,
            sort_keys=True,
        )
        + "\n"
    )


def schema_records() -> list[type[BaseModel]]:
    """Records of models and techniques, outermost first."""
    found: list[type[BaseModel]] = []
    queue: list[type[BaseModel]] = [Model, ApiName, ApiPrice, BillingHours, ApiService, Technique, Gpu]
    while queue:
        if (record := queue.pop(0)) not in found:
            found.append(record)
            queue += [inner for info in record.model_fields.values() for inner in inner_records(info.annotation)]
    return found


def inner_records(annotation: Any) -> list[type[BaseModel]]:
    """Records inside an annotation, through containers; not values and not texts."""
    inner = []
    for option in union_members(annotation):
        if typing.get_origin(option) in (tuple, dict):
            inner += [
                r for argument in typing.get_args(option) if argument is not Ellipsis for r in inner_records(argument)
            ]
        elif isinstance(option, type) and issubclass(option, BaseModel) and not issubclass(option, Single | Text):
            inner.append(option)
    return inner


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
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {as_yaml(item)}" for key, item in value.items()) + "}"
    text = str(value)
    return f'"{text}"' if ": " in text or " #" in text or text.startswith("{") else text


# Head of the file of an entry, by which an editor finds the schema.
SCHEMA_LINE = "# yaml-language-server: $schema=../model.schema.json"
SMALLEST = f"""\
{SCHEMA_LINE}
id: deepseek-x
name: DeepSeek-X
track: general
dates: {{paper: 2026-11, source: deepseek-x arXiv listing}}
summary:
  en: What it is, in two or three sentences.
  zh: 用两三句话说明它是什么。
flagship: deepseek-x-base
variants:
  - id: deepseek-x-base
    name: DeepSeek-X-Base
    kind: base
    parameters: {{total: 7B, source: deepseek-x Table 1}}
"""
REFERENCE = """\
@misc{deepseek-x,
  title  = {{DeepSeek-X: A Model That Is Made Up}},
  author = {{DeepSeek-AI}},
  year   = {2026},
  eprint = {2611.01234},
  url    = {https://arxiv.org/abs/2611.01234},
}
"""


FILE = "FIELDS.md"
_HEAD = """\
# Fields of the data

Made by `make schemas` from the schema in `hooks/catalogue/schema` and the rules in `hooks/catalogue/rules`. How sources, absent
values, numbers and texts are written is said on the page “Add a model” of the site; `make new` writes an entry to begin with.
"""


def fields_document() -> str:
    return "\n".join([_HEAD, *_fields_section(), *_rules_section()])


def rule_title(rule: Callable[..., object]) -> str:
    return rule.__name__.replace("_", " ").capitalize()


def _fields_section() -> Iterator[str]:
    yield "## Fields\n"
    for record in schema_records():
        yield f"### {record.__name__}\n\n| Field | Type | Meaning | Example |\n| --- | --- | --- | --- |"
        for name, info in record.model_fields.items():
            yield (
                "| "
                + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in _field_cells(name, info))
                + " |"
            )
        yield ""


def _field_cells(name: str, info: FieldInfo) -> tuple[str, str, str, str]:
    options, inner = union_members(info.annotation), [record.__name__ for record in inner_records(info.annotation)]
    stated = [o for o in options if isinstance(o, type) and issubclass(o, Single)]
    values = union_members(stated[0].__pydantic_generic_metadata__["args"][0]) if stated else options
    enums = [o for o in values if isinstance(o, type) and issubclass(o, Enum)]
    words = " ".join(f"`{member.value}`" for enum in enums for member in enum)
    example = as_yaml(info.examples[0]) if info.examples and info.examples[0] != "" else ""
    return (
        f"`{name}`{' (required)' if info.is_required() else ''}",
        f"[{inner[0]}](#{inner[0].lower()})" if inner else _type_name(values),
        f"{info.description or ''} {words}".strip(),
        f"`{example}`" if example else "",
    )


def _rules_section() -> Iterator[str]:
    yield "## Rules\n\nBeside the type of every field these hold; all findings are reported in one run.\n"
    for rule in ALL:
        yield f"- **{rule_title(rule)}**: {rule_text(rule)}"
    yield ""

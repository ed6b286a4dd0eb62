"""Hold located data against the schema and say every difference in a reader's words."""

import re
import types
import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .config_json import OTHER_NAMES
from .findings import Finding, KeyPath, nearest_in_quotes
from .schema.values import IDENTIFIER, VISIBLE
from .strict_yaml import Located

R = TypeVar("R", bound=BaseModel)
MANY_KEYS = 12
# What a value has to be, by the name that pydantic gives the mistake, or by the pattern that it does not match.
_ALLOWED = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number, without quotes and commas"),
    "string_type": "a text; a number or a truth value that is meant as text stands in quotes",
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "keys and values, each on a line"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list: each item on a line with a hyphen before it"),
    VISIBLE: "a text that is not empty",
    IDENTIFIER: "allowed are lower-case letters, digits, dots and single hyphens",
    **dict.fromkeys((r"[^\s.…]$", r"[^\s。…]$"), "a title has no full stop at its end, and is not cut"),
    r"^https://[^\s/]+\.[^\s]+$": "allowed are addresses that begin with https://",
    r"^[^\s,;][^,;]*$": "a heading is given as far as its first comma or semicolon",
}
_FIX = "correct the value; data/FIELDS.md shows an example"


def validate_file(located: Located, schema: type[R]) -> tuple[R | None, list[Finding]]:
    try:
        return schema.model_validate(located.data), []
    except ValidationError as error:
        return None, _schema_findings(located, schema, error.errors(include_url=False))


def _schema_findings(located: Located, schema: type[BaseModel], errors: list[ErrorDetails]) -> list[Finding]:
    """What the reader of the file said already is left out, and that a list is too short because its items have errors."""
    read = {(finding.line, finding.path) for finding in located.findings}
    inside = {e["loc"][:n] for e in errors for n in range(len(e["loc"]))}
    wrong = [e for e in errors if e["type"] != "too_short" or e["loc"] not in inside]
    found = [_error_finding(located, schema, details) for details in wrong]
    return [finding for finding in found if (finding.line, finding.path) not in read]


def _error_finding(located: Located, schema: type[BaseModel], details: ErrorDetails) -> Finding:
    path: KeyPath = tuple(
        part for part in details["loc"] if not (isinstance(part, str) and part.startswith("function-"))
    )
    kind, context, where = details["type"], details.get("ctx", {}), located.existing_prefix(path)
    if kind == "missing":
        return located.finding(where, f"`{path[-1]}` is missing", "it is required here", fix=f"add `{path[-1]}:`")
    if kind == "extra_forbidden":
        names, word = sorted(fields_at(schema, path[:-1])), str(path[-1])
        here = OTHER_NAMES.get(word.lower())
        close = f"`{here}`" if here in names else nearest_in_quotes(word, names)
        listed = f"allowed are {', '.join(f'`{name}`' for name in names)}"
        if close and len(names) > MANY_KEYS:
            listed = f"allowed are {len(names)} keys, which data/FIELDS.md lists"
        return located.finding(where, f"unknown key `{word}`", listed, close, "correct the key or take it out")
    found, close = f"found {_as_written(details['input'])}", ""
    allowed = _ALLOWED.get(str(context.get("pattern", kind)))
    if allowed is None:
        message = details["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        allowed = message[:1].lower() + message[1:]
    if kind == "enum":
        close = nearest_in_quotes(details["input"], re.findall(r"'([^']*)'", context["expected"]))
    return located.finding(where, found, allowed, close, _FIX)


def _as_written(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return f"`{str(value).lower() if isinstance(value, bool) else getattr(value, 'written', value)}`"


def _annotation_at(schema: Any, path: KeyPath) -> list[Any]:
    """Types that a value at `path` may have, through containers and unions."""
    options = union_members(schema)
    for part in path:
        following: list[Any] = []
        for option in options:
            if isinstance(option, type) and issubclass(option, BaseModel) and part in option.model_fields:
                following += union_members(option.model_fields[str(part)].annotation)
            elif typing.get_origin(option) in (tuple, list):
                following += union_members(typing.get_args(option)[0])
            elif typing.get_origin(option) is dict:
                following += union_members(typing.get_args(option)[1])
        options = following
    return options


def union_members(annotation: Any) -> list[Any]:
    """The type itself where it is no union."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return union_members(typing.get_args(annotation)[0])
    if origin is typing.Union or isinstance(annotation, types.UnionType):
        return [option for member in typing.get_args(annotation) for option in union_members(member)]
    return [annotation]


def fields_at(schema: type[BaseModel], path: KeyPath) -> set[str]:
    records = (o for o in _annotation_at(schema, path) if isinstance(o, type) and issubclass(o, BaseModel))
    return {name for record in records for name in record.model_fields} - {"absence"}

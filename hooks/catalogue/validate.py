"""Hold located data against the schema and say every difference in a reader's words.

Takes a `Located` file and a pydantic class, gives the frozen record or findings.
"""

from __future__ import annotations

import types
import typing
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .findings import Finding, Path, nearest
from .strict_yaml import Located

R = TypeVar("R", bound=BaseModel)


def validate(located: Located, schema: type[R]) -> tuple[R | None, list[Finding]]:
    """Return the record for the file's data, or None and a finding for every difference."""
    try:
        return schema.model_validate(located.data), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return None, [
            _finding(located, schema, details) for details in errors if not _follows_from_another(details, errors)
        ]


def _follows_from_another(details: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """A list that is called too short only because its items have errors of their own."""
    loc = details["loc"]
    return details["type"] == "too_short" and any(
        e["loc"][: len(loc)] == loc and len(e["loc"]) > len(loc) for e in errors
    )


def _finding(located: Located, schema: type[BaseModel], details: ErrorDetails) -> Finding:
    path: Path = tuple(part for part in details["loc"] if not (isinstance(part, str) and part.startswith("function-")))
    kind, context = details["type"], details.get("ctx", {})
    where = located.known(path)
    if kind == "extra_forbidden":
        allowed = sorted(fields_at(schema, path[:-1]))
        word = str(path[-1])
        return located.finding(
            where,
            f"unknown key `{word}`",
            "allowed are " + ", ".join(f"`{name}`" for name in allowed),
            nearest(word, allowed),
            "correct the key or take it out",
        )
    if kind == "missing":
        return located.finding(where, f"`{path[-1]}` is missing", "it is required here", fix=f"add `{path[-1]}:`")
    found = f"found {_as_written(details['input'])}"
    if kind == "enum":
        words = [str(w) for w in _enum_words(schema, path)]
        return located.finding(
            where,
            found,
            "allowed are " + ", ".join(f"`{w}`" for w in words),
            nearest(details["input"], words),
            "use one of these words",
        )
    if kind == "string_pattern_mismatch":
        return located.finding(
            where, found, _pattern_in_words(str(context.get("pattern", ""))), fix="correct the spelling"
        )
    message = details["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return located.finding(
        where,
        found,
        message[:1].lower() + message[1:],
        fix="correct the value; the field reference on “Add a model” shows an example",
    )


def _as_written(value: Any) -> str:
    """A value as it stands in the file, in backquotes; of a mapping or a list, only that it is one."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{getattr(value, 'written', value)}`"


_PATTERNS = {
    r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$": "allowed are lower-case letters, digits, dots and single hyphens",
    r"^https://[^\s/]+\.[^\s]+$": "allowed are addresses that begin with https://",
}


def _pattern_in_words(pattern: str) -> str:
    return _PATTERNS.get(pattern, f"it must match {pattern}")


def _annotation_at(schema: Any, path: Path) -> list[Any]:
    """The types a value at `path` may have, looking through containers and unions."""
    options = opened(schema)
    for part in path:
        following: list[Any] = []
        for option in options:
            if isinstance(option, type) and issubclass(option, BaseModel) and part in option.model_fields:
                following += opened(option.model_fields[str(part)].annotation)
            elif typing.get_origin(option) in (tuple, list):
                following += opened(typing.get_args(option)[0])
            elif typing.get_origin(option) is dict:
                following += opened(typing.get_args(option)[1])
        options = following
    return options


def opened(annotation: Any) -> list[Any]:
    """The members of a union or an Annotated type; the type itself otherwise."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return opened(typing.get_args(annotation)[0])
    if origin is typing.Union or isinstance(annotation, types.UnionType):
        return [option for member in typing.get_args(annotation) for option in opened(member)]
    return [annotation]


def fields_at(schema: type[BaseModel], path: Path) -> set[str]:
    """Names of the fields that are allowed at `path`, as they are written in YAML."""
    names: set[str] = set()
    for option in _annotation_at(schema, path):
        if isinstance(option, type) and issubclass(option, BaseModel):
            names |= set(option.model_fields) - {"absence"}
    return names


def _enum_words(schema: type[BaseModel], path: Path) -> list[str]:
    for option in _annotation_at(schema, path):
        if isinstance(option, type) and issubclass(option, Enum):
            return [str(member.value) for member in option]
    return []

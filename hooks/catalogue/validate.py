"""Hold located data against the schema and say every difference in a reader's words."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Collection
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .config_json import OTHER_NAMES
from .findings import Finding, KeyPath, nearest_in_quotes
from .schema.values import IDENTIFIER, VISIBLE
from .strict_yaml import Located

# What a key is called here. It counts only where the other name is allowed.
_HERE = {
    "cn": "zh",
    "zh-cn": "zh",
    "decoder_sparse_step": "moe_layer_freq",
    "hidden_activation": "hidden_act",
    "n_head": "num_attention_heads",
    "n_layer": "num_hidden_layers",
    **OTHER_NAMES,
    "norm_eps": "rms_norm_eps",
    "rope_type": "type",
    "technique": "id",
    "use_qk_norm": "qk_norm",
    "license": "licences",
    "licenses": "licences",
}
_IN_NOTES = "no field holds it; say it in `notes`, or take it out"
# What to do with a key that has no field here.
_NOWHERE = {
    ("architecture", "partial_rotary_factor"): _IN_NOTES,
    ("architecture", "attention_dropout"): _IN_NOTES,
    ("architecture", "layer_types"): "count the layers with a window in `sliding_window_layers`",
    ("architecture", "sliding_window_pattern"): "count the layers with a window in `sliding_window_layers`",
    (
        "batch_size",
        "tokens",
    ): "a batch is counted in sequences; put one that is printed in tokens into the stage's `details`",
}


def suggest_key(word: str, allowed: Collection[str]) -> str:
    """A known synonym's key or the closest one, in backquotes; empty without one."""
    here = _HERE.get(word.lower(), "")
    return f"`{here}`" if here in allowed else nearest_in_quotes(word, allowed)


def unsupported_key_hint(path: tuple[str | int, ...]) -> str:
    """What to do with a key that no field holds; empty where nothing is known of it."""
    keys = [str(part) for part in path if not isinstance(part, int)]
    return _NOWHERE.get((keys[-2], keys[-1]), "") if len(keys) > 1 else ""


R = TypeVar("R", bound=BaseModel)
MANY_KEYS = 12


def validate_file(located: Located, schema: type[R]) -> tuple[R | None, list[Finding]]:
    try:
        return schema.model_validate(located.data), []
    except ValidationError as error:
        return None, _schema_findings(located, schema, error.errors(include_url=False))


def _schema_findings(located: Located, schema: type[BaseModel], errors: list[ErrorDetails]) -> list[Finding]:
    """Errors that follow from another are left out."""
    read = {(finding.line, finding.path) for finding in located.findings}
    missing = {(_error_path(e)[:-1], str(_error_path(e)[-1])) for e in errors if e["type"] == "missing"}
    meant = set()
    for details in errors:
        path = _error_path(details)
        if details["type"] == "extra_forbidden":
            close = suggest_key(str(path[-1]), fields_at(schema, path[:-1])).strip("`")
            meant |= {(path[:-1], close)} & missing
    strayed = _misplaced_items(located, schema, errors)
    found = [_misplaced_finding(located, path, name) for path, name in strayed.items()]
    for details in errors:
        path = _error_path(details)
        if any(path[: len(item)] == item for item in strayed):
            continue
        if _follows_from_another(details, errors) or (details["type"] == "missing" and (path[:-1], path[-1]) in meant):
            continue
        finding = _error_finding(located, schema, details)
        if (finding.line, finding.path) not in read:  # said by the reader of the file already
            found.append(finding)
    return found


def _misplaced_items(located: Located, schema: type[BaseModel], errors: list[ErrorDetails]) -> dict[KeyPath, str]:
    """Items in the wrong list, as when added at the end of a file, by path with the list that is meant."""
    found: dict[KeyPath, str] = {}
    for item in {_error_path(details)[:-1] for details in errors if details["type"] == "extra_forbidden"}:
        if len(item) < 2 or not isinstance(item[-1], int):
            continue
        around, here, keys = item[:-2], str(item[-2]), set(located.value_at(item))
        lists = {name: fields_at(schema, (*around, name, 0)) for name in sorted(fields_at(schema, around) - {here})}
        meant = [name for name, allowed in lists.items() if keys <= allowed]
        if len(keys) > 1 and meant:
            found[item] = meant[0]
    return found


def _misplaced_finding(located: Located, path: KeyPath, meant: str) -> Finding:
    found = f"an entry of `{meant}` under `{path[-2]}`"
    return located.finding(path, found, f"its keys are those of `{meant}`", fix=f"move it to the entries of `{meant}:`")


def _error_path(details: ErrorDetails) -> KeyPath:
    return tuple(part for part in details["loc"] if not (isinstance(part, str) and part.startswith("function-")))


def _follows_from_another(details: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """A list is called too short because its items have errors."""
    loc = details["loc"]
    return details["type"] == "too_short" and any(
        e["loc"][: len(loc)] == loc and len(e["loc"]) > len(loc) for e in errors
    )


def _error_finding(located: Located, schema: type[BaseModel], details: ErrorDetails) -> Finding:
    path = _error_path(details)
    kind, context = details["type"], details.get("ctx", {})
    where = located.existing_prefix(path)
    if kind == "extra_forbidden":
        return _unknown_key(located, where, path, sorted(fields_at(schema, path[:-1])))
    if kind == "missing":
        return located.finding(where, f"`{path[-1]}` is missing", "it is required here", fix=f"add `{path[-1]}:`")
    written = _as_written(details["input"])
    found = f"found {written}"
    if kind == "enum":
        words = [str(w) for w in _enum_words(schema, path)]
        listed = "allowed are " + ", ".join(f"`{w}`" for w in words)
        close = nearest_in_quotes(details["input"], words)
        return located.finding(where, found, listed, close, "use one of these words")
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        plain = re.sub(r"[\s_]+", "-", str(details["input"]).strip().lower())
        near = f"`{plain}`" if pattern == IDENTIFIER and re.fullmatch(IDENTIFIER, plain) else ""
        return located.finding(
            where, found, _PATTERNS.get(pattern, f"it must match {pattern}"), near, "correct the spelling"
        )
    allowed, fix = _describe_error(details, written)
    if kind == "int_type" and _GROUPED.fullmatch(str(details["input"])):
        digits = str(details["input"]).replace(",", "")
        return located.finding(where, found, allowed, f"`{digits}`", "write it without commas")
    if kind == "int_type" and str(details["input"]).isdigit() and not str(details["input"]).isascii():
        return located.finding(where, found, allowed, f"`{int(details['input'])}`", "write ordinary digits")
    instead = getattr(context.get("error"), "instead", "")
    return located.finding(where, found, allowed, f"`{instead}`" if instead else "", fix)


def _unknown_key(located: Located, where: KeyPath, path: KeyPath, allowed: list[str]) -> Finding:
    word, instead = str(path[-1]), unsupported_key_hint(path)
    close = "" if instead else suggest_key(word, allowed)
    listed = "allowed are " + ", ".join(f"`{name}`" for name in allowed)
    if (close or instead) and len(allowed) > MANY_KEYS:
        listed = f"allowed are {len(allowed)} keys, which “Add a model” lists"
    return located.finding(where, f"unknown key `{word}`", listed, close, instead or "correct the key or take it out")


_GROUPED = re.compile(r"\d{1,3}(,\d{3})+,?|\d+,")

# What a value has to be, by the name that pydantic gives the mistake.
_KINDS = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("string_type",), "a text; put a number or a truth value that is meant as text into quotes"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type"), "keys and values, each on a line: `key: value`"
    ),
    **dict.fromkeys(("tuple_type", "list_type"), "a list: each item on a line with a hyphen before it"),
    "string_too_short": "a text that is not empty",
}


def _describe_error(details: ErrorDetails, written: str) -> tuple[str, str]:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "too_short":
        least = context.get("min_length", 1)
        return f"at least {least} {'item' if least == 1 else 'items'}", "add what is missing, or take the key out"
    if kind == "string_too_long":
        return f"at most {context.get('max_length')} characters", "say it in fewer words"
    if kind == "greater_than":
        return f"a number above {context.get('gt')}", "correct the number"
    if kind == "greater_than_equal":
        return f"a number from {context.get('ge')} on", "correct the number"
    if kind == "int_type" and isinstance(details["input"], str) and details["input"].isdigit():
        return _KINDS[kind], "take the quotes away"
    if kind == "string_type" and isinstance(details["input"], list | dict):
        return "one text", "write one word or sentence there"
    if kind in _KINDS:
        return _KINDS[kind], "correct the value; the field reference on “Add a model” shows an example"
    message = details["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message[:1].lower() + message[1:], "correct the value; the field reference on “Add a model” shows an example"


def _as_written(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    written = str(getattr(value, "written", value))
    return f"`{written if len(written) < 200 else written[:200] + '…'}`"


_PATTERNS = {
    VISIBLE: "a text that is not empty",
    IDENTIFIER: "allowed are lower-case letters, digits, dots and single hyphens",
    r"[^\s.…]$": "a title has no full stop at its end, and is not cut",
    r"[^\s。…]$": "a title has no full stop at its end, and is not cut",
    r"^https://[^\s/]+\.[^\s]+$": "allowed are addresses that begin with https://",
    r"^[^\s,;][^,;]*$": "a heading is given as far as its first comma or semicolon",
}


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
    names: set[str] = set()
    for option in _annotation_at(schema, path):
        if isinstance(option, type) and issubclass(option, BaseModel):
            names |= set(option.model_fields) - {"absence"}
    return names


def _enum_words(schema: type[BaseModel], path: KeyPath) -> list[str]:
    for option in _annotation_at(schema, path):
        if isinstance(option, type) and issubclass(option, Enum):
            return [str(member.value) for member in option]
    return []

"""Find a value of the catalogue by its path, for the numbers in texts.

A path is `id/field.field`, where id is a model, variant, technique, GPU or price (`model:`, `variant:`, `technique:`,
`gpu:` or `price:` before it where two share it); `labs/name` is a number that a lab works out. Items of a list are called
by id, by label in lower case with hyphens, or by position; `@variant-id` picks one variant's value; `recomputed.…` behind a variant gives what was recomputed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import Any

from pydantic import BaseModel

from .derive.parameters import ACTIVATED_CONVENTION, Recount, cache_bytes
from .derive.training import training_metrics
from .findings import nearest_in_quotes
from .lab_numbers import LAB_NUMBERS, LABS
from .records import Entry
from .schema.architecture import Architecture
from .schema.model import ApiPrice, Model, Tokenizer
from .schema.quantities import Quantity
from .schema.technique import Technique
from .schema.training import Gpu, Infrastructure, Stage
from .schema.values import PartialDate, Single, Sources, Stated, Text, fields_with_values

RECOMPUTED: Mapping[str, Callable[[Entry, Recount], int | None]] = {
    "total_parameters": lambda entry, recount: recount.total,
    "activated_parameters": lambda entry, recount: recount.activated.get(ACTIVATED_CONVENTION),
    "mtp_parameters": lambda entry, recount: recount.mtp.value if recount.mtp else None,
    "kv_cache_elements": lambda entry, recount: recount.kv_cache.value if recount.kv_cache else None,
    "kv_cache_bytes": lambda entry, recount: cache.value if (cache := cache_bytes(recount)) else None,
    "stored_cache_bytes": lambda entry, recount: entry.stored_cache.value if entry.stored_cache else None,
}
FOLLOWING = ("training_flops", "tokens_per_parameter")


class LookupFailure(Exception):
    """Says which part of a path leads nowhere, and what there is instead."""


@dataclass(frozen=True)
class Found:
    value: Any  # quantity, Text, date, str, bool or int; int or Decimal where recomputed
    source: Sources | None
    recomputed: str | None = None  # the variant whose working shows it, if any
    follows: bool = False  # whether that working is one of the training metrics

    @property
    def number(self) -> Decimal:
        """Raises LookupFailure."""
        if isinstance(self.value, Quantity):
            return self.value.value
        if isinstance(self.value, int | Decimal) and not isinstance(self.value, bool):
            return Decimal(self.value)
        shown = getattr(self.value, "text", getattr(self.value, "en", self.value))
        raise LookupFailure(f"`{shown}` is not a number")


@dataclass(frozen=True)
class Lookup:
    models: Mapping[str, Model]
    techniques: Mapping[str, Technique]
    entries: Mapping[str, Entry]
    gpus: Mapping[str, Gpu] = field(default_factory=dict)
    prices: Iterable[ApiPrice] = ()
    _found: dict[str, Found] = field(default_factory=dict, repr=False, compare=False)

    def find(self, path: str) -> Found:
        """Raises LookupFailure."""
        if path not in self._found:
            self._found[path] = self._resolve_path(path)
        return self._found[path]

    def _resolve_path(self, path: str) -> Found:
        path, _, variant_id = path.partition("@")
        id_, slash, rest = path.partition("/")
        if not slash or not rest:
            raise LookupFailure(f"`{path}` is not a path; allowed is `id/field.field`")
        if id_ == LABS:
            return self._find_lab_number(rest)
        node = self._find_record(id_, rest)
        if isinstance(node, Found):
            return node
        return _value_at(_descend_path(node, rest.split("."), path), path, variant_id)

    def _find_lab_number(self, name: str) -> Found:
        group = name.partition(".")[0]
        numbers = LAB_NUMBERS[group](self.find_number) if group in LAB_NUMBERS else dict.fromkeys(LAB_NUMBERS, 0)
        if name not in numbers:
            raise LookupFailure(f"`{LABS}/{name}` is no number of a lab; there is {', '.join(numbers)}")
        return Found(numbers[name], None)

    def find_number(self, path: str, typed: bool = False) -> Decimal:
        """The number at `path`, or `path` itself if it is one and may be `typed`. Raises LookupFailure."""
        if typed and path.replace(".", "", 1).isdigit():
            return Decimal(path)
        return self.find(path).number

    def find_entry(self, kind: str, id_: str) -> Any:
        """The model, variant, technique or GPU of an id. Raises LookupFailure."""
        table = self._tables[kind]
        if id_ not in table:
            close = nearest_in_quotes(id_, table)
            raise LookupFailure(f"`{id_}` is not a {kind}" + (f"; nearest match: {close}" if close else ""))
        return table[id_]

    @property
    def _tables(self) -> dict[str, Mapping[str, Any]]:
        prices = {price.path: price for price in self.prices}
        return {
            "model": self.models,
            "variant": self.entries,
            "technique": self.techniques,
            "gpu": self.gpus,
            "price": prices,
        }

    def _find_record(self, id_: str, rest: str) -> Any:
        kind, colon, name = id_.rpartition(":")
        tables = self._tables
        if colon and kind not in tables:
            raise LookupFailure(
                f"`{kind}:` is not a kind of entry; allowed are model:, variant:, technique:, gpu:, price:"
            )
        hits = [(k, table[name]) for k, table in tables.items() if name in table and (not colon or k == kind)]
        if not hits:
            known = [i for k, table in tables.items() if not colon or k == kind for i in table]
            close = nearest_in_quotes(name, known)
            raise LookupFailure(f"no entry is called `{name}`" + (f"; nearest match: {close}" if close else ""))
        kinds = {k for k, _ in hits}
        if kinds == {"model", "variant"}:
            fields = set(Model.model_fields)
            hits = [(k, e) for k, e in hits if (rest.split(".")[0] in fields) == (k == "model")]
        kind, entry = hits[0]
        if kind != "variant":
            return entry
        assert isinstance(entry, Entry)
        if rest.startswith("recomputed."):
            return _recomputed_value(entry, rest.removeprefix("recomputed."))
        if rest.startswith("architecture."):
            if entry.architecture is None:
                raise LookupFailure(f"`{name}` has no architecture")
            return {"architecture": entry.architecture}
        return entry.variant


def _recomputed_value(entry: Entry, name: str) -> Found:
    if name in FOLLOWING:
        return _derived_value(entry, name)
    if name not in RECOMPUTED:
        allowed = ", ".join(f"`{known}`" for known in (*RECOMPUTED, *FOLLOWING))
        raise LookupFailure(f"`{name}` is not recomputed; allowed are {allowed}")
    recount = entry.recount
    value = RECOMPUTED[name](entry, recount) if recount is not None else None
    if value is None:
        why = _why_not_recomputed(name, recount)
        raise LookupFailure(f"`{name}` cannot be recomputed for `{entry.variant.id}`: {why}")
    return Found(value, None, entry.variant.id)


def _derived_value(entry: Entry, name: str) -> Found:
    found = training_metrics(entry)
    if found is None:
        raise LookupFailure(
            f"`{name}` cannot be recomputed for `{entry.variant.id}`: its size or the tokens of its pre-training are not known"
        )
    exact = found.terms[name].exact
    return Found(Decimal(exact.numerator) / exact.denominator, None, entry.variant.id, follows=True)


_NOT_STATED = {
    "mtp_parameters": "it has no MTP modules",
    "stored_cache_bytes": "its entry does not say how the cache is stored in service",
}


def _why_not_recomputed(name: str, recount: Recount | None) -> str:
    if recount is None:
        return "it has no architecture"
    missing = recount.missing or recount.cache_missing
    if missing:
        return f"its architecture is not complete, `{'`, `'.join(missing)}` is missing"
    return _NOT_STATED.get(name, "its attention has no formula")


def _descend_path(node: Any, parts: list[str], path: str) -> Any:
    parts = list(parts)
    while parts:
        children = _named_children(node, path)
        part = parts.pop(0)
        while part not in children and parts and any(name.startswith(f"{part}.") for name in children):
            part = f"{part}.{parts.pop(0)}"  # a name with a dot in it, such as a variant's id
        if part not in children:
            close = nearest_in_quotes(part, children)
            raise LookupFailure(
                f"`{path}`: there is no `{part}` here"
                + (f"; nearest match: {close}" if close else "")
                + (f"; there is {', '.join(list(children)[:12])}" if children else "")
            )
        node = children[part]
        if node is _AMBIGUOUS:
            raise LookupFailure(f"`{path}`: several items here are called `{part}`; add the setting, or name one apart")
    return node


_AMBIGUOUS = object()


def _named_children(node: Any, path: str) -> dict[str, Any]:
    if isinstance(node, Mapping):
        return dict(node)
    if isinstance(node, BaseModel):
        return {name: value for name, value in vars(node).items() if value is not None}
    if not isinstance(node, tuple):
        raise LookupFailure(f"`{path}` goes on behind a value")
    children: dict[str, Any] = {}
    for index, item in enumerate(node):
        for name in item_names(item) or (str(index),):
            children[name] = _AMBIGUOUS if name in children else item
    return children


def item_names(item: Any) -> tuple[str, ...]:
    if hasattr(item, "id"):
        return (item.id,)
    if hasattr(item, "benchmark"):
        return tuple(
            dict.fromkeys(
                (
                    hyphenated_name(item.benchmark.en),
                    hyphenated_name(f"{item.benchmark.en} {item.setting.typed if item.setting else ''}"),
                )
            )
        )
    for key in ("label", "part", "name", "about", "aspect"):
        value = getattr(item, key, None)
        if value is not None:
            return (hyphenated_name(value.en if isinstance(value, Text) else value),)
    return ()


def hyphenated_name(text: str) -> str:
    """`KV cache, per token` as `kv-cache-per-token`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _value_at(node: Any, path: str, variant_id: str) -> Found:
    source = getattr(node, "source", None)
    if isinstance(node, Stated) and node.by_variant is not None:
        if not variant_id:
            raise LookupFailure(f"`{path}` differs by variant; add @ and one of {', '.join(node.by_variant)}")
        single = node.by_variant.get(variant_id)
        if single is None:
            raise LookupFailure(
                f"`{path}` says nothing of `{variant_id}`; nearest match: {nearest_in_quotes(variant_id, node.by_variant) or 'none'}"
            )
        node, source = single, single.source
    elif variant_id:
        raise LookupFailure(f"`{path}` does not differ by variant; take `@{variant_id}` out")
    if isinstance(node, Single):
        if node.absence is not None:
            raise LookupFailure(f"`{path}` is {node.absence}; a text cannot quote it")
        return Found(node.value, source)
    if isinstance(node, Quantity | PartialDate | Text | str | int):
        return Found(node, source)
    raise LookupFailure(f"`{path}` is not a single value; go on to one of its fields")


# Fields of a stage that are asked for together; every other field is asked for by its own name.
_STAGE_GROUPS = ("learning_rate", "batch_size", "optimizer", "preference", "reinforcement")
# Facts that are put together from several rows of a page: the rows, in the order in which an answer has them.
SIZES: Mapping[str, tuple[str, ...]] = {
    "total": ("total.published", "total.recomputed"),
    "activated": ("activated.published", "activated.recomputed"),
    "reading": ("part.READING",),
    "mtp_size": ("part.MTP",),
    "engram_size": ("part.ENGRAM",),
    "vision_size": ("part.VISION",),
    "everything": ("part.EVERYTHING",),
}
CACHE: Mapping[str, tuple[str, ...]] = {
    "cache": ("published", "stored", "bf16", "elements"),
    "context_length": ("context",),
}
IDENTITY: Mapping[str, tuple[str, ...]] = {
    "date": ("date.weights", "date.announcement", "date.paper", "date.api"),
    "paper": ("paper",),
    "starts_from": ("based_on",),
    "licence": ("licence.weights", "licence.code", "licence.commercial_use"),
}
COMPUTE: Mapping[str, tuple[str, ...]] = {
    "sparsity": ("sparsity",),
    "tokens_per_parameter": ("tokens_per_parameter", "tokens_per_activated"),
    "flops_per_token": ("gflop_per_token", "flops_per_token", "matrix_flops"),
    "training_flops": ("training_flops",),
    "utilisation": ("model_flops_utilization", "utilisation"),
}
# Published values without a field of their own that are asked for by name: what their English labels have in them.
DETAILS: Mapping[str, re.Pattern[str]] = {
    "cutoff": re.compile(r"Newest text|[Kk]nowledge cut-?off"),
    "max_output": re.compile(r"[Ll]ongest (?:output|answer)|[Oo]utput limit|[Mm]ax(?:imum)? output"),
}
_DERIVED = ("price", "serving", "cache_for", "changes", "api", "users", "definition")
_ELSEWHERE = frozenset(("gflop_per_token", "model_flops_utilization"))  # stand beside what is recomputed


def asked_kinds() -> tuple[str, ...]:
    """Keys of fields, and names of composed or derived facts."""
    fields = [stage_kind(key) for key in fields_with_values(Stage)]
    fields += [*fields_with_values(Architecture), *fields_with_values(Infrastructure)]
    fields += [f"tokenizer.{key}" for key in fields_with_values(Tokenizer)]
    composed = (*SIZES, *CACHE, *IDENTITY, *COMPUTE, *DETAILS, *_DERIVED)
    return tuple(dict.fromkeys((*composed, *(key for key in fields if key not in _ELSEWHERE))))


class AnswerGroup(IntEnum):
    OVERVIEW = 0
    ARCHITECTURE = 1
    TRAINING = 2
    MACHINES = 3
    SERVING = 4
    LABELLED = 5


@functools.cache
def answer_group(kind: str) -> AnswerGroup:
    if kind in ("serving", "cache_for"):
        return AnswerGroup.SERVING
    if kind in _DERIVED or any(kind in composed for composed in (SIZES, CACHE, IDENTITY, COMPUTE, DETAILS)):
        return AnswerGroup.OVERVIEW
    if kind in fields_with_values(Architecture) or kind.startswith("tokenizer."):
        return AnswerGroup.ARCHITECTURE
    if kind in fields_with_values(Infrastructure):
        return AnswerGroup.MACHINES
    return AnswerGroup.TRAINING


def stage_kind(key: str) -> str:
    """`learning_rate.peak` belongs to `learning_rate`."""
    group = key.partition(".")[0]
    return group if group in _STAGE_GROUPS else key

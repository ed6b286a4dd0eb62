"""Find a value of the catalogue by its path, for the numbers in texts.

A path is `id/field.field`, where id is a model, variant, technique, GPU, price or benchmark (`model:`, `variant:`, `technique:`,
`gpu:`, `price:` or `benchmark:` before it where two share it); `scores/label` is what is said of scores in data/settings.yaml, `others/label` what others made again; `labs/name` is a number that a lab works out. Items of a list are called
by id, by label in lower case with hyphens, or by position; `@variant-id` picks one variant's value; `recomputed.…` behind a variant gives what was recomputed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from .derive.expression import Computation
from .derive.parameters import Recount
from .facts import QUOTED, Anchor, EntryContext, Fact
from .findings import nearest_in_quotes
from .lab_numbers import LAB_NUMBERS, LABS
from .records import Catalogue, Entry
from .schema.model import ApiPrice, Model
from .schema.quantities import Quantity
from .schema.setting import SettingsFile
from .schema.technique import Technique
from .schema.training import Gpu
from .schema.values import PartialDate, Single, Sources, Stated, Text


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
    scores: SettingsFile = field(default_factory=SettingsFile)
    _found: dict[str, Found] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of_catalogue(cls, found: Catalogue) -> Self:
        scores = found.settings.vocabulary.file
        return cls(found.models, found.techniques, found.entries, found.gpus, found.api_prices, scores)

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
        node = self.scores.found if id_ in ("scores", "others") else self._find_record(id_, rest)
        if isinstance(node, Found):
            return node
        return _value_at(_descend_path(node, rest.split("."), path), path, variant_id)

    def _find_lab_number(self, name: str) -> Found:
        group = name.partition(".")[0]
        numbers = LAB_NUMBERS[group](self.find_number) if group in LAB_NUMBERS else dict.fromkeys(LAB_NUMBERS, 0)
        if name not in numbers:
            raise LookupFailure(f"`{LABS}/{name}` is no number of a lab; there is {', '.join(numbers)}")
        found = {f"{LABS}/{each}": Found(value, None) for each, value in numbers.items()}
        self._found.update(found)
        return found[f"{LABS}/{name}"]

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
            "benchmark": {benchmark.id: benchmark for benchmark in self.scores.benchmarks},
        }

    def _find_record(self, id_: str, rest: str) -> Any:
        kind, colon, name = id_.rpartition(":")
        tables = self._tables
        if colon and kind not in tables:
            raise LookupFailure(
                f"`{kind}:` is not a kind of entry; allowed are model:, variant:, technique:, gpu:, price:, benchmark:"
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
    if name not in QUOTED:
        allowed = ", ".join(f"`{known}`" for known in QUOTED)
        raise LookupFailure(f"`{name}` is not recomputed; allowed are {allowed}")
    fact = QUOTED[name]
    found = fact.value(EntryContext(entry))
    if not isinstance(found, Computation):
        why = _why_not_recomputed(fact, entry.recount)
        raise LookupFailure(f"`{name}` cannot be recomputed for `{entry.variant.id}`: {why}")
    follows = fact.anchor is Anchor.FOLLOWS
    value = Decimal(found.exact.numerator) / found.exact.denominator if follows else found.value
    return Found(value, None, entry.variant.id, follows)


_NOT_STATED = {
    "mtp_parameters": "it has no MTP modules",
    "stored_cache_bytes": "its entry does not say how the cache is stored in service",
}


def _why_not_recomputed(fact: Fact, recount: Recount | None) -> str:
    if fact.anchor is Anchor.FOLLOWS:
        return "its size or the tokens of its pre-training are not known"
    if recount is None:
        return "it has no architecture"
    missing = recount.missing or recount.cache_missing
    if missing:
        return f"its architecture is not complete, `{'`, `'.join(missing)}` is missing"
    return _NOT_STATED.get(fact.quoted, "its attention has no formula")


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
    if getattr(item, "id", None):
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

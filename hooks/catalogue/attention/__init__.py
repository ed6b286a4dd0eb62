"""The kinds of attention: one module each, used by totals, caches, calculators, figures and rules alike.

To add a kind: its name in `schema.architecture.Attention`, a module here with its `KIND`, and a drawing in
`render/figures/architecture/attention.py`. What is forgotten is an error when the package is loaded.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import ModuleType

from ..kinds import KindWithoutPart, per_kind
from ..schema.architecture import Architecture, Attention, FeedForward
from ..schema.values import Kinds, kinds_by_field
from .kind import AttentionKind, CachingLayers, Numbers

__all__ = [
    "KINDS",
    "AttentionKind",
    "CachingLayers",
    "Kind",
    "fields_of_kinds",
    "foreign_kind",
    "kind_of",
    "may_have",
    "stated_kinds",
    "window_of",
]

Kind = Attention | FeedForward

_BESIDE = ("kind", "transformers")  # modules of this package that hold no kind


def _modules() -> Iterator[ModuleType]:
    """Every module of this package that holds a kind, so that a new one has to be listed nowhere."""
    for name in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        if name not in _BESIDE:
            yield importlib.import_module(f"{__name__}.{name}")


def kinds_of(
    modules: Iterable[ModuleType], kinds: Iterable[Attention] = Attention
) -> Mapping[Attention, AttentionKind]:
    """The kinds that modules define, each once. Raises KindWithoutPart where one of the schema has no module."""
    found = per_kind("catalogue/attention", {module.KIND.kind: module.KIND for module in modules}, kinds)
    for kind in found.values():
        for name in (*kind.needed, *kind.allowed, *kind.layer_parts, *kind.long_range_layers):
            if name not in Architecture.model_fields:
                raise KindWithoutPart(f"catalogue/attention: {kind.kind} names the field `{name}`, which is none")
    return found


KINDS: Mapping[Attention, AttentionKind] = kinds_of(_modules())


def kind_of(architecture: Architecture) -> AttentionKind | None:
    """The kind of an architecture; None where it is not published."""
    kind = architecture.attention.value
    return KINDS[kind] if kind is not None else None


@cache
def fields_of_kinds() -> Mapping[str, Kinds]:
    """The fields that belong to some kinds of attention or of feed-forward network alone, each with these kinds."""
    found = dict(kinds_by_field(Architecture))
    for name in {name for kind in KINDS.values() for name in (*kind.needed, *kind.allowed)}:
        needed = tuple(kind.kind for kind in KINDS.values() if name in kind.needed)
        allowed = tuple(kind.kind for kind in KINDS.values() if name in kind.allowed)
        found[name] = Kinds(needed_by=needed, also_in=allowed)
    return {name: found[name] for name in Architecture.model_fields if name in found}


def may_have(architecture: Architecture, name: str) -> bool:
    """Whether a field fits the kinds of attention and feed-forward network of an architecture."""
    field = fields_of_kinds().get(name)
    return field is None or foreign_kind(field, stated_kinds(architecture)) is None


def stated_kinds(architecture: Architecture) -> list[Kind]:
    """The kinds that an architecture states."""
    return [k for k in (architecture.attention.value, architecture.feed_forward.value) if k is not None]


def foreign_kind(field: Kinds, stated: Iterable[Kind]) -> Kind | None:
    """The stated kind that has no such field, if the field belongs to others of its sort."""
    for kind in stated:
        if any(type(owner) is type(kind) for owner in field.owners) and kind not in field.owners:
            return kind
    return None


def window_of(architecture: Architecture, numbers: Numbers) -> str | None:
    """Formula of the elements that every layer together caches for a token of the sliding window; None without one."""
    kind = kind_of(architecture)
    return kind.window(numbers) if kind is not None else None

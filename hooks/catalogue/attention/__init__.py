"""The kinds of attention, a module for each or for those that differ in one number; ARCHITECTURE.md says how to add one.

What is forgotten is an error when the package is loaded.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from types import ModuleType

from ..derive.expression import architecture_names, held_formulas
from ..schema.architecture import Architecture, Attention, FeedForward
from ..schema.values import Kinds, KindWithoutPart, marked_fields, per_kind
from .kind import AttentionKind, CachingLayers, IndexKey, Numbers

__all__ = [
    "KINDS",
    "AttentionKind",
    "CachingLayers",
    "Kind",
    "allows_field",
    "fields_of_kinds",
    "foreign_kind",
    "has_added_indexer",
    "kind_of",
    "stated_kinds",
    "window_formula",
]

Kind = Attention | FeedForward


def kinds_of(
    modules: Iterable[ModuleType], kinds: Iterable[Attention] = Attention
) -> Mapping[Attention, AttentionKind]:
    """Raises KindWithoutPart for a kind that no module defines."""
    defined = (value for module in modules for value in vars(module).values() if isinstance(value, AttentionKind))
    found = per_kind("catalogue/attention", {kind.kind: kind for kind in defined}, kinds)
    for kind in found.values():
        for name in (*kind.needed, *kind.allowed, *kind.layer_parts, *kind.long_range_layers):
            if name not in Architecture.model_fields:
                raise KindWithoutPart(f"catalogue/attention: {kind.kind} names the field `{name}`, which is none")
    return found


KINDS: Mapping[Attention, AttentionKind] = kinds_of(
    importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
)


def kind_of(architecture: Architecture) -> AttentionKind | None:
    """None where the kind is not published."""
    kind = architecture.attention.value
    return KINDS[kind] if kind is not None else None


def has_added_indexer(architecture: Architecture) -> bool:
    """Whether an indexer selects entries in a kind that does without one, as DSA in MLA."""
    kind = kind_of(architecture)
    if kind is None or architecture.index_topk is None:
        return False
    return any(layers.index_key is IndexKey.WITH_AN_INDEXER for layers in kind.caching_layers)


@cache
def fields_of_kinds() -> Mapping[str, Kinds]:
    found = dict(marked_fields(Architecture, Kinds))
    for name in {name for kind in KINDS.values() for name in (*kind.needed, *kind.allowed)}:
        needed = tuple(kind.kind for kind in KINDS.values() if name in kind.needed)
        allowed = tuple(kind.kind for kind in KINDS.values() if name in kind.allowed)
        found[name] = Kinds(needed_by=needed, also_in=allowed)
    return {name: found[name] for name in Architecture.model_fields if name in found}


def allows_field(architecture: Architecture, name: str) -> bool:
    field = fields_of_kinds().get(name)
    return field is None or foreign_kind(field, stated_kinds(architecture)) is None


def stated_kinds(architecture: Architecture) -> list[Kind]:
    return [k for k in (architecture.attention.value, architecture.feed_forward.value) if k is not None]


def foreign_kind(field: Kinds, stated: Iterable[Kind]) -> Kind | None:
    """A stated kind that lacks the field, although other kinds of its sort have it."""
    for kind in stated:
        if any(type(owner) is type(kind) for owner in field.owners) and kind not in field.owners:
            return kind
    return None


def window_formula(architecture: Architecture, numbers: Numbers) -> str | None:
    """Elements that all layers cache for a token of the sliding window."""
    kind = kind_of(architecture)
    names = architecture_names(architecture, numbers)
    return held_formulas(kind.window, names).get("window") if kind is not None else None

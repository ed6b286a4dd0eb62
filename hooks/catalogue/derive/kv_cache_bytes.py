"""Bytes that the cache of a token takes: in BF16, and as DeepSeek stores it in service.

Makers store an entry in fewer bits and add scales. Where they say how long an entry of one
layer is, with everything in it, entries are counted; where they give an average per element,
elements are. The sliding window and the tokens that do not fill a block are left out, as they
are of the elements.

What an entry is of each kind of attention stands in the package `attention`, with its sources.
"""

from __future__ import annotations

from ..attention import AttentionKind, kind_of
from ..schema.architecture import Architecture
from ..schema.training import CacheFormat
from .dimensions import numbers_of
from .expression import Term, evaluate_formula, formula_names
from .parameters import Recount


def cache_bytes(recount: Recount) -> Term | None:
    """Bytes that a token's cache takes in BF16, two for an element."""
    if recount.kv_cache is None:
        return None
    return evaluate_formula("kv_cache_bytes", "2 * kv_cache_elements", {"kv_cache_elements": recount.kv_cache.value})


def stored_cache(
    architecture: Architecture, recount: Recount, stated: CacheFormat | None, variant_id: str
) -> Term | None:
    """Bytes in service; None where the format of a variant is not known or its cache has no formula."""
    if stated is None:
        return None
    numbers = numbers_of(architecture)
    if recount.kv_cache is not None:
        numbers["kv_cache_elements"] = recount.kv_cache.value
    for name in ("bits_per_element", "entry_bytes", "index_key_bytes"):
        value = getattr(stated, name)
        single = value.for_variant(variant_id) if value else None
        if single is not None and single.value is not None and not single.value.value % 1:
            numbers[name] = int(single.value.value)
    formula = _stored_formula(kind_of(architecture), "entry_bytes" in numbers, "index_key_bytes" in numbers)
    if formula is None or not formula_names(formula) <= numbers.keys():
        return None
    return evaluate_formula("stored_cache", formula, numbers)


def _stored_formula(kind: AttentionKind | None, entries: bool, index_keys: bool) -> str | None:
    if not entries:
        return "kv_cache_elements * bits_per_element / 8"
    if kind is None or kind.stored_cache is None:
        return None
    return kind.stored_cache("(entry_bytes + index_key_bytes)" if index_keys else "entry_bytes")

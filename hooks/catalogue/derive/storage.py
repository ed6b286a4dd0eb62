"""Bytes that the cache of a token takes: in BF16, and as DeepSeek stores it in service.

Makers store an entry in fewer bits and add scales. Where they say how long an entry of one
layer is, with everything in it, entries are counted; where they give an average per element,
elements are. The sliding window and the tokens that do not fill a block are left out, as they
are of the elements.

MLA: one entry, and with DSA one key of the indexer, per layer and token. CSA: one of each per
block. HCA: one entry per block. CSA2: one of each per block, in the layers that make a cache.
`attention` names the sources of these structures.
"""

from __future__ import annotations

from ..schema.architecture import Architecture, Attention
from ..schema.training import CacheFormat
from .expression import Term, names, term
from .parameters import Recount, numbers_of


def cache_bytes(recount: Recount) -> Term | None:
    """Bytes that a token's cache takes in BF16, two for an element."""
    if recount.kv_cache is None:
        return None
    return term("kv_cache_bytes", "2 * kv_cache_elements", {"kv_cache_elements": recount.kv_cache.value})


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
    formula = _formula(architecture, "entry_bytes" in numbers, "index_key_bytes" in numbers)
    if formula is None or not names(formula) <= numbers.keys():
        return None
    return term("stored_cache", formula, numbers)


def _formula(architecture: Architecture, entries: bool, index_keys: bool) -> str | None:
    if not entries:
        return "kv_cache_elements * bits_per_element / 8"
    entry = "(entry_bytes + index_key_bytes)" if index_keys else "entry_bytes"
    match architecture.attention.value:
        case Attention.MLA:
            return f"num_hidden_layers * {entry}"
        case Attention.CSA_HCA:
            return f"csa_layers * {entry} / csa_compress_ratio + hca_layers * entry_bytes / hca_compress_ratio"
        case Attention.CSA2:
            return f"(encoder_cache_layers / encoder_compress_ratio + decoder_cache_layers) * {entry}"
    return None

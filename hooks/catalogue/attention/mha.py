"""MHA: every query head has a key and a value of its own."""

from __future__ import annotations

from ..schema.architecture import Attention
from .kind import KeyValueHeads, Numbers, cache_of_the_others, kind_with_heads, window_of_some_layers


def _cache(numbers: Numbers) -> str:
    return cache_of_the_others(numbers) or "2 * num_hidden_layers * num_attention_heads * head_dim"


KIND = kind_with_heads(
    Attention.MHA,
    KeyValueHeads(fits=lambda heads, shared: shared == heads, allowed="{heads}, one for each query head"),
    entry="2 * num_key_value_heads * head_dim",
    cache=_cache,
    window=window_of_some_layers,
)

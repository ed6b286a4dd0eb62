"""MHA: every query head has a key and a value of its own."""

from __future__ import annotations

from ..schema.architecture import Attention
from .kind import KeyValueHeads, Numbers, cache_outside_windows, kind_with_heads, window_in_some_layers


def _cache_formula(numbers: Numbers) -> str:
    return cache_outside_windows(numbers) or "2 * num_hidden_layers * num_attention_heads * head_dim"


KIND = kind_with_heads(
    Attention.MHA,
    KeyValueHeads(fits=lambda heads, shared: shared == heads, allowed="{heads}, one for each query head"),
    entry="2 * num_key_value_heads * head_dim",
    cache=_cache_formula,
    window=window_in_some_layers,
)

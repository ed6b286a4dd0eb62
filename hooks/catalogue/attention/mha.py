"""MHA: every query head has a key and a value of its own."""

from __future__ import annotations

from ..schema.architecture import Attention
from . import kind
from .kind import AttentionKind, CachingLayers, IndexKey, KeyValueHeads, Numbers, all_alike
from .transformers import peer_with_heads


def _cache(numbers: Numbers) -> str:
    return kind.cache_of_the_others(numbers) or "2 * num_hidden_layers * num_attention_heads * head_dim"


KIND = AttentionKind(
    kind=Attention.MHA,
    needed=(),
    allowed=kind.ALLOWED,
    key_value_heads=KeyValueHeads(
        fits=lambda heads, shared: shared == heads, allowed="{heads}, one for each query head"
    ),
    head_dim_follows=True,
    weights=kind.projection_weights,
    caching_layers=(
        CachingLayers(
            name="all",
            layers="num_hidden_layers",
            entry="2 * num_key_value_heads * head_dim",
            index_key=IndexKey.NEVER,
            ratio="",
        ),
    ),
    cache=_cache,
    window=kind.window_of_some_layers,
    stored_cache=None,
    score_widths=kind.SCORE_WIDTHS,
    layer_parts=(),
    layer_names=(),
    count_layers=all_alike,
    long_range_layers=(),
    last_stream_mapping=True,
    in_transformers=peer_with_heads,
)

"""MQA: all query heads share one key and one value."""

from __future__ import annotations

from ..schema.architecture import Attention
from . import kind
from .kind import AttentionKind, CachingLayers, IndexKey, KeyValueHeads, Numbers, all_alike, no_window
from .transformers import peer_with_heads


def _cache(numbers: Numbers) -> str:
    return "2 * num_hidden_layers * head_dim"


KIND = AttentionKind(
    kind=Attention.MQA,
    needed=(),
    allowed=("head_dim",),
    key_value_heads=KeyValueHeads(fits=lambda heads, shared: shared == 1, allowed="1"),
    head_dim_follows=True,
    weights=kind.projection_weights,
    caching_layers=(
        CachingLayers(name="all", layers="num_hidden_layers", entry="2 * head_dim", index_key=IndexKey.NEVER, ratio=""),
    ),
    cache=_cache,
    window=no_window,
    stored_cache=None,
    score_widths=kind.SCORE_WIDTHS,
    layer_parts=(),
    layer_names=(),
    count_layers=all_alike,
    long_range_layers=(),
    last_stream_mapping=True,
    in_transformers=peer_with_heads,
)

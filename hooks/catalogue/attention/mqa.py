"""MQA: all query heads share one key and one value."""

from __future__ import annotations

from ..schema.architecture import Attention
from .kind import KeyValueHeads, kind_with_heads, no_window

KIND = kind_with_heads(
    Attention.MQA,
    KeyValueHeads(fits=lambda heads, shared: shared == 1, allowed="1"),
    entry="2 * head_dim",
    cache=lambda numbers: "2 * num_hidden_layers * head_dim",
    window=no_window,
    allowed=("head_dim",),
)

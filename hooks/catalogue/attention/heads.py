"""What MHA, GQA and MQA have in common: heads with keys and values, their own or shared; caches of DeepSeek-V2 Table 1."""

from __future__ import annotations

from ..schema.architecture import Architecture
from .kind import Formulas, Numbers

ALLOWED = ("head_dim", "sliding_window", "sliding_window_layers")
SCORE_WIDTHS = "head_dim + head_dim"


def projection_weights(architecture: Architecture, numbers: Numbers) -> Formulas:
    """Query, key, value and output projections, and the norms of queries and keys where there are some."""
    formulas = {
        "attention_query": "num_hidden_layers * hidden_size * num_attention_heads * head_dim",
        "attention_key_value": "2 * num_hidden_layers * hidden_size * num_key_value_heads * head_dim",
        "attention_output": "num_hidden_layers * num_attention_heads * head_dim * hidden_size",
    }
    if architecture.qk_norm and architecture.qk_norm.value:
        formulas["qk_norms"] = "2 * num_hidden_layers * head_dim"
    return formulas


def window_of_some_layers(numbers: Numbers) -> str | None:
    """In Gemma 2 every second layer keeps keys and values of the window alone."""
    if "sliding_window" in numbers and "sliding_window_layers" in numbers:
        return "2 * sliding_window_layers * num_key_value_heads * head_dim"
    return None


def cache_of_the_others(numbers: Numbers) -> str | None:
    """The cache of the layers that see the whole context, where some see the window alone."""
    if window_of_some_layers(numbers) is None:
        return None
    return "2 * (num_hidden_layers - sliding_window_layers) * num_key_value_heads * head_dim"

"""What CSA/HCA and CSA2 have in common: one latent is key and value, and every layer has a sliding window beside it.

`class Attention` in inference/model.py of DeepSeek-V4-Flash.
"""

from __future__ import annotations

from .kind import Numbers

PROJECTIONS = {
    "mla_query_down": "num_hidden_layers * hidden_size * q_lora_rank",
    "mla_query_up": "num_hidden_layers * q_lora_rank * num_attention_heads * head_dim",
    "shared_key_value": "num_hidden_layers * hidden_size * head_dim",
    "grouped_output": "num_hidden_layers * (num_attention_heads * head_dim * o_lora_rank + o_groups * o_lora_rank * hidden_size)",
    "sinks_and_norms": "num_hidden_layers * (num_attention_heads + q_lora_rank + head_dim)",
}


def window_layers(numbers: Numbers) -> str | None:
    """Every layer has a window of its own, also those that read the entries of others."""
    return "num_hidden_layers * head_dim" if "sliding_window" in numbers else None

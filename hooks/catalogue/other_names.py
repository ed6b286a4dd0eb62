"""Words that people bring from elsewhere: keys of other config.json files, and what no field here holds.

Closeness of letters misleads there: `partial_rotary_factor` is nothing like `routed_scaling_factor`.
"""

from __future__ import annotations

from collections.abc import Collection

from .findings import nearest_in_quotes

# What a key is called here. It counts only where the other name is allowed.
_HERE = {
    "cn": "zh",
    "zh-cn": "zh",
    "decoder_sparse_step": "moe_layer_freq",
    "hidden_activation": "hidden_act",
    "n_head": "num_attention_heads",
    "n_layer": "num_hidden_layers",
    "num_experts": "n_routed_experts",
    "num_local_experts": "n_routed_experts",
    "num_experts_per_token": "num_experts_per_tok",
    "moe_num_shared_experts": "n_shared_experts",
    "num_shared_experts": "n_shared_experts",
    "norm_eps": "rms_norm_eps",
    "rope_type": "type",
    "technique": "id",
    "use_qk_norm": "qk_norm",
    "license": "licences",
    "licenses": "licences",
}
_IN_NOTES = "no field holds it; say it in `notes`, or take it out"
# What to do with a key that has no field here.
_NOWHERE = {
    ("architecture", "partial_rotary_factor"): _IN_NOTES,
    ("architecture", "attention_dropout"): _IN_NOTES,
    ("architecture", "layer_types"): "count the layers with a window in `sliding_window_layers`",
    ("architecture", "sliding_window_pattern"): "count the layers with a window in `sliding_window_layers`",
    (
        "batch_size",
        "tokens",
    ): "a batch is counted in sequences; put one that is printed in tokens into the stage's `details`",
}


def known_as(word: str, allowed: Collection[str]) -> str:
    """The allowed key that is meant by another one, in backquotes; the closest one where none is known, or nothing."""
    here = _HERE.get(word.lower(), "")
    return f"`{here}`" if here in allowed else nearest_in_quotes(word, allowed)


def unsupported_key_hint(path: tuple[str | int, ...]) -> str:
    """What to do with a key that no field holds; empty where nothing is known of it."""
    keys = [str(part) for part in path if not isinstance(part, int)]
    return _NOWHERE.get((keys[-2], keys[-1]), "") if len(keys) > 1 else ""

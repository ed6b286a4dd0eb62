"""The numbers of an architecture: what it states, and the few that follow from that."""

from __future__ import annotations

from ..schema.architecture import Architecture
from ..schema.values import Single


def numbers_of(architecture: Architecture) -> dict[str, int]:
    """Every integer of the architecture by its name, and the few that follow from them."""
    numbers = {}
    for name, stated in vars(architecture).items():
        if isinstance(stated, Single) and isinstance(stated.value, int) and not isinstance(stated.value, bool):
            numbers[name] = stated.value
    if "head_dim" not in numbers and {"hidden_size", "num_attention_heads"} <= numbers.keys():
        numbers["head_dim"] = numbers["hidden_size"] // numbers["num_attention_heads"]
    if "num_hidden_layers" in numbers and "first_k_dense_replace" in numbers:
        first, every = numbers["first_k_dense_replace"], numbers.get("moe_layer_freq", 1)
        moe = sum(1 for layer in range(first, numbers["num_hidden_layers"]) if layer % every == 0)
        numbers["moe_layers"] = moe
        numbers["dense_layers"] = numbers["num_hidden_layers"] - moe
    return numbers

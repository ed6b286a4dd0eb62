"""The class of Hugging Face transformers for an architecture, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..derive.expression import architecture_numbers
from ..schema.architecture import Architecture, FeedForward

SHARED = ("num_hidden_layers", "hidden_size", "vocab_size", "num_attention_heads")
DENSE = ("num_key_value_heads", "head_dim", "intermediate_size")
EXPERTS = (
    *("moe_intermediate_size", "n_routed_experts", "n_shared_experts", "num_experts_per_tok"),
    *("n_group", "topk_group"),
)

Settings = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    name: str
    settings: Settings


def settings_of(architecture: Architecture, names: tuple[str, ...]) -> Settings:
    numbers = architecture_numbers(architecture)
    found: Settings = {name: numbers[name] for name in names if name in numbers}
    found["tie_word_embeddings"] = bool(architecture.tie_word_embeddings.value)
    if architecture.attention_bias is not None and architecture.attention_bias.value:
        found["attention_bias"] = True
    return found


def is_dense(architecture: Architecture) -> bool:
    return architecture.feed_forward.value is not FeedForward.DEEPSEEK_MOE


def peer_with_heads(architecture: Architecture) -> Peer:
    return _dense_peer(architecture) if is_dense(architecture) else _expert_peer(architecture)


def _dense_peer(architecture: Architecture) -> Peer:
    found = settings_of(architecture, (*SHARED, *DENSE))
    if architecture.norms_per_layer is not None and architecture.norms_per_layer.value == 4:
        return Peer("Gemma2ForCausalLM", found)
    if architecture.qk_norm is not None and architecture.qk_norm.value:
        return Peer("Qwen3ForCausalLM", found)
    if architecture.qkv_bias is not None and architecture.qkv_bias.value:
        return Peer("Qwen2ForCausalLM", found)
    return Peer("LlamaForCausalLM", found)


def _expert_peer(architecture: Architecture) -> Peer:
    """OCR 2's language model keeps the attention of DeepSeekMoE 16B."""
    found = settings_of(architecture, (*SHARED, *DENSE, *EXPERTS))
    dense_layers = architecture_numbers(architecture).get("first_k_dense_replace", 0)
    found["mlp_layer_types"] = [
        "dense" if layer < dense_layers else "sparse" for layer in range(found["num_hidden_layers"])
    ]
    return Peer("DeepseekOcr2ForConditionalGeneration", found)

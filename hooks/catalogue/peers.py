"""The same architectures in Hugging Face transformers, and data/peers.json, which says how many parameters they have there.

`make peers` builds them from our dimensions and writes the file; the build reads it and needs neither PyTorch nor
transformers. A record keeps the settings that it was made from: where a dimension has changed since, it is stale, and
an architecture that came since has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .derive.layout import layers
from .derive.parameters import numbers_of
from .schema.architecture import Architecture, Attention, FeedForward

PEERS = "peers.json"

_SHARED = ("num_hidden_layers", "hidden_size", "vocab_size", "num_attention_heads")
_DENSE = ("num_key_value_heads", "head_dim", "intermediate_size")
_EXPERTS = (
    *("moe_intermediate_size", "n_routed_experts", "n_shared_experts", "num_experts_per_tok"),
    *("n_group", "topk_group"),
)
_LATENT = ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")
_INDEXER = ("index_n_heads", "index_head_dim", "index_topk")
_COMPRESSED = ("head_dim", "q_lora_rank", "o_groups", "o_lora_rank", "sliding_window", "hc_mult", "num_hash_layers")
_LAYERS = {
    "window": "sliding_attention",
    "csa": "compressed_sparse_attention",
    "hca": "heavily_compressed_attention",
}

Settings = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """An architecture as transformers has it.

    Attributes:
        name: Class of the model.
        settings: What its configuration is made from.
    """

    name: str
    settings: Settings


def peer(architecture: Architecture) -> Peer | None:
    """The class of transformers that has this architecture, with our dimensions; None where there is none."""
    dense = architecture.feed_forward.value is not FeedForward.DEEPSEEK_MOE
    kind = architecture.attention.value
    if kind is Attention.CSA2:
        return None
    if dense:
        return _dense(architecture)
    if kind is Attention.CSA_HCA:
        return _compressed(architecture)
    first = ("first_k_dense_replace",)
    if kind is not Attention.MLA:
        # The class of the language model of OCR 2, which keeps the attention of DeepSeekMoE 16B.
        found = _settings(architecture, (*_SHARED, *_DENSE, *_EXPERTS))
        dense_layers = numbers_of(architecture).get("first_k_dense_replace", 0)
        found["mlp_layer_types"] = [
            "dense" if layer < dense_layers else "sparse" for layer in range(found["num_hidden_layers"])
        ]
        return Peer("DeepseekOcr2ForConditionalGeneration", found)
    found = _settings(architecture, (*_SHARED, "num_key_value_heads", "intermediate_size", *_EXPERTS, *_LATENT, *first))
    found.setdefault("q_lora_rank", None)
    if architecture.index_n_heads is not None:
        return Peer("DeepseekV32ForCausalLM", found | _settings(architecture, _INDEXER))
    balanced = architecture.topk_method is not None and architecture.topk_method.value == "noaux_tc"
    return Peer("DeepseekV3ForCausalLM" if balanced else "DeepseekV2ForCausalLM", found)


def _dense(architecture: Architecture) -> Peer:
    found = _settings(architecture, (*_SHARED, *_DENSE))
    if architecture.norms_per_layer is not None and architecture.norms_per_layer.value == 4:
        return Peer("Gemma2ForCausalLM", found)
    if architecture.qk_norm is not None and architecture.qk_norm.value:
        return Peer("Qwen3ForCausalLM", found)
    if architecture.qkv_bias is not None and architecture.qkv_bias.value:
        return Peer("Qwen2ForCausalLM", found)
    return Peer("LlamaForCausalLM", found)


def _compressed(architecture: Architecture) -> Peer:
    found = _settings(architecture, (*_SHARED, "num_key_value_heads", *_EXPERTS, *_COMPRESSED, *_INDEXER))
    layout = architecture.attention_layout.value if architecture.attention_layout else None
    found["layer_types"] = [_LAYERS[kind] for kind in layers(layout or "")]
    found["compress_rates"] = {
        _LAYERS[kind]: getattr(architecture, f"{kind}_compress_ratio").value for kind in ("csa", "hca")
    }
    return Peer("DeepseekV4ForCausalLM", found)


def _settings(architecture: Architecture, names: tuple[str, ...]) -> Settings:
    """The integers of these names that the architecture states or that follow, and whether the embeddings are tied."""
    numbers = numbers_of(architecture)
    found: Settings = {name: numbers[name] for name in names if name in numbers}
    found["tie_word_embeddings"] = bool(architecture.tie_word_embeddings.value)
    if architecture.attention_bias is not None and architecture.attention_bias.value:
        found["attention_bias"] = True
    return found


@dataclass(frozen=True)
class Built:
    """What transformers made of an architecture: its parameters, and balance biases, which it keeps as buffers."""

    name: str
    settings: Mapping[str, Any]
    parameters: int
    biases: int

    @property
    def total(self) -> int:
        """Both together, as we count."""
        return self.parameters + self.biases


@dataclass(frozen=True)
class LabResult:
    """A lab held against transformers on random weights.

    Attributes:
        lab: Name of its module.
        function: Its function that was compared.
        against: What of transformers it is held against.
        difference: The largest one, relative to the largest number compared.
    """

    lab: str
    function: str
    against: str
    difference: float


class State(StrEnum):
    """What came out of a comparison."""

    EQUAL = "equal"
    DIFFERS = "differs"
    STALE = "stale"
    NEW = "new"
    NO_PEER = "no_peer"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Peers:
    """The report of `make peers`.

    Attributes:
        built: By the variant whose entry holds the architecture.
        labs: The labs that were compared.
    """

    date: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    built: Mapping[str, Built] = field(default_factory=dict)
    labs: tuple[LabResult, ...] = ()

    def state(self, owner: str, architecture: Architecture | None, total: int | None) -> State:
        """How the architecture of the variant `owner`, with `total` parameters by our count, compares."""
        if architecture is None:
            return State.UNKNOWN
        if total is None:
            return State.INCOMPLETE
        ours = peer(architecture)
        if ours is None:
            return State.NO_PEER
        built = self.built.get(owner)
        if built is None:
            return State.NEW
        if (built.name, dict(built.settings)) != (ours.name, ours.settings):
            return State.STALE
        return State.EQUAL if built.total == total else State.DIFFERS

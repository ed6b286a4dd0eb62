"""What a kind of attention is made of, and its class in transformers.

No part has a default, so that nothing falls back on another kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..derive.expression import Part, architecture_numbers
from ..schema.architecture import Architecture, Attention, FeedForward

SHARED = ("num_hidden_layers", "hidden_size", "vocab_size", "num_attention_heads")
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


Numbers = Mapping[str, int]
Config = Mapping[str, Any]
"""The keys of a Hugging Face config.json with their values."""


class IndexKey(Enum):
    NEVER = "never"
    WITH_AN_INDEXER = "in a model that has an indexer"
    ALWAYS = "always"


@dataclass(frozen=True, kw_only=True)
class CachingLayers:
    name: str  # what figures call them; `all` where there is one form
    layers: str  # field with their number
    entry: str  # formula of the elements of an entry
    index_key: IndexKey
    ratio: str  # field with the tokens that make an entry; empty for one a token

    def per_token(self, numbers: Numbers) -> str:
        """Elements that one layer caches for a token."""
        has_indexer = self.index_key is IndexKey.WITH_AN_INDEXER and "index_head_dim" in numbers
        indexed = has_indexer or self.index_key is IndexKey.ALWAYS
        elements = f"{self.entry} + index_head_dim" if indexed else self.entry
        if not self.ratio:
            return elements
        return f"({elements}) / {self.ratio}" if " + " in elements else f"{elements} / {self.ratio}"


@dataclass(frozen=True, kw_only=True)
class KeyValueHeads:
    fits: Callable[[int, int], bool] | None  # takes query and key-value heads; None where any number fits
    allowed: str  # for a message, with `{heads}` for the query heads


@dataclass(frozen=True, kw_only=True)
class AttentionKind:
    kind: Attention
    needed: tuple[str, ...]
    allowed: tuple[str, ...]  # optional fields, of those that only some kinds have
    key_value_heads: KeyValueHeads
    head_dim_follows: bool  # whether `head_dim` defaults to hidden_size / num_attention_heads
    weights: tuple[Part, ...]  # over all layers
    caching_layers: tuple[CachingLayers, ...]  # what figures draw
    cache: tuple[Part, ...]  # elements cached for a token over all layers; agrees with `caching_layers`
    window: tuple[Part, ...]  # the same for a token of the sliding window
    state: tuple[Part, ...]  # elements kept for a sequence, however long it is, over all layers
    # Bytes in service from those of an entry with its indexer key; None where DeepSeek states none
    stored_cache: Callable[[str], str] | None
    # Elements a head multiplies for each earlier token, score and sum together; None where a token does not see all
    # earlier ones
    score_widths: str | None
    layer_parts: tuple[str, ...]  # fields whose layers add up to all; empty where all are alike
    layer_names: tuple[
        str, ...
    ]  # names of layers in `attention_layout`, what keeps most first; empty where all are alike
    count_layers: Callable[[Mapping[str, int]], Mapping[str, int]]  # fields that follow from the counts of these names
    long_range_layers: tuple[str, ...]  # fields that count no layer in an MTP module, which has the window alone
    last_stream_mapping: bool  # whether hyper-connections have a mapping behind the last layer
    in_transformers: Callable[[Architecture], Peer | None]
    config_keys: tuple[str, ...]  # keys of config.json that tell this kind; its files have all of them
    from_config: Callable[[Config], Mapping[str, Any]]  # fields whose keys in config.json have other names


INDEXER = ("index_n_heads", "index_head_dim", "index_topk")


def cache_parts(layers: tuple[CachingLayers, ...]) -> tuple[Part, ...]:
    """With and without an indexer, where one can be added."""
    if all(form.index_key is not IndexKey.WITH_AN_INDEXER for form in layers):
        return (Part("kv_cache", sum_over_layers(layers, {})),)
    indexed = {"index_head_dim": 1}
    return (
        Part("kv_cache", sum_over_layers(layers, {}), ("!index_head_dim",)),
        Part("kv_cache", sum_over_layers(layers, indexed), ("index_head_dim",)),
    )


def sum_over_layers(layers: tuple[CachingLayers, ...], numbers: Numbers) -> str:
    return " + ".join(_of_all(form.layers, form.per_token(numbers)) for form in layers)


def _of_all(layers: str, per_token: str) -> str:
    bare_sum = " + " in per_token and not per_token.startswith("(")
    return f"{layers} * ({per_token})" if bare_sum else f"{layers} * {per_token}"


def no_renamed_keys(config: Config) -> Mapping[str, Any]:
    return {}


def no_layer_counts(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {}


PROJECTIONS = (
    Part("mla_query_down", "num_hidden_layers * hidden_size * q_lora_rank"),
    Part("mla_query_up", "num_hidden_layers * q_lora_rank * num_attention_heads * head_dim"),
    Part("shared_key_value", "num_hidden_layers * hidden_size * head_dim"),
    Part(
        "grouped_output",
        "num_hidden_layers * (num_attention_heads * head_dim * o_lora_rank + o_groups * o_lora_rank * hidden_size)",
    ),
    Part("sinks_and_norms", "num_hidden_layers * (num_attention_heads + q_lora_rank + head_dim)"),
)

# Every layer has a window of its own, also one that reads the entries of others.
WINDOW_IN_EVERY_LAYER = (Part("window", "num_hidden_layers * head_dim", ("sliding_window",)),)

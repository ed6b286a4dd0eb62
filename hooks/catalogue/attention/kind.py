"""What a kind of attention is made of: everything that depends on the kind, and nothing with a default.

A kind is one `AttentionKind`. A part that is left out is an error where the kind is made, and a kind of the schema that
has no module is one where the package is loaded (`registry`), so that no calculator or figure falls back on another kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..schema.architecture import Architecture, Attention
from .transformers import Peer, peer_with_heads

Numbers = Mapping[str, int]
Formulas = Mapping[str, str]
Config = Mapping[str, Any]
"""The keys of a Hugging Face config.json with their values."""


class IndexKey(Enum):
    """Whether a key of the indexer stands beside an entry of the cache."""

    NEVER = "never"
    WITH_AN_INDEXER = "in a model that has an indexer"
    ALWAYS = "always"


@dataclass(frozen=True, kw_only=True)
class CachingLayers:
    """Layers that keep entries of one form.

    Attributes:
        name: What figures call them; `all` where there is one form.
        layers: Field with their number.
        entry: Formula of the elements of an entry.
        index_key: Whether a key of the indexer stands beside it.
        ratio: Field with the tokens that make an entry; empty for one a token.
    """

    name: str
    layers: str
    entry: str
    index_key: IndexKey
    ratio: str

    def per_token(self, numbers: Numbers) -> str:
        """Formula of the elements that one of these layers caches for a token."""
        has_indexer = self.index_key is IndexKey.WITH_AN_INDEXER and "index_head_dim" in numbers
        indexed = has_indexer or self.index_key is IndexKey.ALWAYS
        elements = f"{self.entry} + index_head_dim" if indexed else self.entry
        if not self.ratio:
            return elements
        return f"({elements}) / {self.ratio}" if " + " in elements else f"{elements} / {self.ratio}"


@dataclass(frozen=True, kw_only=True)
class KeyValueHeads:
    """How many key and value heads a kind has beside so many query heads.

    Attributes:
        fits: Whether a number of key-value heads fits a number of query heads; None where any does.
        allowed: What is allowed, for a message, with `{heads}` for the query heads.
    """

    fits: Callable[[int, int], bool] | None
    allowed: str


@dataclass(frozen=True, kw_only=True)
class AttentionKind:
    """All that depends on a kind of attention.

    Attributes:
        kind: Its value in the schema.
        needed: Fields that an architecture of this kind must have.
        allowed: Fields that it may have, of those that belong to some kinds alone.
        key_value_heads: How many key and value heads it has.
        head_dim_follows: Whether a head is hidden_size / num_attention_heads wide where `head_dim` is left out.
        weights: Formulas of the weights of all layers, by the name of the part.
        caching_layers: Layers by the form of what they keep. Figures and interactive figures draw these.
        cache: Formula of the elements cached for a token over all layers; agrees with `caching_layers`.
        window: Formula of the elements cached for a token of the sliding window over all layers; None without one.
        stored_cache: Formula of the bytes in service from the bytes of an entry with its indexer key; None where
            DeepSeek serves nothing of this kind and states no entry.
        score_widths: Elements that a head multiplies with for each earlier token, for the score and the sum; None where
            a token does not see all earlier ones.
        layer_parts: Fields whose layers make up all of them; empty where all are alike.
        layer_names: Names of layers in `attention_layout`; empty where all are alike.
        count_layers: Fields that follow from how often each name stands in a layout.
        long_range_layers: Fields with layers that an MTP module, which has the window alone, has none of.
        last_stream_mapping: Whether hyper-connections have a mapping behind the last layer.
        in_transformers: The class of Hugging Face transformers with an architecture of this kind; None without one.
        config_keys: Keys of config.json that tell this kind, each of which a file of this kind has.
        from_config: Fields that follow from keys of config.json with other names than theirs.
    """

    kind: Attention
    needed: tuple[str, ...]
    allowed: tuple[str, ...]
    key_value_heads: KeyValueHeads
    head_dim_follows: bool
    weights: Callable[[Architecture, Numbers], Formulas]
    caching_layers: tuple[CachingLayers, ...]
    cache: Callable[[Numbers], str]
    window: Callable[[Numbers], str | None]
    stored_cache: Callable[[str], str] | None
    score_widths: str | None
    layer_parts: tuple[str, ...]
    layer_names: tuple[str, ...]
    count_layers: Callable[[Mapping[str, int]], Mapping[str, int]]
    long_range_layers: tuple[str, ...]
    last_stream_mapping: bool
    in_transformers: Callable[[Architecture], Peer | None]
    config_keys: tuple[str, ...]
    from_config: Callable[[Config], Mapping[str, Any]]


INDEXER = ("index_n_heads", "index_head_dim", "index_topk")


def sum_over_layers(layers: tuple[CachingLayers, ...], numbers: Numbers) -> str:
    """The cache of all layers as the sum over their forms."""
    return " + ".join(_of_all(form.layers, form.per_token(numbers)) for form in layers)


def _of_all(layers: str, per_token: str) -> str:
    bare_sum = " + " in per_token and not per_token.startswith("(")
    return f"{layers} * ({per_token})" if bare_sum else f"{layers} * {per_token}"


def no_window(numbers: Numbers) -> None:
    """A kind without a sliding window."""
    return


def same_names(config: Config) -> Mapping[str, Any]:
    """Every field has the name of its key in config.json."""
    return {}


def all_alike(counts: Mapping[str, int]) -> Mapping[str, int]:
    """No field counts layers of a kind whose layers are all alike."""
    return {}


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


def kind_with_heads(
    kind: Attention,
    key_value_heads: KeyValueHeads,
    entry: str,
    cache: Callable[[Numbers], str],
    window: Callable[[Numbers], str | None],
    allowed: tuple[str, ...] = ALLOWED,
) -> AttentionKind:
    """A kind whose layers all keep keys and values of some heads: MHA, GQA and MQA differ in how many."""
    return AttentionKind(
        kind=kind,
        needed=(),
        allowed=allowed,
        key_value_heads=key_value_heads,
        head_dim_follows=True,
        weights=projection_weights,
        caching_layers=(
            CachingLayers(name="all", layers="num_hidden_layers", entry=entry, index_key=IndexKey.NEVER, ratio=""),
        ),
        cache=cache,
        window=window,
        stored_cache=None,
        score_widths=SCORE_WIDTHS,
        layer_parts=(),
        layer_names=(),
        count_layers=all_alike,
        long_range_layers=(),
        last_stream_mapping=True,
        in_transformers=peer_with_heads,
        config_keys=(),
        from_config=same_names,
    )


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

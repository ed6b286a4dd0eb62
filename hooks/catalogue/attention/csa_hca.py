"""CSA and HCA: layers that keep one entry for a few tokens, selected by an indexer, and layers that keep one for many.

`class Attention`, `class Compressor` and `class Indexer` in inference/model.py of DeepSeek-V4-Flash. A CSA compressor
overlaps and makes two candidates a token, hence the factor 2 in its widths. The sliding window is not counted per
token.
"""

from collections.abc import Mapping
from typing import Any

from ..derive.expression import Part, parse_layout, shorten_layout
from ..schema.architecture import Architecture, Attention
from . import kind
from .kind import (
    EXPERTS,
    INDEXER,
    SHARED,
    AttentionKind,
    CachingLayers,
    Config,
    IndexKey,
    KeyValueHeads,
    Peer,
    cache_parts,
    is_dense,
    settings_of,
)

_IN_TRANSFORMERS = {
    "window": "sliding_attention",
    "csa": "compressed_sparse_attention",
    "hca": "heavily_compressed_attention",
}
_SETTINGS = ("head_dim", "q_lora_rank", "o_groups", "o_lora_rank", "sliding_window", "hc_mult", "num_hash_layers")


_WEIGHTS = (
    *kind.PROJECTIONS,
    Part(
        "csa_compressors",
        "csa_layers * (2 * hidden_size * 2 * head_dim + csa_compress_ratio * 2 * head_dim + head_dim)",
    ),
    Part(
        "csa_indexers",
        "csa_layers * (q_lora_rank * index_n_heads * index_head_dim + hidden_size * index_n_heads"
        " + 2 * hidden_size * 2 * index_head_dim + csa_compress_ratio * 2 * index_head_dim + index_head_dim)",
    ),
    Part("hca_compressors", "hca_layers * (2 * hidden_size * head_dim + hca_compress_ratio * head_dim + head_dim)"),
)


_LAYERS = (
    CachingLayers(
        name="csa", layers="csa_layers", entry="head_dim", index_key=IndexKey.ALWAYS, ratio="csa_compress_ratio"
    ),
    CachingLayers(
        name="hca", layers="hca_layers", entry="head_dim", index_key=IndexKey.NEVER, ratio="hca_compress_ratio"
    ),
)


def _stored_cache(entry: str) -> str:
    return f"csa_layers * {entry} / csa_compress_ratio + hca_layers * entry_bytes / hca_compress_ratio"


def _count_layers(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {"csa_layers": counts["csa"], "hca_layers": counts["hca"]}


def _from_config(config: Config) -> Mapping[str, Any]:
    """`compress_ratios` lists the tokens that make an entry, layer by layer: 0 for the window alone, MTP modules last."""
    ratios = config["compress_ratios"][: config["num_hidden_layers"]]
    compressed = sorted(set(ratios) - {0})
    if len(compressed) != 2:
        return {}
    names = {0: "window", compressed[0]: "csa", compressed[1]: "hca"}
    return {
        "sliding_window_layers": ratios.count(0),
        "csa_layers": ratios.count(compressed[0]),
        "csa_compress_ratio": compressed[0],
        "hca_layers": ratios.count(compressed[1]),
        "hca_compress_ratio": compressed[1],
        "attention_layout": shorten_layout([names[ratio] for ratio in ratios]),
    }


def _in_transformers(architecture: Architecture) -> Peer | None:
    if is_dense(architecture):
        return None
    found = settings_of(architecture, (*SHARED, "num_key_value_heads", *EXPERTS, *_SETTINGS, *INDEXER))
    layout = architecture.attention_layout.value if architecture.attention_layout else None
    found["layer_types"] = [_IN_TRANSFORMERS[kind] for kind in parse_layout(layout or "")]
    found["compress_rates"] = {
        _IN_TRANSFORMERS[kind]: getattr(architecture, f"{kind}_compress_ratio").value for kind in ("csa", "hca")
    }
    return Peer("DeepseekV4ForCausalLM", found)


KIND = AttentionKind(
    kind=Attention.CSA_HCA,
    needed=(
        *("head_dim", "q_lora_rank", "qk_rope_head_dim", *INDEXER, "o_groups", "o_lora_rank", "sliding_window"),
        *("csa_layers", "csa_compress_ratio", "hca_layers", "hca_compress_ratio"),
    ),
    allowed=("sliding_window_layers", "attention_layout", "compress_rope_theta"),
    key_value_heads=KeyValueHeads(fits=lambda heads, shared: shared == 1, allowed="1"),
    head_dim_follows=True,
    weights=_WEIGHTS,
    caching_layers=_LAYERS,
    cache=cache_parts(_LAYERS),
    window=kind.WINDOW_IN_EVERY_LAYER,
    state=(),
    stored_cache=_stored_cache,
    score_widths=None,
    layer_parts=("csa_layers", "hca_layers", "sliding_window_layers"),
    layer_names=("csa", "hca", "window"),
    count_layers=_count_layers,
    long_range_layers=("csa_layers", "hca_layers"),
    last_stream_mapping=True,
    in_transformers=_in_transformers,
    config_keys=("compress_ratios",),
    from_config=_from_config,
)

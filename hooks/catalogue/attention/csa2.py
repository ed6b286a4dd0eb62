"""CSA2: few layers keep entries and indexer keys, which the others read; an encoder compresses them, the decoder does not.

DeepSeek-V4.1-Flash §2.3. Which layers have a compressor, a gate or scores: `checkpoint_schema` in
models/deepseek_v41/weights.py of ROCm/ATOM, which lists every tensor of the released files.
"""

from collections.abc import Mapping
from typing import Any

from ..derive.expression import Part, shorten_layout
from ..schema.architecture import Attention
from . import kind
from .kind import INDEXER, AttentionKind, CachingLayers, Config, IndexKey, KeyValueHeads

_FORMS = "(encoder_cache_layers / encoder_compress_ratio + decoder_cache_layers)"


_WEIGHTS = (
    *kind.PROJECTIONS,
    Part(
        "csa2_compressors",
        "(encoder_cache_layers + decoder_cache_layers) * (hidden_size * head_dim + head_dim)"
        " + encoder_cache_layers * hidden_size * head_dim",
    ),
    Part(
        "csa2_indexers",
        "index_layers * (q_lora_rank * index_n_heads * index_head_dim + hidden_size * index_n_heads)"
        " + (encoder_cache_layers + decoder_cache_layers) * (head_dim * index_head_dim + index_head_dim)",
    ),
)


def _count_layers(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {
        "csa_layers": counts["full"] + counts["reindex"] + counts["reuse"],
        "index_layers": counts["full"] + counts["reindex"],
    }


def _from_config(config: Config) -> Mapping[str, Any]:
    """The decoder keeps an entry for each token."""
    ratios = config["compress_ratios"][: config["num_hidden_layers"]]
    caching, selecting = set(config["kv_source_layer_ids"]), set(config["index_source_layer_ids"])
    compressed = set(ratios) - {0, 1}
    if len(compressed) != 1 or 1 not in ratios:
        return {}
    decoder = ratios.index(1)
    tables = set(config.get("engram_layer_ids") or ())

    def name(layer: int) -> str:
        if not ratios[layer]:
            return "window"
        return "full" if layer in caching else "reindex" if layer in selecting else "reuse"

    layers = [name(layer) + ("+engram" if layer in tables else "") for layer in range(len(ratios))]
    return {
        "sliding_window_layers": ratios.count(0),
        "csa_layers": len(ratios) - ratios.count(0),
        "encoder_layers": decoder,
        "encoder_cache_layers": sum(layer < decoder for layer in caching),
        "encoder_compress_ratio": compressed.pop(),
        "decoder_cache_layers": sum(layer >= decoder for layer in caching),
        "index_layers": len(selecting),
        "attention_layout": shorten_layout(layers),
    }


KIND = AttentionKind(
    kind=Attention.CSA2,
    needed=(),
    allowed=(
        *("head_dim", "q_lora_rank", "qk_rope_head_dim", *INDEXER, "o_groups", "o_lora_rank", "sliding_window"),
        *("csa_layers", "encoder_layers", "encoder_cache_layers", "encoder_compress_ratio", "decoder_cache_layers"),
        *("index_layers", "sliding_window_layers", "attention_layout", "compress_rope_theta"),
    ),
    key_value_heads=KeyValueHeads(fits=None, allowed=""),
    head_dim_follows=True,
    weights=_WEIGHTS,
    caching_layers=(
        CachingLayers(
            name="encoder",
            layers="encoder_cache_layers",
            entry="head_dim",
            index_key=IndexKey.ALWAYS,
            ratio="encoder_compress_ratio",
        ),
        CachingLayers(
            name="decoder", layers="decoder_cache_layers", entry="head_dim", index_key=IndexKey.ALWAYS, ratio=""
        ),
    ),
    cache=(Part("kv_cache", f"{_FORMS} * (head_dim + index_head_dim)"),),
    window=kind.WINDOW_IN_EVERY_LAYER,
    state=(),
    stored_cache=lambda entry: f"{_FORMS} * {entry}",
    score_widths=None,
    layer_parts=(),
    layer_names=("full", "reindex", "reuse", "window"),
    count_layers=_count_layers,
    long_range_layers=("encoder_cache_layers", "decoder_cache_layers", "index_layers"),
    last_stream_mapping=False,
    in_transformers=lambda architecture: None,
    config_keys=("compress_ratios", "kv_source_layer_ids", "index_source_layer_ids"),
    from_config=_from_config,
)

"""CSA2: few layers keep entries and indexer keys, which the others read; an encoder compresses them, the decoder does not.

Report of DeepSeek-V4.1-Flash, §2.3. Only the caching layers have a compressor, with a gate where it joins several
tokens, and only some layers score entries (`checkpoint_schema` of ROCm/ATOM's models/deepseek_v41/weights.py, which
lists every tensor of the released files).
"""

from __future__ import annotations

from collections.abc import Mapping

from ..schema.architecture import Architecture, Attention
from . import kind
from .kind import INDEXER, AttentionKind, CachingLayers, Formulas, IndexKey, KeyValueHeads, Numbers

_FORMS = "(encoder_cache_layers / encoder_compress_ratio + decoder_cache_layers)"


def _weights(architecture: Architecture, numbers: Numbers) -> Formulas:
    return {
        **kind.PROJECTIONS,
        "csa2_compressors": (
            "(encoder_cache_layers + decoder_cache_layers) * (hidden_size * head_dim + head_dim)"
            " + encoder_cache_layers * hidden_size * head_dim"
        ),
        "csa2_indexers": (
            "index_layers * (q_lora_rank * index_n_heads * index_head_dim + hidden_size * index_n_heads)"
            " + (encoder_cache_layers + decoder_cache_layers) * (head_dim * index_head_dim + index_head_dim)"
        ),
    }


def _cache(numbers: Numbers) -> str:
    return f"{_FORMS} * (head_dim + index_head_dim)"


def _count_layers(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {
        "csa_layers": counts["full"] + counts["reindex"] + counts["reuse"],
        "index_layers": counts["full"] + counts["reindex"],
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
    weights=_weights,
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
    cache=_cache,
    window=kind.window_layers,
    stored_cache=lambda entry: f"{_FORMS} * {entry}",
    score_widths=None,
    layer_parts=(),
    layer_names=("window", "full", "reindex", "reuse"),
    count_layers=_count_layers,
    long_range_layers=("encoder_cache_layers", "decoder_cache_layers", "index_layers"),
    last_stream_mapping=False,
    in_transformers=lambda architecture: None,
)

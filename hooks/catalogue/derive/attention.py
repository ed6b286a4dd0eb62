"""Weights and cache of each kind of attention, and of hyper-connections, as formulas.

MHA, GQA and MQA: query, key, value and output projections; caches of DeepSeek-V2 Table 1.
MLA: DeepSeek-V2 §2.1, with the norms on both latents of §3.1.2.
DSA's lightning indexer on top of MLA: `class Indexer` in inference/model.py of
DeepSeek-V3.2-Exp. Its keys are cached beside the latent.
CSA and HCA: `class Attention`, `class Compressor` and `class Indexer` in inference/model.py
of DeepSeek-V4-Flash. A compressor that overlaps (CSA) makes two candidates per token, hence
the factor 2 in its widths. The cache holds one entry per block of tokens and, in CSA layers,
one indexer key; the sliding window is a constant beside it and is not counted per token.
CSA2 keeps the entries and indexer keys of few layers, which the others read (report of
DeepSeek-V4.1-Flash, §2.3). Only those layers have a compressor, with a gate where it joins
several tokens, and only some layers score entries (`checkpoint_schema` of ROCm/ATOM's
models/deepseek_v41/weights.py, which lists every tensor of the released files).
Hyper-connections: `class Block` and `class Transformer` in the file of V4-Flash. V4.1 mixes
with the coefficients of the block before and has no mapping behind the last layer.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..schema.architecture import Architecture, Attention


def attention_formulas(architecture: Architecture, numbers: Mapping[str, int]) -> dict[str, str]:
    """Formulas of the weights of all attention layers, by the name of the part."""
    kind = architecture.attention.value
    if kind is Attention.MLA:
        return _mla(numbers)
    if kind is Attention.CSA_HCA:
        return _csa_hca()
    if kind is Attention.CSA2:
        return _csa2()
    formulas = {
        "attention_query": "num_hidden_layers * hidden_size * num_attention_heads * head_dim",
        "attention_key_value": "2 * num_hidden_layers * hidden_size * num_key_value_heads * head_dim",
        "attention_output": "num_hidden_layers * num_attention_heads * head_dim * hidden_size",
    }
    if architecture.qk_norm and architecture.qk_norm.value:
        formulas["qk_norms"] = "2 * num_hidden_layers * head_dim"
    return formulas


def _mla(numbers: Mapping[str, int]) -> dict[str, str]:
    if "q_lora_rank" in numbers:
        formulas = {
            "mla_query_down": "num_hidden_layers * hidden_size * q_lora_rank",
            "mla_query_up": "num_hidden_layers * q_lora_rank * num_attention_heads * (qk_nope_head_dim + qk_rope_head_dim)",
            "latent_norms": "num_hidden_layers * (q_lora_rank + kv_lora_rank)",
        }
    else:
        formulas = {
            "mla_query": "num_hidden_layers * hidden_size * num_attention_heads * (qk_nope_head_dim + qk_rope_head_dim)",
            "latent_norms": "num_hidden_layers * kv_lora_rank",
        }
    formulas |= {
        "mla_key_value_down": "num_hidden_layers * hidden_size * (kv_lora_rank + qk_rope_head_dim)",
        "mla_key_value_up": "num_hidden_layers * kv_lora_rank * num_attention_heads * (qk_nope_head_dim + v_head_dim)",
        "attention_output": "num_hidden_layers * num_attention_heads * v_head_dim * hidden_size",
    }
    if "index_n_heads" in numbers:
        formulas["indexer"] = (
            "num_hidden_layers * (q_lora_rank * index_n_heads * index_head_dim"
            " + hidden_size * (index_head_dim + index_n_heads) + 2 * index_head_dim)"
        )
    return formulas


_ONE_LATENT = {
    "mla_query_down": "num_hidden_layers * hidden_size * q_lora_rank",
    "mla_query_up": "num_hidden_layers * q_lora_rank * num_attention_heads * head_dim",
    "shared_key_value": "num_hidden_layers * hidden_size * head_dim",
    "grouped_output": "num_hidden_layers * (num_attention_heads * head_dim * o_lora_rank + o_groups * o_lora_rank * hidden_size)",
    "sinks_and_norms": "num_hidden_layers * (num_attention_heads + q_lora_rank + head_dim)",
}


def _csa_hca() -> dict[str, str]:
    return {
        **_ONE_LATENT,
        "csa_compressors": "csa_layers * (2 * hidden_size * 2 * head_dim + csa_compress_ratio * 2 * head_dim + head_dim)",
        "csa_indexers": (
            "csa_layers * (q_lora_rank * index_n_heads * index_head_dim + hidden_size * index_n_heads"
            " + 2 * hidden_size * 2 * index_head_dim + csa_compress_ratio * 2 * index_head_dim + index_head_dim)"
        ),
        "hca_compressors": "hca_layers * (2 * hidden_size * head_dim + hca_compress_ratio * head_dim + head_dim)",
    }


def _csa2() -> dict[str, str]:
    return {
        **_ONE_LATENT,
        "csa2_compressors": (
            "(encoder_cache_layers + decoder_cache_layers) * (hidden_size * head_dim + head_dim)"
            " + encoder_cache_layers * hidden_size * head_dim"
        ),
        "csa2_indexers": (
            "index_layers * (q_lora_rank * index_n_heads * index_head_dim + hidden_size * index_n_heads)"
            " + (encoder_cache_layers + decoder_cache_layers) * (head_dim * index_head_dim + index_head_dim)"
        ),
    }


def hyper_connection_formulas(architecture: Architecture, numbers: Mapping[str, int]) -> dict[str, str]:
    """Formula of the mappings between residual streams, where a model has several."""
    if "hc_mult" not in numbers:
        return {}
    formula = "2 * num_hidden_layers * ((hc_mult * hc_mult + 2 * hc_mult) * (hc_mult * hidden_size + 1) + 3)"
    if architecture.attention.value is not Attention.CSA2:
        formula += " + hc_mult * hc_mult * hidden_size + hc_mult + 1"
    return {"hyper_connections": formula}


def window(architecture: Architecture, numbers: Mapping[str, int]) -> str | None:
    """Formula of the elements that every layer together caches for a token of the sliding window; None without one.

    With compressed attention every layer has a window of its own, also those that read the entries of others, and one
    latent is key and value. In Gemma 2 every second layer keeps keys and values of the window alone.
    """
    if "sliding_window" not in numbers:
        return None
    kind = architecture.attention.value
    if kind in (Attention.CSA_HCA, Attention.CSA2):
        return "num_hidden_layers * head_dim"
    if kind in (Attention.MHA, Attention.GQA) and "sliding_window_layers" in numbers:
        return "2 * sliding_window_layers * num_key_value_heads * head_dim"
    return None


_CACHE = {
    Attention.MHA: "2 * num_hidden_layers * num_attention_heads * head_dim",
    Attention.GQA: "2 * num_hidden_layers * num_key_value_heads * head_dim",
    Attention.MQA: "2 * num_hidden_layers * head_dim",
    Attention.MLA: "num_hidden_layers * (kv_lora_rank + qk_rope_head_dim)",
    Attention.CSA_HCA: (
        "csa_layers * (head_dim + index_head_dim) / csa_compress_ratio + hca_layers * head_dim / hca_compress_ratio"
    ),
    Attention.CSA2: (
        "(encoder_cache_layers / encoder_compress_ratio + decoder_cache_layers) * (head_dim + index_head_dim)"
    ),
}


def cache(architecture: Architecture, numbers: Mapping[str, int]) -> str | None:
    """Formula of the elements cached per token over all layers; None for a kind without one."""
    kind = architecture.attention.value
    if kind is Attention.MLA and "index_head_dim" in numbers:
        return "num_hidden_layers * (kv_lora_rank + qk_rope_head_dim + index_head_dim)"
    if kind in (Attention.MHA, Attention.GQA) and window(architecture, numbers):
        return "2 * (num_hidden_layers - sliding_window_layers) * num_key_value_heads * head_dim"
    return _CACHE.get(kind) if kind else None

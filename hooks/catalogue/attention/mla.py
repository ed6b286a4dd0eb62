"""MLA: one latent of a token is cached, and all heads are projected from it; with DSA, an indexer on top.

DeepSeek-V2 §2.1, with the norms on both latents of §3.1.2. DSA: `class Indexer` in inference/model.py of
DeepSeek-V3.2-Exp, whose keys are cached beside the latent.
"""

from ..derive.expression import Part, has_balance_bias
from ..schema.architecture import Architecture, Attention
from .kind import (
    EXPERTS,
    INDEXER,
    SHARED,
    AttentionKind,
    CachingLayers,
    IndexKey,
    KeyValueHeads,
    Peer,
    cache_parts,
    is_dense,
    no_layer_counts,
    no_renamed_keys,
    settings_of,
)

LATENT = ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")


_WEIGHTS = (
    Part("mla_query_down", "num_hidden_layers * hidden_size * q_lora_rank", ("q_lora_rank",)),
    Part(
        "mla_query_up",
        "num_hidden_layers * q_lora_rank * num_attention_heads * (qk_nope_head_dim + qk_rope_head_dim)",
        ("q_lora_rank",),
    ),
    Part("latent_norms", "num_hidden_layers * (q_lora_rank + kv_lora_rank)", ("q_lora_rank",)),
    Part(
        "mla_query",
        "num_hidden_layers * hidden_size * num_attention_heads * (qk_nope_head_dim + qk_rope_head_dim)",
        ("!q_lora_rank",),
    ),
    Part("latent_norms", "num_hidden_layers * kv_lora_rank", ("!q_lora_rank",)),
    Part("mla_key_value_down", "num_hidden_layers * hidden_size * (kv_lora_rank + qk_rope_head_dim)"),
    Part(
        "mla_key_value_up",
        "num_hidden_layers * kv_lora_rank * num_attention_heads * (qk_nope_head_dim + v_head_dim)",
    ),
    Part("attention_output", "num_hidden_layers * num_attention_heads * v_head_dim * hidden_size"),
    Part(
        "indexer",
        "num_hidden_layers * (q_lora_rank * index_n_heads * index_head_dim"
        " + hidden_size * (index_head_dim + index_n_heads) + 2 * index_head_dim)",
        ("index_n_heads",),
    ),
)


_LAYERS = (
    CachingLayers(
        name="all",
        layers="num_hidden_layers",
        entry="kv_lora_rank + qk_rope_head_dim",
        index_key=IndexKey.WITH_AN_INDEXER,
        ratio="",
    ),
)


def _in_transformers(architecture: Architecture) -> Peer | None:
    if is_dense(architecture):
        return None
    names = (*SHARED, "num_key_value_heads", "intermediate_size", *EXPERTS, *LATENT, "first_k_dense_replace")
    found = settings_of(architecture, names)
    found.setdefault("q_lora_rank", None)
    if architecture.index_n_heads is not None:
        return Peer("DeepseekV32ForCausalLM", found | settings_of(architecture, INDEXER))
    return Peer("DeepseekV3ForCausalLM" if has_balance_bias(architecture) else "DeepseekV2ForCausalLM", found)


KIND = AttentionKind(
    kind=Attention.MLA,
    needed=LATENT,
    allowed=("head_dim", *INDEXER),
    key_value_heads=KeyValueHeads(
        fits=lambda heads, shared: shared == heads, allowed="{heads}, one for each query head"
    ),
    head_dim_follows=False,
    weights=_WEIGHTS,
    caching_layers=_LAYERS,
    cache=cache_parts(_LAYERS),
    window=(),
    state=(),
    stored_cache=lambda entry: f"num_hidden_layers * {entry}",
    score_widths="qk_nope_head_dim + qk_rope_head_dim + v_head_dim",
    layer_parts=(),
    layer_names=(),
    count_layers=no_layer_counts,
    long_range_layers=(),
    last_stream_mapping=True,
    in_transformers=_in_transformers,
    config_keys=("kv_lora_rank",),
    from_config=no_renamed_keys,
)

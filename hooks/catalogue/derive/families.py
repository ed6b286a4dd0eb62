"""Families of config.json: which kinds their networks are, what their keys are called here, and what their classes add.

The formulas are those of `attention/` and `parameters.py`, with a few parts that DeepSeek's models have none of. The
browser reads a pasted file by the same table (`scripts/config/read.js`); `make peers` holds what it gives against
Hugging Face transformers, class by class. A key that no row names is refused, so a family is listed once its class was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..attention import KINDS
from ..config_json import LEFT_OUT, OTHER_NAMES
from ..schema.architecture import Architecture, Attention, FeedForward
from .expression import Part, formula_names, formula_tree, script_rows
from .parameters import EMBEDDINGS, ENGRAM, FEED_FORWARDS, HYPER_CONNECTIONS, IDLE_EXPERTS, LAST_STREAM_MAPPING, NORMS

_SPARSE, _DENSE = FeedForward.DEEPSEEK_MOE, FeedForward.DENSE


@dataclass(frozen=True, kw_only=True)
class Family:
    """A `model_type`.

    Attributes:
        kinds: Of attention; of several the number of key-value heads decides.
        network: Of the feed-forward layers.
        renamed: Keys that are called otherwise here, as far as `OTHER_NAMES` does not say it.
        defaults: What the class takes for a number that the file leaves out; a text names another number.
        on: Names that the class implies, unless a flag says no.
        flags: Keys that turn a name on where they are true, and off where they are false.
        needed: Numbers with which a part stands or falls, so that the file has to give them, if only as null.
        only: Keys that may have one value alone, of lists every entry: with another the network would be none that is known here.
        known: Keys of this family from which no size follows, or that the reading looks at itself.
        windows: Which layers see a window alone where `layer_types` does not say it: all, every n-th but the last, none.
    """

    kinds: tuple[Attention, ...] = (Attention.MHA, Attention.GQA, Attention.MQA)
    network: FeedForward = _DENSE
    renamed: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, int | str] = field(default_factory=dict)
    on: tuple[str, ...] = ()
    flags: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    only: Mapping[str, Any] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    windows: int = 0


_ONE_EACH = {"num_key_value_heads": "num_attention_heads"}
_WIDE_HEADS = {"head_dim": 128}
_BIASED = {"attention_bias": "attention_bias"}
_QKV_BIASED = {"attention_bias": "qkv_bias"}
_QWEN_WINDOW = ("use_sliding_window", "max_window_layers", "use_mrope")
_QWEN_EXPERTS = ("decoder_sparse_step", "mlp_only_layers")
_SOFT = (
    "query_pre_attn_scalar",
    "sliding_window_size",
    "final_logit_softcapping",
    "attn_logit_softcapping",
    "use_bidirectional_attention",
)
_NO_SHARED = {"n_shared_experts": 0, "first_k_dense_replace": 0}
_WIDE_EXPERTS = {"intermediate_size": "moe_intermediate_size"}
_SCORED = ("balance_bias",)
_STREAMS = ("hc_mult",)


_CHOOSES = ("index_n_heads", "index_head_dim", "index_topk")


def _latent_family(on: tuple[str, ...] = (), chooses: tuple[str, ...] = (), **more: Any) -> Family:
    needed = ("q_lora_rank", *chooses)
    return Family(kinds=(Attention.MLA,), network=_SPARSE, on=on, needed=needed, known=("qk_head_dim",), **more)


FAMILIES: Mapping[str, Family] = {
    "llama": Family(defaults=_ONE_EACH, flags={**_BIASED, "mlp_bias": "mlp_bias"}),
    "mistral": Family(windows=1),
    "ministral3": Family(windows=1),
    "mixtral": Family(network=_SPARSE, renamed=_WIDE_EXPERTS, defaults=_NO_SHARED, windows=1),
    "qwen2": Family(on=("qkv_bias",), known=_QWEN_WINDOW),
    "qwen2_moe": Family(
        network=_SPARSE,
        renamed={"shared_expert_intermediate_size": "shared_expert_intermediate_size"},
        defaults=_NO_SHARED,
        on=("shared_expert_gate", "qkv_bias"),
        flags={"qkv_bias": "qkv_bias"},
        known=(*_QWEN_WINDOW, *_QWEN_EXPERTS),
    ),
    "qwen3": Family(on=("qk_norm",), defaults=_WIDE_HEADS, flags=_BIASED, known=_QWEN_WINDOW),
    "qwen3_moe": Family(
        network=_SPARSE,
        defaults=_NO_SHARED,
        on=("qk_norm",),
        flags=_BIASED,
        known=(*_QWEN_WINDOW, *_QWEN_EXPERTS),
    ),
    "gemma": Family(defaults={"head_dim": 256, "tie_word_embeddings": 1}, flags=_BIASED, known=_SOFT),
    "gemma2": Family(
        defaults={"head_dim": 256, "tie_word_embeddings": 1, "norms_per_layer": 4},
        flags=_BIASED,
        known=_SOFT,
        windows=2,
    ),
    "gemma3_text": Family(
        defaults={"vocab_size": 262208, "head_dim": 256, "tie_word_embeddings": 1, "norms_per_layer": 4},
        on=("qk_norm",),
        flags=_BIASED,
        known=(*_SOFT, "sliding_window_pattern", "_sliding_window_pattern", "rope_local_base_freq"),
        windows=6,
    ),
    "glm": Family(defaults=_WIDE_HEADS, on=("qkv_bias",), flags=_QKV_BIASED),
    "glm4": Family(defaults={**_WIDE_HEADS, "norms_per_layer": 4}, on=("qkv_bias",), flags=_QKV_BIASED),
    "glm4_moe": Family(
        network=_SPARSE, on=_SCORED, flags={**_QKV_BIASED, "use_qk_norm": "qk_norm"}, known=("use_qk_norm",)
    ),
    "glm4_moe_lite": _latent_family(_SCORED),
    "glm_moe_dsa": _latent_family(_SCORED, _CHOOSES, only={"indexer_types": "full"}),
    "gpt_oss": Family(
        network=_SPARSE,
        renamed=_WIDE_EXPERTS,
        defaults={**_NO_SHARED, "head_dim": 64},
        on=("attention_bias", "sinks", "expert_bias"),
        flags=_BIASED,
        known=("swiglu_alpha", "initial_context_length", "experts_per_token"),
        windows=2,
    ),
    "minimax_m2": Family(
        network=_SPARSE,
        renamed=_WIDE_EXPERTS,
        defaults={**_NO_SHARED, **_WIDE_HEADS},
        on=("qk_norm_all_heads", *_SCORED),
        only={
            "attn_type_list": 1,
            "use_qk_norm": True,
            "qk_norm_type": "per_layer",
            "use_routing_bias": True,
            "shared_intermediate_size": 0,
        },
        known=(
            *("layernorm_full_attention_beta", "layernorm_linear_attention_beta", "layernorm_mlp_beta", "rotary_dim"),
            *("mlp_intermediate_size", "shared_moe_mode", "use_mtp", "num_mtp_modules", "mtp_transformer_layers"),
        ),
    ),
    "mistral4": _latent_family(),
    "axk1": _latent_family((*_SCORED, "post_mixture_norm")),
    "deepseek_v2": _latent_family(),
    "deepseek_v3": _latent_family(_SCORED),
    "kimi_k2": _latent_family(_SCORED),
    "deepseek_v32": _latent_family(_SCORED, _CHOOSES),
    "deepseek_v4": Family(
        kinds=(Attention.CSA_HCA,),
        network=_SPARSE,
        defaults={"first_k_dense_replace": 0},
        on=(*_SCORED, LAST_STREAM_MAPPING),
        needed=(*_STREAMS, "num_hash_layers"),
        known=("compress_ratios", "compress_rates"),
    ),
    "deepseek_v41": Family(
        kinds=(Attention.CSA2,),
        network=_SPARSE,
        defaults={"first_k_dense_replace": 0, "gate_biases": 2},
        on=_SCORED,
        needed=_STREAMS,
        known=(
            *("compress_ratios", "kv_source_layer_ids", "index_source_layer_ids", "engram_layer_ids"),
            "dspark_target_layer_ids",
        ),
    ),
    "olmo2": Family(defaults=_ONE_EACH, on=("qk_norm_all_heads",), flags=_BIASED),
    "olmo3": Family(defaults=_ONE_EACH, on=("qk_norm_all_heads",), flags=_BIASED, windows=4),
    "seed_oss": Family(
        defaults=_WIDE_HEADS,
        on=("qkv_bias",),
        flags={"attention_bias": "qkv_bias", "attention_out_bias": "output_bias_alone", "mlp_bias": "mlp_bias"},
        known=("residual_dropout",),
    ),
    "smollm3": Family(
        flags={**_BIASED, "mlp_bias": "mlp_bias"},
        defaults={"tie_word_embeddings": 1},
        known=("use_sliding_window", "no_rope_layers", "no_rope_layer_interval"),
    ),
    "granite": Family(
        flags={**_BIASED, "mlp_bias": "mlp_bias"},
        known=("embedding_multiplier", "logits_scaling", "residual_multiplier", "attention_multiplier"),
    ),
    "helium": Family(defaults=_WIDE_HEADS),
    "phi3": Family(
        defaults=_ONE_EACH, known=("resid_pdrop", "embd_pdrop", "original_max_position_embeddings"), windows=1
    ),
}
"""By `model_type`."""

# What some of these have beside the parts of the catalogue's kinds.
BESIDE = (
    Part(
        "qk_norms", "num_hidden_layers * (num_attention_heads + num_key_value_heads) * head_dim", ("qk_norm_all_heads",)
    ),
    Part("sinks", "num_hidden_layers * num_attention_heads", ("sinks",)),
    Part("output_bias", "num_hidden_layers * hidden_size", ("output_bias_alone",)),
    Part("feed_forward_bias", "num_hidden_layers * (2 * intermediate_size + hidden_size)", ("mlp_bias",)),
    Part(
        "expert_bias", "moe_layers * n_routed_experts * (2 * moe_intermediate_size + hidden_size + 1)", ("expert_bias",)
    ),
    Part(
        "shared_experts",
        "moe_layers * (3 * hidden_size * shared_expert_intermediate_size + hidden_size)",
        ("shared_expert_gate",),
    ),
    Part("mixture_norms", "moe_layers * hidden_size", ("post_mixture_norm",)),
)
# Biases of experts that a token does not reach, beside `IDLE_EXPERTS`.
_IDLE_BIASES = "moe_layers * (n_routed_experts - num_experts_per_tok) * (2 * moe_intermediate_size + hidden_size)"
# From which no size follows, in any family.
_NO_SIZE = (
    *("id2label", "label2id", "return_dict", "output_hidden_states", "output_attentions", "problem_type"),
    *("chunk_size_feed_forward", "is_encoder_decoder", "dtype", "torch_dtype", "quantization_config", "expert_dtype"),
    *("rope_scaling", "rope_parameters", "attn_implementation", "_attn_implementation", "cache_implementation"),
    *("tokenizer_class", "unsloth_version", "video_token_id", "rope_interleave", "max_window_layers"),
)

# Keys that the reading asks for by name.
_LOOKED_AT = (
    "mlp_bias",
    "attention_bias",
    "qkv_bias",
    "qk_norm",
    "tie_word_embeddings",
    "hidden_act",
    "norms_per_layer",
)


def _number_fields() -> dict[str, bool]:
    """Fields that are numbers of elements, and whether they may be 0."""
    kinds = {name: str(info.annotation) for name, info in Architecture.model_fields.items()}
    return {name: "Ge(ge=0)" in kind for name, kind in kinds.items() if "Annotated[int" in kind}


def _keys_of(family: Family) -> list[str]:
    kinds = [KINDS[kind] for kind in family.kinds]
    formulas = [part.formula for kind in kinds for part in (*kind.weights, *kind.cache, *kind.window)]
    formulas += [part.formula for part in (*FEED_FORWARDS[family.network], *EMBEDDINGS)]
    named = {name for formula in formulas for name in formula_names(formula)} | {"num_nextn_predict_layers", "head_dim"}
    named |= {name for kind in kinds for name in (*kind.needed, *kind.allowed)} | {*family.renamed.values()}
    if family.network is _SPARSE:
        named |= {"num_experts_per_tok", "intermediate_size", "n_group", "topk_group", "first_k_dense_replace"}
    if not set(family.kinds) & set(Family().kinds) and Attention.MLA not in family.kinds:
        named |= {name for name in Architecture.model_fields if name.startswith(("hc_", "engram_", "dspark_"))}
    elif Attention.MLA in family.kinds:
        named -= {*_CHOOSES}
    named = named - {"num_hash_layers", "gate_biases"} | {*family.needed}
    return sorted(named & ({*_number_fields(), *family.renamed.values()}))


def forms_for_script() -> dict[str, Any]:
    """Formulas with their conditions, as trees, and the families, for `scripts/config/`."""
    renamed = {key: name for key, name in OTHER_NAMES.items() if name in _number_fields()} | {
        "num_mtp_layers": "num_nextn_predict_layers"
    }
    return {
        "kinds": {
            kind.kind.value: {
                "weights": script_rows(kind.weights),
                "cache": script_rows(kind.cache),
                "window": script_rows(kind.window),
                "scores": kind.score_widths and formula_tree(kind.score_widths),
            }
            for kind in KINDS.values()
        },
        "networks": {network.value: script_rows(parts) for network, parts in FEED_FORWARDS.items()},
        "embeddings": script_rows(EMBEDDINGS),
        "rest": script_rows((*NORMS, *HYPER_CONNECTIONS, *BESIDE)),
        "engram": script_rows(ENGRAM),
        "idle": script_rows((Part("idle", IDLE_EXPERTS), Part("idle_biases", _IDLE_BIASES, ("expert_bias",)))),
        "families": {
            name: {
                "kinds": [kind.value for kind in family.kinds],
                "network": family.network.value,
                "renamed": dict(family.renamed),
                "defaults": dict(family.defaults),
                "on": list(family.on),
                "flags": dict(family.flags),
                "needed": list(family.needed),
                # One that DeepSeek's own code and that of transformers read differently.
                "only": {**({"moe_layer_freq": 1} if family.network is _SPARSE else {}), **family.only},
                "known": list(family.known),
                "windows": family.windows,
                "numbers": _keys_of(family),
            }
            for name, family in FAMILIES.items()
        },
        "renamed": renamed,
        "no_size": sorted(
            {*LEFT_OUT, *_NO_SIZE, *Architecture.model_fields, *OTHER_NAMES}
            - {*_number_fields(), *renamed, *_LOOKED_AT}
        ),
        "from_zero": [name for name, zero in _number_fields().items() if zero],
    }

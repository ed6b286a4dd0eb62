"""MHA, GQA and MQA: a key and a value for each query head, for a group of them, or for all."""

from ..derive.expression import Part, architecture_numbers
from ..schema.architecture import Architecture, Attention
from .kind import (
    EXPERTS,
    SHARED,
    AttentionKind,
    CachingLayers,
    IndexKey,
    KeyValueHeads,
    Peer,
    is_dense,
    no_layer_counts,
    no_renamed_keys,
    settings_of,
)

ALLOWED = ("head_dim", "sliding_window", "sliding_window_layers")
SCORE_WIDTHS = "head_dim + head_dim"


PROJECTIONS = (
    Part("attention_query", "num_hidden_layers * hidden_size * num_attention_heads * head_dim"),
    Part("attention_key_value", "2 * num_hidden_layers * hidden_size * num_key_value_heads * head_dim"),
    Part("attention_output", "num_hidden_layers * num_attention_heads * head_dim * hidden_size"),
    Part("qk_norms", "2 * num_hidden_layers * head_dim", ("qk_norm",)),
)

# In Gemma 2 every second layer keeps keys and values of the window alone.
_IN_SOME_LAYERS = ("sliding_window", "sliding_window_layers")
_WINDOW = (Part("window", "2 * sliding_window_layers * num_key_value_heads * head_dim", _IN_SOME_LAYERS),)
_CACHE_OUTSIDE_WINDOWS = (
    Part(
        "kv_cache",
        "2 * (num_hidden_layers - sliding_window_layers) * num_key_value_heads * head_dim",
        _IN_SOME_LAYERS,
    ),
)


def kind_with_heads(
    kind: Attention,
    key_value_heads: KeyValueHeads,
    entry: str,
    cache: str,
    windows: bool = True,
    allowed: tuple[str, ...] = ALLOWED,
) -> AttentionKind:
    """MHA, GQA and MQA differ in the number of key-value heads."""
    return AttentionKind(
        kind=kind,
        needed=(),
        allowed=allowed,
        key_value_heads=key_value_heads,
        head_dim_follows=True,
        weights=PROJECTIONS,
        caching_layers=(
            CachingLayers(name="all", layers="num_hidden_layers", entry=entry, index_key=IndexKey.NEVER, ratio=""),
        ),
        cache=(*_CACHE_OUTSIDE_WINDOWS, Part("kv_cache", cache, ("!sliding_window_layers",)))
        if windows
        else (Part("kv_cache", cache),),
        window=_WINDOW if windows else (),
        state=(),
        stored_cache=None,
        score_widths=SCORE_WIDTHS,
        layer_parts=(),
        layer_names=(),
        count_layers=no_layer_counts,
        long_range_layers=(),
        last_stream_mapping=True,
        in_transformers=peer_with_heads,
        config_keys=(),
        from_config=no_renamed_keys,
    )


DENSE = ("num_key_value_heads", "head_dim", "intermediate_size")


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


MHA = kind_with_heads(
    Attention.MHA,
    KeyValueHeads(fits=lambda heads, shared: shared == heads, allowed="{heads}, one for each query head"),
    entry="2 * num_key_value_heads * head_dim",
    cache="2 * num_hidden_layers * num_attention_heads * head_dim",
)
GQA = kind_with_heads(
    Attention.GQA,
    KeyValueHeads(fits=lambda heads, shared: 1 < shared < heads, allowed="a number between 1 and {heads}"),
    entry="2 * num_key_value_heads * head_dim",
    cache="2 * num_hidden_layers * num_key_value_heads * head_dim",
)
MQA = kind_with_heads(
    Attention.MQA,
    KeyValueHeads(fits=lambda heads, shared: shared == 1, allowed="1"),
    entry="2 * head_dim",
    cache="2 * num_hidden_layers * head_dim",
    windows=False,
    allowed=("head_dim",),
)

"""The matrices of a model, written out as a checkpoint has them: a second way to what `derive.parameters` counts by terms."""

from collections.abc import Callable
from math import prod
from types import SimpleNamespace
from typing import NamedTuple

from catalogue.schema.architecture import Architecture, Attention, FeedForward

Shape = tuple[int, ...]


def config(architecture: Architecture) -> SimpleNamespace:
    """The plain values of an architecture, as config.json has them; None for what is not stated."""
    return SimpleNamespace(
        **{name: getattr(getattr(architecture, name), "value", None) for name in type(architecture).model_fields}
    )


def compressor_shapes(width: int, size: int, ratio: int, overlap: bool) -> list[Shape]:
    """Value and gate projection, positional bias and norm; overlapping blocks need two of each width."""
    wide = 2 * size if overlap else size
    return [(wide, width), (wide, width), (ratio, wide), (size,)]


def compressed_attention_shapes(c: SimpleNamespace, kind: str) -> list[Shape]:
    """One layer of DeepSeek-V4: a `csa`, an `hca` or a `window` layer."""
    width, heads, size = c.hidden_size, c.num_attention_heads, c.head_dim
    shapes: list[Shape] = [
        *((c.q_lora_rank, width), (c.q_lora_rank,), (heads * size, c.q_lora_rank)),
        *((size, width), (size,), (heads,)),
        *((c.o_groups * c.o_lora_rank, heads * size // c.o_groups), (width, c.o_groups * c.o_lora_rank)),
    ]
    if kind == "csa":
        shapes += compressor_shapes(width, size, c.csa_compress_ratio, True)
        shapes += [(c.index_n_heads * c.index_head_dim, c.q_lora_rank), (c.index_n_heads, width)]
        shapes += compressor_shapes(width, c.index_head_dim, c.csa_compress_ratio, True)
    if kind == "hca":
        shapes += compressor_shapes(width, size, c.hca_compress_ratio, False)
    if kind in ("encoder cache", "decoder cache"):
        shapes += [(size, width), (size,), (c.index_head_dim, size), (c.index_head_dim,)]
    if kind == "encoder cache":
        shapes += [(size, width)]  # the gate that weighs the tokens of an entry
    if kind in ("encoder cache", "decoder cache", "selects"):
        shapes += [(c.index_n_heads * c.index_head_dim, c.q_lora_rank), (c.index_n_heads, width)]
    return shapes


def _split_layers(c: SimpleNamespace) -> list[str]:
    makers = ["encoder cache"] * c.encoder_cache_layers + ["decoder cache"] * c.decoder_cache_layers
    rest = ["selects"] * (c.index_layers - len(makers))
    return [*makers, *rest, *["window"] * (c.num_hidden_layers - len(makers) - len(rest))]


def _compressed_layers(c: SimpleNamespace) -> list[str]:
    return ["window"] * (c.sliding_window_layers or 0) + ["csa"] * c.csa_layers + ["hca"] * c.hca_layers


def stream_shapes(c: SimpleNamespace) -> list[Shape]:
    """Mappings between residual streams around attention and feed-forward network of one layer."""
    if not c.hc_mult:
        return []
    mixed = c.hc_mult * c.hc_mult + 2 * c.hc_mult
    return 2 * [(mixed, c.hc_mult * c.hidden_size), (mixed,), (3,)]


def stream_head_shapes(c: SimpleNamespace) -> list[Shape]:
    """The mapping that brings the streams together before the head."""
    if not c.hc_mult or c.attention == Attention.CSA2:
        return []
    return [(c.hc_mult, c.hc_mult * c.hidden_size), (c.hc_mult,), (1,)]


def latent_attention_shapes(c: SimpleNamespace, kind: str) -> list[Shape]:
    width, heads = c.hidden_size, c.num_attention_heads
    query_size = heads * (c.qk_nope_head_dim + c.qk_rope_head_dim)
    shapes: list[Shape] = [(query_size, c.q_lora_rank or width)]
    if c.q_lora_rank is not None:
        shapes += [(c.q_lora_rank, width), (c.q_lora_rank,)]
    if c.index_n_heads is not None:
        shapes += [(c.index_n_heads * c.index_head_dim, c.q_lora_rank), (c.index_head_dim, width)]
        shapes += [(c.index_head_dim,), (c.index_head_dim,), (c.index_n_heads, width)]
    shapes += [(c.kv_lora_rank + c.qk_rope_head_dim, width), (c.kv_lora_rank,)]
    shapes += [(heads * c.qk_nope_head_dim, c.kv_lora_rank), (heads * c.v_head_dim, c.kv_lora_rank)]
    return [*shapes, (width, heads * c.v_head_dim)]


def head_attention_shapes(c: SimpleNamespace, kind: str) -> list[Shape]:
    width, heads = c.hidden_size, c.num_attention_heads
    size = c.head_dim or width // heads
    queries, keys = heads * size, c.num_key_value_heads * size
    biases = [(queries,), (keys,), (keys,)] if c.attention_bias or c.qkv_bias else []
    biases += [(width,)] if c.attention_bias else []
    norms = [(size,), (size,)] if c.qk_norm else []
    return [(queries, width), (keys, width), (keys, width), (width, queries), *biases, *norms]


def _growing(c: SimpleNamespace) -> int:
    return int(c.num_hidden_layers) - (c.sliding_window_layers or 0)  # a layer with a window stops growing


def _heads_cached(c: SimpleNamespace) -> float:
    return float(_growing(c) * c.num_key_value_heads * 2 * (c.head_dim or c.hidden_size // c.num_attention_heads))


def _latent_cached(c: SimpleNamespace) -> float:
    return float(_growing(c) * (c.kv_lora_rank + c.qk_rope_head_dim + (c.index_head_dim or 0)))


def _compressed_cached(c: SimpleNamespace) -> float:
    csa, hca = (c.head_dim + c.index_head_dim) / c.csa_compress_ratio, c.head_dim / c.hca_compress_ratio
    return sum({"csa": csa, "hca": hca, "window": 0}[kind] for kind in _compressed_layers(c))


def _split_cached(c: SimpleNamespace) -> float:
    blocks = [1 / c.encoder_compress_ratio] * c.encoder_cache_layers + [1] * c.decoder_cache_layers
    return sum(block * (c.head_dim + c.index_head_dim) for block in blocks)


class SecondReading(NamedTuple):
    """A kind of attention as it is read in its code, beside `hooks/catalogue/attention/` and without a look at it."""

    layers: Callable[[SimpleNamespace], list[str]]  # the kind of each; the order does not matter for sums
    shapes: Callable[[SimpleNamespace, str], list[Shape]]  # projections, biases and inner norms of one layer of a kind
    cached: Callable[[SimpleNamespace], float]  # elements kept per token over all layers; tokens of a block share some


_HEADS = SecondReading(lambda c: ["full"] * c.num_hidden_layers, head_attention_shapes, _heads_cached)
ATTENTION = {
    **dict.fromkeys((Attention.MHA, Attention.GQA, Attention.MQA), _HEADS),
    Attention.MLA: _HEADS._replace(shapes=latent_attention_shapes, cached=_latent_cached),
    Attention.CSA_HCA: SecondReading(_compressed_layers, compressed_attention_shapes, _compressed_cached),
    Attention.CSA2: SecondReading(_split_layers, compressed_attention_shapes, _split_cached),
}


def reading_of(c: SimpleNamespace) -> SecondReading:
    assert c.attention in ATTENTION, (
        f"ATTENTION in tests/shapes.py lacks {c.attention}: write its matrices from its code"
    )
    return ATTENTION[c.attention]


BIASED = {"noaux_tc"}  # ways of routing with a balancing bias for each expert


def gated(width: int, inner: int) -> list[Shape]:
    """Gate, up and down projection of a SwiGLU network."""
    return [(inner, width), (inner, width), (width, inner)]


def expert_layer_shapes(c: SimpleNamespace, experts: int, hashed: bool = False) -> list[Shape]:
    """One DeepSeekMoE layer with `experts` of its routed experts; a hash needs no balancing bias."""
    biased = c.topk_method in BIASED and not hashed
    router = [(c.n_routed_experts, c.hidden_size)] + [(c.n_routed_experts,)] * ((c.gate_biases or 1) if biased else 0)
    routed = [shape for _ in range(experts) for shape in gated(c.hidden_size, c.moe_intermediate_size)]
    return [*router, *routed, *gated(c.hidden_size, c.n_shared_experts * c.moe_intermediate_size)]


def model_shapes(c: SimpleNamespace, experts: int | None = None) -> list[Shape]:
    """Every weight of the main model; with `experts`, only so many routed experts in each layer."""
    shapes: list[Shape] = [(c.vocab_size, c.hidden_size)]
    reading = reading_of(c)
    for layer, kind in enumerate(reading.layers(c)):
        shapes += [(c.hidden_size,)] * (c.norms_per_layer or 2) + reading.shapes(c, kind) + stream_shapes(c)
        sparse = (
            c.feed_forward == FeedForward.DEEPSEEK_MOE
            and layer >= c.first_k_dense_replace
            and layer % (c.moe_layer_freq or 1) == 0
        )
        if sparse:
            reached = c.n_routed_experts if experts is None else experts
            shapes += expert_layer_shapes(c, reached, hashed=layer < (c.num_hash_layers or 0))
        else:
            shapes += gated(c.hidden_size, c.intermediate_size)
    shapes += [(c.hidden_size,), *stream_head_shapes(c)]
    return shapes if c.tie_word_embeddings else [*shapes, (c.vocab_size, c.hidden_size)]


def weights(shapes: list[Shape]) -> int:
    return sum(prod(shape) for shape in shapes)

"""The architecture of one variant, its image encoder among it, in the words of the Hugging Face config.json."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import StrictBool

from .quantities import Length, Quantity
from .values import (
    LENGTH,
    Block,
    Bound,
    Count,
    Facet,
    Group,
    Kinds,
    Positive,
    Record,
    Remark,
    Stated,
    Text,
    optional,
    required,
)


class Attention(StrEnum):
    """Kind of attention; it decides which fields size the projections and the cache."""

    MHA = "MHA"
    MQA = "MQA"
    GQA = "GQA"
    MLA = "MLA"
    CSA_HCA = "CSA/HCA"
    CSA2 = "CSA2"


class FeedForward(StrEnum):
    """Kind of feed-forward network."""

    DENSE = "dense"
    DEEPSEEK_MOE = "DeepSeekMoE"


class TopkMethod(StrEnum):
    """How a token's experts are chosen."""

    GREEDY = "greedy"
    GROUP_LIMITED_GREEDY = "group_limited_greedy"
    NOAUX_TC = "noaux_tc"


# Which kinds of network a field belongs to; of attention, its module in `catalogue/attention` says so.
_MAY_MOE = Kinds(also_in=(FeedForward.DEEPSEEK_MOE,))
_MOE = Kinds(needed_by=(FeedForward.DEEPSEEK_MOE,))


class RopeScaling(Block):
    """Scaling of the rotary embedding for longer contexts (`rope_scaling`)."""

    type: Annotated[Stated[str], Facet.OF_A_PART] = required("Method.", "yarn")
    factor: Annotated[Stated[Quantity] | None, Bound("1", "1000")] = optional("Scale factor.", 40)
    original_max_position_embeddings: Annotated[Stated[Length] | None, Facet.DEFAULTED] = optional(
        "Context length before scaling, in tokens.", 4096
    )
    beta_fast: Annotated[Stated[Quantity] | None, Facet.DEFAULTED] = optional("YaRN's upper ramp boundary.", 32)
    beta_slow: Annotated[Stated[Quantity] | None, Facet.DEFAULTED] = optional("YaRN's lower ramp boundary.", 1)
    mscale: Annotated[Stated[Quantity] | None, Facet.DEFAULTED] = optional("YaRN's attention scale.", "1.0")
    mscale_all_dim: Annotated[Stated[Quantity] | None, Facet.DEFAULTED] = optional(
        "The same, for the dimensions without position.", "1.0"
    )


class Control(Record):
    """Check digits of an architecture, written down once its numbers have been read twice.

    They are not shown. A slip of one digit in a dimension contradicts them, as a mistyped
    account number contradicts its check digits.
    """

    sum: Positive | None = optional("All integers of the architecture added up.", 159895)
    total: Positive | None = optional("Total parameters, recounted.", 671026419200)
    activated: Positive | None = optional("Activated parameters with both embeddings, recounted.", 37552297472)
    kv_cache: Positive | None = optional("Cached elements per token, recounted.", 35136)


class Architecture(Block):
    """Dimensions of the network. Keys are those of config.json; sizes are numbers of elements."""

    attention: Annotated[Stated[Attention], Group.BASICS] = required("Kind of attention.", "MLA")
    feed_forward: Annotated[Stated[FeedForward], Group.BASICS] = required(
        "Kind of feed-forward network.", "DeepSeekMoE"
    )
    num_hidden_layers: Annotated[Stated[Positive], Group.BASICS] = required(
        "Transformer layers, without MTP modules.", 61
    )
    hidden_size: Annotated[Stated[Positive], Group.BASICS] = required("Width of the residual stream.", 7168)
    vocab_size: Annotated[Stated[Positive], Group.BASICS] = required("Rows of the embedding matrix.", 129280)
    tie_word_embeddings: Annotated[Stated[StrictBool], Facet.MINOR, Group.BASICS] = required(
        "Whether the output head shares the embedding matrix.", False
    )
    num_attention_heads: Annotated[Stated[Positive], Group.ATTENTION] = required("Query heads.", 128)
    num_key_value_heads: Annotated[Stated[Positive], Group.ATTENTION] = required("Key and value heads.", 128)
    norms_per_layer: Annotated[
        Stated[Positive] | None, Facet.DEFAULTED, Facet.MINOR, Facet.ALTERNATIVE, Group.OTHER
    ] = optional("RMSNorms of hidden_size in a layer; 2 where left out, 4 in Gemma 2.", 2)
    head_dim: Annotated[Stated[Positive] | None, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Group.ATTENTION] = (
        optional("Size of a head; hidden_size / num_attention_heads where left out.", 128)
    )
    attention_bias: Annotated[
        Stated[StrictBool] | None, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Group.ATTENTION
    ] = optional("Biases on the query, key, value and output projections.", False)
    qkv_bias: Annotated[
        Stated[StrictBool] | None, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION
    ] = optional("Biases on query, key and value alone, as in Qwen2.", False)
    q_lora_rank: Annotated[Stated[Positive] | None, Group.ATTENTION] = optional(
        "MLA: rank of the compressed query.", 1536
    )
    kv_lora_rank: Annotated[Stated[Positive] | None, Group.ATTENTION] = optional(
        "MLA: rank of the compressed key and value, which are cached in this form.", 512
    )
    qk_nope_head_dim: Annotated[Stated[Positive] | None, Group.ATTENTION] = optional(
        "MLA: part of a query and key head without position.", 128
    )
    qk_rope_head_dim: Annotated[Stated[Positive] | None, Group.ATTENTION] = optional(
        "MLA: part of a query and key head with RoPE; its key is shared and cached.", 64
    )
    v_head_dim: Annotated[Stated[Positive] | None, Group.ATTENTION] = optional("MLA: size of a value head.", 128)
    intermediate_size: Annotated[
        Stated[Positive] | None,
        Kinds(needed_by=(FeedForward.DENSE,), also_in=(FeedForward.DEEPSEEK_MOE,)),
        Group.EXPERTS,
    ] = optional("Width of a dense feed-forward network.", 18432)
    hidden_act: Annotated[Stated[str] | None, Facet.DEFAULTED, Facet.MINOR, Group.EXPERTS] = optional(
        "Activation; `silu` inside the gated network is SwiGLU.", "silu"
    )
    moe_intermediate_size: Annotated[Stated[Positive] | None, _MOE, Group.EXPERTS] = optional(
        "Width of one expert.", 2048
    )
    n_routed_experts: Annotated[Stated[Positive] | None, _MOE, Group.EXPERTS] = optional(
        "Routed experts per MoE layer.", 256
    )
    n_shared_experts: Annotated[Stated[Count] | None, _MOE, Group.EXPERTS] = optional(
        "Shared experts per MoE layer, active for every token.", 1
    )
    num_experts_per_tok: Annotated[Stated[Positive] | None, _MOE, Group.EXPERTS] = optional(
        "Routed experts active for a token.", 8
    )
    first_k_dense_replace: Annotated[Stated[Count] | None, _MOE, Group.EXPERTS] = optional(
        "Layers at the bottom that keep a dense network.", 3
    )
    moe_layer_freq: Annotated[
        Stated[Positive] | None, _MAY_MOE, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Group.EXPERTS
    ] = optional("An MoE network in every n-th layer.", 1)
    n_group: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.OF_A_PART, Group.EXPERTS] = optional(
        "Groups of experts for routing.", 8
    )
    topk_group: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.OF_A_PART, Group.EXPERTS] = optional(
        "Groups a token may reach.", 4
    )
    topk_method: Annotated[Stated[TopkMethod] | None, _MAY_MOE, Facet.DEFAULTED, Group.EXPERTS] = optional(
        "How experts are selected.", "noaux_tc"
    )
    scoring_func: Annotated[Stated[str] | None, _MAY_MOE, Facet.DEFAULTED, Group.EXPERTS] = optional(
        "Function of the gate.", "sigmoid"
    )
    norm_topk_prob: Annotated[Stated[StrictBool] | None, _MAY_MOE, Facet.DEFAULTED, Facet.OF_A_PART, Group.EXPERTS] = (
        optional("Whether the selected gate values are normalised.", True)
    )
    routed_scaling_factor: Annotated[
        Stated[Quantity] | None,
        _MAY_MOE,
        Facet.DEFAULTED,
        Facet.OF_A_PART,
        Bound("0", "100", above=True),
        Group.EXPERTS,
    ] = optional("Factor on the routed experts' output.", "2.5")
    num_nextn_predict_layers: Annotated[Stated[Count] | None, Facet.OF_A_PART, Group.BASICS] = optional(
        "MTP modules behind the main model, or blocks of its drafter.", 1
    )
    max_position_embeddings: Annotated[Stated[Length] | None, Facet.DEFAULTED, LENGTH, Group.POSITIONS] = optional(
        "Longest position in config.json, in tokens.", 163840
    )
    rope_theta: Annotated[Stated[Quantity] | None, Facet.DEFAULTED, Bound("100", "1e9"), Group.POSITIONS] = optional(
        "Base of the rotary embedding; `not applicable` where nothing is rotated, whatever config.json has.", 10000
    )
    rope_scaling: Annotated[RopeScaling | None, Group.POSITIONS] = optional(
        "Scaling of the rotary embedding; left out where there is none."
    )
    rms_norm_eps: Annotated[
        Stated[Quantity] | None, Facet.DEFAULTED, Facet.MINOR, Bound("0", "1e-3", above=True), Group.OTHER
    ] = optional("Epsilon of RMSNorm.", "1e-6")
    initializer_range: Annotated[
        Stated[Quantity] | None, Facet.DEFAULTED, Facet.MINOR, Bound("0", "1", above=True), Group.OTHER
    ] = optional("Standard deviation of the initial weights.", "0.006")
    qk_norm: Annotated[
        Stated[StrictBool] | None, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.OTHER
    ] = optional(
        "RMSNorm on each query and key head, as in Qwen3; of one over all heads, as in OLMoE, say so in `notes` instead.",
        False,
    )
    index_n_heads: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Lightning indexer: heads.", 64
    )
    index_head_dim: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Lightning indexer: size of a head.", 128
    )
    index_topk: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Lightning indexer: entries a query attends to.", 2048
    )
    o_groups: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "CSA/HCA: groups of the output projection.", 8
    )
    o_lora_rank: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "CSA/HCA: rank of a group's output projection.", 1024
    )
    sliding_window: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Last tokens that are kept uncompressed.", 128
    )
    csa_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Layers with compressed sparse attention.", 21
    )
    csa_compress_ratio: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Tokens per cache entry in those layers.", 4
    )
    encoder_cache_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Encoder layers that make a cache for those after them.", 3
    )
    encoder_compress_ratio: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Tokens per cache entry in those layers.", 2
    )
    decoder_cache_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Decoder layers that make a cache, with an entry for each token.", 1
    )
    index_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "CSA2: layers that select cache entries themselves.", 8
    )
    encoder_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.BASICS] = optional(
        "CSA2: layers that a token passes when it is read.", 20
    )
    gate_biases: Annotated[
        Stated[Positive] | None, _MAY_MOE, Facet.DEFAULTED, Facet.MINOR, Facet.ALTERNATIVE, Group.EXPERTS
    ] = optional("Balancing biases of an expert; 1 where left out, 2 with one for images.", 2)
    hca_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Layers with heavily compressed attention.", 20
    )
    hca_compress_ratio: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Tokens per cache entry in those layers.", 128
    )
    sliding_window_layers: Annotated[Stated[Count] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = (
        optional("Layers with the window alone.", 2)
    )
    attention_layout: Annotated[Stated[str] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = optional(
        "Kinds of attention of the layers, from the first one up, where they differ: names, `*` and a number"
        " for repetition, brackets around what is repeated.",
        "window*2 (csa hca)*20 csa",
    )
    compress_rope_theta: Annotated[Stated[Quantity] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.POSITIONS] = (
        optional("Base of the rotary embedding in compressed layers.", 160000)
    )
    hc_mult: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "Residual streams of the hyper-connections.", 4
    )
    hc_sinkhorn_iters: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "Sinkhorn iterations of a mapping between the streams.", 20
    )
    num_hash_layers: Annotated[Stated[Count] | None, _MAY_MOE, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.EXPERTS] = (
        optional("MoE layers at the bottom that are routed by a hash of the token.", 3)
    )
    engram_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "Engram: layers with a module.", 2
    )
    engram_vocab_size: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "Engram: number from which the primes for table sizes are searched.", 16000000
    )
    engram_num_embeddings: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "Engram: rows of all tables.", 768022850
    )
    engram_max_ngram_size: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "Engram: longest sequence of tokens that is looked up.", 4
    )
    engram_n_heads: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "Engram: hash heads for each length of sequence.", 8
    )
    engram_head_dim: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "Engram: width of a row.", 256
    )
    dspark_n_routed_experts: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "DSpark: routed experts in a block of the drafter.", 128
    )
    dspark_num_experts_per_tok: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "DSpark: routed experts of the drafter active for a token.", 3
    )
    dspark_markov_rank: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "DSpark: rank of the Markov head.", 256
    )
    dspark_target_layers: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.ALTERNATIVE, Group.OTHER] = optional(
        "DSpark: layers of the main model that the drafter reads.", 3
    )
    swiglu_limit: Annotated[Stated[Quantity] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.EXPERTS] = optional(
        "Clamp inside SwiGLU.", "10.0"
    )
    control: Annotated[Control | None, Facet.ALTERNATIVE] = optional(
        "Check digits: the exact recounts, once every dimension has been read twice."
    )
    notes: tuple[Remark, ...] = optional("What the numbers do not say.", default=())


class VisionEncoder(Block):
    """A vision transformer and the layers behind it. Keys are those of vision_config in config.json."""

    num_hidden_layers: Stated[Positive] = required("Transformer layers.", 32)
    hidden_size: Stated[Positive] = required("Width.", 1024)
    intermediate_size: Stated[Positive] = required("Width of the gated network in a layer.", 2816)
    patch_size: Stated[Positive] = required("Pixels along a side of a patch.", 14)
    downsample_ratio: Stated[Positive] = required("Neighbouring features along a side that are joined to one token.", 3)
    delimiters: Stated[Positive] = required("Learned vectors that mark an image and its lines.", 3)


class RopeScalingSettings(Block):
    """Settings of `rope_scaling` that differ."""

    factor: Annotated[Stated[Quantity] | None, Bound("1", "1000")] = optional("Scale factor.", 40)
    mscale: Stated[Quantity] | None = optional("YaRN's attention scale.", "1.0")
    mscale_all_dim: Stated[Quantity] | None = optional("The same, for the dimensions without position.", "1.0")


class Settings(Block):
    """Settings of a configuration that differ from the architecture that a variant shares. No size depends on them."""

    max_position_embeddings: Stated[Length] | None = optional("Longest position in config.json, in tokens.", 163840)
    rope_theta: Stated[Quantity] | None = optional("Base of the rotary embedding.", 10000)
    rope_scaling: RopeScalingSettings | None = optional(
        "Scaling of the rotary embedding, those of its settings that differ."
    )
    rms_norm_eps: Stated[Quantity] | None = optional("Epsilon of RMSNorm.", "1e-6")


class ImageWay(StrEnum):
    """Which end of the language model a path leads to."""

    IN = "in"
    OUT = "out"
    ALONE = "alone"


class ImageStep(Block):
    """A part that an image passes."""

    name: Text = required("What it is called, short.", "SigLIP-L")
    detail: Text | None = optional("What it does, in a few words.", "two linear layers")


class ImageLane(Block):
    """What comes in, and the parts that it passes on its own."""

    image: Text = required("What comes in.", "384 × 384 pixels")
    steps: tuple[ImageStep, ...] = required("The parts, in order.", min_length=1)


class ImagePath(Block):
    """A path of images, from what comes in to what comes out."""

    way: ImageWay = required(
        "`in`: into the language model; `out`: from it to an image; `alone`: without a language model.", "in"
    )
    use: Text | None = optional("What the path is for, where there are several.", "understanding")
    lanes: tuple[ImageLane, ...] = required("Encoders that see the image side by side.", min_length=1)
    then: tuple[ImageStep, ...] = optional("Parts behind all of them.", default=())
    gives: Text = required("What comes out.", "576 tokens")

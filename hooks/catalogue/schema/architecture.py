"""The architecture of one variant, its image encoder among it, in the words of the Hugging Face config.json."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool

from .quantities import Length, Quantity
from .values import LENGTH, Block, Bound, Count, Facet, Group, Kinds, Positive, Record, Remark, Stated, Text


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

    type: Annotated[Stated[str], Facet.OF_A_PART] = Field(description="Method.", examples=["yarn"])
    factor: Annotated[Stated[Quantity] | None, Bound("1", "1000")] = Field(
        default=None, description="Scale factor.", examples=[40]
    )
    original_max_position_embeddings: Annotated[Stated[Length] | None, Facet.DEFAULTED] = Field(
        default=None, description="Context length before scaling, in tokens.", examples=[4096]
    )
    beta_fast: Annotated[Stated[Quantity] | None, Facet.DEFAULTED] = Field(
        default=None, description="YaRN's upper ramp boundary.", examples=[32]
    )
    beta_slow: Annotated[Stated[Quantity] | None, Facet.DEFAULTED] = Field(
        default=None, description="YaRN's lower ramp boundary.", examples=[1]
    )
    mscale: Annotated[Stated[Quantity] | None, Facet.DEFAULTED] = Field(
        default=None, description="YaRN's attention scale.", examples=["1.0"]
    )
    mscale_all_dim: Annotated[Stated[Quantity] | None, Facet.DEFAULTED] = Field(
        default=None, description="The same, for the dimensions without position.", examples=["1.0"]
    )


class Control(Record):
    """Check digits of an architecture, written down once its numbers have been read twice.

    They are not shown. A slip of one digit in a dimension contradicts them, as a mistyped
    account number contradicts its check digits.
    """

    sum: Positive | None = Field(
        default=None, description="All integers of the architecture added up.", examples=[159895]
    )
    total: Positive | None = Field(default=None, description="Total parameters, recounted.", examples=[671026419200])
    activated: Positive | None = Field(
        default=None, description="Activated parameters with both embeddings, recounted.", examples=[37552297472]
    )
    kv_cache: Positive | None = Field(
        default=None, description="Cached elements per token, recounted.", examples=[35136]
    )


class Architecture(Block):
    """Dimensions of the network. Keys are those of config.json; sizes are numbers of elements."""

    attention: Annotated[Stated[Attention], Group.BASICS] = Field(description="Kind of attention.", examples=["MLA"])
    feed_forward: Annotated[Stated[FeedForward], Group.BASICS] = Field(
        description="Kind of feed-forward network.", examples=["DeepSeekMoE"]
    )
    num_hidden_layers: Annotated[Stated[Positive], Group.BASICS] = Field(
        description="Transformer layers, without MTP modules.", examples=[61]
    )
    hidden_size: Annotated[Stated[Positive], Group.BASICS] = Field(
        description="Width of the residual stream.", examples=[7168]
    )
    vocab_size: Annotated[Stated[Positive], Group.BASICS] = Field(
        description="Rows of the embedding matrix.", examples=[129280]
    )
    tie_word_embeddings: Annotated[Stated[StrictBool], Facet.MINOR, Group.BASICS] = Field(
        description="Whether the output head shares the embedding matrix.", examples=[False]
    )
    num_attention_heads: Annotated[Stated[Positive], Group.ATTENTION] = Field(
        description="Query heads.", examples=[128]
    )
    num_key_value_heads: Annotated[Stated[Positive], Group.ATTENTION] = Field(
        description="Key and value heads.", examples=[128]
    )
    norms_per_layer: Annotated[
        Stated[Positive] | None, Facet.DEFAULTED, Facet.MINOR, Facet.ALTERNATIVE, Group.OTHER
    ] = Field(
        default=None, description="RMSNorms of hidden_size in a layer; 2 where left out, 4 in Gemma 2.", examples=[2]
    )
    head_dim: Annotated[Stated[Positive] | None, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Group.ATTENTION] = (
        Field(
            default=None,
            description="Size of a head; hidden_size / num_attention_heads where left out.",
            examples=[128],
        )
    )
    attention_bias: Annotated[
        Stated[StrictBool] | None, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Group.ATTENTION
    ] = Field(default=None, description="Biases on the query, key, value and output projections.", examples=[False])
    qkv_bias: Annotated[
        Stated[StrictBool] | None, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION
    ] = Field(default=None, description="Biases on query, key and value alone, as in Qwen2.", examples=[False])
    q_lora_rank: Annotated[Stated[Positive] | None, Group.ATTENTION] = Field(
        default=None, description="MLA: rank of the compressed query.", examples=[1536]
    )
    kv_lora_rank: Annotated[Stated[Positive] | None, Group.ATTENTION] = Field(
        default=None,
        description="MLA: rank of the compressed key and value, which are cached in this form.",
        examples=[512],
    )
    qk_nope_head_dim: Annotated[Stated[Positive] | None, Group.ATTENTION] = Field(
        default=None, description="MLA: part of a query and key head without position.", examples=[128]
    )
    qk_rope_head_dim: Annotated[Stated[Positive] | None, Group.ATTENTION] = Field(
        default=None,
        description="MLA: part of a query and key head with RoPE; its key is shared and cached.",
        examples=[64],
    )
    v_head_dim: Annotated[Stated[Positive] | None, Group.ATTENTION] = Field(
        default=None, description="MLA: size of a value head.", examples=[128]
    )
    intermediate_size: Annotated[
        Stated[Positive] | None,
        Kinds(needed_by=(FeedForward.DENSE,), also_in=(FeedForward.DEEPSEEK_MOE,)),
        Group.EXPERTS,
    ] = Field(default=None, description="Width of a dense feed-forward network.", examples=[18432])
    hidden_act: Annotated[Stated[str] | None, Facet.DEFAULTED, Facet.MINOR, Group.EXPERTS] = Field(
        default=None, description="Activation; `silu` inside the gated network is SwiGLU.", examples=["silu"]
    )
    moe_intermediate_size: Annotated[Stated[Positive] | None, _MOE, Group.EXPERTS] = Field(
        default=None, description="Width of one expert.", examples=[2048]
    )
    n_routed_experts: Annotated[Stated[Positive] | None, _MOE, Group.EXPERTS] = Field(
        default=None, description="Routed experts per MoE layer.", examples=[256]
    )
    n_shared_experts: Annotated[Stated[Count] | None, _MOE, Group.EXPERTS] = Field(
        default=None, description="Shared experts per MoE layer, active for every token.", examples=[1]
    )
    num_experts_per_tok: Annotated[Stated[Positive] | None, _MOE, Group.EXPERTS] = Field(
        default=None, description="Routed experts active for a token.", examples=[8]
    )
    first_k_dense_replace: Annotated[Stated[Count] | None, _MOE, Group.EXPERTS] = Field(
        default=None, description="Layers at the bottom that keep a dense network.", examples=[3]
    )
    moe_layer_freq: Annotated[
        Stated[Positive] | None, _MAY_MOE, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Group.EXPERTS
    ] = Field(default=None, description="An MoE network in every n-th layer.", examples=[1])
    n_group: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.OF_A_PART, Group.EXPERTS] = Field(
        default=None, description="Groups of experts for routing.", examples=[8]
    )
    topk_group: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.OF_A_PART, Group.EXPERTS] = Field(
        default=None, description="Groups a token may reach.", examples=[4]
    )
    topk_method: Annotated[Stated[TopkMethod] | None, _MAY_MOE, Facet.DEFAULTED, Group.EXPERTS] = Field(
        default=None, description="How experts are selected.", examples=["noaux_tc"]
    )
    scoring_func: Annotated[Stated[str] | None, _MAY_MOE, Facet.DEFAULTED, Group.EXPERTS] = Field(
        default=None, description="Function of the gate.", examples=["sigmoid"]
    )
    norm_topk_prob: Annotated[Stated[StrictBool] | None, _MAY_MOE, Facet.DEFAULTED, Facet.OF_A_PART, Group.EXPERTS] = (
        Field(default=None, description="Whether the selected gate values are normalised.", examples=[True])
    )
    routed_scaling_factor: Annotated[
        Stated[Quantity] | None,
        _MAY_MOE,
        Facet.DEFAULTED,
        Facet.OF_A_PART,
        Bound("0", "100", above=True),
        Group.EXPERTS,
    ] = Field(default=None, description="Factor on the routed experts' output.", examples=["2.5"])
    num_nextn_predict_layers: Annotated[Stated[Count] | None, Facet.OF_A_PART, Group.BASICS] = Field(
        default=None, description="MTP modules behind the main model, or blocks of its drafter.", examples=[1]
    )
    max_position_embeddings: Annotated[Stated[Length] | None, Facet.DEFAULTED, LENGTH, Group.POSITIONS] = Field(
        default=None, description="Longest position in config.json, in tokens.", examples=[163840]
    )
    rope_theta: Annotated[Stated[Quantity] | None, Facet.DEFAULTED, Bound("100", "1e9"), Group.POSITIONS] = Field(
        default=None, description="Base of the rotary embedding.", examples=[10000]
    )
    rope_scaling: Annotated[RopeScaling | None, Group.POSITIONS] = Field(
        default=None, description="Scaling of the rotary embedding; left out where there is none."
    )
    rms_norm_eps: Annotated[
        Stated[Quantity] | None, Facet.DEFAULTED, Facet.MINOR, Bound("0", "1e-3", above=True), Group.OTHER
    ] = Field(default=None, description="Epsilon of RMSNorm.", examples=["1e-6"])
    initializer_range: Annotated[
        Stated[Quantity] | None, Facet.DEFAULTED, Facet.MINOR, Bound("0", "1", above=True), Group.OTHER
    ] = Field(default=None, description="Standard deviation of the initial weights.", examples=["0.006"])
    qk_norm: Annotated[
        Stated[StrictBool] | None, Facet.DEFAULTED, Facet.MINOR, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.OTHER
    ] = Field(
        default=None,
        description="RMSNorm on each query and key head, as in Qwen3; of one over all heads, as in OLMoE, say so in `notes` instead.",
        examples=[False],
    )
    index_n_heads: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Lightning indexer: heads.", examples=[64]
    )
    index_head_dim: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Lightning indexer: size of a head.", examples=[128]
    )
    index_topk: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Lightning indexer: entries a query attends to.", examples=[2048]
    )
    o_groups: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="CSA/HCA: groups of the output projection.", examples=[8]
    )
    o_lora_rank: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="CSA/HCA: rank of a group's output projection.", examples=[1024]
    )
    sliding_window: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Last tokens that are kept uncompressed.", examples=[128]
    )
    csa_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Layers with compressed sparse attention.", examples=[21]
    )
    csa_compress_ratio: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Tokens per cache entry in those layers.", examples=[4]
    )
    encoder_cache_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Encoder layers that make a cache for those after them.", examples=[3]
    )
    encoder_compress_ratio: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Tokens per cache entry in those layers.", examples=[2]
    )
    decoder_cache_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Decoder layers that make a cache, with an entry for each token.", examples=[1]
    )
    index_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="CSA2: layers that select cache entries themselves.", examples=[8]
    )
    encoder_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.BASICS] = Field(
        default=None, description="CSA2: layers that a token passes when it is read.", examples=[20]
    )
    gate_biases: Annotated[
        Stated[Positive] | None, _MAY_MOE, Facet.DEFAULTED, Facet.MINOR, Facet.ALTERNATIVE, Group.EXPERTS
    ] = Field(
        default=None,
        description="Balancing biases of an expert; 1 where left out, 2 with one for images.",
        examples=[2],
    )
    hca_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Layers with heavily compressed attention.", examples=[20]
    )
    hca_compress_ratio: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Tokens per cache entry in those layers.", examples=[128]
    )
    sliding_window_layers: Annotated[Stated[Count] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None, description="Layers with the window alone.", examples=[2]
    )
    attention_layout: Annotated[Stated[str] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.ATTENTION] = Field(
        default=None,
        description="Kinds of attention of the layers, from the first one up, where they differ: names, `*` and a number"
        " for repetition, brackets around what is repeated.",
        examples=["window*2 (csa hca)*20 csa"],
    )
    compress_rope_theta: Annotated[Stated[Quantity] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.POSITIONS] = (
        Field(default=None, description="Base of the rotary embedding in compressed layers.", examples=[160000])
    )
    hc_mult: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="Residual streams of the hyper-connections.", examples=[4]
    )
    hc_sinkhorn_iters: Annotated[Stated[Positive] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="Sinkhorn iterations of a mapping between the streams.", examples=[20]
    )
    num_hash_layers: Annotated[Stated[Count] | None, _MAY_MOE, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.EXPERTS] = (
        Field(
            default=None, description="MoE layers at the bottom that are routed by a hash of the token.", examples=[3]
        )
    )
    engram_layers: Annotated[Stated[Count] | None, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="Engram: layers with a module.", examples=[2]
    )
    engram_vocab_size: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None,
        description="Engram: number from which the primes for table sizes are searched.",
        examples=[16000000],
    )
    engram_num_embeddings: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="Engram: rows of all tables.", examples=[768022850]
    )
    engram_max_ngram_size: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="Engram: longest sequence of tokens that is looked up.", examples=[4]
    )
    engram_n_heads: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="Engram: hash heads for each length of sequence.", examples=[8]
    )
    engram_head_dim: Annotated[Stated[Positive] | None, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="Engram: width of a row.", examples=[256]
    )
    dspark_n_routed_experts: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="DSpark: routed experts in a block of the drafter.", examples=[128]
    )
    dspark_num_experts_per_tok: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="DSpark: routed experts of the drafter active for a token.", examples=[3]
    )
    dspark_markov_rank: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="DSpark: rank of the Markov head.", examples=[256]
    )
    dspark_target_layers: Annotated[Stated[Positive] | None, _MAY_MOE, Facet.ALTERNATIVE, Group.OTHER] = Field(
        default=None, description="DSpark: layers of the main model that the drafter reads.", examples=[3]
    )
    swiglu_limit: Annotated[Stated[Quantity] | None, Facet.OF_A_PART, Facet.ALTERNATIVE, Group.EXPERTS] = Field(
        default=None, description="Clamp inside SwiGLU.", examples=["10.0"]
    )
    control: Annotated[Control | None, Facet.ALTERNATIVE] = Field(
        default=None, description="Check digits: the exact recounts, once every dimension has been read twice."
    )
    notes: tuple[Remark, ...] = Field(default=(), description="What the numbers do not say.")


class VisionEncoder(Block):
    """A vision transformer and the layers behind it. Keys are those of vision_config in config.json."""

    num_hidden_layers: Stated[Positive] = Field(description="Transformer layers.", examples=[32])
    hidden_size: Stated[Positive] = Field(description="Width.", examples=[1024])
    intermediate_size: Stated[Positive] = Field(description="Width of the gated network in a layer.", examples=[2816])
    patch_size: Stated[Positive] = Field(description="Pixels along a side of a patch.", examples=[14])
    downsample_ratio: Stated[Positive] = Field(
        description="Neighbouring features along a side that are joined to one token.", examples=[3]
    )
    delimiters: Stated[Positive] = Field(description="Learned vectors that mark an image and its lines.", examples=[3])


class RopeScalingSettings(Block):
    """Settings of `rope_scaling` that differ."""

    factor: Annotated[Stated[Quantity] | None, Bound("1", "1000")] = Field(
        default=None, description="Scale factor.", examples=[40]
    )
    mscale: Stated[Quantity] | None = Field(default=None, description="YaRN's attention scale.", examples=["1.0"])
    mscale_all_dim: Stated[Quantity] | None = Field(
        default=None, description="The same, for the dimensions without position.", examples=["1.0"]
    )


class Settings(Block):
    """Settings of a configuration that differ from the architecture that a variant shares. No size depends on them."""

    max_position_embeddings: Stated[Length] | None = Field(
        default=None, description="Longest position in config.json, in tokens.", examples=[163840]
    )
    rope_theta: Stated[Quantity] | None = Field(
        default=None, description="Base of the rotary embedding.", examples=[10000]
    )
    rope_scaling: RopeScalingSettings | None = Field(
        default=None, description="Scaling of the rotary embedding, those of its settings that differ."
    )
    rms_norm_eps: Stated[Quantity] | None = Field(default=None, description="Epsilon of RMSNorm.", examples=["1e-6"])


class ImageWay(StrEnum):
    """Which end of the language model a path leads to."""

    IN = "in"
    OUT = "out"
    ALONE = "alone"


class ImageStep(Block):
    """A part that an image passes."""

    name: Text = Field(description="What it is called, short.", examples=["SigLIP-L"])
    detail: Text | None = Field(
        default=None, description="What it does, in a few words.", examples=["two linear layers"]
    )


class ImageLane(Block):
    """What comes in, and the parts that it passes on its own."""

    image: Text = Field(description="What comes in.", examples=["384 × 384 pixels"])
    steps: tuple[ImageStep, ...] = Field(min_length=1, description="The parts, in order.")


class ImagePath(Block):
    """A path of images, from what comes in to what comes out."""

    way: ImageWay = Field(
        description="`in`: into the language model; `out`: from it to an image; `alone`: without a language model.",
        examples=["in"],
    )
    use: Text | None = Field(
        default=None, description="What the path is for, where there are several.", examples=["understanding"]
    )
    lanes: tuple[ImageLane, ...] = Field(min_length=1, description="Encoders that see the image side by side.")
    then: tuple[ImageStep, ...] = Field(default=(), description="Parts behind all of them.")
    gives: Text = Field(description="What comes out.", examples=["576 tokens"])

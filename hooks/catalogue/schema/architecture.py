"""The architecture of one variant, its image encoder among it, in the words of the Hugging Face config.json."""

import re
from enum import StrEnum

from pydantic import StrictBool

from .quantities import Length, Quantity
from .values import (
    ATTENTION,
    BASICS,
    DEFAULTED,
    EXPERTS,
    LENGTH,
    MINOR,
    OF_A_PART,
    OTHER,
    POSITIONS,
    Block,
    Bound,
    Count,
    Kinds,
    Positive,
    Record,
    Remark,
    Stated,
    Text,
    optional,
    required,
)

StatedQuantity = Stated[Quantity] | None
StatedLength = Stated[Length] | None
StatedSize = Stated[Positive] | None
StatedFlag = Stated[StrictBool] | None
StatedWord = Stated[str] | None
StatedCount = Stated[Count] | None


class Attention(StrEnum):
    """Kind of attention; it decides which fields size the projections and the cache."""

    MHA = "MHA"
    MQA = "MQA"
    GQA = "GQA"
    MLA = "MLA"
    CSA_HCA = "CSA/HCA"
    CSA2 = "CSA2"

    @property
    def key(self) -> str:
        """Of its words."""
        return re.sub(r"\W+", "_", self.value.lower())


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

    type: Stated[str] = required("Method.", "yarn", OF_A_PART)
    factor: StatedQuantity = optional("Scale factor.", 40, Bound("1", "1000"))
    original_max_position_embeddings: StatedLength = optional(
        "Context length before scaling, in tokens.", 4096, DEFAULTED
    )
    beta_fast: StatedQuantity = optional("YaRN's upper ramp boundary.", 32, DEFAULTED)
    beta_slow: StatedQuantity = optional("YaRN's lower ramp boundary.", 1, DEFAULTED)
    mscale: StatedQuantity = optional("YaRN's attention scale.", "1.0", DEFAULTED)
    mscale_all_dim: StatedQuantity = optional("The same, for the dimensions without position.", "1.0", DEFAULTED)


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

    attention: Stated[Attention] = required("Kind of attention.", "MLA", BASICS)
    feed_forward: Stated[FeedForward] = required("Kind of feed-forward network.", "DeepSeekMoE", BASICS)
    num_hidden_layers: Stated[Positive] = required("Transformer layers, without MTP modules.", 61, BASICS)
    hidden_size: Stated[Positive] = required("Width of the residual stream.", 7168, BASICS)
    vocab_size: Stated[Positive] = required("Rows of the embedding matrix.", 129280, BASICS)
    tie_word_embeddings: Stated[StrictBool] = required(
        "Whether the output head shares the embedding matrix.", False, MINOR, BASICS
    )
    num_attention_heads: Stated[Positive] = required("Query heads.", 128, ATTENTION)
    num_key_value_heads: Stated[Positive] = required("Key and value heads.", 128, ATTENTION)
    norms_per_layer: StatedSize = optional(
        "RMSNorms of hidden_size in a layer; 2 where left out, 4 in Gemma 2.", 2, DEFAULTED, MINOR, OTHER
    )
    head_dim: StatedSize = optional(
        "Size of a head; hidden_size / num_attention_heads where left out.", 128, DEFAULTED, MINOR, OF_A_PART, ATTENTION
    )
    attention_bias: StatedFlag = optional(
        "Biases on the query, key, value and output projections.", False, DEFAULTED, MINOR, OF_A_PART, ATTENTION
    )
    qkv_bias: StatedFlag = optional(
        "Biases on query, key and value alone, as in Qwen2.", False, DEFAULTED, MINOR, OF_A_PART, ATTENTION
    )
    q_lora_rank: StatedSize = optional("Rank of the compressed query.", 1536, ATTENTION)
    kv_lora_rank: StatedSize = optional(
        "MLA: rank of the compressed key and value, which are cached in this form.", 512, ATTENTION
    )
    qk_nope_head_dim: StatedSize = optional("MLA: part of a query and key head without position.", 128, ATTENTION)
    qk_rope_head_dim: StatedSize = optional(
        "MLA: part of a query and key head with RoPE; its key is shared and cached.", 64, ATTENTION
    )
    v_head_dim: StatedSize = optional("MLA: size of a value head.", 128, ATTENTION)
    intermediate_size: StatedSize = optional(
        "Width of a dense feed-forward network.",
        18432,
        Kinds(needed_by=(FeedForward.DENSE,), also_in=(FeedForward.DEEPSEEK_MOE,)),
        EXPERTS,
    )
    hidden_act: StatedWord = optional(
        "Activation; `silu` inside the gated network is SwiGLU.", "silu", DEFAULTED, MINOR, EXPERTS
    )
    moe_intermediate_size: StatedSize = optional("Width of one expert.", 2048, _MOE, EXPERTS)
    n_routed_experts: StatedSize = optional("Routed experts per MoE layer.", 256, _MOE, EXPERTS)
    n_shared_experts: StatedCount = optional("Shared experts per MoE layer, active for every token.", 1, _MOE, EXPERTS)
    num_experts_per_tok: StatedSize = optional("Routed experts active for a token.", 8, _MOE, EXPERTS)
    first_k_dense_replace: StatedCount = optional("Layers at the bottom that keep a dense network.", 3, _MOE, EXPERTS)
    moe_layer_freq: StatedSize = optional(
        "An MoE network in every n-th layer.", 1, _MAY_MOE, DEFAULTED, MINOR, OF_A_PART, EXPERTS
    )
    n_group: StatedSize = optional("Groups of experts for routing.", 8, _MAY_MOE, OF_A_PART, EXPERTS)
    topk_group: StatedSize = optional("Groups a token may reach.", 4, _MAY_MOE, OF_A_PART, EXPERTS)
    topk_method: Stated[TopkMethod] | None = optional(
        "How experts are selected.", "noaux_tc", _MAY_MOE, DEFAULTED, EXPERTS
    )
    scoring_func: StatedWord = optional("Function of the gate.", "sigmoid", _MAY_MOE, DEFAULTED, EXPERTS)
    norm_topk_prob: StatedFlag = optional(
        "Whether the selected gate values are normalised.", True, _MAY_MOE, DEFAULTED, OF_A_PART, EXPERTS
    )
    routed_scaling_factor: StatedQuantity = optional(
        "Factor on the routed experts' output.",
        "2.5",
        _MAY_MOE,
        DEFAULTED,
        OF_A_PART,
        Bound("0", "100", above=True),
        EXPERTS,
    )
    num_nextn_predict_layers: StatedCount = optional(
        "MTP modules behind the main model, or blocks of its drafter.", 1, OF_A_PART, BASICS
    )
    max_position_embeddings: StatedLength = optional(
        "Longest position in config.json, in tokens.", 163840, DEFAULTED, LENGTH, POSITIONS
    )
    rope_theta: StatedQuantity = optional(
        "Base of the rotary embedding; `not applicable` where nothing is rotated, whatever config.json has.",
        10000,
        DEFAULTED,
        Bound("100", "1e9"),
        POSITIONS,
    )
    rope_scaling: RopeScaling | None = optional(
        "Scaling of the rotary embedding; left out where there is none.", POSITIONS
    )
    rms_norm_eps: StatedQuantity = optional(
        "Epsilon of RMSNorm.", "1e-6", DEFAULTED, MINOR, Bound("0", "1e-3", above=True), OTHER
    )
    initializer_range: StatedQuantity = optional(
        "Standard deviation of the initial weights.", "0.006", DEFAULTED, MINOR, Bound("0", "1", above=True), OTHER
    )
    qk_norm: StatedFlag = optional(
        "RMSNorm on each query and key head, as in Qwen3; of one over all heads, as in OLMoE, say so in `notes` instead.",
        False,
        DEFAULTED,
        MINOR,
        OF_A_PART,
        OTHER,
    )
    index_n_heads: StatedSize = optional("Lightning indexer: heads.", 64, OF_A_PART, ATTENTION)
    index_head_dim: StatedSize = optional("Lightning indexer: size of a head.", 128, OF_A_PART, ATTENTION)
    index_topk: StatedSize = optional("Lightning indexer: entries a query attends to.", 2048, OF_A_PART, ATTENTION)
    o_groups: StatedSize = optional("CSA/HCA: groups of the output projection.", 8, ATTENTION)
    o_lora_rank: StatedSize = optional("CSA/HCA: rank of a group's output projection.", 1024, ATTENTION)
    sliding_window: StatedSize = optional("Last tokens that are kept uncompressed.", 128, OF_A_PART, ATTENTION)
    csa_layers: StatedCount = optional("Layers with compressed sparse attention.", 21, ATTENTION)
    csa_compress_ratio: StatedSize = optional("Tokens per cache entry in those layers.", 4, ATTENTION)
    encoder_cache_layers: StatedCount = optional("Encoder layers that make a cache for those after them.", 3, ATTENTION)
    encoder_compress_ratio: StatedSize = optional("Tokens per cache entry in those layers.", 2, ATTENTION)
    decoder_cache_layers: StatedCount = optional(
        "Decoder layers that make a cache, with an entry for each token.", 1, ATTENTION
    )
    index_layers: StatedCount = optional("CSA2: layers that select cache entries themselves.", 8, ATTENTION)
    encoder_layers: StatedCount = optional("CSA2: layers that a token passes when it is read.", 20, BASICS)
    gate_biases: StatedSize = optional(
        "Balancing biases of an expert; 1 where left out, 2 with one for images.",
        2,
        _MAY_MOE,
        DEFAULTED,
        MINOR,
        EXPERTS,
    )
    hca_layers: StatedCount = optional("Layers with heavily compressed attention.", 20, ATTENTION)
    hca_compress_ratio: StatedSize = optional("Tokens per cache entry in those layers.", 128, ATTENTION)
    sliding_window_layers: StatedCount = optional("Layers with the window alone.", 2, OF_A_PART, ATTENTION)
    attention_layout: StatedWord = optional(
        "Kinds of attention of the layers, from the first one up, where they differ: names, `*` and a number"
        " for repetition, brackets around what is repeated.",
        "window*2 (csa hca)*20 csa",
        OF_A_PART,
        ATTENTION,
    )
    compress_rope_theta: StatedQuantity = optional(
        "Base of the rotary embedding in compressed layers.", 160000, OF_A_PART, POSITIONS
    )
    hc_mult: StatedSize = optional("Residual streams of the hyper-connections.", 4, OF_A_PART, OTHER)
    hc_sinkhorn_iters: StatedSize = optional(
        "Sinkhorn iterations of a mapping between the streams.", 20, OF_A_PART, OTHER
    )
    num_hash_layers: StatedCount = optional(
        "MoE layers at the bottom that are routed by a hash of the token.", 3, _MAY_MOE, OF_A_PART, EXPERTS
    )
    engram_layers: StatedCount = optional("Engram: layers with a module.", 2, OTHER)
    engram_vocab_size: StatedSize = optional(
        "Engram: number from which the primes for table sizes are searched.", 16000000, OTHER
    )
    engram_num_embeddings: StatedSize = optional("Engram: rows of all tables.", 768022850, OTHER)
    engram_max_ngram_size: StatedSize = optional("Engram: longest sequence of tokens that is looked up.", 4, OTHER)
    engram_n_heads: StatedSize = optional("Engram: hash heads for each length of sequence.", 8, OTHER)
    engram_head_dim: StatedSize = optional("Engram: width of a row.", 256, OTHER)
    dspark_n_routed_experts: StatedSize = optional(
        "DSpark: routed experts in a block of the drafter.", 128, _MAY_MOE, OTHER
    )
    dspark_num_experts_per_tok: StatedSize = optional(
        "DSpark: routed experts of the drafter active for a token.", 3, _MAY_MOE, OTHER
    )
    dspark_markov_rank: StatedSize = optional("DSpark: rank of the Markov head.", 256, _MAY_MOE, OTHER)
    dspark_target_layers: StatedSize = optional(
        "DSpark: layers of the main model that the drafter reads.", 3, _MAY_MOE, OTHER
    )
    swiglu_limit: StatedQuantity = optional("Clamp inside SwiGLU.", "10.0", OF_A_PART, EXPERTS)
    control: Control | None = optional("Check digits: the exact recounts, once every dimension has been read twice.")
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

    factor: StatedQuantity = optional("Scale factor.", 40, Bound("1", "1000"))
    mscale: StatedQuantity = optional("YaRN's attention scale.", "1.0")
    mscale_all_dim: StatedQuantity = optional("The same, for the dimensions without position.", "1.0")


class Settings(Block):
    """Settings of a configuration that differ from the architecture that a variant shares. No size depends on them."""

    max_position_embeddings: StatedLength = optional("Longest position in config.json, in tokens.", 163840)
    rope_theta: StatedQuantity = optional("Base of the rotary embedding.", 10000)
    rope_scaling: RopeScalingSettings | None = optional(
        "Scaling of the rotary embedding, those of its settings that differ."
    )
    rms_norm_eps: StatedQuantity = optional("Epsilon of RMSNorm.", "1e-6")


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

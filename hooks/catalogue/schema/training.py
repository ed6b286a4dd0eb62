"""Training stages, the infrastructure they ran on, and kinds of GPU."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .quantities import Amount, Count, Length, Quantity, Share
from .values import (
    LENGTH,
    PEAK_RATE,
    RATE,
    SHARE,
    Block,
    Bound,
    Detail,
    Facet,
    Identifier,
    Positive,
    Remark,
    Stated,
    Text,
)

# What `starts_from` says of weights that are nobody's.
FROM_NOTHING = "random initialisation"


class NumberFormat(StrEnum):
    """Words with which descriptions of number formats begin."""

    FP32 = "FP32"
    TF32 = "TF32"
    BF16 = "BF16"
    FP16 = "FP16"
    FP8 = "FP8"
    INT8 = "INT8"
    FP4 = "FP4"
    INT4 = "INT4"


class OptimizerKind(StrEnum):
    """Words with which names of optimisers begin, several joined ones each."""

    ADAMW = "AdamW"
    MUON = "Muon"
    SINKHORN = "Sinkhorn-balanced momentum"


def number_format(text: Text) -> str:
    """`FP8` of `FP8 (E4M3)`."""
    return text.en.split()[0].rstrip(",;:")


class StageKind(StrEnum):
    """What a stage of training is for."""

    PRE_TRAINING = "pre-training"
    CONTINUED_PRE_TRAINING = "continued pre-training"
    CONTEXT_EXTENSION = "context extension"
    SFT = "supervised fine-tuning"
    REWARD_MODEL = "reward model"
    PREFERENCE = "preference optimisation"
    RL = "reinforcement learning"
    REJECTION_SAMPLING = "rejection sampling"
    DISTILLATION = "distillation"


# Stages that make a base model; every other one is post-training.
MAKE_A_BASE_MODEL = frozenset({StageKind.PRE_TRAINING, StageKind.CONTINUED_PRE_TRAINING, StageKind.CONTEXT_EXTENSION})


class MixPart(Block):
    """One part of a data mix."""

    name: Text = Field(description="Part of the data.", examples=["Source code"])
    share: Annotated[Stated[Share] | None, SHARE] = Field(
        default=None, description="Share of the whole.", examples=["100%"]
    )
    amount: Stated[Amount] | None = Field(default=None, description="Number of samples or questions.", examples=["26K"])


class Data(Block):
    """The data of a stage."""

    tokens: Annotated[Stated[Count] | None, Bound("1", "1e15")] = Field(
        default=None, description="Tokens trained on.", examples=["14.8T"]
    )
    tokens_before: Stated[Count] | None = Field(
        default=None, description="Tokens that the checkpoint it starts from had seen.", examples=["4.2T"]
    )
    tokens_total: Stated[Count] | None = Field(
        default=None,
        description="Tokens in all: those before, those of earlier stages of this kind and those of this one.",
        examples=["19.0T"],
    )
    samples: Annotated[Stated[Amount] | None, Bound("1", "1e12")] = Field(
        default=None, description="Samples, where a stage counts those.", examples=["1.5M"]
    )
    epochs: Annotated[Stated[Quantity] | None, Bound("0", "100", above=True)] = Field(
        default=None, description="Passes over the data.", examples=[2]
    )
    mix: tuple[MixPart, ...] = Field(default=(), description="Composition, as published.")
    description: Stated[Text] | None = Field(
        default=None,
        description="What the data is, in a sentence.",
        examples=["Web text, books and code in two languages."],
    )
    details: tuple[Detail, ...] = Field(default=(), description="Further published values.")


class Optimizer(Block):
    """Constants of the optimiser."""

    name: Stated[Text] | None = Field(default=None, description="Optimiser.", examples=["AdamW"])
    beta1: Annotated[Stated[Quantity] | None, Bound("0.5", "1", below=True)] = Field(
        default=None, description="Decay of the first moment.", examples=["0.9"]
    )
    beta2: Annotated[Stated[Quantity] | None, Bound("0.8", "1", below=True)] = Field(
        default=None, description="Decay of the second moment.", examples=["0.95"]
    )
    epsilon: Annotated[Stated[Quantity] | None, Bound("0", "1e-3", above=True)] = Field(
        default=None, description="Term added to the denominator.", examples=["1e-8"]
    )
    weight_decay: Annotated[Stated[Quantity] | None, SHARE] = Field(
        default=None, description="Decoupled weight decay.", examples=["0.1"]
    )
    gradient_clip_norm: Annotated[Stated[Quantity] | None, Bound("0", "100", above=True)] = Field(
        default=None, description="Norm at which gradients are clipped.", examples=["1.0"]
    )


class PhaseShape(StrEnum):
    """How the learning rate moves inside a phase."""

    CONSTANT = "constant"
    LINEAR = "linear"
    COSINE = "cosine"


class RatePhase(Block):
    """A stretch of the learning-rate schedule, after the warm-up or the phase before."""

    until: Stated[Quantity] = Field(
        description="Where the phase ends: tokens seen, or a percentage of the stage.", examples=["14.8T"]
    )
    rate: Annotated[Stated[Quantity] | None, RATE] = Field(
        default=None, description="Learning rate at the end of the phase.", examples=["2.2e-4"]
    )
    fraction: Annotated[Stated[Quantity] | None, Facet.ALTERNATIVE, SHARE] = Field(
        default=None, description="The same as a factor or percentage of the peak.", examples=["31.6%"]
    )
    shape: PhaseShape = Field(
        default=PhaseShape.CONSTANT, description="How the rate moves in the phase.", examples=["constant"]
    )


class LearningRate(Block):
    """Learning-rate schedule."""

    peak: Annotated[Stated[Quantity] | None, PEAK_RATE] = Field(
        default=None, description="Highest learning rate.", examples=["2.2e-4"]
    )
    final: Annotated[Stated[Quantity] | None, RATE] = Field(
        default=None, description="Learning rate at the end, where it is stated.", examples=["2.2e-4"]
    )
    schedule: Stated[Text] | None = Field(default=None, description="Shape, in a few words.", examples=["multi-step"])
    warmup_steps: Annotated[Stated[Amount] | None, Bound("0", "100000")] = Field(
        default=None, description="Steps of linear warm-up.", examples=[2000]
    )
    phases: tuple[RatePhase, ...] = Field(default=(), description="The schedule after the warm-up, in order.")


class BatchSize(Block):
    """Batch size, in sequences."""

    start: Annotated[Stated[Count] | None, Bound("1", "100000")] = Field(
        default=None, description="Sequences at the start, where the batch grows.", examples=[3072]
    )
    sequences: Annotated[Stated[Count] | None, Bound("1", "100000")] = Field(
        default=None, description="Sequences per step (at the end, where the batch grows).", examples=[15360]
    )
    ramp_tokens: Stated[Count] | None = Field(
        default=None, description="Tokens over which the batch grows.", examples=["469B"]
    )


class Preference(Block):
    """Constants of preference optimisation or of a reward model."""

    method: Stated[Text] | None = Field(default=None, description="Method.", examples=["DPO"])
    beta: Annotated[Stated[Quantity] | None, Bound("0", "10", above=True)] = Field(
        default=None, description="DPO's temperature.", examples=["0.1"]
    )
    pairs: Annotated[Stated[Amount] | None, Bound("1", "1e9")] = Field(
        default=None, description="Preference pairs.", examples=["66K"]
    )


class Reinforcement(Block):
    """Constants of reinforcement learning."""

    algorithm: Stated[str] | None = Field(default=None, description="Algorithm.", examples=["GRPO"])
    reward: Stated[Text] | None = Field(
        default=None, description="Where the reward comes from.", examples=["Rules for accuracy and format"]
    )
    kl_coefficient: Annotated[Stated[Quantity] | None, SHARE] = Field(
        default=None, description="Weight of the KL penalty.", examples=["0.001"]
    )
    clip_epsilon: Annotated[Stated[Quantity] | None, Bound("0", "10", above=True)] = Field(
        default=None, description="Clip range of the policy ratio.", examples=["10"]
    )
    group_size: Annotated[Stated[Quantity] | None, Bound("2", "1024")] = Field(
        default=None, description="Outputs sampled per question.", examples=[16]
    )
    questions_per_step: Annotated[Stated[Quantity] | None, Bound("1", "100000")] = Field(
        default=None, description="Questions per training step.", examples=[32]
    )
    temperature: Annotated[Stated[Quantity] | None, Bound("0", "2")] = Field(
        default=None, description="Sampling temperature of the rollout.", examples=["1.0"]
    )
    max_output_length: Annotated[Stated[Length] | None, LENGTH] = Field(
        default=None, description="Longest sampled output, in tokens.", examples=[32768]
    )


class Stage(Block):
    """One stage of training, in the order in which it was run."""

    id: Identifier = Field(description="Unique inside the entry.", examples=["pre-training"])
    kind: StageKind = Field(description="What the stage is for.", examples=["pre-training"])
    name: Text | None = Field(
        default=None, description="The source's own name for it, where it has one.", examples=["Stage 1"]
    )
    variants: tuple[Identifier, ...] = Field(
        min_length=1,
        description="Variants that come out of the stage or went through it.",
        examples=[["deepseek-v3-base"]],
    )
    starts_from: Stated[Text] | None = Field(
        default=None,
        description="Initial weights; `random initialisation` for those that are nobody's.",
        examples=[FROM_NOTHING],
    )
    weights_from: Annotated[tuple[Identifier, ...] | None, Facet.ALTERNATIVE] = Field(
        default=None,
        description="Stages of the entry whose weights it takes; empty for none of them; the stage before where left out.",
        examples=[["sft"]],
    )
    fed_by: Annotated[tuple[Identifier, ...], Facet.ALTERNATIVE] = Field(
        default=(), description="Stages of the entry that make its data or its reward.", examples=[["reward-model"]]
    )
    summary: Text | None = Field(
        default=None,
        description="What happens in the stage, in a sentence or two.",
        examples=["One long run on web text and code."],
    )
    data: Data | None = Field(default=None, description="Data of the stage.")
    sequence_length: Annotated[Stated[Length] | None, LENGTH] = Field(
        default=None, description="Sequence length in tokens.", examples=[4096]
    )
    steps: Annotated[Stated[Amount] | None, Bound("1", "10000000")] = Field(
        default=None, description="Training steps.", examples=[50000]
    )
    optimizer: Optimizer | None = Field(default=None, description="Optimiser.")
    learning_rate: LearningRate | None = Field(default=None, description="Learning-rate schedule.")
    batch_size: BatchSize | None = Field(default=None, description="Batch size.")
    preference: Preference | None = Field(default=None, description="Preference optimisation.")
    reinforcement: Reinforcement | None = Field(default=None, description="Reinforcement learning.")
    details: tuple[Detail, ...] = Field(default=(), description="Further published values.")
    notes: tuple[Remark, ...] = Field(default=(), description="Findings, and what went wrong.")


class Hardware(Block):
    """Machines the training ran on."""

    gpu: Stated[Text] | None = Field(
        default=None, description="Kind of GPU, by its name in the list of GPUs.", examples=["NVIDIA H800"]
    )
    gpu_count: Annotated[Stated[Count] | None, Bound("1", "200000")] = Field(
        default=None, description="GPUs.", examples=[2048]
    )
    gpus_per_node: Annotated[Stated[Positive] | None, Bound("1", "1024")] = Field(
        default=None, description="GPUs in a node.", examples=[8]
    )
    interconnect: Stated[Text] | None = Field(
        default=None,
        description="Network inside and between nodes.",
        examples=["NVLink inside a node, InfiniBand between nodes"],
    )


class Parallelism(Block):
    """How the work is split."""

    data: Stated[Text] | None = Field(default=None, description="Data parallelism.", examples=["ZeRO-1"])
    zero_stage: Annotated[Stated[Positive] | None, Bound("1", "3")] = Field(
        default=None, description="ZeRO stage.", examples=[1]
    )
    tensor: Stated[Text] | None = Field(default=None, description="Tensor parallelism.", examples=["not used"])
    pipeline: Annotated[Stated[Positive] | None, Facet.DEGREE] = Field(
        default=None, description="Pipeline stages.", examples=[16]
    )
    pipeline_schedule: Stated[Text] | None = Field(
        default=None, description="Pipeline schedule.", examples=["DualPipe"]
    )
    expert: Annotated[Stated[Positive] | None, Facet.DEGREE] = Field(
        default=None, description="Devices over which the experts of a layer are spread.", examples=[64]
    )
    sequence: Stated[Text] | None = Field(default=None, description="Sequence parallelism.", examples=["not used"])


class Precision(Block):
    """Number formats."""

    compute: Stated[Text] | None = Field(default=None, description="Matrix products.", examples=["FP8 (E4M3)"])
    accumulation: Stated[str] | None = Field(default=None, description="Accumulation of gradients.", examples=["FP32"])
    master_weights: Stated[str] | None = Field(default=None, description="Master weights.", examples=["FP32"])
    optimizer_states: Stated[str] | None = Field(
        default=None, description="Moments of the optimiser.", examples=["BF16"]
    )
    communication: Stated[Text] | None = Field(
        default=None, description="Expert dispatch and combine.", examples=["FP8 dispatch, BF16 combine"]
    )
    released_weights: Stated[Text] | None = Field(
        default=None,
        description="Format of the released weights; its first word is BF16, FP8, FP4 or another of the list.",
        examples=["FP8 (E4M3)"],
    )


class CacheFormat(Block):
    """How the KV cache of a token is stored in service: by its entries, or by the element on average."""

    bits_per_element: Annotated[Stated[Quantity] | None, Bound("1", "32")] = Field(
        default=None, description="Bits of an element, on average.", examples=[6]
    )
    entry_bytes: Stated[Quantity] | None = Field(
        default=None, description="Bytes of one entry of one layer, with its scales.", examples=[656]
    )
    index_key_bytes: Stated[Quantity] | None = Field(
        default=None, description="Bytes of one key of the indexer, with its scales.", examples=[132]
    )
    bytes_per_token: Stated[Quantity] | None = Field(
        default=None, description="Bytes of a token over all layers, as published.", examples=[48068]
    )


class GpuHours(Block):
    """GPU-hours of a part of the work."""

    part: Text = Field(description="Which part.", examples=["Pre-training"])
    hours: Stated[Amount] = Field(description="GPU-hours.", examples=["2664K"])
    stage: Identifier | None = Field(
        default=None,
        description="Pre-training stage that the hours cover; the utilisation is computed from it.",
        examples=["pre-training"],
    )
    per_tokens: Stated[Quantity] | None = Field(
        default=None,
        description="Tokens that the hours are stated for, where that is not the whole stage; `part` says it in words.",
        examples=["14.8T"],
    )
    cost_usd: Stated[Amount] | None = Field(
        default=None, description="Cost in US dollars, as published.", examples=["5.328M"]
    )


class Infrastructure(Block):
    """What the model was trained with."""

    variants: tuple[Identifier, ...] = Field(
        default=(),
        description="Variants whose training this describes; needed where the entry has several. For the others it says nothing, but for values by variant.",
        examples=[["deepseek-v3-base", "deepseek-v3"]],
    )
    total_of: Identifier | None = Field(
        default=None,
        description="Variant whose whole training `gpu_hours_total` and `cost_usd` are; needed where they are published.",
        examples=["deepseek-v3"],
    )
    framework: Stated[str] | None = Field(default=None, description="Training framework.", examples=["HAI-LLM"])
    hardware: Hardware | None = Field(default=None, description="Machines.")
    parallelism: Parallelism | None = Field(default=None, description="Parallelism.")
    precision: Precision | None = Field(default=None, description="Number formats.")
    gpu_hours: tuple[GpuHours, ...] = Field(default=(), description="GPU-hours by part.")
    gpu_hours_total: Stated[Amount] | None = Field(default=None, description="GPU-hours in all.", examples=["2664K"])
    price_per_gpu_hour_usd: Annotated[Stated[Quantity] | None, Bound("0", "100", above=True)] = Field(
        default=None, description="Rental price that the authors assume, in US dollars.", examples=[2]
    )
    cost_usd: Stated[Amount] | None = Field(
        default=None, description="Cost in US dollars, as published.", examples=["5.328M"]
    )
    gflop_per_token: Stated[Quantity] | None = Field(
        default=None, description="Computation per token in training, in GFLOP, as published.", examples=[250]
    )
    model_flops_utilization: Annotated[Stated[Share] | None, Bound("0", "1", above=True)] = Field(
        default=None,
        description="Model FLOPs utilisation with causal attention against the dense BF16 peak, as published.",
        examples=["38.94%"],
    )
    details: tuple[Detail, ...] = Field(default=(), description="Further published values.")
    notes: tuple[Remark, ...] = Field(default=(), description="What the numbers do not say.")


class Gpu(Block):
    """A kind of GPU. Peaks are those of dense matrices; data sheets also print twice as much, for matrices half of zeros."""

    id: Identifier = Field(description="Unique among the GPUs.", examples=["nvidia-h800"])
    name: str = Field(
        min_length=1, description="Name, as `infrastructure.hardware.gpu` writes it.", examples=["NVIDIA H800"]
    )
    memory_gb: Stated[Quantity] = Field(description="Memory, in GB.", examples=[80])
    bandwidth_tb_per_s: Stated[Quantity] = Field(description="Memory bandwidth, in TB/s.", examples=[3.35])
    bf16_tflops: Stated[Quantity] = Field(description="Peak in dense BF16, in TFLOPS.", examples=[990])
    fp8_tflops: Stated[Quantity] = Field(
        description="Peak in dense FP8, in TFLOPS; `not applicable` for a GPU without the format.", examples=[1979]
    )

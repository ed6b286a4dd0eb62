"""Training stages, the infrastructure they ran on, and kinds of GPU."""

from enum import StrEnum

from .quantities import Amount, Count, Length, Quantity, Share
from .values import (
    DEGREE,
    LENGTH,
    PEAK_RATE,
    RATE,
    SHARE,
    Block,
    Bound,
    Detail,
    Identifier,
    Positive,
    Remark,
    Stated,
    Text,
    optional,
    required,
)

StatedAmount = Stated[Amount] | None
StatedCount = Stated[Count] | None
StatedQuantity = Stated[Quantity] | None
StatedText = Stated[Text] | None
StatedWord = Stated[str] | None
StatedSize = Stated[Positive] | None

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
    """Words that names of optimisers have in them."""

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

    name: Text = required("Part of the data.", "Source code")
    share: Stated[Share] | None = optional("Share of the whole.", "100%", SHARE)
    amount: StatedAmount = optional("Number of samples or questions.", "26K")


class Data(Block):
    """The data of a stage."""

    tokens: StatedCount = optional("Tokens trained on.", "14.8T", Bound("1", "1e15"))
    tokens_before: StatedCount = optional("Tokens that the checkpoint it starts from had seen.", "4.2T")
    tokens_total: StatedCount = optional(
        "Tokens in all: those before, those of earlier stages of this kind and those of this one.", "19.0T"
    )
    samples: StatedAmount = optional("Samples, where a stage counts those.", "1.5M", Bound("1", "1e12"))
    epochs: StatedQuantity = optional("Passes over the data.", 2, Bound("0", "100", above=True))
    mix: tuple[MixPart, ...] = optional("Composition, as published.", default=())
    description: StatedText = optional("What the data is, in a sentence.", "Web text, books and code in two languages.")
    details: tuple[Detail, ...] = optional("Further published values.", default=())


class Optimizer(Block):
    """Constants of the optimiser."""

    name: StatedText = optional("Optimiser.", "AdamW")
    beta1: StatedQuantity = optional("Decay of the first moment.", "0.9", Bound("0.5", "1", below=True))
    beta2: StatedQuantity = optional("Decay of the second moment.", "0.95", Bound("0.8", "1", below=True))
    epsilon: StatedQuantity = optional("Term added to the denominator.", "1e-8", Bound("0", "1e-3", above=True))
    weight_decay: StatedQuantity = optional("Decoupled weight decay.", "0.1", SHARE)
    gradient_clip_norm: StatedQuantity = optional(
        "Norm at which gradients are clipped.", "1.0", Bound("0", "100", above=True)
    )


class PhaseShape(StrEnum):
    """How the learning rate moves inside a phase."""

    CONSTANT = "constant"
    LINEAR = "linear"
    COSINE = "cosine"


class RatePhase(Block):
    """A stretch of the learning-rate schedule, after the warm-up or the phase before."""

    until: Stated[Quantity] = required("Where the phase ends: tokens seen, or a percentage of the stage.", "14.8T")
    rate: StatedQuantity = optional("Learning rate at the end of the phase.", "2.2e-4", RATE)
    fraction: StatedQuantity = optional("The same as a factor or percentage of the peak.", "31.6%", SHARE)
    shape: PhaseShape = optional("How the rate moves in the phase.", "constant", default=PhaseShape.CONSTANT)


class LearningRate(Block):
    """Learning-rate schedule."""

    peak: StatedQuantity = optional("Highest learning rate.", "2.2e-4", PEAK_RATE)
    final: StatedQuantity = optional("Learning rate at the end, where it is stated.", "2.2e-4", RATE)
    schedule: StatedText = optional("Shape, in a few words.", "multi-step")
    warmup_steps: StatedAmount = optional("Steps of linear warm-up.", 2000, Bound("0", "100000"))
    phases: tuple[RatePhase, ...] = optional("The schedule after the warm-up, in order.", default=())


class BatchSize(Block):
    """Batch size, in sequences."""

    start: StatedCount = optional("Sequences at the start, where the batch grows.", 3072, Bound("1", "100000"))
    sequences: StatedCount = optional(
        "Sequences per step (at the end, where the batch grows).", 15360, Bound("1", "100000")
    )
    ramp_tokens: StatedCount = optional("Tokens over which the batch grows.", "469B")


class Preference(Block):
    """Constants of preference optimisation or of a reward model."""

    method: StatedText = optional("Method.", "DPO")
    beta: StatedQuantity = optional("DPO's temperature.", "0.1", Bound("0", "10", above=True))
    pairs: StatedAmount = optional("Preference pairs.", "66K", Bound("1", "1e9"))


class Reinforcement(Block):
    """Constants of reinforcement learning."""

    algorithm: StatedWord = optional("Algorithm.", "GRPO")
    reward: StatedText = optional("Where the reward comes from.", "Rules for accuracy and format")
    kl_coefficient: StatedQuantity = optional("Weight of the KL penalty.", "0.001", SHARE)
    clip_epsilon: StatedQuantity = optional("Clip range of the policy ratio.", "10", Bound("0", "10", above=True))
    group_size: StatedQuantity = optional("Outputs sampled per question.", 16, Bound("2", "1024"))
    questions_per_step: StatedQuantity = optional("Questions per training step.", 32, Bound("1", "100000"))
    temperature: StatedQuantity = optional("Sampling temperature of the rollout.", "1.0", Bound("0", "2"))
    max_output_length: Stated[Length] | None = optional("Longest sampled output, in tokens.", 32768, LENGTH)


class Stage(Block):
    """One stage of training, in the order in which it was run."""

    id: Identifier = required("Unique inside the entry.", "pre-training")
    kind: StageKind = required("What the stage is for.", "pre-training")
    name: Text | None = optional("The source's own name for it, where it has one.", "Stage 1")
    variants: tuple[Identifier, ...] = required(
        "Variants that come out of the stage or went through it.", ["deepseek-v3-base"], min_length=1
    )
    starts_from: StatedText = optional(
        "Initial weights; `random initialisation` for those that are nobody's.", FROM_NOTHING
    )
    weights_from: tuple[Identifier, ...] | None = optional(
        "Stages of the entry whose weights it takes; empty for none of them; the stage before where left out.", ["sft"]
    )
    fed_by: tuple[Identifier, ...] = optional(
        "Stages of the entry that make its data or its reward.", ["reward-model"], default=()
    )
    summary: Text | None = optional(
        "What happens in the stage, in a sentence or two.", "One long run on web text and code."
    )
    data: Data | None = optional("Data of the stage.")
    sequence_length: Stated[Length] | None = optional("Sequence length in tokens.", 4096, LENGTH)
    steps: StatedAmount = optional("Training steps.", 50000, Bound("1", "10000000"))
    optimizer: Optimizer | None = optional("Optimiser.")
    learning_rate: LearningRate | None = optional("Learning-rate schedule.")
    batch_size: BatchSize | None = optional("Batch size.")
    preference: Preference | None = optional("Preference optimisation.")
    reinforcement: Reinforcement | None = optional("Reinforcement learning.")
    details: tuple[Detail, ...] = optional("Further published values.", default=())
    notes: tuple[Remark, ...] = optional("Findings, and what went wrong.", default=())


class Hardware(Block):
    """Machines the training ran on."""

    gpu: StatedText = optional("Kind of GPU, by its name in the list of GPUs.", "NVIDIA H800")
    gpu_count: StatedCount = optional("GPUs.", 2048, Bound("1", "200000"))
    gpus_per_node: StatedSize = optional("GPUs in a node.", 8, Bound("1", "1024"))
    interconnect: StatedText = optional(
        "Network inside and between nodes.", "NVLink inside a node, InfiniBand between nodes"
    )


class Parallelism(Block):
    """How the work is split."""

    data: StatedText = optional("Data parallelism.", "ZeRO-1")
    zero_stage: StatedSize = optional("ZeRO stage.", 1, Bound("1", "3"))
    tensor: StatedText = optional("Tensor parallelism.", "not used")
    pipeline: StatedSize = optional("Pipeline stages.", 16, DEGREE)
    pipeline_schedule: StatedText = optional("Pipeline schedule.", "DualPipe")
    expert: StatedSize = optional("Devices over which the experts of a layer are spread.", 64, DEGREE)
    sequence: StatedText = optional("Sequence parallelism.", "not used")


class Precision(Block):
    """Number formats."""

    compute: StatedText = optional("Matrix products.", "FP8 (E4M3)")
    accumulation: StatedWord = optional("Accumulation of gradients.", "FP32")
    master_weights: StatedWord = optional("Master weights.", "FP32")
    optimizer_states: StatedWord = optional("Moments of the optimiser.", "BF16")
    communication: StatedText = optional("Expert dispatch and combine.", "FP8 dispatch, BF16 combine")
    released_weights: StatedText = optional(
        "Format of the released weights; its first word is BF16, FP8, FP4 or another of the list.", "FP8 (E4M3)"
    )


class CacheFormat(Block):
    """How the KV cache of a token is stored in service: by its entries, or by the element on average."""

    bits_per_element: StatedQuantity = optional("Bits of an element, on average.", 6, Bound("1", "32"))
    entry_bytes: StatedQuantity = optional("Bytes of one entry of one layer, with its scales.", 656)
    index_key_bytes: StatedQuantity = optional("Bytes of one key of the indexer, with its scales.", 132)
    bytes_per_token: StatedQuantity = optional("Bytes of a token over all layers, as published.", 48068)


class GpuHours(Block):
    """GPU-hours of a part of the work."""

    part: Text = required("Which part.", "Pre-training")
    hours: Stated[Amount] = required("GPU-hours.", "2664K")
    stage: Identifier | None = optional(
        "Pre-training stage that the hours cover; the utilisation is computed from it.", "pre-training"
    )
    per_tokens: StatedQuantity = optional(
        "Tokens that the hours are stated for, where that is not the whole stage; `part` says it in words.", "14.8T"
    )
    cost_usd: StatedAmount = optional("Cost in US dollars, as published.", "5.328M")


class TimeUnit(StrEnum):
    """In what time of training is published."""

    HOURS = "hours"
    DAYS = "days"
    GPU_DAYS = "GPU days"


class TrainingTime(Block):
    """Time of training, or of a part of it, that is published in place of GPU-hours."""

    part: Text | None = optional("Which part; left out of the whole.", "Reinforcement learning")
    time: Stated[Quantity] = required("How long.", "~14", Bound("0", "100000", above=True))
    unit: TimeUnit = required(
        "Hours or days on all GPUs of `hardware.gpu_count`, or the days of each GPU added up.", "days"
    )


class Infrastructure(Block):
    """What the model was trained with."""

    variants: tuple[Identifier, ...] = optional(
        "Variants whose training this describes; needed where the entry has several. For the others it says nothing, but for values by variant.",
        ["deepseek-v3-base", "deepseek-v3"],
        default=(),
    )
    total_of: Identifier | None = optional(
        "Variant whose whole training `gpu_hours_total` and `cost_usd` are; needed where they are published.",
        "deepseek-v3",
    )
    framework: StatedWord = optional("Training framework.", "HAI-LLM")
    hardware: Hardware | None = optional("Machines.")
    parallelism: Parallelism | None = optional("Parallelism.")
    precision: Precision | None = optional("Number formats.")
    gpu_hours: tuple[GpuHours, ...] = optional("GPU-hours by part.", default=())
    gpu_hours_total: StatedAmount = optional("GPU-hours in all.", "2664K")
    training_time: tuple[TrainingTime, ...] = optional(
        "Time that is published in place of GPU-hours, which are worked out from it.", default=()
    )
    price_per_gpu_hour_usd: StatedQuantity = optional(
        "Rental price that the authors assume, in US dollars.", 2, Bound("0", "100", above=True)
    )
    cost_usd: StatedAmount = optional("Cost in US dollars, as published.", "5.328M")
    gflop_per_token: StatedQuantity = optional("Computation per token in training, in GFLOP, as published.", 250)
    model_flops_utilization: Stated[Share] | None = optional(
        "Model FLOPs utilisation with causal attention against the dense BF16 peak, as published.",
        "38.94%",
        Bound("0", "1", above=True),
    )
    details: tuple[Detail, ...] = optional("Further published values.", default=())
    notes: tuple[Remark, ...] = optional("What the numbers do not say.", default=())


class Gpu(Block):
    """A kind of GPU. Peaks are those of dense matrices; data sheets also print twice as much, for matrices half of zeros."""

    id: Identifier = required("Unique among the GPUs.", "nvidia-h800")
    name: str = required("Name, as `infrastructure.hardware.gpu` writes it.", "NVIDIA H800", min_length=1)
    memory_gb: Stated[Quantity] = required("Memory, in GB.", 80)
    bandwidth_tb_per_s: Stated[Quantity] = required("Memory bandwidth, in TB/s.", 3.35)
    bf16_tflops: Stated[Quantity] = required("Peak in dense BF16, in TFLOPS.", 990)
    fp8_tflops: Stated[Quantity] = required(
        "Peak in dense FP8, in TFLOPS; `not applicable` for a GPU without the format.", 1979
    )
    fp4_tflops: StatedQuantity = optional(
        "Peak in dense FP4, in TFLOPS; `not applicable` for a GPU without the format.", 9000
    )
    link_gb_per_s: StatedQuantity = optional("What a GPU sends to the others of its fast domain, in GB/s one way.", 450)
    fast_domain: StatedSize = optional("GPUs that these links join; 1 where none do.", 8)

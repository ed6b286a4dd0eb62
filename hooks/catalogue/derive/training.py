"""What follows from an architecture and a pre-training together, by one convention for every model.

- A product of a token with a matrix takes one multiply-add per weight, 2 FLOPs forward and 4 backward: 6·N·D for N
  parameters and D tokens (Kaplan et al. 2020, §2.1). N is the activated parameters without the input embedding, which
  is looked up and not multiplied. Norms are counted in N, which does not show in the digits printed.
- Attention multiplies each query with the keys before it and the weights with their values: 2 FLOPs forward and 4
  backward for each of d_qk + d_v elements, head and earlier token. Under the causal mask a token of a sequence of s
  tokens sees s/2 on average (Chowdhery et al. 2022, App. B, which counts s).
- MTP modules, recomputed activations and the optimiser are left out.
- Utilisation is FLOPs ÷ (GPU-hours · 3600 · peak), after the same appendix; the peak is dense BF16.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from ..attention import kind_of
from ..records import Catalogue, Entry, infrastructure_value, published_gpu_hours, shares_training
from ..schema.architecture import Architecture
from ..schema.model import Counted, Model, Size
from ..schema.quantities import Count, Quantity
from ..schema.training import (
    MAKE_A_BASE_MODEL,
    Gpu,
    GpuHours,
    OptimizerKind,
    PhaseShape,
    RatePhase,
    Stage,
    StageKind,
    TimeUnit,
)
from ..schema.values import Absence, Single, Sources, per_kind, value_of_variant
from .expression import Computation, Exact, architecture_numbers, evaluate_formula
from .parameters import ACTIVATED_CONVENTION, cache_bytes


@dataclass(frozen=True, kw_only=True)
class OptimizerStates:
    constants: tuple[str, ...]  # those that stages of training state
    moments: int  # numbers kept for each parameter


OPTIMIZERS: Mapping[OptimizerKind, OptimizerStates] = per_kind(
    "OPTIMIZERS in derive/training.py",
    {
        OptimizerKind.ADAMW: OptimizerStates(constants=("beta1", "beta2", "epsilon"), moments=2),
        OptimizerKind.MUON: OptimizerStates(constants=("beta1",), moments=1),
        OptimizerKind.SINKHORN: OptimizerStates(constants=("beta1",), moments=1),
    },
    OptimizerKind,
)


class AttentionLeftOut(StrEnum):
    KIND = "kind"
    LENGTH = "length"


@dataclass(frozen=True)
class TrainingMetrics:
    tokens: Single[Quantity]  # of the pre-training that made the variant
    terms: Mapping[str, Computation]  # by name, in the order of the page; a line that cannot be made is left out
    attention_left_out: AttentionLeftOut | None  # why only matrix products are counted, if so


def training_metrics(entry: Entry, peak: Decimal | None = None) -> TrainingMetrics | None:
    """None where the size or the tokens are unknown; without `peak` (FLOPs per second of one GPU) no utilisation."""
    recount, architecture, tokens = entry.recount, entry.architecture, pre_training_tokens(entry)
    stage = pre_training(entry)
    if recount is None or recount.total is None or architecture is None or tokens is None or stage is None:
        return None
    numbers = {
        **architecture_numbers(architecture),
        "total": recount.total,
        "activated": recount.activated[ACTIVATED_CONVENTION],
        "matrix_parameters": recount.activated[ACTIVATED_CONVENTION],
        "tokens": _whole_number(tokens.value) or 0,
    }
    formulas = {"tokens_per_parameter": "tokens / total"}
    if recount.inactive_experts is not None:
        formulas = {"sparsity": "activated / total", **formulas, "tokens_per_activated": "tokens / activated"}
    terms = {name: evaluate_formula(name, formula, numbers) for name, formula in formulas.items()}
    if (cache := cache_bytes(recount)) is not None:
        terms["kv_cache_bytes"] = cache
    terms["matrix_flops"] = evaluate_formula("matrix_flops", "6 * matrix_parameters", numbers)
    numbers["matrix_flops"] = terms["matrix_flops"].value
    length = sequence_length(stage, entry.variant.id)
    formula = attention_formula(architecture, numbers)
    left_out = AttentionLeftOut.KIND if formula is None else AttentionLeftOut.LENGTH if length is None else None
    if formula is None or length is None:
        terms["training_flops"] = evaluate_formula("training_flops", "matrix_flops * tokens", numbers)
        return TrainingMetrics(tokens, terms, left_out)
    terms["attention_flops"] = evaluate_formula("attention_flops", formula, {**numbers, "sequence_length": length})
    numbers["attention_flops"] = terms["attention_flops"].value
    terms["flops_per_token"] = evaluate_formula("flops_per_token", "matrix_flops + attention_flops", numbers)
    numbers["flops_per_token"] = terms["flops_per_token"].value
    terms["training_flops"] = evaluate_formula("training_flops", "flops_per_token * tokens", numbers)
    return TrainingMetrics(tokens, {**terms, **_utilisation_terms(entry, numbers, peak)}, None)


_TERA = 10**12


def training_gpu(gpus: Mapping[str, Gpu], entry: Entry) -> Gpu | None:
    """None where it is unpublished or not in the catalogue."""
    hardware = entry.model.infrastructure.hardware if entry.model.infrastructure and shares_training(entry) else None
    stated = hardware.gpu.for_variant(entry.variant.id) if hardware and hardware.gpu else None
    name = stated.value.en if stated and stated.value else None
    return next((gpu for gpu in gpus.values() if gpu.name == name), None)


def training_metrics_with_peak(gpus: Mapping[str, Gpu], entry: Entry) -> TrainingMetrics | None:
    gpu = training_gpu(gpus, entry)
    peak = gpu.bf16_tflops.value if gpu else None
    return training_metrics(entry, peak.value * _TERA if peak else None)


def reference_run(catalogue: Catalogue) -> Entry | None:
    """The flagship whose makers publish utilisation, price, kind and number of GPUs: where a calculator begins."""
    for model in catalogue.models.values():
        entry, run = catalogue.flagship(model), model.infrastructure
        if run is None or run.hardware is None or training_gpu(catalogue.gpus, entry) is None:
            continue
        stated = (run.model_flops_utilization, run.price_per_gpu_hour_usd, run.hardware.gpu_count)
        if all(value is not None and value.value is not None for value in stated):
            return entry
    return None


def pre_training(entry: Entry) -> Stage | None:
    """The last pre-training with a count of tokens; earlier ones make parts, such as a vision encoder.

    None for a variant that starts from other weights.
    """
    if entry.variant.based_on is not None:
        return None
    stages = [
        stage
        for stage in entry.model.training
        if stage.kind is StageKind.PRE_TRAINING
        and entry.variant.id in stage.variants
        and _stage_tokens(stage, entry.variant.id) is not None
    ]
    return stages[-1] if stages else None


def pre_training_tokens(entry: Entry) -> Single[Quantity] | None:
    """None where they are not published, or only a bound is."""
    stage = pre_training(entry)
    return _stage_tokens(stage, entry.variant.id) if stage is not None else None


def headline_tokens(model: Model, variant_id: str) -> Single[Quantity] | None:
    """Of the variant's last pre-training with a count.

    Where it only continues from other weights, of its one stage, or the published total of several.
    """
    covering = [s for s in model.training if s.kind in MAKE_A_BASE_MODEL and variant_id in s.variants]
    longer = [s for s in covering if s.kind is StageKind.CONTEXT_EXTENSION]
    stated = [
        (stage, single)
        for stage in [s for s in covering if s not in longer] or longer
        if (single := _stated_tokens(stage, variant_id))
    ]
    counted = [(stage, single) for stage, single in stated if single.value is not None]
    if made := [stage for stage, _ in counted if stage.kind is StageKind.PRE_TRAINING]:
        return _tokens_in_all(made[-1], variant_id)
    if len(counted) > 1:
        return _total_tokens(counted[-1][0], variant_id)
    return stated[-1][1] if stated else None


def _stage_tokens(stage: Stage, variant_id: str) -> Single[Quantity] | None:
    single = _tokens_in_all(stage, variant_id)
    return single if single is not None and _whole_number(single.value) else None


def _tokens_in_all(stage: Stage, variant_id: str) -> Single[Quantity] | None:
    """The total over the stages it continues from where one is stated, else the stage's own tokens."""
    return _total_tokens(stage, variant_id) or _stated_tokens(stage, variant_id)


def _total_tokens(stage: Stage, variant_id: str) -> Single[Quantity] | None:
    total = stage.data.tokens_total if stage.data else None
    return total.for_variant(variant_id) if total else None


def _stated_tokens(stage: Stage, variant_id: str) -> Single[Quantity] | None:
    own = stage.data.tokens if stage.data else None
    return own.for_variant(variant_id) if own else None


def sequence_length(stage: Stage, variant_id: str) -> int | None:
    """In tokens; None where it is unknown or only a bound."""
    stated = stage.sequence_length
    single = stated.for_variant(variant_id) if stated else None
    return _whole_number(single.value) if single is not None else None


def _whole_number(quantity: Quantity | None) -> int | None:
    """None for a bound such as `>50K` and for a fraction."""
    if quantity is None or quantity.qualifier not in ("", "~") or quantity.value % 1:
        return None
    return int(quantity.value)


def attention_formula(architecture: Architecture, numbers: Mapping[str, int]) -> str | None:
    """FLOPs of attention itself for a token; None where a token does not see all tokens before it."""
    kind = kind_of(architecture)
    if "sliding_window" in numbers or "index_topk" in numbers or kind is None or kind.score_widths is None:
        return None
    return f"6 * num_hidden_layers * num_attention_heads * ({kind.score_widths}) * sequence_length / 2"


def _utilisation_terms(entry: Entry, numbers: Mapping[str, int], peak: Decimal | None) -> dict[str, Computation]:
    """Utilisation by our count, and with attention counted without a causal mask."""
    hours = pre_training_hours(entry)
    if hours is None or peak is None or peak % 1:
        return {}
    gpu_hours, tokens = hours
    inserted = {**numbers, "gpu_hours": gpu_hours, "peak_flops": int(peak), "tokens": tokens or numbers["tokens"]}
    machine = "tokens / (gpu_hours * 3600 * peak_flops)"
    return {
        "utilisation": evaluate_formula("utilisation", f"flops_per_token * {machine}", inserted),
        "utilisation_without_mask": evaluate_formula(
            "utilisation_without_mask", f"(matrix_flops + 2 * attention_flops) * {machine}", inserted
        ),
    }


def pre_training_hours(entry: Entry) -> tuple[int, int | None] | None:
    """Of the flagship, with the tokens they cover where that is not all of them."""
    part = stage_gpu_hours(entry.model)
    hours = _whole_number(part.hours.value) if part else None
    if part is None or not hours or entry.variant.id != entry.model.flagship:
        return None
    if part.per_tokens:
        return hours, _whole_number(part.per_tokens.value)
    covered = next((stage for stage in entry.model.training if stage.id == part.stage), None)
    own = _stated_tokens(covered, entry.variant.id) if covered else None
    whole = pre_training_tokens(entry)
    return hours, _whole_number(own.value) if own and whole and own.value != whole.value else None


@dataclass(frozen=True)
class WorkedHours:
    """GPU-hours that follow from what is published in their place."""

    term: Computation  # `gpu_hours`, or `gpu_hours_of_pre_training` where a rate covers that alone
    about: bool  # whether a number in it is approximate
    source: Sources | None


_HOURS_OF = {TimeUnit.HOURS: "{} * gpu_count", TimeUnit.DAYS: "{} * 24 * gpu_count", TimeUnit.GPU_DAYS: "{} * 24"}


def worked_gpu_hours(entries: Mapping[str, Entry], entry: Entry) -> WorkedHours | None:
    """From days, hours or GPU days, or from a rate per tokens; None where the hours are published or nothing is."""
    block, published = entry.model.infrastructure, published_gpu_hours(entry)
    if block is None or published is None or published.absence is not Absence.NOT_PUBLISHED or entry.variant.release:
        return None
    rate, tokens = pre_training_hours(entry), pre_training_tokens(entry)
    if rate is not None and rate[1] is not None and tokens is not None and tokens.value is not None:
        given: dict[str, Exact] = {
            "gpu_hours": rate[0],
            "tokens": Fraction(tokens.value.value),
            "tokens_of_these_hours": rate[1],
        }
        term = evaluate_formula("gpu_hours_of_pre_training", "gpu_hours * tokens / tokens_of_these_hours", given)
        return WorkedHours(term, False, published.source)
    count = infrastructure_value(entries, entry, block.hardware.gpu_count if block.hardware else None)
    if any(one.time.by_variant and entry.variant.id not in one.time.by_variant for one in block.training_time):
        return None  # a chat model's are in those of its base model
    found = [(one, infrastructure_value(entries, entry, one.time)) for one in block.training_time]
    values = [single.value for _, single in found if single is not None and single.value is not None]
    if not values or len(values) < len(found) or len({one.unit for one, _ in found}) > 1:
        return None
    unit = found[0][0].unit
    names = [unit.name.lower() + (f"_{n}" if len(values) > 1 else "") for n, _ in enumerate(values, 1)]
    numbers: dict[str, Exact] = {name: Fraction(value.value) for name, value in zip(names, values, strict=True)}
    if unit is not TimeUnit.GPU_DAYS:
        if count is None or count.value is None:
            return None
        numbers["gpu_count"] = Fraction(count.value.value)
    formula = _HOURS_OF[unit].format(names[0] if len(names) == 1 else f"({' + '.join(names)})")
    term = evaluate_formula("gpu_hours", formula, numbers)
    first = found[0][1]
    return WorkedHours(term, any(value.qualifier == "~" for value in values), first.source if first else None)


def stage_gpu_hours(model: Model) -> GpuHours | None:
    parts = model.infrastructure.gpu_hours if model.infrastructure else ()
    return next((part for part in parts if part.stage is not None), None)


class SizeOf(StrEnum):
    TOTAL = "total"
    ACTIVATED = "activated"


@dataclass(frozen=True)
class ComparedSize:
    """A size to compare with another: published where it is on the common base, else recomputed."""

    published: Size[Count] | None
    computed: Computation | None
    counts: Counted | None  # what it counts, printed with it; None for the whole main model

    @property
    def spelling(self) -> str:
        if self.computed is not None:
            return str(self.computed.value)
        assert self.published is not None
        assert self.published.value is not None
        return f"{self.published.value.value.normalize():f}"


def published_size(entry: Entry, which: SizeOf) -> Size[Count] | None:
    parameters = entry.variant.parameters
    return parameters.total if which is SizeOf.TOTAL else parameters.activated


def recomputed_size(entry: Entry, which: SizeOf) -> Computation | None:
    """Total: all that a token can reach, with Engram. Activated: what a token uses while writing."""
    recount = entry.recount
    if recount is None or recount.total is None:
        return None
    if which is SizeOf.ACTIVATED:
        return evaluate_formula("activated", "activated", {"activated": entry.activated}) if entry.activated else None
    sizes = {"main_model": recount.total, **{part.name: part.value for part in recount.engram}}
    return evaluate_formula("with_engram" if recount.engram else "total", " + ".join(sizes), sizes)


def is_on_common_base(entry: Entry, which: SizeOf) -> bool:
    """Whether a published size counts the whole main model, as far as a recount can tell."""
    size = published_size(entry, which)
    if size is None or size.value is None or size.counts not in (None, Counted.LANGUAGE_MODEL):
        return False
    agreement = entry.total_agreement if which is SizeOf.TOTAL else entry.activated_agreement
    return agreement is None or agreement.holds


def compared_sizes(entries: tuple[Entry, Entry], which: SizeOf) -> tuple[ComparedSize, ComparedSize] | None:
    """On one base; None where they have none in common."""
    recounts = [recomputed_size(entry, which) for entry in entries]
    published = [published_size(entry, which) for entry in entries]
    if all(is_on_common_base(entry, which) for entry in entries):
        first, second = (ComparedSize(size, None, size.counts if size else None) for size in published)
        counts = {recount.value if recount is not None else None for recount in recounts}
        # Rounded differently, one network would differ from itself; rounded alike, two would be the same.
        if None in counts or (len(counts) == 1) is (first.spelling == second.spelling):
            return first, second
    if None not in recounts:
        first, second = (
            ComparedSize(None, recount, recomputed_counts(entry, which))
            for entry, recount in zip(entries, recounts, strict=True)
        )
        return first, second
    bases = {size.counts if size is not None and size.value is not None else "" for size in published}
    if len(bases) == 1 and "" not in bases:
        first, second = (ComparedSize(size, None, size.counts if size else None) for size in published)
        return first, second
    return None


def recomputed_counts(entry: Entry, which: SizeOf) -> Counted | None:
    if which is SizeOf.ACTIVATED and entry.recount is not None and entry.recount.prefill is not None:
        return Counted.WRITING
    if which is SizeOf.TOTAL and entry.recount is not None and entry.recount.engram:
        return Counted.WITH_ENGRAM
    return Counted.LANGUAGE_MODEL if entry.vision is not None else None


def metric_counts(entry: Entry, metric: str) -> Counted | None:
    """What a metric is per, or a share of, where that is not all parameters."""
    recount = entry.recount
    writes = recount is not None and recount.prefill is not None
    backbone = recount is not None and bool(recount.engram)
    match metric:
        case "sparsity" if writes and backbone:
            return Counted.BACKBONE_WRITING
        case "sparsity" | "tokens_per_activated" if writes:
            return Counted.WRITING
        case "sparsity" | "tokens_per_parameter" if backbone:
            return Counted.BACKBONE
    return None


class Way(StrEnum):
    WARM_UP = "warm-up"
    CONSTANT = "constant"
    LINEAR = "linear"
    COSINE = "cosine"
    GROWS = "grows"


_WAYS = {PhaseShape.CONSTANT: Way.CONSTANT, PhaseShape.LINEAR: Way.LINEAR, PhaseShape.COSINE: Way.COSINE}


@dataclass(frozen=True)
class Stretch:
    way: Way
    start: Fraction  # share of the stage at which it begins
    end: Fraction  # share at which it ends
    first: Decimal  # a learning rate, or sequences per step
    last: Decimal
    computed: bool = False  # whether `last` is a factor times the peak, and not printed itself

    def value_at(self, share: Fraction) -> float:
        first, last = float(self.first), float(self.last)
        if self.way is Way.CONSTANT:
            return last
        t = float((share - self.start) / (self.end - self.start))
        if self.way is Way.COSINE:
            return last + (first - last) * (1 + math.cos(math.pi * t)) / 2
        return first + (last - first) * t


@dataclass(frozen=True)
class Schedule:
    tokens: Quantity | None
    rate: tuple[Stretch, ...]
    loose: tuple[Decimal, ...]  # peak and last rate where no phase says how one becomes the other
    warmup_without_length: bool  # a warm-up is stated, but not the batch that gives its length
    batch: tuple[Stretch, ...]  # stretches of sequences per step


def schedule_of_stage(stage: Stage, variant_id: str) -> Schedule | None:
    """None where no learning rate can be placed."""
    stated = stage.learning_rate
    peak = value_of_variant(stated.peak, variant_id) if stated else None
    if stated is None or peak is None:
        return None
    tokens = value_of_variant(stage.data.tokens, variant_id) if stage.data else None
    final = value_of_variant(stated.final, variant_id)
    warmup = _warmup_stretch(stage, variant_id, peak, tokens)
    phases = _phase_stretches(stated.phases, variant_id, peak.value, tokens, warmup.end if warmup else Fraction(0))
    loose = () if final is None or stated.phases else (peak.value, final.value)
    if not phases and not loose:
        return None
    return Schedule(
        tokens,
        ((warmup,) if warmup and phases else ()) + phases,
        loose,
        bool(value_of_variant(stated.warmup_steps, variant_id)) and warmup is None,
        _batch_stretches(stage, variant_id, tokens),
    )


def _warmup_stretch(stage: Stage, variant_id: str, peak: Quantity, tokens: Quantity | None) -> Stretch | None:
    batch = stage.batch_size
    steps = value_of_variant(stage.learning_rate.warmup_steps, variant_id) if stage.learning_rate else None
    sequences = (
        (value_of_variant(batch.start, variant_id) or value_of_variant(batch.sequences, variant_id)) if batch else None
    )
    length = value_of_variant(stage.sequence_length, variant_id)
    if steps is None or not steps.value or sequences is None or length is None or tokens is None:
        return None
    share = Fraction(steps.value) * Fraction(sequences.value) * Fraction(length.value) / Fraction(tokens.value)
    return Stretch(Way.WARM_UP, Fraction(0), share, Decimal(0), peak.value)


def _phase_stretches(
    phases: tuple[RatePhase, ...], variant_id: str, peak: Decimal, tokens: Quantity | None, start: Fraction
) -> tuple[Stretch, ...]:
    """Phases stated in full, up to the first that is not."""
    found: list[Stretch] = []
    rate = peak
    for phase in phases:
        end = _share_of_tokens(phase.until.value, tokens)
        printed = value_of_variant(phase.rate, variant_id)
        factor = value_of_variant(phase.fraction, variant_id)
        if end is None or (printed is None and factor is None):
            break
        last = printed.value if printed else peak * _factor_value(factor) if factor else peak
        way = _WAYS[phase.shape]
        first = last if way is Way.CONSTANT else rate
        found.append(Stretch(way, start, end, first, last, computed=printed is None and last != peak))
        start, rate = end, last
    return tuple(found)


def _factor_value(fraction: Quantity) -> Decimal:
    return fraction.value / 100 if fraction.is_percentage else fraction.value


def _share_of_tokens(until: Quantity | None, tokens: Quantity | None) -> Fraction | None:
    if until is None:
        return None
    if until.is_percentage:
        return Fraction(until.value) / 100
    return Fraction(until.value) / Fraction(tokens.value) if tokens else None


def _batch_stretches(stage: Stage, variant_id: str, tokens: Quantity | None) -> tuple[Stretch, ...]:
    batch = stage.batch_size
    full = value_of_variant(batch.sequences, variant_id) if batch else None
    if batch is None or full is None:
        return ()
    start, ramp = (
        value_of_variant(batch.start, variant_id),
        _share_of_tokens(value_of_variant(batch.ramp_tokens, variant_id), tokens),
    )
    if batch.start is None and batch.ramp_tokens is None:
        return (Stretch(Way.CONSTANT, Fraction(0), Fraction(1), full.value, full.value),)
    if start is None or ramp is None:
        return ()
    return (
        Stretch(Way.GROWS, Fraction(0), ramp, start.value, full.value),
        Stretch(Way.CONSTANT, ramp, Fraction(1), full.value, full.value),
    )

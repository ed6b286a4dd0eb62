"""What a variant gives to the formulas of `derive.what_if`: what serving keeps in memory, and the computation of training."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..attention import window_formula
from ..records import Entry, weights_format
from ..schema.training import NumberFormat, number_format
from ..schema.values import per_kind
from .expression import architecture_numbers, evaluate_formula
from .parameters import ACTIVATED_CONVENTION
from .training import attention_formula

Number = int | Fraction


@dataclass(frozen=True, kw_only=True)
class StoredFormat:
    bits: int  # without the scales of blocks
    # The name in `WEIGHT_BITS` of weights released in it (FP4: routed experts alone); None where no model is
    weights: str | None


NUMBER_FORMATS: Mapping[NumberFormat, StoredFormat] = per_kind(
    "NUMBER_FORMATS in derive/calculators.py",
    {
        NumberFormat.FP32: StoredFormat(bits=32, weights=None),
        NumberFormat.TF32: StoredFormat(bits=32, weights=None),
        NumberFormat.BF16: StoredFormat(bits=16, weights="bf16"),
        NumberFormat.FP16: StoredFormat(bits=16, weights="bf16"),
        NumberFormat.FP8: StoredFormat(bits=8, weights="fp8"),
        NumberFormat.INT8: StoredFormat(bits=8, weights="fp8"),
        NumberFormat.FP4: StoredFormat(bits=4, weights="mixed"),
        NumberFormat.INT4: StoredFormat(bits=4, weights=None),
    },
    NumberFormat,
)

# Numbers in FP4 are stored with a scale of a byte for each 32 of them (the MX formats).
_FP4_WITH_SCALES = NUMBER_FORMATS[NumberFormat.FP4].bits + Fraction(8, 32)
WEIGHT_BITS: Mapping[str, tuple[Number, Number]] = {
    "bf16": (16, 16),
    "fp8": (8, 8),
    "fp4": (4, 4),
    "mixed": (NUMBER_FORMATS[NumberFormat.FP8].bits, _FP4_WITH_SCALES),
}
"""Of a weight, and of one in a routed expert."""


def released_format(entry: Entry) -> str | None:
    """Of the weights, as a name in `WEIGHT_BITS`."""
    single = weights_format(entry)
    return NUMBER_FORMATS[NumberFormat(number_format(single.value))].weights if single and single.value else None


@dataclass(frozen=True)
class MemoryFootprint:
    """Of what is released.

    Attributes:
        parameters: Of the main model and all modules beside it.
        expert_parameters: Of these, in routed experts of the main model.
        on_host: Of these, in tables of Engram, whose rows can be fetched from the host's memory.
        optional: Of these, in what can be left away: MTP modules or a drafter, the vision encoder.
        cache_elements: Per token over all layers, without the window.
        stored_cache: Bytes of the same in service; None where unknown.
        sliding_window: In tokens; 0 without one.
        window_elements: For a token of the window.
        state_elements: For a sequence.
    """

    parameters: int
    expert_parameters: int
    on_host: int
    optional: int
    cache_elements: Fraction
    stored_cache: Fraction | None
    sliding_window: int
    window_elements: int
    state_elements: int


@dataclass(frozen=True)
class TrainingEffort:
    matrix_flops: int  # for a token
    # For a token and a position of the sequence; None where attention does not read every earlier token
    attention_flops_per_position: Fraction | None


@dataclass(frozen=True)
class MissingFields:
    """What a result needs and is not known; empty without an architecture."""

    fields: tuple[str, ...] = ()


def memory_footprint(entry: Entry) -> MemoryFootprint | MissingFields:
    recount, architecture = entry.recount, entry.architecture
    if recount is None or architecture is None:
        return MissingFields()
    if recount.total is None or recount.kv_cache is None:
        return MissingFields((*recount.missing, *recount.cache_missing))
    numbers = architecture_numbers(architecture)
    in_window = window_formula(architecture, numbers)
    optional = [module.value for module in (recount.mtp, entry.encoder) if module is not None]
    return MemoryFootprint(
        parameters=recount.total + sum(part.value for part in recount.engram) + sum(optional),
        expert_parameters=sum(t.value for t in recount.terms if t.name == "routed_experts"),
        on_host=next((part.value for part in recount.engram if part.name == "engram_tables"), 0),
        optional=sum(optional),
        cache_elements=recount.kv_cache.exact,
        stored_cache=entry.stored_cache.exact if entry.stored_cache else None,
        sliding_window=numbers["sliding_window"] if in_window else 0,
        window_elements=evaluate_formula("window_elements", in_window, numbers).value if in_window else 0,
        state_elements=recount.state.value if recount.state else 0,
    )


def training_effort(entry: Entry) -> TrainingEffort | MissingFields:
    recount, architecture = entry.recount, entry.architecture
    if recount is None or architecture is None:
        return MissingFields()
    if recount.total is None:
        return MissingFields(recount.missing)
    numbers = architecture_numbers(architecture)
    formula = attention_formula(architecture, numbers)
    per_position = (
        evaluate_formula("attention_flops", formula, {**numbers, "sequence_length": 1}).exact if formula else None
    )
    return TrainingEffort(6 * recount.activated[ACTIVATED_CONVENTION], per_position)


def memory_numbers(found: MemoryFootprint) -> dict[str, Number]:
    return {
        "parameters": found.parameters - found.on_host - found.optional,
        "table_parameters": found.on_host,
        "optional_parameters": found.optional,
        "expert_parameters": found.expert_parameters,
        "cache_elements": found.cache_elements,
        "stored_cache": found.stored_cache or 0,
        "sliding_window": found.sliding_window,
        "window_elements": found.window_elements,
        "state_elements": found.state_elements,
    }

"""Memory to serve a variant, and time and cost to train one, as formulas over inputs that a reader chooses.

The script of the calculators gets the formulas as trees. Memory is weights plus cache, and weights are all that come
in the files, modules beside the main model among them; the window's entries stop
growing once it is full, and a state never grows. An element of both takes two bytes where the cache is counted as stored: DeepSeek states
the format of entries alone. Left out are the scales of FP8 and FP4 blocks, activations and copies on several GPUs, so
the number of GPUs is a lower bound.

Training follows the convention of `derive.training`, at any sequence length, against the peak in dense BF16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..attention import window_formula
from ..records import Entry
from ..schema.training import NumberFormat
from ..schema.values import per_kind
from .expression import Computation, architecture_numbers, evaluate_formula, formula_names
from .parameters import ACTIVATED_CONVENTION
from .training import attention_formula

# What a sequence keeps beside the entries of all its tokens.
_BESIDE = {"window": " + min(context_length, sliding_window) * window_elements", "state": " + state_elements"}


def _cache_forms() -> Iterator[tuple[str, str]]:
    for kept in ((), ("window",), ("state",), ("window", "state")):
        beside = "".join(_BESIDE[name] for name in kept)
        elements = f"(context_length * cache_elements{beside})" if kept else "context_length * cache_elements"
        yield " ".join(kept), f"sequences * {elements} * cache_bits / 8"
        beside = "".join(f"{_BESIDE[name]} * 2" for name in kept)
        stored = f"(context_length * stored_cache{beside})" if kept else "context_length * stored_cache"
        yield " ".join(("stored", *kept)), f"sequences * {stored}"


# Each line with its forms; which one holds is decided by `memory_forms` and `training_forms`.
MEMORY: Mapping[str, Mapping[str, str]] = {
    "weight_bytes": {
        "": "parameters * weight_bits / 8",
        "mixed": "(expert_parameters * expert_bits + (parameters - expert_parameters) * weight_bits) / 8",
    },
    "cache_bytes": dict(_cache_forms()),
    "gpus": {"": "ceil((weight_bytes + cache_bytes) / (gpu_memory * usable_percent / 100))"},
}
TRAINING: Mapping[str, Mapping[str, str]] = {
    "flops_per_token": {
        "": "matrix_flops",
        "attention": "matrix_flops + attention_flops_per_position * sequence_length",
        "own": "6 * matrix_parameters",
    },
    "training_flops": {"": "flops_per_token * tokens"},
    "gpu_hours": {"": "training_flops / (3600 * peak_flops * utilisation_percent / 100)"},
    "days": {"": "gpu_hours / (24 * gpu_count)"},
    "cost_usd": {"": "gpu_hours * price_per_gpu_hour"},
}

Number = int | Fraction


@dataclass(frozen=True, kw_only=True)
class StoredFormat:
    bits: int  # without the scales of blocks
    # The memory calculator's choice for weights released in it (FP4: routed experts alone); None where no model is
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
        "parameters": found.parameters,
        "expert_parameters": found.expert_parameters,
        "cache_elements": found.cache_elements,
        "stored_cache": found.stored_cache or 0,
        "sliding_window": found.sliding_window,
        "window_elements": found.window_elements,
        "state_elements": found.state_elements,
    }


def memory_forms(found: MemoryFootprint, mixed: bool, stored: bool) -> dict[str, str]:
    cache = ["stored"] * stored + ["window"] * bool(found.sliding_window) + ["state"] * bool(found.state_elements)
    return {"weight_bytes": "mixed" if mixed else "", "cache_bytes": " ".join(cache), "gpus": ""}


def training_forms(found: TrainingEffort) -> dict[str, str]:
    whole = found.attention_flops_per_position is not None
    return dict.fromkeys(TRAINING, "") | {"flops_per_token": "attention" if whole else ""}


def evaluate_lines(
    formulas: Mapping[str, Mapping[str, str]], forms: Mapping[str, str], numbers: Mapping[str, Number]
) -> dict[str, Computation]:
    """Each result, rounded once, is a number for the lines below it; a line with an unknown name is left out."""
    known, lines = dict(numbers), {}
    for name, options in formulas.items():
        formula = options[forms[name]]
        if formula_names(formula) <= known.keys():
            lines[name] = evaluate_formula(name, formula, known)
            known[name] = lines[name].value
    return lines

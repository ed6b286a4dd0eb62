"""What a training step or a pass of serving takes, part by part, as formulas over a model, GPUs and how it is spread.

Each line is an expression that the build evaluates for the presets and the browser for what a reader chooses. Results are
exact and not rounded between lines.

What is an estimate, and why:

- GPUs attain a share of their peak, and of the bandwidth of memory and network, that the reader gives; single kernels reach somewhat more than the presets take.
- Activations are a number of bytes for each token, layer and number of the width; 34 without recomputation (Korthikanti et
  al. 2022, eq. 2, without the scores of attention), fewer where parts are computed again.
- All GPUs are equally loaded, and what overlaps overlaps wholly.

The bubbles are those of DeepSeek-V3 Table 2, with a backward pass of twice the forward one, half of it for weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from ..records import Entry
from .calculators import MEMORY, MissingFields, memory_footprint, memory_numbers, training_effort
from .expression import Computation, Part, architecture_numbers, evaluate_formula, held_formulas
from .parameters import ACTIVATED_CONVENTION

Number = int | Fraction

_SHARED, _EXPERTS = "(parameters - expert_parameters)", "expert_parameters"
_HELD = f"({_SHARED} / (pipeline * tensor) + {_EXPERTS} / (pipeline * expert_parallel))"
_SPREAD = "parameters / (pipeline * tensor * data_parallel)"
# Bytes for a weight: a gradient in FP32; a master copy in FP32 and two moments.
_STATES = "(4 + 2 * moment_bytes)"

TRAINING = (
    Part("data_parallel", "gpu_count / (pipeline * tensor)"),
    Part("micro_batches", "ceil(sequences / data_parallel)"),
    Part("held_weights", f"copies * {_HELD} * 2"),
    Part("held_gradients", f"{_HELD} * 4", ("!zero_2",)),
    Part("held_gradients", f"{_SPREAD} * 4", ("zero_2",)),
    Part("held_states", f"{_HELD} * {_STATES}", ("!zero_1",)),
    Part("held_states", f"{_SPREAD} * {_STATES}", ("zero_1",)),
    Part(
        "held_activations",
        "min(in_flight, micro_batches) * sequence_length * ceil(num_hidden_layers / pipeline) * hidden_size"
        " * activation_bytes / tensor",
    ),
    Part("memory", "held_weights + held_gradients + held_states + held_activations"),
    Part("step_flops", "matrix_flops * sequences * sequence_length", ("!attention_flops_per_position",)),
    Part(
        "step_flops",
        "(matrix_flops + attention_flops_per_position * sequence_length) * sequences * sequence_length",
        ("attention_flops_per_position",),
    ),
    Part("arithmetic_time", "step_flops / (gpu_count * peak_flops * utilisation_percent / 100)"),
    Part("bubble_time", "arithmetic_time * (pipeline - 1) / micro_batches", ("schedule_1f1b",)),
    Part("bubble_time", "arithmetic_time * (pipeline - 1) / (3 * micro_batches)", ("schedule_zb1p",)),
    Part("bubble_time", "arithmetic_time * max(0, pipeline / 2 - 1) * 2 / (3 * micro_batches)", ("schedule_dualpipe",)),
    Part(
        "traffic_time",
        "sequences * sequence_length / data_parallel * moe_layers / pipeline * nodes_reached * hidden_size * 6"
        " / (tensor * network_bandwidth)",
        ("moe_layers",),
    ),
    Part("traffic_time", "0", ("!moe_layers",)),
    Part("exposed_time", "traffic_time", ("!overlap",)),
    Part("exposed_time", "max(0, traffic_time - arithmetic_time)", ("overlap",)),
    Part("gradient_time", f"{_HELD} * 6 / network_bandwidth"),
    Part("step_time", "arithmetic_time + bubble_time + exposed_time + gradient_time"),
    Part("mfu", "step_flops / (step_time * gpu_count * peak_flops)"),
    Part("gpu_hours", "tokens / (sequences * sequence_length) * step_time * gpu_count / 3600"),
    Part("days", "gpu_hours / (24 * gpu_count)"),
    Part("cost_usd", "gpu_hours * price_per_gpu_hour"),
)

_ALL_WEIGHTS = f"({_SHARED} * weight_bits + {_EXPERTS} * expert_bits)"
_OF_EXPERTS = f"{_EXPERTS} * expert_bits / (8 * gpu_count)"
_READ = f"(weight_bytes - {_OF_EXPERTS} * (1 - min(1, sequences * expert_share))) / memory_bandwidth"


def _cache_parts() -> Iterator[Part]:
    for form, formula in MEMORY["cache_bytes"].items():
        kept = form.split()
        names = {"stored": "stored", "window": "window_elements", "state": "state_elements"}
        yield Part("cache_bytes", formula, tuple(name if key in kept else f"!{name}" for key, name in names.items()))


SERVING = (
    Part("sequences_each", "sequences / gpu_count"),
    Part("weight_bytes", f"({_SHARED} * weight_bits + {_EXPERTS} * expert_bits / gpu_count) / 8", ("moe_layers",)),
    Part("weight_bytes", f"{_ALL_WEIGHTS} / (8 * gpu_count)", ("!moe_layers",)),
    *_cache_parts(),
    # Tables of Engram are split over the GPUs, and a token looks a few rows up.
    Part("table_bytes", "table_parameters * weight_bits / (8 * gpu_count)", ("!on_host",)),
    Part("table_bytes", "0", ("on_host",)),
    Part("memory", "weight_bytes + table_bytes + cache_bytes / gpu_count"),
    Part("weights_time", _READ, ("!overlap",)),
    Part("weights_time", f"2 * {_READ}", ("overlap",)),
    Part("cache_time", "cache_bytes / (gpu_count * memory_bandwidth)"),
    Part("products_time", "sequences_each * tokens_checked * 2 * active_parameters / product_flops"),
    Part(
        "scores_time", "sequences_each * tokens_checked * score_flops * context_length / score_peak", ("score_flops",)
    ),
    Part("scores_time", "0", ("!score_flops",)),
    Part("work_time", "max(weights_time, products_time) + max(cache_time, scores_time)"),
    Part(
        "traffic_time",
        "sequences_each * tokens_checked * moe_layers * num_experts_per_tok * hidden_size * 3 / exchange_bandwidth",
        ("several", "moe_layers"),
    ),
    Part(
        "traffic_time",
        "sequences * tokens_checked * num_hidden_layers * hidden_size * 8 / exchange_bandwidth",
        ("several", "!moe_layers"),
    ),
    Part("traffic_time", "0", ("!several",)),
    Part("pass_time", "work_time + traffic_time", ("!overlap",)),
    Part("pass_time", "max(work_time, traffic_time)", ("overlap",)),
    Part("user_speed", "tokens_a_pass / pass_time"),
    Part("gpu_speed", "sequences_each * tokens_a_pass / pass_time"),
    Part("token_cost", "1000000 * price_per_gpu_hour / (3600 * gpu_speed)"),
)


def what_if_numbers(entry: Entry) -> dict[str, Number] | MissingFields:
    """What a model gives to the formulas."""
    found, effort, architecture, recount = (
        memory_footprint(entry),
        training_effort(entry),
        entry.architecture,
        entry.recount,
    )
    if isinstance(found, MissingFields):
        return found
    if isinstance(effort, MissingFields) or architecture is None or recount is None:
        return MissingFields()
    numbers = architecture_numbers(architecture)
    experts = numbers.get("n_routed_experts", 1)
    given: dict[str, Number] = {
        **memory_numbers(found),
        "parameters": found.parameters - found.optional - found.on_host,
        "table_parameters": found.on_host,
        "matrix_flops": effort.matrix_flops,
        "attention_flops_per_position": effort.attention_flops_per_position or 0,
        "active_parameters": recount.activated[ACTIVATED_CONVENTION],
        "num_hidden_layers": numbers["num_hidden_layers"],
        "hidden_size": numbers["hidden_size"],
        "moe_layers": numbers.get("moe_layers", 0),
        "num_experts_per_tok": numbers.get("num_experts_per_tok", 0),
        "expert_share": Fraction(numbers.get("num_experts_per_tok", 1), experts),
    }
    for name, formula in _score_formulas(numbers):
        given[name] = evaluate_formula(name, formula, numbers).exact
    return given


def _score_formulas(numbers: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """FLOPs of attention for a written token and an earlier one; of MLA on the latents themselves. None where tokens are chosen."""
    if "index_topk" in numbers or "sliding_window" in numbers:
        return
    if "kv_lora_rank" in numbers:
        yield "score_flops", "2 * num_hidden_layers * num_attention_heads * (2 * kv_lora_rank + qk_rope_head_dim)"
    else:
        yield "score_flops", "4 * num_hidden_layers * num_attention_heads * head_dim"


def work_out(parts: Sequence[Part], names: frozenset[str], numbers: Mapping[str, Number]) -> dict[str, Computation]:
    """Each line that holds, whose exact result is a number for those below it; `names` beside numbers that are not 0."""
    known, lines = dict(numbers), dict[str, Computation]()
    held = held_formulas(parts, names | {name for name, number in numbers.items() if number})
    for name, formula in held.items():
        lines[name] = evaluate_formula(name, formula, known)
        known[name] = lines[name].exact
    return lines

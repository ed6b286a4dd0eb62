"""What a model takes to be held, trained, read to and written with, part by part, as formulas over a model, GPUs and how it is spread.

Each line is an expression that the build evaluates for tables, answers and presets and the browser for what a reader chooses. Results
are exact and not rounded between lines. A number that is not 0 is also a name that a line can ask for.

What is an estimate, and why:

- GPUs attain a share of their peak, and of the bandwidth of memory and network, that the reader gives; single kernels reach somewhat more than the presets take.
- Activations are a number of bytes for each token, layer and number of the width; 34 without recomputation (Korthikanti et
  al. 2022, eq. 2, without the scores of attention), fewer where parts are computed again.
- All GPUs are equally loaded, and what overlaps overlaps wholly.
- In service a copy of the model goes through `pipeline` stages with as many batches under way, and the stage with most layers sets the pace.
  In a stage `tensor` GPUs split each layer, routed experts lie on all GPUs of the stage. A ring's all-reduce sends 2 (n − 1) / n of its bytes.
- In training that happens forward and backward. `context` GPUs share a sequence: each gathers what the cache would keep of the others, of one
  layer at a time, forward and again backward, and sends their gradients back. Of MLA that is the latents.

Memory to hold a model is weights plus cache; a window's entries stop growing once it is full, and a state never grows. An element of both
takes two bytes where the cache is counted as stored: DeepSeek states the format of entries alone. Left out are the scales of FP8,
activations and copies on several GPUs, so the number of GPUs is a lower bound. The bubbles are those of DeepSeek-V3 Table 2, with a
backward pass of twice the forward one, half of it for weights.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from ..attention import kind_of
from ..records import Entry
from .calculators import (
    WEIGHT_BITS,
    MissingFields,
    Number,
    memory_footprint,
    memory_numbers,
    released_format,
    training_effort,
)
from .expression import Computation, Part, architecture_numbers, evaluate_formula
from .parameters import ACTIVATED_CONVENTION

_SHARED, _EXPERTS = "(parameters - expert_parameters)", "expert_parameters"
_HELD = f"({_SHARED} / (pipeline * tensor) + {_EXPERTS} / (pipeline * expert_parallel))"
_SPREAD = "parameters / gpu_count"
# Bytes for a weight: a gradient in FP32; a master copy in FP32 and two moments.
_STATES = "(4 + 2 * moment_bytes)"
_FULL = "memory * 10000 / (gpu_memory * usable_percent)"  # per cent of what can be used

_EFFORT = (
    Part("flops_per_token", "6 * matrix_parameters", ("matrix_parameters",)),
    Part("flops_per_token", "matrix_flops", ("!matrix_parameters", "!attention_flops_per_position")),
    Part(
        "flops_per_token",
        "matrix_flops + attention_flops_per_position * sequence_length",
        ("!matrix_parameters", "attention_flops_per_position"),
    ),
)
_PRICE = (Part("days", "gpu_hours / (24 * gpu_count)"), Part("cost_usd", "gpu_hours * price_per_gpu_hour"))
_COMPUTES = (Part("no_own", "1", ("matrix_parameters",)), Part("no_gpu", "1", ("!peak_bf16",)))


def _choose_bandwidths(times: str, *exchanges: tuple[str, str, str]) -> Iterator[Part]:
    """Of each exchange: how many GPUs lie beyond the fast domain, and the speed, of the link where none does."""
    for beyond, bandwidth, joined in exchanges:
        yield Part(beyond, f"max(0, {joined} - fast_domain)")
        yield Part(bandwidth, f"link{times}", ("link", f"!{beyond}"))
        yield Part(bandwidth, f"network_bandwidth{times}", (f"!{bandwidth}",))


# Tokens of a step that fall to a GPU.
_TOKENS = "sequences * sequence_length / gpu_count"

RUN = (
    _COMPUTES[1],
    *_EFFORT,
    Part("training_flops", "flops_per_token * tokens"),
    Part("gpu_hours", "training_flops / (3600 * peak_bf16 * utilisation_percent / 100)"),
    *_PRICE,
)

TRAINING = (
    *_COMPUTES,
    Part("data_parallel", "gpu_count / (pipeline * tensor * context)"),
    Part("divides", "ceil(data_parallel) - data_parallel"),
    Part("experts_fit", "max(0, expert_parallel - gpu_count / pipeline)"),
    Part("micro_batches", "ceil(sequences / data_parallel)"),
    Part("copies", "1", ("!schedule_dualpipe",)),
    Part("copies", "2", ("schedule_dualpipe",)),
    Part("in_flight", "pipeline + copies - 1"),
    Part("held_weights", f"copies * {_HELD} * 2"),
    Part("held_gradients", f"{_HELD} * 4", ("!zero_2",)),
    Part("held_gradients", f"{_SPREAD} * 4", ("zero_2",)),
    Part("held_states", f"{_HELD} * {_STATES}", ("!zero_1",)),
    Part("held_states", f"{_SPREAD} * {_STATES}", ("zero_1",)),
    Part(
        "held_activations",
        "min(in_flight, micro_batches) * sequence_length * ceil(num_hidden_layers / pipeline) * hidden_size"
        " * activation_bytes / (tensor * context)",
    ),
    Part("held_gathered", "sequence_length * cache_elements / num_hidden_layers * 2 * (context - 1) / context"),
    Part("memory", "held_weights + held_gradients + held_states + held_activations + held_gathered"),
    Part("share", _FULL),
    *_EFFORT,
    Part("step_flops", "flops_per_token * sequences * sequence_length"),
    Part("arithmetic_time", "step_flops / (gpu_count * peak_bf16 * utilisation_percent / 100)"),
    Part("bubble_time", "arithmetic_time * (pipeline - 1) / micro_batches", ("schedule_1f1b",)),
    Part("bubble_time", "arithmetic_time * (pipeline - 1) / (3 * micro_batches)", ("schedule_zb1p",)),
    Part("bubble_time", "arithmetic_time * max(0, pipeline / 2 - 1) * 2 / (3 * micro_batches)", ("schedule_dualpipe",)),
    *_choose_bandwidths(
        "",
        ("beyond", "exchange_bandwidth", "expert_parallel"),
        ("split_beyond", "split_bandwidth", "tensor"),
        ("context_beyond", "context_bandwidth", "tensor * context"),
    ),
    Part("others", "min(expert_parallel - 1, moe_layers)"),
    Part(
        "traffic_time",
        f"{_TOKENS} * moe_layers * nodes_reached * hidden_size * 6 / exchange_bandwidth",
        ("others", "beyond"),
    ),
    Part(
        "traffic_time",
        f"{_TOKENS} * moe_layers * min(num_experts_per_tok, expert_parallel - 1) * hidden_size * 6 / exchange_bandwidth",
        ("others", "!beyond"),
    ),
    Part("traffic_time", "0", ("!others",)),
    Part(
        "reduce_time",
        f"{_TOKENS} * (2 * num_hidden_layers - moe_layers) * hidden_size * 8 * (tensor - 1) / split_bandwidth",
    ),
    Part(
        "context_time",
        f"{_TOKENS} * cache_elements * 6 * (context - 1) * tensor / (min(tensor, cache_heads) * context_bandwidth)",
    ),
    Part("exposed_time", "traffic_time + reduce_time + context_time", ("!overlap",)),
    Part("exposed_time", "max(0, traffic_time + reduce_time + context_time - arithmetic_time)", ("overlap",)),
    Part("gradient_time", f"min(1, data_parallel * context - 1) * {_HELD} * 6 / network_bandwidth"),
    Part("step_time", "arithmetic_time + bubble_time + exposed_time + gradient_time"),
    Part("mfu", "step_flops / (step_time * gpu_count * peak_bf16)"),
    Part("gpu_hours", "tokens / (sequences * sequence_length) * step_time * gpu_count / 3600"),
    *_PRICE,
)

_OF_EXPERTS = f"{_EXPERTS} * expert_bits * stage_share / (8 * stage_gpus)"
_READ = (
    f"pipeline * (weight_bytes - {_OF_EXPERTS} * (1 - min(1, batch * data_parallel * expert_share))) / memory_bandwidth"
)


def _cache_parts() -> Iterator[Part]:
    for stored, entry, element, bits in (
        ("!", "cache_elements", "", " * cache_bits / 8"),
        ("", "stored_cache", " * 2", ""),
    ):
        for window, state in (("!", "!"), ("", "!"), ("!", ""), ("", "")):
            beside = "" if window else f" + min(context_length, sliding_window) * window_elements{element}"
            beside += "" if state else f" + state_elements{element}"
            elements = f"(context_length * {entry}{beside})" if beside else f"context_length * {entry}"
            when = (f"{stored}stored", f"{window}window_elements", f"{state}state_elements")
            yield Part("cache_bytes", f"sequences * {elements}{bits}", when)


_FORMATS = (
    Part("no_format", "1", ("as_released", "!released_bits")),
    Part("weight_bits", "released_bits", ("as_released",)),
    Part("expert_bits", "released_expert_bits", ("as_released",)),
    Part("no_stored", "1", ("stored", "!stored_cache")),
)

HELD = (
    *_COMPUTES[:1],
    *_FORMATS,
    Part(
        "loaded_parameters",
        "parameters + optional_parameters * (1 - without_optional) + table_parameters * (1 - on_host)",
    ),
    Part("weight_bytes", "loaded_parameters * weight_bits / 8", ("!expert_parameters",)),
    Part(
        "weight_bytes",
        "(expert_parameters * expert_bits + (loaded_parameters - expert_parameters) * weight_bits) / 8",
        ("expert_parameters",),
    ),
    *_cache_parts(),
    Part("gpus", "ceil((weight_bytes + cache_bytes) / (gpu_memory * usable_percent / 100))"),
    Part("share", "10000 * (weight_bytes + cache_bytes) / (gpus * gpu_memory * usable_percent)"),
)

# What lies on each GPU, and how fast it works and exchanges.
_SPREAD_OVER_GPUS = (
    *_COMPUTES,
    Part("no_gpu", "1", ("peak_bf16", "!bandwidth")),
    *_FORMATS,
    # Before `tensor` is set where it is not put in: an empty field splits a dense model over all GPUs of a stage.
    Part("heads_split", "ceil(num_attention_heads / tensor) - num_attention_heads / tensor", ("tensor",)),
    Part("tensor", "1", ("!tensor", "moe_layers")),
    Part("tensor", "gpu_count / pipeline", ("!tensor",)),
    Part("stage_gpus", "gpu_count / pipeline"),
    Part("data_parallel", "stage_gpus / tensor"),
    Part("divides", "ceil(stage_gpus) - stage_gpus + ceil(data_parallel) - data_parallel"),
    Part("stages_fit", "max(0, pipeline - num_hidden_layers)"),
    Part("stage_share", "ceil(num_hidden_layers / pipeline) / num_hidden_layers"),
    Part("under_way", "min(pipeline, max(1, sequences / data_parallel))"),
    Part("batch", "sequences / (data_parallel * under_way)"),
    Part("sequences_each", "sequences / gpu_count"),
    Part(
        "weight_bytes",
        f"({_SHARED} * weight_bits / tensor + {_EXPERTS} * expert_bits / stage_gpus) * stage_share / 8",
    ),
    *_cache_parts(),
    Part("cache_each", "cache_bytes * stage_share / (data_parallel * min(tensor, cache_heads))"),
    # Tables of Engram are split over the GPUs, and a token looks a few rows up.
    Part("table_bytes", "table_parameters * weight_bits * (1 - on_host) / (8 * gpu_count)"),
    Part("memory", "weight_bytes + table_bytes + cache_each"),
    Part("share", _FULL),
    Part("memory_bandwidth", "bandwidth * bandwidth_percent / 100"),
    Part("score_peak", "peak_bf16 * peak_percent / 100"),
    Part("index_peak", "score_peak", ("!peak_fp8",)),
    Part("index_peak", "peak_fp8 * peak_percent / 100", ("peak_fp8",)),
    Part("in_bf16", "max(0, weight_bits - 8)"),
    Part("in_fp4", "max(0, 8 - weight_bits)"),
    Part("product_flops", "peak_bf16 * peak_percent / 100", ("!peak_fp8",)),
    Part("product_flops", "peak_bf16 * peak_percent / 100", ("peak_fp8", "in_bf16")),
    Part("product_flops", "peak_fp8 * peak_percent / 100", ("peak_fp8", "!in_bf16", "!in_fp4")),
    Part("product_flops", "peak_fp8 * peak_percent / 100", ("peak_fp8", "in_fp4", "!peak_fp4")),
    Part("product_flops", "peak_fp4 * peak_percent / 100", ("peak_fp8", "in_fp4", "peak_fp4")),
    Part("others", "data_parallel - 1"),
    *_choose_bandwidths(
        " * bandwidth_percent / 100",
        ("beyond", "exchange_bandwidth", "stage_gpus"),
        ("split_beyond", "split_bandwidth", "tensor"),
        ("stages_beyond", "stages_bandwidth", "gpu_count"),
    ),
)


def _between(tokens: str, depth: str, moe_layers: str) -> tuple[Part, ...]:
    """What a pass sends but to experts: sums of a layer's halves, where all-to-all does not bring those of experts, and on to the next stage."""
    return (
        Part("reductions", f"2 * {depth}", ("!others",)),
        Part("reductions", f"2 * {depth} - {moe_layers}", ("others",)),
        Part(
            "reduce_bytes",
            f"reductions * stage_share * batch * {tokens} * hidden_size * 4 * (tensor - 1) / tensor",
        ),
        Part("reduce_time", "pipeline * reduce_bytes / split_bandwidth"),
        Part("stages_time", f"(pipeline - 1) * batch * {tokens} * hidden_size * 2 / stages_bandwidth"),
    )


_PASS = (
    Part("pass_time", "work_time + traffic_time + reduce_time + stages_time", ("!overlap",)),
    Part("pass_time", "max(work_time, traffic_time + reduce_time) + stages_time", ("overlap",)),
)
_BATCH = "pipeline * stage_share * batch"  # on the way through all stages, each as long as the longest
_TOKEN_COST = Part("token_cost", "1000000 * price_per_gpu_hour / (3600 * gpu_speed)")

# Of the tokens before it: all, those that the indexer chose, entries of several tokens that it chose, and the window (DeepSeek-V3.2
# §2.1, V4 §2.3, V4.1 §2.3). Not counted are choosing itself and a last entry that is not full.
_CHOSEN, _PACKED = "min(context_length, index_topk)", "min(context_length / packed_ratio, index_topk)"
_WINDOW = "min(context_length, sliding_window)"

SERVING = (
    *_SPREAD_OVER_GPUS,
    Part("tokens_checked", "ceil(tokens_a_pass)"),
    Part(
        "attention_flops",
        f"context_length * score_flops + {_CHOSEN} * chosen_flops + {_PACKED} * packed_flops + {_WINDOW} * window_flops",
        ("index_flops",),
    ),
    Part(
        "cache_read",
        f"(context_length * scanned_elements + {_CHOSEN} * chosen_elements + {_PACKED} * packed_elements"
        f" + {_WINDOW} * window_elements) / (context_length * cache_elements + {_WINDOW} * window_elements)",
        ("index_flops",),
    ),
    Part("weights_time", _READ, ("!overlap",)),
    Part("weights_time", f"2 * {_READ}", ("overlap",)),
    Part("cache_time", "pipeline * cache_each / (under_way * memory_bandwidth)", ("!index_flops",)),
    Part("cache_time", "pipeline * cache_each * cache_read / (under_way * memory_bandwidth)", ("index_flops",)),
    Part("products_time", f"{_BATCH} * tokens_checked * 2 * active_parameters / (tensor * product_flops)"),
    Part(
        "scores_time",
        f"{_BATCH} * tokens_checked * score_flops * context_length / (tensor * score_peak)",
        ("!index_flops",),
    ),
    Part(
        "scores_time",
        f"{_BATCH} * tokens_checked * (attention_flops / (tensor * score_peak) + index_flops * context_length / index_peak)",
        ("index_flops",),
    ),
    Part("work_time", "max(weights_time, products_time) + max(cache_time, scores_time)"),
    Part(
        "traffic_time",
        f"{_BATCH} * tokens_checked * moe_layers * num_experts_per_tok * hidden_size * 3 / (tensor * exchange_bandwidth)",
        ("others",),
    ),
    Part("traffic_time", "0", ("!others",)),
    *_between("tokens_checked", "num_hidden_layers", "moe_layers"),
    *_PASS,
    Part("user_speed", "tokens_a_pass / pass_time"),
    Part("gpu_speed", "sequences_each * tokens_a_pass / pass_time"),
    Part("all_speed", "gpu_speed * gpu_count"),
    _TOKEN_COST,
)

# MLA multiplies either on the latents (absorbed), wider products, or on heads made of them (unabsorbed), which makes the heads of
# cached tokens again (DeepSeek-V2 §2.1.2).
_IN_HEADS = "(pairs * head_score_flops + cached_tokens * expand_flops)"


def _pairs_up_to(most: str) -> str:
    """The sum of min(position, most) over the new tokens."""

    def up_to(end: str) -> str:
        return f"min({end}, {most}) * ({end} + (1 - min({end}, {most})) / 2)"

    return f"{up_to('context_length')} - {up_to('cached_tokens')}"


PREFILL = (
    *_SPREAD_OVER_GPUS,
    Part("cached_fit", "max(0, cached_tokens + 1 - context_length)"),
    Part("new_tokens", "context_length - cached_tokens"),
    Part("pairs", "new_tokens * (cached_tokens + (new_tokens + 1) / 2)"),
    Part("weights_time", "pipeline * weight_bytes / memory_bandwidth", ("!overlap",)),
    Part("weights_time", "2 * pipeline * weight_bytes / memory_bandwidth", ("overlap",)),
    Part("products_time", f"{_BATCH} * new_tokens * 2 * reading_parameters / (tensor * product_flops)"),
    Part("absorbed_time", f"{_BATCH} * pairs * score_flops / (tensor * score_peak)", ("expand_flops",)),
    Part("unabsorbed_time", f"{_BATCH} * {_IN_HEADS} / (tensor * score_peak)", ("expand_flops",)),
    Part("scores_time", "min(absorbed_time, unabsorbed_time)", ("expand_flops",)),
    Part("scores_time", f"{_BATCH} * pairs * score_flops / (tensor * score_peak)", ("!index_flops", "!expand_flops")),
    Part("chosen_pairs", _pairs_up_to("index_topk"), ("index_flops",)),
    Part("packed_pairs", f"({_pairs_up_to('(packed_ratio * index_topk)')}) / packed_ratio", ("index_flops",)),
    Part("window_pairs", _pairs_up_to("sliding_window"), ("index_flops",)),
    Part(
        "attention_flops",
        "pairs * score_flops + chosen_pairs * reading_chosen_flops + packed_pairs * packed_flops"
        " + window_pairs * reading_window_flops",
        ("index_flops",),
    ),
    Part(
        "scores_time",
        f"{_BATCH} * (attention_flops / (tensor * score_peak) + pairs * reading_index_flops / index_peak)",
        ("index_flops",),
    ),
    Part("work_time", "max(weights_time, products_time) + scores_time"),
    Part(
        "traffic_time",
        f"{_BATCH} * new_tokens * reading_layers * nodes_reached * hidden_size * 3 / (tensor * exchange_bandwidth)",
        ("others", "beyond"),
    ),
    Part(
        "traffic_time",
        f"{_BATCH} * new_tokens * reading_layers * min(num_experts_per_tok, stage_gpus - 1) * hidden_size * 3"
        " / (tensor * exchange_bandwidth)",
        ("others", "!beyond"),
    ),
    Part("traffic_time", "0", ("!others",)),
    *_between("new_tokens", "reading_depth", "reading_layers"),
    *_PASS,
    Part("gpu_speed", "sequences_each * new_tokens / pass_time"),
    Part("all_speed", "gpu_speed * gpu_count"),
    _TOKEN_COST,
)
MODES = {"training": TRAINING, "serving": SERVING, "prefill": PREFILL, "memory": HELD, "run": RUN}


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
    experts, reading_depth = (
        numbers.get("n_routed_experts", 1),
        numbers.get("encoder_layers", numbers["num_hidden_layers"]),
    )
    given: dict[str, Number] = {
        **memory_numbers(found),
        "matrix_flops": effort.matrix_flops,
        "attention_flops_per_position": effort.attention_flops_per_position or 0,
        "active_parameters": recount.activated[ACTIVATED_CONVENTION],
        "reading_parameters": (recount.prefill.value if recount.prefill else recount.activated[ACTIVATED_CONVENTION]),
        "num_hidden_layers": numbers["num_hidden_layers"],
        "hidden_size": numbers["hidden_size"],
        "moe_layers": numbers.get("moe_layers", 0),
        "reading_depth": reading_depth,
        "reading_layers": min(numbers.get("moe_layers", 0), reading_depth),
        "num_attention_heads": numbers["num_attention_heads"],
        # On how many GPUs the cache can be split by heads; a latent has none.
        "cache_heads": 1 if "kv_lora_rank" in numbers else numbers["num_key_value_heads"],
        "num_experts_per_tok": numbers.get("num_experts_per_tok", 0),
        "expert_share": Fraction(numbers.get("num_experts_per_tok", 1), experts),
    }
    if released := released_format(entry):
        given["released_bits"], given["released_expert_bits"] = WEIGHT_BITS[released]
    if entry.variant.context_length is not None and entry.variant.context_length.value is not None:
        given["longest"] = int(entry.variant.context_length.value.value)
    kind = kind_of(architecture)
    for name, formula in _score_formulas(numbers, kind.score_widths if kind else None).items():
        given[name] = evaluate_formula(name, formula, numbers).exact
    return given


def _score_formulas(numbers: Mapping[str, int], widths: str | None) -> dict[str, str]:
    """FLOPs of attention for a token and one before it, of MLA on the latents and in its heads.

    Where an indexer chooses, those of the indexer for a token before it, and of attention for an entry that is chosen and one of the window;
    with the elements that are read. While a prompt is read, the layers behind an encoder do nothing.
    """
    heads, entry = "num_attention_heads", "4 * num_attention_heads * head_dim"
    index = "2 * index_n_heads * index_head_dim"
    if "encoder_layers" in numbers:
        packed, chosen = "(encoder_layers - sliding_window_layers)", "(num_hidden_layers - encoder_layers)"
        reads = "encoder_cache_layers / encoder_compress_ratio"
        keys = f"({reads} + index_layers - encoder_cache_layers)"
        found = {
            "chosen_flops": f"{chosen} * {entry}",
            "packed_flops": f"{packed} * {entry}",
            "packed_ratio": "encoder_compress_ratio",
            "window_flops": f"num_hidden_layers * {entry}",
            "index_flops": f"{keys} * {index}",
            "scanned_elements": f"{keys} * index_head_dim",
            "chosen_elements": f"{chosen} * head_dim",
            "packed_elements": f"{packed} * head_dim",
            "reading_chosen_flops": "0",
            "reading_window_flops": f"encoder_layers * {entry}",
            "reading_index_flops": f"{reads} * {index}",
        }
    elif "csa_layers" in numbers:
        keys, far = "csa_layers / csa_compress_ratio", "hca_layers / hca_compress_ratio"
        found = {
            "score_flops": f"{far} * {entry}",
            "packed_flops": f"csa_layers * {entry}",
            "packed_ratio": "csa_compress_ratio",
            "window_flops": f"num_hidden_layers * {entry}",
            "index_flops": f"{keys} * {index}",
            "scanned_elements": f"{keys} * index_head_dim + {far} * head_dim",
            "packed_elements": "csa_layers * head_dim",
        }
    elif "index_topk" in numbers:
        found = {
            "chosen_flops": f"2 * num_hidden_layers * {heads} * (2 * kv_lora_rank + qk_rope_head_dim)",
            "index_flops": f"num_hidden_layers * {index}",
            "scanned_elements": "num_hidden_layers * index_head_dim",
            "chosen_elements": "num_hidden_layers * (kv_lora_rank + qk_rope_head_dim)",
        }
    elif "kv_lora_rank" in numbers:
        all_heads = f"2 * num_hidden_layers * {heads}"
        return {
            "score_flops": f"{all_heads} * (2 * kv_lora_rank + qk_rope_head_dim)",
            "head_score_flops": f"{all_heads} * ({widths})",
            "expand_flops": f"{all_heads} * kv_lora_rank * (qk_nope_head_dim + v_head_dim)",
        }
    else:
        return {"score_flops": f"num_hidden_layers * {entry}"}
    found = {**dict.fromkeys(_OF_CHOSEN, "0"), "packed_ratio": "1", "index_topk": "index_topk"} | found
    return {f"reading_{name}": found[name] for name in ("chosen_flops", "window_flops", "index_flops")} | found


_OF_CHOSEN = ("score_flops", "chosen_flops", "packed_flops", "window_flops", "chosen_elements", "packed_elements")


def work_out(parts: Sequence[Part], numbers: Mapping[str, Number]) -> dict[str, Computation]:
    """Each line that holds, whose exact result is a number for those below it."""
    known, lines = dict(numbers), dict[str, Computation]()
    for part in parts:
        if all(bool(known.get(name.strip("!"))) is (name[0] != "!") for name in part.when):
            lines[part.name] = evaluate_formula(part.name, part.formula, known)
            known[part.name] = lines[part.name].exact
    return lines

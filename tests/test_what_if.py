"""The workbench: browser and build give the same, and V3's run comes out as published."""

from fractions import Fraction

import pytest

from catalogue.derive.calculators import (
    WEIGHT_BITS,
    MemoryFootprint,
    MissingFields,
    memory_footprint,
    training_effort,
)
from catalogue.derive.expression import script_rows
from catalogue.derive.training import training_metrics_with_peak
from catalogue.derive.what_if import MODES, SERVING, what_if_numbers, work_out
from catalogue.records import Catalogue
from helpers import calculated_cache, context_of
from render.figures.engine import run_script
from render.pages.what_if import exact_number, preset_lines
from render.words import load_words

OF_A_RUN = {
    "gpu_count": 2048,
    "pipeline": 16,
    "tensor": 1,
    "context": 1,
    "link": 200 * 10**9,
    "fast_domain": 8,
    "expert_parallel": 64,
    "moment_bytes": 2,
    "sequence_length": 4096,
    "sequences": 15360,
    "nodes_reached": 4,
    "activation_bytes": 16,
    "peak_bf16": 990 * 10**12,
    "network_bandwidth": 50 * 10**9,
    "utilisation_percent": Fraction(411, 10),
    "tokens": 148 * 10**11,
    "price_per_gpu_hour": 2,
    "gpu_memory": 80 * 10**9,
    "usable_percent": 90,
}
OF_A_SERVICE = {
    "gpu_count": 144,
    "pipeline": 1,
    "sequences": 12672,
    "context_length": 4989,
    "weight_bits": 8,
    "expert_bits": 8,
    "cache_bits": 16,
    "tokens_a_pass": Fraction(9, 5),
    "cached_tokens": 1000,
    "nodes_reached": 4,
    "bandwidth": 335 * 10**10,
    "bandwidth_percent": 80,
    "network_bandwidth": 50 * 10**9,
    "link": 200 * 10**9,
    "fast_domain": 8,
    "peak_bf16": 990 * 10**12,
    "peak_fp8": 1979 * 10**12,
    "peak_percent": 60,
    "price_per_gpu_hour": 2,
    "gpu_memory": 80 * 10**9,
    "usable_percent": 90,
    "on_host": 0,
    "without_optional": 0,
}


def test_fp4_is_counted_with_its_scales() -> None:
    """MXFP4: 32 numbers of four bits share a scale of eight (OCP Microscaling Formats)."""
    assert WEIGHT_BITS["mixed"][1] * 32 == 32 * 4 + 8


@pytest.mark.parametrize(
    ("mode", "given", "choices"),
    [
        ("training", OF_A_RUN, ("zero_1", "schedule_dualpipe", "overlap")),
        ("training", OF_A_RUN, ("zero_1", "zero_2", "schedule_1f1b")),
        ("training", OF_A_RUN, ("schedule_zb1p",)),
        ("training", {**OF_A_RUN, "tensor": 4, "context": 8, "expert_parallel": 8}, ("zero_1", "schedule_1f1b")),
        ("run", OF_A_RUN, ()),
        ("serving", OF_A_SERVICE, ("overlap",)),
        ("serving", {**OF_A_SERVICE, "gpu_count": 1}, ("on_host",)),
        ("serving", {**OF_A_SERVICE, "tensor": 8, "pipeline": 6}, ()),
        ("serving", {**OF_A_SERVICE, "gpu_count": 64, "tensor": 16, "pipeline": 4, "sequences": 3}, ("overlap",)),
        ("prefill", {**OF_A_SERVICE, "gpu_count": 16, "tensor": 8, "pipeline": 2}, ()),
        ("prefill", OF_A_SERVICE, ("overlap",)),
        ("prefill", {**OF_A_SERVICE, "gpu_count": 8}, ()),
        ("memory", OF_A_SERVICE, ("without_optional",)),
        ("memory", OF_A_SERVICE, ("stored",)),
    ],
)
def test_browser_and_build_agree_to_the_last_digit(
    catalogue: Catalogue, mode: str, given: dict[str, int | Fraction], choices: tuple[str, ...]
) -> None:
    compared, lines = 0, {part.name for part in MODES[mode]} - load_words()["en"].below("what_if.refusals").keys()
    for id_, entry in catalogue.entries.items():
        found = what_if_numbers(entry)
        if isinstance(found, MissingFields) or ("stored" in choices and not found["stored_cache"]):
            continue
        numbers = {**found, **given, **dict.fromkeys(choices, 1)}
        here = {name: line.exact for name, line in work_out(MODES[mode], numbers).items()}
        texts = {name: exact_number(number) for name, number in numbers.items()}
        there = run_script("config", "workedLines", script_rows(MODES[mode]), texts)
        assert {name: Fraction(text) for name, text in there} == here, id_
        of_some = {"tensor", "attention_flops", "cache_read", "chosen_pairs", "packed_pairs", "window_pairs"}
        assert lines - here.keys() <= of_some | {"absorbed_time", "unabsorbed_time", "expert_bits", "weight_bits"}, id_
        compared += 1
    assert compared > (3 if "stored" in choices else 50)


def test_cache_is_the_one_of_the_derivation(catalogue: Catalogue) -> None:
    """For one token more, the cache grows by what the model page gives for a token; the window by no more than its size."""
    for id_, entry in catalogue.entries.items():
        found, recount = memory_footprint(entry), entry.recount
        if not isinstance(found, MemoryFootprint):
            continue
        one, two = (calculated_cache(found, length).exact for length in (4096, 4097))
        assert two - one == 2 * recount.kv_cache.exact, id_
        beside = found.sliding_window * found.window_elements + (recount.state.exact if recount.state else 0)
        assert one == 2 * (4096 * recount.kv_cache.exact + beside), id_


def test_computation_of_a_token_is_that_of_the_model_page(catalogue: Catalogue) -> None:
    """The coefficients give the same FLOPs at the length of the pre-training as `derive.training`."""
    compared = 0
    for entry in catalogue.entries.values():
        result, found = training_metrics_with_peak(catalogue.gpus, entry), training_effort(entry)
        if result is None or "flops_per_token" not in result.terms:
            continue
        assert not isinstance(found, MissingFields)
        assert result.terms["matrix_flops"].value == found.matrix_flops
        assert Fraction(result.terms["attention_flops"].exact, found.attention_flops_per_position).denominator == 1
        compared += 1
    assert compared > 5


def test_cached_tokens_make_absorbed_attention_the_better_one(catalogue: Catalogue) -> None:
    """Of a prompt that is new, heads take V3 1,088 to 320 fewer FLOPs; of a few tokens behind a long cache they are made again."""
    fresh, behind = (preset_lines(context_of(catalogue), "v3_reads", n="64K", hc=cached) for cached in ("0", "65500"))
    assert fresh["absorbed_time"] / fresh["unabsorbed_time"] == Fraction(1088, 320)
    assert behind["absorbed_time"] < behind["unabsorbed_time"]


def test_a_chosen_token_is_read_once_and_an_earlier_one_not_twice(catalogue: Catalogue) -> None:
    """What the closed sums give for a prompt is what adding its tokens one by one gives."""
    context, length, cached = context_of(catalogue), 5000, 1500
    for id_, ratio in (("deepseek-v3.2", 1), ("deepseek-v4-pro", 4), ("deepseek-v4.1-flash", 2)):
        lines = preset_lines(context, "v3_reads", v=id_, n=f"{length}", hc=f"{cached}")
        most = catalogue.entries[id_].architecture.index_topk.value
        positions = range(cached + 1, length + 1)
        assert lines["chosen_pairs"] == sum(min(position, most) for position in positions), id_
        assert lines["packed_pairs"] == sum(min(Fraction(position, ratio), most) for position in positions), id_


def test_v3s_run_comes_out_as_published(catalogue: Catalogue) -> None:
    """Hours and utilisation within a hundredth, a bubble of a few per cent, and traffic that arithmetic covers."""
    lines = preset_lines(context_of(catalogue), "v3_run")
    run = catalogue.entries["deepseek-v3"].model.infrastructure
    assert float(lines["gpu_hours"]) == pytest.approx(float(run.gpu_hours[0].hours.value.value), rel=0.01)
    assert float(100 * lines["mfu"]) == pytest.approx(float(run.model_flops_utilization.value.value), rel=0.01)
    assert 0.03 < lines["bubble_time"] / lines["step_time"] < 0.05
    assert lines["exposed_time"] == 0
    assert lines["memory"] < 80 * 10**9


def test_layers_split_over_gpus_cost_what_a_ring_sends_and_a_latent_is_copied(catalogue: Catalogue) -> None:
    """Sums of a small layout by hand: 61 layers of 7,168 in two stages of 8 GPUs, 16 users, each batch of 8 at 2 bytes."""
    context, given = (
        context_of(catalogue),
        {"k": "16", "us": "16", "tl": "8", "pp": "2", "ov": "", "n": "4096", "tp": "1"},
    )
    lines = preset_lines(context, "v3_day", **given)
    assert (lines["data_parallel"], lines["under_way"], lines["batch"]) == (1, 2, 8)
    assert lines["reduce_bytes"] == 2 * 31 * 8 * 7168 * 2 * 2 * Fraction(7, 8)
    link = catalogue.gpus["nvidia-h800"].link_gb_per_s.value.value
    assert lines["reduce_time"] == 2 * lines["reduce_bytes"] / (Fraction(8, 10) * Fraction(str(link)) * 10**9)
    assert lines["stages_time"] == Fraction(8 * 7168 * 2) / (Fraction(8, 10) * 50 * 10**9)
    assert lines["traffic_time"] == 0
    assert lines["cache_each"] == lines["cache_bytes"] * Fraction(
        31, 61
    )  # all 8 keep it; of 8 GPUs that split users each an eighth
    split = preset_lines(context, "v3_day", **{**given, "tl": ""})
    assert split["cache_each"] == lines["cache_each"] / 8
    assert split["reduce_time"] == 0 < split["traffic_time"]
    idle = preset_lines(context, "v3_day", **{**given, "us": "1"})
    assert idle["user_speed"] == idle["all_speed"]  # one user: a stage waits while the other works
    heads = {"v": "deepseek-llm-67b-base", "k": "16", "w": "bf16"}
    dense = [
        preset_lines(context, "v3_day", **{**given, **heads, "pp": "1", "tl": tensor}) for tensor in ("8", "16", "")
    ]
    assert 2 * dense[0]["cache_each"] == dense[1]["cache_each"]  # 8 key and value heads; two copies halve the users
    assert dense[1]["gpu_speed"] == dense[2]["gpu_speed"]  # without a choice a dense model is split over all


def test_layers_and_texts_split_in_training_cost_what_is_sent(catalogue: Catalogue) -> None:
    """By hand: 61 layers of 7,168, 58 with experts; 16 stages, 4 GPUs a layer and 8 a text of 64K tokens, four texts of each copy a step."""
    context, given = context_of(catalogue), {"l": "4", "cp": "8", "s": "64K", "q": "16", "ov": "", "e": "8"}
    lines, whole = (preset_lines(context, "v3_run", **{**given, **more}) for more in ({}, {"cp": "1"}))
    texts, length, layers, tensor_share = 4, 2**16, Fraction(61, 16), Fraction(3, 4)
    assert (lines["data_parallel"], whole["data_parallel"]) == (texts, 8 * texts)
    sums = Fraction(2 * 61 - 58, 16) * 2 * (texts * Fraction(length, 8)) * 7168 * 2 * 2 * tensor_share
    link = Fraction(str(catalogue.gpus["nvidia-h800"].link_gb_per_s.value.value)) * 10**9
    assert lines["reduce_time"] == sums / link  # within a node
    assert lines["context_time"] == 3 * texts * length * layers * 576 * 2 * Fraction(7, 8) / (50 * 10**9)
    assert lines["held_gathered"] == length * 576 * 2 * Fraction(7, 8)
    assert lines["held_activations"] == texts * whole["held_activations"] / 8  # of an eighth, four at a time
    assert lines["traffic_time"] == texts * length * Fraction(58, 16) * 7 * 7168 * 6 / (32 * link)
    assert lines["exposed_time"] == lines["traffic_time"] + lines["reduce_time"] + lines["context_time"]
    assert whole["context_time"] == whole["held_gathered"] == 0
    alone = preset_lines(context, "v3_run", k="16", e="1")  # one copy, every GPU with all experts of its layers
    assert alone["traffic_time"] == alone["gradient_time"] == 0


def test_engrams_tables_leave_the_gpus_where_the_host_holds_them(catalogue: Catalogue) -> None:
    newest = next(e for e in reversed(list(catalogue.entries.values())) if e.recount and e.recount.engram)
    numbers = {**what_if_numbers(newest), **OF_A_SERVICE, "gpu_count": 8}  # type: ignore[dict-item]
    there, host = (work_out(SERVING, {**numbers, "on_host": on_host}) for on_host in (0, 1))
    assert there["memory"].exact - host["memory"].exact == Fraction(numbers["table_parameters"] * 8, 8 * 8)

"""The workbench: browser and build give the same, and V3's run comes out as published."""

from __future__ import annotations

from fractions import Fraction

import pytest

from catalogue.derive.calculators import MissingFields
from catalogue.derive.expression import formula_tree
from catalogue.derive.what_if import SERVING, TRAINING, what_if_numbers, work_out
from catalogue.records import Catalogue
from helpers import context_of
from render.figures.engine import run_script
from render.pages.calculators import exact_number
from render.pages.what_if import preset_lines

OF_A_RUN = {
    "gpu_count": 2048,
    "pipeline": 16,
    "tensor": 1,
    "expert_parallel": 64,
    "copies": 2,
    "in_flight": 17,
    "moment_bytes": 2,
    "sequence_length": 4096,
    "sequences": 15360,
    "nodes_reached": 4,
    "activation_bytes": 16,
    "peak_flops": 990 * 10**12,
    "network_bandwidth": 50 * 10**9,
    "utilisation_percent": Fraction(411, 10),
    "tokens": 148 * 10**11,
    "price_per_gpu_hour": 2,
}
OF_A_SERVICE = {
    "gpu_count": 144,
    "sequences": 12672,
    "context_length": 4989,
    "weight_bits": 8,
    "expert_bits": 8,
    "cache_bits": 16,
    "tokens_a_pass": Fraction(9, 5),
    "tokens_checked": 2,
    "memory_bandwidth": 268 * 10**10,
    "exchange_bandwidth": 40 * 10**9,
    "product_flops": 12 * 10**14,
    "score_peak": 6 * 10**14,
    "price_per_gpu_hour": 2,
}


@pytest.mark.parametrize(
    ("parts", "given", "choices"),
    [
        (TRAINING, OF_A_RUN, ("zero_1", "schedule_dualpipe", "overlap")),
        (TRAINING, OF_A_RUN, ("zero_1", "zero_2", "schedule_1f1b")),
        (TRAINING, OF_A_RUN, ("schedule_zb1p",)),
        (SERVING, OF_A_SERVICE, ("several", "overlap")),
        (SERVING, {**OF_A_SERVICE, "gpu_count": 1}, ("on_host",)),
    ],
    ids=["V3's way", "1F1B and ZeRO-2", "zero bubble", "many GPUs", "one GPU"],
)
def test_browser_and_build_agree_to_the_last_digit(catalogue: Catalogue, parts, given, choices) -> None:  # type: ignore[no-untyped-def]
    rows = [[part.name, part.formula, formula_tree(part.formula), list(part.when)] for part in parts]
    compared = 0
    for id_, entry in catalogue.entries.items():
        found = what_if_numbers(entry)
        if isinstance(found, MissingFields):
            continue
        numbers = {**found, **given}
        here = {name: line.exact for name, line in work_out(parts, frozenset(choices), numbers).items()}
        texts = {name: exact_number(number) for name, number in numbers.items()}
        there = {name: Fraction(text) for name, text in run_script("config", "workedLines", rows, texts, list(choices))}
        assert there == here, id_
        assert len(here) == len({part.name for part in parts}), id_
        compared += 1
    assert compared > 50


def test_v3s_run_comes_out_as_published(catalogue: Catalogue) -> None:
    """Hours and utilisation within a hundredth, a bubble of a few per cent, and traffic that arithmetic covers."""
    lines = preset_lines(context_of(catalogue), "v3_run")
    run = catalogue.entries["deepseek-v3"].model.infrastructure
    assert float(lines["gpu_hours"]) == pytest.approx(float(run.gpu_hours[0].hours.value.value), rel=0.01)
    assert float(100 * lines["mfu"]) == pytest.approx(float(run.model_flops_utilization.value.value), rel=0.01)
    assert 0.03 < lines["bubble_time"] / lines["step_time"] < 0.05
    assert lines["exposed_time"] == 0
    assert lines["memory"] < 80 * 10**9


def test_engrams_tables_leave_the_gpus_where_the_host_holds_them(catalogue: Catalogue) -> None:
    newest = next(e for e in reversed(list(catalogue.entries.values())) if e.recount and e.recount.engram)
    numbers = {**what_if_numbers(newest), **OF_A_SERVICE, "gpu_count": 8}  # type: ignore[dict-item]
    there, host = (work_out(SERVING, frozenset({"several", *names}), numbers) for names in ((), ("on_host",)))
    assert there["memory"].exact - host["memory"].exact == Fraction(numbers["table_parameters"] * 8, 8 * 8)

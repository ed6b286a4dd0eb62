"""What labs/ work out of the catalogue's numbers, for texts, which quote it as `labs/group.name`. Imports nothing of the catalogue."""

import csv
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
from labs import all_to_all, dualpipe, fp8, pipeline, spike

LABS = "labs"
Number = Callable[[str], Decimal]

_SENDS = 1.5  # each way, in units of W: the exchange takes as long as the computation, a pair of 3 units


def _pipelines_of_v3(number: Number) -> Mapping[str, Decimal]:
    """Idle units and length of V3's step in three schedules, and the forward passes of a device that have no partner in DualPipe."""
    stages = int(number("model:deepseek-v3/infrastructure.parallelism.pipeline"))
    pipelines = int(number("model:deepseek-v3/infrastructure.hardware.gpu_count")) // stages
    batches = int(number("model:deepseek-v3/training.pre-training.batch_size.sequences")) // pipelines
    found = {"micro-batches": batches}
    for name, rows in dualpipe.schedules(stages, batches).items():
        found[f"{name.lower()}.idle"] = pipeline.idle(rows)[0]
    for name, rows in dualpipe.schedules(stages, batches, _SENDS).items():
        found[f"{name.lower()}.step"] = max(row[-1][1] for row in rows)
    found["unpaired"] = sum(len(slot) == 1 and slot[0][0] == "F" for slot in dualpipe.dualpipe(stages, batches // 2)[0])
    return {f"pipelines-of-v3.{name}": Decimal(f"{value:g}") for name, value in found.items()}


def _digits_in_bf16(_: Number) -> Mapping[str, Decimal]:
    """Decimal digits that are right after one rounding to BF16, and in a sum of sixteen."""
    terms = {name: np.random.default_rng(0).normal(size=(n, 50_000)) for name, n in (("one", 1), ("sixteen", 16))}
    return {f"digits-in-bf16.{name}": Decimal(f"{fp8.digits_of_sum(each):.2f}") for name, each in terms.items()}


def _places_by_chance(number: Number) -> Mapping[str, Decimal]:
    """On how many GPUs or nodes the experts of a token would lie without a limit."""
    places = {
        "v2": "model:deepseek-v2/infrastructure.parallelism.expert",
        "v3": "model:deepseek-v3/infrastructure.details.nodes-over-which-the-experts-of-a-layer-are-spread.value",
    }
    variants = {"v2": "variant:deepseek-v2", "v3": "deepseek-v3-base"}
    found = {}
    for model, path in places.items():
        fields = (f"{variants[model]}/architecture.{name}" for name in ("n_routed_experts", "num_experts_per_tok"))
        found[f"places-by-chance.{model}"] = all_to_all.expected_copies(
            *(int(number(each)) for each in (*fields, path))
        )
    return {name: Decimal(f"{value:.4f}") for name, value in found.items()}


FAILURES = Path(__file__).parents[2] / "data" / "failures"
_MEASURED = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


@cache
def _failure_numbers() -> Mapping[str, Decimal]:
    """What the runs that go wrong on purpose logged last, by run, arm and column."""
    return {
        f"failures.{path.stem}.{row['arm']}.{column}": Decimal(value)
        for path in sorted(FAILURES.glob("*.csv"))
        if not path.stem.endswith(".curve")
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        for column, value in row.items()
        if _MEASURED.fullmatch(value)
    }


@cache
def _spike_numbers() -> Mapping[str, Decimal]:
    """Lengths of the gradient where weights and batches of a spike are exchanged, and the steps that a bad sample costs."""
    found: dict[str, float] = {}
    for name, slip in {"torn": {"torn": spike.TORN}, "slip": {"jumped": spike.TORN[0]}}.items():
        log, kept = spike.train(**slip)
        found[f"{name}.step"] = step = int(log[1:, 1].argmax()) + 1
        for when, row in zip(("then", "before"), spike.exchange_gradients(kept, step, slip.get("torn")), strict=True):
            found |= {f"{name}.{when}.own": round(row[0], 1), f"{name}.{when}.other": round(row[1], 1)}
    found |= {f"late.{name.replace(' ', '-')}": late for name, (_, late) in spike.remedy_costs().items()}
    return {f"spike.{name}": Decimal(f"{value:g}") for name, value in found.items()}


LAB_NUMBERS: Mapping[str, Callable[[Number], Mapping[str, Decimal]]] = {
    "pipelines-of-v3": _pipelines_of_v3,
    "digits-in-bf16": _digits_in_bf16,
    "places-by-chance": _places_by_chance,
    "failures": lambda _: _failure_numbers(),
    "spike": lambda _: _spike_numbers(),
}

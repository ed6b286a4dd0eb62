"""Failures on purpose: what is committed shows them, and short runs go through."""

import pytest
import torch

from labs.train.experiments import record
from labs.train.failures import __main__ as command
from labs.train.failures.record import FAILURES, evenness


@pytest.fixture(autouse=True)
def _single_precision():
    torch.set_default_dtype(torch.float32)


def last(name):
    return {row["arm"]: row for row in record.read(name, record.FAILURE_RESULTS)}


def test_every_failure_is_committed_with_its_origin_and_beside_a_healthy_run():
    assert {path.stem for path in record.FAILURE_RESULTS.glob("*.csv") if ".curve" not in path.name} == set(FAILURES)
    for name in FAILURES:
        found = last(name)
        assert {"healthy", "failing"} <= set(found)
        assert all(str(found["failing"][key]) for key in ("commit", "text", "torch", "machine"))
        assert (record.FAILURE_RESULTS / f"{name}.curve.csv").exists()


@pytest.mark.parametrize(
    ("name", "column", "sign"),
    [
        ("dead-experts", "idle_experts", 1),
        ("dead-experts", "load_entropy", -1),
        ("no-root", "largest_attention", 1),
        ("fp8-underflow", "gradient_lost", 1),
        ("rate-too-high", "held_back", 1),
        ("no-clip", "held_back", 1),
        ("leak", "test_loss", -1),
        ("off-policy", "reward", -1),
        ("length-drift", "wrong_length", 1),
        ("reward-hole", "guesses", 1),
    ],
)
def test_a_failure_is_seen_where_it_should_be(name, column, sign):
    found = last(name)
    assert sign * found["failing"][column] > sign * found["healthy"][column]


@pytest.mark.parametrize("name", ["dead-experts", "fp8-underflow", "off-policy"])
def test_a_short_run_writes_all_that_one_would_log(name, tmp_path):
    command.main([name, "--scale", "0.02", "--out", str(tmp_path)])
    committed = (record.FAILURE_RESULTS / f"{name}.curve.csv").open(encoding="utf-8").readline()
    assert (tmp_path / f"{name}.curve.csv").open(encoding="utf-8").readline() == committed


def test_evenness_is_one_where_all_are_equal_and_nothing_where_one_has_all():
    assert float(evenness(torch.full((8,), 1 / 8))) == pytest.approx(1)
    assert float(evenness(torch.tensor([1.0, 0, 0, 0]))) == pytest.approx(0, abs=1e-6)

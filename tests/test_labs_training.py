"""Labs of training: the papers' idle times of pipelines, FP8, rewards and their objectives, texts, rates, Muon."""

from __future__ import annotations

import numpy as np
import pytest
from labs import dpo, dualpipe, fim, fp8, grpo, muon, norm, packing, pipeline, ppo, schedules, zero_bubble

UNIT = {"F": 1, "B": 2, "I": 1, "W": 1}


def there_and_back(stages: int):
    """Places of DualPipeV: a device's second stage lies on the way back of the same line."""
    return lambda device, line: (0, device if line == 0 else stages - 1 - device)


@pytest.mark.parametrize(("stages", "batches"), [(4, 4), (6, 8), (8, 10), (8, 16), (10, 12)])
def test_pipelines_idle_as_the_papers_count(stages: int, batches: int) -> None:
    F, B, W, both = UNIT["F"], UNIT["B"], UNIT["W"], UNIT["F"] + UNIT["B"]
    along = lambda device, line: (0, device)  # noqa: E731
    two_ways = lambda device, line: (line, device if line == 0 else stages - 1 - device)  # noqa: E731
    cases = [
        (pipeline.one_f_one_b(stages, 2 * batches), along, (stages - 1) * (F + B)),
        (zero_bubble.zb1p(stages, 2 * batches), along, (stages - 1) * (F + B - 2 * W)),
        (dualpipe.dualpipe(stages, batches), two_ways, (stages // 2 - 1) * (both + B - 3 * W)),
        (
            dualpipe.dualpipe(stages // 2, batches, v_shape=True),
            there_and_back(stages),
            (stages // 2 - 1) * (both + B - 3 * W),
        ),
    ]
    for orders, place, expected in cases:
        assert pipeline.idle(pipeline.run(orders, place, UNIT)) == [expected] * len(orders)


def test_every_micro_batch_passes_every_stage_both_ways() -> None:
    stages, batches = 8, 10
    done = [
        (kind, line, batch, device)
        for device, order in enumerate(dualpipe.dualpipe(stages, batches))
        for slot in order
        for kind, line, batch in slot
    ]
    forward = [op[1:] for op in done if op[0] == "F"]
    backward = [op[1:] for op in done if op[0] in "BI"]
    weights = [op[1:] for op in done if op[0] in "BW"]
    for passes in (forward, backward, weights):
        assert sorted(passes) == [(line, b, d) for line in (0, 1) for b in range(batches) for d in range(stages)]


def test_an_order_that_cannot_run_is_an_error() -> None:
    with pytest.raises(ValueError, match="waits for itself"):
        pipeline.run([[(("B", 0, 0),)]], lambda device, line: (0, 0), UNIT)


def test_fp8_numbers_are_those_of_the_format() -> None:
    x = np.array([448.0, 500.0, 1.0, 1.0625, 2.0**-9, 0.0, -3.3])
    assert fp8.fp8(x).tolist() == [448.0, 448.0, 1.0, 1.0, 2.0**-9, 0.0, -3.25]
    assert fp8.fp8(np.array([57344.0, 1.125]), fp8.E5M2).tolist() == [57344.0, 1.0]


def test_smaller_tiles_make_smaller_errors(rng: np.random.Generator) -> None:
    x = rng.standard_normal((256, 512)) * np.exp(rng.standard_normal((256, 512)))
    x[:, 17] *= 30_000  # a channel of outliers, as activations have them
    errors = [
        fp8.error(np.delete(x, 17, axis=1)[:, :384], rows, columns)
        for rows, columns in ((256, 384), (1, 384), (1, 128))
    ]
    with_outlier = [fp8.quantise(x, rows, columns) for rows, columns in ((256, 512), (128, 128), (1, 128))]
    far = [np.linalg.norm((x - s * q)[:, 384:]) for q, s in with_outlier]
    assert errors == sorted(errors, reverse=True)
    assert far == sorted(far, reverse=True)
    assert far[0] > 2 * far[2]


def test_a_product_in_tiles_is_near_the_exact_one(rng: np.random.Generator) -> None:
    A, B = rng.standard_normal((8, 256)), rng.standard_normal((256, 128))
    assert np.linalg.norm(fp8.product(A, B) - A @ B) / np.linalg.norm(A @ B) < 0.05


def test_advantages_have_mean_zero_and_one_size(rng: np.random.Generator) -> None:
    A = grpo.advantages(rng.random((20, 8)))
    np.testing.assert_allclose(A.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(A.std(axis=-1), 1)
    assert grpo.advantages(np.ones(4)).tolist() == [0, 0, 0, 0]


def test_clipping_stops_the_favoured_direction_alone() -> None:
    assert grpo.clipped(2.0, 1.0, 0.2) == pytest.approx(1.2)
    assert grpo.clipped(2.0, -1.0, 0.2) == pytest.approx(-2.0)
    assert grpo.clipped(0.1, -1.0, 0.2) == pytest.approx(-0.8)


def test_the_kl_estimate_is_never_negative_and_unbiased(rng: np.random.Generator) -> None:
    p, q = norm.softmax(rng.standard_normal((2, 6)))
    estimates = grpo.kl(np.log(p), np.log(q))
    assert (estimates >= 0).all()
    assert np.sum(p * estimates) == pytest.approx(np.sum(p * np.log(p / q)))


def test_without_change_the_objective_is_the_mean_advantage() -> None:
    logs = [np.log(np.full(n, 0.5)) for n in (3, 5)]
    assert grpo.objective(logs, logs, logs, [1.0, 0.0], 0.2, 0.04) == pytest.approx(0)


def test_with_lambda_one_the_advantage_is_the_return_minus_the_value(rng: np.random.Generator) -> None:
    r, V = rng.standard_normal((2, 7))
    np.testing.assert_allclose(ppo.generalised_advantage(r, V, lam=1.0), r[::-1].cumsum()[::-1] - V)
    assert set(ppo.HELD["PPO"]) - set(ppo.HELD["GRPO"]) == {"critic"}
    assert ppo.token_rewards(1.0, np.zeros(4), np.zeros(4), 0.1).tolist() == [0, 0, 0, 1]


def test_dpo_begins_at_log_two_and_falls_with_the_margin() -> None:
    assert dpo.loss(-1.0, -1.0, -2.0, -2.0, 0.1) == pytest.approx(np.log(2))
    assert dpo.loss(-0.5, -1.0, -2.5, -2.0, 0.1) < np.log(2)


def test_fill_in_the_middle_loses_nothing(rng: np.random.Generator) -> None:
    text = "def f(x):\n    return x + 1\n"
    assert fim.restore(fim.psm(text, 4, 13)) == text
    arranged = fim.arrange([text] * 400, 0.5, rng)
    assert 150 < sum(a != text for a in arranged) < 250


def test_packing_tears_nothing_and_hides_other_documents(rng: np.random.Generator) -> None:
    lengths = rng.integers(1, 100, 80)
    sequences = packing.best_fit(lengths, 100)
    assert sorted(i for s in sequences for i in s) == list(range(80))
    assert max(sum(lengths[i] for i in s) for s in sequences) <= 100
    assert packing.cut(lengths, 100) > 10
    seen = packing.mask([2, 3])
    assert seen.sum(axis=1).tolist() == [1, 2, 1, 2, 3]


def test_schedules_have_the_papers_shares() -> None:
    x = np.array([0.5, 0.8, 0.85, 0.95, 1.0])
    np.testing.assert_allclose(schedules.multi_step(x, [0.8, 0.9], 10**-0.5), [1, 1, 0.316, 0.1, 0.1], atol=1e-3)
    assert schedules.cosine(1.0, 0.1) == pytest.approx(0.1)
    assert schedules.warmup_stable_decay(np.array([0.01, 0.5, 1.0]), 0.02, 0.8, 0.1).tolist() == pytest.approx(
        [0.5, 1, 0.1]
    )


def test_muon_makes_all_singular_values_one(rng: np.random.Generator) -> None:
    values = np.linalg.svd(muon.newton_schulz(rng.standard_normal((12, 20))), compute_uv=False)
    np.testing.assert_allclose(values, 1, atol=0.05)
    W, _ = muon.step(np.zeros((12, 20)), np.zeros((12, 20)), rng.standard_normal((12, 20)), lr=1.0)
    assert np.sqrt(np.mean(W**2)) == pytest.approx(0.18, rel=0.05)

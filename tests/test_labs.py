"""The labs do what the pages say of them: experts and their load, streams, looked-up memory, guessed tokens.

Attention and training have modules of their own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from labs import all_to_all, balance, engram, mhc, mtp, norm, router, speculative

LABS = sorted((Path(__file__).parents[1] / "labs").glob("*.py"))


@pytest.mark.parametrize("module", LABS, ids=lambda path: path.stem)
def test_a_lab_fits_on_a_page_and_names_its_source(module: Path) -> None:
    text = module.read_text("utf-8")
    assert len(text.splitlines()) <= 80
    head = text.split('"""')[1]
    assert module.stem == "__init__" or any(word in head for word in ("§", "eq.", "Table", "Algorithm")), head


def test_the_router_keeps_to_its_groups_and_its_gates_add_up(rng: np.random.Generator) -> None:
    u, e = rng.standard_normal((200, 32)), rng.standard_normal((256, 32))
    g = router.route(u, e, np.zeros(256), K=8, n_group=8, topk_group=4, scale=2.5)
    assert ((g > 0).sum(axis=1) == 8).all()
    np.testing.assert_allclose(g.sum(axis=1), 2.5)
    assert all_to_all.copies(g > 0, 8).max() <= 4
    free = router.route(u, e, np.zeros(256), K=8, n_group=1, topk_group=1)
    assert all_to_all.copies(free > 0, 8).mean() > all_to_all.copies(g > 0, 8).mean()


def test_the_bias_chooses_and_does_not_weight(rng: np.random.Generator) -> None:
    u, e = rng.standard_normal((50, 8)), rng.standard_normal((16, 8))
    b = np.zeros(16)
    b[3] = 10.0
    g = router.route(u, e, b, K=2)
    s = norm.sigmoid(u @ e.T)
    other = np.where(np.arange(16) != 3, g, 0).argmax(axis=1)
    assert (g[:, 3] > 0).all()
    np.testing.assert_allclose(g[:, 3], s[:, 3] / (s[:, 3] + s[np.arange(50), other]))


def test_experts_without_a_limit_reach_as_many_nodes_as_chance_says(rng: np.random.Generator) -> None:
    chosen = router.largest(rng.standard_normal((4000, 64)), 8)
    assert all_to_all.copies(chosen, 8).mean() == pytest.approx(all_to_all.expected_copies(64, 8, 8), rel=0.02)


def test_the_bias_balances_the_load() -> None:
    _, violations, _ = balance.simulate(200)
    assert violations[0] > 1
    assert violations[-20:].mean() < 0.2 * violations[0]
    frozen = balance.simulate(200, u=0.0)[1]
    assert frozen[-20:].mean() > 0.9 * violations[0]


def test_the_balance_loss_is_its_factor_when_the_load_is_even(rng: np.random.Generator) -> None:
    even = np.eye(8, dtype=bool)[np.arange(64) % 8]
    scores = norm.softmax(rng.standard_normal((64, 8)))
    assert balance.balance_loss(scores, even, 0.01) == pytest.approx(0.01)
    collapsed = np.zeros((64, 8), bool)
    collapsed[:, 0] = True
    peaked = norm.softmax(np.where(collapsed, 5.0, 0.0))
    assert balance.balance_loss(peaked, collapsed, 0.01) > 0.05


def test_mtp_predicts_one_token_further_in_each_module(rng: np.random.Generator) -> None:
    vocabulary, d, T = 11, 6, 9
    tokens = rng.integers(0, vocabulary, T)
    E, head = rng.standard_normal((vocabulary, d)), rng.standard_normal((d, vocabulary))
    M = rng.standard_normal((2, 2 * d, d))
    P = mtp.modules(rng.standard_normal((T, d)), tokens, E, M, [np.tanh, np.tanh], head)
    assert [p.shape for p in P] == [(T - 1, vocabulary), (T - 2, vocabulary)]
    sure = [np.eye(vocabulary)[np.append(tokens[k + 1 :], 0)] for k in (1, 2)]
    assert mtp.loss([np.where(p, 1.0, 1e-9) for p in sure], tokens, 0.3) == pytest.approx(0)


def test_sinkhorn_gives_a_doubly_stochastic_matrix_whose_products_stay_bounded(rng: np.random.Generator) -> None:
    matrices = [mhc.sinkhorn(rng.standard_normal((4, 4))) for _ in range(60)]
    for B in matrices:
        np.testing.assert_allclose(B.sum(axis=0), 1, atol=1e-3)
        np.testing.assert_allclose(B.sum(axis=1), 1)
        assert (B >= 0).all()
    assert mhc.gain(matrices) == pytest.approx(1, abs=0.01)
    assert mhc.gain([np.eye(4) + 0.3 * rng.standard_normal((4, 4)) for _ in range(60)]) > 100


def test_one_stream_with_ones_is_the_ordinary_residual(rng: np.random.Generator) -> None:
    x = rng.standard_normal((1, 5))
    np.testing.assert_allclose(mhc.step(x, np.ones(1), np.ones((1, 1)), np.ones(1), np.tanh), x + np.tanh(x))


def test_speculative_decoding_leaves_the_distribution_unchanged(rng: np.random.Generator) -> None:
    p, q = norm.softmax(2 * rng.standard_normal((2, 9)))
    np.testing.assert_allclose(speculative.outcome(p, q), p)
    drawn = np.bincount([speculative.sample(p, q, rng) for _ in range(20_000)], minlength=9) / 20_000
    np.testing.assert_allclose(drawn, p, atol=0.02)
    assert speculative.tokens_per_pass(0.85, 1) == pytest.approx(1.85)
    assert speculative.tokens_per_pass(1.0, 3) == 4


def test_engram_rows_follow_from_the_text_and_the_gate_stays_between_0_and_1(rng: np.random.Generator) -> None:
    tokens = np.array([5, 9, 2, 5, 9, 2])
    rows = engram.rows(tokens, 2, np.array([3, 7]), 1000)
    assert rows[2] == rows[5]
    assert rows[0] != rows[3]  # the same token after another one
    alpha = engram.gate(rng.standard_normal((6, 8)), rng.standard_normal((6, 4)), rng.standard_normal((4, 8)))
    assert ((alpha > 0) & (alpha < 1)).all()


def test_free_guesses_are_as_many_times_faster_as_they_are_tokens() -> None:
    assert speculative.speedup(0.8, 3, 0) == speculative.tokens_per_pass(0.8, 3)
    assert speculative.speedup(0.0, 3, 0.1) == pytest.approx(1 / 1.3), "guesses that are never right only cost"
    assert speculative.speedup(1.0, 3, 1.0) == 1, "a guess as dear as a pass gains nothing"

"""The labs do what the pages say of them, equal both ways: attention, experts, training, and the heads of the trained model."""

import json
from pathlib import Path

import numpy as np
import pytest
from labs import (
    all_to_all,
    attention,
    balance,
    ced,
    csa,
    dpo,
    dsa,
    dualpipe,
    engram,
    fim,
    fp8,
    grpo,
    mhc,
    mla,
    mtp,
    muon,
    norm,
    one_step,
    packing,
    pipeline,
    ppo,
    rope,
    router,
    schedules,
    speculative,
    yarn,
    zero_bubble,
)

from catalogue.records import Catalogue
from render.context import make_context
from render.labs import chosen_heads, trained_attention
from render.words import CHINESE, ENGLISH
from render.words import load_words as words_of

LABS = sorted((Path(__file__).parents[1] / "labs").glob("*.py"))


@pytest.mark.parametrize("module", LABS, ids=lambda path: path.stem)
def test_a_lab_fits_on_a_page_and_names_its_source(module: Path) -> None:
    text = module.read_text("utf-8")
    assert len(text.splitlines()) <= 80
    head = text.split('"""')[1]
    assert module.stem == "__init__" or any(word in head for word in ("§", "eq.", "Table", "Algorithm")), head


def test_experts_reach_as_many_nodes_as_chance_says_and_within_groups_no_more_than_allowed(
    rng: np.random.Generator,
) -> None:
    chosen = router.largest(rng.standard_normal((4000, 64)), 8)
    assert all_to_all.copies(chosen, 8).mean() == pytest.approx(all_to_all.expected_copies(64, 8, 8), rel=0.02)
    u, e = rng.standard_normal((200, 32)), rng.standard_normal((256, 32))
    g = router.route(u, e, np.zeros(256), K=8, n_group=8, topk_group=4)
    assert all_to_all.copies(g > 0, 8).max() <= 4


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


@pytest.mark.parametrize(("stages", "batches"), [(8, 32), (16, 120)])
def test_a_step_of_dualpipe_waits_where_a_pass_has_no_partner(stages: int, batches: int) -> None:
    rows = dualpipe.schedules(stages, batches, 1.5)
    length = {name: max(row[-1][1] for row in each) for name, each in rows.items()}
    alone = sum(len(slot) == 1 and slot[0][0] in "FBI" for _, _, slot in rows["DualPipe"][0])
    assert length["DualPipe"] == 3 * batches + 1.5 * alone + pipeline.idle(rows["DualPipe"])[0]
    assert length["ZB1P"] == 6 * batches + 4 * (stages - 1)
    assert length["1F1B"] == 6 * (batches + stages - 1)


def test_rounding_to_bf16_leaves_eight_binary_digits(rng: np.random.Generator) -> None:
    assert fp8.fp8(np.array([1 + 2.0**-7, 1 + 2.0**-8, 1 + 3 * 2.0**-8]), fp8.BF16).tolist() == [
        1 + 2.0**-7,
        1,
        1 + 2.0**-6,
    ]
    digits = [fp8.digits_of_sum(rng.normal(size=(n, 20_000))) for n in (1, 16)]
    assert digits[0] == pytest.approx(2.78, abs=0.02)
    assert digits[0] - digits[1] == pytest.approx(0.46, abs=0.03)


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
    drawn = np.bincount([speculative.sample(p, q, rng) for _ in range(20_000)], minlength=9) / 20_000
    np.testing.assert_allclose(drawn, p, atol=0.02)
    assert speculative.tokens_per_pass(0.85, 1) == pytest.approx(1.85)
    assert speculative.tokens_per_pass(1.0, 3) == 4
    assert speculative.speedup(0.8, 3, 0) == speculative.tokens_per_pass(0.8, 3), "guesses that cost nothing"
    assert speculative.speedup(0.0, 3, 0.1) == pytest.approx(1 / 1.3), "guesses that are never right only cost"


def test_engram_rows_follow_from_the_text_and_the_gate_stays_between_0_and_1(rng: np.random.Generator) -> None:
    tokens = np.array([5, 9, 2, 5, 9, 2])
    rows = engram.rows(tokens, 2, np.array([3, 7]), 1000)
    assert rows[2] == rows[5]
    assert rows[0] != rows[3]  # the same token after another one
    alpha = engram.gate(rng.standard_normal((6, 8)), rng.standard_normal((6, 4)), rng.standard_normal((4, 8)))
    assert ((alpha > 0) & (alpha < 1)).all()


def test_mla_sees_no_later_token(rng: np.random.Generator) -> None:
    d, n_h, d_h, d_r, d_c, d_q = 24, 4, 6, 4, 8, 10
    shapes = {"W_DKV": (d, d_c), "W_UK": (d_c, n_h, d_h), "W_UV": (d_c, n_h, d_h), "W_KR": (d, d_r)}
    shapes |= {"W_DQ": (d, d_q), "W_UQ": (d_q, n_h, d_h), "W_QR": (d_q, n_h, d_r), "W_O": (n_h, d_h, d)}
    w = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    h, theta = rng.standard_normal((9, 24)), rope.angles(4)
    changed = h.copy()
    changed[6:] += 1
    np.testing.assert_array_equal(mla.absorbed(h, w, theta)[:6], mla.absorbed(changed, w, theta)[:6])


def test_the_latents_are_what_the_catalogue_counts(catalogue: Catalogue, rng: np.random.Generator) -> None:
    entry = catalogue.entries["deepseek-v3-base"]
    a = entry.architecture
    w = {
        "W_DKV": rng.standard_normal((16, a.kv_lora_rank.value)),
        "W_KR": rng.standard_normal((16, a.qk_rope_head_dim.value)),
    }
    cache = mla.compress(rng.standard_normal((3, 16)), w, rope.angles(a.qk_rope_head_dim.value))
    assert sum(part[0].size for part in cache) * a.num_hidden_layers.value == entry.recount.kv_cache.value


def test_one_key_value_head_and_all_are_the_ends_of_grouped_attention(rng: np.random.Generator) -> None:
    h, W_Q, W_O = rng.standard_normal((5, 8)), rng.standard_normal((8, 4, 3)), rng.standard_normal((4, 3, 8))
    W_K, W_V = rng.standard_normal((2, 8, 1, 3))
    shared, small = attention.grouped(h, W_Q, W_K, W_V, W_O)
    repeated, large = attention.grouped(h, W_Q, np.repeat(W_K, 4, axis=1), np.repeat(W_V, 4, axis=1), W_O)
    np.testing.assert_allclose(shared, repeated)
    assert large[0].size == 4 * small[0].size


def test_yarn_keeps_fast_pairs_and_stretches_slow_ones() -> None:
    theta, L, s = rope.angles(64), 4096, 40
    for gamma in (yarn.ramp(yarn.turns(theta, L), 1, 32), yarn.ramp_by_pair(theta, L, 1, 32)):
        new = yarn.stretch(theta, gamma, s)
        assert new[0] == theta[0]
        assert new[-1] == pytest.approx(theta[-1] / s)
        assert (np.diff(gamma) <= 0).all()
    assert yarn.length_factor(1) == 1


def test_sparse_attention_of_everything_is_the_dense_one(rng: np.random.Generator) -> None:
    q, k, v = rng.standard_normal((3, 12, 2, 4))
    scores = dsa.index_scores(
        rng.standard_normal((12, 3, 4)), rng.standard_normal((12, 3)), rng.standard_normal((12, 4))
    )
    dense = attention.attend(q, k, v, attention.causal(12))
    np.testing.assert_allclose(dsa.sparse_attention(q, k, v, scores, 12), dense)
    chosen = dsa.selected(scores, 3)
    assert chosen.sum(axis=1).tolist() == [1, 2] + [3] * 10
    assert not (chosen & ~attention.causal(12)).any()


def test_the_indexer_has_nothing_to_learn_from_itself(rng: np.random.Generator) -> None:
    scores = rng.standard_normal((6, 6))
    own = norm.softmax(np.where(attention.causal(6), scores, -np.inf))
    assert dsa.indexer_loss(own, scores) == pytest.approx(0)
    assert dsa.indexer_loss(
        np.where(attention.causal(6), own[:, ::-1], 0), rng.standard_normal((6, 6))
    ) != pytest.approx(0)


def test_entries_are_weighted_means_and_never_of_later_tokens(rng: np.random.Generator) -> None:
    C, Z = np.ones((16, 3)), rng.standard_normal((16, 3))
    np.testing.assert_allclose(csa.compress(C, Z, 4), np.ones((4, 3)))
    np.testing.assert_allclose(csa.compress_overlapping(C, Z, C, -Z, 4), np.ones((4, 3)))
    for t in range(40):
        covered, first = csa.seen(t, 4, 8)
        assert covered <= t + 1  # never a later token
        assert first <= covered or t - covered < 8  # no token falls between the entries and the window


def test_a_causal_encoder_decoder_needs_as_many_windows_as_layers(rng: np.random.Generator) -> None:
    N, layers, W = 60, 4, 6
    X = rng.standard_normal((N, 2))
    exact = ced.decoder(X, layers, W)[-1]
    first = ced.needed_exactly(N, layers, W)[0] - (W - 1)
    np.testing.assert_allclose(ced.decoder(X, layers, W, start=first)[-1], exact)
    assert not np.allclose(ced.decoder(X, layers, W, start=first + 1)[-1], exact)
    assert not np.allclose(ced.decoder(X, layers, W, start=N - W)[-1], exact)  # bounded replay is an approximation
    assert ced.work(100_000, 40, 128) / ced.work(100_000, 40, 128, replay=False) == pytest.approx(0.5, abs=0.01)


def test_products_are_those_of_the_pairs_that_the_selection_leaves(rng: np.random.Generator) -> None:
    """Counted over the mask of the lab itself, for every token of a text."""
    T, k, n_h, wide = 40, 8, 4, 3
    mask = dsa.selected(rng.standard_normal((T, T)), k)
    counted = [dsa.products(t + 1, k, n_h, wide, 2, 5) for t in range(T)]
    assert sum(attention for attention, _ in counted) == n_h * wide * mask.sum()
    assert sum(indexer for _, indexer in counted) == 2 * 5 * T * (T + 1) // 2
    assert dsa.products(T, T, n_h, wide) == (n_h * wide * T, 0)


def test_entries_that_are_read_are_those_that_a_token_sees() -> None:
    for t in (0, 5, 127, 128, 1000):
        covered, first = csa.seen(t, 4, 128)
        assert csa.read(t + 1, 4, 10**9, 128) == covered // 4 + t + 1 - first
        assert csa.read(t + 1, 4, 8, 128) <= 8 + 128


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


def test_numbers_with_five_bits_of_exponent_reach_further_and_are_coarser() -> None:
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


def test_the_kl_estimate_is_never_negative_and_unbiased(rng: np.random.Generator) -> None:
    p, q = norm.softmax(rng.standard_normal((2, 6)))
    estimates = grpo.kl(np.log(p), np.log(q))
    assert (estimates >= 0).all()
    assert np.sum(p * estimates) == pytest.approx(np.sum(p * np.log(p / q)))


def test_without_change_the_objective_is_the_mean_advantage() -> None:
    logs = [np.log(np.full(n, 0.5)) for n in (3, 5)]
    assert grpo.objective(logs, logs, logs, [1.0, 0.0], 0.2, 0.04) == pytest.approx(0)


def test_ppo_holds_a_critic_more_and_rewards_the_last_token() -> None:
    assert set(ppo.HELD["PPO"]) - set(ppo.HELD["GRPO"]) == {"critic"}
    assert ppo.token_rewards(1.0, np.zeros(4), np.zeros(4), 0.1).tolist() == [0, 0, 0, 1]


def test_dpo_begins_at_log_two_and_falls_with_the_margin() -> None:
    assert dpo.loss(-1.0, -1.0, -2.0, -2.0, 0.1) == pytest.approx(np.log(2))
    assert dpo.loss(-0.5, -1.0, -2.5, -2.0, 0.1) < np.log(2)


def test_fill_in_the_middle_loses_nothing(rng: np.random.Generator) -> None:
    text = "def f(x):\n    return x + 1\n"
    arranged = fim.arrange([text] * 400, 0.5, rng)
    assert 150 < sum(a != text for a in arranged) < 250
    assert {fim.restore(a) for a in arranged if a != text} == {text}


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


def test_the_gradients_are_those_of_the_loss() -> None:
    a, b, x, y, small = 0.7, np.array([0.4, -0.2, 1.1]), 1.5, 2, 1e-6
    _, db, _, da = one_step.backward(a, b, x, y)

    def loss(da_: float, db_: np.ndarray) -> float:
        return float(one_step.forward(a + da_, b + db_, x, y)[2])

    nothing = np.zeros(3)
    assert da == pytest.approx((loss(small, nothing) - loss(-small, nothing)) / (2 * small), rel=1e-5)
    for i in range(3):
        nudge = small * (np.arange(3) == i)
        assert db[i] == pytest.approx((loss(0, nudge) - loss(0, -nudge)) / (2 * small), rel=1e-5)


def test_a_step_makes_the_token_that_came_likelier() -> None:
    a, b = 0.5, np.array([1.0, 0.0, -1.0])
    _, before, _ = one_step.forward(a, b, 2.0, 1)
    _, after, _ = one_step.forward(*one_step.step(a, b, 2.0, 1, 0.1), 2.0, 1)
    assert after[1] > before[1]


HEADS = [
    {"layer": 1, "head": 1, "itself": 0.1, "previous": 0.8, "first": 0.05},
    {"layer": 1, "head": 2, "itself": 0.2, "previous": 0.1, "first": 0.6},
    {"layer": 2, "head": 1, "itself": 0.1, "previous": 0.1, "first": 0.05},
]


def test_heads_are_chosen_by_what_was_measured_of_them() -> None:
    found = chosen_heads(HEADS)
    assert found["before"] == (HEADS[0], 0.8)
    assert found["further"] == (HEADS[2], pytest.approx(0.75))


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_the_figure_names_the_sentence_and_its_tokens(catalogue: Catalogue, tmp_path: Path, language: str) -> None:
    ctx, rows = make_context(catalogue, words_of()[language]), [[1.0 / (t + 1)] * (t + 1) for t in range(5)]
    assert trained_attention(ctx, tmp_path / "none") == ""
    said = {"sentence": "a key fits", "tokens": list("⊢akey"), "weights": [[rows, rows], [rows]]}
    (tmp_path / "attention.json").write_text(json.dumps({language: said}), encoding="utf-8")
    (tmp_path / "about.json").write_text(json.dumps({"heads": HEADS}), encoding="utf-8")
    html = trained_attention(ctx, tmp_path)
    assert html.count("<svg") == 2
    assert "a key fits" in html
    assert ">k</text>" in html

"""Labs of attention: equal results both ways, counted caches, no later token, positions, what sparse attention reads."""

from __future__ import annotations

import numpy as np
import pytest
from labs import attention, ced, csa, dsa, mla, norm, rope, yarn

from catalogue.records import Catalogue


def mla_weights(rng: np.random.Generator) -> dict[str, np.ndarray]:
    d, n_h, d_h, d_r, d_c, d_q = 24, 4, 6, 4, 8, 10
    shapes = {
        "W_DKV": (d, d_c),
        "W_UK": (d_c, n_h, d_h),
        "W_UV": (d_c, n_h, d_h),
        "W_KR": (d, d_r),
        "W_DQ": (d, d_q),
        "W_UQ": (d_q, n_h, d_h),
        "W_QR": (d_q, n_h, d_r),
        "W_O": (n_h, d_h, d),
    }
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def test_mla_gives_the_same_rebuilt_and_absorbed(rng: np.random.Generator) -> None:
    w, h = mla_weights(rng), rng.standard_normal((9, 24))
    theta = rope.angles(4)
    np.testing.assert_allclose(mla.absorbed(h, w, theta), mla.rebuilt(h, w, theta), atol=1e-12)


def test_mla_sees_no_later_token(rng: np.random.Generator) -> None:
    w, h, theta = mla_weights(rng), rng.standard_normal((9, 24)), rope.angles(4)
    changed = h.copy()
    changed[6:] += 1
    np.testing.assert_array_equal(mla.absorbed(h, w, theta)[:6], mla.absorbed(changed, w, theta)[:6])


@pytest.mark.parametrize("variant", ["deepseek-llm-7b-base", "deepseek-llm-67b-base", "deepseek-coder-5.7bmqa-base"])
def test_the_cache_holds_what_the_catalogue_counts(
    catalogue: Catalogue, rng: np.random.Generator, variant: str
) -> None:
    entry = catalogue.entries[variant]
    a = entry.architecture
    n_h, n_g, width = (getattr(a, n).value for n in ("num_attention_heads", "num_key_value_heads", "hidden_size"))
    W_Q, W_KV = (rng.standard_normal((16, n, width // n_h)) for n in (n_h, n_g))
    _, cache = attention.grouped(rng.standard_normal((2, 16)), W_Q, W_KV, W_KV, W_Q.transpose(1, 2, 0))
    per_layer = sum(part[0].size for part in cache)
    assert per_layer * a.num_hidden_layers.value == entry.recount.kv_cache.value


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


def test_rope_depends_on_the_distance_alone(rng: np.random.Generator) -> None:
    q, k = rng.standard_normal((2, 1, 8))
    theta = rope.angles(8)
    products = [rope.rotate(q, [m], theta) @ rope.rotate(k, [m + 5], theta).T for m in (0, 3, 1000)]
    np.testing.assert_allclose(products, np.full_like(products, products[0]), rtol=1e-9)


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

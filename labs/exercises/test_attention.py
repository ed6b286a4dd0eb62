import numpy as np
from labs import attention, mla, rope


def test_attention_gives_a_weighted_mean_of_values():
    rng = np.random.default_rng(0)
    q, k, v = rng.normal(size=(5, 2, 8)), rng.normal(size=(5, 2, 8)), rng.normal(size=(5, 2, 3))
    out = attention.attend(q, k, v, attention.causal(5))
    assert out.shape == (5, 2, 3)
    assert np.allclose(out[0], v[0]), "the first token sees itself alone"
    assert np.allclose(attention.attend(0 * q, k, v, attention.causal(5))[4], v.mean(axis=0)), (
        "equal scores, equal weights"
    )
    peaked = attention.attend(k * 1e3, k, v, np.ones((5, 5), bool))
    assert np.allclose(peaked[2, 0], v[np.argmax(k[:, 0] @ k[2, 0]), 0], atol=1e-3), "the best key wins"


def test_scores_are_divided_by_the_root_of_the_width():
    q, k, v = (
        np.full((2, 1, 16), 0.5),
        np.array([np.zeros((1, 16)), np.full((1, 16), 0.5)]),
        np.array([[[0.0]], [[1.0]]]),
    )
    out = attention.attend(q, k, v, np.ones((2, 2), bool))
    assert np.allclose(out[0, 0, 0], 1 / (1 + np.exp(-1.0))), "4 over the root of 16 is a score of 1"


def test_rotation_keeps_lengths_and_sees_distance_alone():
    rng = np.random.default_rng(1)
    theta, q, k = rope.angles(8), rng.normal(size=(1, 8)), rng.normal(size=(1, 8))
    turn = lambda x, m: rope.rotate(x, np.array([m]), theta)[0]  # noqa: E731
    assert np.allclose(turn(q, 0), q[0])
    assert np.isclose(np.linalg.norm(turn(q, 9)), np.linalg.norm(q))
    assert np.isclose(turn(q, 7) @ turn(k, 4), turn(q, 107) @ turn(k, 104))
    assert not np.isclose(turn(q, 7) @ turn(k, 4), turn(q, 7) @ turn(k, 5))


def test_absorbed_attention_gives_what_rebuilt_keys_give():
    rng = np.random.default_rng(2)
    T, d, d_c, d_q, n_h, d_h, d_r = 7, 24, 10, 12, 3, 6, 4
    shapes = {"W_DKV": (d, d_c), "W_UK": (d_c, n_h, d_h), "W_UV": (d_c, n_h, d_h), "W_KR": (d, d_r)}
    shapes |= {"W_DQ": (d, d_q), "W_UQ": (d_q, n_h, d_h), "W_QR": (d_q, n_h, d_r), "W_O": (n_h, d_h, d)}
    w = {name: rng.normal(size=shape) / shape[0] ** 0.5 for name, shape in shapes.items()}
    h, theta = rng.normal(size=(T, d)), rope.angles(d_r)
    assert np.allclose(mla.absorbed(h, w, theta), mla.rebuilt(h, w, theta))

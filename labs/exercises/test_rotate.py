"""rope.rotate: rope §3.2.2, pairs of neighbouring entries."""

import numpy as np
from labs import rope

THETA = np.array([0.5, 0.1])


def test_each_pair_of_neighbours_turns_by_its_own_angle():
    found = rope.rotate(np.eye(4), np.array([1, 1, 3, 3]), THETA)
    a, b = 0.5, 3 * 0.1
    expected = [
        [np.cos(a), np.sin(a), 0, 0],
        [-np.sin(a), np.cos(a), 0, 0],
        [0, 0, np.cos(b), np.sin(b)],
        [0, 0, -np.sin(b), np.cos(b)],
    ]
    message = "unit vectors at positions 1, 1, 3, 3: pairs (1, 2) and (3, 4), anticlockwise by m·θ"
    np.testing.assert_allclose(found, expected, atol=1e-12, err_msg=message)


def test_heads_of_a_token_turn_alike():
    x = np.random.default_rng(1).normal(size=(3, 2, 4))
    before, m = x.copy(), np.array([4, 0, 9])
    found = rope.rotate(x, m, THETA)
    np.testing.assert_equal(np.shape(found), x.shape, err_msg="the shape stays")
    np.testing.assert_allclose(found[1], before[1], err_msg="at position 0 nothing turns")
    alone = np.stack([rope.rotate(before[:, i], m, THETA) for i in (0, 1)], axis=1)
    np.testing.assert_allclose(found, alone, err_msg="(T, n_h, d): m belongs to the first axis")
    np.testing.assert_allclose(x, before, err_msg="the argument is not to be changed")


def test_lengths_stay_and_the_product_sees_the_distance_alone():
    theta, (q, k) = rope.angles(8), np.random.default_rng(2).normal(size=(2, 1, 8))
    turn = lambda x, m: rope.rotate(x, np.array([m]), theta)[0]  # noqa: E731
    np.testing.assert_allclose(np.linalg.norm(turn(q, 9)), np.linalg.norm(q), err_msg="a rotation keeps the length")
    near, far = (turn(q, m + 3) @ turn(k, m) for m in (4, 104))
    np.testing.assert_allclose(near, far, err_msg="distance 3 at position 4 and at 104")

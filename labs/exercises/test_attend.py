"""attention.attend: deepseek-v2 eq. 7, 8."""

import numpy as np
from labs import attention

ROOT_OF_D = {"q": [[[2.0, 0, 0, 0]]], "k": [[[2.0, 0, 0, 0]], [[0.0, 0, 0, 0]]], "v": [[[1.0]], [[0.0]]]}


def attend(q, k, v, allowed):
    return attention.attend(*(np.array(each, float) for each in (q, k, v)), np.array(allowed, bool))


def test_scores_are_divided_by_the_root_of_the_width():
    found = attend(**ROOT_OF_D, allowed=[[1, 1]])
    expected = [[[1 / (1 + np.exp(-2))]]]
    np.testing.assert_allclose(found, expected, err_msg="q·k is 4 and 0, with d = 4 the scores are 2 and 0")


def test_a_token_sees_what_is_allowed_and_nothing_else():
    q = [[[-2.0, 0, 0, 0]]] * 3
    k, v = [*ROOT_OF_D["k"], [[1.0, 5, 0, 0]]], [[[1.0, 8]], [[0.0, 4]], [[4.0, 2]]]
    found = attend(q, k, v, [[1, 0, 0], [0, 1, 0], [1, 0, 1]])
    e1, e2 = np.exp(-2.0), np.exp(-1.0)
    last = [(e1 * 1 + e2 * 4) / (e1 + e2), (e1 * 8 + e2 * 2) / (e1 + e2)]
    message = "rows: one key allowed (twice), then keys 0 and 2; a forbidden key has no weight, the others' add up to 1"
    np.testing.assert_allclose(found[:, 0], [[1, 8], [0, 4], last], err_msg=message)


def test_every_head_and_token_has_its_own_weights():
    rng = np.random.default_rng(0)
    q, k, v = rng.normal(size=(3, 2, 5)), rng.normal(size=(4, 2, 5)), rng.normal(size=(4, 2, 6))
    found = attend(q, k, v, np.tri(3, 4, 1))
    np.testing.assert_equal(np.shape(found), (3, 2, 6), err_msg="3 queries, 2 heads, values of 6 numbers")
    alone = [
        [attend(q[[t]][:, [i]], k[:, [i]], v[:, [i]], np.tri(3, 4, 1)[[t]])[0, 0] for i in (0, 1)] for t in (0, 1, 2)
    ]
    np.testing.assert_allclose(found, alone, err_msg="together must give what each token and head gives alone")


def test_large_scores_do_not_overflow():
    k = np.array(ROOT_OF_D["k"]) * 1e4
    found = attend(ROOT_OF_D["q"], k, ROOT_OF_D["v"], [[1, 1]])
    np.testing.assert_allclose(found, [[[1.0]]], err_msg="a score of 20,000: take the largest off before e^x")
    found = attend(ROOT_OF_D["q"], -k, ROOT_OF_D["v"], [[1, 0]])
    np.testing.assert_allclose(found, [[[1.0]]], err_msg="a score of −20,000: what masks must lie below that")

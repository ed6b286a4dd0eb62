"""router.route: deepseek-v3 eq. 13 to 16, §2.1.2; deepseek-v3-repo class Gate. Scores are given, so that gates can be worked out by hand."""

import numpy as np
from labs import router


def route(scores, b=0.0, **settings):
    """Gates of tokens whose scores (T, N_r) these are after the sigmoid."""
    s = np.array(scores, float)
    return router.route(np.eye(len(s)), np.log(s / (1 - s)).T, np.broadcast_to(b, s.shape[1]).astype(float), **settings)


def compare(found, expected, message):
    np.testing.assert_allclose(found, expected, atol=1e-12, err_msg=message)


def test_gates_are_the_chosen_scores_by_their_sum():
    found = route([[0.8, 0.2, 0.6, 0.1], [0.3, 0.9, 0.1, 0.6]], K=2)
    expected = [[0.8 / 1.4, 0, 0.6 / 1.4, 0], [0, 0.9 / 1.5, 0, 0.6 / 1.5]]
    compare(found, expected, "s / Σ s of the two chosen, where s is the sigmoid of u·e")
    compare(route([[0.8, 0.2, 0.6, 0.1]], K=2, scale=2.5), [[2, 0, 1.5, 0]] / np.array(1.4), "2.5 times as much")


def test_the_bias_chooses_and_stays_out_of_the_gate():
    found = route([[0.8, 0.2, 0.6, 0.1]], [0, 0.5, 0, 0], K=2)
    compare(found, [[0.8, 0.2, 0, 0]], "0.8 and 0.2 + 0.5 are chosen; weighed they are by 0.8 and 0.2")


def test_a_group_is_rated_by_the_sum_of_its_two_best():
    found = route([[0.9, 0.1, 0.6, 0.5]], K=2, n_group=2, topk_group=1)
    compare(found, [[0, 0, 0.6 / 1.1, 0.5 / 1.1]], "1.1 against 1.0, although the best expert is in the other group")
    found = route([[0.9, 0.1, 0.1, 0.5, 0.4, 0.3]], K=2, n_group=2, topk_group=1)
    compare(found, [[0.9, 0.1, 0, 0, 0, 0]], "two count, not all three (1.1 against 1.2)")


def test_groups_are_rated_with_the_bias():
    found = route([[0.9, 0.2, 0.6, 0.4]], [0, 0, 0, 0.3], K=2, n_group=2, topk_group=1)
    compare(found, [[0, 0, 0.6, 0.4]], "1.1 against 0.6 + 0.4 + 0.3; the gates have no bias")


def test_experts_are_chosen_from_as_many_groups_as_allowed():
    found = route([[0.9, 0.8, 0.2, 0.1, 0.7, 0.6]], K=3, n_group=3, topk_group=2)
    compare(found, np.array([[0.9, 0.8, 0, 0, 0.7, 0]]) / 2.4, "two groups of three remain, and the best three in them")


def test_a_forbidden_group_stays_forbidden_when_all_biases_are_negative():
    found = route([[0.9, 0.8, 0.7, 0.6]], -20, K=2, n_group=2, topk_group=1)
    compare(found, [[0.9 / 1.7, 0.8 / 1.7, 0, 0]], "ranked, all scores are below 0: what masks must lie below them")

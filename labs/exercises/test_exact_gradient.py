"""policy_gradient.exact_gradient: reinforce Theorem 1, summed over all answers."""

import numpy as np
from labs import policy_gradient
from labs.norm import softmax


def test_a_logit_rises_by_what_its_answer_is_better_than_the_mean():
    found = policy_gradient.exact_gradient(np.log([0.5, 0.3, 0.2]), np.array([1.0, 0.0, 4.0]))
    message = "p = 0.5, 0.3, 0.2, rewards 1, 0, 4: the expected reward is 1.3"
    np.testing.assert_allclose(found, [0.5 * -0.3, 0.3 * -1.3, 0.2 * 2.7], err_msg=message)


def test_it_is_the_slope_of_the_expected_reward():
    logits, reward = np.array([0.3, -1.0, 0.5, 2.0]), np.array([1.0, 0.0, 2.0, -1.0])
    nudges = np.eye(4) * 1e-5
    slope = [(softmax(logits + n) @ reward - softmax(logits - n) @ reward) / 2e-5 for n in nudges]
    found = policy_gradient.exact_gradient(logits, reward)
    np.testing.assert_allclose(found, slope, atol=1e-8, err_msg="each logit nudged by itself")

"""sampling.cross_entropy_gradient: the gradient of `sampling.cross_entropy`."""

import numpy as np
from labs import sampling


def test_probability_less_one_at_the_token_that_came():
    found = sampling.cross_entropy_gradient(np.log([[0.5, 0.3, 0.2]]), np.array([1]))
    np.testing.assert_allclose(found, [[0.5, -0.7, 0.2]], err_msg="probabilities 0.5, 0.3, 0.2; token 1 came")


def test_it_is_the_slope_of_the_loss():
    logits, tokens = np.random.default_rng(0).normal(size=(3, 5)), np.array([1, 4, 4])
    slope = np.zeros_like(logits)
    for place in np.ndindex(logits.shape):
        nudge = np.zeros_like(logits)
        nudge[place] = 1e-5
        up, down = (sampling.cross_entropy(logits + s * nudge, tokens) for s in (1, -1))
        slope[place] = (up - down) / 2e-5
    found = sampling.cross_entropy_gradient(logits, tokens)
    np.testing.assert_allclose(found, slope, atol=1e-8, err_msg="the loss is a mean over 3 positions")


def test_large_logits_do_not_overflow():
    found = sampling.cross_entropy_gradient(np.array([[1000.0, 0.0]]), np.array([1]))
    np.testing.assert_allclose(found, [[1.0, -1.0]], err_msg="logits 1,000 and 0, token 1 came")

"""balance.update: aux-loss-free Algorithm 1."""

import numpy as np
from labs import balance


def chosen(*loads):
    """Which of 12 tokens each expert gets, (12, N)."""
    return np.arange(12)[:, None] < np.array(loads)


def test_above_the_mean_the_bias_falls_and_below_it_rises():
    found = balance.update(np.zeros(4), chosen(0, 4, 5, 11), u=0.01)
    np.testing.assert_allclose(found, [0.01, 0.01, 0, -0.01], err_msg="loads 0, 4, 5, 11 with mean 5, u = 0.01")


def test_the_step_begins_at_the_bias_there_was():
    b = np.array([0.3, -0.2, 0.1])
    found = balance.update(b, chosen(9, 2, 7), u=0.05)
    np.testing.assert_allclose(found, [0.25, -0.15, 0.05], err_msg="loads 9, 2, 7 with mean 6, u = 0.05")
    np.testing.assert_allclose(b, [0.3, -0.2, 0.1], err_msg="the argument is not to be changed")


def test_its_size_does_not_depend_on_how_far_the_load_is_off():
    found = balance.update(np.zeros(3), chosen(12, 1, 2))
    np.testing.assert_allclose(found, [-0.001, 0.001, 0.001], err_msg="loads 12, 1, 2, and u as given by default")

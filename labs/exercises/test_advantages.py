"""grpo.advantages: deepseekmath §4.1.2."""

import numpy as np
from labs import grpo


def compare(rewards, expected, message):
    np.testing.assert_allclose(grpo.advantages(np.array(rewards, float)), expected, atol=1e-3, err_msg=message)


def test_reward_less_the_mean_in_deviations():
    compare([1, 0, 0, 0], [3**0.5, *[-(3**-0.5)] * 3], "mean ¼, deviation √3/4 (of the group itself, divided by G)")
    compare([1, 2, 3, 6], np.array([-2, -1, 0, 3]) / 3.5**0.5, "rewards need not be 0 and 1")


def test_each_row_is_a_group():
    message = "two groups of three: mean and deviation of a row do not see the other"
    a = 1.5**0.5
    compare([[0, 1, 2], [10, 20, 30]], [[-a, 0, a], [-a, 0, a]], message)
    compare([[[0, 2], [5, 5]]], [[[-1, 1], [0, 0]]], "any number of axes before that of the group")


def test_equal_rewards_teach_nothing():
    compare([1, 1, 1, 1], [0] * 4, "all right: 0, and not 0 by 0")
    compare([0.1, 0.1, 0.1], [0] * 3, "equal fractions too, whose mean is off in the last digit")

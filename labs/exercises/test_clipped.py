"""grpo.clipped: deepseekmath eq. 3."""

import numpy as np
from labs import grpo

RHO = np.array([0.5, 0.9, 1.0, 1.1, 1.5])


def test_a_good_answer_earns_nothing_more_above_the_range():
    found = grpo.clipped(RHO, 2.0, 0.2)
    np.testing.assert_allclose(found, [1.0, 1.8, 2.0, 2.2, 2.4], err_msg=f"A = 2, ε = 0.2, ρ = {RHO}: cut at 1.2 alone")


def test_a_bad_answer_earns_nothing_more_below_the_range():
    found = grpo.clipped(RHO, -2.0, 0.2)
    expected = [-1.6, -1.8, -2.0, -2.2, -3.0]
    np.testing.assert_allclose(found, expected, err_msg=f"A = −2, ε = 0.2, ρ = {RHO}: cut at 0.8 alone")


def test_every_token_has_its_own_advantage():
    found = grpo.clipped(np.array([1.5, 1.5, 0.5, 0.5]), np.array([1.0, -1.0, 1.0, -1.0]), 0.1)
    message = "ρ = 1.5, 1.5, 0.5, 0.5 with A = 1, −1, 1, −1 and ε = 0.1"
    np.testing.assert_allclose(found, [1.1, -1.5, 0.5, -0.9], err_msg=message)

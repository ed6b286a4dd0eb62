"""ppo.generalised_advantage: the sum in its docstring."""

import numpy as np
from labs import ppo

R, V = np.array([0.5, 0.0, 1.0]), np.array([0.2, 0.4, 0.6])


def compare(gamma, lam, expected, message):
    before = R.copy(), V.copy()
    np.testing.assert_allclose(ppo.generalised_advantage(R, V, gamma, lam), expected, err_msg=message)
    np.testing.assert_allclose((R, V), before, err_msg="the arguments are not to be changed")


def test_one_step_ahead():
    compare(1.0, 0.0, [0.7, 0.2, 0.4], "λ = 0 and γ = 1: δ alone; after the last token V is 0")
    compare(0.5, 0.0, [0.5, -0.1, 0.4], "λ = 0 and γ = ½: γ stands before the next value")


def test_the_whole_way():
    compare(1.0, 1.0, [1.3, 0.6, 0.4], "λ = 1 and γ = 1: all that came from here on, less the guess")


def test_the_sum_of_what_follows():
    delta = [0.5 + 0.9 * 0.4 - 0.2, 0 + 0.9 * 0.6 - 0.4, 1 - 0.6]
    expected = [delta[0] + 0.45 * delta[1] + 0.45**2 * delta[2], delta[1] + 0.45 * delta[2], delta[2]]
    compare(0.9, 0.5, expected, "λ = 0.5 and γ = 0.9: δ_t + γλ δ_{t+1} + (γλ)² δ_{t+2}")


def test_the_values_by_default():
    found, expected = ppo.generalised_advantage(R, V), ppo.generalised_advantage(R, V, 1.0, 0.95)
    np.testing.assert_allclose(found, expected, err_msg="γ = 1 and λ = 0.95 where nothing is said")

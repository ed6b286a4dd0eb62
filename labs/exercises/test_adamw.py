"""adam.adamw: adam Algorithm 1; adamw Algorithm 2."""

import numpy as np
from labs import adam


def step(w, g, m, v, t, **settings):
    return adam.adamw(*(np.array([each], float) for each in (w, g, m, v)), t, **settings)


def compare(found, expected, message):
    np.testing.assert_allclose(np.ravel(found), expected, rtol=1e-6, err_msg=message)


def test_the_first_step_is_as_long_for_every_gradient():
    for g in (0.001, 100.0, -100.0):
        w, _, _ = step(1, g, 0, 0, 1, lr=0.01, decay=0.0)
        np.testing.assert_allclose(w, 1 - 0.01 * np.sign(g), atol=1e-6, err_msg=f"gradient {g}: lr, against its sign")


def test_weight_and_averages_after_a_later_step():
    found = step(2, 3, 0.5, 4, 3, lr=0.1, beta1=0.8, beta2=0.9, eps=0.25, decay=0.0)
    m, v = 0.8 * 0.5 + 0.2 * 3, 0.9 * 4 + 0.1 * 9
    w = 2 - 0.1 * (m / (1 - 0.8**3)) / ((v / (1 - 0.9**3)) ** 0.5 + 0.25)
    compare(
        found, [w, m, v], "w, m, v of step 3 from w = 2, g = 3, m = 0.5, v = 4; ε is 0.25 and stands outside the root"
    )


def test_weights_shrink_by_themselves_and_not_through_the_gradient():
    compare(
        step(2, 0, 0, 0, 1, lr=0.01, decay=0.5), [2 - 0.01 * 0.5 * 2, 0, 0], "no gradient: lr · decay · w comes off"
    )
    w, m, v = step(2, 1, 0, 0, 1, lr=0.01, decay=0.5)
    compare([w, m, v], [2 - 0.01 * (1 + 0.5 * 2), 0.1, 0.05], "gradient 1: the decay shows in w, not in m and v")


def test_the_values_by_default_are_those_of_v3():
    w, m, v = step(1, 1, 0, 1, 1, lr=0.1)
    v_1 = 0.95 + 0.05
    compare([w, m, v], [1 - 0.1 * (1 / (v_1 / 0.05) ** 0.5 + 0.1), 0.1, v_1], "β 0.9 and 0.95, decay 0.1, ε 1e-8")

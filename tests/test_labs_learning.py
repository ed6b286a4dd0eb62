"""The lab of the first guide: a step goes down the gradient that it states."""

from __future__ import annotations

import numpy as np
import pytest
from labs import one_step


def test_the_gradients_are_those_of_the_loss() -> None:
    a, b, x, y, small = 0.7, np.array([0.4, -0.2, 1.1]), 1.5, 2, 1e-6
    _, db, _, da = one_step.backward(a, b, x, y)

    def loss(da_: float, db_: np.ndarray) -> float:
        return float(one_step.forward(a + da_, b + db_, x, y)[2])

    nothing = np.zeros(3)
    assert da == pytest.approx((loss(small, nothing) - loss(-small, nothing)) / (2 * small), rel=1e-5)
    for i in range(3):
        nudge = small * (np.arange(3) == i)
        assert db[i] == pytest.approx((loss(0, nudge) - loss(0, -nudge)) / (2 * small), rel=1e-5)


def test_a_step_makes_the_token_that_came_likelier() -> None:
    a, b = 0.5, np.array([1.0, 0.0, -1.0])
    _, before, _ = one_step.forward(a, b, 2.0, 1)
    _, after, _ = one_step.forward(*one_step.step(a, b, 2.0, 1, 0.1), 2.0, 1)
    assert after[1] > before[1]

"""kl.estimates: kl-approximation. Samples are from p, and r = q/p."""

import numpy as np
from labs import kl

P, Q = np.array([0.5, 0.2, 0.4]), np.array([0.25, 0.4, 0.4])
LOG_R = np.log([0.5, 2.0, 1.0])


def compare(which, expected, message):
    found = kl.estimates(np.log(P), np.log(Q))
    np.testing.assert_equal(len(found), 3, err_msg="three estimates")
    np.testing.assert_allclose(found[which], expected, atol=1e-12, err_msg=f"r = ½, 2, 1; k{which + 1} is {message}")


def test_k1():
    compare(0, -LOG_R, "−log r")


def test_k2():
    compare(1, LOG_R**2 / 2, "(log r)² / 2")


def test_k3():
    compare(2, np.array([0.5, 2.0, 1.0]) - 1 - LOG_R, "r − 1 − log r")

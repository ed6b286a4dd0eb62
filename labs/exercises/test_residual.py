"""speculative.residual: speculative-decoding §2.3."""

import numpy as np
from labs import speculative


def compare(p, q, expected, message):
    found = speculative.residual(np.array(p), np.array(q))
    np.testing.assert_allclose(found, expected, atol=1e-12, err_msg=message)


def test_what_p_has_more_than_q():
    message = "p = 0.5, 0.3, 0.2 and q = 0.1, 0.2, 0.7: 0.4 and 0.1 are left, and made to add up to 1"
    compare([0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.8, 0.2, 0], message)


def test_equal_distributions_leave_nothing_to_draw_from():
    compare([0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2], "p itself then, and not 0 by 0")


def test_the_text_stays_distributed_as_the_large_models():
    p, q = np.random.default_rng(0).dirichlet(np.ones(6), 2)
    np.testing.assert_allclose(speculative.outcome(p, q), p, err_msg="kept guesses and replaced ones together give p")

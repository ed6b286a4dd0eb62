import numpy as np
from labs import fp8, roofline, speculative


def test_rounding_to_e4m3():
    assert fp8.fp8(np.array([1.0, 1.0625, 1.1875, 300.0, 1e6, -3.3])).tolist() == [1.0, 1.0, 1.25, 288.0, 448.0, -3.25]
    assert fp8.fp8(np.array([2.0**-9, 2.0**-11])).tolist() == [2.0**-9, 0.0], "the smallest number, and what becomes 0"


def test_a_scale_for_each_tile():
    x = np.ones((2, 8))
    x[0, 1], x[1] = 448.0, 0.001
    quantised, scale = fp8.quantise(x, 1, 4)
    assert np.allclose(scale[0], [1, 1, 1, 1, 1 / 448, 1 / 448, 1 / 448, 1 / 448])
    assert np.allclose(quantised * scale, x, rtol=0.04)


def test_what_is_drawn_after_a_rejection():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.5, 0.3])
    assert np.allclose(speculative.residual(p, q), [1, 0, 0])
    assert np.allclose(speculative.outcome(p, q), p), "the text stays distributed as the large model's"


def test_the_critical_batch():
    batch = roofline.critical_batch(1024, 1024, flops=1e15, bandwidth=1e13)
    assert np.isclose(roofline.intensity(batch, 1024, 1024), 100)

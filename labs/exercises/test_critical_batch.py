"""roofline.critical_batch: roofline §3."""

import numpy as np
from labs import roofline


def test_at_this_batch_intensity_and_ridge_are_equal():
    batch = roofline.critical_batch(1024, 4096, flops=1e15, bandwidth=1e13)
    found = roofline.intensity(batch, 1024, 4096)
    np.testing.assert_allclose(found, 100, err_msg="100 FLOPs a byte is the ridge; this is the intensity found")


def test_every_number_has_its_own_bytes():
    batch = roofline.critical_batch(1000, 500, flops=200.0, bandwidth=1.0, bytes_a=1, bytes_b=3, bytes_out=2)
    expected = 200 * 3 * 500_000 / (1_000_000 - 200 * (1000 + 2 * 500))
    np.testing.assert_allclose(batch, expected, err_msg="R = 200, bytes 1, 3, 2, k = 1,000, n = 500")


def test_small_products_are_never_bound_by_arithmetic():
    for size, message in (
        (100, "2kn is 20,000 and R (ak + on) 40,000"),
        (200, "80,000 and 80,000: no batch is large enough"),
    ):
        np.testing.assert_equal(roofline.critical_batch(size, size, 1e15, 1e13), None, err_msg=message)

"""fim.psm: deepseek-coder §3.1.2."""

import numpy as np
from labs import fim

B, H, E = fim.BEGIN, fim.HOLE, fim.END


def compare(found, expected, message):
    np.testing.assert_equal(found, expected, err_msg=message)


def test_prefix_suffix_middle():
    compare(fim.psm("one two three", 4, 8), f"{B}one {H}three{E}two ", "the middle, “two ”, comes last")


def test_empty_parts():
    compare(fim.psm("abc", 0, 3), f"{B}{H}{E}abc", "all of it is the middle")
    compare(fim.psm("abc", 1, 1), f"{B}a{H}bc{E}", "nothing is")
    compare(fim.psm("abc", 0, 1), f"{B}{H}bc{E}a", "no prefix")


def test_it_can_be_undone():
    compare(fim.restore(fim.psm("one two three", 4, 8)), "one two three", "`restore` puts the middle back")

"""fp8.fp8: deepseek-v3 §3.3; E4M3 has 4 bits of exponent and 3 of mantissa, its smallest normal number is 2⁻⁶, its largest 448."""

import numpy as np
from labs import fp8

TINY = 2.0**-9  # the distance of the smallest numbers


def compare(given, expected, message, **form):
    np.testing.assert_array_equal(fp8.fp8(np.array(given), **form), expected, err_msg=message)


def test_eight_numbers_between_two_powers_of_two():
    compare(
        [1.0, 1.05, 1.08, 3.2, 3.4, -3.4], [1, 1, 1.125, 3.25, 3.5, -3.5], "the steps are ⅛ from 1 to 2, ¼ from 2 to 4"
    )


def test_halves_go_to_the_even_one():
    compare([1.0625, 1.1875, -1.1875, 2.375], [1, 1.25, -1.25, 2.5], "in the middle: mantissa 000 or 010, not 001")


def test_what_is_too_large_becomes_the_largest():
    compare([300.0, 447.0, 460.0, 1e6, -1e6], [288, 448, 448, 448, -448], "steps of 32 from 256 on, and the end at 448")


def test_small_numbers_lose_their_bits():
    given = [TINY * n for n in (1, 2.4, 7.6, 9.4, 17)]
    compare(given, [TINY * n for n in (1, 2, 8, 9, 16)], "below 2⁻⁵ the distance is 2⁻⁹, and no smaller")
    compare([0.0, TINY * 0.4, TINY * 0.5, -TINY * 0.6], [0, 0, 0, -TINY], "less than half of the smallest is 0")


def test_another_format():
    given = [1.1, 1.2, 70_000.0, 2.0**-16 * 1.4]
    compare(given, [1, 1.25, 57_344, 2.0**-16], "E5M2: steps of ¼, largest 57,344, smallest 2⁻¹⁶", form=fp8.E5M2)

"""Random numbers that the build and a browser make alike: whole-number arithmetic alone, and sums that are exact."""

from __future__ import annotations

import numpy as np


def uniform(count: int, seed: int) -> np.ndarray:
    """`count` numbers from 0 to below 1, a hash of their places."""
    x = np.arange(count, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 % 2**32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    found: np.ndarray = (x ^ (x >> np.uint32(16))) / 2.0**32
    return found


def normal(count: int, seed: int) -> np.ndarray:
    """`count` numbers of mean 0 and variance 1, nearly normal: each is the sum of four uniform ones."""
    found: np.ndarray = (uniform(4 * count, seed).reshape(count, 4).sum(axis=1) - 2) * np.sqrt(3)
    return found

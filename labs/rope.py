"""Rotary position embedding. rope §3.2.2."""

import numpy as np


def angles(d, b=10000.0):
    """Angle per token of each of the d/2 pairs: θ_i = b^(-2(i-1)/d). Shape (d/2)."""
    return b ** (-np.arange(0, d, 2) / d)


def rotate(x, m, theta):
    """Turn the pairs (1, 2), (3, 4) … of x (T, …, d) by m·θ_i, m (T) being the positions."""
    turn = np.multiply.outer(m, theta)  # (T, d/2)
    turn = turn.reshape(turn.shape[0], *[1] * (x.ndim - 2), turn.shape[1])
    first, second = x[..., 0::2], x[..., 1::2]
    out = np.empty_like(x)
    out[..., 0::2] = first * np.cos(turn) - second * np.sin(turn)
    out[..., 1::2] = first * np.sin(turn) + second * np.cos(turn)
    return out

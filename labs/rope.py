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


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    theta, (q, k) = angles(64), rng.normal(size=(2, 64))
    turned = lambda x, m: rotate(x[None], np.array([m]), theta)[0]  # noqa: E731
    for n, m in ((5, 2), (105, 102), (1005, 1002), (5, 3)):
        print(f"query at {n:4}, key at {m:4}, distance {n - m}: score {turned(q, n) @ turned(k, m):.6f}")
    print(f"length before {np.linalg.norm(q):.4f} and after {np.linalg.norm(turned(q, 77)):.4f}")

"""Manifold-constrained hyper-connections: several residual streams, mixed by doubly stochastic matrices. mhc eq. 3, 9; deepseek-v4 §2.2."""

from functools import reduce

import numpy as np


def sinkhorn(raw, iterations=20):
    """B (n, n) from a raw matrix: e to its entries, then columns and rows are divided by their sums in turn."""
    M = np.exp(raw)
    for _ in range(iterations):
        M = M / M.sum(axis=0, keepdims=True)
        M = M / M.sum(axis=1, keepdims=True)
    return M


def step(X, A, B, C, layer):
    """X_{l+1} = B X + C F(A X) for the streams X (n, d) of a token: A (n) gathers, C (n) distributes, B (n, n) mixes."""
    return B @ X + np.outer(C, layer(A @ X))


def gain(matrices):
    """Largest factor by which the product of mixing matrices can enlarge a signal: the greatest sum of a row's magnitudes."""
    return np.abs(reduce(np.matmul, matrices)).sum(axis=1).max()


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    B = sinkhorn(rng.normal(size=(4, 4)))
    print("sums of rows", np.round(B.sum(axis=1), 4), "and of columns", np.round(B.sum(axis=0), 4))
    plain = [np.eye(4) + 0.3 * rng.normal(size=(4, 4)) for _ in range(60)]
    print(
        f"60 mappings one after the other enlarge a signal {gain(plain):,.0f} times, doubly stochastic ones {gain([sinkhorn(m) for m in plain]):.3f}"
    )

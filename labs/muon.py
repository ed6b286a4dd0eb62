"""Muon: the momentum of a matrix, made orthogonal by a short polynomial. deepseek-v4 §2.4, Algorithm 1."""

import numpy as np

COARSE, EXACT = (3.4445, -4.7750, 2.0315), (2.0, -1.5, 0.5)


def newton_schulz(G, coarse=8, exact=2):
    """A matrix (n, m) with the singular vectors of G and singular values near 1."""
    M = G / np.linalg.norm(G)
    for a, b, c in [COARSE] * coarse + [EXACT] * exact:
        S = M @ M.T
        M = a * M + (b * S + c * S @ S) @ M
    return M


def step(W, M, G, lr, mu=0.95, gamma=0.18, decay=0.1):
    """W and momentum M (n, m) after one step with gradient G. γ gives the update the size of a usual AdamW step."""
    M = mu * M + G
    update = gamma * np.sqrt(max(W.shape)) * newton_schulz(mu * M + G)
    return (1 - lr * decay) * W - lr * update, M


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    G = rng.normal(size=(8, 3)) @ np.diag([10.0, 1.0, 0.1]) @ rng.normal(size=(3, 8)) + 0.01 * rng.normal(size=(8, 8))
    print("singular values of the gradient:", np.round(np.linalg.svd(G)[1], 3))
    print("of the update:                  ", np.round(np.linalg.svd(newton_schulz(G))[1], 3))

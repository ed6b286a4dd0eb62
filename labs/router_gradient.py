"""What gradient a router sees although its choice has none. deepseek-v3 eq. 12 to 16; the derivation stands in the guide on experts."""

import numpy as np

from labs.norm import sigmoid
from labs.router import largest


def forward(u, e, outputs, K, bias=0.0):
    """Σ g_i o_i for one token u (d): centroids e (N, d), outputs of all experts o (N, d). Returns the sum, gates and choice."""
    s = sigmoid(e @ u)
    chosen = largest((s + bias)[None], K)[0]
    g = np.where(chosen, s, 0)
    g = g / g.sum()
    return g @ outputs, g, chosen


def centroid_gradient(u, e, outputs, K, dL_dh, bias=0.0):
    """∂L/∂e (N, d) from ∂L/∂h (d) of the output, for the choice as it was made.

    g_i = s_i / Σ s over the chosen, so ∂L/∂s_i = (o_i - h) · ∂L/∂h / Σ s: an expert is favoured that does better than the mixture.
    """
    h, _, chosen = forward(u, e, outputs, K, bias)
    s = sigmoid(e @ u)
    dL_ds = np.where(chosen, (outputs - h) @ dL_dh / s[chosen].sum(), 0)
    return np.outer(dL_ds * s * (1 - s), u)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    u, e, outputs, target = rng.normal(size=6), rng.normal(size=(8, 6)), rng.normal(size=(8, 6)), rng.normal(size=6)
    h, g, chosen = forward(u, e, outputs, K=3)
    found = centroid_gradient(u, e, outputs, 3, h - target)  # of L = ‖h - target‖² / 2
    print("gates              ", np.round(g, 3))
    print("length of gradients", np.round(np.linalg.norm(found, axis=1), 4), "- none for experts that were not chosen")

    def loss(centroids):
        return np.sum((forward(u, centroids, outputs, 3)[0] - target) ** 2) / 2

    nudge = np.zeros_like(e)
    nudge[np.flatnonzero(chosen)[0], 2] = 1e-6
    numeric = (loss(e + nudge) - loss(e - nudge)) / 2e-6
    print(f"by hand {found[np.flatnonzero(chosen)[0], 2]:.8f}, by nudging {numeric:.8f}")

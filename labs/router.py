"""The router of DeepSeek-V3 for a batch of tokens. deepseek-v3 eq. 13 to 16, §2.1.2; deepseek-v3-repo class Gate."""

import numpy as np

from .norm import sigmoid


def largest(x, k):
    """Mask of the k largest entries of each row of x (T, n)."""
    mask = np.zeros(x.shape, bool)
    np.put_along_axis(mask, np.argsort(-x, axis=-1, kind="stable")[..., :k], True, axis=-1)
    return mask


def reachable(ranked, n_group, topk_group):
    """Mask (T, N_r) of the experts on the best groups (nodes), each rated by the sum of its two highest scores."""
    T, N = ranked.shape
    groups = ranked.reshape(T, n_group, N // n_group)
    rating = np.sort(groups, axis=-1)[..., -2:].sum(axis=-1)
    return np.repeat(largest(rating, topk_group), N // n_group, axis=1)


def route(u, e, b, K, n_group=1, topk_group=1, scale=1.0):
    """Gates g (T, N_r) of tokens u (T, d), zero for experts that are not chosen.

    e (N_r, d) are the centroids, b (N_r) the balance bias. The bias helps to choose, but the gate is made of the score alone:
    normalised over the K chosen and multiplied with `scale` (`routed_scaling_factor`).
    """
    s = sigmoid(u @ e.T)
    ranked = s + b
    ranked = np.where(reachable(ranked, n_group, topk_group), ranked, -np.inf)
    g = np.where(largest(ranked, K), s, 0)
    return scale * g / g.sum(axis=-1, keepdims=True)

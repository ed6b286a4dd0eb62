"""The router of DeepSeek-V3 for a batch of tokens. deepseek-v3 eq. 13 to 16, §2.1.2; deepseek-v3-repo class Gate."""

import numpy as np

from labs.norm import sigmoid


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


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    u, e = rng.normal(size=(512, 32)), rng.normal(size=(256, 32)) / 8
    g = route(u, e, np.zeros(256), K=8, n_group=8, topk_group=4, scale=2.5)
    print("experts of the first token:", np.flatnonzero(g[0]), "with gates", np.round(g[0][g[0] > 0], 3))
    print("their groups:", np.unique(np.flatnonzero(g[0]) // 32), "- the gates add up to", round(float(g[0].sum()), 3))
    b = np.where(np.arange(256) == 7, 1.0, 0.0)
    share = lambda bias: np.mean(route(u, e, bias, K=8)[:, 7] > 0)  # noqa: E731
    print(f"expert 7 is chosen by {100 * share(0):.0f}% of the tokens, with a bias of 1 by {100 * share(b):.0f}%")

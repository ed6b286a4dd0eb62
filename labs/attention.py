"""Multi-head, grouped-query and multi-query attention, and what each keeps of a token. deepseek-v2 eq. 1 to 8, Table 1."""

import numpy as np

from labs.norm import softmax


def causal(T):
    """Mask (T, T): True where token t may look at token j, that is j ≤ t."""
    return np.tril(np.ones((T, T), bool))


def attend(q, k, v, allowed):
    """o_{t,i} for q (T, n_h, d), k (S, n_h, d), v (S, n_h, d_v); allowed (T, S). Returns (T, n_h, d_v)."""
    scores = np.einsum("tid,sid->its", q, k) / np.sqrt(q.shape[-1])
    return np.einsum("its,siv->tiv", softmax(np.where(allowed, scores, -np.inf)), v)


def grouped(h, W_Q, W_K, W_V, W_O):
    """Attention of h (T, d) with n_h query heads and n_g key-value heads.

    W_Q (d, n_h, d_h), W_K and W_V (d, n_g, d_h), W_O (n_h, d_h, d). n_g = n_h is MHA, n_g = 1 is MQA.
    Returns the output (T, d) and the cache: keys and values (T, n_g, d_h).
    """
    q, k, v = (np.einsum("td,dih->tih", h, W) for W in (W_Q, W_K, W_V))
    share = W_Q.shape[1] // W_K.shape[1]  # query heads that read one key-value head
    o = attend(q, np.repeat(k, share, axis=1), np.repeat(v, share, axis=1), causal(len(h)))
    return np.einsum("tih,ihd->td", o, W_O), (k, v)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    h, W_Q = rng.normal(size=(6, 64)), rng.normal(size=(64, 8, 16)) / 8
    W_O = rng.normal(size=(8, 16, 64)) / 11
    for name, groups in (("MHA", 8), ("GQA", 2), ("MQA", 1)):
        W_K, W_V = rng.normal(size=(2, 64, groups, 16)) / 8
        _, (k, v) = grouped(h, W_Q, W_K, W_V, W_O)
        print(f"{name}: {groups} key-value heads, {(k.size + v.size) // len(h)} numbers kept of a token")
    q, k = rng.normal(size=(2, 20_000, 128))
    raw = (q * k).sum(axis=1)
    print(
        f"scores of random queries and keys of 128 numbers: spread {raw.std():.1f}, after √128 {raw.std() / 128**0.5:.2f}"
    )

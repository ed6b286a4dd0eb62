"""Multi-head, grouped-query and multi-query attention, and what each keeps of a token. deepseek-v2 eq. 1 to 8, Table 1."""

import numpy as np

from .norm import softmax


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

"""Engram: rows of a table found by hashes of the last tokens, let in by a gate. engram §2; engram-repo engram_demo_v1.py."""

import numpy as np

from labs.norm import rms_norm, sigmoid


def ngrams(tokens, n):
    """The last n tokens at each position (T, n); positions before the text hold -1."""
    padded = np.concatenate([np.full(n - 1, -1), tokens])
    return np.stack([padded[i : i + len(tokens)] for i in range(n)], axis=1)


def rows(tokens, n, multipliers, size):
    """Row of the table for each position (T), a hash of its n-gram: known from the text alone, before any layer runs."""
    mixed = np.bitwise_xor.reduce((ngrams(tokens, n) + 1) * multipliers, axis=1)
    return mixed % size


def gate(h, e, W_K):
    """α (T): near 1 where the rows e (T, d_e) fit the hidden state h (T, d), near 0 where they do not."""
    s = np.sum(rms_norm(h) * rms_norm(e @ W_K), axis=-1) / np.sqrt(h.shape[-1])
    return sigmoid(np.sign(s) * np.sqrt(np.abs(s)))


def add(h, e, W_K, W_V):
    """h with the gated rows added, without the convolution of the paper."""
    return h + gate(h, e, W_K)[:, None] * (e @ W_V)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    tokens = np.array([5, 9, 2, 5, 9, 2])
    print("rows for the last two tokens:", rows(tokens, 2, np.array([31, 17]), 1000), "- the same pair, the same row")
    alpha = gate(rng.normal(size=(6, 8)), rng.normal(size=(6, 4)), rng.normal(size=(4, 8)))
    print("gates of random rows:", np.round(alpha, 2))

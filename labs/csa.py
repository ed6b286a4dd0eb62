"""Compressed entries of CSA and HCA, and what a token sees of them. deepseek-v4 §2.3.1, §2.3.2; hf-deepseek-v4-flash inference/model.py.

Left out of an entry, and there in the released model: a learned bias for the place in the block, added to Z; an RMSNorm; the rotation of RoPE.
"""

import numpy as np

from labs.norm import softmax


def compress(C, Z, m):
    """HCA: entries (T/m, d), each a weighted sum of m tokens C (T, d); the weights of Z (T, d) add up to 1 in each dimension."""
    blocks = (len(C) // m, m, C.shape[1])
    return (softmax(Z.reshape(blocks), axis=1) * C.reshape(blocks)).sum(axis=1)


def compress_overlapping(C_a, Z_a, C_b, Z_b, m):
    """CSA: entry i takes the m tokens of block i from C_a and the m tokens of the block before from C_b, one softmax over both."""
    blocks = (len(C_a) // m, m, C_a.shape[1])
    before = lambda x, fill: np.concatenate([np.full((1, *blocks[1:]), fill), x.reshape(blocks)[:-1]])  # noqa: E731
    C = np.concatenate([C_a.reshape(blocks), before(C_b, 0.0)], axis=1)
    Z = np.concatenate([Z_a.reshape(blocks), before(Z_b, -np.inf)], axis=1)
    return (softmax(Z, axis=1) * C).sum(axis=1)


def complete(t, m):
    """Entries that token t may see, counted from 0: those whose last token is there, as in the released model's code."""
    return (t + 1) // m


def seen(t, m, window):
    """How many tokens the entries cover and the first token of the window, for token t."""
    return complete(t, m) * m, max(0, t - window + 1)


def elements(context, m, entry, window):
    """Cache of one layer after `context` tokens: entries of `entry` numbers, and the window of uncompressed ones."""
    return (context // m + min(window, context)) * entry


def read(n, m, k, window):
    """Entries of m tokens and uncompressed tokens that attention reads where a token sees n: at most k entries, and the window."""
    return min(n // m, k) + min(n, window)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    C, Z = rng.normal(size=(2, 16, 4))
    print(
        "HCA, 16 tokens in blocks of 8:",
        compress(C, Z, 8).shape,
        "- CSA, blocks of 4:",
        compress_overlapping(C, Z, C, Z, 4).shape,
    )
    for t in (2, 3, 127, 1000):
        covered, first = seen(t, 4, 128)
        print(f"token {t:4}: entries cover {covered} tokens, the window begins at {first}")
    print("kept of 100,000 tokens in one layer, in numbers:", f"{elements(100_000, 4, 512, 128):,}")

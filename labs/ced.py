"""Causal encoder-decoder: who has to compute what when a prompt is read. deepseek-v4-1 §2.2, §3.2.2."""

import numpy as np


def work(N, L, n_win, replay=True):
    """Token-layers for a prompt of N tokens in L layers: N L without, N L/2 + n_win L/2 with the causal encoder-decoder."""
    return N * L // 2 + min(n_win, N) * L // 2 if replay else N * L


def needed_exactly(N, layers, n_win):
    """First token that each decoder layer must compute so that the last token of the last layer is exact, (layers).

    A layer sees n_win - 1 tokens back in the layer below, so the need grows by a window a layer.
    """
    return [max(0, N - 1 - (layers - 1 - layer) * (n_win - 1)) for layer in range(layers)]


def window(i, s, W):
    """Positions that token i sees in a replay that starts at s: from max(s, i - W + 1) to i."""
    return max(s, i - W + 1), i


def decoder(X, layers, W, start=0):
    """A toy decoder that takes the mean of each window, layer after layer, from token `start` on. X (N, d) to (N - start, d)."""
    H = X[start:]
    for _ in range(layers):
        H = np.array([H[window(i, 0, W)[0] : i + 1].mean(axis=0) for i in range(len(H))])
    return H


if __name__ == "__main__":
    N, L, W = 4096, 40, 128
    print(
        f"prompt of {N} tokens, {L} layers: {work(N, L, W, replay=False):,} token-layers, {work(N, L, W):,} with the split"
    )
    print("first token that a decoder layer needs for an exact last one:", needed_exactly(N, L // 2, W)[::5])

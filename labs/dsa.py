"""DeepSeek sparse attention: a small indexer scores all earlier tokens, attention reads the best. deepseek-v3-2-exp eq. 1, 2."""

import numpy as np

from labs.attention import attend, causal
from labs.norm import softmax
from labs.router import largest


def index_scores(q, w, k):
    """I (T, S): sum over the indexer's heads of w_j · ReLU(q_j · k). q (T, H, d), w (T, H), k (S, d)."""
    return np.einsum("tj,tjs->ts", w, np.maximum(np.einsum("tjd,sd->tjs", q, k), 0))


def selected(scores, k):
    """Mask (T, T) of the k highest-scored tokens that each token may see, all of them where there are no more than k."""
    allowed = causal(len(scores))
    return largest(np.where(allowed, scores, -np.inf), min(k, len(scores))) & allowed


def sparse_attention(q, k, v, scores, topk):
    """Attention of q, k, v (T, n_h, d) to the selected tokens alone. With topk ≥ T it is the dense one."""
    return attend(q, k, v, selected(scores, topk))


def indexer_loss(attention, scores):
    """KL divergence of the attention p (T, T), summed over heads and normalised, against the indexer's softmax. eq. 3."""
    allowed = causal(len(scores))
    i = softmax(np.where(allowed, scores, -np.inf))
    ratio = np.where(allowed & (attention > 0), attention / np.where(i > 0, i, 1), 1)
    return np.sum(attention * np.log(ratio))


def products(n, k, n_h, wide, H=0, d=0):
    """Products of one token that sees n in one layer: attention to at most k of them, `wide` products a head and token, and the indexer's to all."""
    return n_h * wide * min(n, k), H * d * n


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    q, k, v = rng.normal(size=(3, 48, 4, 16))
    scores = index_scores(rng.normal(size=(48, 2, 8)), rng.random((48, 2)), rng.normal(size=(48, 8)))
    dense, sparse = sparse_attention(q, k, v, scores, 48), sparse_attention(q, k, v, scores, 8)
    print("tokens read by the last one:", np.flatnonzero(selected(scores, 8)[-1]))
    print(
        f"with all 48 tokens it is dense attention; with 8 of them the output differs by {np.abs(dense - sparse).mean():.2f}"
    )
    for n in (2_048, 131_072):
        main, indexer = products(n, 2048, 128, 1088, 64, 128)
        print(f"a token that sees {n:,}: {main:,} products of attention, {indexer:,} of the indexer")

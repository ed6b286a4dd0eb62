"""Multi-token prediction: module k predicts the token k + 1 places ahead, one after the other. deepseek-v3 eq. 21 to 25."""

import numpy as np

from labs.norm import rms_norm, softmax


def module_input(h, emb, M, k):
    """h' (T-k, d) of module k from h (T, d) of the depth before: joined with the embedding of the token k ahead, brought back by M (2d, d)."""
    T = len(emb)
    return np.concatenate([rms_norm(h[: T - k]), rms_norm(emb[k:])], axis=-1) @ M


def modules(h, tokens, E, M, blocks, head):
    """Probabilities P^k (T-k, vocabulary) of each of D modules. E (vocabulary, d) and head (d, vocabulary) belong to the main model."""
    P = []
    for k, (M_k, block) in enumerate(zip(M, blocks, strict=True), start=1):
        h = block(module_input(h, E[tokens], M_k, k))  # TRM_k
        P.append(softmax(h @ head))
    return P


def loss(P, tokens, weight):
    """λ/D Σ of the modules' cross-entropies: row i of P^k is held against token i + k + 1.

    Eq. 24 has one term more: its T tokens have a successor T + 1, and the text here ends at T. Both divide by T.
    """
    T = len(tokens)
    each = []
    for k, p in enumerate(P, start=1):
        i = np.arange(T - k - 1)
        each.append(-np.log(p[i, tokens[i + k + 1]]).sum() / T)
    return weight * np.mean(each)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    tokens, E, head = rng.integers(0, 11, 9), rng.normal(size=(11, 6)), rng.normal(size=(6, 11))
    P = modules(rng.normal(size=(9, 6)), tokens, E, rng.normal(size=(2, 12, 6)), [np.tanh, np.tanh], head)
    print("positions that module 1 and 2 predict for:", [len(p) for p in P])
    print(f"their loss with λ = 0.3, untrained: {loss(P, tokens, 0.3):.3f}")

"""From scores to a loss and to a next token: cross-entropy, temperature, top-p. deepseek-r1 §3 (how it samples); nucleus-sampling §3.1."""

import numpy as np

from labs.norm import softmax


def cross_entropy(logits, tokens):
    """Mean of -log p over positions, in nats: logits (T, vocabulary), tokens (T) that really came next."""
    return -np.mean(np.log(softmax(logits)[np.arange(len(tokens)), tokens]))


def cross_entropy_gradient(logits, tokens):
    """∂loss/∂logits (T, vocabulary): the probabilities, less one at the token that came; each row has sum 0."""
    return (softmax(logits) - np.eye(logits.shape[1])[tokens]) / len(tokens)


def with_temperature(logits, temperature):
    """Probabilities of logits / temperature: below 1 sharper, above 1 flatter, at 0 the largest alone."""
    if temperature == 0:
        return np.eye(logits.shape[-1])[np.argmax(logits, axis=-1)]
    return softmax(logits / temperature)


def top_p(probabilities, p):
    """The smallest set of most likely tokens that holds at least p, made to add up to 1; all others 0."""
    order = np.argsort(-probabilities, kind="stable")
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros_like(probabilities)
    kept[order[before < p]] = probabilities[order[before < p]]
    return kept / kept.sum()


if __name__ == "__main__":
    logits = np.array([[3.0, 2.0, 1.0, 0.0, -1.0]])
    print("probabilities        ", np.round(softmax(logits)[0], 3))
    for token in (0, 3):
        loss = cross_entropy(logits, [token])
        print(f"token {token} came: loss {loss:.3f}, as surprised as by one of {np.exp(loss):.1f} equal choices")
    print("gradient, token 3    ", np.round(cross_entropy_gradient(logits, [3])[0], 3))
    print("temperature 0.6      ", np.round(with_temperature(logits, 0.6)[0], 3))
    print("the same, top-p 0.95 ", np.round(top_p(with_temperature(logits, 0.6)[0], 0.95), 3))

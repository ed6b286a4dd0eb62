"""One step of gradient descent by hand, on the smallest network that has a layer and an output head. Guide “How a model is trained and writes”, §A step by hand.

A number x goes through one weight, h = a·x, and the head gives each token i of a tiny vocabulary the logit z_i = b_i·h.
"""

import numpy as np

from labs.norm import softmax


def forward(a, b, x, y):
    """State h, probabilities p (V) and the loss -ln p_y for the token y that comes."""
    h = a * x
    p = softmax(b * h)
    return h, p, -np.log(p[y])


def backward(a, b, x, y):
    """Gradients of the loss, from its end to its beginning: at the logits, at the head b, at the state h, and at a."""
    h, p, _ = forward(a, b, x, y)
    dz = p - (np.arange(len(p)) == y)
    db = dz * h
    dh = dz @ b
    return dz, db, dh, dh * x


def step(a, b, x, y, eta):
    """The weights after a step against the gradient."""
    _, db, _, da = backward(a, b, x, y)
    return a - eta * da, b - eta * db


if __name__ == "__main__":
    a, b, x, y = 0.5, np.array([1.0, 0.0, -1.0]), 2.0, 1
    for number in range(5):
        _, p, loss = forward(a, b, x, y)
        print(f"step {number}: loss {loss:.3f}, probabilities {np.round(p, 3)}")
        a, b = step(a, b, x, y, 0.1)

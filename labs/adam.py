"""AdamW: a step whose size the gradient's own history sets. adam Algorithm 1; adamw Algorithm 2."""

import numpy as np


def adamw(w, g, m, v, t, lr, beta1=0.9, beta2=0.95, eps=1e-8, decay=0.1):
    """Weights and both running averages after step t = 1, 2, … with gradient g; all of one shape.

    m averages the gradient, v its square. Both begin at 0 and are divided by 1 - β^t to make up for it.
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    step = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * (step + decay * w), m, v


def descend(gradient, w, steps, lr, **settings):
    """Path (steps + 1, n) of AdamW from w along `gradient(w)`."""
    path, m, v = [w], np.zeros_like(w), np.zeros_like(w)
    for t in range(1, steps + 1):
        w, m, v = adamw(w, gradient(w), m, v, t, lr, **settings)
        path.append(w)
    return np.array(path)


if __name__ == "__main__":
    steep = np.array([1.0, 100.0])  # a valley a hundred times steeper in one direction
    adam = descend(lambda w: steep * w, np.array([1.0, 1.0]), 60, lr=0.05, decay=0.0)
    plain = [np.array([1.0, 1.0])]
    for _ in range(60):
        plain.append(plain[-1] - 0.019 * steep * plain[-1])  # above 0.02 it diverges
    for step in (1, 10, 30, 60):
        print(f"step {step:2}: AdamW {np.round(adam[step], 3)}  plain descent {np.round(plain[step], 3)}")
    print("the first step of AdamW is as long in both directions:", np.round(adam[0] - adam[1], 3))

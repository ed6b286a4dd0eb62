"""From a reward to a gradient: the log-derivative and its baseline. reinforce Theorem 1; deepseekmath §4.1.1.

A policy over a handful of answers, small enough that every probability and the exact gradient can be written down.
"""

import numpy as np

from labs.norm import softmax


def exact_gradient(logits, reward):
    """∇ of the expected reward: p_j (r_j - Σ p r) for each logit j. Logits and rewards (n)."""
    p = softmax(logits)
    return p * (reward - p @ reward)


def sampled_gradients(logits, reward, samples, rng, baseline=0.0):
    """One estimate for each of some sampled answers, (samples, n): (r - b) ∇ log p(answer) = (r - b) (onehot - p)."""
    p = softmax(logits)
    answers = rng.choice(len(p), size=samples, p=p)
    return (reward[answers] - baseline)[:, None] * (np.eye(len(p))[answers] - p)


def train(logits, reward, steps, lr, samples, rng, with_baseline=True):
    """Expected reward after each of some steps, (steps), with `samples` answers a step and their mean as the baseline."""
    found = []
    for _ in range(steps):
        p = softmax(logits)
        answers = rng.choice(len(p), size=samples, p=p)
        r = reward[answers]
        b = r.mean() if with_baseline else 0.0
        logits = logits + lr * np.mean((r - b)[:, None] * (np.eye(len(p))[answers] - p), axis=0)
        found.append(softmax(logits) @ reward)
    return np.array(found)


if __name__ == "__main__":
    logits, reward, rng = np.array([1.0, 0.0, 0.0, -1.0]), np.array([10.0, 10.0, 11.0, 10.0]), np.random.default_rng(0)
    p = softmax(logits)
    print("probabilities  ", np.round(p, 3), " rewards", reward)
    print("exact gradient ", np.round(exact_gradient(logits, reward), 3))
    for name, b in (("no baseline  ", 0.0), ("mean reward  ", p @ reward)):
        g = sampled_gradients(logits, reward, 100_000, rng, b)
        print(f"{name} mean {np.round(g.mean(axis=0), 3)}, variance {g.var(axis=0).sum():.3f}")
    print("Both point the same way on average; without a baseline a step is nearly all noise.")

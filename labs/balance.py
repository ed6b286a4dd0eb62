"""Balance of experts: by a bias that follows the load, and by the loss that it replaced. aux-loss-free Algorithm 1; deepseek-v2 eq. 23."""

import numpy as np

from labs.router import largest


def update(b, chosen, u=0.001):
    """The bias after a step: experts with more tokens than the mean lose u, those with fewer gain it. chosen (T, N)."""
    c = chosen.sum(axis=0)
    return b + u * np.sign(c.mean() - c)


def max_violation(chosen):
    """MaxVio: how far the busiest expert lies above an even load. 0 is perfect balance."""
    load = chosen.sum(axis=0)
    return (load.max() - load.mean()) / load.mean()


def simulate(steps, N=16, K=2, T=2048, u=0.004, seed=0, noise=None):
    """Load (steps, N), MaxVio (steps) and bias before each step (steps, N) of a router that favours some experts.

    What tokens differ in is random, or `noise(step)` (T, N).
    """
    rng = np.random.default_rng(seed)
    favour, b = np.linspace(0.35, 0.65, N), np.zeros(N)
    loads, violations, biases = [], [], []
    for step in range(steps):
        s = np.clip(favour + 0.15 * (noise(step) if noise else rng.standard_normal((T, N))), 0, 1)
        chosen = largest(s + b, K)
        loads.append(chosen.sum(axis=0))
        violations.append(max_violation(chosen))
        biases.append(b)
        b = update(b, chosen, u)
    return np.array(loads), np.array(violations), np.array(biases)


def balance_loss(s, chosen, alpha):
    """Expert-level loss of scores s (T, N), rows with sum 1: α Σ f_i P_i. It is α when the load is even."""
    T, N = s.shape
    f = N * chosen.sum(axis=0) / (chosen.sum(axis=1).mean() * T)
    return alpha * np.sum(f * s.mean(axis=0))


if __name__ == "__main__":
    _, with_bias, _ = simulate(200)
    _, without, _ = simulate(200, u=0.0)
    for step in (0, 10, 50, 199):
        print(
            f"step {step + 1:3}: busiest expert {100 * with_bias[step]:4.0f}% above the mean, {100 * without[step]:4.0f}% without bias"
        )

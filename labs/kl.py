"""Three estimates of a KL divergence from samples, and which one trains as it should. kl-approximation (k1, k2, k3); deepseekmath eq. 4; deepseek-v3-2 §3.1."""

import numpy as np

from labs.norm import softmax


def exact(p, q):
    """D(p‖q) = Σ p log(p/q) in nats; distributions (n)."""
    return np.sum(p * np.log(p / q))


def estimates(log_p, log_q):
    """k1, k2, k3 at samples from p, each (samples): -log r, (log r)²/2 and r - 1 - log r with r = q/p."""
    log_r = log_q - log_p
    return -log_r, log_r**2 / 2, np.exp(log_r) - 1 - log_r


def weighted_k3(log_p, log_old, log_q):
    """k3 at samples from an older policy, weighted with p/p_old: unbiased although p did not write them."""
    return np.exp(log_p - log_old) * estimates(log_p, log_q)[2]


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    base = rng.normal(size=8)
    q = softmax(base)
    for far in (0.1, 1.0):
        p = softmax(base + far * rng.normal(size=8))
        x = rng.choice(8, size=200_000, p=p)
        print(f"exact {exact(p, q):.4f}")
        for name, k in zip(("k1", "k2", "k3"), estimates(np.log(p[x]), np.log(q[x])), strict=True):
            print(f"  {name}: mean {k.mean():.4f}, spread of a sample {k.std():.4f}, smallest {k.min():+.3f}")
    old = softmax(base + 0.5 * rng.normal(size=8))
    x = rng.choice(8, size=200_000, p=old)
    plain = estimates(np.log(p[x]), np.log(q[x]))[2].mean()
    weighted = weighted_k3(np.log(p[x]), np.log(old[x]), np.log(q[x])).mean()
    print(f"samples of an older policy: exact {exact(p, q):.4f}, k3 {plain:.4f}, k3 weighted {weighted:.4f}")

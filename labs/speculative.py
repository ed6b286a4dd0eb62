"""Speculative decoding: a drafter guesses, the large model checks, and the text stays distributed as its own. speculative-decoding §2.3, §3.3."""

import numpy as np


def acceptance(p, q):
    """α: how often a guess drawn from q is kept by p, Σ min(p, q). Distributions (vocabulary)."""
    return np.minimum(p, q).sum()


def residual(p, q):
    """p′, from which a token is drawn after a rejection: what p has more than q, made to add up to 1."""
    rest = np.maximum(p - q, 0)
    return rest / rest.sum() if rest.sum() > 0 else p


def outcome(p, q):
    """Distribution of the token that leaves one round, worked out and not sampled. It equals p."""
    kept = q * np.minimum(1, np.divide(p, q, out=np.zeros_like(p), where=q > 0))
    return kept + (1 - kept.sum()) * residual(p, q)


def tokens_per_pass(alpha, gamma):
    """Expected tokens per pass of the large model with γ guesses, each accepted with α. eq. 1"""
    return gamma + 1 if alpha == 1 else (1 - alpha ** (gamma + 1)) / (1 - alpha)


def speedup(alpha, gamma, c):
    """How many times faster text is written if a guess costs c passes of the large model and a check no more than one pass. Theorem 3.8"""
    return tokens_per_pass(alpha, gamma) / (gamma * c + 1)


def sample(p, q, rng):
    """One token of one round: guess, keep or replace."""
    guess = rng.choice(len(q), p=q)
    if rng.random() < min(1, p[guess] / q[guess]):
        return guess
    return rng.choice(len(p), p=residual(p, q))


if __name__ == "__main__":
    p, q, rng = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.5, 0.3]), np.random.default_rng(0)
    print(f"a guess is kept with {acceptance(p, q):.2f}; what leaves a round:", outcome(p, q), "= p")
    drawn = np.bincount([sample(p, q, rng) for _ in range(20_000)], minlength=3) / 20_000
    print("20,000 rounds:", np.round(drawn, 3))
    print(f"85% kept, one guess: {tokens_per_pass(0.85, 1):.2f} tokens a pass")

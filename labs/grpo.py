"""Group relative policy optimisation. deepseekmath eq. 3, 4, §4.1.2."""

import numpy as np


def advantages(r):
    """A (…, G) of rewards r (…, G): minus the group's mean, divided by its standard deviation. Equal rewards teach nothing: 0."""
    differ = np.ptp(r, axis=-1, keepdims=True) > 0  # not the deviation, which rounding can lift above 0
    spread = np.where(differ, r.std(axis=-1, keepdims=True), 1)
    return np.where(differ, (r - r.mean(axis=-1, keepdims=True)) / spread, 0.0)


def clipped(rho, A, epsilon):
    """min(ρ A, clip(ρ, 1 - ε, 1 + ε) A): beyond the range a further change in the favoured direction earns nothing."""
    return np.minimum(rho * A, np.clip(rho, 1 - epsilon, 1 + epsilon) * A)


def kl(log_policy, log_reference):
    """Estimate of the KL divergence at each token: π_ref/π - log(π_ref/π) - 1, never negative."""
    log_ratio = log_reference - log_policy
    return np.exp(log_ratio) - log_ratio - 1


def objective(log_policy, log_old, log_reference, r, epsilon, beta):
    """J of one question. Lists of G arrays of log-probabilities, one entry a token; r (G). To be maximised."""
    A = advantages(np.asarray(r, float))
    answers = []
    for new, old, reference, a in zip(log_policy, log_old, log_reference, A, strict=True):
        answers.append(np.mean(clipped(np.exp(new - old), a, epsilon) - beta * kl(new, reference)))
    return np.mean(answers)


if __name__ == "__main__":
    for r in ([1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]):
        print(f"rewards {r}: advantages", np.round(advantages(np.array(r, float)), 2))
    for A in (1.0, -1.0):
        print(
            f"advantage {A:+.0f}:", {rho: float(clipped(rho, A, 0.2)) for rho in (0.5, 0.8, 1.0, 1.2, 1.5)}, "by ratio"
        )

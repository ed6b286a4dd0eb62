"""Proximal policy optimisation with its critic, and which networks each method holds. ppo eq. 7; deepseekmath eq. 2."""

import numpy as np

from labs.grpo import clipped

# Networks in memory while a policy is trained; only the first of each is updated, in PPO the critic too.
HELD = {
    "SFT": ("policy",),
    "DPO": ("policy", "reference model"),
    "PPO": ("policy", "critic", "reward model", "reference model"),
    "GRPO": ("policy", "reward model", "reference model"),
}


def token_rewards(score, log_policy, log_reference, beta):
    """r (T): the penalty for leaving the reference model at every token, and the score of the answer at the last."""
    r = -beta * (log_policy - log_reference)
    r[-1] += score
    return r


def generalised_advantage(r, V, gamma=1.0, lam=0.95):
    """Â (T) from rewards r (T) and the critic's values V (T): Σ (γλ)^k δ_{t+k} with δ_t = r_t + γ V_{t+1} - V_t."""
    A, ahead = np.zeros(len(r)), 0.0
    following = np.append(V[1:], 0.0)
    for t in reversed(range(len(r))):
        ahead = r[t] + gamma * following[t] - V[t] + gamma * lam * ahead
        A[t] = ahead
    return A


def objective(log_policy, log_old, A, epsilon=0.2):
    """Mean of the clipped objective over tokens, (T) each. To be maximised."""
    return np.mean(clipped(np.exp(log_policy - log_old), A, epsilon))


if __name__ == "__main__":
    V = np.array([0.5, 0.5, 0.5, 0.5])
    for name, lam in (("λ = 0, one step ahead", 0.0), ("λ = 0.95", 0.95), ("λ = 1, the whole way", 1.0)):
        A = generalised_advantage(token_rewards(1.0, np.zeros(4), np.zeros(4), 0.1), V, lam=lam)
        print(f"reward 1 at the end, critic says 0.5 everywhere; {name}: {np.round(A, 2)}")
    for method, networks in HELD.items():
        print(f"networks that {method} holds: {len(networks)}")

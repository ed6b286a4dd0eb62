"""Direct preference optimisation. dpo eq. 7."""

import numpy as np


def margin(policy_w, reference_w, policy_l, reference_l, beta):
    """β times how much more the policy favours the preferred answer w over the rejected l than the reference does. Log-probabilities."""
    return beta * ((policy_w - reference_w) - (policy_l - reference_l))


def loss(policy_w, reference_w, policy_l, reference_l, beta):
    """-log σ(margin), the mean over pairs."""
    return np.mean(np.log1p(np.exp(-margin(policy_w, reference_w, policy_l, reference_l, beta))))


if __name__ == "__main__":
    for better, worse in ((0.0, 0.0), (0.5, -0.5), (-0.5, 0.5), (-2.0, -3.0)):
        found = loss(-10 + better, -10, -10 + worse, -10, 0.1)
        print(f"log-probability of the preferred answer {better:+.1f}, of the rejected {worse:+.1f}: loss {found:.4f}")
    print("Only the difference counts: in the last line both answers became less likely, and the loss fell.")

"""Direct preference optimisation. dpo eq. 7."""

import numpy as np


def margin(policy_w, reference_w, policy_l, reference_l, beta):
    """β times how much more the policy favours the preferred answer w over the rejected l than the reference does. Log-probabilities."""
    return beta * ((policy_w - reference_w) - (policy_l - reference_l))


def loss(policy_w, reference_w, policy_l, reference_l, beta):
    """-log σ(margin), the mean over pairs."""
    return np.mean(np.log1p(np.exp(-margin(policy_w, reference_w, policy_l, reference_l, beta))))

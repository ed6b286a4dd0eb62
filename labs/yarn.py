"""YaRN: slow pairs of RoPE are stretched over a longer context, fast ones stay. yarn v2 eq. 13, 17, 18, 20 to 22."""

import numpy as np


def turns(theta, L):
    """r: how often each pair turns within the original context of L tokens."""
    return L * theta / (2 * np.pi)


def ramp(r, alpha, beta):
    """γ as the paper draws it, a line over the number of turns: 0 for slow pairs, 1 for fast ones."""
    return np.clip((r - alpha) / (beta - alpha), 0, 1)


def ramp_by_pair(theta, L, alpha, beta):
    """γ as DeepSeek's code draws it, a line over the number of the pair, between whole pairs."""
    pairs = len(theta)
    ratio = theta[0] / theta[1]  # from one pair to the next
    number = lambda wanted: np.log(turns(theta[0], L) / wanted) / np.log(ratio)  # noqa: E731
    low, high = max(np.floor(number(beta)), 0), min(np.ceil(number(alpha)), 2 * pairs - 1)
    return 1 - np.clip((np.arange(pairs) - low) / max(high - low, 0.001), 0, 1)


def stretch(theta, gamma, s):
    """h: the new angles. Where γ is 0 a pair turns s times more slowly, where it is 1 as before."""
    return (1 - gamma) * theta / s + gamma * theta


def length_factor(s, slope=0.1):
    """√(1/t): queries and keys are multiplied by it, so that attention stays sharp over a longer context."""
    return slope * np.log(s) + 1


if __name__ == "__main__":
    from labs.rope import angles

    theta = angles(64)
    gamma = ramp_by_pair(theta, 4096, 1, 32)
    slower = theta / stretch(theta, gamma, 40)
    for pair in (0, 8, 12, 16, 20, 31):
        print(
            f"pair {pair + 1:2}: {turns(theta, 4096)[pair]:7.2f} turns in 4,096 tokens, {slower[pair]:5.2f} times slower after"
        )
    print(f"queries and keys times {length_factor(40):.3f}")

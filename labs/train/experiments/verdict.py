"""What a result says: shown where two arms differ by more than two deviations in the expected direction. Needs no PyTorch."""

from dataclasses import dataclass
from math import atan, cos, gamma, pi, sqrt
from statistics import mean, stdev

EXPECTATIONS = ("lower", "higher", "equal")


@dataclass(frozen=True)
class Verdict:
    """The difference of one arm from another, seed by seed, since both saw the same text in the same order.

    Attributes:
        difference: Mean over seeds of first arm minus second arm.
        deviation: Standard deviation of these differences over seeds.
        verdict: shown, not shown, or opposite; where no difference is expected, consistent or opposite: that two arms are
            equal is never shown.
    """

    difference: float
    deviation: float
    seeds: int
    verdict: str


def by_chance(seeds):
    """How often two equal arms differ by more than two deviations: Student's t of seeds - 1 degrees of freedom lies beyond 2 √seeds."""
    free, parts = seeds - 1, 1000
    width = atan(2 * sqrt(seeds / free)) / parts
    within = sum(cos((i + 0.5) * width) ** (free - 1) for i in range(parts)) * width
    return 1 - 2 * gamma(seeds / 2) / (sqrt(pi) * gamma(free / 2)) * within


def judge(rows, metric, first, second, expect):
    """rows have arm, seed and the metric. `expect` says how the first arm should lie against the second."""
    by_arm = {arm: {row["seed"]: float(row[metric]) for row in rows if row["arm"] == arm} for arm in (first, second)}
    seeds = sorted(by_arm[first].keys() & by_arm[second].keys())
    if len(seeds) < 3:
        raise ValueError(f"{first} and {second} share {len(seeds)} seeds; three are needed")
    differences = [by_arm[first][seed] - by_arm[second][seed] for seed in seeds]
    difference, deviation = mean(differences), stdev(differences)
    beyond = abs(difference) > 2 * deviation
    if expect == "equal":
        verdict = "opposite" if beyond else "consistent"
    else:
        as_expected = (difference < 0) == (expect == "lower")
        verdict = "not shown" if not beyond else "shown" if as_expected else "opposite"
    return Verdict(difference, deviation, len(seeds), verdict)

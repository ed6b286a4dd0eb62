"""What a result says: shown where the 95 % interval of the difference of two arms lies on the expected side of nothing. Needs no PyTorch."""

from dataclasses import dataclass
from functools import cache
from math import atan, cos, gamma, pi, sqrt
from statistics import mean, stdev

EXPECTATIONS = ("lower", "higher", "equal")
CHANCE = 0.05  # share of comparisons of equal arms whose interval leaves out nothing


@dataclass(frozen=True)
class Verdict:
    """The difference of one arm from another, seed by seed, since both saw the same text in the same order.

    Attributes:
        difference: Mean over seeds of first arm minus second arm.
        deviation: Standard deviation of these differences over seeds.
        margin: Half the width of the 95 % interval of the mean, by Student's t.
        spread: Standard deviation over the seeds within an arm, both arms pooled; 0 where the seeds agree.
        verdict: shown, not shown, or opposite; where no difference is expected, consistent or opposite: that two arms are
            equal is never shown. Where the comparison was chosen after a look at results, seen later in place of both.
    """

    difference: float
    deviation: float
    margin: float
    spread: float
    seeds: int
    verdict: str


def beyond(t, free):
    """Chance that Student's t of `free` degrees of freedom lies further from 0 than t, by the midpoint rule."""
    parts = 1000
    width = atan(t / sqrt(free)) / parts
    within = sum(cos((i + 0.5) * width) ** (free - 1) for i in range(parts)) * width
    return 1 - 2 * gamma((free + 1) / 2) / (sqrt(pi) * gamma(free / 2)) * within


@cache
def quantile(free, chance=CHANCE):
    """The t that is passed with this chance: 4.303 for 2 degrees of freedom, 2.776 for 4."""
    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle, free) > chance else (low, middle)
    return high


def judge(rows, metric, first, second, expect, later=False, against=None):
    """rows have arm, seed and the metric. `expect` says how the first arm should lie against the second, of which the metric `against`
    may be taken in its place; `later`, that the comparison was chosen after a look at results."""
    one, other = (
        {row["seed"]: float(row[column]) for row in rows if row["arm"] == arm}
        for arm, column in ((first, metric), (second, against or metric))
    )
    seeds = sorted(one.keys() & other.keys())
    if len(seeds) < 3:
        raise ValueError(f"{first} and {second} share {len(seeds)} seeds; three are needed")
    differences = [one[seed] - other[seed] for seed in seeds]
    difference, deviation = mean(differences), stdev(differences)
    margin = quantile(len(seeds) - 1) * deviation / sqrt(len(seeds))
    spread = sqrt(mean(stdev(values[seed] for seed in seeds) ** 2 for values in (one, other)))
    clear = abs(difference) > margin
    if expect == "equal":
        verdict = "opposite" if clear else "consistent"
    else:
        verdict = "not shown" if not clear else "shown" if (difference < 0) == (expect == "lower") else "opposite"
    if later and clear:
        verdict = "seen later"
    return Verdict(difference, deviation, margin, spread, len(seeds), verdict)

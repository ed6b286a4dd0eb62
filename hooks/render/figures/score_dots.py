"""Scores on one axis: from a model to the next, with intervals. Which way an arrow points says rise or fall, its class better or worse."""

from dataclasses import dataclass
from typing import Self

from markupsafe import Markup

from ..words import Words


@dataclass(frozen=True)
class Dot:
    """A score, and between what it may lie where that is known."""

    score: float
    interval: tuple[float, float] | None = None

    def told_from(self, other: Self) -> bool:
        """Whether neither lies inside the interval of the other."""
        return not any(
            one.interval and one.interval[0] <= two.score <= one.interval[1]
            for one, two in ((self, other), (other, self))
        )


def change_class(before: Dot, after: Dot, more_is_better: bool) -> str:
    """Of styles: `worse`, and `alike` where intervals tell no difference."""
    worse = after.score != before.score and (after.score > before.score) != more_is_better
    return " ".join(["worse"] * worse + ["alike"] * (not after.told_from(before)))


def score_dots(after: Dot | None, before: Dot | None = None, classes: str = "", most: float = 100) -> Markup:
    """An axis from nothing to `most`, as wide as there is room, with the score and the one before it."""

    def axis_place(score: float) -> str:
        return f"{100 * min(1.0, score / most):.1f}".removesuffix(".0") + "%"

    parts = [
        Markup('<rect x="{}" width="{}" y="1" height="10"/>').format(axis_place(low), axis_place(high - low))
        for low, high in (dot.interval for dot in (before, after) if dot and dot.interval)
    ]
    if after and before:
        parts.append(
            Markup('<line x1="{}" x2="{}" y1="6" y2="6"/>').format(axis_place(before.score), axis_place(after.score))
        )
        parts.append(Markup('<circle cx="{}" cy="6" r="3"/>').format(axis_place(before.score)))
    if after:
        change = after.score - before.score if before else 0
        point = (
            "M4 6l-8-5v10z"
            if change > 0
            else "M-4 6l8-5v10z"
            if change
            else "M-3.5 6a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"
        )
        parts.append(
            Markup('<svg x="{}" overflow="visible"><path d="{}"/></svg>').format(axis_place(after.score), point)
        )
    named = f"ds-dots axis {classes}".strip()
    return Markup('<svg class="{}" aria-hidden="true">{}</svg>').format(named, Markup("").join(parts))


def score_marks(words: Words) -> list[tuple[Markup, str]]:
    """Legend of the dots."""
    low, high = Dot(22), Dot(78)
    drawn = {
        "better": score_dots(high, low),
        "worse": score_dots(low, high, "worse"),
        "alike": score_dots(Dot(70, (38, 92)), Dot(40), "alike"),
        "axis": score_dots(None),
    }
    return [(svg, words(f"scores.marks.{key}")) for key, svg in drawn.items()]

"""Models with their values, and the marks that stand for them: what the forms of a trend share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MARKS = {"main": 5.5, "line": 4.5, "other": 4}
DIAMOND = 1.25
GAP = 4
# What a browser's own font may need beyond the estimate.
GENEROUS = 1.08


@dataclass(frozen=True)
class Label:
    """Name and value beside a mark, and the leader to it where they stand away."""

    x: float
    y: float
    leader: str
    name: str
    number: str


@dataclass(frozen=True)
class Value:
    """A value of one series: which, how much, whether it is published, how it is shown."""

    series: int
    number: Decimal
    published: bool
    shown: str


@dataclass(frozen=True)
class Point:
    """What stands at one date: a model, in the rank of `main`, `line` or `other`, with its values."""

    id: str
    name: str
    label: str
    href: str
    day: date
    title: str
    rank: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Mark:
    """A value at its place: a circle of radius `r` for the first series, a diamond for the second."""

    value: Value
    x: float
    y: float
    r: float
    label: Label | None = None

    @property
    def reach(self) -> float:
        """How far it reaches from its centre."""
        return self.r * DIAMOND if self.value.series else self.r

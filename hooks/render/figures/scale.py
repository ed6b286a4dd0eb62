"""Scales of axes: values to places, and the ticks that read well on them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Linear:
    """Values from `low` to `high` onto places from `start` to `end`; `end` may lie before `start`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values inside the scale, about as many as asked for."""
        rough = (self.high - self.low) / max(1, about)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(step * index, 12) for index in range(first, last + 1)]


@dataclass(frozen=True)
class Log:
    """Positive values onto places by their logarithm."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self) -> list[float]:
        """The powers of ten inside the scale."""
        return list(self._powers((1,)))

    def minor_ticks(self) -> list[float]:
        """Two to nine times each power of ten, so that the eye sees the scale is logarithmic."""
        return list(self._powers(range(2, 10)))

    def _powers(self, factors: range | tuple[int, ...]) -> Iterator[float]:
        for power in range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1):
            for factor in factors:
                if self.low * 0.999 <= factor * 10.0**power <= self.high * 1.001:
                    yield factor * 10.0**power


@dataclass(frozen=True)
class Time:
    """Days onto places."""

    first: date
    last: date
    start: float
    end: float

    def __call__(self, day: date) -> float:
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return round(self.start + share * (self.end - self.start), 2)

    def years(self) -> list[date]:
        """The first days of the years inside the scale."""
        days = (date(year, 1, 1) for year in range(self.first.year, self.last.year + 1))
        return [day for day in days if self.first <= day <= self.last]


def coordinate_text(number: float) -> str:
    """A coordinate in as few characters as one decimal needs."""
    return f"{number:.1f}".removesuffix(".0")

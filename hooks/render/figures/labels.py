"""Widths of text, rectangles, spread of what lies too close, and scales of axes."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

BOLD = 1.15  # how much wider bold letters are
_NARROW = frozenset("iljtfrI.,:;'|!()[]/ ")
_WIDE = frozenset("mwMW@%—")
_FULL_WIDTH = {"W", "F"}


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a text of font size `size`, in the same unit. Chinese characters are as wide as high.

    `fsum`, since `sum` rounds differently from Python 3.12 on, and a site has the same bytes from each.
    """
    ems = fsum(_width_in_ems(character) for character in text)
    return ems * size * (BOLD if bold else 1)


def cut_text(text: str, size: float, room: float) -> str:
    """A text that is too long ends in an ellipsis; its title has it whole."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip(' ,，')}…"


def wrapped_text(text: str, size: float, room: float, most: int) -> list[str]:
    """A text in at most so many lines; the last ends in an ellipsis where there is more. Chinese breaks between any characters."""
    pieces = text.split(" ") if " " in text or text.isascii() else list(text)
    gap = " " if " " in text or text.isascii() else ""
    lines: list[str] = []
    for piece in pieces:
        joined = f"{lines[-1]}{gap}{piece}" if lines else piece
        if lines and text_width(joined, size) <= room:
            lines[-1] = joined
        else:
            lines.append(piece)
    if len(lines) > most:
        lines = [*lines[: most - 1], gap.join(lines[most - 1 :])]
    return [cut_text(line, size, room) for line in lines]


def _width_in_ems(character: str) -> float:
    if unicodedata.east_asian_width(character) in _FULL_WIDTH:
        return 1.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.9
    return 0.68 if character.isupper() else 0.58


def spread_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near to the wanted ones as a `gap` between any two and the bounds allow, in the same order.

    Where there are too many for the bounds, the last ones lie beyond `high`.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    places = [max(low, wanted[index]) for index in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    limit = max(high, low + gap * (len(places) - 1))
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], limit)
        limit = places[i] - gap
    found = [0.0] * len(wanted)
    for place, index in zip(places, order, strict=True):
        found[index] = round(place, 1)
    return found


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def inside(self, other: Box) -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


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
        exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        return [10.0**power for power in exponents if self.low * 0.999 <= 10.0**power <= self.high * 1.001]


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

"""Places for labels beside their marks, widths of text, spread of what lies too close, and scales of
axes.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
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


_STEPS = (0, 12, 24, 38, 54, 72, 92, 120, 150, 185, 225, 270)
# Directions in the order in which an eye looks for a label.
_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
# Between those, for labels that find nothing there.
_MORE = tuple((x * s, y * t) for x, y in ((1, 0.5), (0.5, 1), (1, 0.25), (0.25, 1)) for s in (1, -1) for t in (-1, 1))
_CLEAR = 3
_NEAR = 24


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
class Wanted:
    """A label to be placed: the centre and half size of its mark, and the label's own size."""

    x: float
    y: float
    reach: float
    width: float
    height: float


@dataclass(frozen=True)
class Placed:
    """Left end and base line of a label, and the start and end of its leader where it stands away."""

    x: float
    y: float
    leader: str


def place_labels(
    wanted: Sequence[Wanted], obstacles: Sequence[Box], frame: Box, soft: Sequence[Box] = ()
) -> list[Placed | None]:
    """A place for each label, the first ones choosing first; None where nothing near enough is free.

    `soft` obstacles are avoided as long as the label can stand near its mark.
    """
    taken, avoided = Field(obstacles), Field(soft)
    found: list[Placed | None] = []
    for label in wanted:
        spot = _free_spot(label, taken, avoided, frame)
        if spot is None:
            found.append(None)
            continue
        box, step = spot
        taken.add(box)
        found.append(
            Placed(round(box.left, 1), round(box.bottom - label.height * 0.24, 1), _leader_line(label, box, step))
        )
    return found


def _free_spot(label: Wanted, taken: Field, avoided: Field, frame: Box) -> tuple[Box, int] | None:
    """The first free place that is near and clear of what is avoided, else the first free one."""
    first = None
    for box, step in _label_candidates(label):
        if step > _NEAR and first is not None:
            break
        if not box.inside(frame) or taken.meets(box) or _leader_crosses(label, box, step, taken):
            continue
        if step <= _NEAR and not avoided.meets(box):
            return box, step
        first = first or (box, step)
    return first


class Field:
    """Rectangles by the squares that they lie in, so that a place is held against its neighbours alone."""

    _side = 48.0

    def __init__(self, boxes: Iterable[Box] = ()) -> None:
        self._squares: dict[tuple[int, int], list[Box]] = {}
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        for square in self._of(box):
            self._squares.setdefault(square, []).append(box)

    def meets(self, box: Box) -> bool:
        """Whether a rectangle shares a point with one of these."""
        return self.meets_between(box.left, box.top, box.right, box.bottom)

    def meets_between(self, left: float, top: float, right: float, bottom: float) -> bool:
        """The same of a rectangle that is given by its sides."""
        for across in range(int(left // self._side), int(right // self._side) + 1):
            for down in range(int(top // self._side), int(bottom // self._side) + 1):
                for other in self._squares.get((across, down), ()):
                    if left < other.right and other.left < right and top < other.bottom and other.top < bottom:
                        return True
        return False

    def _of(self, box: Box) -> Iterator[tuple[int, int]]:
        for across in range(int(box.left // self._side), int(box.right // self._side) + 1):
            for down in range(int(box.top // self._side), int(box.bottom // self._side) + 1):
                yield across, down


def _leader_crosses(label: Wanted, box: Box, step: int, taken: Field) -> bool:
    """Whether the leader of a label that stands away runs through a mark or another label."""
    if step == 0:
        return False
    x, y = _leader_end(label, box)
    outside = label.reach + 1
    length = math.hypot(x - label.x, y - label.y)
    steps = range(int(outside), int(length))
    points = ((label.x + (x - label.x) * i / length, label.y + (y - label.y) * i / length) for i in steps)
    return any(taken.meets_between(px, py, px + 0.1, py + 0.1) for px, py in points)


def _label_candidates(label: Wanted) -> Iterator[tuple[Box, int]]:
    ways = [(step, way) for directions in (_DIRECTIONS, _MORE) for step in _STEPS for way in directions]
    for step, (across, down) in ways:
        away = label.reach + _CLEAR + step * (0.72 if across and down else 1)
        x, y = label.x + across * away, label.y + down * away
        left = x if across > 0 else x - label.width if across < 0 else x - label.width / 2
        top = y if down > 0 else y - label.height if down < 0 else y - label.height / 2
        yield Box(left, top, left + label.width, top + label.height), step


def _leader_line(label: Wanted, box: Box, step: int) -> str:
    if step == 0:
        return ""
    x, y = _leader_end(label, box)
    return f"M{label.x} {label.y}L{round(x, 1)} {round(y, 1)}"


def _leader_end(label: Wanted, box: Box) -> tuple[float, float]:
    """The point of a label that is nearest to its mark."""
    return min(max(label.x, box.left), box.right), min(max(label.y, box.top), box.bottom)


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

"""Places for the labels of a scatter: beside their mark, and clear of every mark and of one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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

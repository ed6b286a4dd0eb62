"""Places for the labels of a scatter: beside their mark, and clear of every mark and of one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_STEPS = (0, 12, 24, 38, 54, 72, 92, 120, 150)
# Directions in the order in which an eye looks for a label.
_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
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


def place(
    wanted: Sequence[Wanted], obstacles: Sequence[Box], frame: Box, soft: Sequence[Box] = ()
) -> list[Placed | None]:
    """A place for each label, the first ones choosing first; None where the frame is full around it.

    `soft` obstacles are avoided as long as the label can stand near its mark.
    """
    taken = list(obstacles)
    found: list[Placed | None] = []
    for label in wanted:
        spots = [(box, step) for box, step in _candidates(label) if box.inside(frame)]
        spots = [(box, step) for box, step in spots if not any(box.meets(other) for other in taken)]
        near = ((box, step) for box, step in spots if step <= _NEAR and not any(box.meets(o) for o in soft))
        spot = next(near, None) or next(iter(spots), None)
        if spot is None:
            found.append(None)
            continue
        box, step = spot
        taken.append(box)
        found.append(Placed(round(box.left, 1), round(box.bottom - label.height * 0.24, 1), _leader(label, box, step)))
    return found


def _candidates(label: Wanted) -> Iterator[tuple[Box, int]]:
    for step in _STEPS:
        for across, down in _DIRECTIONS:
            away = label.reach + _CLEAR + step * (0.72 if across and down else 1)
            x, y = label.x + across * away, label.y + down * away
            left = x if across > 0 else x - label.width if across < 0 else x - label.width / 2
            top = y if down > 0 else y - label.height if down < 0 else y - label.height / 2
            yield Box(left, top, left + label.width, top + label.height), step


def _leader(label: Wanted, box: Box, step: int) -> str:
    if step == 0:
        return ""
    x = min(max(label.x, box.left), box.right)
    y = min(max(label.y, box.top), box.bottom)
    return f"M{label.x} {label.y}L{round(x, 1)} {round(y, 1)}"

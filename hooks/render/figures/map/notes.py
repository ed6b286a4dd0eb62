"""What came out beside the models, below the map: techniques and infrastructure, by month, each month at its place in time.

A month hangs on a stem from the edge of its lane. Later months lie higher, so that no stem crosses a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..measure import text_width
from ..scale import Time
from ..timeline_items import Item

LINE = 17.0
_SIZE = 12.5
_MARK, _GAP, _APART = 10.0, 12.0, 7.0
_WEEK = ("2025-02-21", "2025-03-01")  # Open Source Week, with its announcement and what followed it


@dataclass(frozen=True)
class Note:
    """An item with its mark and its name."""

    item: Item
    x: float
    y: float


@dataclass(frozen=True)
class Month:
    """What came out in a month, or in the week of its own, and the stem that it hangs on."""

    stem: str
    notes: Sequence[Note]
    week: bool


@dataclass(frozen=True)
class Lane:
    """A lane below the map."""

    id: str
    y: float
    height: float
    months: Sequence[Month]


def lane(id_: str, found: Sequence[Item], scale: Time, top: float, width: float) -> Lane:
    """Give the months of a lane their places, the last first."""
    groups = _groups([item for item in found if item.lane == id_])
    taken: list[tuple[float, float, float, float]] = []
    months = []
    edge = width
    for week, members in reversed(groups):
        wide = _MARK + max(text_width(item.label, _SIZE, bold=week) for item in members) + _GAP
        x = min(scale(date.fromisoformat(members[0].date.first_day)), width - wide, edge - _APART)
        edge = x
        high = LINE * len(members) + 6
        y = _free(taken, x, wide, high, top + 26)
        taken.append((x, y, x + wide, y + high))
        notes = [Note(item, round(x, 1), round(y + index * LINE + 7, 1)) for index, item in enumerate(members)]
        bracket = f"M{x:g} {top:g}V{notes[-1].y:g}"
        months.append(Month(bracket, notes, week))
    bottom = max((box[3] for box in taken), default=top)
    return Lane(id_, top, round(bottom - top + 8, 1), months[::-1])


def _groups(members: Sequence[Item]) -> list[tuple[bool, list[Item]]]:
    """The items by month, and those of the week as one group."""
    found: dict[str, tuple[bool, list[Item]]] = {}
    for item in members:
        day = item.date.first_day
        week = _WEEK[0] <= day <= _WEEK[1] and item.kind == "infrastructure"
        found.setdefault("week" if week else day[:7], (week, []))[1].append(item)
    return sorted(found.values(), key=lambda group: group[1][0].date.first_day)


def _free(taken: Sequence[tuple[float, float, float, float]], x: float, wide: float, high: float, top: float) -> float:
    """The first height from `top` down at which a block lies on no other."""
    y = top
    for left, upper, right, lower in sorted(taken, key=lambda box: box[1]):
        if left < x + wide and x < right and upper < y + high and y < lower:
            y = lower
    return y

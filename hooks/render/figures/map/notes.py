"""What came out beside the models, below the map: techniques and infrastructure, by month, each month at its place in time.

A month hangs on a stem from the edge of its lane, at its day. Names stand at the right of the stem, or at its left where they
would run out of the figure or into a later stem. Blocks lie at heights at which no stem crosses a name.
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
_MARK, _GAP = 10.0, 12.0
_STEM = 7.0  # how far a stem may lie in the gap behind a name
_WEEK = ("2025-02-21", "2025-03-01")  # Open Source Week, with its announcement and what followed it


@dataclass(frozen=True)
class Note:
    """An item with its mark and its name, which begins or ends at `text_x`."""

    item: Item
    x: float
    y: float
    text_x: float
    anchor: str


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


def lay_out_lane(id_: str, found: Sequence[Item], scale: Time, top: float, width: float) -> Lane:
    """Give the months of a lane their places: those with names at the right the last first, then the others the first first."""
    groups = _items_by_month([item for item in found if item.lane == id_])
    sides, limit = [], width
    for week, members in reversed(groups):
        wide = _MARK + max(text_width(item.label, _SIZE, bold=week) for item in members) + _GAP
        x = scale(date.fromisoformat(members[0].date.first_day))
        right = x + wide <= limit
        limit = limit if right else min(limit, x + _STEM)
        sides.append((x, wide, right, week, members))
    order = [side for side in sides if side[2]] + [side for side in reversed(sides) if not side[2]]
    taken: list[tuple[float, float, float, float]] = []
    months = {}
    for x, wide, right, week, members in order:
        left = x if right else x - wide
        high = LINE * len(members) + 6
        y = _free_height(taken, left, wide, high, top + 26)
        taken += [(left, y, left + wide, y + high), (x + _STEM, top, x - _STEM, y)]
        heights = [round(y + index * LINE + 7, 1) for index in range(len(members))]
        text_x, anchor = (x + _MARK, "start") if right else (x - _MARK, "end")
        notes = [
            Note(item, round(x, 1), height, round(text_x, 1), anchor)
            for item, height in zip(members, heights, strict=True)
        ]
        months[x, week] = Month(f"M{x:g} {top:g}V{heights[-1]:g}", notes, week)
    bottom = max((box[3] for box in taken), default=top)
    return Lane(id_, top, round(bottom - top + 8, 1), [months[key] for key in sorted(months)])


def _items_by_month(members: Sequence[Item]) -> list[tuple[bool, list[Item]]]:
    """The items by month, and those of the week as one group."""
    found: dict[str, tuple[bool, list[Item]]] = {}
    for item in members:
        day = item.date.first_day
        week = _WEEK[0] <= day <= _WEEK[1] and item.kind == "infrastructure"
        found.setdefault("week" if week else day[:7], (week, []))[1].append(item)
    return sorted(found.values(), key=lambda group: group[1][0].date.first_day)


def _free_height(
    taken: Sequence[tuple[float, float, float, float]], x: float, wide: float, high: float, top: float
) -> float:
    """The first height from `top` down at which a block lies on no other."""
    y = top
    for left, upper, right, lower in sorted(taken, key=lambda box: box[1]):
        if left < x + wide and x < right and upper < y + high and y < lower:
            y = lower
    return y

"""The map for a phone: time goes down, one row for each model, the lines of the tracks at the left, the name at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalogue.schema.model import Track

from ...context import Context
from ..labels import text_width, wrapped_text
from ..timeline_items import Item
from .across import Way
from .family import Family, family_lines

WIDTH = 360.0
_TOP, _ROW, _MORE, _GAP = 34.0, 34.0, 17.0, 12.0
_LEFT, _LINE, _ROUND = 10.0, 10.5, 7.0
_SIZE = 12.5


@dataclass(frozen=True)
class Row:
    """A model with its mark, its name, and the techniques that came with it in lines below."""

    id: str
    label: str
    track: str
    x: float
    y: float
    text_x: float
    below: Sequence[Sequence[Item]]
    major: bool


@dataclass(frozen=True)
class Loose:
    """A line of what came out without a model."""

    items: Sequence[Item]
    x: float
    y: float


@dataclass(frozen=True)
class Down:
    """Everything that the template needs."""

    width: float
    height: float
    rows: Sequence[Row]
    loose: Sequence[Loose]
    ways: Sequence[Way]
    years: Sequence[tuple[str, float]]


def lay_out_narrow_map(context: Context, more: Mapping[str, Sequence[Item]], alone: Sequence[Item] = ()) -> Down:
    """Give every row its place; `more` are the techniques that came with a model, `alone` what came by itself."""
    found = family_lines(context.catalogue.models.values(), lambda model: 1)
    columns = {line: _LEFT + index * _LINE for index, line in enumerate(_line_order(found))}
    text_x = max(columns.values()) + 13
    room = WIDTH - text_x - 4
    rows, loose, years, y = [], list[Loose](), [], _TOP
    year, waiting = "", sorted(alone, key=lambda item: item.date.first_day)
    places = {}
    for id_, stop in found.stops.items():
        day = stop.day.isoformat()
        before = [item for item in waiting if item.date.first_day < day]
        waiting = waiting[len(before) :]
        for now in dict.fromkeys([*(item.date.first_day[:4] for item in before), day[:4]]):
            if now != year:
                year = now
                years.append((year, y))
                y += 24
            lines = _wrapped_items([item for item in before if item.date.first_day[:4] == now], room)
            loose += [Loose(line, text_x, y + index * _MORE) for index, line in enumerate(lines)]
            y += len(lines) * _MORE + (_GAP if lines else 0)
        below = _wrapped_items(more.get(id_, ()), room)
        places[id_] = (columns[stop.line], y)
        track = stop.model.track
        rows.append(Row(id_, stop.model.name, track.value, *places[id_], text_x, below, track is Track.GENERAL))
        y += _ROW + _MORE * len(below)
    lines = _wrapped_items(waiting, room)
    loose += [Loose(line, text_x, y + index * _MORE) for index, line in enumerate(lines)]
    y += len(lines) * _MORE
    ways = []
    for id_, stop in found.stops.items():
        if stop.parent is None:
            continue
        (x, y0), (x1, y1) = places[stop.parent], places[id_]
        if x == x1:
            path = f"M{x:g} {y0:g}V{y1:g}"
        else:
            turn = min(y0 + 11 + min(stop.rank, 2) * 5, y1 - _ROUND - 3)
            sign = 1 if x1 > x else -1
            path = (
                f"M{x:g} {y0:g}V{turn - 5:g}Q{x:g} {turn:g} {x + sign * 5:g} {turn:g}"
                f"H{x1 - sign * 5:g}Q{x1:g} {turn:g} {x1:g} {turn + 5:g}V{y1:g}"
            )
        ways.append(Way(path, stop.model.track.value, stop.parent, id_))
    ways.sort(key=lambda way: way.track == Track.GENERAL.value)
    return Down(WIDTH, round(y + 4), rows, loose, ways, years)


def _line_order(found: Family) -> list[int]:
    """The lines from left to right: the general one first, then as on the wide map."""
    return sorted(range(len(found.lines)), key=lambda line: (found.lines[line] is not Track.GENERAL, line))


def _wrapped_items(items: Sequence[Item], room: float) -> list[list[Item]]:
    """Items in lines that have room for their names, with dots between them; one whose name needs two lines has both."""
    lines: list[list[Item]] = []
    for whole in items:
        parts = wrapped_text(whole.label, _SIZE, room, 2)
        item = replace(whole, label="\n".join(parts))
        longer = [*lines[-1], item] if lines and lines[-1] else []
        if longer and len(parts) == 1 and text_width(" · ".join(one.label for one in longer), _SIZE) <= room:
            lines[-1] = longer
        else:
            lines += [[item], *([] for _ in parts[1:])]
    return lines

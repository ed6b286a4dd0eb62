"""The map for a phone: time goes down, one row for each model, the lines of the tracks at the left, the name at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalogue.schema.model import Track

from ...context import Context
from ..measure import text_width
from .across import Way
from .family import Family, family

WIDTH = 360.0
_TOP, _ROW, _MORE = 34.0, 34.0, 17.0
_LEFT, _LINE, _ROUND = 12.0, 15.0, 7.0
_SIZE = 12.5


@dataclass(frozen=True)
class Row:
    """A model or a piece of infrastructure: its mark, its name, and lines of small text below."""

    id: str
    label: str
    track: str
    x: float
    y: float
    text_x: float
    below: Sequence[str]
    major: bool


@dataclass(frozen=True)
class Down:
    """Everything that the template needs."""

    width: float
    height: float
    rows: Sequence[Row]
    ways: Sequence[Way]
    years: Sequence[tuple[str, float]]


def down(context: Context, more: Mapping[str, Sequence[str]]) -> Down:
    """Give every row its place; `more` are the techniques that stand below a model."""
    found = family(context.catalogue.models.values(), lambda model: 1)
    columns = {line: _LEFT + index * _LINE for index, line in enumerate(_order(found))}
    text_x = max(columns.values()) + 16
    rows, years, y = [], [], _TOP
    year = 0
    places = {}
    for id_, stop in found.stops.items():
        if stop.day.year != year:
            year = stop.day.year
            years.append((str(year), y))
            y += 24
        below = _wrapped(more.get(id_, ()), WIDTH - text_x - 6)
        places[id_] = (columns[stop.line], y)
        track = stop.model.track
        rows.append(Row(id_, stop.model.name, track.value, *places[id_], text_x, below, track is Track.GENERAL))
        y += _ROW + _MORE * len(below)
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
    return Down(WIDTH, round(y + 4), rows, ways, years)


def _order(found: Family) -> list[int]:
    """The lines from left to right: the general one first, then as on the wide map."""
    return sorted(range(len(found.lines)), key=lambda line: (found.lines[line] is not Track.GENERAL, line))


def _wrapped(names: Sequence[str], room: float) -> list[str]:
    """Names in lines, with dots between them."""
    lines: list[str] = []
    for name in names:
        longer = f"{lines[-1]} · {name}" if lines else name
        if lines and text_width(longer, _SIZE) <= room:
            lines[-1] = longer
        else:
            lines.append(name)
    return lines

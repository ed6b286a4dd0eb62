"""A trend for a phone: a row for each model, the oldest on top, its marks on the same logarithmic axis, now across.

Takes points, gives places for `trend.svg.jinja`. In rows no label can meet another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .labels import BOLD, Log, cut_text, text_width
from .trend_marks import GAP, GENEROUS, MARKS, Mark, Point

WIDTH = 340
SIZE = 13.0
_TOP, _ROW, _YEAR, _BOTTOM = 46, 30, 26, 8
_REMARK = 18  # more, for a row with a line below
_COUNTS = re.compile(r"\s*[(（].*[)）]$")
_LEAST = 100.0  # of the axis
_SHIFT = 4.5  # from the middle of a row to the base line of its text


@dataclass(frozen=True)
class Said:
    """A value beside its mark."""

    x: float
    anchor: str
    text: str


@dataclass(frozen=True)
class Row:
    """A model: its name as far as there is room, the middle of its row, its marks, the line that joins them, and their values.

    What a number counts takes a line of its own below, where there is a `remark`: beside the marks there is no room for it.
    """

    point: Point
    name: str
    y: float
    marks: tuple[Mark, ...]
    join: tuple[float, float] | None
    said: tuple[Said, ...]
    remark: str


@dataclass(frozen=True)
class Down:
    """Everything that the template needs."""

    height: float
    left: float
    top: float
    bottom: float
    rows: tuple[Row, ...]
    years: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, str], ...]
    minor: tuple[float, ...]
    width: float = WIDTH
    text: float = SIZE
    shift: float = _SHIFT
    remark: float = _REMARK


def narrow_trend(points: Sequence[Point], span: tuple[float, float], ticks: Sequence[tuple[float, str]]) -> Down:
    """Give every model its row; `span` is the least and the greatest value, `ticks` are those that carry a text."""
    ordered = sorted(points, key=lambda point: (point.day, point.id))
    names = max(text_width(point.label, SIZE, bold=point.rank == "main") for point in ordered) * GENEROUS
    first = max(_shown_width(_bare(point.values[0].shown)) for point in ordered)
    second = max((_shown_width(_bare(value.shown)) for point in ordered for value in point.values[1:]), default=0.0)
    names = min(names, WIDTH - first - second - 8 - _LEAST)
    start, end = names + 8 + second, WIDTH - first
    across = Log(*span, start, end)
    rows, years, y = [], [], float(_TOP)
    for index, point in enumerate(ordered):
        if index == 0 or point.day.year != ordered[index - 1].day.year:
            years.append((y + _YEAR / 2 + _SHIFT, str(point.day.year)))
            y += _YEAR
        rows.append(_trend_row(point, y + _ROW / 2, across, names))
        y += _ROW + (_REMARK if rows[-1].remark else 0)
    return Down(
        y + _BOTTOM,
        round(names + 8, 1),
        _TOP,
        y,
        tuple(rows),
        tuple(years),
        tuple((across(tick), text) for tick, text in _legible_ticks(across, ticks)),
        tuple(across(tick) for tick in across.minor_ticks()),
    )


def _bare(shown: str) -> str:
    """A value without what stands in brackets behind it: what it counts."""
    return _COUNTS.sub("", shown)


def _shown_width(shown: str) -> float:
    return text_width(shown, SIZE) * GENEROUS + MARKS["main"] * 1.25 + GAP + 2


def _trend_row(point: Point, y: float, across: Log, names: float) -> Row:
    letters = SIZE * GENEROUS * (BOLD if point.rank == "main" else 1)
    name = cut_text(point.label, letters, names)
    marks = tuple(Mark(value, across(float(value.number)), y, MARKS[point.rank]) for value in point.values)
    xs = [mark.x for mark in marks]
    remarks = [value.shown for value in point.values if _bare(value.shown) != value.shown]
    join = (min(xs), max(xs)) if len(xs) > 1 else None
    return Row(point, name, y, marks, join, tuple(_mark_labels(marks)), " · ".join(remarks))


def _mark_labels(marks: Sequence[Mark]) -> Iterator[Said]:
    """The greater value stands at the right of its mark, the smaller one at the left."""
    highest = max(mark.x for mark in marks)
    for mark in marks:
        right = mark.x == highest
        x = mark.x + (mark.reach + GAP) * (1 if right else -1)
        yield Said(round(x, 1), "start" if right else "end", _bare(mark.value.shown))


def _legible_ticks(across: Log, ticks: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """The ticks whose texts do not meet, from the greatest down."""
    free = float(WIDTH)
    for tick, text in reversed(ticks):
        half = text_width(text, SIZE) / 2
        if across(tick) + half <= free:
            yield tick, text
            free = across(tick) - half - 6

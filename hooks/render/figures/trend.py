"""One quantity over time on a logarithmic axis: a mark for each model, filled where the value is published.

Takes points, gives places for `trend.svg.jinja`. Lengths are in SVG units, one unit being one CSS
pixel at full size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from .. import format
from ..context import Context
from .labels import Box, Log, Time, Wanted, place_labels, text_width
from .trend_down import narrow_trend
from .trend_marks import GAP, GENEROUS, MARKS, Label, Mark, Point

WIDTH = 780
TOP = 36
HEIGHT = 400
BOTTOM = 34
RIGHT = 14
PAD_LEFT = 70
PAD_RIGHT = 52
# Sizes that came out on one day stand side by side, so that their lines do not cover one another.
ASIDE = 7
LABEL_HEIGHT = 14
TICK_SIZE = 13
SIZES = {"main": 14.0, "line": 13.0, "other": 13.0}
NUMBER_SIZE = 13.0
ROOM = 1.7
FEW_TICKS = 3


@dataclass(frozen=True)
class PlacedPoint:
    """A point at its place, and the ends of the line that joins its marks."""

    point: Point
    x: float
    marks: tuple[Mark, ...]
    join: tuple[float, float] | None
    font: float


def trend_figure(
    context: Context,
    points: Sequence[Point],
    span: tuple[date, date],
    axis: str,
    alternative: str,
    amounts: bool = False,
) -> str:
    """The SVG over a `span` of days: marks of one point are joined, the first carries its name, and all but `other` points their values."""
    words = context.words

    def shown(tick: float) -> str:
        return format.amount_tick(tick, words) if amounts else format.format_tick(tick)

    numbers = [float(value.number) for point in points for value in point.values]
    up = Log(min(numbers) / ROOM, max(numbers) * ROOM, TOP + HEIGHT, TOP)
    labelled = up.ticks() if len(up.ticks()) >= FEW_TICKS else _finer_ticks(up)
    left = 14 + round(max(text_width(shown(tick), TICK_SIZE) for tick in labelled))
    across = Time(*span, left + PAD_LEFT, WIDTH - RIGHT - PAD_RIGHT)
    flagships = {(point.href, point.day) for point in points if point.rank == "main"}
    placed = [
        _placed_point(point, across, up, ASIDE if point.rank == "line" and (point.href, point.day) in flagships else 0)
        for point in points
    ]
    placed = _labelled_points(placed, Box(left + 2, TOP + 2, WIDTH - 4, TOP + HEIGHT - 2))
    ticks = [(tick, shown(tick)) for tick in labelled]
    return context.html(
        "trend.svg.jinja",
        width=WIDTH,
        height=TOP + HEIGHT + BOTTOM,
        left=left,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=TOP + HEIGHT,
        minor=[up(tick) for tick in up.minor_ticks() if not any(abs(tick / other - 1) < 0.01 for other in labelled)],
        ticks=[(up(tick), text) for tick, text in ticks],
        years=[(across(day), str(day.year)) for day in across.years()],
        axis=words("trends.log_axis", quantity=axis),
        alternative=alternative,
        points=placed,
        down=narrow_trend(points, (min(numbers), max(numbers)), ticks),
    )


def _finer_ticks(up: Log) -> list[float]:
    return sorted([*up.ticks(), *(tick for tick in up.minor_ticks() if f"{tick:.0e}"[0] in "25")])


def _placed_point(point: Point, across: Time, up: Log, aside: float) -> PlacedPoint:
    x = round(across(point.day) + aside, 2)
    marks = tuple(Mark(value, x, up(float(value.number)), MARKS[point.rank]) for value in point.values)
    ys = [mark.y for mark in marks]
    return PlacedPoint(point, x, marks, (min(ys), max(ys)) if len(ys) > 1 else None, SIZES[point.rank])


def _labelled_points(placed: Sequence[PlacedPoint], frame: Box) -> list[PlacedPoint]:
    """The points with a place for the label of every mark that has one; the main points choose first."""
    ranks = list(SIZES)
    ordered = sorted(
        ((item, index) for item in placed for index in range(len(item.marks))),
        key=lambda pair: (ranks.index(pair[0].point.rank), pair[1]),
    )
    having = [(item, index) for item, index in ordered if any(label_texts(item.point, index))]
    obstacles = [
        Box(mark.x - mark.reach, mark.y - mark.reach, mark.x + mark.reach, mark.y + mark.reach)
        for item in placed
        for mark in item.marks
    ]
    joins = [Box(item.x - 1, item.join[0], item.x + 1, item.join[1]) for item in placed if item.join]
    spots = place_labels([_wanted_label(item, index) for item, index in having], obstacles, frame, joins)
    labels = {
        (item.point.id, index): Label(spot.x, spot.y, spot.leader, *label_texts(item.point, index))
        for (item, index), spot in zip(having, spots, strict=True)
        if spot is not None
    }
    return [
        replace(
            item,
            marks=tuple(
                replace(mark, label=labels.get((item.point.id, index))) for index, mark in enumerate(item.marks)
            ),
        )
        for item in placed
    ]


def _wanted_label(item: PlacedPoint, index: int) -> Wanted:
    mark, (name, number) = item.marks[index], label_texts(item.point, index)
    width = text_width(name, item.font, bold=item.point.rank == "main") + text_width(number, NUMBER_SIZE)
    return Wanted(mark.x, mark.y, mark.reach, width * GENEROUS + (GAP if name and number else 0), LABEL_HEIGHT)


def label_texts(point: Point, index: int) -> tuple[str, str]:
    """Name and value beside a mark: the name at the first mark, values for all but the `other` points."""
    return point.label if index == 0 else "", "" if point.rank == "other" else point.values[index].shown

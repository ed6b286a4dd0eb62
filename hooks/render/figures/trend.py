"""One quantity over time on a logarithmic axis: a mark for each model, filled where the value is published.

Takes points, gives places for `trend.svg.jinja`. Lengths are in SVG units, one unit being one CSS
pixel at full size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .. import format
from ..context import Context
from .labels import Box, Wanted, place
from .measure import text_width
from .scale import Log, Time

WIDTH = 780
TOP = 36
HEIGHT = 340
BOTTOM = 34
RIGHT = 14
PAD = 18
TICK_SIZE = 11
SIZES = {"main": 12.5, "line": 11.5, "other": 11}
MARKS = {"main": 5.5, "line": 4.5, "other": 4}
ROOM = 1.7
FEW_TICKS = 3
_FACTORS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))
_POWERS_FROM = 10**15


@dataclass(frozen=True)
class Value:
    """A value of one series: which, how much, whether it is published, how it is shown."""

    series: int
    number: Decimal
    published: bool
    shown: str


@dataclass(frozen=True)
class Point:
    """What stands at one date: a model, in the rank of `main`, `line` or `other`, with its values."""

    id: str
    name: str
    label: str
    href: str
    day: date
    title: str
    rank: str
    values: tuple[Value, ...]


def figure(context: Context, points: Sequence[Point], axis: str, alternative: str) -> str:
    """The SVG: marks of one point are joined, the first carries its name, marks of a `main` point their values."""
    words = context.words
    numbers = [float(value.number) for point in points for value in point.values]
    up = Log(min(numbers) / ROOM, max(numbers) * ROOM, TOP + HEIGHT, TOP)
    labelled = up.ticks() if len(up.ticks()) >= FEW_TICKS else _finer(up)
    left = 14 + round(max(text_width(tick_text(tick), TICK_SIZE) for tick in labelled))
    first, last = min(point.day for point in points), max(point.day for point in points)
    across = Time(first, last, left + PAD, WIDTH - RIGHT - PAD - 34)
    placed = [_placed(point, across, up) for point in points]
    _label(placed, Box(left + 2, TOP + 2, WIDTH - 4, TOP + HEIGHT - 2))
    return context.html(
        "trend.svg.jinja",
        width=WIDTH,
        height=TOP + HEIGHT + BOTTOM,
        left=left,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=TOP + HEIGHT,
        minor=[up(tick) for tick in up.minor_ticks() if not any(abs(tick / other - 1) < 0.01 for other in labelled)],
        ticks=[(up(tick), tick_text(tick)) for tick in labelled],
        years=[(across(day), str(day.year)) for day in across.years()],
        axis=words("trends.log_axis", quantity=axis),
        alternative=alternative,
        points=placed,
    )


def _finer(up: Log) -> list[float]:
    """One, two and five times the powers of ten."""
    return sorted([*up.ticks(), *(tick for tick in up.minor_ticks() if f"{tick:.0e}"[0] in "25")])


def _placed(point: Point, across: Time, up: Log) -> dict[str, object]:
    x, reach = across(point.day), MARKS[point.rank]
    marks = [{"value": v, "x": x, "y": up(float(v.number)), "r": reach, "label": None} for v in point.values]
    ys = [up(float(v.number)) for v in point.values]
    return {
        "point": point,
        "x": x,
        "marks": marks,
        "join": (min(ys), max(ys)) if len(ys) > 1 else None,
        "font": SIZES[point.rank],
    }


def _label(placed: list[dict[str, object]], frame: Box) -> None:
    """Give every mark that has a label its place, the main points first."""
    wanted, owners, obstacles = [], [], []
    for rank in SIZES:
        for index in range(max(len(item["point"].values) for item in placed)):  # type: ignore[attr-defined]
            for item in placed:
                point: Point = item["point"]  # type: ignore[assignment]
                if point.rank != rank or index >= len(point.values):
                    continue
                mark = item["marks"][index]  # type: ignore[index]
                obstacles.append(
                    Box(mark["x"] - mark["r"], mark["y"] - mark["r"], mark["x"] + mark["r"], mark["y"] + mark["r"])
                )
                name, number = label_texts(point, index)
                if name or number:
                    size = SIZES[rank]
                    width = text_width(name, size, bold=rank == "main") + text_width(number, size - 1)
                    wanted.append(Wanted(mark["x"], mark["y"], mark["r"], width + (4 if name and number else 0), 15))
                    owners.append((mark, name, number))
    for item in placed:
        if item["join"] is not None:
            low, high = item["join"]  # type: ignore[misc]
            obstacles.append(Box(item["x"] - 1, low, item["x"] + 1, high))  # type: ignore[operator]
    for (mark, name, number), spot in zip(owners, place(wanted, obstacles, frame), strict=True):
        if spot is not None:
            mark["label"] = {"x": spot.x, "y": spot.y, "leader": spot.leader, "name": name, "number": number}


def label_texts(point: Point, index: int) -> tuple[str, str]:
    """Name and value beside a mark: the name at the first mark, values for main points alone."""
    return point.label if index == 0 else "", point.values[index].shown if point.rank == "main" else ""


def tick_text(value: float) -> str:
    """`10 B`; a power of ten from a quadrillion on."""
    if value >= _POWERS_FROM:
        return format.scientific(Decimal(f"{value:.0e}"))
    for factor, suffix in _FACTORS:
        if value >= factor * 0.999:
            return f"{value / factor:g}\u202f{suffix}"
    return f"{value:g}"

"""The timeline figure: items to places. `timeline.svg.jinja` owns the shapes, `timeline.js` the zoom.

Lengths are in SVG units, one unit being one CSS pixel at full size. Every lane begins with a strip
that holds its name and no item, so that the name can follow the reader sideways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..context import Context
from .measure import text_width
from .packing import rows
from .scale import Time
from .timeline_items import INFRASTRUCTURE, LANES, RELATIONS, TECHNIQUES, Item, items, links

LEAST_WIDTH = 1250
LEAST_PER_DAY = 0.95
LEFT = 28
RIGHT = 178
MARGIN = 14
TOP = 34
STRIP = 24
LANE_PADDING = 8
ROW_HEIGHT = 40
SMALL_ROW_HEIGHT = 26
DOT = 6
LABEL_AT = 12
GAP = 10
BOW = 52
SWING = 45
TICKS_AFTER_THE_END = 60  # days


@dataclass(frozen=True)
class Lane:
    """A lane: its id, its name on a button and in the figure, its top and height."""

    id: str
    name: str
    title: str
    y: float
    height: float


@dataclass(frozen=True)
class Placed:
    """An item, the centre of its mark, and the room that mark and label take to the right of it."""

    item: Item
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Edge:
    """A line of the lineage as an SVG path of points from the older model to the younger; places of the two."""

    path: str
    relation: str
    older: int
    younger: int


@dataclass(frozen=True)
class Tick:
    """A month: `year`, `quarter` or `month`. Months alone are shown where there is room for them."""

    x: float
    label: str
    kind: str


@dataclass(frozen=True)
class Year:
    """A year and where it begins and ends on the axis."""

    number: int
    start: float
    end: float


@dataclass(frozen=True)
class Drawing:
    """Everything that the template needs. `years` and `lanes` are what the controls offer."""

    width: float
    height: float
    left: float
    top: float
    lanes: Sequence[Lane]
    items: Sequence[Placed]
    edges: Sequence[Edge]
    ticks: Sequence[Tick]
    years: Sequence[Year]
    relations: Sequence[str]


def figure(context: Context, interactive: bool = False) -> str:
    """The figure with its legend: everything with controls on its own page, the models alone elsewhere."""
    found = items(context)
    drawn = drawing(context, found if interactive else [item for item in found if item.kind == "model"])
    return context.html("timeline.svg.jinja", d=drawn, interactive=interactive, dot=DOT, label_at=LABEL_AT)


def drawing(context: Context, found: Sequence[Item]) -> Drawing:
    """Give every item its place."""
    days = [_day(item) for item in found]
    start, end = min(days).replace(day=1), max(days)
    length = max((end - start).days * LEAST_PER_DAY, LEAST_WIDTH - LEFT - RIGHT)
    scale = Time(start, end, LEFT, LEFT + length)
    lanes, placed = _place(context, found, scale)
    bottom = lanes[-1].y + lanes[-1].height
    ticks = _ticks(context, scale)
    return Drawing(
        width=round(max(*(p.x + p.width for p in placed), *(t.x + MARGIN for t in ticks)) + MARGIN),
        height=round(bottom + MARGIN),
        left=LEFT,
        top=TOP,
        lanes=lanes,
        items=placed,
        edges=_edges(context, placed),
        ticks=ticks,
        years=_years(scale),
        relations=[relation.name.lower() for relation in RELATIONS],
    )


def _day(item: Item) -> date:
    return date.fromisoformat(item.date.first_day)


def lane_name(context: Context, lane: str) -> str:
    """The name of a track, or of one of the other two lanes."""
    return context.words(f"timeline.{lane}" if lane in (TECHNIQUES, INFRASTRUCTURE) else f"track.{lane}")


def _width(item: Item) -> float:
    if item.kind != "model":
        return LABEL_AT + text_width(item.label, 12)
    return LABEL_AT + max(text_width(item.label, 13, bold=True), text_width(item.date.text, 11))


def _place(context: Context, found: Sequence[Item], scale: Time) -> tuple[list[Lane], list[Placed]]:
    """Give each lane its height, and each item the first row of its lane where its label fits."""
    lanes: list[Lane] = []
    places: dict[str, Placed] = {}
    y = float(TOP)
    for id_ in LANES:
        members = [item for item in found if item.lane == id_]
        if not members:
            continue
        at = [(scale(_day(item)), _width(item)) for item in members]
        taken = rows((x - DOT, x + width + GAP) for x, width in at)
        step = ROW_HEIGHT if members[0].kind == "model" else SMALL_ROW_HEIGHT
        for item, (x, width), row in zip(members, at, taken, strict=True):
            places[item.id] = Placed(item, round(x, 1), y + STRIP + step * row + step / 2, round(width, 1))
        height = STRIP + step * (max(taken) + 1) + LANE_PADDING
        name = lane_name(context, id_)
        title = context.words("timeline.first_appear") if id_ == TECHNIQUES else name
        lanes.append(Lane(id_, name, title, y, height))
        y += height
    return lanes, [places[item.id] for item in found]


def _edges(context: Context, placed: Sequence[Placed]) -> list[Edge]:
    """The lines as curves; between two dots of one row they bow over the labels."""
    index = {p.item.id: place for place, p in enumerate(placed)}
    edges = []
    for link in links(context.catalogue.models.values()):
        if not {f"model:{link.older}", f"model:{link.younger}"} <= index.keys():
            continue
        older, younger = index[f"model:{link.older}"], index[f"model:{link.younger}"]
        a, b = placed[older], placed[younger]
        middle = round((a.x + b.x) / 2, 1)
        if a.y == b.y:
            path = f"M{a.x} {a.y}Q{middle} {a.y - BOW} {b.x} {b.y}"
        else:
            swing = max(middle - a.x, SWING)
            path = f"M{a.x} {a.y}C{a.x + swing:.1f} {a.y} {b.x - swing:.1f} {b.y} {b.x} {b.y}"
        edges.append(Edge(path, link.relation.name.lower(), older, younger))
    return edges


def _ticks(context: Context, scale: Time) -> list[Tick]:
    """The first of every month, and where it stands in the year."""
    ticks = []
    for year in range(scale.first.year, scale.last.year + 2):
        for month in range(1, 13):
            day = date(year, month, 1)
            if scale.first <= day and (day - scale.last).days < TICKS_AFTER_THE_END:
                kind = "year" if month == 1 else "quarter" if month % 3 == 1 else "month"
                label = str(year) if month == 1 else context.words(f"date.short.{month:02d}")
                ticks.append(Tick(round(scale(day), 1), label, kind))
    return ticks


def _years(scale: Time) -> list[Year]:
    """The years, cut to what the axis shows."""
    return [
        Year(
            year,
            round(scale(max(scale.first, date(year, 1, 1))), 1),
            round(scale(min(scale.last, date(year, 12, 31))), 1),
        )
        for year in range(scale.first.year, scale.last.year + 1)
    ]

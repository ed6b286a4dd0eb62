"""The map of models, like a metro plan with a line for each track; and the timeline, which has lanes of techniques below it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from catalogue.records import first_date
from catalogue.schema.model import Track

from .. import format
from ..context import Context
from ..format import short_model
from .canvas import Scale, text_width, time_scale, wrapped_text, years_of
from .map_items import (
    INFRASTRUCTURE,
    TECHNIQUES,
    Family,
    Item,
    Stop,
    family_lines,
    lay_out_lane,
    lineage_links,
    timeline_items,
)

WIDTH = 1200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 118.0, 44.0, 40.0, 26.0
_LINE, _TRACK = 38.0, 10.0  # between two lines; more between two tracks
_LEAVE, _APART, _ROUND = 13.0, 8.0, 8.0
_SIZE = 12.5
_NAME_DAYS = 75  # about how long a name is

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class PlacedStop:
    stop: Stop
    name: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    major: bool


@dataclass(frozen=True)
class StopLine:
    path: str
    track: str
    older: str
    younger: str


@dataclass(frozen=True)
class WideMap:
    width: float
    height: float
    stops: Sequence[PlacedStop]
    ways: Sequence[StopLine]
    tracks: Sequence[tuple[str, float]]
    years: Sequence[tuple[str, float]]
    top: float
    bottom: float
    scale: Scale


def lay_out_wide_map(context: Context) -> WideMap:
    found = family_lines(context.catalogue.models.values(), lambda model: _NAME_DAYS)
    rows = _line_heights(found)
    days = [stop.day for stop in found.stops.values()]
    latest = max(*days, *(date.fromisoformat(item.date.first_day) for item in timeline_items(context)))
    scale = time_scale((*days, latest), _LEFT + 20, WIDTH - _RIGHT)
    places = {id_: (scale(stop.day), rows[stop.line]) for id_, stop in found.stops.items()}
    ways, verticals = _map_lines(found, places)
    stops = _place_names(found, places, verticals)
    bottom = rows[-1] + _BOTTOM
    tracks = [(track.value, _track_name_height(found, rows, track)) for track in dict.fromkeys(found.lines)]
    years = [(str(day.year), scale(day)) for day in years_of(scale)]
    return WideMap(WIDTH, round(bottom), stops, ways, tracks, years, _TOP - 22, bottom, scale)


def _line_heights(found: Family) -> list[float]:
    rows = [_TOP]
    for before, after in pairwise(found.lines):
        rows.append(rows[-1] + _LINE + (_TRACK if before is not after else 0))
    return rows


def _track_name_height(found: Family, rows: Sequence[float], track: Track) -> float:
    """At the track's only line, at the first of the general track, between the lines of others."""
    own = [y for y, line in zip(rows, found.lines, strict=True) if line is track]
    return own[0] if track is Track.GENERAL else (own[0] + own[-1]) / 2


def _map_lines(found: Family, places: dict[str, tuple[float, float]]) -> tuple[list[StopLine], list[Rect]]:
    ways, verticals = [], []
    for id_, stop in found.stops.items():
        if stop.parent is None:
            continue
        (x, y), (x1, y1) = places[stop.parent], places[id_]
        if y == y1:
            path = f"M{x:g} {y:g}H{x1:g}"
        else:
            turn = x + min(_LEAVE + stop.rank * _APART, max(3.0, (x1 - x) - _ROUND - 6))
            near, far = min(_ROUND, max(1.0, turn - x)), min(_ROUND, max(1.0, x1 - turn))
            sign = 1 if y1 > y else -1
            path = (
                f"M{x:g} {y:g}H{turn - near:.1f}Q{turn:.1f} {y:g} {turn:.1f} {y + sign * near:.1f}"
                f"V{y1 - sign * far:.1f}Q{turn:.1f} {y1:g} {turn + far:.1f} {y1:g}H{x1:g}"
            )
            verticals.append((turn - 3, min(y, y1) + 4, turn + 3, max(y, y1) - 4))
        ways.append(StopLine(path, stop.model.track.value, stop.parent, id_))
    general = Track.GENERAL.value
    return sorted(ways, key=lambda way: (way.track == general, found.stops[way.younger].day)), verticals


def _place_names(found: Family, places: dict[str, tuple[float, float]], verticals: Sequence[Rect]) -> list[PlacedStop]:
    taken: list[Rect] = [(x - 8, y - 8, x + 8, y + 8) for x, y in places.values()]
    placed: dict[str, PlacedStop] = {}
    by_rank = sorted(found.stops.items(), key=lambda item: (item[1].model.track is not Track.GENERAL, item[1].day))
    for id_, stop in by_rank:
        x, y = places[id_]
        major = stop.model.track is Track.GENERAL
        name = short_model(stop.model.name)
        wide = text_width(name, _SIZE, bold=major)
        _, at, anchor, rect = min(
            (
                (sum(_overlap_area(box, other) for other in (*taken, *verticals)) + cost, place, side, box)
                for place, side, box, cost in _name_candidates(x, y, wide)
            ),
            key=lambda one: one[0],
        )
        taken.append(rect)
        placed[id_] = PlacedStop(stop, name, x, y, round(at[0], 1), round(at[1], 1), anchor, major)
    return [placed[id_] for id_ in found.stops]


def _name_candidates(x: float, y: float, wide: float) -> list[tuple[tuple[float, float], str, Rect, float]]:
    """Places for a name, the best first: place, anchor, box, cost."""
    found = []
    for cost, (dy, shift) in enumerate(
        ((-13, 0), (23, 0), (-13, 0.35), (-13, -0.35), (23, 0.35), (23, -0.35), (-26, 0), (36, 0))
    ):
        middle = min(max(x + shift * wide, wide / 2 + 4), WIDTH - wide / 2 - 4)
        box = (middle - wide / 2 - 2, y + dy - 11, middle + wide / 2 + 2, y + dy + 3)
        found.append(((middle, y + dy), "middle", box, cost * 2.0))
    return found


def _overlap_area(a: Rect, b: Rect) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0


DOWN_WIDTH = 360.0
_DOWN_TOP, _ROW, _MORE, _GAP = 34.0, 34.0, 17.0, 12.0
_DOWN_LEFT, _DOWN_LINE, _DOWN_ROUND = 10.0, 10.5, 7.0
_DOWN_SIZE = 12.5


@dataclass(frozen=True)
class ModelRow:
    id: str
    label: str
    track: str
    x: float
    y: float
    text_x: float
    below: Sequence[Sequence[Item]]
    major: bool


@dataclass(frozen=True)
class StandaloneItems:
    items: Sequence[Item]
    x: float
    y: float


@dataclass(frozen=True)
class NarrowMap:
    width: float
    height: float
    rows: Sequence[ModelRow]
    loose: Sequence[StandaloneItems]
    ways: Sequence[StopLine]
    years: Sequence[tuple[str, float]]


def lay_out_narrow_map(context: Context, more: Mapping[str, Sequence[Item]], alone: Sequence[Item] = ()) -> NarrowMap:
    """`more` are techniques by the model that introduced them, `alone` what no model introduced."""
    found = family_lines(context.catalogue.models.values(), lambda model: 1)
    order = sorted(range(len(found.lines)), key=lambda line: (found.lines[line] is not Track.GENERAL, line))
    columns = {line: _DOWN_LEFT + index * _DOWN_LINE for index, line in enumerate(order)}
    text_x = max(columns.values()) + 13
    room = DOWN_WIDTH - text_x - 4
    rows, loose, years, y = [], list[StandaloneItems](), [], _DOWN_TOP
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
            loose += [StandaloneItems(line, text_x, y + index * _MORE) for index, line in enumerate(lines)]
            y += len(lines) * _MORE + (_GAP if lines else 0)
        below = _wrapped_items(more.get(id_, ()), room)
        places[id_] = (columns[stop.line], y)
        track = stop.model.track
        rows.append(ModelRow(id_, stop.model.name, track.value, *places[id_], text_x, below, track is Track.GENERAL))
        y += _ROW + _MORE * len(below)
    lines = _wrapped_items(waiting, room)
    loose += [StandaloneItems(line, text_x, y + index * _MORE) for index, line in enumerate(lines)]
    y += len(lines) * _MORE
    ways = []
    for id_, stop in found.stops.items():
        if stop.parent is None:
            continue
        (x, y0), (x1, y1) = places[stop.parent], places[id_]
        if x == x1:
            path = f"M{x:g} {y0:g}V{y1:g}"
        else:
            turn = min(y0 + 11 + min(stop.rank, 2) * 5, y1 - _DOWN_ROUND - 3)
            sign = 1 if x1 > x else -1
            path = (
                f"M{x:g} {y0:g}V{turn - 5:g}Q{x:g} {turn:g} {x + sign * 5:g} {turn:g}"
                f"H{x1 - sign * 5:g}Q{x1:g} {turn:g} {x1:g} {turn + 5:g}V{y1:g}"
            )
        ways.append(StopLine(path, stop.model.track.value, stop.parent, id_))
    ways.sort(key=lambda way: way.track == Track.GENERAL.value)
    return NarrowMap(DOWN_WIDTH, round(y + 4), rows, loose, ways, years)


def _wrapped_items(items: Sequence[Item], room: float) -> list[list[Item]]:
    lines: list[list[Item]] = []
    for whole in items:
        parts = wrapped_text(whole.label, _DOWN_SIZE, room, 2)
        item = replace(whole, label="\n".join(parts))
        longer = [*lines[-1], item] if lines and lines[-1] else []
        if longer and len(parts) == 1 and text_width(" · ".join(one.label for one in longer), _DOWN_SIZE) <= room:
            lines[-1] = longer
        else:
            lines += [[item], *([] for _ in parts[1:])]
    return lines


_BETWEEN = 18.0


def timeline_figure(context: Context) -> str:
    found = timeline_items(context)
    drawn = lay_out_wide_map(context)
    models = context.catalogue.models
    top = drawn.height + 4
    lanes = []
    for id_ in (TECHNIQUES, INFRASTRUCTURE):
        lanes.append(lay_out_lane(id_, found, drawn.scale, top, drawn.width))
        top += lanes[-1]["height"] + _BETWEEN
    alone = [item for item in found if item.kind != "model" and not item.carrier]
    return map_html(
        context,
        drawn,
        lay_out_narrow_map(context, _with_models(found), alone),
        round(top - _BETWEEN + 4),
        lanes,
        list(_relation_curves(context, drawn)),
        said=lambda date: format.format_date(date, context.words),
        items={item.id: item for item in found},
        places={item.id: place for place, item in enumerate(found)},
        tracks=[track for track, _ in drawn.tracks],
        years=[str(year) for year in sorted({item.date.first_day[:4] for item in found})],
        total=len(found),
        parents={id_: model.main_parent or "" for id_, model in models.items()},
    )


def map_html(
    context: Context,
    wide: WideMap,
    narrow: NarrowMap,
    height: float,
    lanes: Sequence[Mapping[str, Any]] = (),
    ties: Sequence[Mapping[str, str]] = (),
    **history: object,
) -> str:
    """Both arrangements; a style sheet shows the one that fits. With `history` it is the timeline."""
    models = context.catalogue.models.values()
    dates = {m.id: format.format_month(date, context.words) for m in models if (date := first_date(m))}
    return context.html(
        "map.svg.jinja", a=wide, d=narrow, height=height, lanes=lanes, ties=ties, dates=dates, **history
    )


def lane_name(context: Context, id_: str) -> str:
    return context.words(f"timeline.{id_}" if id_ in (TECHNIQUES, INFRASTRUCTURE) else f"track.{id_}")


def _with_models(found: Sequence[Item]) -> Mapping[str, Sequence[Item]]:
    carried: dict[str, list[Item]] = {}
    for item in found:
        if item.carrier:
            carried.setdefault(item.carrier, []).append(item)
    return carried


def _relation_curves(context: Context, drawn: WideMap) -> Iterator[dict[str, str]]:
    """Relations without a line, shown when an end is pointed at."""
    places = {p.stop.model.id: (p.x, p.y) for p in drawn.stops}
    models = context.catalogue.models
    for older, younger in lineage_links(models.values()):
        if models[younger].main_parent == older or not {older, younger} <= places.keys():
            continue
        (x, y), (x1, y1) = places[older], places[younger]
        if x >= x1:  # a later checkpoint of the younger was built on the older; the family's first day is earlier
            continue
        swing = (x1 - x) * 0.4
        path = f"M{x:g} {y:g}C{x + swing:.1f} {y - 30:g} {x1 - swing:.1f} {y1 - 30:g} {x1:g} {y1:g}"
        yield {"path": path, "older": older, "younger": younger}

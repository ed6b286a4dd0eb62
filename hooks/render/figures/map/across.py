"""The map along a horizontal axis of time: places of stops, paths of lines, labels that lie on nothing.

Lengths are in SVG units, one unit being one CSS pixel at full size. A line leaves its parent's close behind the parent
and runs on its own to the model: it goes forwards in time alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from catalogue.schema.model import Track

from ...context import Context
from ...format import short_model
from ..labels import Time, text_width
from .family import Family, Stop, family_lines

WIDTH = 1200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 118.0, 44.0, 40.0, 26.0
_LINE, _TRACK = 38.0, 10.0  # between two lines; more between two tracks
_LEAVE, _APART, _ROUND = 13.0, 8.0, 8.0
_SIZE = 12.5
_NAME_DAYS = 75  # about how long a name is

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Placed:
    """A stop with its mark's centre and its name's place; `major` on the general line."""

    stop: Stop
    name: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    major: bool


@dataclass(frozen=True)
class Way:
    """The line that leads to a stop."""

    path: str
    track: str
    older: str
    younger: str


@dataclass(frozen=True)
class Across:
    """Everything that the template needs."""

    width: float
    height: float
    stops: Sequence[Placed]
    ways: Sequence[Way]
    tracks: Sequence[tuple[str, float]]
    years: Sequence[tuple[str, float]]
    top: float
    bottom: float
    scale: Time


def lay_out_wide_map(context: Context) -> Across:
    """Give every stop, line and name its place."""
    found = family_lines(context.catalogue.models.values(), lambda model: _NAME_DAYS)
    rows = _line_heights(found)
    days = [stop.day for stop in found.stops.values()]
    scale = Time(min(days), max(days), _LEFT + 20, WIDTH - _RIGHT)
    places = {id_: (scale(stop.day), rows[stop.line]) for id_, stop in found.stops.items()}
    ways, verticals = _map_lines(found, places)
    stops = _place_names(found, places, verticals)
    bottom = rows[-1] + _BOTTOM
    tracks = [(track.value, _track_name_height(found, rows, track)) for track in dict.fromkeys(found.lines)]
    years = [(str(day.year), scale(day)) for day in scale.years()]
    return Across(WIDTH, round(bottom), stops, ways, tracks, years, _TOP - 22, bottom, scale)


def _line_heights(found: Family) -> list[float]:
    rows = [_TOP]
    for before, after in pairwise(found.lines):
        rows.append(rows[-1] + _LINE + (_TRACK if before is not after else 0))
    return rows


def _track_name_height(found: Family, rows: Sequence[float], track: Track) -> float:
    """Where the name of a track stands: at its only line, at the general one's first, between those of the others."""
    own = [y for y, line in zip(rows, found.lines, strict=True) if line is track]
    return own[0] if track is Track.GENERAL else (own[0] + own[-1]) / 2


def _map_lines(found: Family, places: dict[str, tuple[float, float]]) -> tuple[list[Way], list[Rect]]:
    """The lines, and where they run up or down."""
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
        ways.append(Way(path, stop.model.track.value, stop.parent, id_))
    general = Track.GENERAL.value
    return sorted(ways, key=lambda way: (way.track == general, found.stops[way.younger].day)), verticals


def _place_names(found: Family, places: dict[str, tuple[float, float]], verticals: Sequence[Rect]) -> list[Placed]:
    """Each name above its stop, or where it lies on nothing; the general line first."""
    taken: list[Rect] = [(x - 8, y - 8, x + 8, y + 8) for x, y in places.values()]
    order = sorted(
        found.stops, key=lambda id_: (found.stops[id_].model.track is not Track.GENERAL, found.stops[id_].day)
    )
    placed: dict[str, Placed] = {}
    for id_ in order:
        stop, (x, y) = found.stops[id_], places[id_]
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
        placed[id_] = Placed(stop, name, x, y, round(at[0], 1), round(at[1], 1), anchor, major)
    return [placed[id_] for id_ in found.stops]


def _name_candidates(x: float, y: float, wide: float) -> list[tuple[tuple[float, float], str, Rect, float]]:
    """Where a name may stand, the best first: place, anchor, room, and what the place costs."""
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

"""The timeline: the map with lanes of techniques and infrastructure, in rows on a phone; and the poster."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalogue.attention import has_added_indexer
from catalogue.derive.expression import architecture_numbers
from catalogue.records import Entry, first_date, sort_by_date
from catalogue.schema.model import Model, Track

from .. import format
from ..cite import counted_text, counts_of
from ..context import Context
from ..format import short_size
from .architecture.export import FONTS, dark_tokens, light_tokens, public_address
from .architecture.shapes import example_choice, grid_places, hatch_path
from .canvas import bar_path, bars_path, dots_path
from .map import WideMap, lay_out_narrow_map, lay_out_wide_map
from .map_items import INFRASTRUCTURE, TECHNIQUES, Item, Lane, lay_out_lane, lineage_links, timeline_items

_BETWEEN = 18.0


@dataclass(frozen=True)
class RelationCurve:
    """A relation without a line on the map, shown when one of its ends is pointed at."""

    path: str
    older: str
    younger: str


def timeline_figure(context: Context) -> str:
    found = timeline_items(context)
    drawn = lay_out_wide_map(context)
    models = context.catalogue.models
    top = drawn.height + 4
    lanes: list[Lane] = []
    for id_ in (TECHNIQUES, INFRASTRUCTURE):
        lanes.append(lay_out_lane(id_, found, drawn.scale, top, drawn.width))
        top += lanes[-1].height + _BETWEEN
    dates = {
        id_: format.format_month(date, context.words) for id_, model in models.items() if (date := first_date(model))
    }
    return context.html(
        "timeline.svg.jinja",
        a=drawn,
        d=lay_out_narrow_map(
            context, _with_models(found), [item for item in found if item.kind != "model" and not item.carrier]
        ),
        lanes=lanes,
        height=round(top - _BETWEEN + 4),
        dates=dates,
        said=lambda date: format.format_date(date, context.words),
        items={item.id: item for item in found},
        places={item.id: place for place, item in enumerate(found)},
        ties=_relation_curves(context, drawn),
        tracks=[track for track, _ in drawn.tracks],
        years=[str(year) for year in sorted({item.date.first_day[:4] for item in found})],
        total=len(found),
        parents={id_: model.main_parent or "" for id_, model in models.items()},
    )


def lane_name(context: Context, id_: str) -> str:
    return context.words(f"timeline.{id_}" if id_ in (TECHNIQUES, INFRASTRUCTURE) else f"track.{id_}")


def _with_models(found: Sequence[Item]) -> Mapping[str, Sequence[Item]]:
    carried: dict[str, list[Item]] = {}
    for item in found:
        if item.carrier:
            carried.setdefault(item.carrier, []).append(item)
    return carried


def _relation_curves(context: Context, drawn: WideMap) -> list[RelationCurve]:
    places = {p.stop.model.id: (p.x, p.y) for p in drawn.stops}
    models = context.catalogue.models
    found = []
    for link in lineage_links(models.values()):
        if models[link.younger].main_parent == link.older or not {link.older, link.younger} <= places.keys():
            continue
        (x, y), (x1, y1) = places[link.older], places[link.younger]
        if x >= x1:  # a later checkpoint of the younger was built on the older; the family's first day is earlier
            continue
        swing = (x1 - x) * 0.4
        found.append(
            RelationCurve(
                f"M{x:g} {y:g}C{x + swing:.1f} {y - 30:g} {x1 - swing:.1f} {y1 - 30:g} {x1:g} {y1:g}",
                link.older,
                link.younger,
            )
        )
    return found


PATHS = {"light": "assets/poster.svg", "dark": "assets/poster-dark.svg"}
_CELL, _HIGH = 186.0, 350.0  # of a family at least
_A3 = math.sqrt(2)
_MARGIN, _HEAD, _TRACK, _FOOT = 36.0, 92.0, 26.0, 42.0
_STACK, _LAYER, _UNIT, _PITCH, _PER_ROW = 158.0, 1.18, 0.0085, 4.4, 16
_GROUND, _SIDE, _BAR, _LONG = 282.0, 74.0, 292.0, 160.0


@dataclass(frozen=True)
class PosterCell:
    x: float
    y: float
    model: str
    name: str
    date: str
    stack: str = ""
    lines: str = ""
    dense: bool = True
    routed: str = ""
    active: str = ""
    square: str = ""
    filled: str = ""
    bar: str = ""
    hatch: str = ""
    layers: str = ""
    experts: str = ""
    total: str = ""
    total_x: float = 0
    activated: str = ""
    cache: str = ""
    attention: str = ""


@dataclass(frozen=True)
class PosterLayout:
    width: float
    height: float
    cells: tuple[PosterCell, ...]
    tracks: tuple[tuple[float, float, float, str], ...]  # x, y, width, name


def poster_files(context: Context, address: str) -> dict[str, str]:
    """The poster in both schemes, by path; a local `address` is left out of it."""
    poster = poster_sheet(context)
    words, models = context.words, sort_by_date(context.catalogue.models.values())
    dates = [date for model in models if (date := first_date(model))]
    shown = {
        "title": words("poster.title"),
        "span": words(
            "poster.span",
            count=len(models),
            first=format.format_month(dates[0], words) if dates else "",
            last=format.format_month(dates[-1], words) if dates else "",
        ),
        "credit": words("poster.credit"),
        "address": public_address(address),
    }
    return {
        path: context.html(
            "poster.svg.jinja", p=poster, t=light_tokens() if scheme == "light" else dark_tokens(), fonts=FONTS, **shown
        )
        + "\n"
        for scheme, path in PATHS.items()
    }


def poster_sheet(context: Context) -> PosterLayout:
    """Tracks in rows on a sheet with the proportions of A3, whatever their number."""
    models = sort_by_date(context.catalogue.models.values())
    tracks = [(track, [model for model in models if model.track is track]) for track in Track]
    flagships = [context.catalogue.flagship(model) for model in models]
    scale = _PosterScale(
        max((_stated_number(entry.variant.parameters.total) for entry in flagships), default=0.0),
        max(
            (entry.recount.kv_cache.value for entry in flagships if entry.recount and entry.recount.kv_cache), default=0
        ),
    )
    columns = min(
        range(4, len(models) + 5), key=lambda count: abs(math.log(_sheet_proportion(_track_runs(tracks, count), count)))
    )
    runs = _track_runs(tracks, columns)
    rows = max((run.row for run in runs), default=0) + 1
    width, height = _sheet_sides(columns, rows)
    wide = (width - 2 * _MARGIN + 14) / columns
    high = (height - _HEAD - _FOOT) / rows
    cells: list[PosterCell] = []
    heads: list[tuple[float, float, float, str]] = []
    for run in runs:
        x, y = round(_MARGIN + run.column * wide, 1), round(_HEAD + run.row * high, 1)
        heads.append((x, y, round(len(run.members) * wide - 14, 1), context.words(f"track.{run.track.value}")))
        for index, model in enumerate(run.members):
            cells.append(_poster_cell(context, model, scale, round(x + index * wide, 1), y + _TRACK))
    return PosterLayout(round(width, 1), round(height, 1), tuple(cells), tuple(heads))


@dataclass(frozen=True)
class _TrackRun:
    """Families of a track side by side."""

    track: Track
    members: Sequence[Model]
    column: int
    row: int


def _track_runs(tracks: Sequence[tuple[Track, Sequence[Model]]], columns: int) -> list[_TrackRun]:
    runs: list[_TrackRun] = []
    column = row = 0
    for track, members in tracks:
        for start in range(0, len(members), columns):
            part = members[start : start + columns]
            if column + len(part) > columns:
                column, row = 0, row + 1
            runs.append(_TrackRun(track, part, column, row))
            column += len(part)
    return runs


def _sheet_proportion(runs: Sequence[_TrackRun], columns: int) -> float:
    """Width by height of the closest sheet, relative to A3."""
    rows = max((run.row for run in runs), default=0) + 1
    return _least_width(columns) / _least_height(rows) / _A3


def _least_width(columns: int) -> float:
    return 2 * _MARGIN + columns * _CELL - 14


def _least_height(rows: int) -> float:
    return _HEAD + rows * (_TRACK + _HIGH) + _FOOT


def _sheet_sides(columns: int, rows: int) -> tuple[float, float]:
    width, height = _least_width(columns), _least_height(rows)
    return max(width, height * _A3), max(height, width / _A3)


@dataclass(frozen=True)
class _PosterScale:
    """The largest parameters and cache of all."""

    parameters: float
    cache: int


def _poster_cell(context: Context, model: Model, scale: _PosterScale, x: float, y: float) -> PosterCell:
    entry, words = context.catalogue.flagship(model), context.words
    date = first_date(model)
    drawn: dict[str, object] = {}
    for part in (
        _network_drawing(context, entry),
        _parameter_areas(context, entry, scale),
        _cache_bar(context, entry, scale),
    ):
        drawn.update(part)
    if not drawn:
        drawn["layers"] = words("poster.nothing")
    name = short_size(entry.variant.name)
    return PosterCell(x, y, model.id, name, format.format_month(date, words) if date else "", **drawn)  # type: ignore[arg-type]


def _network_drawing(context: Context, entry: Entry) -> Iterator[tuple[str, object]]:
    if entry.architecture is None:
        return
    words, numbers = context.words, architecture_numbers(entry.architecture)
    layers, hidden = numbers.get("num_hidden_layers"), numbers.get("hidden_size")
    if layers is None or hidden is None:
        return
    width, top = hidden * _UNIT, _STACK - layers * _LAYER
    yield "stack", bar_path(0, top, width, layers * _LAYER)
    yield "lines", bars_path((0, top + index * _LAYER, width, _LAYER) for index in range(0, layers, 4))
    yield "layers", words("poster.layers", layers=layers, width=format.format_integer(hidden))
    kind = entry.architecture.attention.value
    yield "attention", f"{kind or ''}{' + DSA' if has_added_indexer(entry.architecture) else ''}"
    routed, active = numbers.get("n_routed_experts", 0), numbers.get("num_experts_per_tok", 0)
    if not routed:
        yield "experts", words("line.dense")
        return
    groups = numbers.get("n_group", 1) if numbers.get("topk_group") else 1
    chosen = set(example_choice(routed, active, groups, numbers.get("topk_group", 0), entry.architecture_owner)[1])
    places = grid_places(routed, _PER_ROW, _PITCH, 84, _STACK - -(-routed // _PER_ROW) * _PITCH)
    yield "dense", False
    yield "routed", dots_path(place for index, place in enumerate(places) if index not in chosen)
    yield "active", dots_path(place for index, place in enumerate(places) if index in chosen)
    shared = numbers.get("n_shared_experts", 0)
    yield (
        "experts",
        words("poster.experts_shared" if shared else "poster.experts", active=active, all=routed, shared=shared),
    )


def _parameter_areas(context: Context, entry: Entry, scale: _PosterScale) -> Iterator[tuple[str, object]]:
    parameters = entry.variant.parameters
    total, active = _stated_number(parameters.total), _stated_number(parameters.activated)
    if not total or parameters.total.value is None:
        return
    side = _square_side(total, scale)
    yield "square", bar_path(0, _GROUND - side, side, side)
    dense = entry.architecture is not None and "n_routed_experts" not in architecture_numbers(entry.architecture)
    if active or dense:
        inner = _square_side(active or total, scale)
        yield "filled", bar_path(0, _GROUND - inner, inner, inner)
    counts = counted_text(context.words, counts_of(parameters.total))
    yield "total", format.format_quantity(parameters.total.value, context.words) + counts
    yield "total_x", round(side + 8, 1)
    if active and parameters.activated is not None and parameters.activated.value is not None:
        yield (
            "activated",
            context.words("line.active", count=format.format_quantity(parameters.activated.value, context.words))
            + counted_text(context.words, counts_of(parameters.activated)),
        )


def _square_side(number: float, scale: _PosterScale) -> float:
    return max(1.2, _SIDE * math.sqrt(number / scale.parameters))


def _cache_bar(context: Context, entry: Entry, scale: _PosterScale) -> Iterator[tuple[str, object]]:
    kept = entry.recount.kv_cache if entry.recount else None
    if kept is None:
        return
    width = max(1.5, _LONG * kept.value / scale.cache)
    yield "bar", bar_path(0, _BAR, width, 11)
    yield "hatch", hatch_path(0, _BAR, width, 11) if width > 4 else ""
    yield "cache", context.words("poster.cache", count=format.format_integer(kept.value))


def _stated_number(stated: object) -> float:
    value = getattr(getattr(stated, "value", None), "value", None)
    return float(value) if isinstance(value, Decimal | int) else 0.0

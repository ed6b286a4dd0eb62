"""All models to one scale: how they grew, the flagships beside the map on the home page, and the poster."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from catalogue.attention import has_added_indexer
from catalogue.derive.expression import architecture_numbers
from catalogue.records import Catalogue, Entry, first_date, sort_by_date
from catalogue.schema.model import Model, Size, Track
from catalogue.schema.quantities import Count
from catalogue.schema.values import PartialDate

from .. import assets, format
from ..cite import counted_text, counted_words, counts_of
from ..context import Context
from ..format import short_size
from .architecture.shapes import example_choice, grid_places, hatch_path
from .canvas import (
    BOLD,
    FONTS,
    bar_path,
    bars_path,
    cut_text,
    dark_tokens,
    dots_path,
    light_tokens,
    public_address,
    text_width,
    wrapped_text,
)
from .map import lay_out_narrow_map, lay_out_wide_map, map_html

_LAYER, _UNIT = 1.1, 0.0058  # heights of a layer, and width per element
_PITCH, _PER_ROW = 4.2, 16
_HEIGHT = 112.0
_WIDTH = 132.0
_LEAST = 40.0  # room for the layers of a narrow model, so that pictures stand below each other


def general_line(catalogue: Catalogue) -> list[Entry]:
    """Each architecture once, the oldest first."""
    found: dict[str, Entry] = {}
    for model in sort_by_date(catalogue.models.values()):
        entry = catalogue.flagship(model)
        if model.track is Track.GENERAL and entry.architecture is not None:
            owner = catalogue.entries[entry.architecture_owner]
            if owner.model.id == model.id:
                found.setdefault(entry.architecture_owner, entry)
    return list(found.values())


def network_thumbnail(entry: Entry) -> dict[str, Any]:
    assert entry.architecture is not None
    numbers = architecture_numbers(entry.architecture)
    layers, width = numbers["num_hidden_layers"], numbers["hidden_size"] * _UNIT
    routed = numbers.get("n_routed_experts", 0)
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        **_stack_paths(layers, width, _LAYER, _HEIGHT),
        **_expert_paths(entry, routed, _PITCH, max(width, _LEAST) + 12, _HEIGHT),
        "layer_count": layers,
        "experts": (numbers.get("num_experts_per_tok", 0), routed) if routed else None,
        "shared": numbers.get("n_shared_experts", 0),
        "dense": not routed,
    }


def _stack_paths(layers: int, width: float, layer: float, ground: float) -> dict[str, str]:
    """A bar for all layers, and every fourth."""
    top = ground - layers * layer
    fourth = bars_path((0, top + index * layer, width, layer) for index in range(0, layers, 4))
    return {"stack": bar_path(0, top, width, layers * layer), "lines": fourth}


def _expert_paths(entry: Entry, routed: int, pitch: float, left: float, ground: float) -> dict[str, str]:
    filled = chosen_experts(entry)
    places = grid_places(routed, _PER_ROW, pitch, left, ground - -(-routed // _PER_ROW) * pitch)
    return {
        "routed": dots_path(place for index, place in enumerate(places) if index not in filled),
        "active": dots_path(place for index, place in enumerate(places) if index in filled),
    }


def chosen_experts(entry: Entry) -> set[int]:
    """Example experts of a token; empty for a dense model."""
    numbers = architecture_numbers(entry.architecture) if entry.architecture is not None else {}
    routed, active, reached = (
        numbers.get(name, 0) for name in ("n_routed_experts", "num_experts_per_tok", "topk_group")
    )
    groups = numbers.get("n_group", 1) if reached else 1
    return set(example_choice(routed, active, groups, reached, entry.architecture_owner)[1])


def model_cards(context: Context) -> Markup:
    cards = [_model_card(context, entry) for entry in general_line(context.catalogue)]
    return Markup(context.html("home_line.html.jinja", cards=cards))


def _model_card(context: Context, entry: Entry) -> dict[str, object]:
    words, parameters = context.words, entry.variant.parameters
    date = first_date(entry.model)
    assert entry.architecture is not None
    drawn = network_thumbnail(entry)
    active, routed = drawn["experts"] or (0, 0)
    experts = words("line.figure_experts", active=active, all=routed) if routed else ""
    hidden = entry.architecture.hidden_size.value
    return {
        "id": entry.model.id,
        "name": short_size(entry.variant.name),
        "day": date.text if date else "",
        "date": format.format_month(date, words) if date else "",
        "drawn": drawn,
        "alternative": words(
            "line.figure",
            name=entry.variant.name,
            layers=drawn["layer_count"],
            width=format.format_integer(hidden) if hidden else "",
            experts=experts,
        ),
        "total": _size_text(parameters.total),
        "total_counts": counted_text(words, counts_of(parameters.total)),
        "active": _size_text(parameters.activated),
        "active_counts": counted_text(words, counts_of(parameters.activated)),
        "attention": entry.architecture.attention.value or "",
        "indexed": has_added_indexer(entry.architecture),
    }


def _size_text(size: Size[Count] | None) -> str:
    return format.format_quantity(size.value) if size is not None and size.value is not None else ""


def home_map(context: Context) -> Markup:

    wide, narrow = lay_out_wide_map(context), lay_out_narrow_map(context, {})
    return Markup(map_html(context, wide, narrow, wide.height))


_HERO_WIDTH, _LEFT, _MOST_COLUMNS = 664.0, 30.0, 7
_TOP, _BOTTOM = 62.0, 168.0
_BARS, _GROUND = 74.0, 334.0
_NARROW, _ROW = 340.0, 46.0
_SIZE, _GAP, _NAME = 12.5, 6.0, 84.0  # of letters, between two texts side by side, and room for a name


def home_lead(context: Context) -> Markup:
    _, grew, shrank = _hero_sizes(context)
    return Markup('<p class="ds-lead">{}</p>').format(context.words("hero.lead", grew=grew, shrank=shrank))


def home_hero(context: Context) -> Markup:
    words = context.words
    sizes, grew, shrank = _hero_sizes(context)
    said = words("punctuation.gap").join(
        words(
            "hero.said" if s["active"] else "hero.said_dense",
            **{key: s[key] for key in ("name", "date", "total", "active", "cache")},
        )
        for s in sizes
    )
    return Markup(
        context.html(
            "home_hero.svg.jinja",
            sizes=sizes,
            floor=_BOTTOM,
            grew=words("hero.grew", times=grew),
            shrank=words("hero.shrank", times=shrank),
            alternative=words("hero.alternative", said=said),
            ground=_GROUND,
            width=max(_HERO_WIDTH, max((s["x"] + _last_column([s["date"]]) for s in sizes), default=0)),
            narrow_height=72 + len(sizes) * _ROW * 2 + 66,
            second=72 + len(sizes) * _ROW + 44,
            hatch=hatch_path,
        )
    )


def _hero_sizes(context: Context) -> tuple[list[dict[str, Any]], str, str]:
    known = [
        entry
        for entry in general_line(context.catalogue)
        if entry.variant.parameters.total.value and entry.recount and entry.recount.kv_cache and first_date(entry.model)
    ]
    entries = _as_many_as_fit(known)
    totals = [_numeric_value(entry.variant.parameters.total.value) for entry in entries]
    actives = [
        _numeric_value(a.value) if (a := entry.variant.parameters.activated) is not None and a.value else None
        for entry in entries
    ]
    caches = [entry.recount.kv_cache.value for entry in entries if entry.recount and entry.recount.kv_cache]
    largest = float(max(totals))
    dates = [first_date(entry.model) for entry in entries]
    step, months = _column_spacing(context, [short_size(entry.variant.name) for entry in entries], dates)
    found = []
    for index, (entry, total, active, cache) in enumerate(zip(entries, totals, actives, caches, strict=True)):
        share, of_all, at_work = cache / max(caches), float(total) / largest, float(active or 0) / largest
        found.append(
            {
                "id": entry.model.id,
                "name": cut_text(short_size(entry.variant.name), _SIZE * BOLD, step - _GAP),
                "date": months[index],
                "total": _size_text(entry.variant.parameters.total),
                "active": _size_text(entry.variant.parameters.activated),
                "cache": format.format_integer(cache),
                "x": round(_LEFT + index * step, 1),
                "total_high": round(of_all * (_BOTTOM - _TOP), 1),
                "active_high": round(max(1.0, at_work * (_BOTTOM - _TOP)), 1) if active else 0,
                "bar": round(max(1.5, share * _BARS), 1),
                "row": round(index * _ROW, 1),
                "total_long": round(max(1.5, of_all * (_NARROW - 170)), 1),
                "active_long": round(max(1.0, at_work * (_NARROW - 170)), 1) if active else 0,
                "long": round(max(1.5, share * (_NARROW - 170)), 1),
            }
        )
    grew = format.format_significant(max(totals) / totals[0], 2)
    shrank = format.format_significant(Decimal(caches[0]) / min(caches), 3)
    return found, grew, shrank


def _as_many_as_fit(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The youngest, beside the first, the largest and the one with the least cache: with more columns letters are too small."""
    totals = [_numeric_value(entry.variant.parameters.total.value) for entry in entries]
    caches = [entry.recount.kv_cache.value for entry in entries if entry.recount and entry.recount.kv_cache]
    if len(entries) <= _MOST_COLUMNS:
        return entries
    told = {0, totals.index(max(totals)), caches.index(min(caches))}
    others = [at for at in range(len(entries)) if at not in told]
    return [entries[at] for at in sorted((*told, *others[len(told) - _MOST_COLUMNS :]))]


def _column_spacing(
    context: Context, names: Sequence[str], dates: Sequence[PartialDate | None]
) -> tuple[float, list[str]]:
    """Distance of columns and their months, in digits where words have no room."""
    written = [format.format_month(date, context.words) if date else "" for date in dates]
    fits = (_HERO_WIDTH - _LEFT - _last_column(written[-1:])) / max(1, len(names) - 1)
    if _widest_text(written) + _GAP > fits:
        written = [date.text[:7] if date else "" for date in dates]
    return max(fits, _widest_text(written) + _GAP, min(_widest_text(names, bold=True), _NAME) + _GAP), written


def _last_column(months: Sequence[str]) -> float:
    return max(78, _widest_text(months) + 6)


def _widest_text(texts: Sequence[str], bold: bool = False) -> float:
    return max((text_width(text, _SIZE, bold) for text in texts), default=0.0)


def _numeric_value(quantity: object) -> Decimal:
    return Decimal(getattr(quantity, "value"))  # noqa: B009


POSTER_PATHS = {"light": "assets/poster.svg", "dark": "assets/poster-dark.svg"}
_CELL, _HIGH = 186.0, 350.0  # of a family at least
_A3 = math.sqrt(2)
_MARGIN, _HEAD, _TRACK, _FOOT = 36.0, 92.0, 26.0, 42.0
_STACK, _POSTER_LAYER, _POSTER_UNIT, _POSTER_PITCH = 158.0, 1.18, 0.0085, 4.4
_POSTER_GROUND, _SIDE, _BAR, _LONG = 282.0, 74.0, 292.0, 160.0


# What a cell of the poster may lack.
_PARTS = (
    *("stack", "lines", "tall", "routed", "active", "square", "side", "filled", "bar", "hatch", "layers", "experts"),
    *("weights", "cache", "attention"),
)


@dataclass(frozen=True)
class PosterLayout:
    width: float
    height: float
    cells: list[dict[str, Any]]
    tracks: tuple[tuple[float, float, float, str], ...]  # x, y, width, name


def poster_files(context: Context, address: str) -> dict[str, str]:
    """The poster in both schemes, by path; a local `address` is left out of it."""
    poster = poster_sheet(context)
    words, models = context.words, sort_by_date(context.catalogue.models.values())
    dates = [date for model in models if (date := first_date(model))]
    first, last = (format.format_month(dates[at], words) if dates else "" for at in (0, -1))
    shown = {
        "faces": assets.embedded_faces(),
        "title": words("poster.title").replace("'", "’"),
        "span": words("poster.span", count=len(models), first=first, last=last),
        "credit": words("poster.credit"),
        "address": public_address(address),
    }
    tokens = {"light": light_tokens(), "dark": dark_tokens()}
    return {
        path: context.html("poster.svg.jinja", p=poster, t=tokens[scheme], fonts=FONTS, **shown) + "\n"
        for scheme, path in POSTER_PATHS.items()
    }


def poster_sheet(context: Context) -> PosterLayout:
    """Tracks in rows on a sheet with the proportions of A3, whatever their number."""
    models = sort_by_date(context.catalogue.models.values())
    tracks = [(track, [model for model in models if model.track is track]) for track in Track]
    flagships = [context.catalogue.flagship(model) for model in models]
    caches = (entry.recount.kv_cache.value for entry in flagships if entry.recount and entry.recount.kv_cache)
    largest = max((_stated_number(entry.variant.parameters.total) for entry in flagships), default=0.0)
    most = largest, max(caches, default=0)
    columns = min(range(4, len(models) + 5), key=lambda count: abs(math.log(_sheet_proportion(tracks, count))))
    runs = _track_runs(tracks, columns)
    rows = _row_count(runs)
    least_width, least_height = _least_width(columns), _least_height(rows)
    width, height = max(least_width, least_height * _A3), max(least_height, least_width / _A3)
    wide = (width - 2 * _MARGIN + 14) / columns
    high = (height - _HEAD - _FOOT) / rows
    cells: list[dict[str, Any]] = []
    heads: list[tuple[float, float, float, str]] = []
    for run in runs:
        x, y = round(_MARGIN + run.column * wide, 1), round(_HEAD + run.row * high, 1)
        heads.append((x, y, round(len(run.members) * wide - 14, 1), context.words(f"track.{run.track.value}")))
        for index, model in enumerate(run.members):
            cells.append(_poster_cell(context, model, *most, round(x + index * wide, 1), y + _TRACK))
    return PosterLayout(round(width, 1), round(height, 1), cells, tuple(heads))


@dataclass(frozen=True)
class _TrackRun:
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


def _row_count(runs: Sequence[_TrackRun]) -> int:
    return max((run.row for run in runs), default=0) + 1


def _sheet_proportion(tracks: Sequence[tuple[Track, Sequence[Model]]], columns: int) -> float:
    """Width by height of the closest sheet, relative to A3."""
    return _least_width(columns) / _least_height(_row_count(_track_runs(tracks, columns))) / _A3


def _least_width(columns: int) -> float:
    return 2 * _MARGIN + columns * _CELL - 14


def _least_height(rows: int) -> float:
    return _HEAD + rows * (_TRACK + _HIGH) + _FOOT


def _poster_cell(context: Context, model: Model, largest: float, longest: int, x: float, y: float) -> dict[str, Any]:
    entry, words = context.catalogue.flagship(model), context.words
    date = first_date(model)
    drawn: dict[str, Any] = dict(_network_drawing(context, entry))
    drawn.update(_parameter_areas(context, entry, largest))
    drawn.update(_cache_bar(context, entry, longest))
    shown = format.format_month(date, words) if date else ""
    head = {"x": x, "y": y, "model": model.id, "name": short_size(entry.variant.name), "date": shown, "dense": True}
    return head | dict.fromkeys(_PARTS, "") | (drawn or {"layers": words("poster.nothing")})


def _network_drawing(context: Context, entry: Entry) -> Iterator[tuple[str, object]]:
    if entry.architecture is None:
        return
    words, numbers = context.words, architecture_numbers(entry.architecture)
    layers, hidden = numbers.get("num_hidden_layers"), numbers.get("hidden_size")
    if layers is None or hidden is None:
        return
    routed, active = numbers.get("n_routed_experts", 0), numbers.get("num_experts_per_tok", 0)
    grid = -(-routed // _PER_ROW) * _POSTER_PITCH
    yield "tall", round(max(layers * _POSTER_LAYER, grid + 3), 1)
    yield from _stack_paths(layers, hidden * _POSTER_UNIT, _POSTER_LAYER, _STACK).items()
    yield "layers", words("poster.layers", layers=layers, width=format.format_integer(hidden))
    kind = entry.architecture.attention.value
    yield (
        "attention",
        f"{format.attention_name(kind, words) if kind else ''}{' + DSA' if has_added_indexer(entry.architecture) else ''}",
    )
    if not routed:
        yield "experts", words("line.dense")
        return
    yield "dense", False
    yield from _expert_paths(entry, routed, _POSTER_PITCH, 84, _STACK).items()
    shared = numbers.get("n_shared_experts", 0)
    key = "poster.experts_shared" if shared else "poster.experts"
    yield "experts", words(key, active=active, all=routed, shared=shared)


def _parameter_areas(context: Context, entry: Entry, largest: float) -> Iterator[tuple[str, object]]:
    parameters = entry.variant.parameters
    total, active = _stated_number(parameters.total), _stated_number(parameters.activated)
    if not total or parameters.total.value is None:
        return
    side = _square_side(total / largest)
    yield "square", bar_path(0, _POSTER_GROUND - side, side, side)
    dense = entry.architecture is not None and "n_routed_experts" not in architecture_numbers(entry.architecture)
    if active or dense:
        inner = _square_side((active or total) / largest)
        yield "filled", bar_path(0, _POSTER_GROUND - inner, inner, inner)
    said = {"total": format.format_quantity(parameters.total.value, context.words)}
    notes = {"total": counts_of(parameters.total)}
    if active and parameters.activated is not None and parameters.activated.value is not None:
        count = format.format_quantity(parameters.activated.value, context.words)
        said["activated"] = context.words("line.active", count=count)
        notes["activated"] = counts_of(parameters.activated)
    lines: list[tuple[str, str]] = []
    for what, number in said.items():
        note = notes[what]
        text = counted_words(context.words, note) if note else ""
        lines.append(("b" if what == "total" else "", number))
        if text and what == [name for name in said if notes[name] is note][-1]:  # once, behind what it holds for
            lines += [("", line) for line in wrapped_text(text, 13, _CELL - 22 - side, most=2)]
    yield "side", round(side, 1)
    x, y = round(side + 8, 1), _POSTER_GROUND - 1 - 17 * (len(lines) - 1)
    yield "weights", [(kind, x, y + 17 * row, line) for row, (kind, line) in enumerate(lines)]


def _square_side(share: float) -> float:
    return max(1.2, _SIDE * math.sqrt(share))


def _cache_bar(context: Context, entry: Entry, longest: int) -> Iterator[tuple[str, object]]:
    kept = entry.recount.kv_cache if entry.recount else None
    if kept is None:
        return
    width = max(1.5, _LONG * kept.value / longest)
    yield "bar", bar_path(0, _BAR, width, 11)
    yield "hatch", hatch_path(0, _BAR, width, 11) if width > 4 else ""
    yield "cache", context.words("poster.cache", count=format.format_integer(kept.value))


def _stated_number(stated: object) -> float:
    value = getattr(getattr(stated, "value", None), "value", None)
    return float(value) if isinstance(value, Decimal | int) else 0.0

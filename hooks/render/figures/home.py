"""Figures of the home page: how models grew, and the flagships to one scale beside the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from catalogue.attention import has_added_indexer
from catalogue.derive.expression import architecture_numbers
from catalogue.records import Catalogue, Entry, first_date, sort_by_date
from catalogue.schema.model import Size, Track
from catalogue.schema.quantities import Count
from catalogue.schema.values import PartialDate

from .. import format
from ..cite import counted_text, counts_of
from ..context import Context
from ..format import short_size
from .architecture.shapes import example_choice, grid_places, hatch_path
from .canvas import BOLD, Log, bar_path, bars_path, cut_text, dots_path, text_width
from .map import lay_out_narrow_map, lay_out_wide_map

_LAYER, _UNIT = 1.1, 0.0058  # heights of a layer, and width per element
_PITCH, _PER_ROW = 4.2, 16
_HEIGHT = 112.0
_WIDTH = 132.0
_LEAST = 40.0  # room for the layers of a narrow model, so that pictures stand below each other


@dataclass(frozen=True)
class Thumbnail:
    """A model in small, as path data: every fourth layer, all experts, the chosen ones."""

    width: float
    height: float
    layers: str
    thin: str
    routed: str
    active: str
    layer_count: int
    experts: tuple[int, int] | None
    shared: int
    dense: bool


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


def network_thumbnail(entry: Entry) -> Thumbnail:
    assert entry.architecture is not None
    numbers = architecture_numbers(entry.architecture)
    layers, hidden = numbers["num_hidden_layers"], numbers["hidden_size"]
    width, height = hidden * _UNIT, layers * _LAYER
    top = _HEIGHT - height
    thick = bars_path((0, top + index * _LAYER, width, _LAYER) for index in range(0, layers, 4))
    thin = bar_path(0, top, width, height)
    right = max(width, _LEAST) + 12
    routed, active = numbers.get("n_routed_experts", 0), numbers.get("num_experts_per_tok", 0)
    groups = numbers.get("n_group", 1) if numbers.get("topk_group") else 1
    filled = (
        set(example_choice(routed, active, groups, numbers.get("topk_group", 0), entry.architecture_owner)[1])
        if routed
        else set()
    )
    rows = -(-routed // _PER_ROW)
    places = grid_places(routed, _PER_ROW, _PITCH, right, _HEIGHT - rows * _PITCH)
    shared = numbers.get("n_shared_experts", 0)
    return Thumbnail(
        _WIDTH,
        _HEIGHT,
        thick,
        thin,
        dots_path(place for index, place in enumerate(places) if index not in filled),
        dots_path(place for index, place in enumerate(places) if index in filled),
        layers,
        (active, routed) if routed else None,
        shared,
        not routed,
    )


def model_cards(context: Context) -> Markup:
    cards = [_model_card(context, entry) for entry in general_line(context.catalogue)]
    return Markup(context.html("home_line.html.jinja", cards=cards))


def _model_card(context: Context, entry: Entry) -> dict[str, object]:
    words, parameters = context.words, entry.variant.parameters
    date = first_date(entry.model)
    assert entry.architecture is not None
    drawn = network_thumbnail(entry)
    experts = words("line.figure_experts", active=drawn.experts[0], all=drawn.experts[1]) if drawn.experts else ""
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
            layers=drawn.layer_count,
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
    """Both arrangements; a style sheet shows the one that fits."""
    words = context.words
    dates = {
        id_: format.format_month(date, words)
        for id_, model in context.catalogue.models.items()
        if (date := first_date(model))
    }
    return Markup(
        context.html(
            "map.svg.jinja", a=lay_out_wide_map(context), d=lay_out_narrow_map(context, {}), dates=dates, caption=False
        )
    )


_HERO_WIDTH, _LEFT = 664.0, 30.0
_TOP, _BOTTOM = 62.0, 176.0
_BARS, _GROUND = 74.0, 334.0
_NARROW, _ROW = 340.0, 46.0
_SIZE, _GAP, _NAME = 12.5, 6.0, 84.0  # of letters, between two texts side by side, and room for a name


@dataclass(frozen=True)
class HeroSize:
    id: str
    name: str
    date: str
    total: str
    active: str
    cache: str
    x: float
    total_y: float
    active_y: float | None
    bar: float
    row: float
    total_x: float
    active_x: float | None
    long: float


def home_hero(context: Context) -> Markup:
    words = context.words
    sizes, ticks, grew, shrank = _hero_sizes(context)
    said = words("punctuation.gap").join(
        words(
            f"hero.said{'' if s.active else '_dense'}",
            name=s.name,
            date=s.date,
            total=s.total,
            active=s.active,
            cache=s.cache,
        )
        for s in sizes
    )
    return Markup(
        context.html(
            "home_hero.svg.jinja",
            sizes=sizes,
            ticks=ticks,
            grew=words("hero.grew", times=grew),
            shrank=words("hero.shrank", times=shrank),
            alternative=words("hero.alternative", said=said),
            ground=_GROUND,
            width=max(_HERO_WIDTH, max((s.x for s in sizes), default=0) + 78),
            narrow_height=72 + len(sizes) * _ROW * 2 + 66,
            second=72 + len(sizes) * _ROW + 44,
            hatch=hatch_path,
        )
    )


def _hero_sizes(context: Context) -> tuple[list[HeroSize], Sequence[tuple[str, float]], str, str]:
    entries = [
        entry
        for entry in general_line(context.catalogue)
        if entry.variant.parameters.total.value and entry.recount and entry.recount.kv_cache and first_date(entry.model)
    ]
    totals = [_numeric_value(entry.variant.parameters.total.value) for entry in entries]
    actives = [
        _numeric_value(a.value) if (a := entry.variant.parameters.activated) is not None and a.value else None
        for entry in entries
    ]
    caches = [entry.recount.kv_cache.value for entry in entries if entry.recount and entry.recount.kv_cache]
    least = min(float(value) for value in [*totals, *actives] if value)
    scale = Log(least * 0.8, float(max(totals)), _BOTTOM, _TOP)
    across = Log(least * 0.8, float(max(totals)), 110, _NARROW - 70)
    dates = [first_date(entry.model) for entry in entries]
    step, months = _column_spacing(context, [short_size(entry.variant.name) for entry in entries], dates)
    found = []
    for index, (entry, total, active, cache) in enumerate(zip(entries, totals, actives, caches, strict=True)):
        stated = entry.variant.parameters.activated
        share = cache / max(caches)
        found.append(
            HeroSize(
                entry.model.id,
                cut_text(short_size(entry.variant.name), _SIZE * BOLD, step - _GAP),
                months[index],
                format.format_quantity(entry.variant.parameters.total.value)
                if entry.variant.parameters.total.value
                else "",
                format.format_quantity(stated.value) if stated is not None and stated.value else "",
                format.format_integer(cache),
                round(_LEFT + index * step, 1),
                scale(float(total)),
                scale(float(active)) if active else None,
                round(max(1.5, share * _BARS), 1),
                round(index * _ROW, 1),
                across(float(total)),
                across(float(active)) if active else None,
                round(max(1.5, share * (_NARROW - 170)), 1),
            )
        )
    ticks = [(format.format_tick(value), scale(value)) for value in scale.ticks()]
    grew = format.format_significant(max(totals) / totals[0], 2)
    shrank = format.format_significant(Decimal(caches[0]) / min(caches), 3)
    return found, ticks, grew, shrank


def _column_spacing(
    context: Context, names: Sequence[str], dates: Sequence[PartialDate | None]
) -> tuple[float, list[str]]:
    """Distance of columns and their months, in digits where words have no room."""
    fits = (_HERO_WIDTH - _LEFT - 78) / max(1, len(names) - 1)
    written = [format.format_month(date, context.words) if date else "" for date in dates]
    if _widest_text(written) + _GAP > fits:
        written = [date.text[:7] if date else "" for date in dates]
    return max(fits, _widest_text(written) + _GAP, min(_widest_text(names, bold=True), _NAME) + _GAP), written


def _widest_text(texts: Sequence[str], bold: bool = False) -> float:
    return max((text_width(text, _SIZE, bold) for text in texts), default=0.0)


def _numeric_value(quantity: object) -> Decimal:
    return Decimal(getattr(quantity, "value"))  # noqa: B009

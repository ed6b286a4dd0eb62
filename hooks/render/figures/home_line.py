"""The general line on the home page: its models drawn to one scale, small, and the map beside them.

Height is layers, width the hidden size, dots are experts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalogue.derive.dimensions import numbers_of
from catalogue.records import Catalogue, Entry, by_date, first_date
from catalogue.schema.model import Size, Track
from catalogue.schema.quantities import Count

from .. import format
from ..cite import counted_text, counts_of
from ..context import Context
from ..format import short_size
from .architecture.shapes import bar_path, dots_path, example_choice, grid_places
from .map.across import lay_out_wide_map
from .map.down import lay_out_narrow_map

_LAYER, _UNIT = 1.1, 0.0058  # heights of a layer, and width per element
_PITCH, _PER_ROW = 4.2, 16
_HEIGHT = 112.0
_WIDTH = 132.0
_LEAST = 40.0  # room for the layers of a narrow model, so that pictures stand below each other


@dataclass(frozen=True)
class Thumbnail:
    """A model in small.

    Attributes:
        layers, thin, routed, active: Path data: every fourth layer, all of them, experts, chosen experts.
    """

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
    """The flagships of the general track, each architecture once, the oldest first."""
    found: dict[str, Entry] = {}
    for model in by_date(catalogue.models.values()):
        entry = catalogue.flagship(model)
        if model.track is Track.GENERAL and entry.architecture is not None:
            owner = catalogue.entries[entry.architecture_owner]
            if owner.model.id == model.id:
                found.setdefault(entry.architecture_owner, entry)
    return list(found.values())


def network_thumbnail(entry: Entry) -> Thumbnail:
    """Draw one to the scale of all."""
    assert entry.architecture is not None
    numbers = numbers_of(entry.architecture)
    layers, hidden = numbers["num_hidden_layers"], numbers["hidden_size"]
    width, height = hidden * _UNIT, layers * _LAYER
    top = _HEIGHT - height
    thick = "".join(bar_path(0, top + index * _LAYER, width, _LAYER) for index in range(0, layers, 4))
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


def model_cards(context: Context, entries: Sequence[Entry] | None = None) -> Markup:
    """The models as cards that lead to their pages."""
    shown = general_line(context.catalogue) if entries is None else entries
    return Markup(context.html("home_line.html.jinja", cards=[_model_card(context, entry) for entry in shown]))


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
        "indexed": entry.architecture.index_topk is not None and entry.architecture.kv_lora_rank is not None,
    }


def _size_text(size: Size[Count] | None) -> str:
    """A published size."""
    return format.format_quantity(size.value) if size is not None and size.value is not None else ""


def home_map(context: Context) -> Markup:
    """The map in both arrangements; a style sheet shows the one that fits."""
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

"""The timeline: the map of models with the techniques and the infrastructure below it, and the same row by row for a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalogue.records import first_date

from .. import format
from ..context import Context
from .map.across import Across, lay_out_wide_map
from .map.down import lay_out_narrow_map
from .map.family import Lane, lay_out_lane
from .timeline_items import INFRASTRUCTURE, TECHNIQUES, Item, lineage_links, timeline_items

_BETWEEN = 18.0


@dataclass(frozen=True)
class Tie:
    """A relation that has no line of its own on the map; shown when one of its ends is pointed at."""

    path: str
    older: str
    younger: str


def timeline_figure(context: Context) -> str:
    """The figure with its legend and its controls."""
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
        d=lay_out_narrow_map(context, _with_models(found), _without_model(found)),
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
    """The name of a track, or of one of the other two lanes."""
    return context.words(f"timeline.{id_}" if id_ in (TECHNIQUES, INFRASTRUCTURE) else f"track.{id_}")


def _with_models(found: Sequence[Item]) -> Mapping[str, Sequence[Item]]:
    carried: dict[str, list[Item]] = {}
    for item in found:
        if item.carrier:
            carried.setdefault(item.carrier, []).append(item)
    return carried


def _without_model(found: Sequence[Item]) -> Sequence[Item]:
    return [item for item in found if item.kind != "model" and not item.carrier]


def _relation_curves(context: Context, drawn: Across) -> list[Tie]:
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
            Tie(
                f"M{x:g} {y:g}C{x + swing:.1f} {y - 30:g} {x1 - swing:.1f} {y1 - 30:g} {x1:g} {y1:g}",
                link.older,
                link.younger,
            )
        )
    return found

"""The timeline: lanes for tracks, lines for lineage, and the same content as a list.

Python owns dates and places; `timeline.svg.jinja` owns shapes. Lengths are in SVG units,
one unit being one CSS pixel at full size.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from catalogue.records import first_date
from catalogue.schema.model import Model, Relation, Track
from catalogue.schema.values import PartialDate

from ..cite import Citations, first_sentence
from ..context import Context
from ..page import Page, Section
from .model import sources

LEAST_WIDTH = 1180
LEAST_PER_DAY = 1.1
ROW_HEIGHT = 46
LANE_PADDING = 14
LEFT = 96
RIGHT = 150
TOP = 34
CHARACTER = 7.6
DOT = 6
BOW = 52
SWING = 45
_CLOSENESS = (Relation.INITIALISED, Relation.MERGED, Relation.SUCCEEDS, Relation.ARCHITECTURE, Relation.DISTILLED)


@dataclass(frozen=True)
class Scale:
    """Days to units from the left edge."""

    start: date
    per_day: float

    def x(self, day: date) -> float:
        return LEFT + (day - self.start).days * self.per_day


@dataclass(frozen=True)
class Item:
    """A model on the timeline: its dot's centre and its label."""

    model: Model
    date: PartialDate
    x: float
    y: float
    label: str
    title: str


@dataclass(frozen=True)
class Lane:
    """A track: its top and height."""

    name: str
    y: float
    height: float


@dataclass(frozen=True)
class Edge:
    """A lineage line as an SVG path."""

    path: str
    relation: str


def page(context: Context) -> Page:
    """The figure, then the list."""
    words = context.words
    citations = Citations(context)
    html = context.html("timeline_list.html.jinja", years=_years(citations))
    lead = Section("lead", "", f'<p class="ds-lead">{escape(words("timeline.intro"))}</p>' + figure(context))
    return Page(
        "timeline.md",
        words("page.timeline"),
        words("timeline.description"),
        (lead, Section("list", words("timeline.list"), html), sources(citations)),
        hide=("navigation", "toc"),
    )


def figure(context: Context) -> str:
    """The SVG figure."""
    dated = sorted(
        ((d, model) for model in context.catalogue.models.values() if (d := first_date(model))),
        key=lambda pair: pair[0].first_day,
    )
    start = date(int(dated[0][0].text[:4]), int(dated[0][0].text[5:7]), 1)
    end = date.fromisoformat(dated[-1][0].first_day)
    scale = Scale(start, max(LEAST_PER_DAY, (LEAST_WIDTH - LEFT - RIGHT) / max(1, (end - start).days)))
    lanes, items = _place(context, dated, scale)
    bottom = lanes[-1].y + lanes[-1].height
    width = scale.x(end) + RIGHT
    return context.html(
        "timeline.svg.jinja",
        width=round(width),
        height=round(bottom + 8),
        lanes=lanes,
        items=items,
        edges=_edges(items),
        ticks=_ticks(context, scale, end),
        left=LEFT,
        top=TOP,
        bottom=round(bottom),
        dot=DOT,
    )


def _place(context: Context, dated: list[tuple[PartialDate, Model]], scale: Scale) -> tuple[list[Lane], list[Item]]:
    """Give each track a lane and each model the first row of its lane where its label fits."""
    lanes, items, y = [], [], float(TOP)
    for track in Track:
        mine = [(d, m) for d, m in dated if m.track is track]
        if not mine:
            continue
        free_from: list[float] = []
        for when, model in mine:
            x = scale.x(date.fromisoformat(when.first_day))
            label = model.name
            row = next((r for r, free in enumerate(free_from) if free <= x - DOT), len(free_from))
            if row == len(free_from):
                free_from.append(0)
            free_from[row] = x + DOT * 3 + len(label) * CHARACTER
            summary = first_sentence(context, model.summary)
            centre = y + LANE_PADDING + ROW_HEIGHT * row + ROW_HEIGHT / 2
            items.append(Item(model, when, round(x, 1), centre, label, summary))
        height = LANE_PADDING * 2 + ROW_HEIGHT * len(free_from)
        lanes.append(Lane(context.words(f"track.{track.value}"), y, height))
        y += height
    return lanes, items


def _edges(items: list[Item]) -> list[Edge]:
    """One line per pair of models, for the closest of their relations; in one row it bows over the labels."""
    places = {item.model.id: item for item in items}
    edges = []
    for item in items:
        closest: dict[str, Relation] = {}
        for link in item.model.builds_on:
            known = closest.get(link.model)
            if known is None or _CLOSENESS.index(link.relation) < _CLOSENESS.index(known):
                closest[link.model] = link.relation
        for id_, relation in closest.items():
            older, middle = places[id_], (places[id_].x + item.x) / 2
            if older.y == item.y:
                path = f"M{older.x} {older.y}Q{middle} {older.y - BOW} {item.x} {item.y}"
            else:
                swing = max(middle - older.x, SWING)
                path = f"M{older.x} {older.y}C{older.x + swing} {older.y} {item.x - swing} {item.y} {item.x} {item.y}"
            edges.append(Edge(path, relation.name.lower()))
    return edges


def _ticks(context: Context, scale: Scale, end: date) -> list[tuple[float, str, bool]]:
    """Quarters, the years among them in full."""
    ticks = []
    for year in range(scale.start.year, end.year + 1):
        for month in (1, 4, 7, 10):
            day = date(year, month, 1)
            if scale.start <= day <= end or (day > end and (day - end).days < 60):
                label = str(year) if month == 1 else context.words(f"date.short.{month:02d}")
                ticks.append((round(scale.x(day), 1), label, month == 1))
    return ticks


def _years(citations: Citations) -> list[tuple[str, list[dict[str, object]]]]:
    """Models by year, the oldest first, with every date the entry knows."""
    context, words = citations.context, citations.context.words
    years: dict[str, list[dict[str, object]]] = {}
    dated = sorted(
        ((d, model) for model in context.catalogue.models.values() if (d := first_date(model))),
        key=lambda pair: pair[0].first_day,
    )
    for when, model in dated:
        dates = [
            Markup("{} {}").format(words(f"field.dates.{name}"), citations.single(getattr(model.dates, name)))
            for name in ("weights", "announcement", "api", "paper")
            if getattr(model.dates, name) is not None
        ]
        years.setdefault(when.text[:4], []).append(
            {
                "link": Markup('<a href="ds:models/{}.md">{}</a>').format(model.id, model.name),
                "date": citations.plain(when),
                "dates": dates,
                "summary": first_sentence(context, model.summary),
                "builds_on": [
                    Markup('{} <a href="ds:models/{}.md">{}</a>{}').format(
                        words(f"relation.{e.relation.name.lower()}"),
                        e.model,
                        context.catalogue.models[e.model].name,
                        Markup(" ({})").format(citations.inline(e.note)) if e.note else "",
                    )
                    for e in model.builds_on
                ],
            }
        )
    return list(years.items())

"""The timeline: lanes for tracks, lines for lineage, and the same content as a list.

Python owns dates and places; `timeline.svg.jinja` owns shapes. Lengths are in SVG units,
one unit being one CSS pixel at full size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup, escape

from catalogue.records import first_date
from catalogue.schema.model import Model, Relation, Track
from catalogue.schema.technique import TechniqueKind
from catalogue.schema.values import PartialDate

from ..cite import Citations, first_sentence
from ..context import Context
from ..page import Page, Section
from .model import sources

LEAST_WIDTH = 1180
LEAST_PER_DAY = 0.95
ROW_HEIGHT = 40
LANE_PADDING = 14
LEFT = 96
RIGHT = 150
MARGIN = 14
TOP = 34
CHARACTER = 7.8
SMALL_CHARACTER = 6.4
DOT = 6
BOW = 52
SWING = 45
MAKERS = ("DeepSeek", "High-Flyer")
INFRASTRUCTURE = {
    TechniqueKind.FRAMEWORK,
    TechniqueKind.PARALLELISM,
    TechniqueKind.KERNEL,
    TechniqueKind.CLUSTER,
    TechniqueKind.PRECISION,
}
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
    """A model or a piece of infrastructure: where its page is, its dot's centre and its label."""

    id: str
    href: str
    kind: str
    date: PartialDate
    label: str
    title: str
    x: float = 0
    y: float = 0

    @property
    def width(self) -> float:
        """Room that the dot, the label and the date below it take."""
        return DOT * 2 + 12 + max(len(self.label) * CHARACTER, len(self.date.text) * SMALL_CHARACTER)


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
    """The SVG figure: a lane for each track, and one for the infrastructure that the makers built."""
    lanes = [(context.words(f"track.{track.value}"), _models(context, track)) for track in Track]
    lanes.append((context.words("timeline.infrastructure"), _infrastructure(context)))
    lanes = [(name, items) for name, items in lanes if items]
    days = [date.fromisoformat(item.date.first_day) for _, items in lanes for item in items]
    start, end = min(days).replace(day=1), max(days)
    scale = Scale(start, max(LEAST_PER_DAY, (LEAST_WIDTH - LEFT - RIGHT) / max(1, (end - start).days)))
    placed, items = _place(lanes, scale)
    bottom = placed[-1].y + placed[-1].height
    return context.html(
        "timeline.svg.jinja",
        width=round(max(item.x + item.width for item in items) + MARGIN),
        height=round(bottom + 8),
        lanes=placed,
        items=items,
        edges=_edges(context, items),
        ticks=_ticks(context, scale, end),
        top=TOP,
        bottom=round(bottom),
        dot=DOT,
    )


def _models(context: Context, track: Track) -> list[Item]:
    models = [(d, m) for m in context.catalogue.models.values() if m.track is track and (d := first_date(m))]
    items = [
        Item(f"model:{m.id}", f"ds:models/{m.id}.md", "model", d, m.name, first_sentence(context, m.summary))
        for d, m in models
    ]
    return sorted(items, key=lambda item: item.date.first_day)


def _infrastructure(context: Context) -> list[Item]:
    """Frameworks, kernels, parallelism and storage that DeepSeek or its parent company introduced."""
    first = min(d.first_day for m in context.catalogue.models.values() if (d := first_date(m)))
    items = [
        Item(
            f"technique:{t.id}",
            f"ds:techniques/{t.id}.md",
            "infrastructure",
            when,
            context.short_name(t),
            first_sentence(context, t.what),
        )
        for t in context.catalogue.techniques.values()
        if t.kind in INFRASTRUCTURE
        and any(maker in t.introduced.by.en for maker in MAKERS)
        and (when := t.introduced.date.value) is not None
        and when.first_day >= first
    ]
    return sorted(items, key=lambda item: item.date.first_day)


def _place(lanes: list[tuple[str, list[Item]]], scale: Scale) -> tuple[list[Lane], list[Item]]:
    """Give each lane its height and each item the first row of its lane where its label fits."""
    placed, found, y = [], [], float(TOP)
    for name, items in lanes:
        free_from: list[float] = []
        for item in items:
            x = scale.x(date.fromisoformat(item.date.first_day))
            row = next((r for r, free in enumerate(free_from) if free <= x - DOT), len(free_from))
            if row == len(free_from):
                free_from.append(0)
            free_from[row] = x + item.width
            centre = y + LANE_PADDING + ROW_HEIGHT * row + ROW_HEIGHT / 2
            found.append(replace(item, x=round(x, 1), y=centre))
        height = LANE_PADDING * 2 + ROW_HEIGHT * len(free_from)
        placed.append(Lane(name, y, height))
        y += height
    return placed, found


def _edges(context: Context, items: list[Item]) -> list[Edge]:
    """One line per pair of models, for the closest of their relations; in one row it bows over the labels."""
    places = {item.id: item for item in items}
    edges = []
    for model in context.catalogue.models.values():
        item = places.get(f"model:{model.id}")
        if item is None:
            continue
        closest: dict[str, Relation] = {}
        for link in model.builds_on:
            known = closest.get(link.model)
            if known is None or _CLOSENESS.index(link.relation) < _CLOSENESS.index(known):
                closest[link.model] = link.relation
        for id_, relation in closest.items():
            older = places[f"model:{id_}"]
            middle = (older.x + item.x) / 2
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
    """What the figure shows by year, the oldest first: models with every date they know, infrastructure with its own."""
    context = citations.context
    entries = [
        (d, _model_entry(citations, model)) for model in context.catalogue.models.values() if (d := first_date(model))
    ]
    entries += [(item.date, _infrastructure_entry(citations, item)) for item in _infrastructure(context)]
    years: dict[str, list[dict[str, object]]] = {}
    for when, entry in sorted(entries, key=lambda pair: pair[0].first_day):
        years.setdefault(when.text[:4], []).append(entry)
    return list(years.items())


def _infrastructure_entry(citations: Citations, item: Item) -> dict[str, object]:
    context = citations.context
    introduced = context.catalogue.techniques[item.id.removeprefix("technique:")].introduced
    return {
        "link": _link(item.href, item.label),
        "date": citations.single(introduced.date),
        "kind": context.words("timeline.infrastructure"),
        "dates": [],
        "summary": item.title,
        "builds_on": [],
    }


def _link(href: str, label: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, label)


def _model_entry(citations: Citations, model: Model) -> dict[str, object]:
    context, words = citations.context, citations.context.words
    date = first_date(model)
    return {
        "link": _link(f"ds:models/{model.id}.md", model.name),
        "date": citations.plain(date) if date else "",
        "kind": "",
        "dates": [
            Markup("{} {}").format(words(f"field.dates.{name}"), citations.single(getattr(model.dates, name)))
            for name in ("weights", "announcement", "api", "paper")
            if getattr(model.dates, name) is not None
        ],
        "summary": first_sentence(context, model.summary),
        "builds_on": [
            Markup("{} {}{}").format(
                words(f"relation.{e.relation.name.lower()}"),
                _link(f"ds:models/{e.model}.md", context.catalogue.models[e.model].name),
                Markup(" ({})").format(citations.inline(e.note)) if e.note else "",
            )
            for e in model.builds_on
        ],
    }

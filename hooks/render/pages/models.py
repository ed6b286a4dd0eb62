"""The index of models, its cards and poster, and the timeline."""

from __future__ import annotations

import json

from markupsafe import Markup, escape

from catalogue.records import Entry, first_date, first_day, sort_by_date
from catalogue.schema.model import Model, Track

from .. import assets, family_facts, links
from ..assets import page_script
from ..cite import Citations
from ..context import Context
from ..figures.map_items import own_form, timeline_items
from ..figures.timeline import PATHS, lane_name, poster_sheet, timeline_figure
from ..format import NOTHING
from ..links import model_link
from ..page import Page, Section, lead_section
from ..tables import EMPTY, Cell, Column, by_column, sort_key, value_cell
from .sources import sources_section


def models_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    count, variants = len(context.catalogue.models), len(context.catalogue.entries)
    table = Section("families", words("models.families"), families_table(citations))
    return Page(
        "models/index.md",
        words("page.models"),
        words("models.description"),
        (
            lead_section(words("models.intro", count=count, variants=variants), _family_cards(context)),
            table,
            Section(
                "poster",
                words("page.poster"),
                context.html("poster.html.jinja", paths=PATHS, sheet=poster_sheet(context)),
            ),
            sources_section(citations),
        ),
        hide=("navigation", "toc"),
    )


def _family_cards(context: Context) -> str:
    words, models = context.words, context.catalogue.models
    cells = sorted(poster_sheet(context).cells, key=lambda cell: first_day(models[cell.model]), reverse=True)
    cards: list[dict[str, object]] = []
    for track in Track:
        for cell in cells:
            model = models[cell.model]
            if model.track is track:
                first = not cards or cards[-1]["track"] != track.value
                name = words(f"track.{track.value}")
                day = first_day(model)
                cards.append({"cell": cell, "track": track.value, "track_name": name, "day": day, "first": first})
    return context.html(
        "models_index.html.jinja",
        cards=cards,
        tracks=dict.fromkeys((card["track"], card["track_name"]) for card in cards),
        years=sorted({str(card["day"])[:4] for card in cards}),
        script=page_script("models"),
    )


def families_table(citations: Citations) -> str:
    context, words = citations.context, citations.context.words

    def activated(entry: Entry) -> Cell:
        parameters = entry.variant.parameters
        all_of_them = escape(words("table.all_of_them")) if parameters.total.value else NOTHING
        shown = citations.value_html(parameters.activated) if parameters.activated else all_of_them
        return Cell(shown, sort_key(parameters.activated or parameters.total))

    def attention(entry: Entry) -> Markup:
        return citations.value_html(entry.architecture.attention) if entry.architecture else NOTHING

    columns: list[Column[Entry]] = [
        Column(words("table.model"), lambda entry: model_link(entry.model)),
        Column(words("table.date"), lambda entry: _first_day_cell(citations, entry.model)),
        Column(
            words("field.parameters.total"), lambda entry: value_cell(citations, entry.variant.parameters.total), True
        ),
        Column(words("field.parameters.activated"), activated, True),
        Column(words("field.architecture.attention"), attention),
        Column(words("field.kv_cache"), _cache_cell, True),
    ]
    flagships = map(context.catalogue.flagship, sort_by_date(context.catalogue.models.values()))
    table = by_column(words("models.families_caption"), columns, flagships, sortable=True)
    return context.html("table.html.jinja", t=table)


def _first_day_cell(citations: Citations, model: Model) -> Cell:
    date = first_date(model)
    shown = Markup('<span class="ds-day">{}</span>').format(citations.value_text(date)) if date else NOTHING
    return Cell(shown, first_day(model))


def _cache_cell(entry: Entry) -> Cell:
    cache = entry.recount.kv_cache if entry.recount else None
    if cache is None:
        return EMPTY
    link = Markup('<a class="ds-r" href="ds:models/{}.md#architecture">{:,}</a>')
    return Cell(link.format(entry.model.id, cache.value), str(cache.value))


def timeline_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    kin = json.dumps({place: item.kin for place, item in enumerate(timeline_items(context))}, separators=(",", ":"))
    drawn = timeline_figure(context) + str(assets.page_script("timeline", {"timeline-kin": kin}))
    years = _items_by_year(citations)
    listed = links.jump_bar(context, ((f"y{year}", year, len(found)) for year, found in years))
    listed += context.html("timeline_list.html.jinja", years=years)
    views = context.html(
        "views.html.jinja",
        label=words("views.label"),
        views=[
            ("figure", words("timeline.as_figure"), Markup(drawn)),
            ("list", words("timeline.as_list"), Markup(listed)),
        ],
    )
    return Page(
        "timeline.md",
        words("page.timeline"),
        words("timeline.description"),
        (lead_section(words("timeline.intro"), views), sources_section(citations)),
        hide=("navigation", "toc"),
    )


def _items_by_year(citations: Citations) -> list[tuple[str, list[dict[str, object]]]]:
    models = citations.context.catalogue.models
    years: dict[str, list[dict[str, object]]] = {}
    for item in timeline_items(citations.context):
        id_ = item.id.partition(":")[2]
        facts = _model_facts(citations, models[id_]) if item.kind == "model" else _technique_facts(citations, id_)
        entry = {
            "lane": item.lane,
            "track": lane_name(citations.context, item.lane),
            "link": Markup('<a href="{}">{}</a>').format(item.href, item.label),
            "date": citations.value_text(item.date),
            **facts,
        }
        years.setdefault(item.date.text[:4], []).append(entry)
    return list(years.items())


def _technique_facts(citations: Citations, id_: str) -> dict[str, object]:
    technique = citations.context.catalogue.techniques[id_]
    own = own_form(citations.context, technique)
    date = citations.value_text(own) if own is not None else citations.value_html(technique.introduced.date)
    return {"date": date, "dates": [], "later": [], "builds_on": []}


def _model_facts(citations: Citations, model: Model) -> dict[str, object]:
    context, words = citations.context, citations.context.words
    return {
        "dates": family_facts.family_dates(citations, model),
        "later": family_facts.later_releases(citations, model),
        "builds_on": [
            Markup("{} {}").format(
                words(f"relation.{edge.relation.name.lower()}"), model_link(context.catalogue.models[edge.model])
            )
            for edge in model.builds_on
        ],
    }

"""The timeline: the figure with its controls, and the same as a list, behind a switch."""

from __future__ import annotations

import json

from markupsafe import Markup

from catalogue.schema.model import Model

from .. import assets, jump, releases
from ..cite import Citations
from ..context import Context
from ..figures.timeline import lane_name, timeline_figure
from ..figures.timeline_items import Item, own_form, timeline_items
from ..links import model_link
from ..page import Page, lead_section
from .sources import sources


def page(context: Context) -> Page:
    """The figure, and behind a switch the same as a list."""
    words, citations = context.words, Citations(context)
    kin = json.dumps({place: item.kin for place, item in enumerate(timeline_items(context))}, separators=(",", ":"))
    drawn = timeline_figure(context) + str(assets.page_script("timeline", {"timeline-kin": kin}))
    years = _years(citations)
    listed = jump.jump_bar(context, ((f"y{year}", year, len(found)) for year, found in years))
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
        (lead_section(words("timeline.intro"), views), sources(citations)),
        hide=("navigation", "toc"),
    )


def _years(citations: Citations) -> list[tuple[str, list[dict[str, object]]]]:
    """What the figure shows by year, the oldest first: models with every date they know, the others with their own."""
    models = citations.context.catalogue.models
    years: dict[str, list[dict[str, object]]] = {}
    for item in timeline_items(citations.context):
        id_ = item.id.partition(":")[2]
        facts = _model(citations, models[id_]) if item.kind == "model" else _technique(citations, id_)
        entry = {
            "lane": item.lane,
            "track": lane_name(citations.context, item.lane),
            "link": _link(item),
            "date": citations.plain(item.date),
            **facts,
        }
        years.setdefault(item.date.text[:4], []).append(entry)
    return list(years.items())


def _link(item: Item) -> Markup:
    return Markup('<a href="{}">{}</a>').format(item.href, item.label)


def _technique(citations: Citations, id_: str) -> dict[str, object]:
    technique = citations.context.catalogue.techniques[id_]
    own = own_form(citations.context, technique)
    date = citations.plain(own) if own is not None else citations.single(technique.introduced.date)
    return {"date": date, "dates": [], "later": [], "builds_on": []}


def _model(citations: Citations, model: Model) -> dict[str, object]:
    context, words = citations.context, citations.context.words
    return {
        "dates": releases.family_dates(citations, model),
        "later": releases.later_releases(citations, model),
        "builds_on": [
            Markup("{} {}").format(
                words(f"relation.{edge.relation.name.lower()}"), model_link(context.catalogue.models[edge.model])
            )
            for edge in model.builds_on
        ],
    }

"""What this site had wrong, since when, and what is right: the newest first."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.schema.correction import Correction

from ..cite import Citations
from ..context import Context
from ..links import model_link, technique_link
from ..page import Page, lead_section
from .sources import sources


def page(context: Context) -> Page:
    """The corrections one below the other, then their sources."""
    words, citations = context.words, Citations(context)
    rows = sorted(context.catalogue.corrections, key=lambda row: row.date.first_day, reverse=True)
    listed = context.html("corrections.html.jinja", rows=[_row(citations, row) for row in rows])
    shown = listed if rows else f"<p>{escape(words('corrections.none'))}</p>"
    sections = [lead_section(words("corrections.intro"), shown), sources(citations)]
    return Page("corrections.md", words("page.corrections"), words("corrections.description"), tuple(sections))


def _row(citations: Citations, row: Correction) -> dict[str, Markup]:
    return {
        "about": citations.inline(row.about),
        "place": _place(citations.context, row.entry),
        "was": citations.inline(row.was),
        "right": citations.marked(str(citations.inline(row.right)), row.source),
        "since": citations.plain(row.since),
        "date": citations.plain(row.date),
        "why": citations.inline(row.why) if row.why else Markup(""),
    }


def _place(context: Context, entry: str | None) -> Markup:
    """The page it was on."""
    if entry and entry in context.catalogue.models:
        return model_link(context.catalogue.models[entry])
    return technique_link(context, entry) if entry else Markup("")

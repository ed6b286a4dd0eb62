"""What this site had wrong, since when, and what is right: the newest first."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.schema.correction import Correction

from ..cite import Citations
from ..context import Context
from ..links import model_link, technique_link
from ..page import Page, Section, lead_section
from ..tables import NOTHING, Cell, Column, Table
from .sources import sources


def page(context: Context) -> Page:
    """A table of the corrections, and what to do with another mistake."""
    words, citations = context.words, Citations(context)
    rows = sorted(context.catalogue.corrections, key=lambda row: row.date.first_day, reverse=True)
    heads = [words(f"corrections.{name}") for name in ("about", "was", "since", "right", "date")]
    table = Table(
        words("corrections.caption"),
        [Column(head) for head in heads],
        [_row(citations, row) for row in rows],
        classes="ds-prose",
    )
    shown = context.html("table.html.jinja", t=table) if rows else f"<p>{escape(words('corrections.none'))}</p>"
    sections = [
        lead_section(words("corrections.intro")),
        Section("list", words("corrections.list"), shown),
        sources(citations),
    ]
    return Page("corrections.md", words("page.corrections"), words("corrections.description"), tuple(sections))


def _row(citations: Citations, row: Correction) -> list[Cell]:
    about = citations.inline(row.about)
    if row.why is not None:
        about += Markup("<br><small>{}</small>").format(citations.inline(row.why))
    right = citations.marked(str(citations.inline(row.right)), row.source)
    place = _place(citations.context, row.entry)
    return [
        Cell(Markup("{}<br><small>{}</small>").format(about, place) if row.entry else about),
        Cell(citations.inline(row.was)),
        Cell(citations.plain(row.since), row.since.first_day),
        Cell(right),
        Cell(citations.plain(row.date), row.date.first_day),
    ]


def _place(context: Context, entry: str | None) -> Markup:
    """The page it was on."""
    if entry and entry in context.catalogue.models:
        return model_link(context.catalogue.models[entry])
    return technique_link(context, entry) if entry else NOTHING

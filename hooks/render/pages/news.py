"""“Month by month”: what came out, what the API's names led to and cost, what was corrected."""

from itertools import groupby

from markupsafe import Markup

from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context
from ..events import Event, EventKind, all_events
from ..page import Page, Section, lead_section, titled_page

# Months with a section of their own and a text beside each title; before them each year has one, of titles alone.
TOLD = 6


def news_page(context: Context) -> Page:
    events = all_events(context)
    months = list(dict.fromkeys(event.day.first_day[:7] for event in events))[:TOLD]

    def month_or_year(event: Event) -> str:
        month = event.day.first_day[:7]
        return month if month in months else month[:4]

    cut = months[-1][:4] if months else ""
    sections = (_news_section(context, of, list(found), of == cut) for of, found in groupby(events, key=month_or_year))
    return titled_page(context.words, "news.md", "news", (lead_section(Markup(context.words("news.intro"))), *sections))


def _news_section(context: Context, span: str, events: list[Event], first: bool) -> Section:
    """`first` of the years, which is told in part by months above it."""
    words = context.words
    corrected = sum(event.kind is EventKind.CORRECTION for event in events)
    items = [
        (event, format.format_date(event.day, words)) for event in events if event.kind is not EventKind.CORRECTION
    ]
    by_month = "-" in span
    html = context.html("news.html.jinja", items=items, told=by_month, corrected=corrected)
    title = (
        format.format_date(PartialDate(span), words)
        if by_month
        else words("news.before" if first else "news.year", year=span)
    )
    return Section(f"m{span}", title, html)

"""“Month by month”: what came out, what the API's names led to and cost, what was corrected."""

from collections.abc import Callable, Sequence
from itertools import groupby

from markupsafe import Markup

from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context
from ..events import Event, EventKind, all_events
from ..page import Page, Section, lead_section, titled_page

# Months with a section of their own and a text beside each title; before them each year has one, of titles alone.
TOLD = 6
_ORDER = list(EventKind)


def news_page(context: Context) -> Page:
    events = all_events(context)
    months = list(dict.fromkeys(event.day.first_day[:7] for event in events))[:TOLD]

    def month_or_year(event: Event) -> str:
        month = event.day.first_day[:7]
        return month if month in months else month[:4]

    cut = months[-1][:4] if months else ""
    lead = lead_section(Markup(context.words("news.intro")), _months_picture(context, events, month_or_year))
    sections = (_news_section(context, of, list(found), of == cut) for of, found in groupby(events, key=month_or_year))
    return titled_page(context.words, "news.md", "news", (lead, *sections))


def _months_picture(context: Context, events: Sequence[Event], section: Callable[[Event], str]) -> str:
    """A row a year since the first model, a column a month; each leads to its section."""
    words, first = context.words, min((e.day.first_day[:4] for e in events if e.kind is EventKind.MODEL), default="")
    by_month: dict[str, list[Event]] = {}
    for event in events:
        if event.day.first_day[:4] >= first and len(event.day.text) > len(first):
            by_month.setdefault(event.day.first_day[:7], []).append(event)
    said = {month: [e.kind for e in found if e.kind is not EventKind.CORRECTION] for month, found in by_month.items()}
    most = max(map(len, said.values()), default=0)
    rows = ""
    for year in sorted({month[:4] for month in said}, reverse=True) if most else ():
        of = {f"{year}-{month:02}": said.get(f"{year}-{month:02}", []) for month in range(1, 13)}
        columns = [(key, f"{int(key[5:])}", len(kinds), kinds.count(EventKind.MODEL)) for key, kinds in of.items()]
        rows += f"<div><p><b>{year}</b></p>" + context.html(
            "dated_columns.html.jinja",
            columns=columns,
            places={key: f"m{section(by_month[key][0])}" for key, kinds in of.items() if kinds},
            most=most,
            says=words("news.months", year=year),
            of_them="news.of_them",
        )
        rows += "</div>"
    return f'<div class="ds-calendar">{rows}</div><p class="ds-quiet">{words("news.months_key")}</p>' if rows else ""


def _news_section(context: Context, span: str, events: list[Event], first: bool) -> Section:
    """`first` of the years, which is told in part by months above it."""
    words = context.words
    corrected = sum(event.kind is EventKind.CORRECTION for event in events)
    told = sorted(
        (one for one in events if one.kind is not EventKind.CORRECTION), key=lambda one: _ORDER.index(one.kind)
    )
    items = [(event, format.format_date(event.day, words)) for event in told]
    by_month = "-" in span
    html = context.html("news.html.jinja", items=items, told=by_month, corrected=corrected)
    title = (
        format.format_date(PartialDate(span), words)
        if by_month
        else words("news.before" if first else "news.year", year=span)
    )
    return Section(f"m{span}", title, html)

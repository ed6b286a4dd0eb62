"""What names of the API cost over time, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from catalogue.records import PriceSpan
from catalogue.schema.model import ApiName, ApiPrice

from . import format
from .cite import Citations
from .tables import EMPTY, Cell, Column, Table, by_column, columns_for_each, sort_key
from .words import Words

_PARTS = ("hit", "miss", "output")


def price_table(citations: Citations, caption: str, spans: Sequence[PriceSpan], title: str = "") -> Table:
    words = citations.context.words
    columns: list[Column[PriceSpan]] = [
        Column(words("prices.names"), lambda s: Markup("<br>").join(map(_name_html, s.names))),
        Column(words("prices.since"), lambda s: _first_day(citations, s)),
        Column(words("prices.until"), lambda s: last_day(words, s)),
        Column(words("prices.when"), lambda s: words(f"prices.rate.{s.price.rate.name.lower()}")),
    ]
    columns += columns_for_each(
        _PARTS,
        lambda part: words(f"prices.{part}"),
        lambda s, part: _price_cell(citations, s, part),
        True,
    )
    return by_column(caption, columns, spans, classes="ds-prose", title=title)


def _name_html(name: ApiName) -> Markup:
    return Markup("<code>{}</code>").format(name.name)


def _first_day(citations: Citations, span: PriceSpan) -> Markup:
    html = citations.cite(escape(format.format_date(span.price.since, citations.context.words)), span.price.source)
    note = span.price.note
    return html + (Markup("<br><small>{}</small>").format(citations.rich_text(note)) if note else "")


def last_day(words: Words, span: PriceSpan) -> str:
    if span.until is not None:
        return format.format_date(span.until, words)
    return words("prices.in_force" if span.names[0].until is None else "api_names.open_end")


def dollars(price: ApiPrice) -> Iterator[tuple[str, str]]:
    for part in _PARTS:
        single = getattr(price.dollars, part)
        if single is not None:
            yield part, single.value.text


def _price_cell(citations: Citations, span: PriceSpan, part: str) -> Cell:
    dollars, yuan = getattr(span.price.dollars, part), getattr(span.price.yuan, part, None)
    if dollars is None:
        return EMPTY
    html = Markup("${}").format(dollars.value.text)
    if yuan is not None:
        source = yuan.source if yuan.source != span.price.source else None
        amount = escape(citations.context.words("prices.in_yuan", amount=yuan.value.text))
        html += Markup("<br><small>{}</small>").format(citations.cite(amount, source))
    return Cell(html, sort_key(dollars))

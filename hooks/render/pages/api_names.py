"""Names of the API as dated pointers, and what they cost: a chart with a row for each name and a bar for each model behind it, and tables.

A bar too short for its text has it above, at a leader. A name still accepted, or without a known end, has an open end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log10
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import PriceSpan, price_spans
from catalogue.schema.model import ApiName, ApiPointer, ApiPrice, ApiService, BillingHours, Track
from catalogue.schema.values import PartialDate

from .. import format
from ..cite import Citations, reference_anchor
from ..context import Context
from ..events import pointer_label
from ..figures.canvas import Scale, cut_text, text_width, time_scale, years_of
from ..format import short_model
from ..links import variant_link
from ..page import Page, Section, lead_section, titled_page
from ..tables import EMPTY, Cell, Column, Head, Table, by_column, columns_for_each, sort_key, value_cell
from ..words import Words
from .sources import sources_section

WIDTH = 980.0
SIZE = 13.0
_TOP, _LEFT, _RIGHT = 34.0, 34.0, 26.0
_NAME, _TIER, _BAR, _MODE, _GAP = 20.0, 17.0, 24.0, 20.0, 14.0
_PAD, _APART = 7.0, 8.0
_UNKNOWN = timedelta(days=31)  # how long a bar is whose other end nobody gives
_ON = timedelta(days=45)  # room behind the last date, for what goes on
_MONO = 0.62  # width of a letter of a name, in ems


@dataclass(frozen=True)
class ModelSpan:
    """A model behind a name.

    Attributes:
        starts, ends: Whether each end is a known day.
        goes_on: Whether the name is still accepted and means this.
        track, href: Empty where the model is not in the catalogue.
    """

    label: str
    title: str
    href: str
    track: str
    mode: str
    month: str
    start: date
    end: date
    starts: bool
    ends: bool
    goes_on: bool


@dataclass(frozen=True)
class NamedSpans:
    name: str
    anchor: str
    spans: tuple[ModelSpan, ...]


def named_spans(context: Context) -> list[NamedSpans]:
    """Names without any date are left out."""
    names = context.catalogue.api_names
    days = [_exact_day(pointer.since.value) for name in names for pointer in name.pointers if pointer.since.value]
    days += [_exact_day(name.until.value) for name in names if name.until is not None and name.until.value]
    last = max(days, default=date.min)
    found = [
        NamedSpans(name.name, reference_anchor(name.id), tuple(_name_spans(context, name, last))) for name in names
    ]
    return [one for one in found if one.spans]


def scale_of_names(names: Sequence[NamedSpans], start: float, end: float) -> Scale:
    return time_scale((day for name in names for span in name.spans for day in (span.start, span.end)), start, end)


def year_starts(time: Scale) -> tuple[tuple[float, str], ...]:
    first = [(time.start, str(time.low.year))] if time.low.month < 10 else []
    return (*first, *((time(day), str(day.year)) for day in years_of(time)))


def lay_out_wide(names: Sequence[NamedSpans]) -> dict[str, Any]:
    time = scale_of_names(names, _LEFT, WIDTH - _RIGHT)
    rows, y = [], _TOP
    for name in names:
        row, y = _name_row(name, time, y)
        rows.append(row)
    years = year_starts(time)
    return {"width": WIDTH, "height": round(y), "top": _TOP, "bar": _BAR, "rows": rows, "years": years}


def _exact_day(value: object) -> date:
    return date.fromisoformat(getattr(value, "first_day"))  # noqa: B009


def _name_spans(context: Context, name: ApiName, last: date) -> Iterator[ModelSpan]:
    words = context.words
    until = name.until.value if name.until is not None else None
    for index, pointer in enumerate(name.pointers):
        following = name.pointers[index + 1].since.value if index + 1 < len(name.pointers) else until
        since = pointer.since.value
        if since is None and following is None:
            continue
        start = _exact_day(since) if since else _exact_day(following) - _UNKNOWN
        forgotten = following is None and name.until is not None
        end = _exact_day(following) if following else start + _UNKNOWN if forgotten else last + _ON
        label, href, track = _pointer_target(context, pointer)
        goes_on = following is None and not forgotten
        said = {
            "model": label + (words("api_names.in_mode", mode=words.text(pointer.mode)) if pointer.mode else ""),
            "since": format.format_date(since, words) if since else words("api_names.unknown_day"),
            "until": format.format_date(following, words) if following else words("api_names.unknown_day"),
        }
        yield ModelSpan(
            short_model(label),
            words("api_names.span_still" if goes_on else "api_names.span", **said),
            href,
            track,
            words.text(pointer.mode) if pointer.mode else "",
            format.format_month(since, words) if since else "",
            start,
            end,
            since is not None,
            following is not None,
            goes_on,
        )


def _pointer_target(context: Context, pointer: ApiPointer) -> tuple[str, str, str]:
    if pointer.variant is not None:
        entry = context.catalogue.entries[pointer.variant]
        return pointer_label(context, pointer), f"ds:models/{entry.model.id}.md", entry.model.track.value
    return pointer_label(context, pointer), "", ""


def _name_row(name: NamedSpans, time: Scale, y: float) -> tuple[dict[str, Any], float]:
    places = [(time(span.start), max(2.0, time(span.end) - time(span.start))) for span in name.spans]
    widths = [text_width(span.label, SIZE) for span in name.spans]
    outside = [index for index, (_, width) in enumerate(places) if widths[index] + 2 * _PAD > width]
    tiers, lefts = _label_tiers([(places[index][0], widths[index]) for index in outside])
    bar_y = y + _NAME + _TIER * (max(tiers, default=-1) + 1) + (3 if outside else 0)
    bars = []
    for index, (span, (x, width)) in enumerate(zip(name.spans, places, strict=True)):
        if index in outside:
            tier, left = tiers[outside.index(index)], lefts[outside.index(index)]
            text_y = bar_y - 6 - _TIER * tier
            label = {"text_x": left, "text_y": text_y, "leader": f"M{x + 0.5:g} {bar_y:g}V{text_y + 3:g}"}
        else:
            label = {"text_x": x + _PAD, "text_y": bar_y + _BAR / 2 + 4.5, "leader": ""}
        bars.append({"span": span, "x": x, "width": width, **label})
    modes = list(_mode_stretches(name, places))
    name_x = min(places[0][0], WIDTH - len(name.name) * SIZE * _MONO)
    row = {"name": name, "name_x": round(name_x, 1), "name_y": y + 13, "y": bar_y, "bars": bars, "modes": modes}
    return row, bar_y + _BAR + (_MODE if modes else 0) + _GAP


def _label_tiers(texts: Sequence[tuple[float, float]]) -> tuple[list[int], list[float]]:
    """Tier and left end of each text, from the right, so that no leader runs through a text."""
    taken: list[list[tuple[float, float]]] = []
    tiers, lefts = [0] * len(texts), [0.0] * len(texts)
    for index in range(len(texts) - 1, -1, -1):
        x, width = texts[index]
        left = min(x, WIDTH - width)
        tier = next((t for t, row in enumerate(taken) if all(left + width + _APART <= start for start, _ in row)), None)
        if tier is None:
            tier = len(taken)
            taken.append([])
        taken[tier].append((left, left + width))
        tiers[index], lefts[index] = tier, round(left, 1)
    return tiers, lefts


def _mode_stretches(name: NamedSpans, places: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float, str]]:
    first = 0
    for index in range(1, len(places) + 1):
        if index == len(places) or name.spans[index].mode != name.spans[first].mode:
            if name.spans[first].mode:
                yield places[first][0], round(sum(places[index - 1]), 2), name.spans[first].mode
            first = index


DOWN_WIDTH = 340.0
_DOWN_TOP, _HEAD, _LINE, _DOWN_MODE, _DOWN_GAP = 26.0, 24.0, 25.0, 20.0, 12.0
_DOWN_BAR, _DOWN_APART, _ROOM, _WIDEST, _DOWN_ON = 13.0, 6.0, 8.0, 172.0, 14.0  # the last: for what goes on


def lay_out_narrow(names: Sequence[NamedSpans]) -> dict[str, Any]:
    left = _time_origin(names)
    time = scale_of_names(names, left, DOWN_WIDTH - _DOWN_ON)
    blocks, y = [], _DOWN_TOP + 6
    for name in names:
        head, lines, modes = y + 15, [], []
        y += _HEAD
        mode = ""
        for span in name.spans:
            if span.mode and span.mode != mode:
                modes.append((y + 14, span.mode))
                y += _DOWN_MODE
            mode = span.mode
            x, end = time(span.start), time(span.end)
            after = DOWN_WIDTH - end > text_width(span.month, SIZE) + _DOWN_APART
            room = x - _ROOM - (0 if after else text_width(span.month, SIZE) + _DOWN_APART)
            lines.append(
                {
                    "span": span,
                    "label": cut_text(span.label, SIZE, room),
                    "y": y + _LINE / 2,
                    "x": x,
                    "width": max(2.0, round(end - x, 2)),
                    "month_x": round(end + _DOWN_APART if after else x - _DOWN_APART, 1),
                    "anchor": "start" if after else "end",
                }
            )
            y += _LINE
        blocks.append({"name": name, "y": head, "lines": lines, "modes": modes})
        y += _DOWN_GAP
    years = year_starts(time)
    return {
        "width": DOWN_WIDTH,
        "height": round(y),
        "top": _DOWN_TOP,
        "bar": _DOWN_BAR,
        "blocks": blocks,
        "years": years,
    }


def _time_origin(names: Sequence[NamedSpans]) -> float:
    """Where time begins, so that texts may reach up to their bars."""
    left = 60.0
    while left < _WIDEST:
        time = scale_of_names(names, left, DOWN_WIDTH - _DOWN_ON)
        if all(text_width(span.label, SIZE) + _ROOM <= time(span.start) for name in names for span in name.spans):
            break
        left += 4
    return left


def api_names_page(context: Context) -> Page:
    words, names = context.words, context.catalogue.api_names
    citations = Citations(context)
    sections = [lead_section(words("api_names.intro"))]
    if names:
        sections.append(Section("quarters", words("api_names.chart"), _names_chart(context)))
    sections += _price_sections(citations)
    sections += [Section(reference_anchor(name.id), name.name, _name_history(citations, name)) for name in names]
    sections.append(sources_section(citations))
    return titled_page(words, "api-names.md", "api_names", tuple(sections), hide=("toc",))


def _names_chart(context: Context) -> str:
    found, drawn = named_spans(context), ""
    if found:
        used = {span.track or "none" for name in found for span in name.spans}
        tracks = [track for track in (*(track.value for track in Track), "none") if track in used]
        drawn = context.html("gantt.svg.jinja", a=lay_out_wide(found), d=lay_out_narrow(found), tracks=tracks)
    folded = context.html(
        "folded_table.html.jinja", summary=context.words("api_names.quarters"), t=_quarters_table(context)
    )
    return drawn + "\n" + folded


_PRICES = ("hit", "miss", "output")
_FEW = 4  # prices that need no picture


def _prices_drawn(context: Context, spans: Sequence[PriceSpan]) -> str:
    """A line for each price over its days, on a logarithmic scale of dollars; none whose end is not known."""
    last = max(_exact_day(span.until or span.price.since) for span in spans) + _ON
    known = [span for span in spans if span.until is not None or span.names[0].until is None]
    starts = [_exact_day(span.price.since) for span in known]
    if len(known) < _FEW:
        return ""
    time, dollars = time_scale((*starts, last), 7, 100), Scale(0.002, 4, 210, 10, log10)
    lines = [
        (
            part,
            time(start),
            time(_exact_day(span.until) if span.until else last),
            dollars(getattr(span.price.dollars, part).value.value),
        )
        for span, start in zip(known, starts, strict=True)
        for part, _ in dollar_prices(span.price)
    ]
    years, ticks = [(time(day), day.year) for day in years_of(time)], [(dollars(tick), tick) for tick in (0.01, 0.1, 1)]
    return context.html("prices.html.jinja", lines=lines, years=years, ticks=ticks, parts=_PRICES)


def price_table(citations: Citations, caption: str, spans: Sequence[PriceSpan], title: str = "") -> Table:
    words = citations.context.words
    columns: list[Column[PriceSpan]] = [
        Column(
            words("prices.names"),
            lambda s: Markup("<br>").join(Markup("<code>{}</code>").format(name.name) for name in s.names),
        ),
        Column(words("prices.since"), lambda s: _first_day_of_price(citations, s)),
        Column(words("prices.until"), lambda s: last_day(words, s)),
        Column(words("prices.when"), lambda s: words(f"prices.rate.{s.price.rate.name.lower()}")),
    ]
    columns += columns_for_each(
        _PRICES, lambda part: words(f"prices.{part}"), lambda s, part: _price_cell(citations, s, part), True
    )
    return by_column(caption, columns, spans, classes="ds-prose", title=title)


def _first_day_of_price(citations: Citations, span: PriceSpan) -> Markup:
    html = citations.cite(escape(format.format_date(span.price.since, citations.context.words)), span.price.source)
    note = span.price.note
    return html + (Markup("<br><small>{}</small>").format(citations.rich_text(note)) if note else "")


def last_day(words: Words, span: PriceSpan) -> str:
    if span.until is not None:
        return format.format_date(span.until, words)
    return words("prices.in_force" if span.names[0].until is None else "api_names.open_end")


def dollar_prices(price: ApiPrice) -> Iterator[tuple[str, str]]:
    for part in _PRICES:
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


def _price_sections(citations: Citations) -> Iterator[Section]:
    context, words, catalogue = citations.context, citations.context.words, citations.context.catalogue
    if spans := price_spans(catalogue):
        hours: list[Column[BillingHours]] = [
            Column(words("prices.since"), lambda h: citations.cite(format.format_date(h.since, words), h.source)),
            Column(words("prices.when"), lambda h: words(f"prices.rate.{h.rate.name.lower()}")),
            Column(words("prices.hours"), lambda h: citations.rich_text(h.hours)),
        ]
        tables = [
            price_table(citations, words("prices.caption"), spans),
            by_column(words("prices.hours_caption"), hours, catalogue.billing_hours),
        ]
        html = "\n".join(context.html("table.html.jinja", t=table) for table in tables)
        drawn = _prices_drawn(context, spans)
        yield Section("prices", words("prices.title"), f"<p>{words('prices.intro')}</p>\n{drawn}\n{html}")
    if catalogue.api_services:
        columns: list[Column[ApiService]] = [
            Column(words("services.service"), lambda s: _service_name(citations, s)),
            Column(words("api_names.since"), lambda s: value_cell(citations, s.since)),
            Column(words("services.does"), lambda s: citations.rich_text(s.does) + citations.footnote(s.source)),
            Column(words("services.model"), lambda s: citations.value_html(s.model, notes="inline")),
            Column(words("services.price"), lambda s: _service_price(citations, s)),
        ]
        table = by_column(words("services.caption"), columns, catalogue.api_services, classes="ds-prose")
        html = context.html("table.html.jinja", t=table)
        yield Section("services", words("services.title"), f"<p>{words('services.intro')}</p>\n{html}")


def _service_name(citations: Citations, service: ApiService) -> Markup:
    name = citations.rich_text(service.name)
    return Markup('<span id="{}">{}</span><br><small><code>{}</code></small>').format(
        reference_anchor(f"service-{service.id}"), name, service.endpoint
    )


def _service_price(citations: Citations, service: ApiService) -> Markup:
    in_yuan = Markup(citations.context.words("prices.in_yuan"))
    shown = [in_yuan.format(amount=citations.value_html(service.yuan))]
    if service.dollars is not None:
        shown.append(Markup("$") + citations.value_html(service.dollars))
    return Markup(" · ").join(shown) + Markup("<br><small>{}</small>").format(citations.rich_text(service.per))


def _name_history(citations: Citations, name: ApiName) -> str:
    context, words = citations.context, citations.context.words
    heads = [Head(words("api_names.since")), Head(words("api_names.meant"))]
    rows = [
        [Cell(citations.value_html(p.since)), Cell(_pointer_meaning(citations, p) + citations.footnote(p.source))]
        for p in name.pointers
    ]
    if name.until is not None:
        ended = escape(words("api_names.ended"))
        if name.until.note is not None:
            ended += Markup("<br><small>{}</small>").format(citations.rich_text(name.until.note))
        bare = name.until.model_copy(update={"note": None})
        rows.append([Cell(citations.value_html(bare)), Cell(ended + citations.footnote(name.until.source))])
    table = Table(words("api_names.caption", name=name.name), heads, rows, classes="ds-prose ds-meant")
    notes = "".join(f"<p>{citations.sourced_text(note)}</p>" for note in name.notes)
    return context.html("table.html.jinja", t=table) + notes


def _pointer_meaning(citations: Citations, pointer: ApiPointer) -> Markup:
    html = Markup("")
    if pointer.variant is not None:
        html = variant_link(citations.context.catalogue.entries[pointer.variant])
    elif pointer.label is not None:
        html = citations.rich_text(pointer.label)
    if pointer.mode is not None:
        html += Markup(citations.context.words("api_names.in_mode")).format(mode=citations.rich_text(pointer.mode))
    if pointer.note is not None:
        html += Markup("<br><small>{}</small>").format(citations.rich_text(pointer.note))
    return html


def _quarters_table(context: Context) -> Table:
    words, names = context.words, context.catalogue.api_names
    ends = [name.until.value for name in names if name.until is not None and name.until.value is not None]
    days = [*(since for name in names for since, _ in _dated_pointers(name)), *ends]
    span = range(min(map(_quarter_number, days)), max(map(_quarter_number, days)) + 1) if days else range(0)
    heads = [Head(words("api_names.quarter_head"))]
    heads += [
        Head(Markup('<a href="#{}"><code>{}</code></a>').format(reference_anchor(n.id), _breakable_name(n.name)))
        for n in names
    ]
    rows = [
        [
            Cell(escape(words("api_names.quarter", year=quarter // 4, quarter=quarter % 4 + 1)), str(quarter)),
            *(Cell(Markup("<br>").join(_meant_in(context, name, quarter))) for name in names),
        ]
        for quarter in span
    ]
    return Table(words("api_names.quarters_caption"), heads, rows, classes="ds-wide")


def _breakable_name(name: str) -> Markup:
    return Markup(str(escape(name)).replace("-", "-<wbr>").replace("_", "_<wbr>"))


def _dated_pointers(name: ApiName) -> list[tuple[PartialDate, ApiPointer]]:
    return [(pointer.since.value, pointer) for pointer in name.pointers if pointer.since.value is not None]


def _quarter_number(date: PartialDate) -> int:
    """Quarters since the year 0."""
    return int(date.text[:4]) * 4 + (int(date.text[5:7]) - 1) // 3


def _meant_in(context: Context, name: ApiName, quarter: int) -> Iterator[Markup]:
    """Models behind a name in a quarter; a name that ended on an unknown day says so once, behind its last pointer."""
    dated = _dated_pointers(name)
    starts = [_quarter_number(since) for since, _ in dated]
    last = None
    if name.until is not None:
        last = _quarter_number(name.until.value) if name.until.value is not None else starts[-1] if starts else None
    for index, (_, pointer) in enumerate(dated):
        following = starts[index + 1] if index + 1 < len(starts) else last
        if (
            starts[index] <= quarter
            and (following is None or quarter <= following)
            and (last is None or quarter <= last)
        ):
            # The model that a quarter begins with is shown with the one that takes its place in it.
            yield escape(_short_meaning(context, pointer))
    if name.until is not None and name.until.value is None and last is not None and quarter == last + 1:
        yield Markup("<em>{}</em>").format(context.words("api_names.open_end"))


def _short_meaning(context: Context, pointer: ApiPointer) -> str:
    name = context.words.text(pointer.label) if pointer.label is not None else ""
    if pointer.variant is not None:
        name = context.catalogue.entries[pointer.variant].variant.name
    return short_model(name)

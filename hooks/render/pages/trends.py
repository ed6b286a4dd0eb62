"""Trends: how sizes, tokens, cache, computation and GPU-hours grew or shrank, a figure for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from markupsafe import Markup, escape

from catalogue.derive.expression import Term
from catalogue.derive.parameters import cache_bytes
from catalogue.derive.training import SizeOf, recomputed_counts, recomputed_size
from catalogue.lookup import metrics_of
from catalogue.records import Entry

from .. import format
from ..cite import Citations, counted_mark
from ..computed import recomputed_html
from ..context import Context
from ..fields import value_cell
from ..figures.trend import trend_figure
from ..figures.trend_marks import Point, Value
from ..format import short_size
from ..links import model_link, variant_link
from ..page import Page, Section, lead_section
from ..tables import EMPTY, Cell, Column, Table, by_column
from . import trend_values as values
from .sources import sources
from .trend_values import Measure, Size

Columns = Mapping[str, Callable[[Citations, Size], Cell]]


@dataclass(frozen=True)
class Trend:
    """A figure: its key in the words, what is measured, its series, and the columns of its table by their keys.

    Where `dense_counts`, a model without the second series is read by its first: a dense model uses all it has.
    What few models publish is no figure, and a table alone.
    """

    key: str
    measure: Measure
    series: tuple[str, ...]
    columns: Columns
    dense_counts: bool = False
    plotted: bool = True


def page(context: Context) -> Page:
    """One section a quantity; what is left out, and why, at the end."""
    words, citations = context.words, Citations(context)
    sizes = values.sizes(context)
    lead = lead_section(words("trends.intro"))
    sections = [section for trend in TRENDS if (section := _section(citations, trend, sizes)) is not None]
    return Page(
        "trends.md",
        words("page.trends"),
        words("trends.description"),
        (lead, *sections, _cost(context), _left_out(context), sources(citations)),
        hide=("navigation",),
    )


def _section(citations: Citations, trend: Trend, sizes: Sequence[Size]) -> Section | None:
    context, words = citations.context, citations.context.words
    drawn = [(size, found) for size in sizes if (found := trend.measure(context, size))]
    if not drawn:
        return None
    title = words(f"trends.{trend.key}.title")
    points = [_point(context, trend, size, found) for size, found in drawn]
    missing = [size.owner.variant.name for size in sizes if size.rank == "main" and not trend.measure(context, size)]
    html = context.html(
        "trend_section.html.jinja",
        intro=words(f"trends.{trend.key}.intro"),
        svg=trend.plotted
        and Markup(
            trend_figure(
                context,
                points,
                (sizes[0].day, sizes[-1].day),
                words(f"trends.{trend.key}.axis"),
                words("trends.alternative", title=title),
                amounts=trend.key == "hours",
            )
        ),
        legend=_legend(context, trend, points),
        readings=_readings(context, trend, drawn),
        missing=words(f"trends.{trend.key}.missing", names=words("punctuation.listed").join(missing))
        if missing
        else "",
        summary=words("trends.table", count=len(drawn)),
        t=_table(citations, trend, title, drawn),
    )
    return Section(trend.key, title, html)


def _point(context: Context, trend: Trend, size: Size, found: list[Value]) -> Point:
    words = context.words
    said = [
        words(
            "trends.said",
            series=words(f"trends.series.{trend.series[value.series]}"),
            value=value.shown,
            how=words("trends.published" if value.published else "trends.recomputed"),
        )
        for value in found
    ]
    name = size.owner.variant.name
    title = words(
        "trends.point", name=name, date=format.format_date(size.date, words), values=words("trends.and").join(said)
    )
    href = f"ds:models/{size.model.id}.md"
    return Point(size.owner.variant.id, name, short_size(name), href, size.day, title, size.rank, tuple(found))


def _legend(context: Context, trend: Trend, points: Sequence[Point]) -> list[tuple[str, int, str]]:
    """`(class, shape, words)` for everything that occurs in the figure."""
    words, found = context.words, [(point, value) for point in points for value in point.values]
    keys = [
        (f"plain {state}", 0, words(f"trends.{state}"))
        for state, is_published in (("published", True), ("recomputed", False))
        if any(value.published is is_published for _, value in found)
    ]
    if len(trend.series) > 1:
        keys += [("plain shape", i, words(f"trends.series.{name}")) for i, name in enumerate(trend.series)]
    ranks = {point.rank for point in points}
    keys += [
        (f"{rank} published", 0, words(f"trends.rank.{rank}")) for rank in ("main", "line", "other") if rank in ranks
    ]
    return keys


def _readings(context: Context, trend: Trend, drawn: Sequence[tuple[Size, list[Value]]]) -> list[str]:
    """From the first flagship of the general line to the last, a sentence for each series that both have."""
    words = context.words
    sentences = []
    for index, series in enumerate(trend.series):
        line = [
            (size, found[index] if index < len(found) else found[0])
            for size, found in drawn
            if size.rank == "main" and (index < len(found) or trend.dense_counts)
        ]
        if len(line) < 2:
            continue
        (first, before), (last, after) = line[0], line[-1]
        ratio = after.number / before.number
        bound = trend.key == "flops" and values.partly_counted(context, last)
        compared = "share" if ratio < 1 else "at_least" if bound else "times"
        sentences.append(
            words(
                f"trends.reading.{series}",
                first=first.owner.variant.name,
                last=last.owner.variant.name,
                begin=format.format_date(first.date, words),
                end=format.format_date(last.date, words),
                before=before.shown,
                after=after.shown,
                compared=words(f"trends.compared.{compared}", ratio=ratio_text(ratio)),
            )
        )
    return sentences


def ratio_text(ratio: Decimal) -> str:
    """How many times as much; less than the whole as a share."""
    return format.format_significant(ratio) if ratio >= 1 else f"{format.format_significant(100 * ratio, 2)}%"


def _table(citations: Citations, trend: Trend, title: str, drawn: Sequence[tuple[Size, list[Value]]]) -> Table:
    words = citations.context.words
    columns: list[Column[Size]] = [
        Column(words("table.variant"), lambda size: variant_link(size.owner)),
        Column(words("table.date"), lambda size: Cell(citations.plain(size.date), size.date.first_day)),
    ]
    columns += [
        Column(words(f"trends.column.{key}"), partial(cell, citations), True) for key, cell in trend.columns.items()
    ]
    return by_column(words("trends.caption", title=title), columns, [size for size, _ in drawn], sortable=True)


def _recomputed(value: int | None, shown: str | None = None, tip: str = "") -> Cell:
    return Cell(recomputed_html(shown or format.format_compact(value), tip), str(value)) if value is not None else EMPTY


def _size_recomputed(citations: Citations, entry: Entry, which: SizeOf) -> Cell:
    """A size on the base on which sizes are drawn, with what it counts."""
    found = recomputed_size(entry, which)
    if found is None:
        return EMPTY
    cell = _recomputed(found.value, tip=found.numbers)
    return Cell(cell.html + counted_mark(citations.context.words, recomputed_counts(entry, which)), cell.sort)


def _bytes(term: Term | None) -> Cell:
    return _recomputed(term.value, format.format_integer(term.value), term.numbers) if term else EMPTY


def _flops(citations: Citations, size: Size) -> Cell:
    words = citations.context.words
    for member in size.members:
        result = metrics_of(citations.context.lookup, member)
        if result is not None:
            term = result.terms["training_flops"]
            cell = _recomputed(term.value, format.format_power(term.value), term.numbers)
            if result.attention_left_out is None:
                return cell
            alone = Markup("<br><small>{}</small>").format(words("follows.products_alone"))
            return Cell(cell.html + alone, cell.sort)
    return EMPTY


def _hours(citations: Citations, size: Size) -> Cell:
    words, part = citations.context.words, values.hours_part(size)
    assert part is not None
    published = citations.single(part.hours)
    if part.per_tokens is not None:
        per = words("trends.per_tokens", tokens="{}")
        published += Markup("<br><small>{}</small>").format(escape(per).format(citations.single(part.per_tokens)))
    return Cell(published, str(part.hours.value.value) if part.hours.value else "")


def _hours_recomputed(citations: Citations, size: Size) -> Cell:
    computed = [value for value in values.hours(citations.context, size) if not value.published]
    return _recomputed(int(computed[0].number), computed[0].shown) if computed else EMPTY


def _cost(context: Context) -> Section:
    """What published costs are, and where they stand."""
    words = context.words
    link = Markup('<a href="ds:compare/infrastructure.md#frameworks">{}</a>').format(words("trends.cost.where"))
    html = Markup("<p>{}{}{}{}</p>").format(
        words("trends.cost.intro"), words("punctuation.gap"), link, words("punctuation.full_stop")
    )
    return Section("cost", words("trends.cost.title"), html)


def _left_out(context: Context) -> Section:
    words = context.words

    listed = Markup(words("punctuation.listed"))
    borrowed = listed.join(model_link(model) for model in values.borrowed(context))
    unreleased = listed.join(variant_link(entry) for entry in values.unreleased(context))
    lines = [
        escape(words("trends.left_out.borrowed", names="{}")).format(borrowed),
        escape(words("trends.left_out.unreleased", names="{}")).format(unreleased),
        escape(words("trends.left_out.tracks")),
        escape(words("trends.left_out.sizes")),
        escape(words("trends.left_out.dates")),
    ]
    html = context.html("trend_list.html.jinja", intro="", lines=lines)
    return Section("left-out", words("trends.left_out.title"), html)


TRENDS = (
    Trend(
        "cache",
        values.cache,
        ("bf16", "served"),
        {
            "bf16": lambda _, size: _bytes(cache_bytes(size.owner.recount) if size.owner.recount else None),
            "served": lambda _, size: _bytes(next(filter(None, (m.stored_cache for m in size.members)), None)),
            "served_published": lambda citations, size: value_cell(
                citations, next(filter(None, map(values.stored, size.members)), None)
            ),
        },
    ),
    Trend(
        "parameters",
        values.parameters,
        ("total", "activated"),
        {
            "total_published": lambda citations, size: value_cell(citations, size.owner.variant.parameters.total),
            "total_recomputed": lambda citations, size: _size_recomputed(citations, size.owner, SizeOf.TOTAL),
            "activated_published": lambda citations, size: value_cell(
                citations, size.owner.variant.parameters.activated
            ),
            "activated_recomputed": lambda citations, size: _size_recomputed(citations, size.owner, SizeOf.ACTIVATED),
        },
        dense_counts=True,
    ),
    Trend(
        "tokens",
        values.tokens,
        ("tokens",),
        {"tokens": lambda citations, size: value_cell(citations, values.trained(size))},
    ),
    Trend("flops", values.flops, ("flops",), {"flops": _flops}),
    Trend("hours", values.hours, ("hours",), {"hours": _hours, "hours_recomputed": _hours_recomputed}, plotted=False),
)

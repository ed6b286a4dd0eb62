"""Trends: two quantities of every model against each other, six pairs of them ready, each with its finding, its chart and its table.

The script `scripts/trends/chart.js` draws charts and tables, at build as in a browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.dimensions import numbers_of
from catalogue.derive.parameters import cache_bytes
from catalogue.derive.training import SizeOf, published_size, recomputed_size

from .. import assets, format
from ..cite import Citations
from ..computed import recomputed_html
from ..context import Context
from ..format import short_size
from ..links import model_link, variant_link
from ..page import Page, Section, lead_section
from ..plays.drawing import run_script
from . import trend_values as values
from .sources import sources
from .trend_values import Size, Value


@dataclass(frozen=True)
class Shown:
    """A number of a size with its HTML for the table, which leads to the source or the working."""

    value: Value
    html: Markup


@dataclass(frozen=True)
class Quantity:
    """What an axis can show; `scale` is date, log or linear."""

    scale: str
    measure: Callable[[Citations, Size], Shown | None]


@dataclass(frozen=True)
class Preset:
    """A pair of quantities that shows something; its words have the finding, of which the numbers are left open."""

    key: str
    x: str
    y: str


def page(context: Context) -> Page:
    """A section for each preset, of which a script shows one; what is left out, and why, at the end."""
    words, citations = context.words, Citations(context)
    sizes = values.sizes(context)
    data = _chart_data(citations, sizes)
    sections = [
        section for preset in PRESETS if (section := _section(context, data, preset, first=preset is PRESETS[0]))
    ]
    controls = context.html(
        "trend_controls.html.jinja",
        presets=[(section.id, words(f"trends.{section.id}.name")) for section in sections],
        quantities=[(key, words(f"trends.quantity.{key}")) for key in QUANTITIES],
        legend=[(rank, words(f"trends.rank.{rank}")) for rank in values.RANKS if any(s.rank == rank for s in sizes)],
        script=assets.page_script(
            "trends", {"trends-data": json.dumps(data, ensure_ascii=False, separators=(",", ":"))}
        ),
    )
    return Page(
        "trends.md",
        words("page.trends"),
        words("trends.description"),
        (
            lead_section(words("trends.intro"), controls),
            *sections,
            Section("own-axes", "", '<div data-trend="own"></div>'),
            _left_out(context),
            sources(citations),
        ),
        hide=("navigation", "toc"),
    )


def _section(context: Context, data: Mapping[str, Any], preset: Preset, first: bool) -> Section | None:
    drawn = [model for model in data["models"] if preset.x in model["values"] and preset.y in model["values"]]
    if len(drawn) < 2:
        return None
    title = _finding(context, preset, [model for model in drawn if model["rank"] == "main"])
    html = context.html(
        "trend_section.html.jinja",
        preset=preset,
        first=first,
        intro=context.words(f"trends.{preset.key}.intro"),
        trend=Markup(run_script("trends", "trend", data, preset.x, preset.y, title)),
    )
    return Section(preset.key, title, html)


def _finding(context: Context, preset: Preset, line: Sequence[Mapping[str, Any]]) -> str:
    """What became of a quantity from the first flagship of the general line to the last, or where the last one stands."""
    words = context.words
    if len(line) < 2:
        return words(f"trends.{preset.key}.name")
    (before, after), other = (model["values"][preset.y] for model in (line[0], line[-1])), line[-1]["values"][preset.x]
    ratio = Decimal(after["n"]) / Decimal(other["n"] if preset.x != "date" else before["n"])
    return words(
        f"trends.{preset.key}.finding",
        first=line[0]["short"],
        last=line[-1]["short"],
        before=before["shown"],
        after=after["shown"],
        ratio=ratio_text(ratio),
    )


def ratio_text(ratio: Decimal) -> str:
    """How many times as much; less than the whole as a share."""
    return format.format_significant(ratio) if ratio >= 1 else f"{format.format_significant(100 * ratio, 2)}%"


def _chart_data(citations: Citations, sizes: Sequence[Size]) -> dict[str, Any]:
    """What charts are drawn from: the quantities with their names and scales, and what is known of every size."""
    words = citations.context.words
    models = []
    for size in sizes:
        found = {key: shown for key, quantity in QUANTITIES.items() if (shown := quantity.measure(citations, size))}
        models.append(
            {
                "id": size.owner.variant.id,
                "name": size.owner.variant.name,
                "short": short_size(size.owner.variant.name),
                "href": f'href="ds:models/{size.model.id}.md"',
                "rank": size.rank,
                "said": format.format_date(size.date, words),
                "month": format.format_month(size.date, words),
                "values": {
                    key: {
                        "n": float(s.value.number),
                        "published": s.value.published,
                        "shown": s.value.shown,
                        "html": s.html,
                    }
                    for key, s in found.items()
                },
            }
        )
    keys = ("published", "recomputed", "said", "point", "and", "log", "alternative", "missing", "listed", "few", "own")
    return {
        "models": models,
        "quantities": {
            key: {"label": words(f"trends.quantity.{key}"), "scale": quantity.scale}
            for key, quantity in QUANTITIES.items()
        },
        "words": {
            **{key: words(f"trends.{key}") for key in keys if key != "listed"},
            "listed": words("punctuation.listed"),
            "model": words("table.model"),
            "date": words("table.date"),
        },
    }


def _left_out(context: Context) -> Section:
    words = context.words
    listed = Markup(words("punctuation.listed"))
    borrowed = listed.join(model_link(model) for model in values.borrowed(context))
    unreleased = listed.join(variant_link(entry) for entry in values.unreleased(context))
    costs = Markup('<a href="ds:compare/infrastructure.md">{}</a>').format(words("compare.infrastructure.title"))
    lines = [
        ("", escape(words("trends.left_out.borrowed", names="{}")).format(borrowed)),
        ("", escape(words("trends.left_out.unreleased", names="{}")).format(unreleased)),
        ("", escape(words("trends.left_out.tracks"))),
        ("", escape(words("trends.left_out.sizes"))),
        ("", escape(words("trends.left_out.dates"))),
        ("hours", escape(words("trends.left_out.hours", place="{}")).format(costs)),
        ("cost", escape(words("trends.left_out.cost"))),
    ]
    return Section("left-out", words("trends.left_out.title"), context.html("trend_list.html.jinja", lines=lines))


def _day(citations: Citations, size: Size) -> Shown:
    days = (size.day - date(1970, 1, 1)).days
    return Shown(Value(Decimal(days), True, format.format_date(size.date, citations.context.words)), Markup(""))


def _parameters(which: SizeOf) -> Callable[[Citations, Size], Shown | None]:
    def measure(citations: Citations, size: Size) -> Shown | None:
        value = values.size_value(citations.context, size.owner, which)
        if value is None and which is SizeOf.ACTIVATED and not numbers_of_size(size).get("n_routed_experts"):
            return _parameters(SizeOf.TOTAL)(citations, size)  # a dense model uses all it has
        if value is None:
            return None
        stated = published_size(size.owner, which)
        if value.published:
            assert stated is not None
            return Shown(value, citations.marked(str(escape(value.shown)), stated.source))
        recounted = recomputed_size(size.owner, which)
        assert recounted is not None
        return Shown(value, recomputed_html(value.shown, recounted.numbers))

    return measure


def numbers_of_size(size: Size) -> Mapping[str, int]:
    return numbers_of(size.owner.architecture) if size.owner.architecture is not None else {}


def _cache(citations: Citations, size: Size) -> Shown | None:
    found = cache_bytes(size.owner.recount) if size.owner.recount else None
    if found is None:
        return None
    value = Value(Decimal(found.value), False, format.format_compact(found.value))
    return Shown(value, recomputed_html(format.format_integer(found.value), found.numbers))


def _served(citations: Citations, size: Size) -> Shown | None:
    value, entry = values.served_cache(size), values.served_by(size)
    if value is None or entry is None:
        return None
    stated = values.stored(entry)
    if value.published and stated is not None:
        return Shown(value, citations.single(stated))
    assert entry.stored_cache is not None
    return Shown(value, recomputed_html(format.format_integer(entry.stored_cache.value), entry.stored_cache.numbers))


def _tokens(citations: Citations, size: Size) -> Shown | None:
    value, stated = values.tokens(size), values.trained(size)
    return Shown(value, citations.single(stated)) if value is not None else None


def _flops(citations: Citations, size: Size) -> Shown | None:
    run = values.training_run(citations.context, size)
    if run is None:
        return None
    term = run.terms["training_flops"]
    shown = format.format_power(term.value)
    if run.attention_left_out is not None:
        shown = citations.context.words("trends.at_least", value=shown)
    return Shown(Value(Decimal(term.value), False, shown), recomputed_html(shown, term.numbers))


def _context_length(citations: Citations, size: Size) -> Shown | None:
    stated = next(
        (s for m in size.members if (s := m.variant.context_length) is not None and s.value is not None), None
    )
    if stated is None or stated.value is None:
        return None
    shown = format.format_quantity(stated.value)
    return Shown(Value(stated.value.value, True, shown), citations.marked(shown, stated.source))


def _dimension(name: str) -> Callable[[Citations, Size], Shown | None]:
    def measure(citations: Citations, size: Size) -> Shown | None:
        stated = getattr(size.owner.architecture, name)
        if stated is None or stated.value is None:
            return None
        value = Value(Decimal(stated.value), True, format.format_integer(stated.value))
        return Shown(value, citations.single(stated))

    return measure


QUANTITIES: Mapping[str, Quantity] = {
    "date": Quantity("date", _day),
    "cache": Quantity("log", _cache),
    "served": Quantity("log", _served),
    "total": Quantity("log", _parameters(SizeOf.TOTAL)),
    "activated": Quantity("log", _parameters(SizeOf.ACTIVATED)),
    "tokens": Quantity("log", _tokens),
    "flops": Quantity("log", _flops),
    "context": Quantity("log", _context_length),
    "layers": Quantity("linear", _dimension("num_hidden_layers")),
    "hidden": Quantity("linear", _dimension("hidden_size")),
    "experts": Quantity("linear", _dimension("n_routed_experts")),
}
PRESETS = (
    Preset("cache", "date", "cache"),
    Preset("parameters", "date", "total"),
    Preset("sparsity", "total", "activated"),
    Preset("tokens", "date", "tokens"),
    Preset("flops", "date", "flops"),
    Preset("context", "date", "context"),
)
"""The first is shown where an address asks for none."""

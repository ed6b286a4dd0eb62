"""Trends: two quantities of every model, as pairs with a finding, a chart and a table.

`scripts/trends/chart.js` draws charts and tables, at build as in a browser.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from catalogue import records
from catalogue.derive.expression import Computation, architecture_numbers
from catalogue.derive.parameters import cache_bytes
from catalogue.derive.training import (
    SizeOf,
    TrainingMetrics,
    is_on_common_base,
    pre_training_tokens,
    published_size,
    recomputed_counts,
    recomputed_size,
)
from catalogue.lookup import training_metrics_with_peak
from catalogue.records import Entry
from catalogue.schema.model import Counted, Model, Track
from catalogue.schema.model import Size as StatedSize
from catalogue.schema.quantities import Count, Quantity
from catalogue.schema.values import Absence, PartialDate, Single

from .. import assets, format
from ..cite import Citations, counted_text
from ..context import Context
from ..format import short_size
from ..links import model_link, variant_link
from ..page import Page, Section, lead_section
from ..plays import run_script
from ..tables import recomputed_html
from .sources import sources_section


@dataclass(frozen=True)
class SizeValue:
    number: Decimal
    published: bool
    shown: str


# Tracks that are drawn lightly beside the general line, by the flagships alone.
BESIDE = {Track.CODE, Track.VISION}
RANKS = ("main", "line", "other")


@dataclass(frozen=True)
class FamilySize:
    """An architecture of a family.

    Attributes:
        owner: Variant whose entry holds the architecture.
        members: Variants of the family that share it, in order.
        date: First date of a released member.
        rank: `main` for the flagship's architecture in the general line, `line` for its other sizes, `other` else.
    """

    owner: Entry
    members: tuple[Entry, ...]
    date: PartialDate
    rank: str

    @property
    def model(self) -> Model:
        return self.owner.model

    @property
    def day(self) -> datetime.date:
        return datetime.date.fromisoformat(self.date.first_day)


def family_sizes(context: Context) -> list[FamilySize]:
    found = []
    for size in _all_sizes(context):
        if size.model.track is Track.GENERAL or (size.model.track in BESIDE and _holds_flagship(size)):
            found.append(size)
    return sorted(found, key=lambda size: size.date.first_day)


def _holds_flagship(size: FamilySize) -> bool:
    return any(member.variant.id == size.model.flagship for member in size.members)


def _all_sizes(context: Context) -> Iterator[FamilySize]:
    for model in context.catalogue.models.values():
        entries = context.catalogue.entries_of(model)
        for owner in entries:
            if owner.variant.architecture is None:
                continue
            members = tuple(entry for entry in entries if entry.architecture_owner == owner.variant.id)
            dates = [day for member in members if (day := released_on(member)) is not None]
            if not dates:
                continue
            holds = any(member.variant.id == model.flagship for member in members)
            rank = "other" if model.track is not Track.GENERAL else "main" if holds else "line"
            yield FamilySize(owner, members, min(dates, key=lambda day: day.first_day), rank)


def released_on(entry: Entry) -> PartialDate | None:
    """Release day of a checkpoint; None where it was not released or the day is not known."""
    return records.release_date(entry)


def unreleased_entries(context: Context) -> list[Entry]:
    drawn = {size.owner.variant.id for size in _all_sizes(context)}
    return [
        entry
        for entry in context.catalogue.entries.values()
        if entry.variant.architecture is not None
        and entry.variant.id not in drawn
        and entry.model.track is Track.GENERAL
        and (stated := records.checkpoint_date(entry, "weights")) is not None
        and stated.absence is Absence.NOT_PUBLISHED
    ]


def borrowed_models(context: Context) -> list[Model]:
    return [
        model
        for model in context.catalogue.models.values()
        if (model.track is Track.GENERAL or model.track in BESIDE)
        and (flagship := context.catalogue.flagship(model)).owner_model != model.id
        and flagship.architecture is not None
    ]


def parameter_values(context: Context, size: FamilySize) -> list[SizeValue]:
    """Total and activated, on one base; a published size that counts something else is drawn recomputed."""
    return [value for which in SizeOf if (value := size_value(context, size.owner, which)) is not None]


def size_value(context: Context, entry: Entry, which: SizeOf) -> SizeValue | None:
    published, recounted = published_size(entry, which), recomputed_size(entry, which)
    if published is not None and published.value is not None and _may_be_drawn(entry, which, published, recounted):
        shown = format.format_quantity(published.value) + _counted_text(context, published.counts)
        return SizeValue(published.value.value, True, shown)
    if recounted is None:
        return None
    shown = format.format_compact(recounted.value) + _counted_text(context, recomputed_counts(entry, which))
    return SizeValue(Decimal(recounted.value), False, shown)


def _counted_text(context: Context, counts: Counted | None) -> str:
    return counted_text(context.words, counts) if counts is not Counted.LANGUAGE_MODEL else ""


def _may_be_drawn(entry: Entry, which: SizeOf, published: StatedSize[Count], recounted: Computation | None) -> bool:
    """Whether a published size is on the common base, or has no recount, or is a time share."""
    return recounted is None or published.counts is Counted.WRITING or is_on_common_base(entry, which)


def token_value(size: FamilySize) -> SizeValue | None:
    published = trained_tokens(size)
    if published is None or published.value is None:
        return None
    return SizeValue(published.value.value, True, format.format_quantity(published.value))


def trained_tokens(size: FamilySize) -> Single[Quantity] | None:
    return next((single for member in size.members if (single := pre_training_tokens(member)) is not None), None)


def served_by(size: FamilySize) -> Entry | None:
    return next((m for m in size.members if m.stored_cache is not None or published_stored_cache(m) is not None), None)


def served_cache(size: FamilySize) -> SizeValue | None:
    entry = served_by(size)
    if entry is None:
        return None
    published, computed = published_stored_cache(entry), entry.stored_cache
    if published is not None and published.value is not None:
        return SizeValue(published.value.value, True, format.format_quantity(published.value))
    return SizeValue(Decimal(computed.value), False, format.format_compact(computed.value)) if computed else None


def published_stored_cache(entry: Entry) -> Single[Quantity] | None:
    stated = entry.model.kv_cache.bytes_per_token if entry.model.kv_cache else None
    single = stated.for_variant(entry.variant.id) if stated else None
    return single if single is not None and single.value is not None else None


def training_run(context: Context, size: FamilySize) -> TrainingMetrics | None:
    return next(
        (found for m in size.members if (found := training_metrics_with_peak(context.lookup, m)) is not None), None
    )


@dataclass(frozen=True)
class ShownValue:
    value: SizeValue
    html: Markup


@dataclass(frozen=True)
class TrendQuantity:
    """What an axis can show; `scale` is date, log or linear."""

    scale: str
    measure: Callable[[Citations, FamilySize], ShownValue | None]


@dataclass(frozen=True)
class Preset:
    key: str
    x: str
    y: str


def trends_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    sizes = family_sizes(context)
    data = _chart_data(citations, sizes)
    sections = [
        section for preset in PRESETS if (section := _preset_section(context, data, preset, first=preset is PRESETS[0]))
    ]
    controls = context.html(
        "trend_controls.html.jinja",
        presets=[(section.id, words(f"trends.{section.id}.name")) for section in sections],
        quantities=[(key, words(f"trends.quantity.{key}")) for key in QUANTITIES],
        legend=[(rank, words(f"trends.rank.{rank}")) for rank in RANKS if any(s.rank == rank for s in sizes)],
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
            sources_section(citations),
        ),
        hide=("navigation", "toc"),
    )


def _preset_section(context: Context, data: Mapping[str, Any], preset: Preset, first: bool) -> Section | None:
    drawn = [model for model in data["models"] if preset.x in model["values"] and preset.y in model["values"]]
    if len(drawn) < 2:
        return None
    title = _preset_finding(context, preset, [model for model in drawn if model["rank"] == "main"])
    html = context.html(
        "trend_section.html.jinja",
        preset=preset,
        first=first,
        intro=context.words(f"trends.{preset.key}.intro"),
        trend=Markup(run_script("trends", "trend", data, preset.x, preset.y, title)),
    )
    return Section(preset.key, title, html)


def _preset_finding(context: Context, preset: Preset, line: Sequence[Mapping[str, Any]]) -> str:
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
    """`3.2`-fold; below one as a share."""
    return format.format_significant(ratio) if ratio >= 1 else f"{format.format_significant(100 * ratio, 2)}%"


def _chart_data(citations: Citations, sizes: Sequence[FamilySize]) -> dict[str, Any]:
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
    borrowed = listed.join(model_link(model) for model in borrowed_models(context))
    unreleased = listed.join(variant_link(entry) for entry in unreleased_entries(context))
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


def _shown_day(citations: Citations, size: FamilySize) -> ShownValue:
    days = (size.day - date(1970, 1, 1)).days
    return ShownValue(
        SizeValue(Decimal(days), True, format.format_date(size.date, citations.context.words)), Markup("")
    )


def _parameter_measure(which: SizeOf) -> Callable[[Citations, FamilySize], ShownValue | None]:
    def measure(citations: Citations, size: FamilySize) -> ShownValue | None:
        value = size_value(citations.context, size.owner, which)
        if value is None and which is SizeOf.ACTIVATED and not numbers_of_size(size).get("n_routed_experts"):
            return _parameter_measure(SizeOf.TOTAL)(citations, size)  # a dense model uses all it has
        if value is None:
            return None
        stated = published_size(size.owner, which)
        if value.published:
            assert stated is not None
            return ShownValue(value, citations.cite(str(escape(value.shown)), stated.source))
        recounted = recomputed_size(size.owner, which)
        assert recounted is not None
        return ShownValue(value, recomputed_html(value.shown, recounted.numbers))

    return measure


def numbers_of_size(size: FamilySize) -> Mapping[str, int]:
    return architecture_numbers(size.owner.architecture) if size.owner.architecture is not None else {}


def _shown_cache(citations: Citations, size: FamilySize) -> ShownValue | None:
    found = cache_bytes(size.owner.recount) if size.owner.recount else None
    if found is None:
        return None
    value = SizeValue(Decimal(found.value), False, format.format_compact(found.value))
    return ShownValue(value, recomputed_html(format.format_integer(found.value), found.numbers))


def _shown_served_cache(citations: Citations, size: FamilySize) -> ShownValue | None:
    value, entry = served_cache(size), served_by(size)
    if value is None or entry is None:
        return None
    stated = published_stored_cache(entry)
    if value.published and stated is not None:
        return ShownValue(value, citations.value_html(stated))
    assert entry.stored_cache is not None
    return ShownValue(
        value, recomputed_html(format.format_integer(entry.stored_cache.value), entry.stored_cache.numbers)
    )


def _shown_tokens(citations: Citations, size: FamilySize) -> ShownValue | None:
    value, stated = token_value(size), trained_tokens(size)
    return ShownValue(value, citations.value_html(stated)) if value is not None else None


def _shown_flops(citations: Citations, size: FamilySize) -> ShownValue | None:
    run = training_run(citations.context, size)
    if run is None:
        return None
    term = run.terms["training_flops"]
    shown = format.format_power(term.value)
    if run.attention_left_out is not None:
        shown = citations.context.words("trends.at_least", value=shown)
    return ShownValue(SizeValue(Decimal(term.value), False, shown), recomputed_html(shown, term.numbers))


def _context_length(citations: Citations, size: FamilySize) -> ShownValue | None:
    stated = next(
        (s for m in size.members if (s := m.variant.context_length) is not None and s.value is not None), None
    )
    if stated is None or stated.value is None:
        return None
    shown = format.format_quantity(stated.value)
    return ShownValue(SizeValue(stated.value.value, True, shown), citations.cite(shown, stated.source))


def _dimension_measure(name: str) -> Callable[[Citations, FamilySize], ShownValue | None]:
    def measure(citations: Citations, size: FamilySize) -> ShownValue | None:
        stated = getattr(size.owner.architecture, name)
        if stated is None or stated.value is None:
            return None
        value = SizeValue(Decimal(stated.value), True, format.format_integer(stated.value))
        return ShownValue(value, citations.value_html(stated))

    return measure


QUANTITIES: Mapping[str, TrendQuantity] = {
    "date": TrendQuantity("date", _shown_day),
    "cache": TrendQuantity("log", _shown_cache),
    "served": TrendQuantity("log", _shown_served_cache),
    "total": TrendQuantity("log", _parameter_measure(SizeOf.TOTAL)),
    "activated": TrendQuantity("log", _parameter_measure(SizeOf.ACTIVATED)),
    "tokens": TrendQuantity("log", _shown_tokens),
    "flops": TrendQuantity("log", _shown_flops),
    "context": TrendQuantity("log", _context_length),
    "layers": TrendQuantity("linear", _dimension_measure("num_hidden_layers")),
    "hidden": TrendQuantity("linear", _dimension_measure("hidden_size")),
    "experts": TrendQuantity("linear", _dimension_measure("n_routed_experts")),
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

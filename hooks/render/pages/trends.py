"""Trends: two quantities of every model, as pairs with a finding, a chart and a table.

`scripts/trends/chart.js` draws charts and tables, at build as in a browser.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from catalogue import records
from catalogue.derive.expression import Computation, architecture_numbers
from catalogue.derive.training import SizeOf, is_on_common_base, published_size, recomputed_counts, recomputed_size
from catalogue.facts import FACTS, EntryContext, Fact, Value
from catalogue.records import Entry
from catalogue.schema.model import Counted, Model, Track
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Absence, PartialDate, Single

from .. import assets, format
from ..cite import Citations, counted_text
from ..context import Context
from ..figures.engine import run_script
from ..format import short_size
from ..links import model_link, variant_link
from ..page import Page, Section, lead_section, titled_page
from ..recomputed import recomputed_html
from .sources import sources_section


@dataclass(frozen=True)
class TrendValue:
    number: Decimal
    published: bool
    shown: str
    html: Markup
    digits: int | None = None  # of a published value that is rounded


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
    """

    owner: Entry
    members: tuple[Entry, ...]
    date: PartialDate

    @property
    def model(self) -> Model:
        return self.owner.model

    @property
    def holds_flagship(self) -> bool:
        return any(member.variant.id == self.model.flagship for member in self.members)

    @property
    def rank(self) -> str:
        """`main` for the flagship's architecture in the general line, `line` for its other sizes, `other` else."""
        if self.model.track is not Track.GENERAL:
            return "other"
        return "main" if self.holds_flagship else "line"


def family_sizes(context: Context) -> list[FamilySize]:
    found = [
        size
        for size in _all_sizes(context)
        if size.model.track is Track.GENERAL or (size.model.track in BESIDE and size.holds_flagship)
    ]
    return sorted(found, key=lambda size: size.date.first_day)


def _all_sizes(context: Context) -> Iterator[FamilySize]:
    for owner in context.catalogue.entries.values():
        if owner.variant.architecture is not None:
            same = context.catalogue.entries_of(owner.model)
            members = tuple(entry for entry in same if entry.architecture_owner == owner.variant.id)
            dates = [day for member in members if (day := records.release_date(member)) is not None]
            if dates:
                yield FamilySize(owner, members, min(dates, key=lambda day: day.first_day))


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


def size_value(citations: Citations, entry: Entry, which: SizeOf) -> TrendValue | None:
    """A published size that counts something else is drawn recomputed."""
    published, recounted = published_size(entry, which), recomputed_size(entry, which)
    counts = published.counts if published is not None else None
    drawn = recounted is None or counts is Counted.WRITING or is_on_common_base(entry, which)
    if published is not None and published.value is not None and drawn:
        shown = format.format_quantity(published.value) + _counted_text(citations, counts)
        html = citations.cite(str(escape(shown)), published.source)
        return TrendValue(published.value.value, True, shown, html, published.value.digits)
    if recounted is None:
        return None
    shown = format.format_compact(recounted.value) + _counted_text(citations, recomputed_counts(entry, which))
    return TrendValue(Decimal(recounted.value), False, shown, recomputed_html(shown, recounted.numbers))


def _counted_text(citations: Citations, counts: Counted | None) -> str:
    return counted_text(citations.context.words, counts) if counts is not Counted.LANGUAGE_MODEL else ""


Measure = Callable[[Citations, FamilySize], TrendValue | None]


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
    return titled_page(
        words,
        "trends.md",
        "trends",
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
    """From the first model to the one that went furthest."""
    words = context.words
    if len(line) < 2:
        return words(f"trends.{preset.key}.name")

    def ratio_of(model: Mapping[str, Any]) -> Decimal:
        over = line[0]["values"][preset.y] if preset.x == "date" else model["values"][preset.x]
        return Decimal(model["values"][preset.y]["n"]) / Decimal(over["n"])

    furthest = (max if ratio_of(line[-1]) >= 1 else min)(line, key=ratio_of)
    before, after, ratio = line[0]["values"][preset.y], furthest["values"][preset.y], ratio_of(furthest)
    return words(
        f"trends.{preset.key}.finding",
        first=line[0]["short"],
        furthest=furthest["short"],
        before=before["shown"],
        after=after["shown"],
        ratio=ratio_text(ratio, min(3, *(value.get("digits", 3) for value in (before, after)))),
    )


def ratio_text(ratio: Decimal, digits: int) -> str:
    """`3.2`-fold; below one as a share. No more digits than the coarser of the two numbers has."""
    return format.format_ratio(ratio, digits) if ratio >= 1 else f"{format.format_ratio(100 * ratio, min(digits, 2))}%"


def _chart_data(citations: Citations, sizes: Sequence[FamilySize]) -> dict[str, Any]:
    words = citations.context.words
    models = []
    for size in sizes:
        found = {key: value for key, (_, measure) in QUANTITIES.items() if (value := measure(citations, size))}
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
                    key: {"n": float(v.number), "published": v.published, "shown": v.shown, "html": v.html}
                    | ({"digits": v.digits} if v.digits is not None else {})
                    for key, v in found.items()
                },
            }
        )
    keys = ("published", "recomputed", "said", "point", "and", "log", "alternative", "missing", "listed", "few", "own")
    return {
        "models": models,
        "quantities": {
            key: {"label": words(f"trends.quantity.{key}"), "scale": scale} for key, (scale, _) in QUANTITIES.items()
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


def _first_day(citations: Citations, size: FamilySize) -> TrendValue:
    days = (date.fromisoformat(size.date.first_day) - date(1970, 1, 1)).days
    return TrendValue(Decimal(days), True, format.format_date(size.date, citations.context.words), Markup(""))


def _total_size(citations: Citations, size: FamilySize) -> TrendValue | None:
    return size_value(citations, size.owner, SizeOf.TOTAL)


def _activated_size(citations: Citations, size: FamilySize) -> TrendValue | None:
    """A dense model uses all it has."""
    value = size_value(citations, size.owner, SizeOf.ACTIVATED)
    assert size.owner.architecture is not None
    dense = not architecture_numbers(size.owner.architecture).get("n_routed_experts")
    return _total_size(citations, size) if value is None and dense else value


def _training_flops(citations: Citations, size: FamilySize) -> TrendValue | None:
    subjects = (EntryContext.of(citations.context.catalogue, member) for member in size.members)
    run = next((subject.metrics for subject in subjects if subject.metrics is not None), None)
    if run is None:
        return None
    term = run.terms["training_flops"]
    shown = format.format_power(term.value)
    if run.attention_left_out is not None:
        shown = citations.context.words("trends.at_least", value=shown)
    return TrendValue(Decimal(term.value), False, shown, recomputed_html(shown, term.numbers))


def _first_of(*facts: Fact) -> Measure:

    def measure(citations: Citations, size: FamilySize) -> TrendValue | None:
        subjects = (EntryContext.of(citations.context.catalogue, member) for member in size.members)
        values = (_fact_value(citations, fact.value(subject)) for subject in subjects for fact in facts)
        return next(filter(None, values), None)

    return measure


def _fact_value(citations: Citations, value: Value) -> TrendValue | None:
    match value:
        case Computation():
            html = recomputed_html(format.format_integer(value.value), value.numbers)
            return TrendValue(Decimal(value.value), False, format.format_compact(value.value), html)
        case Single(value=Length() as length):
            shown = format.format_quantity(length)
            return TrendValue(length.value, True, shown, citations.cite(shown, value.source))
        case Single(value=Quantity() as quantity):
            shown = format.format_quantity(quantity)
            return TrendValue(quantity.value, True, shown, citations.value_html(value), quantity.digits)
        case Single(value=int() as count):
            return TrendValue(Decimal(count), True, format.format_integer(count), citations.value_html(value))
    return None


# What an axis can show: its scale, and how it is measured.
QUANTITIES: Mapping[str, tuple[str, Measure]] = {
    "date": ("date", _first_day),
    "cache": ("log", _first_of(FACTS["cache.bf16"])),
    "served": ("log", _first_of(FACTS["cache.published"], FACTS["cache.stored"])),
    "total": ("log", _total_size),
    "activated": ("log", _activated_size),
    "tokens": ("log", _first_of(FACTS["pre_training_tokens"])),
    "flops": ("log", _training_flops),
    "context": ("log", _first_of(FACTS["context_length"])),
    "layers": ("linear", _first_of(FACTS["num_hidden_layers"])),
    "hidden": ("linear", _first_of(FACTS["hidden_size"])),
    "experts": ("linear", _first_of(FACTS["n_routed_experts"])),
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

"""The figure at the head of the home page: how models grew, and how what they keep of a token shrank, model by model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from catalogue.records import first_date
from catalogue.schema.values import PartialDate

from .. import format
from ..context import Context
from ..format import short_size
from .architecture.shapes import hatch_path
from .home_line import general_line
from .labels import BOLD, Log, cut_text, text_width

_WIDTH, _LEFT = 664.0, 30.0
_TOP, _BOTTOM = 62.0, 176.0
_BARS, _GROUND = 74.0, 334.0
_NARROW, _ROW = 340.0, 46.0
_SIZE, _GAP, _NAME = 12.5, 6.0, 84.0  # of letters, between two texts side by side, and room for a name


@dataclass(frozen=True)
class Size:
    """One model in numbers, with its places in both arrangements."""

    id: str
    name: str
    date: str
    total: str
    active: str
    cache: str
    x: float
    total_y: float
    active_y: float | None
    bar: float
    row: float
    total_x: float
    active_x: float | None
    long: float


def home_hero(context: Context) -> Markup:
    """Both rows over the same models; a style sheet shows the arrangement that fits."""
    words = context.words
    sizes, ticks, grew, shrank = _hero_sizes(context)
    said = words("punctuation.gap").join(
        words(
            f"hero.said{'' if s.active else '_dense'}",
            name=s.name,
            date=s.date,
            total=s.total,
            active=s.active,
            cache=s.cache,
        )
        for s in sizes
    )
    return Markup(
        context.html(
            "home_hero.svg.jinja",
            sizes=sizes,
            ticks=ticks,
            grew=words("hero.grew", times=grew),
            shrank=words("hero.shrank", times=shrank),
            alternative=words("hero.alternative", said=said),
            ground=_GROUND,
            width=max(_WIDTH, max((s.x for s in sizes), default=0) + 78),
            narrow_height=72 + len(sizes) * _ROW * 2 + 66,
            second=72 + len(sizes) * _ROW + 44,
            hatch=hatch_path,
        )
    )


def _hero_sizes(context: Context) -> tuple[list[Size], Sequence[tuple[str, float]], str, str]:
    entries = [
        entry
        for entry in general_line(context.catalogue)
        if entry.variant.parameters.total.value and entry.recount and entry.recount.kv_cache and first_date(entry.model)
    ]
    totals = [_numeric_value(entry.variant.parameters.total.value) for entry in entries]
    actives = [
        _numeric_value(a.value) if (a := entry.variant.parameters.activated) is not None and a.value else None
        for entry in entries
    ]
    caches = [entry.recount.kv_cache.value for entry in entries if entry.recount and entry.recount.kv_cache]
    least = min(float(value) for value in [*totals, *actives] if value)
    scale = Log(least * 0.8, float(max(totals)), _BOTTOM, _TOP)
    across = Log(least * 0.8, float(max(totals)), 110, _NARROW - 70)
    dates = [first_date(entry.model) for entry in entries]
    step, months = _column_spacing(context, [short_size(entry.variant.name) for entry in entries], dates)
    found = []
    for index, (entry, total, active, cache) in enumerate(zip(entries, totals, actives, caches, strict=True)):
        stated = entry.variant.parameters.activated
        share = cache / max(caches)
        found.append(
            Size(
                entry.model.id,
                cut_text(short_size(entry.variant.name), _SIZE * BOLD, step - _GAP),
                months[index],
                format.format_quantity(entry.variant.parameters.total.value)
                if entry.variant.parameters.total.value
                else "",
                format.format_quantity(stated.value) if stated is not None and stated.value else "",
                format.format_integer(cache),
                round(_LEFT + index * step, 1),
                scale(float(total)),
                scale(float(active)) if active else None,
                round(max(1.5, share * _BARS), 1),
                round(index * _ROW, 1),
                across(float(total)),
                across(float(active)) if active else None,
                round(max(1.5, share * (_NARROW - 170)), 1),
            )
        )
    ticks = [(format.format_tick(value), scale(value)) for value in scale.ticks()]
    grew = format.format_significant(max(totals) / totals[0], 2)
    shrank = format.format_significant(Decimal(caches[0]) / min(caches), 3)
    return found, ticks, grew, shrank


def _column_spacing(
    context: Context, names: Sequence[str], dates: Sequence[PartialDate | None]
) -> tuple[float, list[str]]:
    """How far columns stand apart, and the months below them: in digits where there are too many models for words."""
    fits = (_WIDTH - _LEFT - 78) / max(1, len(names) - 1)
    written = [format.format_month(date, context.words) if date else "" for date in dates]
    if _widest_text(written) + _GAP > fits:
        written = [date.text[:7] if date else "" for date in dates]
    return max(fits, _widest_text(written) + _GAP, min(_widest_text(names, bold=True), _NAME) + _GAP), written


def _widest_text(texts: Sequence[str], bold: bool = False) -> float:
    return max((text_width(text, _SIZE, bold) for text in texts), default=0.0)


def _numeric_value(quantity: object) -> Decimal:
    return Decimal(getattr(quantity, "value"))  # noqa: B009

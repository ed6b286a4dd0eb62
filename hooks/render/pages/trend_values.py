"""What the trends are drawn from: the sizes of the families, and each quantity with whether it is published.

A size is an architecture and the variants of its family that share it. It stands at the first date
of a variant that was released; sizes of which none was are not drawn.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from catalogue import checkpoint
from catalogue.derive.expression import Term
from catalogue.derive.parameters import cache_bytes
from catalogue.derive.training import (
    SizeOf,
    hours_of_a_stage,
    is_on_common_base,
    pre_training_tokens,
    published_size,
    recomputed_counts,
    recomputed_size,
)
from catalogue.lookup import metrics_of
from catalogue.records import Entry
from catalogue.schema.model import Counted, Model, Track
from catalogue.schema.model import Size as StatedSize
from catalogue.schema.quantities import Amount, Count, Quantity
from catalogue.schema.training import GpuHours
from catalogue.schema.values import Absence, PartialDate, Single

from .. import format
from ..cite import counted_text
from ..context import Context
from ..figures.trend_marks import Value
from ..words import Words

# Tracks that are drawn lightly beside the general line, by the flagships alone.
BESIDE = {Track.CODE, Track.VISION}


@dataclass(frozen=True)
class Size:
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


def sizes(context: Context) -> list[Size]:
    """Every size that is drawn, the oldest first."""
    found = []
    for size in _all(context):
        if size.model.track is Track.GENERAL or (size.model.track in BESIDE and _holds_flagship(size)):
            found.append(size)
    return sorted(found, key=lambda size: size.date.first_day)


def _holds_flagship(size: Size) -> bool:
    return any(member.variant.id == size.model.flagship for member in size.members)


def _all(context: Context) -> Iterator[Size]:
    for model in context.catalogue.models.values():
        entries = context.catalogue.entries_of(model)
        for owner in entries:
            if owner.variant.architecture is None:
                continue
            members = tuple(entry for entry in entries if entry.architecture_owner == owner.variant.id)
            dates = [day for member in members if (day := released(member)) is not None]
            if not dates:
                continue
            holds = any(member.variant.id == model.flagship for member in members)
            rank = "other" if model.track is not Track.GENERAL else "main" if holds else "line"
            yield Size(owner, members, min(dates, key=lambda day: day.first_day), rank)


def released(entry: Entry) -> PartialDate | None:
    """The day on which a checkpoint came out; None where it never did, or nobody knows when."""
    return checkpoint.release_date(entry)


def unreleased(context: Context) -> list[Entry]:
    """Variants of the general line with an architecture of their own of which no weights came out."""
    drawn = {size.owner.variant.id for size in _all(context)}
    return [
        entry
        for entry in context.catalogue.entries.values()
        if entry.variant.architecture is not None
        and entry.variant.id not in drawn
        and entry.model.track is Track.GENERAL
        and (stated := checkpoint.checkpoint_date(entry, "weights")) is not None
        and stated.absence is Absence.NOT_PUBLISHED
    ]


def borrowed(context: Context) -> list[Model]:
    """Families that add no architecture of their own for their flagship, in the tracks that are drawn."""
    return [
        model
        for model in context.catalogue.models.values()
        if (model.track is Track.GENERAL or model.track in BESIDE)
        and (flagship := context.catalogue.flagship(model)).owner_model != model.id
        and flagship.architecture is not None
    ]


Measure = Callable[[Context, Size], list[Value]]


def parameters(context: Context, size: Size) -> list[Value]:
    """All parameters, and those active for a token of a mixture of experts, on one base.

    A published size that counts something else, such as a vision encoder or all but Engram, is drawn recomputed.
    """
    return [value for which in SizeOf if (value := size_value(context, size.owner, which)) is not None]


def size_value(context: Context, entry: Entry, which: SizeOf) -> Value | None:
    published, recounted = published_size(entry, which), recomputed_size(entry, which)
    series = list(SizeOf).index(which)
    if published is not None and published.value is not None and _may_be_drawn(entry, which, published, recounted):
        shown = format.format_quantity(published.value) + _counted(context, published.counts)
        return Value(series, published.value.value, True, shown)
    if recounted is None:
        return None
    shown = format.format_compact(recounted.value) + _counted(context, recomputed_counts(entry, which))
    return Value(series, Decimal(recounted.value), False, shown)


def _counted(context: Context, counts: Counted | None) -> str:
    """What a size counts, where that is more than the page says of all: the language model, for every token."""
    return counted_text(context.words, counts) if counts is not Counted.LANGUAGE_MODEL else ""


def _may_be_drawn(entry: Entry, which: SizeOf, published: StatedSize[Count], recounted: Term | None) -> bool:
    """Whether a published size is on the common base, or there is no recount, or it is a share of its time alone."""
    return recounted is None or published.counts is Counted.WRITING or is_on_common_base(entry, which)


def _either(
    series: int, published: Single[Quantity] | Single[Amount] | None, recomputed: int | None, words: Words | None = None
) -> Value | None:
    if published is not None and published.value is not None:
        return Value(series, published.value.value, True, format.format_quantity(published.value, words))
    if recomputed is None:
        return None
    shown = format.format_compact(recomputed) if words is None else format.format_amount(Decimal(recomputed), words)
    return Value(series, Decimal(recomputed), False, shown)


def tokens(context: Context, size: Size) -> list[Value]:
    """Tokens of the pre-training that made a size from scratch."""
    published = trained(size)
    return [value for value in (_either(0, published, None),) if value is not None]


def trained(size: Size) -> Single[Quantity] | None:
    """Those tokens with their source."""
    return next((single for member in size.members if (single := pre_training_tokens(member)) is not None), None)


def cache(context: Context, size: Size) -> list[Value]:
    """Bytes of a token's cache: in BF16, and as it is stored in service, which is published or recomputed."""
    values = []
    in_bf16 = cache_bytes(size.owner.recount) if size.owner.recount else None
    if in_bf16 is not None:
        values.append(Value(0, Decimal(in_bf16.value), False, format.format_compact(in_bf16.value)))
    served = next((m for m in size.members if m.stored_cache is not None or stored(m) is not None), None)
    if served is not None:
        published, computed = stored(served), served.stored_cache
        value = _either(1, published, computed.value if computed else None)
        if value is not None:
            values.append(value)
    return values


def stored(entry: Entry) -> Single[Quantity] | None:
    """Published bytes of a token's cache in service."""
    stated = entry.model.kv_cache.bytes_per_token if entry.model.kv_cache else None
    single = stated.for_variant(entry.variant.id) if stated else None
    return single if single is not None and single.value is not None else None


def flops(context: Context, size: Size) -> list[Value]:
    """FLOPs of the pre-training, always recomputed."""
    for member in size.members:
        result = metrics_of(context.lookup, member)
        if result is not None:
            term = result.terms["training_flops"]
            shown = format.format_power(term.value)
            if result.attention_left_out is not None:
                shown = context.words("trends.at_least", value=shown)
            return [Value(0, Decimal(term.value), False, shown)]
    return []


def partly_counted(context: Context, size: Size) -> bool:
    """Whether the FLOPs of a size are those of the matrix products alone."""
    results = [result for member in size.members if (result := metrics_of(context.lookup, member)) is not None]
    return bool(results) and results[0].attention_left_out is not None


def hours(context: Context, size: Size) -> list[Value]:
    """GPU-hours of the pre-training: published, or published for so many tokens times the tokens of the run."""
    part = hours_part(size)
    if part is None or part.hours.value is None:
        return []
    if part.per_tokens is None or part.per_tokens.value is None:
        return [value for value in (_either(0, part.hours, None, context.words),) if value is not None]
    run = trained(size)
    if run is None or run.value is None:
        return []
    exact = Fraction(part.hours.value.value) * Fraction(run.value.value) / Fraction(part.per_tokens.value.value)
    return [value for value in (_either(0, None, round(exact), context.words),) if value is not None]


def hours_part(size: Size) -> GpuHours | None:
    """The published GPU-hours that cover the pre-training of the family's flagship."""
    return hours_of_a_stage(size.model) if _holds_flagship(size) else None

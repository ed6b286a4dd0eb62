"""What the trends are drawn from: the sizes of the families, and each quantity with whether it is published.

A size is an architecture and the variants of its family that share it. It stands at the first date
of a variant that was released; sizes of which none was are not drawn.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from catalogue import checkpoint
from catalogue.derive.expression import Term
from catalogue.derive.training import (
    SizeOf,
    TrainingMetrics,
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
from catalogue.schema.quantities import Count, Quantity
from catalogue.schema.values import Absence, PartialDate, Single

from .. import format
from ..cite import counted_text
from ..context import Context


@dataclass(frozen=True)
class Value:
    """A number of a size: how much, whether it is published, how it is shown."""

    number: Decimal
    published: bool
    shown: str


# Tracks that are drawn lightly beside the general line, by the flagships alone.
BESIDE = {Track.CODE, Track.VISION}
RANKS = ("main", "line", "other")


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


def parameters(context: Context, size: Size) -> list[Value]:
    """All parameters, and those active for a token of a mixture of experts, on one base.

    A published size that counts something else, such as a vision encoder or all but Engram, is drawn recomputed.
    """
    return [value for which in SizeOf if (value := size_value(context, size.owner, which)) is not None]


def size_value(context: Context, entry: Entry, which: SizeOf) -> Value | None:
    published, recounted = published_size(entry, which), recomputed_size(entry, which)
    if published is not None and published.value is not None and _may_be_drawn(entry, which, published, recounted):
        shown = format.format_quantity(published.value) + _counted(context, published.counts)
        return Value(published.value.value, True, shown)
    if recounted is None:
        return None
    shown = format.format_compact(recounted.value) + _counted(context, recomputed_counts(entry, which))
    return Value(Decimal(recounted.value), False, shown)


def _counted(context: Context, counts: Counted | None) -> str:
    """What a size counts, where that is more than the page says of all: the language model, for every token."""
    return counted_text(context.words, counts) if counts is not Counted.LANGUAGE_MODEL else ""


def _may_be_drawn(entry: Entry, which: SizeOf, published: StatedSize[Count], recounted: Term | None) -> bool:
    """Whether a published size is on the common base, or there is no recount, or it is a share of its time alone."""
    return recounted is None or published.counts is Counted.WRITING or is_on_common_base(entry, which)


def tokens(size: Size) -> Value | None:
    """Tokens of the pre-training that made a size from scratch."""
    published = trained(size)
    if published is None or published.value is None:
        return None
    return Value(published.value.value, True, format.format_quantity(published.value))


def trained(size: Size) -> Single[Quantity] | None:
    """Those tokens with their source."""
    return next((single for member in size.members if (single := pre_training_tokens(member)) is not None), None)


def served_by(size: Size) -> Entry | None:
    """The variant that the bytes of a token's cache in service are known of."""
    return next((m for m in size.members if m.stored_cache is not None or stored(m) is not None), None)


def served_cache(size: Size) -> Value | None:
    """Bytes of a token's cache as it is stored in service, which is published or recomputed."""
    entry = served_by(size)
    if entry is None:
        return None
    published, computed = stored(entry), entry.stored_cache
    if published is not None and published.value is not None:
        return Value(published.value.value, True, format.format_quantity(published.value))
    return Value(Decimal(computed.value), False, format.format_compact(computed.value)) if computed else None


def stored(entry: Entry) -> Single[Quantity] | None:
    """Published bytes of a token's cache in service."""
    stated = entry.model.kv_cache.bytes_per_token if entry.model.kv_cache else None
    single = stated.for_variant(entry.variant.id) if stated else None
    return single if single is not None and single.value is not None else None


def training_run(context: Context, size: Size) -> TrainingMetrics | None:
    """What follows from the pre-training of a size."""
    return next((found for m in size.members if (found := metrics_of(context.lookup, m)) is not None), None)

"""Numbers of parameters on one base, so that sizes of two models can be set side by side.

A published size counts what its paper counts: with or without a vision encoder, an indexer or the tables of Engram, or
it is the number in a name. It is compared only where it counts the main model as a whole and agrees with the recount;
otherwise both sides are recomputed: the language model with everything that a token can reach, Engram included, and
without MTP modules and encoders.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..records import Entry
from ..schema.model import Counted, Size
from ..schema.quantities import Count
from .expression import Term, evaluate_formula


class SizeOf(StrEnum):
    """Which size of a model."""

    TOTAL = "total"
    ACTIVATED = "activated"


@dataclass(frozen=True)
class ComparedSize:
    """A size that may be compared with another one: the published value where it is on the common base, else recomputed.

    Attributes:
        counts: What it counts, to be printed with it; None for the main model as a whole.
        computed: How a recomputed size follows; None of a published one.
    """

    published: Size[Count] | None
    computed: Term | None
    counts: Counted | None

    @property
    def saying(self) -> str:
        """The number in one spelling."""
        if self.computed is not None:
            return str(self.computed.value)
        assert self.published is not None
        assert self.published.value is not None
        return f"{self.published.value.value.normalize():f}"


def published_size(entry: Entry, which: SizeOf) -> Size[Count] | None:
    """The published size of a variant."""
    parameters = entry.variant.parameters
    return parameters.total if which is SizeOf.TOTAL else parameters.activated


def recomputed_size(entry: Entry, which: SizeOf) -> Term | None:
    """The size on the common base: all that a token can reach, with Engram; or what a token uses while writing."""
    recount = entry.recount
    if recount is None or recount.total is None:
        return None
    if which is SizeOf.ACTIVATED:
        return evaluate_formula("activated", "activated", {"activated": entry.activated}) if entry.activated else None
    sizes = {"main_model": recount.total, **{part.name: part.value for part in recount.engram}}
    return evaluate_formula("with_engram" if recount.engram else "total", " + ".join(sizes), sizes)


def is_on_common_base(entry: Entry, which: SizeOf) -> bool:
    """Whether a published size counts the main model as a whole, as far as a recount can tell."""
    size = published_size(entry, which)
    if size is None or size.value is None or size.counts not in (None, Counted.LANGUAGE_MODEL):
        return False
    agreement = entry.total_agreement if which is SizeOf.TOTAL else entry.activated_agreement
    return agreement is None or agreement.holds


def compared_sizes(entries: tuple[Entry, Entry], which: SizeOf) -> tuple[ComparedSize, ComparedSize] | None:
    """The sizes of two variants on one base; None where there is none that both have."""
    recounts = [recomputed_size(entry, which) for entry in entries]
    published = [published_size(entry, which) for entry in entries]
    if all(is_on_common_base(entry, which) for entry in entries):
        first, second = (ComparedSize(size, None, size.counts if size else None) for size in published)
        counts = {recount.value if recount is not None else None for recount in recounts}
        # Rounded differently, one network would differ from itself; rounded alike, two would be the same.
        if None in counts or (len(counts) == 1) is (first.saying == second.saying):
            return first, second
    if None not in recounts:
        first, second = (
            ComparedSize(None, recount, recomputed_counts(entry, which))
            for entry, recount in zip(entries, recounts, strict=True)
        )
        return first, second
    bases = {size.counts if size is not None and size.value is not None else "" for size in published}
    if len(bases) == 1 and "" not in bases:
        first, second = (ComparedSize(size, None, size.counts if size else None) for size in published)
        return first, second
    return None


def recomputed_counts(entry: Entry, which: SizeOf) -> Counted | None:
    """What a recomputed size counts."""
    if which is SizeOf.ACTIVATED and entry.recount is not None and entry.recount.prefill is not None:
        return Counted.WRITING
    if which is SizeOf.TOTAL and entry.recount is not None and entry.recount.engram:
        return Counted.WITH_ENGRAM
    return Counted.LANGUAGE_MODEL if entry.vision is not None else None


def metric_counts(entry: Entry, metric: str) -> Counted | None:
    """What a metric of training is per, or a share of, where a model has Engram or reads with a part of its layers."""
    recount = entry.recount
    writes = recount is not None and recount.prefill is not None
    backbone = recount is not None and bool(recount.engram)
    match metric:
        case "sparsity" if writes and backbone:
            return Counted.BACKBONE_WRITING
        case "sparsity" | "tokens_per_activated" if writes:
            return Counted.WRITING
        case "sparsity" | "tokens_per_parameter" if backbone:
            return Counted.BACKBONE
    return None

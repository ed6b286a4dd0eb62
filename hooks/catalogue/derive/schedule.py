"""Learning rate and batch size over a stage, as far as they are stated.

Takes a stage and a variant, gives stretches from one share of the stage to another. What is not
stated is left out: a warm-up whose batch is not known has no length, a peak and a last rate
without phases are two loose points, and a batch that grows has two ends and no way between them.

- Length of a warm-up, as a share: steps · sequences per step · tokens per sequence ÷ tokens of
  the stage. Where the batch grows meanwhile this is the least it can be.
- A rate that is stated as a factor is the factor times the peak.
- Cosine: end + (start − end) · (1 + cos π·t) ÷ 2 for t from 0 to 1 (Loshchilov and Hutter 2017, eq. 5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from ..schema.quantities import Quantity
from ..schema.training import PhaseShape, RatePhase, Stage
from ..schema.values import Stated


class Way(StrEnum):
    """How a value moves in a stretch."""

    WARM_UP = "warm-up"
    CONSTANT = "constant"
    LINEAR = "linear"
    COSINE = "cosine"
    GROWS = "grows"


_WAYS = {
    PhaseShape.CONSTANT: Way.CONSTANT,
    PhaseShape.LINEAR: Way.LINEAR,
    PhaseShape.COSINE: Way.COSINE,
}


@dataclass(frozen=True)
class Stretch:
    """A part of a stage in which a value moves one way.

    Attributes:
        start: Share of the stage at which it begins.
        end: Share of the stage at which it ends.
        first: Value at the beginning: a learning rate, or sequences per step.
        last: Value at the end.
        computed: Whether `last` is a factor times the peak, and not printed itself.
    """

    way: Way
    start: Fraction
    end: Fraction
    first: Decimal
    last: Decimal
    computed: bool = False

    def at(self, share: Fraction) -> float:
        """The value at a share of the stage inside the stretch."""
        first, last = float(self.first), float(self.last)
        if self.way is Way.CONSTANT:
            return last
        t = float((share - self.start) / (self.end - self.start))
        if self.way is Way.COSINE:
            return last + (first - last) * (1 + math.cos(math.pi * t)) / 2
        return first + (last - first) * t


@dataclass(frozen=True)
class Schedule:
    """What is stated of one variant's stage.

    Attributes:
        tokens: Tokens of the stage; None where they are not known.
        rate: Stretches of the learning rate, in order.
        loose: Peak and last rate where nothing is stated of the way between them, that is, no phase.
        warmup_without_length: A warm-up is stated, but not the batch that would give its length.
        batch: Stretches of the sequences per step, in order.
    """

    tokens: Quantity | None
    rate: tuple[Stretch, ...]
    loose: tuple[Decimal, ...]
    warmup_without_length: bool
    batch: tuple[Stretch, ...]


Q = TypeVar("Q", bound=Quantity)


def schedule_of_stage(stage: Stage, variant_id: str) -> Schedule | None:
    """The schedule of a variant in a stage; None where no learning rate can be placed."""
    stated = stage.learning_rate
    peak = _value_of_variant(stated.peak, variant_id) if stated else None
    if stated is None or peak is None:
        return None
    tokens = _value_of_variant(stage.data.tokens, variant_id) if stage.data else None
    final = _value_of_variant(stated.final, variant_id)
    warmup = _warmup_points(stage, variant_id, peak, tokens)
    phases = _phase_points(stated.phases, variant_id, peak.value, tokens, warmup.end if warmup else Fraction(0))
    loose = () if final is None or stated.phases else (peak.value, final.value)
    if not phases and not loose:
        return None
    return Schedule(
        tokens,
        ((warmup,) if warmup and phases else ()) + phases,
        loose,
        bool(_value_of_variant(stated.warmup_steps, variant_id)) and warmup is None,
        _batch_points(stage, variant_id, tokens),
    )


def _value_of_variant(value: Stated[Q] | None, variant_id: str) -> Q | None:
    single = value.for_variant(variant_id) if value else None
    return single.value if single else None


def _warmup_points(stage: Stage, variant_id: str, peak: Quantity, tokens: Quantity | None) -> Stretch | None:
    batch = stage.batch_size
    steps = _value_of_variant(stage.learning_rate.warmup_steps, variant_id) if stage.learning_rate else None
    sequences = (
        (_value_of_variant(batch.start, variant_id) or _value_of_variant(batch.sequences, variant_id))
        if batch
        else None
    )
    length = _value_of_variant(stage.sequence_length, variant_id)
    if steps is None or not steps.value or sequences is None or length is None or tokens is None:
        return None
    share = Fraction(steps.value) * Fraction(sequences.value) * Fraction(length.value) / Fraction(tokens.value)
    return Stretch(Way.WARM_UP, Fraction(0), share, Decimal(0), peak.value)


def _phase_points(
    phases: tuple[RatePhase, ...], variant_id: str, peak: Decimal, tokens: Quantity | None, start: Fraction
) -> tuple[Stretch, ...]:
    """The phases that are stated whole; those after one that is not are left out too."""
    found: list[Stretch] = []
    rate = peak
    for phase in phases:
        end = _share_of_tokens(phase.until.value, tokens)
        printed = _value_of_variant(phase.rate, variant_id)
        factor = _value_of_variant(phase.fraction, variant_id)
        if end is None or (printed is None and factor is None):
            break
        last = printed.value if printed else peak * _factor_text(factor) if factor else peak
        way = _WAYS[phase.shape]
        first = last if way is Way.CONSTANT else rate
        found.append(Stretch(way, start, end, first, last, computed=printed is None and last != peak))
        start, rate = end, last
    return tuple(found)


def _factor_text(fraction: Quantity) -> Decimal:
    return fraction.value / 100 if fraction.is_percentage else fraction.value


def _share_of_tokens(until: Quantity | None, tokens: Quantity | None) -> Fraction | None:
    if until is None:
        return None
    if until.is_percentage:
        return Fraction(until.value) / 100
    return Fraction(until.value) / Fraction(tokens.value) if tokens else None


def _batch_points(stage: Stage, variant_id: str, tokens: Quantity | None) -> tuple[Stretch, ...]:
    batch = stage.batch_size
    full = _value_of_variant(batch.sequences, variant_id) if batch else None
    if batch is None or full is None:
        return ()
    start, ramp = (
        _value_of_variant(batch.start, variant_id),
        _share_of_tokens(_value_of_variant(batch.ramp_tokens, variant_id), tokens),
    )
    if batch.start is None and batch.ramp_tokens is None:
        return (Stretch(Way.CONSTANT, Fraction(0), Fraction(1), full.value, full.value),)
    if start is None or ramp is None:
        return ()
    return (
        Stretch(Way.GROWS, Fraction(0), ramp, start.value, full.value),
        Stretch(Way.CONSTANT, ramp, Fraction(1), full.value, full.value),
    )

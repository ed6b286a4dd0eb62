"""Hold a published number against the recomputed one, and the architectures of two models against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from ..schema.architecture import Architecture
from ..schema.quantities import Quantity, Share
from ..schema.values import Absence, Facet, PartialDate, Single, Text, fields_with


@dataclass(frozen=True)
class Agreement:
    """How a published and a recomputed number compare.

    Attributes:
        tolerance: Largest difference that counts as agreement, in the number's own unit.
        difference: Recomputed minus published.
    """

    published: Quantity
    recomputed: int
    tolerance: Decimal
    difference: Decimal

    @property
    def holds(self) -> bool:
        return abs(self.difference) <= self.tolerance

    @property
    def percent(self) -> Decimal:
        """Difference as a percentage of the published value."""
        return 100 * self.difference / self.published.value


def compare_published(published: Quantity, recomputed: int, tolerance: Share | None) -> Agreement:
    """Compare with a tolerance in percent or, without one, with half a unit of the last printed digit."""
    allowed = abs(published.value) * tolerance.value / 100 if tolerance else published.step / 2
    return Agreement(published, recomputed, allowed, recomputed - published.value)


# What an architecture says by not having a dimension: the same as with a count of none.
NOT_THERE = "0"


class Verdict(StrEnum):
    """How the values of a row compare."""

    DIFFERENT = "differs"
    SAME = "same"
    OPEN = "open"


def comparable_value(single: Single[Any] | None) -> str | None:
    """What a value says, in a form in which equal values are equal; None where it is not known."""
    if single is None or single.absence in (Absence.NOT_PUBLISHED, Absence.UNKNOWN):
        return None
    return str(single.absence) if single.absence is not None else comparable_spelling(single.value)


def comparable_dimension(key: str, single: Single[Any] | None) -> str | None:
    """The same for a dimension, where leaving it out can mean that there is none."""
    if single is None:
        return None if key in fields_with(Architecture, Facet.DEFAULTED) else NOT_THERE
    return NOT_THERE if single.absence is Absence.NOT_APPLICABLE else comparable_value(single)


def comparable_spelling(value: object) -> str:
    """A value in one spelling: numbers without their unit's letter, texts in English."""
    match value:
        case Quantity():
            bound = value.qualifier if value.qualifier != "~" else ""
            return f"{bound}{value.value.normalize():f}"
        case bool():
            return str(value)
        case Decimal():
            return f"{value.normalize():f}"
        case Text():
            return value.en
        case PartialDate():
            return value.text
        case Enum():
            return str(value.value)
    return str(value)


def row_verdict(sayings: Sequence[str | None]) -> Verdict:
    """How a row compares: different once two known values are, the same where all are known and one."""
    known = {saying for saying in sayings if saying is not None}
    if len(known) > 1:
        return Verdict.DIFFERENT
    return Verdict.SAME if known and None not in sayings else Verdict.OPEN

"""What it means that two entries differ in a value.

Two known values differ or are the same, by what they say and not by how they are printed: `128K`
and `131072` are one length. Where a value is not published or nobody has looked, nothing can be
said. A dimension that one architecture has and the other has not is a difference; a setting that
a configuration file may leave out is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from ..schema.architecture import Architecture
from ..schema.facets import Facet, fields_with
from ..schema.quantities import Quantity
from ..schema.values import Absence, PartialDate, Single, Text

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

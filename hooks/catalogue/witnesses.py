"""What others publish of DeepSeek's models, dated files in data/witnesses/, compared value by value with the catalogue.

A difference without a reason in data/witnesses.yaml is a finding; so is a reason without a difference. Nothing of a
witness goes into the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .derive.expression import Computation
from .facts import FACTS, EntryContext
from .records import RELEASED, Catalogue, Entry, api_date, checkpoint_date
from .schema.documents import Reason, Witness, WitnessRow
from .schema.quantities import Length, Quantity
from .schema.values import PartialDate, Single

# A million is 10⁶ to some and 2²⁰ to others; sizes are rounded to three digits; operations are estimated with and without attention; dollars
# are of the year in which they were paid, or of 2023.
_TOLERANCE = {
    "context_length": Decimal("0.05"),
    "total_parameters": Decimal("0.01"),
    "training_flops": Decimal("0.1"),
    "cost_usd": Decimal("0.05"),
}


# What a witness's field is called in facts.py, where it has another name.
_FACT_OF = {"total_parameters": "total.published", "gpu_count": "hardware.gpu_count"}


class Outcome(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    ONLY_THEIRS = "only_theirs"


@dataclass(frozen=True)
class ComparedValue:
    row: WitnessRow
    outcome: Outcome
    ours: tuple[Any, ...]  # none where the catalogue has none
    reason: Reason | None  # why they differ


def compare_witness(catalogue: Catalogue, witness: Witness) -> list[ComparedValue]:
    rows = catalogue.testimony[witness.id].rows
    reasons = {(r.variant, r.field): r for r in catalogue.witness_reasons if r.witness == witness.id}
    return [_compare_value(catalogue, row, reasons.get((row.variant, row.field))) for row in rows]


def _compare_value(catalogue: Catalogue, row: WitnessRow, reason: Reason | None) -> ComparedValue:
    entry = catalogue.entries[row.variant]
    ours = tuple(_our_values(catalogue, entry, row.field))
    if not ours:
        return ComparedValue(row, Outcome.ONLY_THEIRS, ours, reason)
    agrees = any(_is_equal(value, row.value, _TOLERANCE.get(row.field, Decimal(0))) for value in ours)
    return ComparedValue(row, Outcome.AGREES if agrees else Outcome.DIFFERS, ours, reason)


def _our_values(catalogue: Catalogue, entry: Entry, field: str) -> Iterator[Any]:
    """Several for a release day, whose meaning witnesses leave open."""
    if field == "released":
        dates = [*(checkpoint_date(entry, name) for name in RELEASED), api_date(catalogue.api_names, entry.variant.id)]
        yield from (date.value for date in dates if date is not None and date.value is not None)
        return
    fact = FACTS.get(_FACT_OF.get(field, field))  # none for what a witness alone publishes
    match fact.value(EntryContext.of(catalogue, entry)) if fact else None:
        case Computation() as found:
            yield found.value
        case Single(value=value) if value is not None:
            yield value


def _is_equal(ours: Any, theirs: Any, tolerance: Decimal) -> bool:
    if isinstance(ours, PartialDate):
        return bool(ours.text == theirs)
    if isinstance(ours, Length | Quantity):
        ours = ours.value
    if isinstance(ours, bool) or isinstance(theirs, bool | str):
        return str(getattr(ours, "value", ours)) == str(theirs)
    return bool(abs(Decimal(str(theirs)) - Decimal(ours)) <= tolerance * Decimal(ours))

"""Bounds of numbers that hold whatever else an entry says, stated beside the field; a rule holds the values to them.

They are wide: outside of them a digit, a sign or a letter behind the number is wrong, or the value has a story that its
`note` tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from .quantities import Quantity
from .values import Record


@dataclass(frozen=True)
class Bound:
    """The range of a number; a percentage counts as a part of one.

    Attributes:
        lowest: The least that it can be, or what it is more than where `above` says so; as text, so that it is exact.
        highest: The most that it can be, or what it is less than where `below` says so.
    """

    lowest: str
    highest: str
    above: bool = False
    below: bool = False

    def holds(self, value: Quantity | int) -> bool:
        """Whether a value lies within the bounds."""
        number = Decimal(value) if isinstance(value, int) else value.value
        if isinstance(value, Quantity) and value.is_percentage:
            number /= 100
        low, high = Decimal(self.lowest), Decimal(self.highest)
        return (low < number if self.above else low <= number) and (number < high if self.below else number <= high)

    def __str__(self) -> str:
        return (
            f"{'more than' if self.above else 'at least'} {self._shown(self.lowest)} "
            f"and {'less than' if self.below else 'at most'} {self._shown(self.highest)}"
        )

    @staticmethod
    def _shown(number: str) -> str:
        return f"{int(number):,}" if number.isdigit() else number


SHARE = Bound("0", "1")
RATE = Bound("0", "0.1")
PEAK_RATE = Bound("0", "0.1", above=True)
LENGTH = Bound("256", "16777216")


@cache
def field_bounds(record: type[Record]) -> Mapping[str, Bound]:
    """The bounds of a record's own fields, by name."""
    return dict(_stated_fields(record))


def _stated_fields(record: type[Record]) -> Iterator[tuple[str, Bound]]:
    for name, info in record.model_fields.items():
        yield from ((name, marker) for marker in info.metadata if isinstance(marker, Bound))


@cache
def bounded_records() -> tuple[type[Record], ...]:
    """The kinds of records of the schema that have a field with bounds."""
    return tuple(kind for kind in _kinds_below(Record) if field_bounds(kind))


def _kinds_below(kind: type[Record]) -> Iterator[type[Record]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _kinds_below(inner)

"""Facts about a field, stated beside its type: checks, comparisons and pages ask for them by name.

Takes the annotations of a record's fields, gives the names of those that have a facet.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pydantic import BaseModel

from .values import Block


class Facet(StrEnum):
    """What is known of a field beside its type."""

    DEFAULTED = "left out, it says nothing: files have a default for it, or the source does not speak of it"
    MINOR = "a setting of a file rather than of a design"
    OF_A_PART = "stands only where the architecture has the part that it sizes; left out, it does not apply"
    DEGREE = "over how many devices the work is split; over one it is not"
    ALTERNATIVE = "no entry has it at the same time as another one, so the entry to copy has it as a comment"


class Group(StrEnum):
    """What a dimension of the network is about: the heading it is listed under, in this order."""

    BASICS = "basics"
    ATTENTION = "attention"
    EXPERTS = "experts"
    POSITIONS = "positions"
    OTHER = "other"


@dataclass(frozen=True)
class Kinds:
    """The kinds of attention or of feed-forward network that a field belongs to.

    Attributes:
        needed_by: Kinds that must have it.
        also_in: Kinds that may have it.
    """

    needed_by: tuple[StrEnum, ...] = ()
    also_in: tuple[StrEnum, ...] = ()

    @property
    def owners(self) -> tuple[StrEnum, ...]:
        """The kinds outside of which it does not stand."""
        return (*self.needed_by, *self.also_in)


@cache
def fields_with(record: type[BaseModel], facet: Facet) -> frozenset[str]:
    """The names of the fields of a record that have a facet; a field of a record in it is called `outer.inner`."""
    return frozenset(_fields_with_facet(record, facet))


def _fields_with_facet(record: type[BaseModel], facet: Facet) -> Iterator[str]:
    for name, info in record.model_fields.items():
        if facet in info.metadata:
            yield name
        for inner in typing.get_args(info.annotation):
            if isinstance(inner, type) and issubclass(inner, Block):
                yield from (f"{name}.{below}" for below in fields_with(inner, facet))


@cache
def field_groups(record: type[BaseModel]) -> dict[str, Group]:
    """The group of each field that has one."""
    found = ((name, m) for name, info in record.model_fields.items() for m in info.metadata)
    return {name: group for name, group in found if isinstance(group, Group)}


@cache
def kinds_by_field(record: type[BaseModel]) -> dict[str, Kinds]:
    """The kinds that each field belongs to, for the fields that do not belong to all."""
    found = ((name, m) for name, info in record.model_fields.items() for m in info.metadata)
    return {name: marker for name, marker in found if isinstance(marker, Kinds)}

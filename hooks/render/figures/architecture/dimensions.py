"""The numbers that a drawing labels: each with its name in config.json, its source and what it is compared with.

Takes an entry of the catalogue and gives `Dimension`s. Knows nothing of places and shapes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from catalogue.derive.expression import Term, names, term
from catalogue.derive.parameters import numbers_of
from catalogue.records import Entry
from catalogue.schema.architecture import Architecture, VisionEncoder
from catalogue.schema.values import Single

from ...cite import Citations


@dataclass(frozen=True)
class Dimension:
    """One labelled number.

    Attributes:
        key: Name in config.json; `vision.` before it for the vision encoder.
        label: What readers call it.
        shown: The value as text, or the word for why there is none.
        plain: The value as the catalogue has it, for comparison: digits without grouping, or the word.
        source: Number of its source on the page; None for a derived value.
        note: Remark on the value.
        formula: How it follows from others, with the numbers put in; empty for a stated value.
        absent: Whether `shown` says why there is no value.
        differs: Whether the entry that this one is held against has another value, or none.
    """

    key: str
    label: str
    shown: str
    plain: str
    source: int | None = None
    note: str = ""
    formula: str = ""
    absent: bool = False
    differs: bool = False


class Dimensions:
    """The dimensions of one entry, by their names in config.json."""

    def __init__(self, citations: Citations, entry: Entry, against: Entry | None = None) -> None:
        assert entry.architecture is not None
        self.citations = citations
        self.words = citations.context.words
        self.architecture: Architecture = entry.architecture
        self.vision = entry.vision
        self.numbers = numbers_of(entry.architecture)
        self._other = against
        self._others = numbers_of(against.architecture) if against and against.architecture else {}

    def number(self, name: str) -> int | None:
        """A number that is stated or follows; None where it is not known."""
        return self.numbers.get(name)

    def true(self, name: str) -> bool:
        """Whether a yes-or-no field is stated and says yes."""
        single = getattr(self.architecture, name)
        return single is not None and single.value is True

    def stated(self, name: str, label: str | None = None) -> Dimension | None:
        """A field of the architecture; None where the entry does not have it. `label` is a key of the words."""
        single = getattr(self.architecture, name)
        other = getattr(self._other.architecture, name) if self._other and self._other.architecture else None
        return self._dimension(name, single, other, label or f"drawing.{name}") if single is not None else None

    def worded(self, name: str, shown: str) -> Dimension | None:
        """A field whose value is said in words of its own."""
        dimension = self.stated(name)
        return replace(dimension, shown=shown) if dimension is not None else None

    def of_vision(self, name: str) -> Dimension:
        """A field of the vision encoder, which the entry must have."""
        assert self.vision is not None
        encoder = self._other.vision if self._other else None
        other = getattr(encoder, name) if isinstance(encoder, VisionEncoder) else None
        return self._dimension(f"vision.{name}", getattr(self.vision, name), other, f"drawing.vision_{name}")

    def derived(self, key: str, formula: str, label: str | None = None) -> Dimension | None:
        """A number that follows from others; None where one of them is not known."""
        if not names(formula) <= self.numbers.keys():
            return None
        working = term(key, formula, self.numbers)
        other = str(term(key, formula, self._others).value) if names(formula) <= self._others.keys() else None
        return self._derived(key, working, label or f"drawing.{key}", other)

    def either(self, key: str, formula: str) -> Dimension | None:
        """A field where the entry states it, else what it follows from."""
        return self.stated(key) or self.derived(key, formula)

    def _derived(self, key: str, working: Term, label: str, other: str | None) -> Dimension:
        return Dimension(
            key,
            self.words(label),
            f"{working.value:,}",
            str(working.value),
            formula=f"{working.formula} = {working.numbers}",
            differs=self._other is not None and other != str(working.value),
        )

    def _dimension(self, key: str, single: Single[Any], other: Single[Any] | None, label: str) -> Dimension:
        shown = self.citations.plain(single.value).striptags() if single.absence is None else self._absence(single)
        plain = _plain(single)
        return Dimension(
            key,
            self.words(label),
            shown,
            plain,
            self.citations.number(single.source) if single.source is not None else None,
            str(self.citations.inline(single.note).striptags()) if single.note is not None else "",
            absent=single.absence is not None,
            differs=self._other is not None and (other is None or _plain(other) != plain),
        )

    def _absence(self, single: Single[Any]) -> str:
        assert single.absence is not None
        return self.words(f"absence.{single.absence.value.replace(' ', '_')}")


def _plain(single: Single[Any]) -> str:
    if single.absence is not None:
        return single.absence.value
    if isinstance(single.value, bool):
        return str(single.value).lower()
    return str(getattr(single.value, "text", single.value))

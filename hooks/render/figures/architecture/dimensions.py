"""The numbers that a drawing labels: each with its name in config.json, its source and what it is compared with.

Takes an entry of the catalogue and gives `Dimension`s. Knows nothing of places and shapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from catalogue.derive.dimensions import numbers_of
from catalogue.derive.expression import evaluate_formula, formula_names
from catalogue.records import Entry
from catalogue.schema.architecture import Architecture
from catalogue.schema.values import Single

from ... import format
from ...cite import Citations, counted_text, counts_of

_PLACE = re.compile("\x00([a-z_0-9]+)\x00")


@dataclass(frozen=True)
class Dimension:
    """One labelled number.

    Attributes:
        key: Name in config.json; `vision.` before it for the vision encoder; empty for what is never compared.
        label: What readers call it.
        shown: The value as text, or the word for why there is none.
        plain: The value as the catalogue has it, for comparison: digits without grouping, or the word.
        source: Number of its source on the page; None for a derived value.
        note: Remark on the value.
        formula: How it follows from others, with the numbers put in; empty for a stated value.
        absent: Whether `shown` says why there is no value.
    """

    key: str
    label: str
    shown: str
    plain: str
    source: int | None = None
    note: str = ""
    formula: str = ""
    absent: bool = False


@dataclass(frozen=True)
class Strong:
    """A piece of a line that is set bold, or as its class says."""

    text: str
    css: str = "v"


Part = str | Strong | Dimension


class Dimensions:
    """The dimensions of one entry, by their names in config.json."""

    def __init__(self, citations: Citations, entry: Entry) -> None:
        assert entry.architecture is not None
        self.citations = citations
        self.words = citations.context.words
        self.architecture: Architecture = entry.architecture
        self.vision = entry.vision
        self.numbers = numbers_of(entry.architecture)

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
        return self._dimension(name, single, label or f"drawing.{name}") if single is not None else None

    def worded(self, name: str, shown: str) -> Dimension | None:
        """A field whose value is said in words of its own."""
        dimension = self.stated(name)
        return replace(dimension, shown=shown) if dimension is not None else None

    def of_vision(self, name: str) -> Dimension:
        """A field of the vision encoder, which the entry must have."""
        assert self.vision is not None
        return self._dimension(f"vision.{name}", getattr(self.vision, name), f"drawing.vision_{name}")

    def derived(self, key: str, formula: str, label: str | None = None) -> Dimension | None:
        """A number that follows from others; None where one of them is not known."""
        if not formula_names(formula) <= self.numbers.keys():
            return None
        working = evaluate_formula(key, formula, self.numbers)
        return Dimension(
            key,
            self.words(label or f"drawing.{key}"),
            f"{working.value:,}",
            str(working.value),
            formula=f"{working.formula} = {working.numbers}",
        )

    def share(self, key: str, part: str, whole: int) -> Dimension | None:
        """A formula's result as a share of `whole`, in per cent; None where a number of it is not known."""
        if not formula_names(part) <= self.numbers.keys() or not whole:
            return None
        working = evaluate_formula(key, part, self.numbers)
        shown = format.format_significant(100 * Decimal(working.value) / whole, 2) + self.words("drawing.percent")
        return Dimension(
            "",
            self.words(f"drawing.{key}"),
            shown,
            shown,
            formula=f"{working.formula} = {working.numbers}{self.words('punctuation.separated')}÷ {whole:,}",
        )

    def part_of(self, key: str, part: int, whole: int) -> Dimension:
        """A recomputed number as a share of another, in per cent."""
        shown = format.format_significant(100 * Decimal(part) / whole, 2) + self.words("drawing.percent")
        return Dimension("", self.words(f"drawing.{key}"), shown, shown, formula=f"{part:,} ÷ {whole:,}")

    def ratio(self, key: str, larger: str, smaller: str) -> Dimension | None:
        """One number of the architecture divided by another."""
        if not {larger, smaller} <= self.numbers.keys():
            return None
        ratio = Decimal(self.numbers[larger]) / self.numbers[smaller]
        shown = f"{ratio:f}" if ratio == int(ratio) else format.format_significant(ratio, 2)
        formula = f"{larger} ÷ {smaller} = {self.numbers[larger]:,} ÷ {self.numbers[smaller]:,}"
        return Dimension("", self.words(f"drawing.{key}"), shown, shown, formula=formula)

    def line(self, key: str, **pieces: Part | None) -> list[Part]:
        """A line of the words with pieces in it; an empty one where a piece is not known.

        What stands between asterisks is set bold.
        """
        if any(piece is None for piece in pieces.values()):
            return []
        text = self.words(f"drawing.say.{key}", **{name: f"\x00{name}\x00" for name in pieces})
        parts: list[Part] = []
        bold = False
        for index, run in enumerate(_PLACE.split(text)):
            if index % 2:
                piece = pieces[run]
                assert piece is not None
                parts.append(piece)
                continue
            for odd, bit in enumerate(run.split("*")):
                bold = bold != bool(odd)
                if bit:
                    parts.append(Strong(bit) if bold else bit)
        return parts

    def lines(self, key: str, **pieces: Part | None) -> list[list[Part]]:
        """The same for a text of several lines, each without the pieces that it lacks."""
        found: list[list[Part]] = [[]]
        for part in self.line(key, **pieces):
            if isinstance(part, str | Strong):
                bits = (part if isinstance(part, str) else part.text).split("\n")
                for index, bit in enumerate(bits):
                    if index:
                        found.append([])
                    if bit:
                        found[-1].append(Strong(bit) if isinstance(part, Strong) else bit)
            else:
                found[-1].append(part)
        return [line for line in found if line]

    def shown(self, single: Single[Any] | None, label: str) -> Dimension | None:
        """A value of the entry that is no dimension of the network."""
        return self._dimension("", single, label) if single is not None else None

    def either(self, key: str, formula: str) -> Dimension | None:
        """A field where the entry states it, else what it follows from."""
        return self.stated(key) or self.derived(key, formula)

    def _dimension(self, key: str, single: Single[Any], label: str) -> Dimension:
        shown = self.citations.plain(single.value).striptags() if single.absence is None else self._absence(single)
        shown += counted_text(self.words, counts_of(single))
        plain = _plain_value(single)
        return Dimension(
            key,
            self.words(label),
            shown,
            plain,
            self.citations.number(single.source) if single.source is not None else None,
            str(self.citations.inline(single.note).striptags()) if single.note is not None else "",
            absent=single.absence is not None,
        )

    def _absence(self, single: Single[Any]) -> str:
        assert single.absence is not None
        return self.words(f"absence.{single.absence.value.replace(' ', '_')}")


def _plain_value(single: Single[Any]) -> str:
    if single.absence is not None:
        return single.absence.value
    if isinstance(single.value, bool):
        return str(single.value).lower()
    return str(getattr(single.value, "text", single.value))

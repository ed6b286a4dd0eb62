"""Figures that can be played with: the inputs, what the script is given, and the numbers as both write them.

A plaything is drawn twice from the same data, at build in the state in which it begins and in the browser in any other. So each
has a function here and one of the same form in `scripts/play/`: data and state in, panels and the words for its sentence out.
tests/test_play.py holds the script to this package, and its arithmetic to labs/, over a grid of states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from ...words import Words
from ..panel import Panel

State = Mapping[str, Any]
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A figure in a state.

    Attributes:
        panels: Always as many, whatever the state.
        said: What the sentence of the figure fills in.
        says: Which sentence that is.
    """

    panels: Sequence[Panel]
    said: Mapping[str, object]
    says: str = "says"


@dataclass(frozen=True)
class Control:
    """An input.

    Attributes:
        name: Its name in the state; in the address the figure's stands before it.
        start: The value in which the page is built.
        steps: What a slider goes through, and how each value is shown.
        groups: Options of a list under headings, as value and label; empty for a slider.
        marks: How many boxes to tick are shown at first; the value is a text of 0 and 1, one for each that there is.
    """

    name: str
    label: str
    start: Any
    steps: Sequence[tuple[Any, str]] = ()
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    marks: int = 0

    @property
    def place(self) -> int:
        """Which step it begins with."""
        return [value for value, _ in self.steps].index(self.start)

    @property
    def shown(self) -> str:
        """How a slider's first value is shown."""
        return self.steps[self.place][1]


@dataclass(frozen=True)
class Play:
    """A plaything.

    Attributes:
        script: The file of `scripts/play/` that draws it.
        beside: Panels that no input changes, behind the others.
    """

    script: str
    controls: Sequence[Control]
    data: Data
    draw: Callable[[Data, State], Drawn]
    beside: Sequence[Panel] = ()

    @property
    def start(self) -> dict[str, Any]:
        """The state in which the page is built."""
        return {control.name: control.start for control in self.controls}

    @property
    def given(self) -> dict[str, Any]:
        """Everything that the script gets."""
        steps = {c.name: [list(column) for column in zip(*c.steps, strict=True)] for c in self.controls if c.steps}
        return {**self.data, "steps": steps}


def texts(words: Words, name: str, *keys: str) -> dict[str, str]:
    """The words of a figure that its script needs too, unfilled."""
    return {"percent": words("play.percent")} | {key: words(f"mechanism.{name}.{key}") for key in ("says", *keys)}


def slider(words: Words, figure: str, name: str, start: Any, values: Sequence[Any], shown: str = "{value}") -> Control:
    """A slider over some values; `shown` writes each."""
    steps = [(value, shown.format(value=grouped(value))) for value in values]
    return Control(name, words(f"mechanism.{figure}.{name}"), start, steps)


def grouped(number: float) -> str:
    """Digits in groups, decimals as they are: `16,384`, `0.004`."""
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def fixed(number: float, decimals: int = 0) -> str:
    """So many decimals, halves up as JavaScript's `toFixed` has it, digits in groups."""
    return f"{Decimal(number).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"


def figures(number: float) -> str:
    """Three significant digits, whole numbers from 100 on."""
    if number >= 100 or number == 0:
        return fixed(number)
    rounded = Context(3, ROUND_HALF_UP).create_decimal(number)
    return f"{rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - 2)):f}"


def power(number: float) -> str:
    """`1.83 × 10¹⁰`."""
    digits, _, exponent = f"{number:.2e}".partition("e+")
    return f"{digits} × {ten(int(exponent))}"


def ten(exponent: int) -> str:
    """`10¹⁰`."""
    return f"10{str(exponent).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"

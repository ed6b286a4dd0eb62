"""Interactive figures: their inputs and the data that their scripts get. Each is drawn by its script alone, at build too.

May import the catalogue, labs and the words of the interface; no pages. Drawing stands in `drawing.py`, scripts in `scripts/play/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..mechanisms.panel import Panel
from ..words import Words

State = Mapping[str, Any]


@dataclass(frozen=True)
class Control:
    """An input of a figure.

    Attributes:
        name: Its key in the state; in the address it follows the name of the figure.
        start: The value in which the page is built.
        steps: The values of a slider, each with its label.
        groups: Options of a list under headings, as value and label; empty for a slider.
        marks: How many boxes to tick are shown at first; the value is a text of 0 and 1, one for each box.
    """

    name: str
    label: str
    start: Any
    steps: Sequence[tuple[Any, str]] = ()
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    marks: int = 0

    @property
    def place(self) -> int:
        """Index of the first value among the steps."""
        return [value for value, _ in self.steps].index(self.start)

    @property
    def shown(self) -> str:
        """Label of a slider's first value."""
        return self.steps[self.place][1]


@dataclass(frozen=True)
class Play:
    """An interactive figure.

    Attributes:
        name: What its script registers with `play(name, draw)`.
        script: The bundle of `assets.PLAYS` that draws it.
        data: What the script gets beside the state, as JSON.
        static_panels: Panels that no input changes, behind the others.
        runs: The slider that a Play button moves by itself from its first step to its last; empty without such a button.
    """

    name: str
    script: str
    controls: Sequence[Control]
    data: Mapping[str, Any]
    static_panels: Sequence[Panel] = ()
    runs: str = ""

    @property
    def start(self) -> dict[str, Any]:
        """The state in which the page is built."""
        return {control.name: control.start for control in self.controls}

    @property
    def script_data(self) -> dict[str, Any]:
        """`data` with the values and labels of the sliders."""
        steps = {c.name: [list(column) for column in zip(*c.steps, strict=True)] for c in self.controls if c.steps}
        return {**self.data, "steps": steps}


def figure_words(words: Words, figure: str, *keys: str) -> dict[str, str]:
    """The words of a figure that its script fills in."""
    return {"percent": words("play.percent")} | {key: words(f"mechanism.{figure}.{key}") for key in ("says", *keys)}


def slider(words: Words, figure: str, name: str, start: Any, values: Sequence[Any], label: str = "{value}") -> Control:
    """A slider over some values, which begins at `start` or at the value closest to it; `label` writes each."""
    start = start if start in values else min(values, key=lambda value: abs(value - start))
    steps = [(value, label.format(value=group_digits(value))) for value in values]
    return Control(name, words(f"mechanism.{figure}.{name}"), start, steps)


def group_digits(number: float) -> str:
    """`16,384`; decimals as they are: `0.004`."""
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"

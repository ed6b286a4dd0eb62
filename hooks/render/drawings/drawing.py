"""A drawing: frames with their words, formulas and the numbers that they name; and the register of drawings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalogue.derive.dimensions import numbers_of
from catalogue.derive.expression import evaluate_formula

from ..context import Context
from ..mechanisms.attention import architecture_number, caching_layers
from ..mechanisms.panel import WIDTH, Panel
from .canvas import Canvas

_FRAME = 300  # units: three frames stand side by side on a desk
_NUMBER = re.compile(r"<(\w+)>")


@dataclass
class Frame:
    """A picture with the sentence below it and its formula in LaTeX, in which `\\class{cache}{…}` has the colour of that shape."""

    title: str
    says: str
    panel: Panel
    formula: str = ""


class Drawing:
    """Collects the frames of a technique; the first is its picture."""

    def __init__(self, context: Context, name: str) -> None:
        self.context, self.name = context, name
        self.numbers: dict[str, object] = {}
        self._canvases: list[tuple[str, Canvas, str]] = []

    def use(self, entry_id: str, *, prefix: str = "") -> Mapping[str, int]:
        """The numbers of an architecture, which the words and formulas of the drawing can name too."""
        entry = self.context.catalogue.entries[entry_id]
        if entry.architecture is None:
            raise ValueError(f"{entry_id} has no architecture")
        found = numbers_of(entry.architecture)
        self.numbers |= {f"{prefix}{key}": value for key, value in found.items()}
        return found

    def value(self, path: str) -> float:
        """A number of the catalogue, by the path by which a text would quote it."""
        return float(self.context.lookup.number(path))

    def quoted(self, path: str) -> str:
        """A value of the catalogue that is a text, in the language of the page."""
        return self.context.words.text(self.context.lookup.find(path).value)

    def setting(self, entry_id: str, path: str) -> float:
        """A value of an architecture that is no plain number of its own, such as `rope_scaling.factor`."""
        return architecture_number(self.context.catalogue.entries[entry_id], path)

    def kept(self, entry_id: str, form: int = 0) -> float:
        """How many numbers a layer keeps of a token; `form` counts the kinds of layers that keep something."""
        numbers, layers = caching_layers(self.context.catalogue.entries[entry_id])
        return float(evaluate_formula("kept", layers[form].per_token(numbers), numbers).value)

    def say(self, label: str) -> str:
        """The words of a label; `=` before it means that it stands as it is."""
        if label.startswith("="):
            return label[1:]
        words, own = self.context.words, f"draw.{self.name}.{label}"
        key = own if own in words or f"draw.common.{label}" not in words else f"draw.common.{label}"
        return words(key, **{name: _grouped(value) for name, value in self.numbers.items()})

    def frame(self, key: str = "", formula: str = "") -> Canvas:
        """A canvas for the next frame; its title and sentence are `title` and `says`, behind its key if it has one."""
        width = _FRAME if key else WIDTH
        canvas = Canvas(Panel("", 0, "", width=width), self.say, width=width)
        self._canvases.append((key, canvas, formula))
        return canvas

    def frames(self) -> list[Frame]:
        """What has been drawn."""
        found = []
        for key, canvas, formula in self._canvases:
            behind = f"{key}_" if key else ""
            title, panel = self.say(f"{behind}title"), canvas.panel
            panel.title = panel.says = title
            panel.height = canvas.y + 2
            latex = _NUMBER.sub(lambda m: _grouped(self.numbers[m[1]]).replace(",", "{,}"), formula)
            found.append(Frame(title, self.say(f"{behind}says"), panel, latex))
        return found


def _grouped(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


Draw = Callable[[Drawing], None]
DRAWINGS: dict[str, Draw] = {}


def draws(technique_id: str) -> Callable[[Draw], Draw]:
    """Enter a function as the drawing of a technique."""

    def enter(draw: Draw) -> Draw:
        DRAWINGS[technique_id] = draw
        return draw

    return enter

"""A panel of a figure: 360 units wide if nothing else is said, so that panels stand side by side on a desk and one below the other on a phone.

Functions place shapes and words; `mechanism.html.jinja` turns them into SVG. A shape is a name of the template's with its
attributes; its class carries its meaning, and mechanisms.css its colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from labs import packing, ppo

from catalogue.records import Catalogue

from ..figures.labels import coordinate_text
from ..words import Words

WIDTH = 360


@dataclass
class Panel:
    """Shapes in the order in which they are painted.

    Attributes:
        title: What the panel shows, above it.
        height: In units.
        says: The panel in a sentence, for those who cannot see it.
    """

    title: str
    height: float
    says: str
    shapes: list[dict[str, Any]] = field(default_factory=list)
    width: float = WIDTH

    def bar(self, x: float, y: float, width: float, height: float, kind: str = "") -> None:
        """A filled rectangle with its upper left corner at (x, y)."""
        self.shapes.append(
            {
                "is": "bar",
                "x": coordinate_text(x),
                "y": coordinate_text(y),
                "w": coordinate_text(max(width, 0.5)),
                "h": coordinate_text(max(height, 0.5)),
                "kind": kind,
            }
        )

    def text(self, x: float, y: float, words: object, kind: str = "", anchor: str = "start") -> None:
        """Words with their base line at y; `anchor` is start, middle or end."""
        self.shapes.append(
            {
                "is": "text",
                "x": coordinate_text(x),
                "y": coordinate_text(y),
                "words": words,
                "kind": kind,
                "anchor": anchor,
            }
        )

    def line(self, points: Sequence[tuple[float, float]], kind: str = "") -> None:
        """A line through the points."""
        d = "M" + "L".join(f"{coordinate_text(x)} {coordinate_text(y)}" for x, y in points)
        self.shapes.append({"is": "path", "d": d, "kind": f"line {kind}".strip()})

    def path(self, d: str, kind: str = "") -> None:
        """An SVG path as it is."""
        self.shapes.append({"is": "path", "d": d, "kind": kind})

    def arrow(self, x1: float, y1: float, x2: float, y2: float, kind: str = "") -> None:
        """A line with a head at its second end, along an axis."""
        self.line([(x1, y1), (x2, y2)], kind)
        dx, dy = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        tips = [(x2, y2), (x2 - 6 * dx - 3 * dy, y2 - 6 * dy - 3 * dx), (x2 - 6 * dx + 3 * dy, y2 - 6 * dy + 3 * dx)]
        d = "M" + "L".join(f"{coordinate_text(x)} {coordinate_text(y)}" for x, y in tips) + "z"
        self.shapes.append({"is": "path", "d": d, "kind": f"tip {kind}".strip()})

    def cells(self, places: Iterable[tuple[float, float]], width: float, height: float, kind: str = "") -> None:
        """Equal rectangles, as one path."""
        d = "".join(
            f"M{coordinate_text(x)} {coordinate_text(y)}h{coordinate_text(width)}v{coordinate_text(height)}h-{coordinate_text(width)}z"
            for x, y in places
        )
        if d:
            self.shapes.append({"is": "path", "d": d, "kind": kind})

    def dots(self, places: Iterable[tuple[float, float]], kind: str = "") -> None:
        """Round marks, as one path; their size is the class's stroke."""
        d = "".join(f"M{coordinate_text(x)} {coordinate_text(y)}h.01" for x, y in places)
        if d:
            self.shapes.append({"is": "path", "d": d, "kind": f"dots {kind}".strip()})


def equal_columns(count: int, left: float, right: float, gap: float = 3) -> list[tuple[float, float]]:
    """Left end and width of `count` equal columns between two places."""
    width = (right - left - gap * (count - 1)) / count
    return [(left + i * (width + gap), width) for i in range(count)]


def fill_in_the_middle(words: Words, catalogue: Catalogue) -> list[Panel]:
    """A document cut in three, and the order in which it is trained on."""
    parts = {"prefix": (120, "attention soft"), "middle": (80, "expert"), "suffix": (130, "other soft")}
    panels = []
    for name, order in (("document", ("prefix", "middle", "suffix")), ("psm", ("prefix", "suffix", "middle"))):
        panel = Panel(words(f"mechanism.fim.{name}"), 84, words(f"mechanism.fim.{name}_says"))
        x = 0.0
        for part in order:
            width, kind = parts[part]
            if name == "psm":
                panel.bar(x, 10, 5, 38)
                x += 8
            panel.bar(x, 10, width, 38, kind)
            panel.text(
                x + width / 2, 33, words(f"mechanism.fim.{part}"), "on" if part == "middle" else "strong", "middle"
            )
            x += width + 2
        panel.text(0, 72, words(f"mechanism.fim.{name}_below"))
        panels.append(panel)
    return panels


def packing_documents(words: Words, catalogue: Catalogue) -> list[Panel]:
    """The same documents cut by length and packed whole; what a token of a packed sequence may see."""
    lengths, capacity = [34, 52, 18, 61, 27, 45, 12, 39, 70, 23, 31, 16, 44, 28], 100
    scale = 350 / capacity
    kinds = ("attention", "other", "expert", "cache", "index")
    cut = Panel(
        words("mechanism.packing.cut", torn=packing.cut(lengths, capacity)), 190, words("mechanism.packing.says")
    )
    place = 0
    for i, length in enumerate(lengths):
        left = length
        while left:
            row, x = divmod(place, capacity)
            part = min(left, capacity - x)
            cut.bar(x * scale, 4 + row * 28, part * scale - 1, 22, kinds[i % 5])
            place, left = place + part, left - part
    packed = Panel(words("mechanism.packing.packed"), 190, words("mechanism.packing.says"))
    sequences = packing.best_fit(lengths, capacity)
    for row, sequence in enumerate(sequences):
        x = 0
        packed.bar(0, 4 + row * 28, 350, 22, "faint")
        for i in sequence:
            packed.bar(x * scale, 4 + row * 28, lengths[i] * scale - 1, 22, kinds[i % 5])
            x += lengths[i]
    mask = Panel(words("mechanism.packing.mask"), 190, words("mechanism.packing.mask_says"))
    seen, step = packing.mask([6, 10, 8]), 7
    T = len(seen)
    mask.cells(
        [(s * step + 90, t * step + 4) for t in range(T) for s in range(t + 1)], step - 1, step - 1, "attention soft"
    )
    mask.cells([(s * step + 90, t * step + 4) for t, s in np.argwhere(seen)], step - 1, step - 1, "attention")
    return [cut, packed, mask]


def networks_in_memory(words: Words, catalogue: Catalogue) -> list[Panel]:
    """Which networks each way of training holds, and which of them learn."""
    panel = Panel(words("mechanism.networks.title"), 214, words("mechanism.networks.says"))
    names = {"policy": "policy", "critic": "critic", "reward model": "reward", "reference model": "reference"}
    for row, (method, held) in enumerate(ppo.HELD.items()):
        y = 6 + row * 46
        panel.text(0, y + 22, method, "strong")
        for i, network in enumerate(held):
            learns = network in ("policy", "critic")
            panel.bar(54 + i * 77, y, 73, 36, "attention" if learns else "faint")
            panel.text(
                54 + i * 77 + 36,
                y + 22,
                words(f"mechanism.networks.{names[network]}"),
                "on" if learns else "",
                "middle",
            )
    panel.text(54, 208, words("mechanism.networks.legend"))
    return [panel]

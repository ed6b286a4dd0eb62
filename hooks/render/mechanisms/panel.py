"""A panel of a figure: 360 units wide if nothing else is said, so that panels stand side by side on a desk and one below the other on a phone.

Functions place shapes and words; `mechanism.html.jinja` turns them into SVG. A shape is a name of the template's with its
attributes; its class carries its meaning, and mechanisms.css its colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..figures.scale import coordinate_text

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

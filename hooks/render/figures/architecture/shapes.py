"""What a drawing is put together from: boxes, paths, groups, and lines of text with numbers in them.

Units are those of the viewBox, which is about a pixel. The template gives each kind its markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..measure import text_width
from .dimensions import Dimension, Part

SIZES = {"title": 28.0, "head": 15.0, "count": 20.0, "share": 26.0}  # font sizes, as in styles/drawing.css
TEXT = 12.5


@dataclass(frozen=True)
class Box:
    kind: ClassVar[str] = "box"
    x: float
    y: float
    width: float
    height: float
    css: str
    radius: float = 5


@dataclass(frozen=True)
class Path:
    """A path; `parts` is the number of dashes that a dashed one shows."""

    kind: ClassVar[str] = "path"
    d: str
    css: str
    parts: int = 0


@dataclass(frozen=True)
class Circle:
    kind: ClassVar[str] = "circle"
    x: float
    y: float
    radius: float
    css: str


@dataclass(frozen=True)
class Line:
    """A line of text."""

    kind: ClassVar[str] = "line"
    x: float
    y: float
    parts: Sequence[Part]
    css: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Group:
    """Shapes whose places count from (x, y)."""

    kind: ClassVar[str] = "group"
    x: float
    y: float
    shapes: Sequence[Shape]


Shape = Box | Path | Circle | Line | Group


class Sheet:
    """A list of shapes that is drawn on, and its height."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.height = 0.0
        self.shapes: list[Shape] = []

    def box(self, x: float, y: float, width: float, height: float, css: str, radius: float = 5) -> None:
        self.shapes.append(Box(round(x, 1), round(y, 1), round(width, 1), round(height, 1), css, radius))

    def path(self, d: str, css: str, parts: int = 0) -> None:
        if d:
            self.shapes.append(Path(d, css, parts))

    def circle(self, x: float, y: float, radius: float, css: str) -> None:
        self.shapes.append(Circle(round(x, 1), round(y, 1), radius, css))

    def say(self, x: float, y: float, *parts: Part, css: str = "", anchor: str = "start") -> None:
        self.shapes.append(Line(round(x, 1), round(y, 1), parts, css, anchor))

    def say_all(
        self, x: float, y: float, lines: Sequence[Sequence[Part]], step: float = 18, anchor: str = "start"
    ) -> float:
        """Lines below each other; gives where the next one would stand."""
        for line in lines:
            if line:
                self.say(x, y, *line, anchor=anchor)
                y += step
        return y

    def put(self, x: float, y: float, sheet: Sheet) -> None:
        self.shapes.append(Group(round(x, 1), round(y, 1), sheet.shapes))


def dimension_labels(shapes: Sequence[Shape]) -> Iterator[Dimension]:
    """Every dimension among the shapes."""
    for shape in shapes:
        if isinstance(shape, Group):
            yield from dimension_labels(shape.shapes)
        elif isinstance(shape, Line):
            yield from (part for part in shape.parts if isinstance(part, Dimension))


def line_width(parts: Sequence[Part], size: float = TEXT) -> float:
    """About how wide a line will be."""
    return sum(
        text_width(part, size)
        if isinstance(part, str)
        else text_width(part.shown if isinstance(part, Dimension) else part.text, size, True)
        for part in parts
    )

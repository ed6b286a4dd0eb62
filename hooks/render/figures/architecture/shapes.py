"""What a drawing is put together from: boxes, paths, texts and labelled dimensions at their places.

Units are those of the viewBox, which is about a pixel on a wide screen. The template gives each kind its markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..measure import text_width
from .dimensions import Dimension

LABEL, VALUE, TITLE = 11.5, 12.5, 12.5  # font sizes, as in styles/drawing.css
LINE = 24.0  # height of a row: large enough to be hit by a finger
_CUE = 12.0  # room for the mark of a difference, before the value
_SWATCH = 17.0
_CROSS = 12.0  # room for a multiplication sign


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
class Words:
    kind: ClassVar[str] = "words"
    x: float
    y: float
    text: str
    css: str = "plain"
    anchor: str = "start"


@dataclass(frozen=True)
class Row:
    """A dimension as label and value at the ends of a line, with the mark that stands for it in the picture.

    A bare one has the value alone, where what stands before it says what it is.
    """

    kind: ClassVar[str] = "row"
    x: float
    y: float
    width: float
    dimension: Dimension
    swatch: str = ""
    bare: bool = False
    height: float = LINE

    @property
    def label_x(self) -> float:
        return round(self.x + (_SWATCH + 4 if self.swatch else 5), 1)

    @property
    def value_x(self) -> float:
        return round(self.x + self.width - 5, 1)


@dataclass(frozen=True)
class Value:
    """A dimension as its value alone, in the middle of its place."""

    kind: ClassVar[str] = "value"
    x: float
    y: float
    width: float
    dimension: Dimension
    height: float = LINE

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Group:
    """Shapes whose places count from (x, y)."""

    kind: ClassVar[str] = "group"
    x: float
    y: float
    shapes: Sequence[Shape]
    css: str = ""


Shape = Box | Path | Words | Row | Value | Group


def labels(shapes: Sequence[Shape]) -> Iterator[Dimension]:
    """Every dimension among the shapes."""
    for shape in shapes:
        if isinstance(shape, Group):
            yield from labels(shape.shapes)
        elif isinstance(shape, Row | Value):
            yield shape.dimension


def row_width(dimension: Dimension, swatch: str) -> float:
    """Least width of a row."""
    label = text_width(dimension.label, LABEL)
    value = text_width(dimension.shown, VALUE, True)
    return 10 + (_SWATCH if swatch else 0) + label + 6 + _CUE + value


BREAK = (None, "break")


def rows(
    x: float, y: float, width: float, items: Sequence[tuple[Dimension | None, str]], gap: float = 12
) -> tuple[list[Shape], float]:
    """Dimensions with their marks in two columns, a long one across both; what an entry lacks is left out.

    `BREAK` begins a line, so that what belongs together stands side by side.

    Gives the shapes and their height.
    """
    half = (width - gap) / 2
    placed: list[Shape] = []
    line, right = 0, False
    for dimension, swatch in items:
        if (dimension, swatch) == BREAK:
            line, right = line + right, False
        if dimension is None:
            continue
        long = row_width(dimension, swatch) > half
        if long and right:
            line, right = line + 1, False
        left = x + half + gap if right else x
        placed.append(Row(round(left, 1), y + line * LINE, width if long else round(half, 1), dimension, swatch))
        if long or right:
            line, right = line + 1, False
        else:
            right = True
    return placed, (line + right) * LINE


def product_width(dimensions: Sequence[Dimension | None]) -> float:
    """Least width of `product` with its marks of difference."""
    known = [dimension for dimension in dimensions if dimension is not None]
    return sum(text_width(d.shown, VALUE, not d.absent) + 4 + _CUE for d in known) + _CROSS * (len(known) - 1)


def product(middle: float, y: float, room: float, dimensions: Sequence[Dimension | None]) -> list[Shape]:
    """Values with `×` between them, the whole centred, with space for marks of difference where `room` has it."""
    known = [dimension for dimension in dimensions if dimension is not None]
    narrow = [text_width(d.shown, VALUE, not d.absent) + 4 for d in known]
    spare = room - sum(narrow) - _CROSS * (len(known) - 1)
    widths = [width + max(0.0, min(_CUE + 6, spare / len(known))) for width in narrow]
    x = middle - (sum(widths) + _CROSS * (len(known) - 1)) / 2
    shapes: list[Shape] = []
    for index, (dimension, width) in enumerate(zip(known, widths, strict=True)):
        if index:
            shapes.append(Words(round(x + _CROSS / 2, 1), y + 16.5, "×", "plain", "middle"))
            x += _CROSS
        shapes.append(Value(round(x, 1), y, round(width, 1), dimension))
        x += width
    return shapes

"""A panel of the opened layer: a title with the kind, a picture drawn to count, and the labelled dimensions below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .dimensions import Dimension
from .shapes import Box, Group, Row, Shape, Words, row_width, rows

PADDING = 13.0
_HEAD = 30.0


@dataclass(frozen=True)
class Picture:
    """Shapes of a picture, from (0, 0), and their height."""

    shapes: Sequence[Shape]
    height: float


@dataclass(frozen=True)
class Panel:
    """What a panel shows.

    Attributes:
        kind: Dimension that stands at the end of the title, such as the kind of attention.
        items: Dimensions, each with the name of its mark in the picture.
    """

    title: str
    css: str
    kind: Dimension | None
    pictures: Sequence[Picture]
    items: Sequence[tuple[Dimension | None, str]]

    def place(self, x: float, y: float, width: float) -> tuple[Group, float]:
        """The panel at its place, and its height."""
        shapes: list[Shape] = [Words(PADDING, 20, self.title, "title")]
        if self.kind is not None:
            room = row_width(replace(self.kind, label=""), "")
            shapes.append(Row(round(width - PADDING - room + 5, 1), 4, round(room, 1), self.kind, bare=True))
        down = _HEAD
        for picture in self.pictures:
            shapes.append(Group(PADDING, down, picture.shapes))
            down += picture.height + 9
        listed, height = rows(PADDING - 5, down, width - 2 * PADDING + 10, self.items)
        height = down + height + 7
        return Group(x, y, [Box(0, 0, width, round(height, 1), f"panel {self.css}", 8), *shapes, *listed]), height

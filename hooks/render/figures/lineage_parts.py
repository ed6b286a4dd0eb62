"""What the forms of a lineage share: boxes for techniques, dots for models, and their sizes."""

from __future__ import annotations

from dataclasses import dataclass

NODE_HEIGHT = 28
NODE_STEP = 36
LABEL_AT = 13
TEXT = 13


@dataclass(frozen=True)
class Node:
    """A technique as a box; `replaces` where one took the place of the other."""

    id: str
    label: str
    x: float
    y: float
    width: float
    replaces: bool


@dataclass(frozen=True)
class Dot:
    """A model on the axis of dates, and what it did; its date for sorting and as it is said."""

    id: str
    label: str
    change: str
    day: str
    said: str
    x: float
    y: float
    width: float

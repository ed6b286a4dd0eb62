"""The lineage of a technique for a phone: relatives below each other, tied at the left, and models in lines by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from .lineage_parts import LABEL_AT, NODE_HEIGHT, NODE_STEP, TEXT, Dot, Node
from .measure import text_width

WIDTH = 340.0
_HEAD, _LINE, _GAP = 26.0, 28.0, 16.0
_BOX, _RELATED, _REPLACES = 30.0, 6.0, 17.0  # left edges: of boxes, of the two ties
_YEAR = 46.0
_BEND = 7.0


@dataclass(frozen=True)
class Tie:
    """A line between two boxes, and the head of its arrow."""

    path: str
    head: str
    replaces: bool


@dataclass(frozen=True)
class Down:
    """Everything that the template needs; years stand at the base line of their texts."""

    height: float
    heads: tuple[tuple[str, float], ...]
    own: Node | None
    left: tuple[Node, ...]
    right: tuple[Node, ...]
    ties: tuple[Tie, ...]
    dots: tuple[Dot, ...]
    years: tuple[tuple[float, str], ...]
    models: float
    width: float = WIDTH


def down(own: Node, before: Sequence[Node], after: Sequence[Node], dots: Sequence[Dot]) -> Down:
    """Give everything its place. What is replaced stands nearest, so that no two ties cross."""
    y, heads = 0.0, []
    above: list[Node] = []
    below: list[Node] = []
    ties: list[Tie] = []
    placed = None
    if before or after:
        if before:
            heads.append(("earlier", y + 16))
            y += _HEAD
            for node in sorted(before, key=lambda one: one.replaces):
                above.append(_at(node, _BOX, y))
                y += NODE_STEP
            y += 4
        placed = _at(own, 0, y)
        ties += [_down_to(node, placed.y) for node in above]
        y += NODE_HEIGHT
        if after:
            heads.append(("later", y + 20))
            y += _HEAD + 4
            for node in sorted(after, key=lambda one: not one.replaces):
                below.append(_at(node, _BOX, y))
                y += NODE_STEP
            ties += [_up_to(node, placed.y + NODE_HEIGHT) for node in below]
            y -= NODE_STEP - NODE_HEIGHT
        y += _GAP
    models = y
    y += _HEAD if dots else 0
    lines, years, y = _lines(dots, y)
    return Down(
        round(y + 4),
        tuple((word, at) for word, at in heads),
        placed,
        tuple(above),
        tuple(below),
        tuple(ties),
        tuple(lines),
        tuple(years),
        models + 16,
    )


def _at(node: Node, x: float, y: float) -> Node:
    return replace(node, x=x, y=y, width=min(node.width, WIDTH - x))


def _rail(node: Node) -> float:
    return _REPLACES if node.replaces else _RELATED


def _down_to(node: Node, end: float) -> Tie:
    """From a box at the left edge down into the technique itself."""
    x, y = _rail(node), node.y + NODE_HEIGHT / 2
    stop = end - (7 if node.replaces else 0)
    path = f"M{_BOX:g} {y:g}H{x + _BEND:g}Q{x:g} {y:g} {x:g} {y + _BEND:g}V{stop:g}"
    return Tie(path, f"M{x - 4:g} {end - 8:g}h8l-4 8z" if node.replaces else "", node.replaces)


def _up_to(node: Node, start: float) -> Tie:
    """From the technique itself down and into a box."""
    x, y = _rail(node), node.y + NODE_HEIGHT / 2
    stop = _BOX - (7 if node.replaces else 0)
    path = f"M{x:g} {start:g}V{y - _BEND:g}Q{x:g} {y:g} {x + _BEND:g} {y:g}H{stop:g}"
    return Tie(path, f"M{_BOX - 8:g} {y - 4:g}l8 4-8 4z" if node.replaces else "", node.replaces)


def _lines(dots: Sequence[Dot], y: float) -> tuple[list[Dot], list[tuple[float, str]], float]:
    """Models one after another from the left, a new line for each year and where a line is full."""
    found, years = [], []
    for year, group in groupby(dots, key=lambda dot: dot.day[:4]):
        years.append((y + _LINE / 2 + 4.5, year))
        x = _YEAR + 10
        for dot in group:
            width = LABEL_AT + text_width(dot.label, TEXT)
            if x + width > WIDTH and x > _YEAR + 10:
                x, y = _YEAR + 10, y + _LINE
            found.append(replace(dot, x=round(x, 1), y=y + _LINE / 2, width=round(width, 1)))
            x += width + _GAP
        y += _LINE
    return found, years, y

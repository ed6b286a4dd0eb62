"""Marks drawn to count, as path data: dots, squares, hatched bars, blocks of tokens.

Squares are filled outlines and dots are lines of almost no length with round ends: both are also painted in a PDF,
where lines of no length with square ends are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

from ..scale import coordinate_text

SCALE = 0.024  # height of a vector's bar per element, the same for every vector of every drawing


def dots_path(places: Iterable[tuple[float, float]]) -> str:
    """A dot at each place."""
    return "".join(f"M{coordinate_text(x)} {coordinate_text(y)}h.01" for x, y in places)


def squares_path(places: Iterable[tuple[float, float]], side: float) -> str:
    """A square around each place."""
    s, half = coordinate_text(side), side / 2
    return "".join(f"M{coordinate_text(x - half)} {coordinate_text(y - half)}h{s}v{s}h-{s}z" for x, y in places)


def grid_places(count: int, per_row: int, pitch: float, x: float = 0, y: float = 0) -> list[tuple[float, float]]:
    """Places of `count` marks in rows, from the upper left at (x, y)."""
    return [(x + (index % per_row + 0.5) * pitch, y + (index // per_row + 0.5) * pitch) for index in range(count)]


def rows_of(count: int, per_row: int) -> int:
    """How many rows `count` marks take."""
    return -(-count // per_row)


def balanced_row_length(count: int, most: int, unit: int = 1) -> int:
    """How many stand in a row, so that rows are about equally long and no `unit` is torn apart."""
    units = rows_of(count, unit)
    in_row = max(1, most // unit)
    return rows_of(units, rows_of(units, in_row)) * unit


def triangles_path(places: Iterable[tuple[float, float]]) -> str:
    """A triangle around each place, for the heads of an indexer."""
    return "".join(f"M{coordinate_text(x)} {coordinate_text(y - 3)}l3.3 6h-6.6z" for x, y in places)


def bar_path(x: float, y: float, width: float, height: float) -> str:
    """The outline of a bar."""
    return f"M{coordinate_text(x)} {coordinate_text(y)}h{coordinate_text(width)}v{coordinate_text(height)}h-{coordinate_text(width)}z"


def hatch_path(x: float, y: float, width: float, height: float, step: float = 4) -> str:
    """Diagonal lines across a bar: what is kept in the cache is told by them, not by colour alone."""
    lines = []
    offset = step * 0.75
    while offset < width + height:
        left, right = max(0.0, offset - height), min(width, offset)
        lines.append(
            f"M{coordinate_text(x + left)} {coordinate_text(y + offset - left)}l{coordinate_text(right - left)} {coordinate_text(left - right)}"
        )
        offset += step
    return "".join(lines)


def fan_path(x: float, top: float, bottom: float, right: float, upper: float, lower: float) -> str:
    """The way from one vector to a shorter or longer one."""
    return f"M{coordinate_text(x)} {coordinate_text(top)}L{coordinate_text(right)} {coordinate_text(upper)}V{coordinate_text(lower)}L{coordinate_text(x)} {coordinate_text(bottom)}z"


def example_choice(
    experts: int, active: int, groups: int, groups_reached: int, router: str = ""
) -> tuple[list[int], list[int]]:
    """An example of what a token reaches: indices of groups and of experts, spread evenly.

    Without groups, or where the numbers do not fit together, the experts are spread over all. `router` names what chooses, so that
    two routers side by side do not look like one.
    """
    start = crc32(router.encode()) % 89
    if groups < 2 or not 0 < groups_reached <= groups or experts % groups:
        return [], _strewn_indices(experts, active, start)
    size = experts // groups
    chosen = sorted(_strewn_indices(groups, groups_reached, start))
    picked = []
    for order, group in enumerate(chosen):
        share = active // groups_reached + (order < active % groups_reached)
        shift = (start + order * 5) % size
        picked += [group * size + (place + shift) % size for place in _strewn_indices(size, share)]
    return chosen, picked


def _strewn_indices(among: int, count: int, start: int = 0) -> list[int]:
    """`count` different places that look strewn: steps of the golden ratio, the next free place where one is taken."""
    taken: list[int] = []
    for index in range(min(count, among)):
        place = int(((start + index + 1) * 0.618034) % 1 * among)
        while place in taken:
            place = (place + 1) % among
        taken.append(place)
    return taken


def block_bars(
    tokens: int, ratio: int, x: float, pitch: float, y: float, height: float
) -> Sequence[tuple[float, float, float, float]]:
    """Bars over blocks of `ratio` tokens: x, y, width, height."""
    gap = min(1.4, pitch * 0.4)
    return [(x + index * ratio * pitch, y, ratio * pitch - gap, height) for index in range(tokens // ratio)]

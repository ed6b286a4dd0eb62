"""Marks drawn to count, as path data: dots, squares, hatched bars, blocks of tokens.

A dot or square is a line of no length, which its round or square ends make visible: six characters each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PITCH = 10.0
PER_ROW = 32


def digits(number: float) -> str:
    """A coordinate in as few characters as one decimal needs."""
    return f"{number:.1f}".removesuffix(".0")


def points(places: Iterable[tuple[float, float]]) -> str:
    """A mark at each place."""
    return "".join(f"M{digits(x)} {digits(y)}h0" for x, y in places)


def grid(count: int, per_row: int = PER_ROW, pitch: float = PITCH) -> list[tuple[float, float]]:
    """Places of `count` marks in rows, from the upper left."""
    return [((index % per_row + 0.5) * pitch, (index // per_row + 0.5) * pitch) for index in range(count)]


def balanced(count: int, most: int = PER_ROW, unit: int = 1) -> int:
    """How many stand in a row, so that rows are about equally long and no `unit` is torn apart."""
    units = -(-count // unit)
    in_row = max(1, most // unit)
    lines = -(-units // in_row)
    return -(-units // lines) * unit


def triangles(count: int, per_row: int = PER_ROW) -> str:
    """Triangles in rows, for the heads of an indexer."""
    return "".join(f"M{digits(x)} {digits(y - 3)}l3.3 6h-6.6z" for x, y in grid(count, per_row))


def bar(x: float, y: float, width: float, height: float) -> str:
    """The outline of a bar."""
    return f"M{digits(x)} {digits(y)}h{digits(width)}v{digits(height)}h-{digits(width)}z"


def hatch(x: float, y: float, width: float, height: float, step: float = 4) -> str:
    """Diagonal lines across a bar: what is kept in the cache is told by them, not by colour alone.

    A short bar has one line from corner to corner.
    """
    if width < height + step:
        return f"M{digits(x)} {digits(y + height)}l{digits(width)}-{digits(height)}"
    whole = int((width - height) // step) + 1
    start = x + (width - height - (whole - 1) * step) / 2
    up = f"l{digits(height)}-{digits(height)}"
    back = f"m{digits(step - height)} {digits(height)}"
    return f"M{digits(start)} {digits(y + height)}{back.join([up] * whole)}"


def reached(experts: int, active: int, groups: int, groups_reached: int) -> tuple[list[int], list[int]]:
    """An example of what a token reaches: indices of groups and of experts, spread evenly.

    Without groups, or where the numbers do not fit together, the experts are spread over all.
    """
    if groups < 2 or not 0 < groups_reached <= groups or experts % groups:
        return [], _spread(experts, active)
    size = experts // groups
    chosen = [(2 * index + 1) * groups // (2 * groups_reached) for index in range(groups_reached)]
    picked = []
    for order, group in enumerate(chosen):
        share = active // groups_reached + (order < active % groups_reached)
        shift = (order * 5) % size
        picked += [group * size + (place + shift) % size for place in _spread(size, share)]
    return chosen, picked


def _spread(among: int, count: int) -> list[int]:
    """`count` different places that look strewn: steps of the golden ratio, the next free place where one is taken."""
    taken: list[int] = []
    for index in range(min(count, among)):
        place = int(((index + 1) * 0.618034) % 1 * among)
        while place in taken:
            place = (place + 1) % among
        taken.append(place)
    return taken


def blocks(
    tokens: int, ratio: int, pitch: float, y: float, height: float
) -> Sequence[tuple[float, float, float, float]]:
    """Bars over blocks of `ratio` tokens: x, y, width, height."""
    return [
        (index * ratio * pitch, y, ratio * pitch - min(1.2, pitch * 0.4), height) for index in range(tokens // ratio)
    ]


# What stands before a label, so that picture and numbers are read together: paths in a field of 12 by 12, with classes.
SWATCHES: dict[str, tuple[tuple[str, str], ...]] = {
    "heads": (("M6 6h0", "heads"),),
    "kv": ((bar(0, 2, 12, 8), "cached"), (hatch(0, 2, 12, 8), "hatch")),
    "rope": ((bar(3, 2, 6, 8), "cached rope"), ("M3 6h6", "hatch")),
    "latent": ((bar(0, 2, 12, 8), "latent"),),
    "index": (("M6 3l3.3 6h-6.6z", "index"),),
    "csa": ((bar(0, 3, 5, 7), "cached"), (bar(7, 3, 5, 7), "cached"), (hatch(0, 3, 5, 7), "hatch"), (hatch(7, 3, 5, 7), "hatch")),
    "hca": ((bar(0, 3, 12, 7), "cached"), (hatch(0, 3, 12, 7), "hatch")),
    "window": (("M1 2v8M4 2v8M7 2v8M10 2v8", "ticks"),),
    "routed": (("M6 6h0", "routed"),),
    "active": (("M6 6h0", "active"),),
    "shared": (("M6 6h0", "shared"),),
    "group": ((bar(0, 2, 12, 8), "reached"),),
    "dense": ((bar(0, 4, 12, 4), "layer dense"),),
    "moe": ((bar(0, 4, 12, 4), "layer moe"),),
    "hashed": ((bar(0, 4, 12, 4), "layer hashed"), ("M2.5 4v4M6 4v4M9.5 4v4", "notch")),
}  # fmt: skip

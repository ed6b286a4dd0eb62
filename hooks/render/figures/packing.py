"""Labels on a time axis: which row each goes to, so that none runs into the next."""

from __future__ import annotations

from collections.abc import Iterable


def pack_rows(spans: Iterable[tuple[float, float]]) -> list[int]:
    """The first row in which each span (its left and right end, in order of the left end) finds room."""
    free_from: list[float] = []
    found = []
    for left, right in spans:
        row = next((index for index, free in enumerate(free_from) if free <= left), len(free_from))
        if row == len(free_from):
            free_from.append(right)
        free_from[row] = right
        found.append(row)
    return found

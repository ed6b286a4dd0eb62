"""Curves over the context, on two logarithmic axes: the frame that the figures of the cache and of sparsity share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..panel import Panel

LENGTHS = [2**n for n in range(10, 21)]


@dataclass(frozen=True)
class Axes:
    """From the first to the last of `lengths` across, from one power of ten to another upwards."""

    lengths: Sequence[int]
    powers: tuple[int, int]

    def place(self, length: int, much: float) -> tuple[float, float]:
        """The point of a panel at a context and an amount."""
        low, high = self.powers
        x = math.log2(length / self.lengths[0]) / math.log2(self.lengths[-1] / self.lengths[0])
        return 46 + 304 * x, 204 - 190 * (math.log10(much) - low) / (high - low)

    def draw(self, panel: Panel, base: float, tick: Callable[[int], str]) -> None:
        """A line for each power with its `tick`, and three contexts with their texts at the height `base`."""
        low, high = self.powers
        for power in range(low, high + 1):
            y = self.place(self.lengths[0], 10**power)[1]
            panel.line([(46, y), (350, y)], "axis")
            if text := tick(power):
                panel.text(40, y + 4, text, "small", "end")
        for length in (self.lengths[0], 32 * self.lengths[0], self.lengths[-1]):
            panel.text(self.place(length, 10**low)[0], base, short(length), "small", "middle")


def powers(amounts: Iterable[float]) -> list[int]:
    """The powers of ten around all amounts."""
    found = list(amounts)
    return [math.floor(math.log10(min(found))), math.ceil(math.log10(max(found)))]


def short(length: int) -> str:
    """`128K`, `1M`."""
    return f"{length >> 20}M" if length >= 2**20 else f"{length >> 10}K"

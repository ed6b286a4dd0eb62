"""Labels at the side of a plot, moved apart so that none stands on another."""

from __future__ import annotations

from collections.abc import Sequence


def spread_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near to the wanted ones as a `gap` between any two and the bounds allow, in the same order.

    Where there are too many for the bounds, the last ones lie beyond `high`.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    places = [max(low, wanted[index]) for index in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    limit = max(high, low + gap * (len(places) - 1))
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], limit)
        limit = places[i] - gap
    found = [0.0] * len(wanted)
    for place, index in zip(places, order, strict=True):
        found[index] = round(place, 1)
    return found

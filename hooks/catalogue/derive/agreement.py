"""Hold a published number against the recomputed one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..schema.quantities import Quantity, Share


@dataclass(frozen=True)
class Agreement:
    """How a published and a recomputed number compare.

    Attributes:
        tolerance: Largest difference that counts as agreement, in the number's own unit.
        difference: Recomputed minus published.
    """

    published: Quantity
    recomputed: int
    tolerance: Decimal
    difference: Decimal

    @property
    def holds(self) -> bool:
        return abs(self.difference) <= self.tolerance

    @property
    def percent(self) -> Decimal:
        """Difference as a percentage of the published value."""
        return 100 * self.difference / self.published.value


def compare_published(published: Quantity, recomputed: int, tolerance: Share | None) -> Agreement:
    """Compare with a tolerance in percent or, without one, with half a unit of the last printed digit."""
    allowed = abs(published.value) * tolerance.value / 100 if tolerance else published.step / 2
    return Agreement(published, recomputed, allowed, recomputed - published.value)

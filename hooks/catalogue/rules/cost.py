"""GPU-hours add up, cost what the stated price makes of them, and give the published computation and utilisation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ..findings import Finding, Path
from ..peaks import metrics_of
from ..schema.quantities import Amount
from ..schema.training import Infrastructure
from ..schema.values import Stated
from .draft import Draft
from .registry import Scope, rule

_MEASURED = Decimal("0.01")


def _all_infrastructures(draft: Draft) -> Iterator[tuple[Path, Infrastructure]]:
    for path, model in draft.each_model():
        if model.infrastructure is not None:
            yield (*path, "infrastructure"), model.infrastructure


@rule(Scope.ENTRY)
def hours_add_up(draft: Draft) -> Iterator[Finding]:
    """The published GPU-hours of the parts add up to the total, as far as their printed digits go, or a `note` on the total says why not."""
    for path, infrastructure in _all_infrastructures(draft):
        total, parts = (
            infrastructure.gpu_hours_total,
            [hours for part in infrastructure.gpu_hours if (hours := part.hours.value)],
        )
        if total is None or total.value is None or total.note is not None or not parts:
            continue
        added = sum((part.value for part in parts), Decimal(0))
        rounding = (total.value.step + sum((part.step for part in parts), Decimal(0))) / 2
        if abs(added - total.value.value) > rounding:
            yield draft.finding(
                (*path, "gpu_hours_total"),
                f"{total.value.text} GPU-hours in all, {added:,.0f} in the parts",
                f"a difference of at most {rounding:,.0f}",
                fix="correct a part or the total, or add a `note` to the total",
            )


@rule(Scope.ENTRY)
def hours_give_the_cost(draft: Draft) -> Iterator[Finding]:
    """GPU-hours times the price of one are the cost, as far as the printed digits go, or a `note` on the cost says why not."""
    for path, infrastructure in _all_infrastructures(draft):
        if (
            infrastructure.price_per_gpu_hour_usd is None
            or (price := infrastructure.price_per_gpu_hour_usd.value) is None
        ):
            continue
        pairs: list[tuple[Path, Stated[Amount] | None, Stated[Amount] | None]] = [
            ((*path, "gpu_hours", index, "cost_usd"), part.hours, part.cost_usd)
            for index, part in enumerate(infrastructure.gpu_hours)
        ]
        for where, hours, cost in [
            *pairs,
            ((*path, "cost_usd"), infrastructure.gpu_hours_total, infrastructure.cost_usd),
        ]:
            if hours is None or hours.value is None or cost is None or cost.value is None or cost.note is not None:
                continue
            product = hours.value.value * price.value
            rounding = (hours.value.step * price.value + cost.value.step) / 2
            if abs(product - cost.value.value) > rounding:
                yield draft.finding(
                    where,
                    f"a cost of {cost.value.text}, but {hours.value.text} GPU-hours at {price.text} make {product:,.0f}",
                    f"a difference of at most {rounding:,.0f}",
                    fix="correct the hours, the price or the cost, or add a `note` to the cost",
                )


@rule(Scope.CATALOGUE)
def computation_agrees(draft: Draft) -> Iterator[Finding]:
    """The published computation per token is the recomputed one to its last digit, and the published utilisation, a measured value, to within 1%."""
    for path, model in draft.each_model():
        infrastructure, entry = model.infrastructure, draft.entries.get(model.flagship)
        result = metrics_of(draft.lookup, entry) if entry and infrastructure else None
        if infrastructure is None or result is None:
            continue
        for field, line, unit in (
            ("gflop_per_token", "flops_per_token", Fraction(1, 10**9)),
            ("model_flops_utilization", "utilisation", Fraction(100)),
        ):
            stated = getattr(infrastructure, field)
            published = stated.value if stated else None
            if published is None or line not in result.terms:
                continue
            exact = result.terms[line].exact * unit
            recomputed = Decimal(exact.numerator) / exact.denominator
            measured = field == "model_flops_utilization"
            allowed = published.value * _MEASURED if measured else published.step / 2
            if abs(recomputed - published.value) > allowed:
                yield draft.finding(
                    (*path, "infrastructure", field),
                    f"published {published.text}, recomputed {recomputed:.3g}",
                    f"a difference of at most {allowed.normalize():f}",
                    fix="find the wrong digit in the architecture, the tokens, the GPU-hours or here",
                )

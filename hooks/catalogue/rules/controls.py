"""Check digits: what an architecture gave when it was read twice, it still gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..derive.parameters import Recount
from ..findings import Finding, Path
from ..schema.architecture import Architecture
from ..schema.model import ActivatedBasis
from ..schema.quantities import Quantity
from ..schema.values import walk_record
from .draft import Draft
from .registry import Scope, rule


def architecture_integers(architecture: Architecture) -> list[tuple[Path, int | Quantity]]:
    """Every integer of an architecture with its path, also those of the rotary embedding."""
    found: list[tuple[Path, int | Quantity]] = []

    def visit(value: Any, path: Path) -> None:
        whole = isinstance(value, Quantity) and value.value == value.value.to_integral_value()
        if path and path[-1] == "value" and (whole or (isinstance(value, int) and not isinstance(value, bool))):
            found.append((path, value))

    walk_record(architecture, visit)
    return found


def expected_check_digits(architecture: Architecture, recount: Recount) -> dict[str, int]:
    """The check digits of an architecture, as far as they can be made."""
    found = {
        "sum": sum(int(v.value) if isinstance(v, Quantity) else v for _, v in architecture_integers(architecture)),
        "total": recount.total,
        "activated": recount.activated.get(ActivatedBasis.ALL) if recount.inactive_experts else None,
        "kv_cache": recount.kv_cache.value if recount.kv_cache else None,
    }
    return {name: value for name, value in found.items() if value is not None}


@rule(Scope.ARCHITECTURE)
def controls_hold(draft: Draft) -> Iterator[Finding]:
    """The check digits of an architecture are what its dimensions give."""
    for path, _, variant in draft.each_variant():
        recount = draft.entries[variant.id].recount
        if variant.architecture is None or variant.architecture.control is None or recount is None:
            continue
        recomputed, control = expected_check_digits(variant.architecture, recount), variant.architecture.control
        for name in type(control).model_fields:
            value, where = getattr(control, name), (*path, "architecture", "control", name)
            if value is not None and name not in recomputed:
                yield draft.finding(
                    where,
                    f"check digit {value}, but `{name}` cannot be recomputed",
                    "check digits of what can be recomputed",
                    fix="take it out",
                )
            elif value is not None and recomputed[name] != value:
                yield draft.finding(
                    where,
                    f"check digit {value}, but the dimensions give {recomputed[name]}",
                    "the two agree",
                    fix="find the dimension that was changed; correct the check digit only after reading all of them again",
                    repair=(str(value), str(recomputed[name])),
                )

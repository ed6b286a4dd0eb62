"""Published sizes agree with what the architecture gives."""

from __future__ import annotations

from collections.abc import Iterator

from ..derive.agreement import Agreement
from ..findings import Finding
from .draft import Draft


def sizes_agree(draft: Draft) -> Iterator[Finding]:
    """A recomputed size lies within the tolerance of the published one, or the entry explains why it does not."""
    for path, _, variant in draft.each_variant():
        entry = draft.entries[variant.id]
        for name, agreement in (("total", entry.total_agreement), ("activated", entry.activated_agreement)):
            if agreement is not None and not agreement.holds and variant.parameters.explanation is None:
                yield draft.finding(
                    (*path, "parameters", name),
                    f"published {agreement.published.text}, recomputed {agreement.recomputed:,} ({agreement.percent:+.2f}%)",
                    f"a difference of at most {agreement.tolerance:,.0f}",
                    fix="find the wrong digit in the architecture or here, or add an `explanation`",
                )


def explanations_are_needed(draft: Draft) -> Iterator[Finding]:
    """An explanation of a difference stands only where there is one."""
    for path, _, variant in draft.each_variant():
        entry = draft.entries[variant.id]
        checked: list[Agreement] = [a for a in (entry.total_agreement, entry.activated_agreement) if a is not None]
        if variant.parameters.explanation is not None and checked and all(a.holds for a in checked):
            yield draft.finding((*path, "parameters", "explanation"), "an explanation of a difference that is not there", "explanations only where sizes differ", fix="take it out")

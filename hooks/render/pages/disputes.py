"""Where sources disagree on a model or a technique: who says what, and our verdict."""

from __future__ import annotations

from collections.abc import Sequence

from catalogue.schema.model import Dispute, Model, Weight

from ..cite import Citations
from ..page import Section

# Fewer trifles than this are not worth a fold of their own.
FOLD_TRIFLES = 3


def dispute_sections(citations: Citations, model: Model) -> list[Section]:
    """Who says what, and our verdict."""
    if not model.disputes:
        return []
    return [
        Section("disputes", citations.context.words("section.disputes"), render_disputes(citations, model.disputes))
    ]


def render_disputes(citations: Citations, items: Sequence[Dispute]) -> str:
    """Disputes of a model or a technique, the weightiest first and open, with trifles folded away together."""
    order = list(Weight)
    views = [
        {
            "open": dispute.weight is Weight.CENTRAL,
            "trifle": dispute.weight is Weight.TRIFLE,
            "about": citations.inline(dispute.about),
            "claims": [(citations.inline(claim.says), citations.mark(claim.source)) for claim in dispute.claims],
            "verdict": citations.inline(dispute.verdict),
        }
        for dispute in sorted(items, key=lambda dispute: order.index(dispute.weight))
    ]
    trifles = [view for view in views if view["trifle"]]
    folded = trifles if len(trifles) >= FOLD_TRIFLES else []
    return citations.context.html("disputes.html.jinja", shown=views[: len(views) - len(folded)], folded=folded)

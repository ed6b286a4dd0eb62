"""The end of a page: its sources, and where sources disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from catalogue.schema.model import Dispute, Model, Weight

from ..cite import Citations
from ..page import Section

# A longer list than this is folded away.
MOST_OPEN, MOST_PLACES = 6, 20


@dataclass
class CitedDocument:
    """A document with the numbers and places of its sources."""

    link: Markup
    places: list[tuple[int, Markup]] = field(default_factory=list)


def sources_section(citations: Citations, listing: Sequence[tuple[int, list[Markup]]] | None = None) -> Section:
    """The list of everything cited so far, so it is the last section to be made; or the lines of `listing`."""
    title = citations.context.words("section.sources")
    if listing is not None:
        return Section("sources", title, citations.context.html("sources.html.jinja", listing=listing))
    documents = _cited_documents(citations)
    places = sum(len(document.places) for document in documents)
    html = citations.context.html(
        "sources_grouped.html.jinja",
        documents=documents,
        places=places,
        open=len(documents) <= MOST_OPEN and places <= MOST_PLACES,
    )
    return Section("sources", title, html)


def _cited_documents(citations: Citations) -> list[CitedDocument]:
    """In the order of their first citation; a set of sources stands with its first."""
    found: dict[str, CitedDocument] = {}
    separated = Markup(escape(citations.context.words("punctuation.separated")))
    addressed: set[str] = set()
    for sources_, number in citations.numbers.items():
        first, *others = sources_.items
        if first.key not in found:
            found[first.key] = CitedDocument(citations.document_link(first.key, addressed))
        said = [
            citations.source_place(source, addressed)
            if source.key == first.key
            else citations.source_line(source, addressed)
            for source in (first, *others)
        ]
        found[first.key].places.append((number, separated.join(part for part in said if part)))
    return list(found.values())


# Fewer trifles than this are not worth a fold of their own.
FOLD_TRIFLES = 3


def dispute_sections(citations: Citations, model: Model) -> list[Section]:
    if not model.disputes:
        return []
    return [
        Section("disputes", citations.context.words("section.disputes"), render_disputes(citations, model.disputes))
    ]


def render_disputes(citations: Citations, items: Sequence[Dispute]) -> str:
    order = list(Weight)
    views = [
        {
            "open": dispute.weight is Weight.CENTRAL,
            "trifle": dispute.weight is Weight.TRIFLE,
            "about": citations.rich_text(dispute.about),
            "claims": [(citations.rich_text(claim.says), citations.footnote(claim.source)) for claim in dispute.claims],
            "verdict": citations.rich_text(dispute.verdict),
        }
        for dispute in sorted(items, key=lambda dispute: order.index(dispute.weight))
    ]
    trifles = [view for view in views if view["trifle"]]
    folded = trifles if len(trifles) >= FOLD_TRIFLES else []
    return citations.context.html("disputes.html.jinja", shown=views[: len(views) - len(folded)], folded=folded)

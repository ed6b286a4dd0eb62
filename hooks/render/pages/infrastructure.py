"""The infrastructure page: machines, frameworks, parallelism, precision and cost over all models."""

from __future__ import annotations

from catalogue.schema.technique import TechniqueKind

from ..cite import Citations, opening
from ..context import Context
from ..links import technique_link
from ..page import Page, Section, lead_section
from .compare import infrastructure_table
from .sources import sources

SHELVES = (
    TechniqueKind.FRAMEWORK,
    TechniqueKind.PARALLELISM,
    TechniqueKind.PRECISION,
    TechniqueKind.KERNEL,
    TechniqueKind.CLUSTER,
    TechniqueKind.INFERENCE,
)


def page(context: Context) -> Page:
    """What each model ran on, then the pieces of infrastructure by shelf."""
    citations, words = Citations(context), context.words
    sections = [
        lead_section(words("infrastructure.intro")),
        Section("models", words("infrastructure.models"), infrastructure_table(citations)),
    ]
    for kind in SHELVES:
        items: list[dict[str, object]] = [
            {
                "link": technique_link(context, t.id),
                "abbreviation": None,
                "what": opening(context, t.what),
                "users": [],
            }
            for t in sorted(
                (t for t in context.catalogue.techniques.values() if t.kind is kind),
                key=lambda t: t.introduced.date.value.first_day if t.introduced.date.value else "",
            )
        ]
        if items:
            sections.append(
                Section(
                    kind.name.lower(),
                    words(f"kind.{kind.name.lower()}"),
                    context.html("technique_shelf.html.jinja", items=items),
                )
            )
    sections.append(sources(citations))
    return Page(
        "infrastructure.md",
        words("page.infrastructure"),
        words("infrastructure.description"),
        tuple(sections),
        hide=("navigation",),
    )

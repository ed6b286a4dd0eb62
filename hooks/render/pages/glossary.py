"""Terms in both languages, generated from the names of the techniques."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.schema.technique import Technique, TechniqueKind

from ..cite import opening
from ..context import Context
from ..page import Page, Section, lead_section
from ..tables import Cell, Column, Table


def page(context: Context) -> Page:
    """A table for each kind of technique, the terms in alphabetical order of the English ones."""
    words = context.words
    sections = [lead_section(words("glossary.intro"))]
    for kind in TechniqueKind:
        techniques = [t for t in context.catalogue.techniques.values() if t.kind is kind]
        if techniques:
            name = words(f"kind.{kind.name.lower()}")
            table = _table(context, words("glossary.caption", kind=name), techniques)
            sections.append(
                Section(kind.name.lower().replace("_", "-"), name, context.html("table.html.jinja", t=table))
            )
    return Page("glossary.md", words("page.glossary"), words("glossary.description"), tuple(sections))


def _table(context: Context, caption: str, techniques: list[Technique]) -> Table:
    words = context.words
    heads = [Column(words(f"glossary.{name}")) for name in ("english", "chinese", "meaning")]
    rows = [
        [
            Cell(_english(t)),
            Cell(Markup('<span lang="zh">{}</span>').format(t.name.zh or t.name.en)),
            Cell(escape(opening(context, t.what))),
        ]
        for t in sorted(techniques, key=lambda t: t.name.en.casefold())
    ]
    return Table(caption, heads, rows, classes="ds-prose ds-glossary")


def _english(technique: Technique) -> Markup:
    link = Markup('<a href="ds:techniques/{}.md" lang="en">{}</a>').format(technique.id, technique.name.en)
    if technique.abbreviation:
        link += Markup(' <small lang="en">{}</small>').format(technique.abbreviation)
    return link

"""From reports to code: for each technique the open repository that implements it, at a commit, and our own small version."""

from __future__ import annotations

from markupsafe import Markup

from catalogue.schema.study import CodePlace
from catalogue.schema.technique import TechniqueKind

from ..context import Context
from ..links import technique_link
from ..page import Page, Section, lead_section
from ..tables import Column, by_column
from ..technique_figures import SHOWN, lab_link


def page(context: Context) -> Page:
    """A table for each kind of technique."""
    words, catalogue = context.words, context.catalogue
    sections = [lead_section(words("code.intro"))]
    for kind in TechniqueKind:
        places = [p for p in catalogue.study.code if catalogue.techniques[p.technique].kind is kind]
        if places:
            name = words(f"kind.{kind.name.lower()}")
            table = by_column(name, _columns(context), places, classes="ds-prose ds-code-places")
            sections.append(
                Section(kind.name.lower().replace("_", "-"), name, context.html("table.html.jinja", t=table))
            )
    return Page("from-reports-to-code.md", words("page.code"), words("code.description"), tuple(sections))


def released(context: Context, technique_id: str) -> list[Markup]:
    """Links to the code of a technique, for its page."""
    return [_place(context, place) for place in context.catalogue.study.code if place.technique == technique_id]


def _columns(context: Context) -> list[Column[CodePlace]]:
    words = context.words
    return [
        Column(words("code.technique"), lambda place: technique_link(context, place.technique, short=True)),
        Column(words("code.place"), lambda place: _place(context, place)),
        Column(words("code.lab"), lambda place: _labs(place.technique)),
        Column(words("code.note"), lambda place: words.text(place.note) if place.note else ""),
    ]


def _labs(technique_id: str) -> Markup:
    """Our own code of a technique."""
    return Markup(", ").join(map(lab_link, SHOWN.get(technique_id, ((), ()))[1]))


def _place(context: Context, place: CodePlace) -> Markup:
    repository = next(r for r in context.catalogue.study.repositories if r.id == place.repository)
    file = Markup("/<wbr>").join(place.file.split("/"))
    return Markup('<a href="{}"><code>{}</code></a> <small>{} · {} · {}</small>').format(
        repository.address(place.file, place.line), place.name, repository.repository, file, repository.version
    )

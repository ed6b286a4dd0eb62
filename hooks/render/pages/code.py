"""From reports to code: for each technique the open repository that implements it, at a commit, and our own small version."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.schema.study import CodePlace
from catalogue.schema.technique import TechniqueKind

from ..context import Context
from ..mechanisms import SHOWN
from ..page import Page, Section, lead_section
from ..paths import CODE
from ..tables import Cell, Head, Table


def page(context: Context) -> Page:
    """A table for each kind of technique."""
    words, catalogue = context.words, context.catalogue
    sections = [lead_section(words("code.intro"))]
    for kind in TechniqueKind:
        places = [p for p in catalogue.study.code if catalogue.techniques[p.technique].kind is kind]
        if places:
            name = words(f"kind.{kind.name.lower()}")
            table = Table(
                name, _heads(context), [_row(context, place) for place in places], classes="ds-prose ds-code-places"
            )
            sections.append(
                Section(kind.name.lower().replace("_", "-"), name, context.html("table.html.jinja", t=table))
            )
    return Page(CODE, words("page.code"), words("code.description"), tuple(sections))


def released(context: Context, technique_id: str) -> list[Markup]:
    """Links to the code of a technique, for its page."""
    return [_place(context, place) for place in context.catalogue.study.code if place.technique == technique_id]


def _heads(context: Context) -> list[Head]:
    return [Head(context.words(f"code.{name}")) for name in ("technique", "place", "lab", "note")]


def _row(context: Context, place: CodePlace) -> list[Cell]:
    words, technique = context.words, context.catalogue.techniques[place.technique]
    labs = SHOWN.get(technique.id, ((), ()))[1]
    own = Markup(", ").join(
        Markup('<a href="ds:techniques/{}.md#how"><code>labs/{}.py</code></a>').format(technique.id, name)
        for name in labs
    )
    name = Markup('<a href="ds:techniques/{}.md">{}</a>').format(technique.id, context.short_name(technique))
    note = escape(words.text(place.note)) if place.note else Markup("")
    return [Cell(name), Cell(_place(context, place)), Cell(own), Cell(note)]


def _place(context: Context, place: CodePlace) -> Markup:
    repository = next(r for r in context.catalogue.study.repositories if r.id == place.repository)
    return Markup('<a href="{}"><code>{}</code></a> <small>{} · {} · {}</small>').format(
        repository.address(place.file, place.line), place.name, repository.repository, place.file, repository.commit[:7]
    )

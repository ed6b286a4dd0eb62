"""The glossary: the terms of the field by subject, each with its definition, names in both languages first, and the techniques as links."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from catalogue.schema.term import Subject, Term
from catalogue.schema.values import Text

from .. import jump
from ..assets import page_script
from ..cite import plain_text
from ..context import Context
from ..links import technique_link
from ..page import Page, Section, lead_section
from ..words import CHINESE, ENGLISH


def page(context: Context) -> Page:
    """A list for each subject, with a box that filters all of them."""
    words, glossary = context.words, context.catalogue.glossary
    intro = words("glossary.intro", terms=len(glossary.terms))
    sections, parts = [], []
    for subject in glossary.subjects:
        items = _items(context, subject)
        if items:
            html = context.html("glossary.html.jinja", items=items, techniques=_techniques(context, subject))
            sections.append(Section(f"subject-{subject.id}", words.text(subject.name), html))
            parts.append((f"subject-{subject.id}", words.text(subject.name), len(items)))
    box = context.html("filter.html.jinja", script=page_script("filter"))
    lead = lead_section(intro, box + jump.jump_bar(context, parts))
    return Page("glossary.md", words("page.glossary"), words("glossary.description"), (lead, *sections), hide=("toc",))


def _items(context: Context, subject: Subject) -> list[dict[str, Any]]:
    return [_term(context, term) for term in context.catalogue.glossary.terms if term.subject == subject.id]


def _techniques(context: Context, subject: Subject) -> list[Markup]:
    """The techniques of a subject, each a link; what they are is said on their pages."""
    return [
        Markup('<span id="{}">{}</span>').format(technique.id, technique_link(context, technique.id, short=True))
        for technique in context.catalogue.techniques.values()
        if technique.kind in subject.kinds
    ]


def _term(context: Context, term: Term) -> dict[str, Any]:
    words = context.words
    own, other = (term.aliases.zh, term.aliases.en) if words.language == CHINESE else (term.aliases.en, term.aliases.zh)
    said = {_key(name) for name in (term.name.en, term.name.zh or "")}
    listed = [name for name in dict.fromkeys((*own, *other)) if _key(name) not in said]
    return _item(context, term.id, Markup("{}").format(words.text(term.name)), term.name, term.definition, listed)


def _item(
    context: Context, id_: str, name: Markup, names: Text, definition: Text, aliases: list[str]
) -> dict[str, Any]:
    language = ENGLISH if context.words.language == CHINESE else CHINESE
    beside = (names.zh or names.en) if language == CHINESE else names.en
    return {
        "id": id_,
        "name": name,
        "beside": beside if _key(beside) not in _key(context.words.text(names)) else "",
        "language": language,
        "definition": plain_text(context, definition),
        "aliases": aliases,
    }


def _key(name: str) -> str:
    return name.casefold().replace("-", " ")

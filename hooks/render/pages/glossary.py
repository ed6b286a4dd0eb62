"""The glossary by subject, and the list of references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from catalogue.references import Reference
from catalogue.schema.model import Model
from catalogue.schema.technique import Subject, Technique, Term
from catalogue.schema.values import Source, Sources, Text, walk_record

from .. import links
from ..assets import page_script
from ..cite import plain_text, reference_anchor
from ..context import Context
from ..links import technique_link
from ..page import Page, Section, lead_section
from ..page_registry import technique_address
from ..words import CHINESE, ENGLISH, Words


def glossary_page(context: Context) -> Page:
    words, glossary = context.words, context.catalogue.glossary
    intro = words("glossary.intro", terms=len(glossary.terms))
    sections, parts = [], []
    for subject in glossary.subjects:
        items = [_term_item(context, term) for term in context.catalogue.glossary.terms if term.subject == subject.id]
        if items:
            html = context.html("glossary.html.jinja", items=items, techniques=_technique_links(context, subject))
            sections.append(Section(f"subject-{subject.id}", words.text(subject.name), html))
            parts.append((f"subject-{subject.id}", words.text(subject.name), len(items)))
    box = context.html("filter.html.jinja", script=page_script("filter"))
    lead = lead_section(intro, box + links.jump_bar(context, parts))
    return Page("glossary.md", words("page.glossary"), words("glossary.description"), (lead, *sections), hide=("toc",))


def _technique_links(context: Context, subject: Subject) -> list[Markup]:
    return [
        Markup('<span id="{}">{}</span>').format(technique.id, technique_link(context, technique.id, short=True))
        for technique in context.catalogue.techniques.values()
        if technique.kind in subject.kinds
    ]


def _term_item(context: Context, term: Term) -> dict[str, Any]:
    words = context.words
    own, other = (term.aliases.zh, term.aliases.en) if words.language == CHINESE else (term.aliases.en, term.aliases.zh)
    said = {_name_key(name) for name in (term.name.en, term.name.zh or "")}
    listed = [name for name in dict.fromkeys((*own, *other)) if _name_key(name) not in said]
    return _list_item(context, term.id, Markup("{}").format(words.text(term.name)), term.name, term.definition, listed)


def _list_item(
    context: Context, id_: str, name: Markup, names: Text, definition: Text, aliases: list[str]
) -> dict[str, Any]:
    language = ENGLISH if context.words.language == CHINESE else CHINESE
    beside = (names.zh or names.en) if language == CHINESE else names.en
    return {
        "id": id_,
        "name": name,
        "beside": beside if _name_key(beside) not in _name_key(context.words.text(names)) else "",
        "language": language,
        "definition": plain_text(context, definition),
        "aliases": aliases,
    }


def _name_key(name: str) -> str:
    return name.casefold().replace("-", " ")


_OWN = ("DeepSeek-AI", "DeepSeek")
_OWN_ADDRESSES = re.compile(r"//(?:(?:www\.)?(?:github\.com|huggingface\.co)/deepseek-ai\b|[\w-]+\.deepseek\.com\b)")
_PARTS = ("own_papers", "own_pages", "papers", "other", "copies")


def references_page(context: Context) -> Page:
    words = context.words
    cited = citing_pages(context)
    groups: dict[str, list[dict[str, object]]] = {}
    for reference in sorted(context.catalogue.references.values(), key=lambda r: (r.year, r.title)):
        view = {
            "reference": reference,
            "anchor": reference_anchor(reference.key),
            "authors": _author_list(reference, words),
            "cited": cited.get(reference.key, []),
        }
        groups.setdefault(_reference_part(context, reference), []).append(view)
    shown = [name for name in _PARTS if name in groups]
    box = context.html("filter.html.jinja", script=page_script("filter"))
    box += links.jump_bar(context, ((name, words(f"references.{name}"), len(groups[name])) for name in shown))
    bibtex = Markup('<p><a href="ds:data/references.bib" download>{}</a></p>').format(words("references.bibtex"))
    sections = [lead_section(words("references.intro", count=len(context.catalogue.references)), f"{bibtex}{box}")]
    sections += [
        Section(
            name,
            words(f"references.{name}"),
            context.html(
                "references.html.jinja",
                items=groups[name],
                folded=name == "copies",
                notes=name not in ("own_pages", "copies"),
            ),
        )
        for name in shown
    ]
    return Page(
        "references.md", words("page.references"), words("references.description"), tuple(sections), hide=("toc",)
    )


def _reference_part(context: Context, reference: Reference) -> str:
    if reference.copy:
        return "copies"
    paper = bool(reference.eprint or reference.doi or reference.venue)
    of_a_model = any(model.reference == reference.key for model in context.catalogue.models.values())
    own = of_a_model or any(name in _OWN for name in reference.authors) or _OWN_ADDRESSES.search(reference.url or "")
    return ("own_papers" if paper else "own_pages") if own else ("papers" if paper else "other")


def _author_list(reference: Reference, words: Words, most: int = 3) -> str:
    names = [name for name in reference.authors if name != "et al."]
    shown = words("punctuation.listed").join(names[:most])
    return f"{shown} {words('references.et_al')}" if len(names) > most or "et al." in reference.authors else shown


def citing_pages(context: Context) -> Mapping[str, list[tuple[str, str]]]:
    """Pages by reference key, as `(address, name)`."""
    cited: dict[str, dict[str, str]] = {}
    catalogue = context.catalogue

    def note(value: object, address: str, name: str) -> None:
        if isinstance(value, Sources):
            for source in value.items:
                step: Source | None = source
                while step is not None:
                    cited.setdefault(step.key, {})[address] = name
                    step = step.via

    entries: list[tuple[Model | Technique, str, str]] = [
        (m, f"ds:models/{m.id}.md", m.name) for m in catalogue.models.values()
    ]
    entries += [(t, f"ds:{technique_address(t)}", context.short_name(t)) for t in catalogue.techniques.values()]
    for entry, address, name in entries:
        found: list[object] = []
        walk_record(entry, lambda value, _, found=found: found.append(value))  # type: ignore[misc]
        for value in found:
            note(value, address, name)
        if isinstance(entry, Model) and entry.reference:
            cited.setdefault(entry.reference, {})[address] = name
    if catalogue.api_names:
        page_name = context.words("page.api_names")
        walk_record(catalogue.api_names, lambda value, _: note(value, "ds:api-names.md", page_name))
    return {key: list(pages.items()) for key, pages in cited.items()}

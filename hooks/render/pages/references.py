"""The bibliography, with who cites each entry."""

from __future__ import annotations

from collections.abc import Mapping

from catalogue.references import Reference
from catalogue.schema.model import Model
from catalogue.schema.technique import Technique
from catalogue.schema.values import Source, Sources, walk

from ..assets import script
from ..cite import anchor
from ..context import Context
from ..page import Page, Section, lead_section


def page(context: Context) -> Page:
    """Papers first, then repositories and pages, each with an anchor."""
    words = context.words
    cited = citing_pages(context)
    groups: dict[str, list[dict[str, object]]] = {"papers": [], "other": []}
    for reference in sorted(context.catalogue.references.values(), key=lambda r: (r.year, r.title)):
        view = {
            "reference": reference,
            "anchor": anchor(reference.key),
            "authors": _authors(reference, words("references.et_al")),
            "cited": cited.get(reference.key, []),
        }
        groups["papers" if reference.eprint or reference.doi or reference.venue else "other"].append(view)
    box = context.html("references_filter.html.jinja", script=script("references"))
    sections = [lead_section(words("references.intro", count=len(context.catalogue.references)), box)]
    sections += [
        Section(name, words(f"references.{name}"), context.html("references.html.jinja", items=items))
        for name, items in groups.items()
        if items
    ]
    return Page("references.md", words("page.references"), words("references.description"), tuple(sections))


def _authors(reference: Reference, et_al: str, most: int = 3) -> str:
    names = [name for name in reference.authors if name != "et al."]
    shown = ", ".join(names[:most])
    return f"{shown} {et_al}" if len(names) > most or "et al." in reference.authors else shown


def citing_pages(context: Context) -> Mapping[str, list[tuple[str, str]]]:
    """Pages that cite a reference, as `(address, name)`, by reference key."""
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
    entries += [(t, f"ds:techniques/{t.id}.md", context.short_name(t)) for t in catalogue.techniques.values()]
    for entry, address, name in entries:
        found: list[object] = []
        walk(entry, lambda value, _, found=found: found.append(value))  # type: ignore[misc]
        for value in found:
            note(value, address, name)
        if isinstance(entry, Model) and entry.reference:
            cited.setdefault(entry.reference, {})[address] = name
    if catalogue.api_names:
        page_name = context.words("page.api_names")
        walk(catalogue.api_names, lambda value, _: note(value, "ds:api-names.md", page_name))
    return {key: list(pages.items()) for key, pages in cited.items()}

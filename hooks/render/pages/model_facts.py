"""The record of a model: dates, paper, licences, what it builds on, links."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.schema.model import Model

from .. import releases
from ..cite import Citations, anchor
from ..links import model_link
from ..page import Section


def record(citations: Citations, model: Model) -> list[Section]:
    """Dates, licences, what it builds on and links."""
    html = citations.context.html("model_record.html.jinja", record=_record(citations, model))
    return [Section("record", citations.context.words("section.record"), html)]


def _record(citations: Citations, model: Model) -> list[tuple[str, Markup]]:
    """Dates, paper and licences, a line each."""
    words, reference = citations.context.words, citations.context.catalogue.references.get(model.reference or "")
    dot = Markup(" · ")
    lines = [(words("fact.released"), dot.join(releases.dates(citations, model)))]
    named = [
        (words("fact.later"), releases.later(citations, model)),
        (words("fact.never"), releases.never(citations, model)),
    ]
    lines += [(label, dot.join(found)) for label, found in named if found]
    if reference is not None:
        label = f"arXiv:{reference.eprint}" if reference.eprint else reference.title
        lines.append(
            (words("fact.paper"), Markup('<a href="ds:references.md#{}">{}</a>').format(anchor(reference.key), label))
        )
    else:
        lines.append((words("fact.paper"), Markup('<span class="ds-absent">{}</span>').format(words("fact.no_paper"))))
    if model.licences is not None:
        lines.append((words("fact.licence"), dot.join(releases.licences(citations, model))))
    builds_on = _lineage(citations, model)
    if builds_on:
        lines.append((words("fact.builds_on"), Markup("<br>").join(builds_on)))
    links = _links(citations, model)
    if links:
        lines.append((words("fact.links"), Markup(" · ").join(links)))
    return lines


def _lineage(citations: Citations, model: Model) -> list[Markup]:
    words, models = citations.context.words, citations.context.catalogue.models
    lines = []
    for edge in model.builds_on:
        link = model_link(models[edge.model])
        line = Markup("{} {}").format(words(f"relation.{edge.relation.name.lower()}"), link)
        if edge.note is not None:
            line += Markup(words("punctuation.bracketed", text=citations.inline(edge.note)))
        lines.append(line + citations.mark(edge.source))
    return lines


def _links(citations: Citations, model: Model) -> list[Markup]:
    """Each link by its label; by its kind too where two share one."""
    words = citations.context.words
    labels = [link.label for link in model.links if link.label]
    found = []
    for link in model.links:
        kind = words(f"link.{link.kind.value}")
        name = citations.inline(link.label) if link.label else escape(kind)
        if link.label and labels.count(link.label) > 1:
            name += words("punctuation.bracketed", text=kind)
        found.append(Markup('<a href="{}">{}</a>').format(link.url, name))
    return found

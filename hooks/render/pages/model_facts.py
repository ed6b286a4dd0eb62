"""What a model is, in three sentences and a few facts."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.derive.training import headline_tokens
from catalogue.schema.model import Model

from .. import format, releases
from ..cite import Citations, anchor
from ..computed import working_link
from ..links import model_link
from ..page import Section


def lead(citations: Citations, model: Model) -> list[Section]:
    """Summary, key facts and links, above the first heading."""
    html = citations.context.html(
        "model_lead.html.jinja",
        summary=citations.inline(model.summary),
        facts=_facts(citations, model),
        record=_record(citations, model),
    )
    return [Section("lead", "", html)]


def _facts(citations: Citations, model: Model) -> list[tuple[str, Markup]]:
    """Headline numbers of the flagship; those that nobody has looked for are left out."""
    words, flagship = citations.context.words, citations.context.catalogue.flagship(model)
    parameters, recount = flagship.variant.parameters, flagship.recount
    facts = [(words("fact.total"), citations.single(parameters.total))]
    if parameters.activated is not None:
        facts.append((words("fact.activated"), citations.single(parameters.activated)))
    if recount and recount.kv_cache:
        elements = working_link(flagship, format.integer(recount.kv_cache.value))
        html = elements + Markup(" <small>{}</small>").format(words("fact.elements"))
        facts.append((words("fact.kv_cache"), html))
    if flagship.variant.context_length is not None:
        context = flagship.variant.context_length
        shown = format.quantity(context.value) if context.value else ""
        facts.append(
            (words("fact.context"), citations.marked(shown, context.source) if shown else citations.single(context))
        )
    tokens = headline_tokens(model, flagship.variant.id)
    if tokens is not None:
        facts.append((words("fact.tokens"), citations.single(tokens)))
    infra = model.infrastructure
    if infra and infra.gpu_hours_total is not None:
        hours = citations.single(infra.gpu_hours_total)
        if infra.total_of is not None:
            hours += Markup(" <small>{}</small>").format(
                citations.context.catalogue.entries[infra.total_of].variant.name
            )
        facts.append((words("fact.gpu_hours"), hours))
    return facts


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

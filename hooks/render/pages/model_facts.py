"""What a model is, in three sentences and a few facts."""

from __future__ import annotations

from markupsafe import Markup

from catalogue.schema.model import Model
from catalogue.schema.values import Stated

from ..cite import Citations, anchor
from ..page import Section


def lead(citations: Citations, model: Model) -> list[Section]:
    """Summary, key facts and links, above the first heading."""
    html = citations.context.html(
        "model_lead.html.jinja",
        summary=citations.inline(model.summary),
        facts=_facts(citations, model),
        lineage=_lineage(citations, model),
        links=_links(citations, model),
    )
    return [Section("lead", "", html)]


def _facts(citations: Citations, model: Model) -> list[tuple[str, list[Markup]]]:
    """Label and lines of each key fact; facts that nobody has looked for are left out."""
    words, catalogue = citations.context.words, citations.context.catalogue
    flagship = catalogue.flagship(model)
    parameters = flagship.variant.parameters
    dates = [
        Markup("{} <small>{}</small>").format(citations.single(value), words(f"field.dates.{name}"))
        for name in type(model.dates).model_fields
        if isinstance(value := getattr(model.dates, name), Stated)
    ]
    facts = [(words("fact.released"), dates)]
    reference = catalogue.references.get(model.reference or "")
    if reference is not None:
        label = f"arXiv:{reference.eprint}" if reference.eprint else reference.title
        paper = Markup('<a href="ds:references.md#{}">{}</a>').format(anchor(reference.key), label)
        facts.append((words("fact.paper"), [paper]))
    else:
        facts.append((words("fact.paper"), [Markup('<span class="ds-absent">{}</span>').format(words("fact.no_paper"))]))
    facts.append((words("fact.total"), [citations.single(parameters.total)]))
    if parameters.activated is not None:
        facts.append((words("fact.activated"), [citations.single(parameters.activated)]))
    if flagship.recount and flagship.recount.kv_cache:
        href = f"ds:models/{flagship.owner_model}.md#working-{anchor(flagship.architecture_owner)}"
        facts.append(
            (
                words("fact.kv_cache"),
                [Markup('<a class="ds-r" href="{}">{:,}</a> <small>{}</small>').format(href, flagship.recount.kv_cache.value, words("fact.elements"))],
            )
        )
    if flagship.variant.context_length is not None:
        facts.append((words("fact.context"), [citations.single(flagship.variant.context_length)]))
    tokens = next((s.data.tokens for s in model.training if s.data and s.data.tokens and flagship.variant.id in s.variants), None)
    if tokens is not None:
        facts.append((words("fact.tokens"), [citations.single(tokens.for_variant(flagship.variant.id))]))
    if model.infrastructure and model.infrastructure.gpu_hours_total is not None:
        facts.append((words("fact.gpu_hours"), [citations.single(model.infrastructure.gpu_hours_total)]))
    if model.licences is not None:
        named = [("weights", model.licences.weights), ("code", model.licences.code)]
        lines = [Markup("{} <small>{}</small>").format(citations.single(v), words(f"field.licences.{n}")) for n, v in named if v is not None]
        facts.append((words("fact.licence"), lines))
    return facts


def _lineage(citations: Citations, model: Model) -> list[Markup]:
    words, models = citations.context.words, citations.context.catalogue.models
    lines = []
    for edge in model.builds_on:
        link = Markup('<a href="ds:models/{}.md">{}</a>').format(edge.model, models[edge.model].name)
        line = Markup("{} {}").format(words(f"relation.{edge.relation.name.lower()}"), link)
        if edge.note is not None:
            line += Markup(" ({})").format(citations.inline(edge.note))
        lines.append(line + citations.mark(edge.source))
    return lines


def _links(citations: Citations, model: Model) -> list[Markup]:
    words = citations.context.words
    links = [
        Markup('<a href="{}">{}</a>').format(link.url, words.text(link.label) if link.label else words(f"link.{link.kind.value}"))
        for link in model.links
    ]
    return links

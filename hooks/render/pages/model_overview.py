"""The overview of a model: hero, headline numbers, record and remarks."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from markupsafe import Markup, escape

from catalogue.derive.expression import Computation
from catalogue.derive.training import worked_gpu_hours
from catalogue.facts import FACTS, EntryContext, Value
from catalogue.records import Catalogue, Entry, is_younger
from catalogue.schema.model import LinkKind, Model, Track
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Single
from catalogue.uses import UseLabel

from .. import family_facts, format
from ..cite import Citations, reference_anchor
from ..context import Context
from ..family_facts import use_label
from ..format import short_model
from ..links import model_link, technique_link
from ..page import Section
from ..recomputed import recomputed_html, substituted_formula, worked_hours, working_link
from ..words import ENGLISH

MOST_BULLETS = 5


@dataclass(frozen=True)
class Tab:
    label: str
    href: str
    count: str = ""
    current: bool = False
    part: str = ""


def hero_values(citations: Citations, model: Model) -> dict[str, object]:
    return {
        "lead": citations.rich_text(model.lead or model.summary),
        "meta": _links_and_licence(citations, model),
        "against": _compared_with(citations, model),
        "bullets": main_changes(citations, model),
        "facts": list(headline_facts(citations, model)),
    }


def render_hero(
    context: Context,
    model: Model,
    values: Mapping[str, object],
    tabs: Sequence[Tab],
    moved: Mapping[str, Sequence[str]],
    all_changes: str = "",
) -> str:
    """`moved` are anchors of parts that old addresses of the overview lead to."""
    return context.html(
        "model_hero.html.jinja",
        **_track_and_kin(context, model),
        **values,
        title=model.name,
        tabs=tabs,
        all_changes=all_changes,
        moved=Markup(json.dumps(moved)) if moved else "",
        compact=False,
        places=False,
    )


def render_part_head(citations: Citations, model: Model, tabs: Sequence[Tab], part: str, places: bool) -> str:
    context = citations.context
    return context.html(
        "model_hero.html.jinja",
        **_track_and_kin(context, model),
        title=context.words("model.part_of", model=model.name, part=part),
        tabs=tabs,
        moved="",
        compact=True,
        places=places,
    )


def _track_and_kin(context: Context, model: Model) -> dict[str, object]:
    models = context.catalogue.models
    parents = dict.fromkeys(edge.model for edge in model.builds_on)
    return {
        "model": model,
        "short": short_model(model.name),
        "track": context.words(f"track.{model.track.value}"),
        "parents": [_short_link(models[id_]) for id_ in parents],
        "children": [_short_link(m) for m in context.catalogue.children.get(model.id, ())],
    }


def _short_link(model: Model) -> Markup:
    return Markup('<a href="ds:models/{}.md">{}</a>').format(model.id, short_model(model.name))


def _links_and_licence(citations: Citations, model: Model) -> Markup:
    words = citations.context.words
    date = family_facts.first_date_with_names(citations, model)
    parts = [date] if date else []
    for kind in (LinkKind.PAPER, LinkKind.WEIGHTS, LinkKind.REPOSITORY, LinkKind.ANNOUNCEMENT):
        link = next((link for link in model.links if link.kind is kind), None)
        if link is not None:
            parts.append(Markup('<a href="{}">{}</a>').format(link.url, words(f"link_short.{kind.value}")))
    rest = len(model.links) - (len(parts) - bool(date))
    if rest > 0:
        more = words("model.more_links" if rest > 1 else "model.one_more_link", count=rest)
        parts.append(Markup('<a href="#record">{}</a>').format(more))
    licence = model.licences.weights if model.licences else None
    if licence is not None and licence.value is not None:
        parts.append(citations.value_html(licence))
    feed = f"ds:data/models/{model.id}{'' if words.language == ENGLISH else f'.{words.language}'}.atom"
    parts.append(Markup('<a href="{}">{}</a>').format(feed, words("model.feed")))
    return Markup(" · ").join(parts)


def _compared_with(citations: Citations, model: Model) -> Markup:
    words, before = citations.context.words, citations.context.catalogue.predecessor(model)
    if before is None or not model.changes:
        return escape(words("model.new_here"))
    key = "model.differs_from" if is_younger(before.model, model) else "model.changed_against"
    return Markup(words(key, model=short_model(before.model.name)))


def main_changes(citations: Citations, model: Model, most: int = MOST_BULLETS) -> list[tuple[Markup, Markup]]:
    if changes := model.changes[:most]:
        return [(citations.rich_text(change.aspect), citations.rich_text(change.after)) for change in changes]
    brings = (UseLabel.INTRODUCED, UseLabel.FORM, UseLabel.FIRST, UseLabel.ADOPTED)
    uses = [use for use in citations.context.uses.of_model(model.id) if use.stated is not None and use.how in brings]
    uses.sort(key=lambda use: (brings.index(use.how), use.stated is None or use.stated.note is None))
    return [
        (technique_link(citations.context, use.technique.id, short=True), use_label(citations.context, use))
        for use in uses[:most]
    ]


_SHOWN = {
    "total": "total.published",
    "activated": "activated.published",
    "kv_cache": "cache.elements",
    "context": "context_length",
    "tokens": "tokens",
    "gpu_hours": "",
}
_WIDTH, _EDGE = 150, 5


def headline_facts(citations: Citations, model: Model) -> Iterator[dict[str, object]]:
    """Of the `dots` of a number's strip its own is last."""
    words, catalogue = citations.context.words, citations.context.catalogue
    for key in _SHOWN:
        html = _fact_html(citations, model, key)
        if html is None:
            continue
        own = _fact_number(catalogue, model, key)
        line = citations.context.made_once(f"line-{key}", partial(_general_line, catalogue, key))
        units = {"kv_cache": "fact.elements", "context": "fact.in_tokens", "tokens": "fact.in_tokens"}
        yield {
            "label": words(f"fact.{key}"),
            "html": html,
            "unit": words(units[key]) if key in units and own is not None else "",
            "below": Markup("<br>").join(_REMARKS[key](citations, model)) if key in _REMARKS else Markup(""),
            "dots": _strip_positions(line, own) if own is not None else (),
        }


def _fact_html(citations: Citations, model: Model, key: str) -> Markup | None:
    flagship = citations.context.catalogue.flagship(model)
    entries = citations.context.catalogue.entries
    if key == "gpu_hours" and (worked := worked_gpu_hours(entries, _trained_first(entries, flagship))):
        written = format.format_compact if worked.term.value >= 10**6 else format.format_integer
        hours = written(worked.term.value)
        return recomputed_html(f"~{hours}" if worked.about else hours, substituted_formula(worked.term))
    match _fact_value(citations.context.catalogue, flagship, key):
        case Computation() as kept:
            return working_link(flagship, format.format_integer(kept.value), substituted_formula(kept))
        case Single(value=Length() as length, source=source):
            return citations.cite(format.format_quantity(length), source)
        case Single() as single:
            return citations.value_html(single)
    return None


def _fact_value(catalogue: Catalogue, entry: Entry, key: str) -> Value:
    if key == "gpu_hours":  # of the model, whichever variant they made
        return entry.model.infrastructure.gpu_hours_total if entry.model.infrastructure else None
    return FACTS[_SHOWN[key]].value(EntryContext.of(catalogue, entry))


def _fact_number(catalogue: Catalogue, model: Model, key: str) -> float | None:
    entry = catalogue.flagship(model)
    found = _fact_value(catalogue, entry, key)
    if found is None and key == "activated":
        found = _fact_value(catalogue, entry, "total")
    match found:
        case Computation():
            return float(found.value)
        case Single(value=Quantity() | Length() as number):
            return float(number.value)
    return None


def _general_line(catalogue: Catalogue, key: str) -> tuple[float, ...]:
    models = [model for model in catalogue.in_order if model.track is Track.GENERAL]
    found = (_fact_number(catalogue, model, key) for model in models)
    return tuple(number for number in found if number)


@cache
def _strip_positions(line: tuple[float, ...], own: float) -> tuple[float, ...]:
    """Places on a logarithmic strip, its own last; empty without others."""
    if own <= 0 or len(set(line)) < 2:
        return ()
    low, high = math.log(min(*line, own)), math.log(max(*line, own))
    return tuple(
        round(_EDGE + (math.log(number) - low) / (high - low) * (_WIDTH - 2 * _EDGE), 1)
        for number in (*dict.fromkeys(line), own)
    )


def _trained_first(entries: Mapping[str, Entry], flagship: Entry) -> Entry:
    """The base model of the same family that a chat model was made from, where the hours are known of that one."""
    based_on = flagship.variant.based_on
    base = entries.get(str(based_on.value)) if based_on is not None else None
    own = worked_gpu_hours(entries, flagship) is not None
    return flagship if own or base is None or base.model is not flagship.model else base


def _hours_remarks(citations: Citations, model: Model) -> Iterator[Markup]:
    infra, catalogue = model.infrastructure, citations.context.catalogue
    entry = _trained_first(catalogue.entries, catalogue.flagship(model))
    worked = worked_hours(citations, entry)
    assert infra is not None
    if worked is not None:
        yield worked[1]
        if sum(worked_gpu_hours(catalogue.entries, one) is not None for one in catalogue.entries_of(model)) > 1:
            yield escape(entry.variant.name)
    if infra.total_of is not None:
        name = citations.context.catalogue.entries[infra.total_of].variant.name
        if name != model.name:
            yield escape(name)
    if infra.cost_usd is not None and infra.cost_usd.value is not None:
        yield escape(citations.context.words("model.cost", cost="{}")).format(citations.value_html(infra.cost_usd))


def _state_remarks(citations: Citations, model: Model) -> Iterator[Markup]:
    flagship = citations.context.catalogue.flagship(model)
    if flagship.recount and (state := flagship.recount.state):
        kept = working_link(flagship, format.format_integer(state.value), substituted_formula(state))
        yield escape(citations.context.words("fact.state", count="{}")).format(kept)


_REMARKS = {"gpu_hours": _hours_remarks, "kv_cache": _state_remarks}


def record_sections(citations: Citations, model: Model) -> list[Section]:
    html = citations.context.html("model_record.html.jinja", record=_record_lines(citations, model))
    return [Section("record", citations.context.words("section.record"), html)]


def _record_lines(citations: Citations, model: Model) -> list[tuple[str, Markup]]:
    words, reference = citations.context.words, citations.context.catalogue.references.get(model.reference or "")
    dot = Markup(" · ")
    lines = [(words("fact.released"), dot.join(family_facts.family_dates(citations, model)))]
    named = [
        (words("fact.later"), family_facts.later_releases(citations, model)),
        (words("fact.never"), family_facts.unreleased_checkpoints(citations, model)),
    ]
    lines += [(label, dot.join(found)) for label, found in named if found]
    if reference is not None:
        label = f"arXiv:{reference.eprint}" if reference.eprint else reference.title_in(words.language)
        paper = Markup('<a href="ds:references.md#{0}">{1}</a> · <a id="cite" href="ds:references.md#{0}">{2}</a>')
        lines.append((words("fact.paper"), paper.format(reference_anchor(reference.key), label, words("section.cite"))))
    else:
        lines.append((words("fact.paper"), Markup('<span class="ds-absent">{}</span>').format(words("fact.no_paper"))))
    if model.licences is not None:
        lines.append((words("fact.licence"), dot.join(family_facts.family_licences(citations, model))))
    if builds_on := _parent_links(citations, model):
        lines.append((words("fact.builds_on"), Markup("<br>").join(builds_on)))
    if links := _link_list(citations, model):
        lines.append((words("fact.links"), dot.join(links)))
    return lines


def _parent_links(citations: Citations, model: Model) -> list[Markup]:
    words, models = citations.context.words, citations.context.catalogue.models
    lines = []
    for edge in model.builds_on:
        link = model_link(models[edge.model])
        line = Markup("{} {}").format(words(f"relation.{edge.relation.name.lower()}"), link)
        if edge.note is not None:
            line += Markup(words("punctuation.bracketed", text=citations.rich_text(edge.note)))
        lines.append(line + citations.footnote(edge.source))
    return lines


def _link_list(citations: Citations, model: Model) -> list[Markup]:
    """By label, and by kind where two share one."""
    words = citations.context.words
    labels = [link.label for link in model.links if link.label]
    found = []
    for link in model.links:
        kind = words(f"link.{link.kind.value}")
        name = citations.rich_text(link.label) if link.label else escape(kind)
        if link.label and labels.count(link.label) > 1:
            name += words("punctuation.bracketed", text=kind)
        found.append(Markup('<a href="{}">{}</a>').format(link.url, name))
    return found

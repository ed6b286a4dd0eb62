"""What stands on top of every page of a model: where it belongs, its name, what it is, what changed, its numbers, its parts."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from catalogue.records import younger_than
from catalogue.schema.model import Model, Track
from catalogue.schema.release import LinkKind
from catalogue.uses import How

from .. import releases
from ..cite import Citations
from ..context import Context
from ..links import technique_link
from ..names import short_model
from ..uses import change
from .model_ribbon import ribbon

MOST_BULLETS = 5
MOST_LISTED = 60  # models on the page of each; more would make the site grow with the square of their number


@dataclass(frozen=True)
class Tab:
    """A part of a model: its name, the address of its page or place, and how much there is of it."""

    label: str
    href: str
    count: str = ""
    current: bool = False
    part: str = ""


def overview(citations: Citations, model: Model, tabs: list[Tab], all_changes: str | None) -> str:
    """The whole of it: what a reader sees before scrolling."""
    context = citations.context
    return context.html(
        "model_hero.html.jinja",
        **_place(citations, model),
        title=model.name,
        lead=citations.inline(model.lead or model.summary),
        meta=_meta(citations, model),
        against=_against(citations, model),
        bullets=_bullets(citations, model, all_changes),
        more=_more(citations, model, all_changes),
        facts=ribbon(citations, model),
        tabs=tabs,
        compact=False,
    )


def compact(citations: Citations, model: Model, tabs: list[Tab], part: str) -> str:
    """Where one is, the name of the part, and the way to the others."""
    context = citations.context
    title = context.words("model.part_of", model=model.name, part=part)
    return context.html("model_hero.html.jinja", **_place(citations, model), title=title, tabs=tabs, compact=True)


def _place(citations: Citations, model: Model) -> dict[str, object]:
    """Track, parents, children and everybody else."""
    context = citations.context
    words, models = context.words, context.catalogue.models
    parents = dict.fromkeys(edge.model for edge in model.builds_on)
    return {
        "model": model,
        "short": short_model(model.name),
        "track": words(f"track.{model.track.value}"),
        "parents": [_short_link(models[id_]) for id_ in parents],
        "children": [_short_link(m) for m in context.catalogue.children.get(model.id, ())],
        "everybody": Markup(context.once("everybody", lambda: _everybody(context))),
        "count": len(models),
    }


def _everybody(context: Context) -> str:
    """The models of each track, the oldest first; nothing where they are too many."""
    words, models = context.words, context.catalogue.in_order
    if len(models) > MOST_LISTED:
        return ""
    lines = []
    for track in Track:
        if links := [_short_link(model) for model in models if model.track is track]:
            name = words(f"track.{track.value}")
            lines.append(Markup("<p><b>{}</b>{}</p>").format(name, Markup("").join(links)))
    return str(Markup("").join(lines))


def _short_link(model: Model) -> Markup:
    return Markup('<a href="ds:models/{}.md">{}</a>').format(model.id, short_model(model.name))


def _meta(citations: Citations, model: Model) -> Markup:
    """The first date, then paper, weights and code, and the licence."""
    words = citations.context.words
    date = releases.first(citations, model)
    parts = [date] if date else []
    for kind in (LinkKind.PAPER, LinkKind.WEIGHTS, LinkKind.REPOSITORY, LinkKind.ANNOUNCEMENT):
        link = next((link for link in model.links if link.kind is kind), None)
        if link is not None:
            parts.append(Markup('<a href="{}">{}</a>').format(link.url, words(f"link_short.{kind.value}")))
    rest = len(model.links) - (len(parts) - bool(date))
    if rest > 0:
        parts.append(
            Markup('<a href="#record">{}</a>').format(
                words("model.more_links" if rest > 1 else "model.one_more_link", count=rest)
            )
        )
    licence = model.licences.weights if model.licences else None
    if licence is not None and licence.value is not None:
        parts.append(citations.single(licence))
    return Markup(" · ").join(parts)


def _against(citations: Citations, model: Model) -> Markup:
    """What the bullets are told against: the predecessor, or nothing, for a first of its kind."""
    words, before = citations.context.words, citations.context.catalogue.predecessor(model)
    if before is None or not model.changes:
        return escape(words("model.new_here"))
    later = younger_than(before.model, model)
    return Markup(
        words("model.differs_from" if later else "model.changed_against", model=short_model(before.model.name))
    )


def _bullets(citations: Citations, model: Model, all_changes: str | None) -> list[tuple[Markup, Markup]]:
    """Changes in a line each, the aspect first, the weightiest first as the entry lists them; else what it introduced or took up."""
    if model.changes:
        return [(citations.inline(item.aspect), citations.inline(item.after)) for item in model.changes[:MOST_BULLETS]]
    brings = (How.INTRODUCED, How.FORM, How.FIRST, How.USED)
    uses = [use for use in citations.context.uses.by(model.id) if use.stated is not None and use.how in brings]
    uses.sort(key=lambda use: (brings.index(use.how), use.stated is None or use.stated.note is None))
    return [
        (technique_link(citations.context, use.technique.id, short=True), change(citations.context, use))
        for use in uses[:MOST_BULLETS]
    ]


def _more(citations: Citations, model: Model, all_changes: str | None) -> Markup:
    if all_changes is None:
        return Markup("")
    return Markup('<a href="{}">{}</a>').format(all_changes, citations.context.words("model.all_changes"))

"""The pages of a model: an overview, and for all but the smallest families its parts on pages of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from catalogue.schema.model import Model, Track
from catalogue.schema.values import Single, walk

from ..cite import Citations, description
from ..context import Context
from ..page import Page, Section
from . import (
    model_architecture,
    model_changes,
    model_facts,
    model_follows,
    model_hero,
    model_recipe,
    model_texts,
    model_training,
    model_values,
    problems,
)
from .sources import sources

Piece = Callable[[Citations, Model], list[Section]]


# In the order of reading; a part without data leaves no page and no heading behind.
def _problems(citations: Citations, model: Model) -> list[Section]:
    return problems.section(citations.context, f"model:{model.id}")


PARTS: Mapping[str, Sequence[Piece]] = {
    "architecture": (model_architecture.architecture, _problems),
    "training": (model_recipe.schedule, model_training.stages),
    "machines": (model_training.infrastructure, model_follows.follows),
    "serving": (model_training.serving,),
    "scores": (model_texts.evaluation,),
    "disputes": (model_texts.disputes,),
    "changes": (model_changes.changes, model_texts.techniques),
    "values": (model_texts.notes, model_values.values),
}

# A family with more values than this is too long for one page.
MOST_ON_ONE_PAGE = 30

# Tracks whose models are told by their training: the network is somebody else's.
_RECIPE_FIRST = (Track.REASONING, Track.PROVER)


def pages(context: Context, model_id: str) -> list[Page]:
    """The overview first, then its parts."""
    model = context.catalogue.models[model_id]
    if not _is_large(model):
        return [_alone(context, model)]
    made = {name: _sections(Citations(context), model, name) for name in PARTS}
    names = [name for name, (_, sections) in made.items() if sections]
    parts = [_part(citations, model, name, sections, names) for name, (citations, sections) in made.items() if sections]
    return [_overview(context, model, names, parts), *parts]


def places(model_pages: Sequence[Page]) -> dict[str, str]:
    """Where each place of a model is, if not on its overview: page by anchor."""
    first, *parts = model_pages
    own = set(first.anchors)
    return {anchor: part.path for part in reversed(parts) for anchor in part.anchors if anchor not in own}


def _is_large(model: Model) -> bool:
    count = 0

    def visit(value: object, _: object) -> None:
        nonlocal count
        count += isinstance(value, Single)

    walk(model, visit)
    return count >= MOST_ON_ONE_PAGE


def _sections(citations: Citations, model: Model, name: str) -> tuple[Citations, list[Section]]:
    return citations, [section for piece in PARTS[name] for section in piece(citations, model)]


def _path(model: Model, part: str = "") -> str:
    return f"models/{model.id}/{part}.md" if part else f"models/{model.id}.md"


def _tabs(context: Context, model: Model, names: Sequence[str], current: str, apart: bool) -> list[model_hero.Tab]:
    words = context.words
    tabs = [model_hero.Tab(words("part.overview"), f"ds:{_path(model)}", current=current == "")] if apart else []
    for name in names:
        href = f"ds:{_path(model, name)}" if apart else f"#part-{name}"
        count = str(len(model.disputes)) if name == "disputes" else ""
        tabs.append(model_hero.Tab(words(f"part.{name}"), href, count, current == name, name))
    return tabs


def _part(citations: Citations, model: Model, name: str, sections: Sequence[Section], names: Sequence[str]) -> Page:
    context, words = citations.context, citations.context.words
    title = words(f"part.{name}")
    hero = model_hero.compact(citations, model, _tabs(context, model, names, name, apart=True), title)
    return Page(
        _path(model, name),
        words("model.part_of", model=model.name, part=title),
        words(f"part_description.{name}", model=model.name),
        (*sections, sources(citations), *(model_texts.cite(citations, model) if name == "values" else ())),
        f"model:{model.id}",
        hide=("toc",),
        hero=hero,
        part_of=_path(model),
    )


def _figures(citations: Citations, model: Model) -> list[Section]:
    """The drawing and the recipe, in the order in which they say what the model is."""
    found = [*model_architecture.drawn(citations, model), *model_recipe.recipe(citations, model)]
    return found[::-1] if model.track in _RECIPE_FIRST else found


def _about(citations: Citations, model: Model) -> list[Section]:
    text = Markup('<p class="ds-summary">{}</p>').format(citations.inline(model.summary))
    return [Section("about", citations.context.words("section.about"), str(text))]


def _overview(context: Context, model: Model, names: Sequence[str], parts: Sequence[Page]) -> Page:
    citations, words = Citations(context), context.words
    changes = f"ds:{_path(model, 'changes')}" if "changes" in names else None
    hero = model_hero.overview(citations, model, _tabs(context, model, names, "", apart=True), changes)
    figure, *others = _figures(citations, model) or [Section("architecture", "")]
    listed = context.html(
        "model_parts.html.jinja",
        parts=[(words(f"part.{name}"), f"ds:{_path(model, name)}", words(f"part_about.{name}")) for name in names],
        moved=Markup(json.dumps({part.path.rsplit("/", 1)[-1][:-3]: _moved(part) for part in parts})),
    )
    sections = [figure, *_about(citations, model), *others, Section("parts", words("section.parts"), listed)]
    return _finished(citations, model, hero, sections)


def _moved(part: Page) -> list[str]:
    return list(part.anchors)


def _alone(context: Context, model: Model) -> Page:
    """Everything on one page, in the same order."""
    citations = Citations(context)
    sections = _figures(citations, model)
    sections[1:1] = _about(citations, model)
    names = []
    for name in PARTS:
        _, found = _sections(citations, model, name)
        if found:
            first = Section(f"part-{name}", "", f'<span id="part-{name}"></span>')
            sections += [first, *found]
            names.append(name)
    changes = "#what-changed" if any(section.id == "what-changed" for section in sections) else None
    hero = model_hero.overview(citations, model, _tabs(context, model, names, "", apart=False), changes)
    return _finished(citations, model, hero, sections)


def _finished(citations: Citations, model: Model, hero: str, sections: Sequence[Section]) -> Page:
    record = model_facts.record(citations, model)
    return Page(
        _path(model),
        model.name,
        description(citations.context, model.lead or model.summary),
        (*sections, *record, sources(citations), *model_texts.cite(citations, model)),
        f"model:{model.id}",
        hide=("toc",),
        hero=hero,
    )

"""The page of a model: ordered for reading, each part made by the module of its name."""

from __future__ import annotations

from collections.abc import Callable

from catalogue.schema.model import Model

from ..cite import Citations, description
from ..context import Context
from ..page import Page, Section
from . import (
    model_architecture,
    model_changes,
    model_facts,
    model_follows,
    model_recipe,
    model_texts,
    model_training,
)
from .sources import sources

Part = Callable[[Citations, Model], list[Section]]

PARTS: tuple[Part, ...] = (
    model_facts.lead,
    model_changes.changes,
    model_architecture.architecture,
    model_recipe.recipe,
    model_training.training,
    model_follows.follows,
    model_training.post_training,
    model_training.infrastructure,
    model_training.serving,
    model_texts.evaluation,
    model_texts.disputes,
    model_texts.techniques,
    model_texts.notes,
)


def page(context: Context, model: Model) -> Page:
    """Make the page. Parts without data leave no heading behind."""
    citations = Citations(context)
    sections = [section for part in PARTS for section in part(citations, model)]
    sections += [sources(citations), *model_texts.cite(citations, model)]
    return Page(
        f"models/{model.id}.md",
        model.name,
        description(context, model.summary),
        tuple(sections),
        f"model:{model.id}",
    )

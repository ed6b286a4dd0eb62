"""Techniques by models over time: who introduced, adopted, kept or dropped what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.records import by_date, first_day
from catalogue.schema.model import Model, TechniqueChange, TechniqueUse
from catalogue.schema.technique import Technique, TechniqueKind

from ..cite import plain_text
from ..context import Context
from ..names import short_model
from ..page import Page, lead_section

MARKS = {
    TechniqueChange.INTRODUCED: "★",
    TechniqueChange.ADOPTED: "+",
    TechniqueChange.KEPT: "●",
    TechniqueChange.DROPPED: "×",
}


@dataclass(frozen=True)
class Use:
    """A cell with something in it: the model, what it did, and in words with the entry's remark."""

    model: str
    change: str
    mark: str
    label: str
    note: str


@dataclass(frozen=True)
class Row:
    """A technique, with a cell for each model."""

    id: str
    name: str
    cells: Sequence[Use | None]


@dataclass(frozen=True)
class Group:
    """Techniques of one kind."""

    id: str
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Head:
    """A column: a model, and the year where it is the first of one."""

    id: str
    name: str
    year: str


def page(context: Context) -> Page:
    """Intro, legend and links to the kinds, then one table."""
    words = context.words
    models = columns(context)
    groups = list(_groups(context, models))
    count = sum(len(group.rows) for group in groups)
    table = context.html(
        "technique_matrix.html.jinja",
        heads=_heads(context, models),
        groups=groups,
        marks=[(change.value, mark, words(f"change.{change.value}")) for change, mark in MARKS.items()],
    )
    return Page(
        "techniques/matrix.md",
        words("matrix.title"),
        words("matrix.description"),
        (lead_section(words("matrix.intro", techniques=count, models=len(models)), table),),
        hide=("navigation", "toc"),
    )


def columns(context: Context) -> list[Model]:
    """The models that name a technique, the oldest first."""
    return by_date(m for m in context.catalogue.models.values() if m.techniques)


def _heads(context: Context, models: Sequence[Model]) -> list[Head]:
    heads: list[Head] = []
    years: set[str] = set()
    for model in models:
        year = first_day(model)[:4]
        heads.append(Head(model.id, short_model(model.name), "" if year in years else year))
        years.add(year)
    return heads


def _groups(context: Context, models: Sequence[Model]) -> list[Group]:
    groups = []
    for kind in TechniqueKind:
        techniques = [t for t in context.catalogue.techniques.values() if t.kind is kind]
        rows = [row for t in sorted(techniques, key=_introduced) if any((row := _row(context, t, models)).cells)]
        if rows:
            name = kind.name.lower()
            groups.append(Group(f"kind-{name}", context.words(f"kind.{name}"), rows))
    return groups


def _introduced(technique: Technique) -> tuple[bool, str]:
    """By date, those without one last."""
    date = technique.introduced.date.value
    return date is None, date.first_day if date else ""


def _row(context: Context, technique: Technique, models: Sequence[Model]) -> Row:
    cells = [
        next((_use(context, technique, model, use) for use in model.techniques if use.id == technique.id), None)
        for model in models
    ]
    return Row(technique.id, context.short_name(technique), cells)


def _use(context: Context, technique: Technique, model: Model, use: TechniqueUse) -> Use:
    words = context.words
    label = words(
        "matrix.cell",
        model=short_model(model.name),
        technique=context.short_name(technique),
        change=words(f"change.{use.change}"),
    )
    note = plain_text(context, use.note) if use.note else ""
    return Use(model.id, use.change.value, MARKS[use.change], label, note)

"""Techniques by models over time: who introduced, used, took over or dropped what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.records import by_date, first_day
from catalogue.schema.model import Model
from catalogue.schema.technique import Technique, TechniqueKind
from catalogue.uses import How, Silence, Use

from ..cite import plain_text
from ..context import Context
from ..names import short_model
from ..page import Page, lead_section
from ..uses import change

MARKS = {
    How.INTRODUCED: "★",
    How.FORM: "☆",
    How.FIRST: "+",
    How.USED: "●",
    How.INHERITED: "○",
    How.DROPPED: "×",
}
NO = "–"


@dataclass(frozen=True)
class Mark:
    """A cell with something in it: the model, what it did, and in words with the entry's remark; without a model, that it does without."""

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
    cells: Sequence[Mark | None]


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
        marks=[
            *((how.value, mark, words(f"change.{how.value}")) for how, mark in MARKS.items()),
            ("no", NO, words("matrix.no")),
        ],
    )
    return Page(
        "techniques/matrix.md",
        words("matrix.title"),
        words("matrix.description"),
        (lead_section(words("matrix.intro", techniques=count, models=len(models)), table),),
        hide=("navigation", "toc"),
    )


def columns(context: Context) -> list[Model]:
    """The models that use a technique, the oldest first."""
    return by_date(m for m in context.catalogue.models.values() if context.uses.by(m.id))


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
        rows = [row for t in sorted(techniques, key=_introduced) if _used(row := _row(context, t, models))]
        if rows:
            name = kind.name.lower()
            groups.append(Group(f"kind-{name}", context.words(f"kind.{name}"), rows))
    return groups


def _used(row: Row) -> bool:
    return any(cell is not None and cell.model for cell in row.cells)


def _introduced(technique: Technique) -> tuple[bool, str]:
    """By date, those without one last."""
    date = technique.introduced.date.value
    return date is None, date.first_day if date else ""


def _row(context: Context, technique: Technique, models: Sequence[Model]) -> Row:
    uses = {use.model.id: use for use in context.uses.of(technique.id)}
    cells = [
        _mark(context, technique, uses[model.id]) if model.id in uses else _silent(context, technique, model)
        for model in models
    ]
    return Row(technique.id, context.short_name(technique), cells)


def _silent(context: Context, technique: Technique, model: Model) -> Mark | None:
    """A dash where the architecture says that the technique is not used; nothing where nothing is said."""
    if context.uses.silence(technique.id, model.id) is not Silence.NO:
        return None
    return Mark("", "no", NO, context.words("matrix.no"), "")


def _mark(context: Context, technique: Technique, use: Use) -> Mark:
    words = context.words
    label = words(
        "matrix.cell",
        model=short_model(use.model.name),
        technique=context.short_name(technique),
        change=change(context, use).striptags(),
    )
    note = plain_text(context, use.stated.note) if use.stated and use.stated.note else ""
    return Mark(use.model.id, use.how.value, MARKS[use.how], label, note)

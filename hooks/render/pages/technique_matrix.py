"""Techniques by models over time: who introduced, used, kept, took over or dropped what."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from catalogue.records import by_date
from catalogue.schema.model import Model
from catalogue.schema.technique import Technique, TechniqueKind
from catalogue.uses import FamilyUse

from .. import marks
from ..cite import plain_text
from ..context import Context
from ..names import short_model
from ..page import Page, lead_section
from ..uses import family_label
from .matrix import Group, Row, matrix


def page(context: Context) -> Page:
    """Intro, legend and links to the kinds, then one table."""
    words = context.words
    models = columns(context)
    groups = list(_groups(context, models))
    count = sum(len(group.rows) for group in groups)
    table = matrix(
        context,
        models,
        groups,
        signs(context),
        words("matrix.caption"),
        words("matrix.kinds"),
        words("table.technique"),
    )
    return Page(
        "techniques/matrix.md",
        words("matrix.title"),
        words("matrix.description"),
        (lead_section(words("matrix.intro", techniques=count, models=len(models)), table),),
        hide=("navigation", "toc"),
    )


def signs(context: Context) -> list[tuple[Markup, str]]:
    """Each sign of the matrix with its word."""
    words = context.words
    return [
        *((marks.use(how), words(f"change.{how.value}")) for how in marks.USES),
        (marks.without(), words("matrix.no")),
    ]


def columns(context: Context) -> list[Model]:
    """The models that use a technique, the oldest first."""
    return by_date(m for m in context.catalogue.models.values() if context.uses.of_model(m.id))


def _groups(context: Context, models: Sequence[Model]) -> list[Group]:
    groups = []
    for kind in TechniqueKind:
        techniques = [
            t for t in context.catalogue.techniques.values() if t.kind is kind and context.uses.of_technique(t.id)
        ]
        rows = [_row(context, t, models) for t in sorted(techniques, key=_introduced)]
        if rows:
            name = kind.name.lower()
            groups.append(Group(f"kind-{name}", context.words(f"kind.{name}"), rows))
    return groups


def _introduced(technique: Technique) -> tuple[bool, str]:
    """By date, those without one last."""
    date = technique.introduced.date.value
    return date is None, date.first_day if date else ""


def _row(context: Context, technique: Technique, models: Sequence[Model]) -> Row:
    uses = {family.model.id: family for family in context.uses.families(technique.id)}
    cells = [
        _used(context, technique, uses[model.id]) if model.id in uses else _silent(context, technique, model)
        for model in models
    ]
    name = context.short_name(technique)
    return Row(Markup('<a href="ds:techniques/{}.md">{}</a>').format(technique.id, name), cells)


def _silent(context: Context, technique: Technique, model: Model) -> Markup:
    """A dot where the architecture says that the technique is not used; nothing where nothing is said."""
    if not context.uses.does_without(technique.id, model.id):
        return Markup("")
    return Markup('<span class="ds-use no" title="{}">{}</span>').format(context.words("matrix.no"), marks.WITHOUT)


def _used(context: Context, technique: Technique, use: FamilyUse) -> Markup:
    words = context.words
    label = words(
        "matrix.cell",
        model=short_model(use.model.name),
        technique=context.short_name(technique),
        change=family_label(context, use).striptags(),
    )
    note = plain_text(context, use.stated.note) if use.stated and use.stated.note else ""
    title = words("punctuation.full_stop") + words("punctuation.gap") + note if note else ""
    return Markup('<a class="ds-use {}" href="ds:models/{}.md#techniques" aria-label="{}" title="{}">{}</a>').format(
        use.how.value, use.model.id, label, label + title, marks.USES[use.how]
    )

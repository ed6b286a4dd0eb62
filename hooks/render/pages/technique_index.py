"""All techniques: as a list by kind, and as a table of who brought in, has or dropped which, behind a switch."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from catalogue.records import by_date
from catalogue.schema.model import Model
from catalogue.schema.technique import Technique, TechniqueKind
from catalogue.uses import FamilyUse

from .. import jump, marks
from ..cite import plain_text
from ..context import Context
from ..links import technique_link
from ..marks import UsePart, part_of
from ..names import short_model
from ..page import Page, Section, lead_section
from ..uses import family_label
from .matrix import Group, Row, matrix
from .technique_users import small_strip


def page(context: Context) -> Page:
    """The list first; the table is the other view of the same page."""
    words = context.words
    views = context.html(
        "views.html.jinja",
        label=words("views.label"),
        views=[
            ("by-kind", words("techniques.list"), Markup(_list(context))),
            ("by-model", words("matrix.title"), Markup(_table(context))),
        ],
    )
    intro = words("techniques.intro", count=len(context.catalogue.techniques))
    return Page(
        "techniques/index.md",
        words("page.techniques"),
        words("techniques.description"),
        (lead_section(intro), Section("views", words("views.label"), views, quiet=True)),
        hide=("toc",),
    )


def _list(context: Context) -> str:
    """A shelf for each kind: the name of each technique, and how many families use it."""
    words, order = context.words, by_date(context.catalogue.models.values())
    shelves = []
    for kind in TechniqueKind:
        name = kind.name.lower()
        items = [
            {
                "link": technique_link(context, t.id),
                "abbreviation": t.abbreviation if t.abbreviation and t.abbreviation != words.text(t.name) else None,
                "what": plain_text(context, t.definition),
                "users": small_strip(context, order, context.uses.users(t.id)),
            }
            for t in context.catalogue.techniques.values()
            if t.kind is kind
        ]
        if items:
            shelves.append((name.replace("_", "-"), words(f"kind.{name}"), items))
    bar = jump.jump_bar(context, ((id_, title, 0) for id_, title, _ in shelves))
    return bar + context.html("technique_shelves.html.jinja", shelves=shelves)


def _table(context: Context) -> str:
    words, models = context.words, columns(context)
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
    return f"<p>{escape(words('matrix.intro', techniques=count, models=len(models)))}</p>{table}"


def signs(context: Context) -> list[tuple[Markup, str]]:
    """Each sign of the matrix with its word."""
    words = context.words
    return [
        *((marks.use_part(part), words(f"matrix.sign.{part.name.lower()}")) for part in marks.LEGEND),
        (marks.without_symbol(), words("matrix.no")),
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
    return Row(technique_link(context, technique.id, short=True), cells)


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
    part = part_of(use.how)
    if part is UsePart.IN_WEIGHTS:
        return Markup("")
    return Markup('<a class="ds-use {}" href="ds:models/{}.md#techniques" aria-label="{}" title="{}">{}</a>').format(
        part.name.lower(), use.model.id, label, label + title, marks.USES[part]
    )

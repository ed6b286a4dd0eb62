"""Techniques as a list by kind and as a matrix; the strip of families on a technique's page."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import first_day, sort_by_date
from catalogue.schema.model import Model
from catalogue.schema.technique import InModel, Technique, TechniqueKind
from catalogue.uses import FamilyUse

from .. import format, links
from ..cite import Citations, plain_text
from ..context import Context
from ..drawings import glyph_of
from ..family_facts import family_label
from ..format import UsePart, part_of, short_model
from ..links import model_link, technique_link
from ..page import Page, Section, lead_section

_CELL, _WIDE = 7, 5


def families_by_part(context: Context, technique: Technique) -> Markup:
    """Who introduced, changed, has or dropped the technique, the oldest family first."""
    uses = context.uses.family_uses(technique.id)
    rows = [(context.words(part.value), _family_links(uses, part)) for part in UsePart]
    shown = [(label, links) for label, links in rows if links]
    return Markup(context.html("technique_users.html.jinja", rows=shown)) if shown else Markup("")


def families_line(context: Context, technique: Technique) -> Markup:
    uses = context.uses.family_uses(technique.id)
    if not uses:
        return Markup("")
    order, words = sort_by_date(context.catalogue.models.values()), context.words
    parts = [part for part in UsePart if any(part_of(use.how) is part for use in uses)]
    return Markup(
        context.html(
            "technique_families.html.jinja",
            cells=_strip_paths(order, uses),
            width=_CELL * len(order),
            said=words("techniques.used_by_count", count=len(context.uses.user_ids(technique.id)), all=len(order)),
            parts=[(part.name.lower(), words(f"users.line.{part.name.lower()}")) for part in parts],
            years=(_model_year(order[0]), _model_year(order[-1])),
        )
    )


def _family_links(uses: Sequence[FamilyUse], part: UsePart) -> list[Markup]:
    return [
        Markup('<a href="ds:models/{}.md#techniques">{}</a>').format(use.model.id, short_model(use.model.name))
        for use in uses
        if part_of(use.how) is part
    ]


def _strip_paths(order: Sequence[Model], uses: Sequence[FamilyUse]) -> list[tuple[str, str]]:
    shown_as = {use.model.id: part_of(use.how).name.lower() for use in uses}
    places: dict[str, list[int]] = {}
    for at, model in enumerate(order):
        places.setdefault(shown_as.get(model.id, "not"), []).append(at)
    return [
        (name, "".join(f"M{_CELL * at + 1} 1h{_WIDE}v9h-{_WIDE}z" for at in found)) for name, found in places.items()
    ]


def _model_year(model: Model) -> str:
    return first_day(model)[:4]


def small_strip(context: Context, order: Sequence[Model], users: Set[str]) -> Markup:
    """A cell a family, filled for users, whose names are its title."""
    if not users:
        return Markup("")
    words = context.words
    cells = {used: [x for x, m in enumerate(order) if (m.id in users) is used] for used in (True, False)}
    paths = {used: "".join(f"M{_CELL * x} 1h{_WIDE}v9h-{_WIDE}z" for x in xs) for used, xs in cells.items()}
    names = words("punctuation.listed").join(short_model(m.name) for m in order if m.id in users)
    said = words("techniques.used_by_count", count=len(users), all=len(order))
    return Markup(
        '<span class="ds-strip-of" title="{names}"><svg viewBox="0 0 {width} 11" width="{width}" height="11" aria-hidden="true">'
        '<path class="not" d="{others}"/><path d="{filled}"/></svg> {said}</span>'
    ).format(names=names, width=_CELL * len(order), others=paths[False], filled=paths[True], said=said)


def what_each_did(citations: Citations, technique: Technique) -> str:
    context, words = citations.context, citations.context.words
    if not technique.in_models:
        return ""
    uses = {use.model.id: use for use in context.uses.family_uses(technique.id)}
    rows = [_user_row(citations, technique, row, uses.get(row.model or "")) for row in technique.in_models]
    html = context.html("technique_in_models.html.jinja", rows=rows)
    if not context.uses.of_technique(technique.id):
        return html
    return f'<details class="ds-fold"><summary>{escape(words("users.told", count=len(rows)))}</summary>{html}</details>'


def _user_row(citations: Citations, technique: Technique, row: InModel, use: FamilyUse | None) -> dict[str, Any]:
    context = citations.context
    when = context.uses.date_of(technique.id, row)
    model = use.model if use is not None else context.catalogue.models.get(row.model or "")
    return {
        "link": model_link(model) if model is not None else None,
        "date": citations.value_text(when) if when else None,
        "paragraphs": citations.rich_paragraphs(row.text),
        "mark": citations.footnote(row.source),
    }


def technique_index_page(context: Context) -> Page:
    words = context.words
    views = context.html(
        "views.html.jinja",
        label=words("views.label"),
        views=[
            ("by-kind", words("techniques.list"), Markup(_technique_list(context))),
            ("by-model", words("matrix.title"), Markup(_technique_matrix(context))),
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


def _technique_list(context: Context) -> str:
    words, order = context.words, sort_by_date(context.catalogue.models.values())
    shelves = []
    for kind in TechniqueKind:
        name = kind.name.lower()
        items = [
            {
                "link": technique_link(context, t.id),
                "abbreviation": t.abbreviation if t.abbreviation and t.abbreviation != words.text(t.name) else None,
                "what": plain_text(context, t.definition),
                "glyph": glyph_of(context, t),
                "users": small_strip(context, order, context.uses.user_ids(t.id)),
            }
            for t in context.catalogue.techniques.values()
            if t.kind is kind
        ]
        if items:
            shelves.append((name.replace("_", "-"), words(f"kind.{name}"), items))
    bar = links.jump_bar(context, ((id_, title, 0) for id_, title, _ in shelves))
    return bar + context.html("technique_shelves.html.jinja", shelves=shelves)


@dataclass(frozen=True)
class MatrixRow:
    name: Markup
    cells: Sequence[Markup]


@dataclass(frozen=True)
class MatrixGroup:
    id: str
    name: str
    rows: Sequence[MatrixRow]


@dataclass(frozen=True)
class MatrixHead:
    """A model, and the year where it is its first."""

    id: str
    name: str
    year: str


def _matrix_heads(models: Sequence[Model]) -> list[MatrixHead]:
    heads: list[MatrixHead] = []
    years: set[str] = set()
    for model in models:
        year = _model_year(model)
        heads.append(MatrixHead(model.id, short_model(model.name), "" if year in years else year))
        years.add(year)
    return heads


def _technique_matrix(context: Context) -> str:
    words, models = context.words, matrix_columns(context)
    groups = _matrix_groups(context, models)
    count = sum(len(group.rows) for group in groups)
    table = context.html(
        "matrix.html.jinja",
        heads=_matrix_heads(models),
        groups=groups,
        signs=matrix_signs(context),
        caption=words("matrix.caption"),
        jump=words("matrix.kinds"),
        corner=words("table.technique"),
    )
    return f"<p>{escape(words('matrix.intro', techniques=count, models=len(models)))}</p>{table}"


def matrix_signs(context: Context) -> list[tuple[Markup, str]]:
    words = context.words
    return [
        *((format.use_part(part), words(f"matrix.sign.{part.name.lower()}")) for part in format.LEGEND),
        (format.without_symbol(), words("matrix.no")),
    ]


def matrix_columns(context: Context) -> list[Model]:
    return sort_by_date(m for m in context.catalogue.models.values() if context.uses.of_model(m.id))


def _matrix_groups(context: Context, models: Sequence[Model]) -> list[MatrixGroup]:
    groups = []
    for kind in TechniqueKind:
        techniques = [
            t for t in context.catalogue.techniques.values() if t.kind is kind and context.uses.of_technique(t.id)
        ]
        rows = [_matrix_row(context, t, models) for t in sorted(techniques, key=_introduction_key)]
        if rows:
            name = kind.name.lower()
            groups.append(MatrixGroup(f"kind-{name}", context.words(f"kind.{name}"), rows))
    return groups


def _introduction_key(technique: Technique) -> tuple[bool, str]:
    """Sort key; without a date last."""
    date = technique.introduced.date.value
    return date is None, date.first_day if date else ""


def _matrix_row(context: Context, technique: Technique, models: Sequence[Model]) -> MatrixRow:
    uses = {family.model.id: family for family in context.uses.family_uses(technique.id)}
    cells = [
        _use_sign(context, technique, uses[model.id]) if model.id in uses else _absence_sign(context, technique, model)
        for model in models
    ]
    return MatrixRow(technique_link(context, technique.id, short=True), cells)


def _absence_sign(context: Context, technique: Technique, model: Model) -> Markup:
    """A dot where the architecture says that the technique is not used; empty where nothing is said."""
    if not context.uses.does_without(technique.id, model.id):
        return Markup("")
    return Markup('<span class="ds-use no" title="{}">{}</span>').format(context.words("matrix.no"), format.WITHOUT)


def _use_sign(context: Context, technique: Technique, use: FamilyUse) -> Markup:
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
        part.name.lower(), use.model.id, label, label + title, format.USES[part]
    )

"""Techniques: the index as a list and as a matrix, and the page of one or of several that share it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from markupsafe import Markup, escape

from catalogue.lookup import item_names
from catalogue.records import first_day, sort_by_date
from catalogue.schema.model import Model
from catalogue.schema.technique import InModel, SharedPage, Technique, TechniqueKind
from catalogue.schema.values import Detail, Text, each_below
from catalogue.uses import FamilyUse

from .. import format, links, problems
from ..assets import page_script
from ..cite import Citations, page_description, plain_text, reference_anchor
from ..context import Context
from ..family_facts import family_label
from ..format import UsePart, part_of, short_model
from ..formula import wrapping_mathml
from ..links import model_link, technique_link
from ..page import Page, Section, lead_section, titled_page
from ..tables import detail_rows, key_value_table
from ..technique_figures import Frame, figures_of, frames_of, glyph_of, labs_of
from .elsewhere import line_elsewhere
from .glossary import formula_block
from .sources import render_disputes, sources_section
from .use_and_extend import released_code

_CELL, _WIDE = 7, 5


def families_by_part(context: Context, technique: Technique) -> Markup:
    uses = context.uses.family_uses(technique.id)
    link = Markup('<a href="ds:models/{}.md#techniques">{}</a>')
    rows = [
        (
            context.words(part.value),
            [link.format(use.model.id, short_model(use.model.name)) for use in uses if part_of(use.how) is part],
        )
        for part in UsePart
    ]
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


def _strip_paths(order: Sequence[Model], uses: Sequence[FamilyUse]) -> list[tuple[str, str]]:
    shown_as = {use.model.id: part_of(use.how).name.lower() for use in uses}
    places: dict[str, list[int]] = {}
    for at, model in enumerate(order):
        places.setdefault(shown_as.get(model.id, "not"), []).append(at)
    return [(name, _cells_path(found, 1)) for name, found in places.items()]


def _cells_path(places: Iterable[int], left: int = 0) -> str:
    return "".join(f"M{_CELL * at + left} 1h{_WIDE}v9h-{_WIDE}z" for at in places)


def _model_year(model: Model) -> str:
    return first_day(model)[:4]


def small_strip(context: Context, order: Sequence[Model], users: Set[str]) -> Markup:
    """A cell a family, filled for users, whose names are its title."""
    if not users:
        return Markup("")
    words = context.words
    filled, others = ([x for x, m in enumerate(order) if (m.id in users) is used] for used in (True, False))
    names = words("punctuation.listed").join(short_model(m.name) for m in order if m.id in users)
    said = words("techniques.used_by_short", count=len(users), all=len(order))
    return Markup(
        '<span class="ds-strip-of" title="{names}"><svg viewBox="0 0 {width} 11" width="{width}" height="11" aria-hidden="true">'
        '<path class="not" d="{others}"/><path d="{filled}"/></svg> {said}</span>'
    ).format(names=names, width=_CELL * len(order), others=_cells_path(others), filled=_cells_path(filled), said=said)


def what_each_did(citations: Citations, technique: Technique) -> str:
    context, words = citations.context, citations.context.words
    if not technique.in_models:
        return ""
    uses = {use.model.id: use for use in context.uses.family_uses(technique.id)}
    dated = ((context.uses.date_of(technique.id, row), row) for row in technique.in_models)
    by_date = sorted(dated, key=lambda told: told[0].first_day if told[0] else "")
    rows = [_user_row(citations, technique, row, uses.get(row.model or "")) for _, row in by_date]
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
    return titled_page(
        words,
        "techniques/index.md",
        "techniques",
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


def _matrix_heads(models: Sequence[Model]) -> Iterator[dict[str, str]]:
    before = ""
    for model in models:
        year = _model_year(model)
        yield {"id": model.id, "name": short_model(model.name), "year": "" if year == before else year}
        before = year


def _technique_matrix(context: Context) -> str:
    words = context.words
    models = sort_by_date(m for m in context.catalogue.models.values() if context.uses.of_model(m.id))
    groups = _matrix_groups(context, models)
    count = sum(len(group["rows"]) for group in groups)
    table = context.html(
        "matrix.html.jinja",
        heads=list(_matrix_heads(models)),
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
        (Markup('<span class="ds-use no" aria-hidden="true">{}</span>').format(format.NOTHING), words("matrix.no")),
    ]


def _matrix_groups(context: Context, models: Sequence[Model]) -> list[dict[str, Any]]:
    groups = []
    for kind in TechniqueKind:
        techniques = [
            t for t in context.catalogue.techniques.values() if t.kind is kind and context.uses.of_technique(t.id)
        ]
        rows = [_matrix_row(context, t, models) for t in sorted(techniques, key=_introduction_key)]
        if rows:
            name = kind.name.lower()
            groups.append({"id": f"kind-{name}", "name": context.words(f"kind.{name}"), "rows": rows})
    return groups


def _introduction_key(technique: Technique) -> tuple[bool, str]:
    """Sort key; without a date last."""
    date = technique.introduced.date.value
    return date is None, date.first_day if date else ""


def _matrix_row(context: Context, technique: Technique, models: Sequence[Model]) -> dict[str, Any]:
    uses = {family.model.id: family for family in context.uses.family_uses(technique.id)}
    cells = [
        _use_sign(context, technique, uses[model.id]) if model.id in uses else _absence_sign(context, technique, model)
        for model in models
    ]
    return {"name": technique_link(context, technique.id, short=True), "cells": cells}


def _absence_sign(context: Context, technique: Technique, model: Model) -> Markup:
    """A dash where the architecture says that the technique is not used; empty where nothing is said."""
    if not context.uses.does_without(technique.id, model.id):
        return Markup("")
    return Markup('<span class="ds-use no" title="{}">{}</span>').format(context.words("matrix.no"), format.NOTHING)


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


# Places of their own on pages before: the lineage, and published values where a text says them all.
_LINEAGE, _FACTS = '<span id="lineage"></span>', '<span id="facts"></span>'


def technique_page(context: Context, page_id: str, written: Mapping[str, str]) -> Page:
    shared = context.catalogue.shared_pages.get(page_id)
    if shared:
        return _shared_page(context, shared, written)
    return _own_page(context, context.catalogue.techniques[page_id], written)


def _own_page(context: Context, technique: Technique, written: Mapping[str, str]) -> Page:
    citations = Citations(context)
    frames = frames_of(context, technique.id)
    if frames:
        opening = _render_opening(citations, technique, frames)
    else:
        opening = _render_kicker(context, technique) + _lead_paragraph(citations, technique)
    sections = [Section("lead", "", opening)]
    for name, title, html in _technique_parts(citations, technique, written):
        sections.append(Section(name, context.words(title), html))
        if name == "models":
            asked = problems.problems_html(context, problems.problems_of_page(context, f"technique:{technique.id}"))
            sections += [Section("problems", context.words("problems.section"), asked)] if asked else []
    sections.append(sources_section(citations))
    return Page(
        f"techniques/{technique.id}.md",
        _page_title(context, technique),
        page_description(context, technique.what),
        sections,
        f"technique:{technique.id}",
        hide=("toc",),
    )


def _technique_parts(
    citations: Citations, technique: Technique, written: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Anchor, key of the title and HTML of each part behind the opening."""
    context, own, facts = citations.context, not technique.page, _unquoted_facts(technique)
    yield "why", "section.why", _render_prose(citations, technique.why)
    how = _render_prose(citations, technique.how) if technique.how else ""
    name = "" if own else context.words.text(technique.name)
    how += "".join(formula_block(citations, at, formula, name) for at, formula in enumerate(technique.formulas, 1))
    how += figures_of(context, technique.id) + labs_of(context, technique.id) if own else ""
    if how:
        yield "how", "section.how", how
    if technique.cost is not None:
        place = _FACTS if own and not facts else ""
        yield "cost", "section.cost", place + _render_prose(citations, technique.cost)
    if technique.others_found:
        yield "others", "section.others", citations.remark_list(technique.others_found)
    users = (_LINEAGE if own else "") + _render_users(citations, technique)
    yield "models", _heading_of_users(context, technique), users
    if facts:
        caption = context.words("technique.facts_caption", name=context.words.text(technique.name))
        table = key_value_table(citations, caption, detail_rows(citations, facts), list(context.catalogue.entries))
        yield "facts", "section.facts", context.html("table.html.jinja", t=table, captioned=False)
    if technique.disputes:
        yield "disputes", "section.disputes", render_disputes(citations, technique.disputes)
    if technique.notes:
        yield "notes", "section.notes", citations.remark_list(technique.notes)
    yield "origin", "section.origin", _render_record(citations, technique, written)


def _render_opening(citations: Citations, technique: Technique, frames: Sequence[Frame]) -> Markup:
    context = citations.context
    return Markup(
        context.html(
            "technique_opening.html.jinja",
            id=technique.id,
            kicker=_render_kicker(context, technique),
            what=_lead_paragraph(citations, technique, ""),
            picture=_render_picture(context, technique),
            frames=frames[1:],
            script=page_script("steps"),
            math=lambda latex: Markup(wrapping_mathml(latex)),
            headline=[
                (citations.rich_text(h.number) + citations.footnote(h.source), citations.rich_text(h.counts))
                for h in technique.headline
            ],
            families=families_line(context, technique),
        )
    )


def _render_picture(context: Context, technique: Technique) -> Markup:
    frames = frames_of(context, technique.id)
    if not frames:
        return Markup("")
    anchor = f"{technique.id}-picture" if technique.page else "picture"
    return Markup(context.html("technique_picture.html.jinja", frame=frames[0], anchor=anchor))


def _shared_page(context: Context, shared: SharedPage, written: Mapping[str, str]) -> Page:
    citations, words = Citations(context), context.words
    sections = [Section("lead", "", f'<p class="ds-lead">{citations.rich_text(shared.what)}</p>')]
    for technique in context.catalogue.techniques_on(shared.id):
        html = _lead_paragraph(citations, technique, "") + _render_picture(context, technique)
        html += Markup("").join(
            Markup('<h3 class="ds-run-in" id="{}-{}">{}</h3>{}').format(technique.id, name, words(title), Markup(part))
            for name, title, part in _technique_parts(citations, technique, written)
        )
        sections.append(Section(technique.id, _page_title(context, technique), html))
    sections.append(sources_section(citations))
    names = words("punctuation.listed").join(map(context.short_name, context.catalogue.techniques_on(shared.id)))
    said = page_description(context, shared.what) + words("punctuation.gap") + names + words("punctuation.full_stop")
    return Page(f"techniques/{shared.id}.md", words.text(shared.name), said, tuple(sections))


def _page_title(context: Context, technique: Technique) -> str:
    name = context.words.text(technique.name)
    if technique.abbreviation and technique.abbreviation.lower() != name.lower():
        return context.words("technique.title", name=name, abbreviation=technique.abbreviation)
    return name


def _render_kicker(context: Context, technique: Technique) -> Markup:
    words = context.words
    parts = [escape(words(f"kind.{technique.kind.name.lower()}"))]
    before = list(technique.replaces)
    after = [other.id for other in context.catalogue.techniques.values() if technique.id in other.replaces]
    way = []
    for key, ids in (("technique.in_place_of", before), ("technique.followed_by", after)):
        if ids:
            links = words("punctuation.listed").join(technique_link(context, id_, short=True) for id_ in ids)
            way.append(escape(words(key)).format(techniques=Markup(links)))
    if way:
        parts.append(Markup(" → ").join(way))
    return Markup('<p class="ds-kicker">{}</p>').format(Markup(" · ").join(parts))


def _lead_paragraph(citations: Citations, technique: Technique, classes: str = "ds-lead") -> Markup:
    opening = Markup('<p class="{}">').format(classes) if classes else Markup("<p>")
    return Markup("").join(
        opening + paragraph + Markup("</p>\n") for paragraph in citations.rich_paragraphs(technique.what)
    )


def _heading_of_users(context: Context, technique: Technique) -> str:
    dated = technique.in_models and not any(row.model for row in technique.in_models)
    return "section.releases" if dated and not context.uses.of_technique(technique.id) else "section.models"


def _render_users(citations: Citations, technique: Technique) -> str:
    html = f"{families_by_part(citations.context, technique)}{what_each_did(citations, technique)}"
    return html or f"<p>{escape(citations.context.words('technique.no_users'))}</p>"


def _unquoted_facts(technique: Technique) -> list[Detail]:
    """Published values that no text of the technique says."""
    said = "\n".join(text.en for text in each_below(technique, Text))
    return [
        fact
        for fact in technique.facts
        if fact.value.note is not None
        or fact.value.by_variant is not None
        or not any(f"'{technique.id}/facts.{name}.value'" in said for name in item_names(fact))
    ]


def _render_record(citations: Citations, technique: Technique, written: Mapping[str, str]) -> str:
    context, words = citations.context, citations.context.words
    lines = [(words("technique.introduced"), _introduced_by(citations, technique))]
    if code := released_code(context, technique.id):
        lines.append((words("code.released"), Markup("<br>").join(code)))
    if technique.links:
        links = [
            Markup('<a href="{}">{}</a>').format(
                link.url, words.text(link.label) if link.label else words(f"link.{link.kind.value}")
            )
            for link in technique.links
        ]
        lines.append((words("fact.links"), Markup(" · ").join(links)))
    if elsewhere := line_elsewhere(context, technique.id):
        lines.append((words("elsewhere.label"), elsewhere))
    if asked := problems.links_to_related(context, f"technique:{technique.id}", written):
        lines.append((words("problems.related"), asked))
    if technique.related:
        related = Markup(" · ").join(technique_link(context, id_, short=True) for id_ in technique.related)
        place = "" if technique.page else Markup(' id="related"')
        lines.append((words("section.related"), Markup("<span{}>{}</span>").format(place, related)))
    return context.html("record.html.jinja", record=lines)


def _introduced_by(citations: Citations, technique: Technique) -> Markup:
    introduced = technique.introduced
    words = citations.context.words
    by, date = citations.rich_text(introduced.by), citations.value_html(introduced.date)
    if introduced.date.absence is not None:
        date = Markup(words("technique.no_date", unknown=date))
    line = Markup(words("technique.by_and_date", by=by, date=date))
    if introduced.reference is not None:
        title = citations.context.short_titles[introduced.reference]
        line += Markup(' · <a href="ds:references.md#{}">{}</a>').format(reference_anchor(introduced.reference), title)
    return line


def _render_prose(citations: Citations, text: Text) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in citations.rich_paragraphs(text))

"""One page per technique, and the index with who uses what."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import by_date
from catalogue.schema.model import Model
from catalogue.schema.technique import Formula, InModel, Technique, TechniqueKind
from catalogue.schema.values import Text
from catalogue.uses import FamilyUse, How

from .. import jump, marks
from ..cite import Citations, anchor, description, plain_text
from ..context import Context
from ..fields import detail_rows, key_value_table
from ..figures import lineage
from ..formula import mathml, with_indices
from ..links import model_link, technique_link
from ..names import short_model
from ..page import Page, Section, lead_section
from ..technique_figures import shown
from ..uses import family_remarks
from . import problems
from .code import released
from .disputes import render_disputes
from .sources import sources


def page(context: Context, technique_id: str) -> Page:
    """Make the page of a technique."""
    technique = context.catalogue.techniques[technique_id]
    citations, words = Citations(context), context.words
    name = words.text(technique.name)
    if technique.abbreviation and technique.abbreviation.lower() != name.lower():
        name = words("technique.title", name=name, abbreviation=technique.abbreviation)
    what = citations.paragraphs(technique.what)
    sections = [
        Section("lead", "", context.html("technique_lead.html.jinja", what=what, record=_record(citations, technique)))
    ]
    sections.append(Section("why", words("section.why"), _prose(citations, technique.why)))
    figures, code = shown(context, technique.id)
    if technique.how is not None or technique.formulas or figures or code:
        how = _prose(citations, technique.how) if technique.how else ""
        sections.append(
            Section(
                "how",
                words("section.how"),
                figures + how + "".join(_formula(citations, n, f) for n, f in enumerate(technique.formulas, 1)) + code,
            )
        )
    models = _in_models(citations, technique)
    dated = technique.in_models and not any(row.model for row in technique.in_models)
    heading = "section.releases" if dated and not context.uses.of_technique(technique.id) else "section.models"
    sections.append(Section("models", words(heading), models))
    if technique.cost is not None:
        sections.append(Section("cost", words("section.cost"), _prose(citations, technique.cost)))
    drawn = lineage.figure(
        context, technique, [f for f in context.uses.families(technique.id) if f.how is not How.IN_WEIGHTS]
    )
    if drawn:
        sections.append(Section("lineage", words("lineage.section"), drawn))
    sections += problems.section(context, f"technique:{technique.id}")
    if technique.facts:
        table = key_value_table(
            citations,
            words("technique.facts_caption", name=name),
            detail_rows(citations, technique.facts),
            list(context.catalogue.entries),
        )
        sections.append(Section("facts", words("section.facts"), context.html("table.html.jinja", t=table)))
    if technique.disputes:
        sections.append(Section("disputes", words("section.disputes"), render_disputes(citations, technique.disputes)))
    if technique.notes:
        items = Markup("").join(
            Markup("<li>{}</li>").format(citations.inline(r.text) + citations.mark(r.source)) for r in technique.notes
        )
        sections.append(Section("notes", words("section.notes"), f"<ul>{items}</ul>"))
    if technique.related:
        items = Markup("").join(Markup("<li>{}</li>").format(technique_link(context, id_)) for id_ in technique.related)
        sections.append(Section("related", words("section.related"), f'<ul class="ds-related">{items}</ul>'))
    sections.append(sources(citations))
    return Page(
        f"techniques/{technique.id}.md",
        name,
        description(context, technique.what),
        tuple(sections),
        f"technique:{technique.id}",
    )


def _record(citations: Citations, technique: Technique) -> list[tuple[str, Markup]]:
    """Kind, origin, what it replaces and where to read on, a line each."""
    words = citations.context.words
    lines = [
        (words("technique.kind"), escape(words(f"kind.{technique.kind.name.lower()}"))),
        (words("technique.introduced"), _introduced(citations, technique)),
    ]
    if technique.replaces:
        lines.append(
            (
                words("technique.replaces"),
                Markup(" · ").join(technique_link(citations.context, id_) for id_ in technique.replaces),
            )
        )
    successors = lineage.replaced_by(citations.context, technique)
    if successors:
        names = Markup(" · ").join(technique_link(citations.context, t.id) for t in successors)
        lines.append((words("lineage.replaced_by"), names))
    if code := released(citations.context, technique.id):
        lines.append((words("code.released"), Markup("<br>").join(code)))
    if technique.links:
        links = [
            Markup('<a href="{}">{}</a>').format(
                link.url, words.text(link.label) if link.label else words(f"link.{link.kind.value}")
            )
            for link in technique.links
        ]
        lines.append((words("fact.links"), Markup(" · ").join(links)))
    return lines


def _introduced(citations: Citations, technique: Technique) -> Markup:
    introduced, references = technique.introduced, citations.context.catalogue.references
    words = citations.context.words
    by, date = citations.inline(introduced.by), citations.single(introduced.date)
    if introduced.date.absence is not None:
        date = Markup(words("technique.no_date", unknown=date))
    line = Markup(words("technique.by_and_date", by=by, date=date))
    if introduced.reference is not None:
        reference = references[introduced.reference]
        line += Markup(' · <a href="ds:references.md#{}">{}</a>').format(anchor(reference.key), reference.title)
    return line


def _formula(citations: Citations, number: int, formula: Formula) -> str:
    return citations.context.html(
        "formula.html.jinja",
        number=number,
        math=Markup(mathml(formula.latex)),
        meaning=with_indices(citations.inline(formula.meaning)),
        mark=citations.mark(formula.source),
    )


def _prose(citations: Citations, text: Text) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in citations.paragraphs(text))


def _in_models(citations: Citations, technique: Technique) -> str:
    """One list by date: what each model does with it, and below that how it is known; of the others how alone."""
    context, words = citations.context, citations.context.words
    uses = {family.model.id: family for family in context.uses.families(technique.id)}
    if not uses and not technique.in_models:
        return f"<p>{escape(words('technique.no_users'))}</p>"
    rows = [_row(citations, technique, row, uses.pop(row.model or "", None)) for row in technique.in_models]
    for use in uses.values():
        row = _row(citations, technique, None, use)
        rows.insert(next((at for at, other in enumerate(rows) if other["day"] > row["day"]), len(rows)), row)
    html = context.html("technique_in_models.html.jinja", rows=rows)
    if not context.uses.of_technique(technique.id):
        return html
    known = words("technique.derived" if technique.follows_from else "technique.remembered")
    return f'{html}\n<p class="ds-legend">{escape(known)}</p>'


def _row(citations: Citations, technique: Technique, row: InModel | None, use: FamilyUse | None) -> dict[str, Any]:
    """A model, or a release: when, what it did, and what the entry of the technique tells of it."""
    context = citations.context
    when = context.uses.date_of(technique.id, row) if row is not None else use.date if use is not None else None
    model = use.model if use is not None else context.catalogue.models.get((row.model if row else None) or "")
    return {
        "day": when.first_day if when else "",
        "how": use.how.value if use is not None else "",
        "sign": marks.use(use.how) if use is not None else "",
        "link": model_link(model) if model is not None else None,
        "date": citations.plain(when) if when else None,
        "paragraphs": citations.paragraphs(row.text) if row is not None else [],
        "mark": citations.mark(row.source) if row is not None else "",
        "said": family_remarks(citations, use, told=row is not None) if use is not None else [],
    }


_CELL, _WIDE = 7, 5


def strip(context: Context, order: Sequence[Model], users: Set[str]) -> Markup:
    """A cell for each family, the oldest first, filled for those that use it; their names are its title."""
    if not users:
        return Markup("")
    words = context.words
    cells = {used: [x for x, m in enumerate(order) if (m.id in users) is used] for used in (True, False)}
    paths = {used: "".join(f"M{_CELL * x} 1h{_WIDE}v9h-{_WIDE}z" for x in xs) for used, xs in cells.items()}
    names = words("punctuation.listed").join(short_model(m.name) for m in order if m.id in users)
    said = words("techniques.used_by_count", count=len(users), all=len(order))
    return Markup(
        '<span class="ds-strip-of" title="{names}"><svg viewBox="0 0 {width} 11" width="{width}" height="11" aria-hidden="true">'
        '<path class="not" d="{others}"/><path d="{filled}"/></svg> {said}<span class="ds-hidden"> {names}</span></span>'
    ).format(names=names, width=_CELL * len(order), others=paths[False], filled=paths[True], said=said)


def index(context: Context) -> Page:
    """All techniques by shelf, with the models that use them."""
    words, order = context.words, by_date(context.catalogue.models.values())
    shelves = []
    for kind in TechniqueKind:
        items = [
            {
                "link": technique_link(context, t.id),
                "abbreviation": t.abbreviation if t.abbreviation and t.abbreviation != words.text(t.name) else None,
                "what": plain_text(context, t.definition),
                "users": strip(context, order, context.uses.users(t.id)),
            }
            for t in context.catalogue.techniques.values()
            if t.kind is kind
        ]
        if items:
            shelves.append(
                Section(
                    kind.name.lower().replace("_", "-"),
                    words(f"kind.{kind.name.lower()}"),
                    context.html("technique_shelf.html.jinja", items=items),
                )
            )
    said = words("techniques.intro", count=len(context.catalogue.techniques)) + words("punctuation.gap")
    to_matrix = Markup('<a href="ds:techniques/matrix.md">{}</a>').format(words("matrix.link"))
    bar = jump.bar(context, ((shelf.id, shelf.title, 0) for shelf in shelves))
    intro = lead_section(escape(said) + to_matrix, bar)
    return Page("techniques/index.md", words("page.techniques"), words("techniques.description"), (intro, *shelves))

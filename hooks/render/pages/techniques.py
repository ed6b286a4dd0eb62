"""The page of a technique, or one that several share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup, escape

from catalogue.lookup import item_names
from catalogue.schema.technique import Formula, SharedPage, Technique
from catalogue.schema.values import Detail, Text, walk_record

from ..cite import Citations, page_description, reference_anchor
from ..context import Context
from ..drawings import Frame, frames_of
from ..formula import with_indices, wrapping_mathml
from ..links import technique_link
from ..page import Page, Section
from ..tables import detail_rows, key_value_table
from ..technique_figures import figures_of, labs_of
from . import study
from .elsewhere import line_elsewhere
from .sources import render_disputes, sources_section
from .technique_index import families_by_part, families_line, what_each_did
from .use_and_extend import released_code

# Places of their own on pages before: the lineage, and published values where a text says them all.
_LINEAGE, _FACTS = '<span id="lineage"></span>', '<span id="facts"></span>'


def technique_page(context: Context, page_id: str, written: Mapping[str, str]) -> Page:
    shared = context.catalogue.shared_pages.get(page_id)
    if shared:
        return _shared_page(context, shared, written)
    return _own_page(context, context.catalogue.techniques[page_id], written)


def _own_page(context: Context, technique: Technique, written: Mapping[str, str]) -> Page:
    citations, words = Citations(context), context.words
    frames = frames_of(context, technique.id)
    if frames:
        opening = _render_opening(citations, technique, frames)
    else:
        opening = _render_kicker(context, technique) + _lead_paragraph(citations, technique)
    sections = [Section("lead", "", opening)]
    sections.append(Section("why", words("section.why"), _render_prose(citations, technique.why)))
    how = _render_prose(citations, technique.how) if technique.how else ""
    how += _render_formulas(citations, technique) + figures_of(context, technique.id)
    lab = labs_of(context, technique.id)
    if how or lab:
        sections.append(Section("how", words("section.how"), how + lab))
    if technique.cost is not None:
        place = "" if _unquoted_facts(technique) else _FACTS
        sections.append(Section("cost", words("section.cost"), place + _render_prose(citations, technique.cost)))
    sections.append(
        Section("models", words(_heading_of_users(context, technique)), _LINEAGE + _render_users(citations, technique))
    )
    sections += study.problems_section(context, f"technique:{technique.id}")
    for name, html in _appendix_parts(citations, technique):
        sections.append(Section(name, words(f"section.{name}"), html))
    sections.append(Section("origin", words("section.origin"), _render_record(citations, technique, written)))
    sections.append(sources_section(citations))
    return Page(
        f"techniques/{technique.id}.md",
        _page_title(context, technique),
        page_description(context, technique.what),
        tuple(sections),
        f"technique:{technique.id}",
        hide=("toc",),
    )


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
    """A section for each technique; sources once, at the end."""
    citations, words = Citations(context), context.words
    sections = [Section("lead", "", f'<p class="ds-lead">{citations.rich_text(shared.what)}</p>')]
    for technique in context.catalogue.techniques_on(shared.id):
        parts: list[str] = [_lead_paragraph(citations, technique, ""), _render_picture(context, technique)]
        parts += _headed_part(context, technique, "why", _render_prose(citations, technique.why))
        how = (_render_prose(citations, technique.how) if technique.how else "") + _render_formulas(
            citations, technique
        )
        parts += _headed_part(context, technique, "how", how)
        if technique.cost is not None:
            parts += _headed_part(context, technique, "cost", _render_prose(citations, technique.cost))
        users = _render_users(citations, technique)
        heading = _heading_of_users(context, technique)
        parts += _headed_part(context, technique, "models", users, heading)
        for name, html in _appendix_parts(citations, technique):
            parts += _headed_part(context, technique, name, html)
        parts += _headed_part(context, technique, "origin", _render_record(citations, technique, written))
        sections.append(Section(technique.id, _page_title(context, technique), "".join(parts)))
    sections.append(sources_section(citations))
    names = words("punctuation.listed").join(
        context.short_name(technique) for technique in context.catalogue.techniques_on(shared.id)
    )
    said = page_description(context, shared.what) + words("punctuation.gap") + names + words("punctuation.full_stop")
    return Page(f"techniques/{shared.id}.md", words.text(shared.name), said, tuple(sections))


def _headed_part(context: Context, technique: Technique, name: str, html: str, heading: str = "") -> Iterator[str]:
    """A part under a small heading, with an anchor unique to the page."""
    if html:
        title = escape(context.words(heading or f"section.{name}"))
        yield f'<h3 class="ds-run-in" id="{technique.id}-{name}">{title}</h3>{html}'


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
    """Key of the heading: by date where nothing but releases is told."""
    dated = technique.in_models and not any(row.model for row in technique.in_models)
    return "section.releases" if dated and not context.uses.of_technique(technique.id) else "section.models"


def _render_users(citations: Citations, technique: Technique) -> str:
    html = f"{families_by_part(citations.context, technique)}{what_each_did(citations, technique)}"
    return html or f"<p>{escape(citations.context.words('technique.no_users'))}</p>"


def _appendix_parts(citations: Citations, technique: Technique) -> Iterator[tuple[str, str]]:
    context = citations.context
    if facts := _unquoted_facts(technique):
        name = context.words.text(technique.name)
        caption = context.words("technique.facts_caption", name=name)
        rows = detail_rows(citations, facts)
        table = key_value_table(citations, caption, rows, list(context.catalogue.entries))
        yield "facts", context.html("table.html.jinja", t=table)
    if technique.disputes:
        yield "disputes", render_disputes(citations, technique.disputes)
    if technique.notes:
        items = Markup("").join(
            Markup("<li>{}</li>").format(citations.rich_text(r.text) + citations.footnote(r.source))
            for r in technique.notes
        )
        yield "notes", f"<ul>{items}</ul>"


def _unquoted_facts(technique: Technique) -> list[Detail]:
    """Published values that no text of the technique says."""
    return [fact for fact in technique.facts if not _is_quoted(technique, fact)]


def _is_quoted(technique: Technique, fact: Detail) -> bool:
    if fact.value.note is not None or fact.value.by_variant is not None:
        return False
    quotes = [f"'{technique.id}/facts.{name}.value'" for name in item_names(fact)]
    texts: list[str] = []
    walk_record(technique, lambda value, _: texts.append(value.en) if isinstance(value, Text) else None)
    return any(quote in text for quote in quotes for text in texts)


def _render_record(citations: Citations, technique: Technique, written: Mapping[str, str]) -> str:
    """Who introduced it, code, links, problems elsewhere and what to read next."""
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
    if asked := study.links_to_related(context, f"technique:{technique.id}", written):
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


def _render_formulas(citations: Citations, technique: Technique) -> str:
    return "".join(_render_formula(citations, number, formula) for number, formula in enumerate(technique.formulas, 1))


def _render_formula(citations: Citations, number: int, formula: Formula) -> str:
    return citations.context.html(
        "formula.html.jinja",
        number=number,
        math=Markup(wrapping_mathml(formula.latex)),
        meaning=with_indices(citations.rich_text(formula.meaning)),
        mark=citations.footnote(formula.source),
    )


def _render_prose(citations: Citations, text: Text) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in citations.rich_paragraphs(text))

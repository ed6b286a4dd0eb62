"""Evaluation, disputes, techniques, notes and how to cite."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from catalogue.schema.model import Dispute, Evaluation, Model

from ..cite import Citations
from ..page import Section
from ..tables import Cell, Column, Table, sort_key


def evaluation(citations: Citations, model: Model) -> list[Section]:
    """The rows of each table, as the paper prints them."""
    if not model.evaluation:
        return []
    words = citations.context.words
    views = [
        {
            "table": _evaluation_table(citations, table),
            "kind": words(f"evaluation.{table.kind.value}"),
            "note": citations.inline(table.note) if table.note else None,
        }
        for table in model.evaluation
    ]
    return [Section("evaluation", words("section.evaluation"), citations.context.html("model_evaluation.html.jinja", tables=views))]


def _evaluation_table(citations: Citations, table: Evaluation) -> Table:
    words, entries = citations.context.words, citations.context.catalogue.entries
    variants = list(dict.fromkeys(id_ for row in table.rows for id_ in row.scores))
    heads = [Column(words("table.benchmark")), Column(words("table.setting"))]
    heads += [Column(entries[id_].variant.name, True) for id_ in variants]
    rows = []
    for row in table.rows:
        cells = [Cell(escape(row.benchmark)), Cell(escape(row.setting or ""))]
        cells += [Cell(citations.single(row.scores[id_]) if id_ in row.scores else Markup("–"), sort_key(row.scores.get(id_))) for id_ in variants]
        rows.append(cells)
    return Table(words.text(table.title), heads, rows, sortable=len(rows) > 6)


def disputes(citations: Citations, model: Model) -> list[Section]:
    """Who says what, and our verdict."""
    if not model.disputes:
        return []
    return [Section("disputes", citations.context.words("section.disputes"), disputes_html(citations, model.disputes))]


def disputes_html(citations: Citations, items: Sequence[Dispute]) -> str:
    """Disputes of a model or a technique."""
    views = [
        {
            "about": citations.inline(dispute.about),
            "claims": [(citations.inline(claim.says), citations.mark(claim.source)) for claim in dispute.claims],
            "verdict": citations.inline(dispute.verdict),
        }
        for dispute in items
    ]
    return citations.context.html("disputes.html.jinja", disputes=views)


def techniques(citations: Citations, model: Model) -> list[Section]:
    """Every technique of the entry, with what the entry did with it."""
    if not model.techniques:
        return []
    words, catalogue = citations.context.words, citations.context.catalogue
    heads = [Column(words("table.technique")), Column(words("table.change")), Column(words("table.note"))]
    rows = []
    for use in model.techniques:
        technique = catalogue.techniques[use.id]
        name = words.text(technique.name)
        link = Markup('<a href="ds:techniques/{}.md">{}</a>').format(use.id, name)
        if technique.abbreviation and technique.abbreviation != name:
            link += f" ({technique.abbreviation})"
        note = citations.inline(use.note) if use.note else Markup("")
        rows.append([Cell(link), Cell(escape(words(f"change.{use.change}"))), Cell(note + citations.mark(use.source))])
    table = Table(words("techniques.used_caption", model=model.name), heads, rows, classes="ds-prose")
    return [Section("techniques", words("section.techniques"), citations.context.html("table.html.jinja", t=table))]


def notes(citations: Citations, model: Model) -> list[Section]:
    """Remarks that belong to no other part."""
    if not model.notes:
        return []
    items = Markup("").join(Markup("<li>{}</li>").format(citations.inline(r.text) + citations.mark(r.source)) for r in model.notes)
    return [Section("notes", citations.context.words("section.notes"), f"<ul>{items}</ul>")]


def cite(citations: Citations, model: Model) -> list[Section]:
    """The paper's BibTeX, to copy."""
    reference = citations.context.catalogue.references.get(model.reference or "")
    if reference is None:
        return []
    return [Section("cite", citations.context.words("section.cite"), markdown=f"```bibtex\n{reference.bibtex}\n```")]

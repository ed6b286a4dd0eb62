"""Scores: the tables of a paper, row by row."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.schema.evaluation import Evaluation
from catalogue.schema.model import Model

from ..cite import Citations
from ..fields import value_cell
from ..page import Section
from ..tables import Cell, Head, Table


def scores_sections(citations: Citations, model: Model) -> list[Section]:
    """The rows of each table, as the paper prints them."""
    if not model.evaluation:
        return []
    words = citations.context.words
    views = [
        {
            "table": _scores_table(citations, table),
            "kind": words(f"evaluation.{table.kind.value}"),
            "note": citations.inline(table.note) if table.note else None,
            "left_out": _rows_left_out(citations, table),
        }
        for table in model.evaluation
    ]
    return [
        Section(
            "evaluation",
            words("section.evaluation"),
            citations.context.html("model_evaluation.html.jinja", tables=views),
        )
    ]


def _rows_left_out(citations: Citations, table: Evaluation) -> Markup:
    """Which rows of the source's table are not here, and why; nothing for a complete one."""
    words = citations.context.words
    listed = Markup(escape(words("punctuation.listed")))
    return Markup(escape(words("punctuation.gap"))).join(
        escape(words("evaluation.left_out")).format(
            rows=listed.join(citations.inline(name) for name in group.rows), why=citations.inline(group.why)
        )
        for group in table.left_out
    )


def _scores_table(citations: Citations, table: Evaluation) -> Table:
    words, entries = citations.context.words, citations.context.catalogue.entries
    variants = list(dict.fromkeys(id_ for row in table.rows for id_ in row.scores))
    heads = [Head(words("table.benchmark")), *(Head(entries[id_].variant.name, True) for id_ in variants)]
    rows = []
    for row in table.rows:
        name = citations.inline(row.benchmark)
        if row.setting:
            name += Markup(" <small>{}</small>").format(citations.setting(row.setting))
        rows.append([Cell(name), *(value_cell(citations, row.scores.get(id_)) for id_ in variants)])
    return Table(words.text(table.title), heads, rows, sortable=len(rows) > 6, classes="ds-scores")

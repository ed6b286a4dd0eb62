"""Evaluation, disputes, techniques, notes and how to cite."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from catalogue.schema.evaluation import Evaluation
from catalogue.schema.model import Dispute, Model, Weight
from catalogue.uses import How, Use

from .. import marks
from ..cite import Citations
from ..context import Context
from ..fields import value_cell
from ..links import technique_link
from ..page import Section, fenced
from ..tables import Cell, Head, Table
from ..uses import change, checkpoints, remark

# Disputes that stand open at most; the others show their question and unfold.
OPEN_DISPUTES = 4
# Fewer trifles than this are not worth a fold of their own.
FOLD_TRIFLES = 3


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
            "left_out": _left_out(citations, table),
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


def _left_out(citations: Citations, table: Evaluation) -> Markup:
    """Which rows of the source's table are not here, and why; nothing for a complete one."""
    words = citations.context.words
    listed = Markup(escape(words("punctuation.listed")))
    return Markup(escape(words("punctuation.gap"))).join(
        escape(words("evaluation.left_out")).format(
            rows=listed.join(citations.inline(name) for name in group.rows), why=citations.inline(group.why)
        )
        for group in table.left_out
    )


def _evaluation_table(citations: Citations, table: Evaluation) -> Table:
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


def disputes(citations: Citations, model: Model) -> list[Section]:
    """Who says what, and our verdict."""
    if not model.disputes:
        return []
    return [Section("disputes", citations.context.words("section.disputes"), disputes_html(citations, model.disputes))]


def disputes_html(citations: Citations, items: Sequence[Dispute]) -> str:
    """Disputes of a model or a technique, the weightiest first, with trifles folded away together."""
    order = list(Weight)
    views = [
        {
            "trifle": dispute.weight is Weight.TRIFLE,
            "about": citations.inline(dispute.about),
            "claims": [(citations.inline(claim.says), citations.mark(claim.source)) for claim in dispute.claims],
            "verdict": citations.inline(dispute.verdict),
        }
        for dispute in sorted(items, key=lambda dispute: order.index(dispute.weight))
    ]
    trifles = [view for view in views if view["trifle"]]
    folded = trifles if len(trifles) >= FOLD_TRIFLES else []
    return citations.context.html(
        "disputes.html.jinja", shown=views[: len(views) - len(folded)], folded=folded, open_first=OPEN_DISPUTES
    )


def techniques(citations: Citations, model: Model) -> list[Section]:
    """Every technique once, by what the model did with it: those with a remark first, then the names of the others."""
    context, words = citations.context, citations.context.words
    found = context.uses.by(model.id)
    if not found:
        return []
    groups = []
    for how in How:
        uses = [use for use in found if use.how is how]
        told = [use for use in uses if use.stated is not None and use.stated.note is not None]
        group = {
            "sign": marks.use(how),
            "word": words(f"change.{how.value}").capitalize(),
            "told": [
                (technique_link(context, use.technique.id, short=True), _origin(context, use), remark(citations, use))
                for use in told
            ],
            "others": [
                technique_link(context, use.technique.id, short=True)
                + _of_others(context, use)
                + citations.mark(use.sources)
                for use in uses
                if use not in told
            ],
        }
        if uses:
            groups.append(group)
    return [
        Section(
            "techniques",
            words("section.techniques"),
            context.html("model_techniques.html.jinja", groups=groups),
        )
    ]


def _origin(context: Context, use: Use) -> Markup:
    """The model that it was taken over from, in brackets."""
    if use.origin is None or use.how is not How.INHERITED:
        return Markup("")
    return escape(context.words("punctuation.bracketed")).format(text=change(context, use))


def _of_others(context: Context, use: Use) -> Markup:
    """The checkpoints that a use follows for, in brackets, where the flagship is not one of them."""
    if use.stated is not None or not use.variants or context.catalogue.flagship(use.model).variant.id in use.variants:
        return Markup("")
    return checkpoints(context, use)


def notes(citations: Citations, model: Model) -> list[Section]:
    """Remarks that belong to no other part."""
    if not model.notes:
        return []
    items = Markup("").join(
        Markup("<li>{}</li>").format(citations.inline(r.text) + citations.mark(r.source)) for r in model.notes
    )
    return [Section("notes", citations.context.words("section.notes"), f"<ul>{items}</ul>")]


def cite(citations: Citations, model: Model) -> list[Section]:
    """The paper's BibTeX, to copy."""
    reference = citations.context.catalogue.references.get(model.reference or "")
    if reference is None:
        return []
    return [Section("cite", citations.context.words("section.cite"), markdown=fenced(reference.bibtex, "bibtex"))]

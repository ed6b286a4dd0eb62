"""Tables of scores as a model's papers print them, and what became better or worse since the model before it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from markupsafe import Markup, escape

from catalogue.records import Catalogue, Entry, first_day, is_younger, release_date, variant_lineage
from catalogue.schema.model import Evaluation, Model, Row
from catalogue.schema.quantities import Quantity
from catalogue.schema.setting import Setting
from catalogue.schema.values import Single
from catalogue.settings import Settings, fields_of

from ..cite import Citations
from ..comparison import interval_html
from ..figures.score_dots import Dot, change_class, score_dots, score_marks
from ..format import short_variant
from ..page import Section
from ..tables import EMPTY, Cell, Head, Table, value_cell
from ..words import Words


def scores_sections(citations: Citations, model: Model) -> list[Section]:
    if not model.evaluation:
        return []
    words = citations.context.words
    changes = [_Changes.of_table(citations.context.catalogue, model, table) for table in model.evaluation]
    tables = [_scores_table(citations, *each) for each in zip(model.evaluation, changes, strict=True)]
    views = [
        {
            "table": made,
            "found": change.summary_sentence(words) if change else "",
            "kind": words(f"evaluation.{table.kind.value}"),
            "note": citations.rich_text(table.note) if table.note else None,
            "left_out": _rows_left_out(citations, table),
        }
        for made, table, change in zip(tables, model.evaluation, changes, strict=True)
    ]
    intervals = any("ds-interval" in cell.html for table in tables for row in table.rows for cell in row)
    html = citations.context.html(
        "model_evaluation.html.jinja",
        tables=views,
        intervals=intervals,
        marks=score_marks(words) if any(changes) else (),
    )
    return [Section("evaluation", words("section.evaluation"), html)]


@dataclass(frozen=True)
class _Changes:
    """What a table's scores say of the newest of its model's variants beside the one before it; by row, the two as they are printed."""

    before: Entry
    after: Entry
    rows: Mapping[int, tuple[Quantity, Quantity]]
    table: Evaluation
    settings: Settings

    @classmethod
    def of_table(cls, catalogue: Catalogue, model: Model, table: Evaluation) -> Self | None:
        """Of the model's newest column and that of the newest model before it that has one, or else the model's own oldest."""
        listed = [catalogue.entries[id_] for id_ in dict.fromkeys(id_ for row in table.rows for id_ in row.scores)]
        own = sorted((entry for entry in listed if entry.model is model), key=_release_day)
        if not own:
            return None
        others = [entry for entry in listed if is_younger(model, entry.model)]
        newest = max((entry.model for entry in others), key=first_day, default=None)
        others = [entry for entry in others if entry.model is newest]
        line = variant_lineage(catalogue.entries, known) if (known := catalogue.predecessor(model)) else ()
        before, after = next((entry for entry in others if entry in line), [*own[:1], *others][-1]), own[-1]
        pairs = ((row.scores.get(before.variant.id), row.scores.get(after.variant.id)) for row in table.rows)
        rows = {at: (a.value, b.value) for at, (a, b) in enumerate(pairs) if a and b and a.value and b.value}
        return cls(before, after, rows, table, catalogue.settings) if before is not after and len(rows) > 1 else None

    @property
    def variant_names(self) -> tuple[str, str]:
        return short_variant(self.before.variant.name), short_variant(self.after.variant.name)

    def dots_of_row(self, at: int) -> tuple[Dot, Dot]:
        def score_dot(score: Quantity, entry: Entry) -> Dot:
            row = self.table.rows[at]
            return Dot(float(score.value), self.settings.interval(self.table, row, row.scores[entry.variant.id]))

        return score_dot(self.rows[at][0], self.before), score_dot(self.rows[at][1], self.after)

    def change_cell(self, at: int) -> Cell:
        if at not in self.rows:
            return EMPTY
        row, (before, after), (old, new) = self.table.rows[at], self.dots_of_row(at), self.rows[at]
        change = new.value - old.value
        number = f"{change:+f}".replace("-", "−") if change else "0"
        more = self.settings.more_is_better(self.table, row)
        classes = change_class(before, after, more) if more is not None else ""
        drawn = self.settings.in_percent(self.table, row)
        html = score_dots(after, before, classes) if drawn else Markup("")
        return Cell(Markup('<div>{}<b class="{}">{}</b></div>').format(html, classes, number), f"{change:f}")

    def summary_sentence(self, words: Words) -> str:
        judged = {
            at: more
            for at in self.rows
            if (more := self.settings.more_is_better(self.table, self.table.rows[at])) is not None
        }
        ahead, behind = (
            [
                at
                for at, more in judged.items()
                if self.rows[at][0].value != self.rows[at][1].value
                and (self.rows[at][1].value > self.rows[at][0].value) is (more is wanted)
            ]
            for wanted in (True, False)
        )
        names = list(dict.fromkeys(words.text(self.table.rows[at].benchmark) for at in behind))
        alike = sum(not after.told_from(before) for before, after in map(self.dots_of_row, [*ahead, *behind]))
        key = "none" if not behind else "named" if len(behind) == len(names) <= _NAMED else "many"
        before, after = self.variant_names
        return words(
            f"scores.changes.{key}",
            before=before,
            after=after,
            all=len(self.rows),
            ahead=len(ahead),
            behind=len(behind),
            named=words("punctuation.listed").join(names),
        ) + (words("scores.changes.alike", alike=alike) if alike else "")


_NAMED = 6  # worse rows that a sentence names


def _release_day(entry: Entry) -> str:
    date = release_date(entry)
    return date.first_day if date else first_day(entry.model)


def _rows_left_out(citations: Citations, table: Evaluation) -> Markup:
    words = citations.context.words
    lines = []
    for group in table.left_out:
        rows = [citations.rich_text(name) for name in group.rows]
        between = "separated" if any(mark in row for row in rows for mark in "，：,:") else "listed"
        listed = Markup(escape(words(f"punctuation.{between}"))).join(rows)
        lines.append(escape(words("evaluation.left_out")).format(rows=listed, why=citations.rich_text(group.why)))
    return Markup(escape(words("punctuation.gap"))).join(lines)


def _scores_table(citations: Citations, table: Evaluation, changes: _Changes | None) -> Table:
    words, entries = citations.context.words, citations.context.catalogue.entries
    variants = list(dict.fromkeys(id_ for row in table.rows for id_ in row.scores))
    heads = [
        Head(words("table.benchmark")),
        *(Head(short_variant(entries[id_].variant.name), True) for id_ in variants),
    ]
    said = [fields_of(table, row) for row in table.rows]
    common = {k: v for k, v in said[0].items() if len(said) > 1 and all(fields.get(k) == v for fields in said)}
    title = Markup(escape(words.text(table.title))) + _setting_behind(citations, common)
    if changes:
        axis = '<small aria-hidden="true"><span>0</span><span>50</span><span>100</span></small>'
        heads.append(Head(Markup("<span>{} → {}</span>{}").format(*changes.variant_names, Markup(axis))))
    rows = []
    for at, (row, fields) in enumerate(zip(table.rows, said, strict=True)):
        own = {name: value for name, value in fields.items() if name not in common}
        name = citations.rich_text(row.benchmark) + _setting_behind(citations, own, row.setting)
        scores = (row.scores.get(id_) for id_ in variants)
        cells = [Cell(name), *(_score_cell(citations, table, row, score) for score in scores)]
        rows.append([*cells, changes.change_cell(at)] if changes else cells)
    return Table(
        words.text(table.title),
        heads,
        rows,
        sortable=len(rows) > 6,
        classes="ds-scores ds-changing" if changes else "ds-scores",
        title=title,
    )


def _score_cell(citations: Citations, table: Evaluation, row: Row, score: Single[Quantity] | None) -> Cell:
    cell = value_cell(citations, score)
    return replace(cell, html=cell.html + interval_html(citations, table, row, score)) if score else cell


def _setting_behind(citations: Citations, fields: Mapping[str, str], setting: Setting | None = None) -> Markup:
    """In small letters, with the source's own words."""
    html, words = citations.score_setting(fields), citations.context.words
    if setting and setting.printed:
        own = words("evaluation.printed", text=words.text(setting.printed))
        html += words("punctuation.bracketed", text=own) if html else own
    return Markup(" <small>{}</small>").format(html) if html else Markup("")

"""What a model changed against its predecessor: changed, new and dropped, from both entries.

Sizes and dimensions are the flagship's and those of its counterpart; the recipe is that of the most-trained checkpoint
of each, since a flagship is often a base model. In training only techniques are new or dropped: a paper's silence about
a stage does not mean that it was left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from catalogue.attention import allows_field
from catalogue.derive.parameters import NOT_THERE, Verdict, row_verdict
from catalogue.derive.training import ComparedSize, SizeOf, compared_sizes, published_size
from catalogue.facts import FACTS, Theme
from catalogue.records import Entry, first_date, is_younger, most_trained
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import Change, Model
from catalogue.schema.values import Facet, fields_with
from catalogue.uses import Use, UseLabel

from .. import comparison, format
from ..cite import Citations, counted_mark
from ..comparison import NOT_HERE, ComparedCell, ComparedLine, ComparisonRow, compared_lines, theme_cells
from ..context import Context
from ..family_facts import sources_of, told_together, use_checkpoints, use_label, use_remark
from ..format import NOTHING, short_model
from ..links import technique_link, variant_link
from ..page import Section
from ..recomputed import substituted_formula, working_link
from ..tables import Cell, Column, Head, Table, by_column
from ..technique_figures import glyph_link
from ..words import Words
from . import compare_models

_CACHE = (FACTS["cache.elements"], FACTS["context_length"])
# Told in words of our own or rounded by one of the papers, so that they differ where the thing need not.
_NOT_COMPARABLE = ("", "data.description", "starts_from", "learning_rate.schedule", "vocabulary", "algorithm")


@dataclass(frozen=True)
class DimensionChanges:
    changed: Sequence[ComparedLine]
    new: Sequence[ComparedLine]
    dropped: Sequence[ComparedLine]


def changes_sections(citations: Citations, model: Model) -> list[Section]:
    context, words = citations.context, citations.context.words
    before, after = context.catalogue.predecessor(model), context.catalogue.flagship(model)
    if before is None:
        brings = _changes_table(citations, model.changes, words("changes.written_first", model=model.name), ("", ""))
        if brings is None:
            return []
        html = context.html("model_changes.html.jinja", brings=brings)
        return [Section("what-changed", words("model.new_here"), html)]
    dimensions = compare_dimensions(citations, before, after)
    ends = [most_trained(context.catalogue.entries, entry) for entry in (before, after)]
    recipe = recipe_rows(citations, ends)
    changed = [line for line in recipe if line.verdict is Verdict.DIFFERENT]
    date = first_date(before.model) if is_younger(before.model, model) else None
    titles = {"model": model.name, "previous": before.model.name}
    heads = _group_names(words, before.model, model, titles, by_time=date is None)
    tables = (
        _from_to_table(citations, dimensions.changed, words("changes.sizes"), [before, after]),
        _from_to_table(citations, changed, words("changes.recipe"), ends),
    )
    new = [change for change in model.changes if not change.before]
    html = context.html(
        "model_changes.html.jinja",
        brings=None,
        intro=escape(words("changes.against_later" if date else "changes.against")).format(
            before=variant_link(before), after=after.variant.name, date=format.format_date(date, words) if date else ""
        ),
        beside=compare_models.comparison_link(context, before, after),
        written=_changes_table(citations, [c for c in model.changes if c.before], heads["written"], heads["sides"]),
        heads=heads,
        changed=list(filter(None, tables)),
        new=_changes_table(citations, new, words("changes.written_new", **titles), heads["sides"]),
        new_groups=_value_list(citations, dimensions.new, 1),
        dropped_groups=_value_list(citations, dimensions.dropped, 0),
    )
    return [Section("what-changed", words("section.changes"), html)]


def _group_names(words: Words, before: Model, model: Model, titles: Mapping[str, str], by_time: bool) -> dict[str, Any]:
    """Titles of groups and sides: by time, or by name where the model compared with is the later one."""
    if by_time:
        sides = words("changes.before"), words("changes.after")
        named = {key: words(f"changes.{key}") for key in ("changed", "new", "gone")}
        return {**named, "written": words("changes.written", **titles), "sides": sides}
    sides = short_model(before.name), short_model(model.name)
    gone, new = (words("changes.only_in", model=name) for name in sides)
    written = words("changes.written_differs", **titles)
    return {"changed": words("changes.differs"), "new": new, "gone": gone, "written": written, "sides": sides}


def compare_dimensions(citations: Citations, before: Entry, after: Entry) -> DimensionChanges:
    sizes = [line for which in SizeOf if (line := _size_line(citations, which, before, after)) is not None]
    cache = {line.row.id[0]: line for line in _theme_lines(citations, Theme.CACHE, before, after)}
    sizes += [cache[fact.id] for fact in _CACHE if fact.id in cache]
    rows = _theme_lines(citations, Theme.ARCHITECTURE, before, after)
    minor = fields_with(Architecture, Facet.MINOR)
    major = (row for row in rows if row.row.id[0] not in minor and not row.row.id[0].startswith("rope_scaling."))
    differing = [row for row in major if row.verdict is Verdict.DIFFERENT]
    return DimensionChanges(
        changed=[
            *(row for row in sizes if row.verdict is Verdict.DIFFERENT),
            *(row for row in differing if NOT_THERE not in (row.cells[0].value, row.cells[1].value)),
        ],
        new=[row for row in differing if row.cells[0].value == NOT_THERE],
        dropped=[
            row
            for row in differing
            if row.cells[1].value == NOT_THERE and _is_given_up(citations.context, after, row.row.id[0])
        ],
    )


def _is_given_up(context: Context, entry: Entry, field: str) -> bool:
    """Whether an absent dimension was given up: the entry says so, or its kind of network has no such field.

    One that is merely left out was not, unless the entry drops the technique that follows from it.
    """
    if entry.architecture is None:
        return False
    if getattr(entry.architecture, field, None) is not None or not allows_field(entry.architecture, field):
        return True
    dropped = (use.technique for use in context.uses.of_model(entry.model.id) if use.how is UseLabel.DROPPED)
    conditions = (condition for technique in dropped for condition in technique.follows_from)
    return any(f"architecture.{field}" in condition.field_paths for condition in conditions)


def _size_line(citations: Citations, which: SizeOf, before: Entry, after: Entry) -> ComparedLine | None:
    """A size of both, published or recomputed on one base; None where published sizes count different things."""
    entries = before, after
    found = compared_sizes(entries, which)
    if found is not None:
        cells = [_size_cell(citations, entry, size) for entry, size in zip(entries, found, strict=True)]
    elif sum(published_size(entry, which) is None for entry in entries) == 1:  # a dense model has no active share
        cells = [
            NOT_HERE if (size := published_size(e, which)) is None else comparison.published_cell(citations, size)
            for e in entries
        ]
    else:
        return None
    row = ComparisonRow((which.value,), (), escape(citations.context.words(f"field.parameters.{which.value}")))
    return ComparedLine(row, cells, row_verdict([cell.value for cell in cells]), ())


def _size_cell(citations: Citations, entry: Entry, size: ComparedSize) -> ComparedCell:
    if size.computed is None:
        assert size.published is not None
        return ComparedCell(citations.value_html(size.published), size.spelling)
    number = working_link(entry, format.format_compact(size.computed.value), substituted_formula(size.computed))
    return ComparedCell(number + counted_mark(citations.context.words, size.counts), size.spelling)


def _theme_lines(citations: Citations, theme: Theme, *entries: Entry) -> list[ComparedLine]:
    return compared_lines([theme_cells(theme, citations, entry) for entry in entries], 1)


def recipe_rows(citations: Citations, ends: Sequence[Entry]) -> list[ComparedLine]:
    columns = [comparison.training_rows(citations, e) | comparison.post_training(citations, e) for e in ends]
    lines = (line for line in compared_lines(columns, 2) if len(line.row.id) > 1)
    return [line for line in lines if line.row.id[1] not in _NOT_COMPARABLE]


def _changes_table(citations: Citations, items: Sequence[Change], caption: str, sides: tuple[str, str]) -> Table | None:
    if not items:
        return None
    words = citations.context.words
    before = any(change.before for change in items)
    now = sides[1] if before else words("changes.now")
    columns: list[Column[Change]] = [
        Column(words("changes.aspect"), partial(_aspect, citations)),
        Column(sides[0], lambda change: citations.rich_text(change.before) if change.before else NOTHING, when=before),
        Column(now, lambda change: citations.rich_text(change.after) + citations.footnote(change.source)),
        Column(words("changes.reason"), lambda change: _reason_given(citations, change), if_any=True),
    ]
    return by_column(caption, columns, items)


def _aspect(citations: Citations, change: Change) -> Markup:
    """What changed, with the picture of the technique behind it, which leads there."""
    context, name = citations.context, citations.rich_text(change.aspect)
    if change.technique is None:
        return name
    return glyph_link(context, context.catalogue.techniques[change.technique]) + " " + name


def _reason_given(citations: Citations, change: Change) -> Markup:
    words, reason, theirs = citations.context.words, change.reason, change.reason_by_others
    html = Markup("")
    if reason is not None and reason.value is not None:
        html = citations.rich_text(reason.value) + citations.footnote(reason.source)
    elif reason is not None:
        html = Markup('<span class="ds-absent">{}</span>').format(words("absence.not_published"))
    if theirs is not None:
        said = escape(words("changes.others_say")).format(reason=citations.rich_text(theirs.text))
        html += (Markup("<br>") if html else Markup("")) + said + citations.footnote(theirs.source)
    return html or NOTHING


def _from_to_table(
    citations: Citations, found: Sequence[ComparedLine], caption: str, of: Sequence[Entry]
) -> Table | None:
    if not found:
        return None
    words = citations.context.words
    heads = [Head(words("table.field")), *(Head(entry.variant.name) for entry in of)]
    rows = [
        [Cell(_line_label(citations, line)), *(Cell(cell.html, cell.value) for cell in line.cells)] for line in found
    ]
    return Table(caption, heads, rows, classes="ds-dimensions ds-from-to")


def _line_label(citations: Citations, line: ComparedLine) -> Markup:
    if not line.row.group:
        return line.row.label
    return escape(citations.context.words("changes.of_stage")).format(stage=line.row.group, field=line.row.label)


def _value_list(
    citations: Citations, found: Sequence[ComparedLine], column: int
) -> list[tuple[str, str, list[Markup]]]:
    words, shape = citations.context.words, escape(citations.context.words("changes.value"))
    items = [
        shape.format(field=_line_label(citations, line), value=format.spoken_numbers(line.cells[column].html, words))
        for line in found
    ]
    return [("values", words("changes.dimensions"), items)] if items else []


def techniques_sections(citations: Citations, model: Model) -> list[Section]:
    context = citations.context
    if not context.uses.of_model(model.id):
        return []
    groups = [
        {
            "sign": format.use_part(format.part_of(how)),
            "word": word[:1].upper() + word[1:],
            "told": [
                (technique_link(context, use.technique.id, short=True), use_remark(citations, use))
                for use, *_ in found
                if _has_note(use)
            ],
            "others": [
                technique_link(context, uses[0].technique.id, short=True)
                + _checkpoints_in_brackets(context, uses)
                + citations.footnote(sources_of(uses))
                for uses in found
                if not _has_note(uses[0])
            ],
        }
        for (how, word), found in _uses_by_label(context, model).items()
    ]
    html = context.html("model_techniques.html.jinja", groups=groups)
    return [Section("techniques", context.words("page.techniques"), html)]


def _uses_by_label(context: Context, model: Model) -> dict[tuple[UseLabel, Markup], list[tuple[Use, ...]]]:
    found: dict[tuple[UseLabel, Markup], list[tuple[Use, ...]]] = {}
    by_technique = groupby(context.uses.of_model(model.id), key=lambda use: use.technique.id)
    for uses in (together for _, same in by_technique for together in told_together(same)):
        found.setdefault((uses[0].how, use_label(context, *uses)), []).append(uses)
    order = list(UseLabel)
    return dict(sorted(found.items(), key=lambda item: order.index(item[0][0])))


def _has_note(use: Use) -> bool:
    return use.stated is not None and use.stated.note is not None


def _checkpoints_in_brackets(context: Context, uses: Sequence[Use]) -> Markup:
    """Checkpoints of a derived use, where the flagship is none of them."""
    variants = {id_ for use in uses for id_ in use.variants}
    if uses[0].stated is not None or not variants or context.catalogue.flagship(uses[0].model).variant.id in variants:
        return Markup("")
    return use_checkpoints(context, *uses)

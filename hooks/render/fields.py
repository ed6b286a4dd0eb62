"""The values of a block as rows, in the order of the schema, labelled from the language file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup, escape

from catalogue.schema.values import Absence, Block, Detail, Single, Stated

from .cite import Citations
from .format import short_variant
from .marks import NOTHING
from .tables import Cell, Head, Table, sort_key
from .words import HAN


def stated_values(block: Block, prefix: str = "") -> Iterator[tuple[str, Stated[Any]]]:
    """Every stated value of a block and its inner blocks as `(dotted.key, value)`."""
    for name in type(block).model_fields:
        value = getattr(block, name)
        key = f"{prefix}{name}"
        if isinstance(value, Stated):
            yield key, value
        elif isinstance(value, Block) and not isinstance(value, Single):
            yield from stated_values(value, f"{key}.")


def variants_told_apart(values: Sequence[Stated[Any]], order: Sequence[str]) -> list[str]:
    """Variants that get a column of their own, because some value differs between them."""
    named = {variant for value in values for variant in (value.by_variant or {})}
    return [variant for variant in order if variant in named] + sorted(named - set(order))


def key_value_table(
    citations: Citations,
    caption: str,
    rows: Sequence[tuple[Markup | str, Stated[Any], Markup | str]],
    order: Sequence[str],
    title: str = "",
) -> Table:
    """Rows of `(label, value, unit)`; one value column, or one per variant where they differ.

    What is not published for all of them is told in one line. A value that is not stated by variant spans the columns instead of being repeated for each.
    """
    words, entries = citations.context.words, citations.context.catalogue.entries
    variants = variants_told_apart([value for _, value, _ in rows], order)
    heads = [Head(words("table.field"))]
    heads += [Head(short_variant(entries[v].variant.name)) for v in variants] or [Head(words("table.value"))]
    body = []
    silent: list[Markup] = []
    for label, value, unit in rows:
        if not variants and value.absence is Absence.NOT_PUBLISHED:
            note = citations.inline(value.note).striptags() if value.note else ""
            silent.append(citations.marked(str(escape(label)), value.source, note))
            continue
        cells = [Cell(escape(label))]
        apart = variants if value.by_variant is not None else [""]
        for variant in apart:
            single = value.for_variant(variant) if variant else value
            html = citations.single(single, notes="apart")
            if unit and single is not None and single.absence is None:
                html = with_unit(html, unit)
            if single is not None:
                html += citations.note(single)
            cells.append(Cell(html, span=1 if variant else max(1, len(variants))))
        body.append(cells)
    return Table(caption, heads, body, classes="ds-fields", title=title, silent=_silent_line(citations, silent))


def with_unit(shown: Markup, unit: Markup | str) -> Markup:
    """A value and its unit; Chinese words join without a space: `3550 万个网页`, `20% 至 26%（更慢）`."""
    last, first = shown.striptags()[-1:], Markup(unit).striptags()[:1]
    joined = not first or first in ("（", "%") or last == "）" or (HAN.match(last) and HAN.match(first))
    return shown + ("" if joined else " ") + unit


def _silent_line(citations: Citations, silent: Sequence[Markup]) -> Markup:
    words = citations.context.words
    listed = Markup(escape(words("punctuation.separated"))).join(silent)
    return Markup(words("absence.of", fields=listed)) if silent else Markup("")


def labelled_values(
    citations: Citations, block: Block, prefix: str, skip: Sequence[str] = ()
) -> list[tuple[Markup | str, Stated[Any], str]]:
    """The stated values of a block with their labels; `prefix` selects the words."""
    words = citations.context.words
    return [
        (words(f"field.{prefix}{key}"), value, "")
        for key, value in stated_values(block)
        if key.split(".")[0] not in skip
    ]


def detail_rows(
    citations: Citations, details: Sequence[Detail]
) -> list[tuple[Markup | str, Stated[Any], Markup | str]]:
    """Published values without a field of their own, in the same form."""
    return [(citations.inline(d.label), d.value, citations.inline(d.unit) if d.unit else "") for d in details]


def value_cell(citations: Citations, single: Single[Any] | None) -> Cell:
    """A value with its source, in a cell that sorts by it; a dash where an entry does not state it."""
    return Cell(citations.single(single) if single is not None else NOTHING, sort_key(single))


FOLD_FROM = 9


def details_table(
    citations: Citations, caption: str, details: Sequence[Detail], order: Sequence[str], title: str = ""
) -> tuple[Table | None, bool]:
    """Details as a table, and whether it is long enough to be folded away."""
    if not details:
        return None, False
    rows = detail_rows(citations, details)
    return key_value_table(citations, caption, rows, order, title), len(details) >= FOLD_FROM

"""Rows that hold the same thing of every variant, and what one variant says in them.

A theme gives the cells of one variant; the rows of a table are all rows that some variant fills,
in an order that does not depend on the variants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from catalogue.derive.agreement import NOT_THERE, Verdict, row_verdict

from ..marks import NOTHING


@dataclass(frozen=True)
class Row:
    """What is compared in a line.

    Attributes:
        id: The same for every variant.
        order: Where it stands in its theme.
        group: Heading that it stands under, if its theme has any.
    """

    id: tuple[str, ...]
    order: tuple[int, ...]
    label: Markup = field(compare=False)
    group: str = field(default="", compare=False)


@dataclass(frozen=True)
class ComparedCell:
    """What a variant says in a row: HTML, and the value in one spelling; None where that is not known."""

    html: Markup
    value: str | None

    @property
    def is_there(self) -> bool:
        """Whether there is anything to show."""
        return self.html != NOTHING


NOT_HERE = ComparedCell(NOTHING, NOT_THERE)
UNSAID = ComparedCell(NOTHING, None)

Cells = dict[Row, ComparedCell]


@dataclass(frozen=True)
class Line:
    """A row of a ready comparison; `marked` are the cells that differ from the first known one."""

    row: Row
    cells: Sequence[ComparedCell]
    verdict: Verdict
    marked: Sequence[bool]


def compared_lines(columns: Sequence[Cells], least: int) -> list[Line]:
    """Rows that at least `least` variants fill, compared."""
    rows = sorted({row for column in columns for row in column}, key=lambda row: row.order)
    found = []
    for row in rows:
        cells = [column.get(row, UNSAID) for column in columns]
        if sum(cell.is_there for cell in cells) < least:
            continue
        values = [cell.value for cell in cells]
        first = next((value for value in values if value is not None), None)
        found.append(Line(row, cells, row_verdict(values), [value not in (None, first) for value in values]))
    return found

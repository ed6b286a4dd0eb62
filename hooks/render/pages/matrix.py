"""A table of rows in groups by models over time: what the matrix of techniques and the coverage are drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalogue.records import first_day
from catalogue.schema.model import Model

from ..context import Context
from ..names import short_model


@dataclass(frozen=True)
class Row:
    """Its name, and a cell for each model."""

    name: Markup
    cells: Sequence[Markup]


@dataclass(frozen=True)
class Group:
    """Rows below one head."""

    id: str
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Head:
    """A column: a model, and the year where it is the first of one."""

    id: str
    name: str
    year: str


def matrix(
    context: Context,
    models: Sequence[Model],
    groups: Sequence[Group],
    signs: Sequence[tuple[Markup, str]],
    caption: str,
    jump: str,
    corner: str,
    classes: str = "",
) -> str:
    """The legend of its `signs`, a way to each group, and the table; `models` are its columns, the oldest first."""
    return context.html(
        "matrix.html.jinja",
        heads=_heads(models),
        groups=groups,
        signs=signs,
        caption=caption,
        jump=jump,
        corner=corner,
        classes=classes,
    )


def _heads(models: Sequence[Model]) -> list[Head]:
    heads: list[Head] = []
    years: set[str] = set()
    for model in models:
        year = first_day(model)[:4]
        heads.append(Head(model.id, short_model(model.name), "" if year in years else year))
        years.add(year)
    return heads

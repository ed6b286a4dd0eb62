"""Tables as data; `templates/table.html.jinja` gives them their HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

from markupsafe import Markup

from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import PartialDate, Single

from .marks import NOTHING as NOTHING
from .words import Words

_SENTENCE = 44
_HEAD = 26  # letters of a head that two lines hold


@dataclass(frozen=True)
class Cell:
    """One cell: HTML, what it is sorted by where that is not its text, how many columns it spans; of a row head, its group."""

    html: Markup
    sort: str | None = None
    span: int = 1
    group: str = ""

    @property
    def key(self) -> str | None:
        """What it is sorted by, where its text alone would not say it."""
        text = self.html.striptags()
        return None if self.sort == ("" if text == NOTHING else text.replace(",", "")) else self.sort

    @property
    def long(self) -> bool:
        """Whether it holds a sentence, which in a column of numbers' width would stand in a tower of words."""
        return 2 * len(self.html) > _SENTENCE and _width(self.html.striptags()) > _SENTENCE


EMPTY = Cell(NOTHING, "")


def _width(text: str) -> int:
    """Of a text in letters; a Chinese character takes the place of two."""
    return len(text) + sum(east_asian_width(sign) in "WF" for sign in text)


@dataclass(frozen=True)
class Column:
    """A column head. Numbers are set flush right."""

    title: Markup | str
    numeric: bool = False

    @property
    def long(self) -> bool:
        """Whether it would stand in many short lines if its column were as narrow as its numbers."""
        return len(Markup(self.title).striptags()) > _HEAD


@dataclass(frozen=True)
class Table:
    """A table whose first column holds the row headers.

    Attributes:
        caption: Its name, alone on its page.
        title: What stands above it, where the heading says the rest of the name.
        silent: A line on what is not published, each with a link to what was read.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    sortable: bool = False
    classes: str = ""
    title: str = ""
    silent: Markup = field(default_factory=Markup)

    @property
    def is_list(self) -> bool:
        """Whether it has one value a row, so that a list in columns shows it in a third of the height."""
        return len(self.columns) == 2 and ("ds-fields" in self.classes or "ds-constants" in self.classes)

    @property
    def groups(self) -> list[tuple[str, list[Sequence[Cell]]]]:
        """Rows that follow each other and are of one group."""
        found: list[tuple[str, list[Sequence[Cell]]]] = []
        for row in self.rows:
            if not found or found[-1][0] != row[0].group:
                found.append((row[0].group, []))
            found[-1][1].append(row)
        return found


def of_model(words: Words, key: str, model: str, **values: str) -> tuple[str, str]:
    """The caption of a model's table, which names the model, and what stands above it on a page that does so already."""
    caption = words(key, model=model, **values)
    rest = caption.removeprefix(model).lstrip(":：, ，")
    return caption, rest[:1].upper() + rest[1:]


def sort_key(single: Single[Any] | None) -> str | None:
    """What a value is sorted by: its number, its date, or nothing (its text)."""
    value = single.value if single is not None else None
    if isinstance(value, Quantity | Length):
        return format(value.value.normalize(), "f")
    if isinstance(value, PartialDate):
        return value.first_day
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | Decimal):
        return str(value)
    return "" if value is None else None

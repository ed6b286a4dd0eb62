"""Tables as data, whose HTML `templates/table.html.jinja` makes; and tables in Markdown, which get their roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape

from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Single

from .marks import NOTHING
from .words import Words

Record = TypeVar("Record")
Item = TypeVar("Item")

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
        return 2 * len(self.html) > _SENTENCE and _text_width(self.html.striptags()) > _SENTENCE


EMPTY = Cell(NOTHING, "")


def _text_width(text: str) -> int:
    """Of a text in letters; a Chinese character takes the place of two."""
    return len(text) + sum(east_asian_width(sign) in "WF" for sign in text)


@dataclass(frozen=True)
class Head:
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
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    sortable: bool = False
    classes: str = ""
    title: str = ""
    silent: Markup = field(default_factory=Markup)

    @property
    def is_list(self) -> bool:
        """Whether it has one value a row, so that a list in columns shows it in a third of the height."""
        return len(self.heads) == 2 and ("ds-fields" in self.classes or "ds-constants" in self.classes)

    @property
    def groups(self) -> list[tuple[str, list[Sequence[Cell]]]]:
        """Rows that follow each other and are of one group."""
        found: list[tuple[str, list[Sequence[Cell]]]] = []
        for row in self.rows:
            if not found or found[-1][0] != row[0].group:
                found.append((row[0].group, []))
            found[-1][1].append(row)
        return found


@dataclass(frozen=True)
class Column(Generic[Record]):
    """A column stated once, so that no cell can come to stand under another's head, and no condition has to be kept the same for both.

    A list of them is given its type (`columns: list[Column[Entry]] = […]`), by which mypy knows the records in their lambdas.

    Attributes:
        cell: What it says of a row's record: a cell, or what stands in one that sorts by its text.
        when: Whether the table has it. Where not, none of its cells is made, so none of their sources is cited.
        if_any: Whether it is left out where no row has anything in it.
    """

    title: Markup | str
    cell: Callable[[Record], Cell | Markup | str]
    numeric: bool = False
    when: bool = True
    if_any: bool = False

    def of(self, record: Record) -> Cell:
        """Its cell in the row of a record."""
        made = self.cell(record)
        return made if isinstance(made, Cell) else Cell(escape(made))


def columns_for_each(
    items: Iterable[Item],
    title: Callable[[Item], Markup | str],
    cell: Callable[[Record, Item], Cell | Markup | str],
    numeric: bool = False,
    if_any: bool = False,
) -> list[Column[Record]]:
    """A column for each of several things; they are added to others with `+=`, by which mypy knows the records."""

    def column(item: Item) -> Column[Record]:
        return Column(title(item), lambda record: cell(record, item), numeric, if_any=if_any)

    return list(map(column, items))


def by_column(
    caption: str,
    columns: Iterable[Column[Record]],
    records: Iterable[Record],
    *,
    sortable: bool = False,
    classes: str = "",
    title: str = "",
) -> Table:
    """A table with a row for each record. Rows are made one after the other, so that sources are numbered as they are read."""
    made = [column for column in columns if column.when]
    rows = [[column.of(record) for column in made] for record in records]
    kept = [i for i, column in enumerate(made) if not column.if_any or any(row[i].html != NOTHING for row in rows)]
    heads = [Head(made[i].title, made[i].numeric) for i in kept]
    return Table(caption, heads, [[row[i] for i in kept] for row in rows], sortable, classes, title)


def of_model(words: Words, key: str, model: str, **values: str) -> tuple[str, str]:
    """The caption of a model's table, which names the model, and what stands above it on a page that does so already."""
    caption = words(key, model=model, **values)
    rest = caption.removeprefix(model).lstrip(":：, ，")
    return caption, rest[:1].upper() + rest[1:]


def count_cell(number: int) -> Cell:
    """A whole number with its thousands apart, which sorts without what sets them apart."""
    return Cell(escape(f"{number:,}"), str(number))


def sort_key(single: Single[Any] | None) -> str | None:
    """What a value is sorted by: its number, or nothing (its text)."""
    value = single.value if single is not None else None
    if isinstance(value, Quantity | Length):
        return format(value.value.normalize(), "f")
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | Decimal):
        return str(value)
    return "" if value is None else None


class AccessibleTables(Extension):
    """Register the step that finishes the tables."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Run when inline marks are set, and before headings get their permanent links."""
        md.treeprocessors.register(_Tables(md), "accessible-tables", 6)


class _Tables(Treeprocessor):
    def run(self, root: Element) -> None:
        """Wrap each table and name it by the heading that it stands under."""
        heading = ""
        for index, element in enumerate(list(root)):
            if element.tag in ("h1", "h2", "h3", "h4"):
                heading = "".join(element.itertext()).strip()
            elif element.tag == "table":
                root[index] = _finish_table(element, heading)


def _finish_table(table: Element, heading: str) -> Element:
    table.set("class", "ds-table ds-prose")
    caption = Element("caption", {"class": "ds-hidden"})
    caption.text = heading
    table.insert(0, caption)
    for head in list(table.iterfind("./thead/tr/th")):
        if "".join(head.itertext()).strip():
            head.set("scope", "col")
        else:
            head.tag = "td"  # the corner above the names of the rows says nothing
    # As a list: a cell that became a head would make the next one the first.
    for first in list(table.iterfind("./tbody/tr/td[1]")):
        first.tag = "th"
        first.set("scope", "row")
    for cell in table.iter():
        if "right" in cell.attrib.pop("style", ""):  # which the policy of the pages does not allow
            cell.set("class", "n")
    wrapper = Element("div", {"class": "ds-scroll", "role": "region", "tabindex": "0", "aria-label": heading})
    wrapper.append(table)
    return wrapper

"""Tables as data, with `templates/table.html.jinja` for their HTML."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar

from markupsafe import Markup, escape

from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Absence, Block, Detail, Single, Stated, stated_values

from .cite import Citations
from .format import NOTHING, short_variant, text_columns
from .words import HAN, Words

Record = TypeVar("Record")
Item = TypeVar("Item")

_SENTENCE = 44
_MOST_CARDS = 18
_ACROSS = {"ds-fields", "ds-dimensions", "ds-scores", "ds-makers", "ds-measured", "ds-sums-of-several"}
_HEAD = 26  # letters of a head that two lines hold


@dataclass(frozen=True)
class Cell:
    """HTML, sort key where that is not the text, columns that it spans; of a row head, its group."""

    html: Markup
    sort: str | None = None
    span: int = 1
    group: str = ""

    @property
    def key(self) -> str | None:
        text = self.html.striptags()
        return None if self.sort == ("" if text == NOTHING else text.replace(",", "")) else self.sort

    @property
    def number(self) -> float:
        """What it sorts by, where that is a number above zero."""
        try:
            return max(0.0, float(self.sort or 0))
        except ValueError:
            return 0.0

    @property
    def long(self) -> bool:
        """Whether it holds a sentence, too long for a column as narrow as numbers."""
        return 2 * len(self.html) > _SENTENCE and text_columns(self.html.striptags()) > _SENTENCE


EMPTY = Cell(NOTHING, "")


@dataclass(frozen=True)
class Head:
    title: Markup | str
    numeric: bool = False

    @property
    def long(self) -> bool:
        """Whether it would wrap into many lines above numbers."""
        return len(Markup(self.title).striptags()) > _HEAD


@dataclass(frozen=True)
class Table:
    """The first column holds the row heads.

    Attributes:
        caption: Its name, unique on the page.
        title: Visible title, where the heading says the rest of the name.
        silent: A line on what is not published, with links to what was read.
    """

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    sortable: bool = False
    classes: str = ""
    title: str = ""
    silent: Markup = field(default_factory=Markup)

    @property
    def as_cards(self) -> bool:
        """Whether its rows are set one below the other on a telephone, where its columns would not fit."""
        marks = set(self.classes.split())
        across = _ACROSS if len(self.rows) <= _MOST_CARDS else _ACROSS | {"ds-wide"}
        return len(self.heads) > 4 - bool(marks & {"ds-code-places", "ds-parts"}) and not across & marks

    @cached_property
    def bars(self) -> Sequence[Sequence[int | None]]:
        """How long the bar behind each number is, in twentieths: of the largest of its column or, before and after, of its row.

        None where there is no number, or the numbers of a column hardly differ.
        """
        numbers = [[cell.number for cell in row] for row in self.rows]
        if "ds-from-to" in self.classes:
            return [[round(20 * n / max(row)) if n and row[1] and row[2] else None for n in row] for row in numbers]
        if "ds-wide" not in self.classes:
            return [[None] * len(row) for row in numbers]
        columns = list(zip(*numbers, strict=True))
        tall = [max(c) if sum(map(bool, c)) > 2 and max(c) > 1.5 * min(filter(None, c)) else 0 for c in columns]
        return [
            [round(20 * n / top) if n and top else None for n, top in zip(row, tall, strict=True)] for row in numbers
        ]

    @property
    def is_list(self) -> bool:
        """Whether it has one value a row, so that it can be set as a list in columns."""
        return len(self.heads) == 2 and ("ds-fields" in self.classes or "ds-constants" in self.classes)

    @property
    def groups(self) -> list[tuple[str, list[Sequence[Cell]]]]:
        found: list[tuple[str, list[Sequence[Cell]]]] = []
        for row in self.rows:
            if not found or found[-1][0] != row[0].group:
                found.append((row[0].group, []))
            found[-1][1].append(row)
        return found


@dataclass(frozen=True)
class Column(Generic[Record]):
    """A column stated once: head, cell and condition cannot fall apart.

    A list of columns is annotated (`columns: list[Column[Entry]] = […]`), so that mypy knows the records in lambdas.

    Attributes:
        cell: Cell of a record, or its content.
        when: Whether the table has it; if not, no cell is made and no source cited.
        if_any: Whether it is left out where all cells are empty.
    """

    title: Markup | str
    cell: Callable[[Record], Cell | Markup | str]
    numeric: bool = False
    when: bool = True
    if_any: bool = False


def columns_for_each(
    items: Iterable[Item],
    title: Callable[[Item], Markup | str],
    cell: Callable[[Record, Item], Cell | Markup | str],
    numeric: bool = False,
    if_any: bool = False,
) -> list[Column[Record]]:
    """Columns for several things, added with `+=`, so that mypy knows the records."""

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
    """Rows are made in order, so that sources are numbered as they are read."""
    made = [column for column in columns if column.when]
    rows = [
        [cell if isinstance(cell := column.cell(record), Cell) else Cell(escape(cell)) for column in made]
        for record in records
    ]
    kept = [i for i, column in enumerate(made) if not column.if_any or any(row[i].html != NOTHING for row in rows)]
    heads = [Head(made[i].title, made[i].numeric) for i in kept]
    return Table(caption, heads, [[row[i] for i in kept] for row in rows], sortable, classes, title)


def model_caption(words: Words, key: str, model: str, **values: str) -> tuple[str, str]:
    """Caption with the model's name, and visible title without."""
    caption = words(key, model=model, **values)
    rest = caption.removeprefix(model).lstrip(":：, ，")
    return caption, rest[:1].upper() + rest[1:]


def count_cell(number: int) -> Cell:
    return Cell(escape(f"{number:,}"), str(number))


def sort_key(single: Single[Any] | None) -> str | None:
    """Number of a value; None to sort by its text."""
    value = single.value if single is not None else None
    if isinstance(value, Quantity | Length):
        return f"{value.value.normalize():f}"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | Decimal):
        return str(value)
    return "" if value is None else None


def variants_told_apart(values: Sequence[Stated[Any]], order: Sequence[str]) -> list[str]:
    """Variants whose values differ, so that they need columns of their own."""
    named = {variant for value in values for variant in (value.by_variant or {})}
    return [variant for variant in order if variant in named] + sorted(named - set(order))


def key_value_table(
    citations: Citations,
    caption: str,
    rows: Sequence[tuple[Markup | str, Stated[Any], Markup | str]],
    order: Sequence[str],
    title: str = "",
) -> Table:
    """Rows of `(label, value, unit)`; a value column, or one a variant where they differ.

    What is not published for any is told in one line. A value that is not by variant spans the columns.
    """
    words, entries = citations.context.words, citations.context.catalogue.entries
    variants = variants_told_apart([value for _, value, _ in rows], order)
    heads = [Head(words("table.field"))]
    heads += [Head(short_variant(entries[v].variant.name)) for v in variants] or [Head(words("table.value"))]
    body = []
    silent: list[Markup] = []
    for label, value, unit in rows:
        if not variants and value.absence is Absence.NOT_PUBLISHED:
            silent.append(citations.cite(str(escape(label)), value.source) + citations.value_note(value, ends=False))
            continue
        cells = [Cell(escape(label))]
        apart = variants if value.by_variant is not None else [""]
        for variant in apart:
            single = value.for_variant(variant) if variant else value
            html = citations.value_html(single, notes="apart")
            if unit and single is not None and single.absence is None:
                html = with_unit(html, unit)
            if single is not None:
                html += citations.value_note(single)
            cells.append(Cell(html, span=1 if variant else max(1, len(variants))))
        body.append(cells)
    return Table(caption, heads, body, classes="ds-fields", title=title, silent=_silent_line(citations, silent))


def with_unit(shown: Markup, unit: Markup | str) -> Markup:
    """Chinese words join without a space: `3550 万个网页`, `20% 至 26%（更慢）`."""
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
    words = citations.context.words
    return [
        (words(f"field.{prefix}{key}"), value, "")
        for key, value in stated_values(block)
        if key.split(".")[0] not in skip
    ]


def detail_rows(
    citations: Citations, details: Sequence[Detail]
) -> list[tuple[Markup | str, Stated[Any], Markup | str]]:
    return [(citations.rich_text(d.label), d.value, citations.rich_text(d.unit) if d.unit else "") for d in details]


def value_cell(citations: Citations, single: Single[Any] | None, notes: str = "tip") -> Cell:
    return Cell(citations.value_html(single, notes) if single is not None else NOTHING, sort_key(single))


FOLD_FROM = 9


def details_table(
    citations: Citations, caption: str, details: Sequence[Detail], order: Sequence[str], title: str = ""
) -> tuple[Table | None, bool]:
    """The table, and whether it is long enough to be folded away."""
    if not details:
        return None, False
    rows = detail_rows(citations, details)
    return key_value_table(citations, caption, rows, order, title), len(details) >= FOLD_FROM

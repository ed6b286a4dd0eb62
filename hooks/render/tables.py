"""Tables as data, with `templates/table.html.jinja` for their HTML; and accessible tables in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape

from catalogue.derive.expression import Computation
from catalogue.derive.parameters import ACTIVATED_CONVENTION, Agreement
from catalogue.records import Entry
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Absence, Block, Detail, Single, Stated, stated_values

from . import format
from .cite import Citations, reference_anchor
from .format import NOTHING, short_variant, text_columns
from .words import HAN, Words

Record = TypeVar("Record")
Item = TypeVar("Item")

_SENTENCE = 44
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

    def cell_of(self, record: Record) -> Cell:
        made = self.cell(record)
        return made if isinstance(made, Cell) else Cell(escape(made))


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
    rows = [[column.cell_of(record) for column in made] for record in records]
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


class AccessibleTables(Extension):
    """Markdown extension that wraps and names tables."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Runs after inline marks, and before headings get their permanent links."""
        md.treeprocessors.register(_TableProcessor(md), "accessible-tables", 6)


class _TableProcessor(Treeprocessor):
    def run(self, root: Element) -> None:
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


def stated_at(block: object, path: str) -> Stated[Any] | None:
    for name in path.split("."):
        block = getattr(block, name, None)
    return block if isinstance(block, Stated) else None


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
            silent.append(citations.cite(str(escape(label)), value.source, citations.note_text(value)))
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


def value_cell(citations: Citations, single: Single[Any] | None) -> Cell:
    return Cell(citations.value_html(single) if single is not None else NOTHING, sort_key(single))


FOLD_FROM = 9


def details_table(
    citations: Citations, caption: str, details: Sequence[Detail], order: Sequence[str], title: str = ""
) -> tuple[Table | None, bool]:
    """The table, and whether it is long enough to be folded away."""
    if not details:
        return None, False
    rows = detail_rows(citations, details)
    return key_value_table(citations, caption, rows, order, title), len(details) >= FOLD_FROM


_GIGA = 10**9
_PARTS = 3  # of a sum that are named


def recomputed_html(text: str, title: str = "") -> Markup:
    tip = Markup(' tabindex="0" title="{}"').format(title) if title else Markup("")
    return Markup('<span class="ds-r"{}>{}</span>').format(tip, text)


def recomputed_size(value: int) -> Cell:
    return Cell(recomputed_html(format.format_compact(value)), str(value))


def working_link(entry: Entry, text: str, title: str = "") -> Markup:
    tip = Markup(' title="{}"').format(title) if title else Markup("")
    return Markup('<a class="ds-r" href="ds:models/{}.md#working-{}"{}>{}</a>').format(
        entry.owner_model, reference_anchor(entry.architecture_owner), tip, text
    )


def working_cell(entry: Entry, term: Computation | None) -> Cell:
    return (
        Cell(working_link(entry, format.format_integer(term.value), substituted_formula(term)), str(term.value))
        if term
        else EMPTY
    )


def substituted_formula(term: Computation) -> str:
    return f"{term.formula} = {term.numbers}" if term.formula != term.numbers else term.formula


def breakdown_title(words: Words, entry: Entry, agreement: Agreement) -> str:
    counted = entry.recount
    if counted is None or counted.total is None:
        return ""
    if agreement is entry.total_agreement:
        largest = sorted(counted.terms, key=lambda term: -term.value)[:_PARTS]
        parts = [f"{words(f'term.{term.name}')} {format.format_compact(term.value)}" for term in largest]
        rest = counted.total - sum(term.value for term in largest)
        return " + ".join(parts + ([words("recomputed.rest", size=format.format_compact(rest))] if rest else []))
    if agreement is entry.activated_agreement and counted.inactive_experts is not None:
        sizes = {
            "total": format.format_compact(counted.total),
            "idle": format.format_compact(counted.inactive_experts.value),
        }
        return words("recomputed.activated", **sizes, basis=words(f"basis.{ACTIVATED_CONVENTION.name.lower()}"))
    return ""


def agreement_cell(citations: Citations, entry: Entry, agreement: Agreement | None, made: str = "") -> Cell:
    """A recomputed size with the sign of its agreement with the published one; `made` is its breakdown."""
    words = citations.context.words
    if agreement is None:
        reason = words("punctuation.listed").join(entry.recount.missing) if entry.recount else ""
        title = words("recomputed.missing", fields=reason) if reason else words("recomputed.nothing")
        return Cell(Markup('<span class="ds-absent" title="{}">{}</span>').format(title, format.NOTHING), "")
    key = "recomputed.agrees" if agreement.holds else "recomputed.differs"
    title = words(key, percent=f"{agreement.percent:+.2f}".replace("-", "−"))
    sign = format.verdict_symbol(agreement.holds, title, words("recomputed.sign_differs"))
    # A space that does not break keeps the sign on the line of its number.
    html = working_link(entry, format.format_compact(agreement.recomputed), made) + Markup("\u00a0") + sign
    return Cell(html, str(agreement.recomputed))


def term_with_unit(words: Words, term: Computation) -> str:
    match term.name:
        case "sparsity" | "utilisation" | "utilisation_without_mask":
            return f"{format.format_significant(as_decimal(100 * term.exact))}%"
        case "tokens_per_parameter" | "tokens_per_activated":
            return format.format_significant(as_decimal(term.exact))
        case "kv_cache_bytes":
            return words("follows.bytes", count=format.format_integer(term.value))
        case "training_flops":
            return f"{format.format_power(term.value)} FLOPs"
    return f"{format.format_significant(as_decimal(term.exact / _GIGA))} GFLOP"


def as_decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / number.denominator

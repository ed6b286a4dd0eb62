"""What a drawing is made of: shapes, groups, panels, and lines of text with numbers in them.

Units are those of the viewBox, about a pixel. The template gives each shape its markup.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self
from zlib import crc32

from catalogue.derive.expression import architecture_numbers, evaluate_formula, formula_names
from catalogue.records import Entry
from catalogue.schema.architecture import Architecture
from catalogue.schema.values import Single

from ... import format
from ...cite import Citations, counted_text, counts_of
from ...words import HAN
from ..canvas import bar_path, bars_path, path_data, text_width

_PLACE = re.compile("\x00([a-z_0-9]+)\x00")


@dataclass(frozen=True)
class Dimension:
    """One labelled number.

    Attributes:
        key: Name in config.json, behind `vision.` for the vision encoder; empty for what is never compared.
        label: What readers call it.
        shown: The value as text, or the word for why there is none.
        plain: The value for comparison: digits without grouping, or that word.
        source: Number of its source on the page; None for a derived value.
        formula: The formula with its numbers; empty for a stated value.
        absent: Whether there is no value.
        said: The whole text for a screen reader, where `shown` is one line of it.
    """

    key: str
    label: str
    shown: str
    plain: str
    source: int | None = None
    note: str = ""
    formula: str = ""
    absent: bool = False
    said: str = ""


@dataclass(frozen=True)
class BoldText:
    text: str
    css: str = "v"


LinePart = str | BoldText | Dimension


class Dimensions:
    def __init__(self, citations: Citations, entry: Entry) -> None:
        assert entry.architecture is not None
        self.citations = citations
        self.words = citations.context.words
        self.architecture: Architecture = entry.architecture
        self.vision = entry.vision
        self.numbers = architecture_numbers(entry.architecture)

    def number(self, name: str) -> int | None:
        return self.numbers.get(name)

    def stated(self, name: str, label: str | None = None) -> Dimension | None:
        """None where the entry lacks the field; `label` is a key of the words."""
        single = getattr(self.architecture, name)
        return self._dimension(name, single, label or f"drawing.{name}") if single is not None else None

    def stated_in_words(self, name: str, shown: str) -> Dimension | None:
        dimension = self.stated(name)
        return replace(dimension, shown=shown) if dimension is not None else None

    def of_vision(self, name: str) -> Dimension:
        """A field of the vision encoder, which the entry must have."""
        assert self.vision is not None
        return self._dimension(f"vision.{name}", getattr(self.vision, name), f"drawing.vision_{name}")

    def derived(self, key: str, formula: str, label: str | None = None) -> Dimension | None:
        if not formula_names(formula) <= self.numbers.keys():
            return None
        working = evaluate_formula(key, formula, self.numbers)
        return Dimension(
            key,
            self.words(label or f"drawing.{key}"),
            format.spoken_number(working.value, self.words),
            str(working.value),
            formula=f"{working.formula} = {working.numbers}",
        )

    def share(self, key: str, part: str, whole: int) -> Dimension | None:
        """A formula's result as a percentage of `whole`; None where a number is not known."""
        if not formula_names(part) <= self.numbers.keys() or not whole:
            return None
        working = evaluate_formula(key, part, self.numbers)
        shown = format.format_significant(100 * Decimal(working.value) / whole, 2) + self.words("drawing.percent")
        return Dimension(
            "",
            self.words(f"drawing.{key}"),
            shown,
            shown,
            formula=f"{working.formula} = {working.numbers}{self.words('punctuation.separated')}÷ {whole:,}",
        )

    def part_of(self, key: str, part: int, whole: int) -> Dimension:
        shown = format.format_significant(100 * Decimal(part) / whole, 2) + self.words("drawing.percent")
        return Dimension("", self.words(f"drawing.{key}"), shown, shown, formula=f"{part:,} ÷ {whole:,}")

    def ratio(self, key: str, larger: str, smaller: str) -> Dimension | None:
        if not {larger, smaller} <= self.numbers.keys():
            return None
        ratio = Decimal(self.numbers[larger]) / self.numbers[smaller]
        shown = f"{ratio:f}" if ratio == int(ratio) else format.format_significant(ratio, 2)
        formula = f"{larger} ÷ {smaller} = {self.numbers[larger]:,} ÷ {self.numbers[smaller]:,}"
        return Dimension("", self.words(f"drawing.{key}"), shown, shown, formula=formula)

    def worded_line(self, key: str, *fields: str, **pieces: LinePart | None) -> list[LinePart]:
        """A line of the words with its numbers, `fields` as they are stated, empty where one is not known; `*text*` is bold."""
        pieces |= {name: self.stated(name) for name in fields}
        if any(piece is None for piece in pieces.values()):
            return []
        text = self.words(f"drawing.say.{key}", **{name: f"\x00{name}\x00" for name in pieces})
        parts: list[LinePart] = []
        bold = False
        for index, run in enumerate(_PLACE.split(text)):
            if index % 2:
                piece = pieces[run]
                assert piece is not None
                parts.append(piece)
                continue
            for odd, bit in enumerate(run.split("*")):
                bold = bold != bool(odd)
                if bit:
                    parts.append(BoldText(bit) if bold else bit)
        return _close_up(parts)

    def worded_lines(self, key: str, *fields: str, **pieces: LinePart | None) -> list[list[LinePart]]:
        """Several lines, each without the pieces that are not known."""
        found: list[list[LinePart]] = [[]]
        for part in self.worded_line(key, *fields, **pieces):
            if isinstance(part, str | BoldText):
                bits = (part if isinstance(part, str) else part.text).split("\n")
                for index, bit in enumerate(bits):
                    if index:
                        found.append([])
                    if bit:
                        found[-1].append(BoldText(bit) if isinstance(part, BoldText) else bit)
            else:
                found[-1].append(part)
        return [line for line in found if line]

    def other_value(self, single: Single[Any] | None, label: str) -> Dimension | None:
        return self._dimension("", single, label) if single is not None else None

    def _dimension(self, key: str, single: Single[Any], label: str) -> Dimension:
        if single.absence is not None:
            shown = self.words(f"absence.{single.absence.value.replace(' ', '_')}")
        elif isinstance(single.value, int) and not isinstance(single.value, bool):
            shown = format.spoken_number(single.value, self.words)
        else:
            shown = self.citations.plain_value(single.value)
        return Dimension(
            key,
            self.words(label),
            shown + counted_text(self.words, counts_of(single)),
            _plain_value(single),
            self.citations.source_number(single.source) if single.source is not None else None,
            self.citations.note_text(single),
            absent=single.absence is not None,
        )


def _close_up(parts: Sequence[LinePart]) -> list[LinePart]:
    """Without the space between a number that ends in 万 or 亿 and the Chinese word behind it."""
    found: list[LinePart] = []
    for part in parts:
        before = found[-1] if found else None
        chinese = isinstance(before, Dimension) and HAN.match(before.shown[-1:])
        closes = chinese and isinstance(part, str) and HAN.match(part[1:2])
        found.append(part.removeprefix(" ") if closes and isinstance(part, str) else part)
    return found


def _plain_value(single: Single[Any]) -> str:
    if single.absence is not None:
        return single.absence.value
    if isinstance(single.value, bool):
        return str(single.value).lower()
    return str(getattr(single.value, "text", single.value))


SCALE = 0.024  # height of a vector's bar per element, the same for every vector of every drawing


def squares_path(places: Iterable[tuple[float, float]], side: float) -> str:
    return bars_path((x - side / 2, y - side / 2, side, side) for x, y in places)


def grid_places(count: int, per_row: int, pitch: float, x: float = 0, y: float = 0) -> list[tuple[float, float]]:
    return [(x + (index % per_row + 0.5) * pitch, y + (index // per_row + 0.5) * pitch) for index in range(count)]


def rows_of(count: int, per_row: int) -> int:
    return -(-count // per_row)


def balanced_row_length(count: int, most: int, unit: int = 1) -> int:
    """Marks in a row, so that rows are about equal and no `unit` is torn apart."""
    units = rows_of(count, unit)
    in_row = max(1, most // unit)
    return rows_of(units, rows_of(units, in_row)) * unit


def hatch_path(x: float, y: float, width: float, height: float, step: float = 4) -> str:
    """Diagonal lines: the cache is told by them, not by colour alone."""
    lines = []
    offset = step * 0.75
    while offset < width + height:
        left, right = max(0.0, offset - height), min(width, offset)
        lines.append(path_data("M", x + left, y + offset - left, "l", right - left, left - right))
        offset += step
    return "".join(lines)


def example_choice(
    experts: int, active: int, groups: int, groups_reached: int, router: str = ""
) -> tuple[list[int], list[int]]:
    """Example groups and experts of a token, spread evenly, over all experts where there are no groups.

    `router` names what chooses, so that two routers side by side differ.
    """
    start = crc32(router.encode()) % 89
    if groups < 2 or not 0 < groups_reached <= groups or experts % groups:
        return [], _strewn_indices(experts, active, start)
    size = experts // groups
    chosen = sorted(_strewn_indices(groups, groups_reached, start))
    picked = []
    for order, group in enumerate(chosen):
        share = active // groups_reached + (order < active % groups_reached)
        shift = (start + order * 5) % size
        picked += [group * size + (place + shift) % size for place in _strewn_indices(size, share)]
    return chosen, picked


def _strewn_indices(among: int, count: int, start: int = 0) -> list[int]:
    """Indices by steps of the golden ratio, the next free one where one is taken."""
    taken: list[int] = []
    for index in range(min(count, among)):
        place = int(((start + index + 1) * 0.618034) % 1 * among)
        while place in taken:
            place = (place + 1) % among
        taken.append(place)
    return taken


def block_bars(
    tokens: int, ratio: int, x: float, pitch: float, y: float, height: float
) -> Sequence[tuple[float, float, float, float]]:
    gap = min(1.4, pitch * 0.4)
    return [(x + index * ratio * pitch, y, ratio * pitch - gap, height) for index in range(tokens // ratio)]


SIZES = {"title": 28.0, "head": 15.0, "count": 20.0, "share": 26.0}  # font sizes, as in styles/drawing.css
TEXT = 12.5


class Sheet:
    """Shapes for the template, each a mapping with its `kind`."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.height = 0.0
        self.shapes: list[dict[str, Any]] = []

    @property
    def narrow(self) -> bool:
        return self.width == NARROW

    def _add(self, kind: str, x: float, y: float, **rest: object) -> None:
        self.shapes.append({"kind": kind, "x": round(x, 1), "y": round(y, 1), **rest})

    def box(self, x: float, y: float, width: float, height: float, css: str, radius: float = 5) -> None:
        self._add("box", x, y, width=round(width, 1), height=round(height, 1), css=css, radius=radius)

    def path(self, d: str, css: str, parts: int = 0) -> None:
        """`parts` is the number of dashes that a dashed path shows."""
        if d:
            self.shapes.append({"kind": "path", "d": d, "css": css, "parts": parts})

    def circle(self, x: float, y: float, radius: float, css: str) -> None:
        self._add("circle", x, y, radius=radius, css=css)

    def text(self, x: float, y: float, *parts: LinePart, css: str = "", anchor: str = "start") -> None:
        self._add("line", x, y, parts=parts, css=css, anchor=anchor)

    def text_lines(self, x: float, y: float, lines: Sequence[Sequence[LinePart]], step: float = 18) -> float:
        """Lines below each other; returns where the next would stand."""
        for line in lines:
            if line:
                self.text(x, y, *line)
                y += step
        return y

    def place_sheet(self, x: float, y: float, sheet: Self) -> None:
        self._add("group", x, y, shapes=sheet.shapes)

    def marker(self, x: float, y: float, number: int) -> None:
        """A number in a circle, where a part is drawn elsewhere."""
        self.circle(x, y, 9, "marker")
        self.text(x, y + 4.3, str(number), css="marked", anchor="middle")


def line_width(parts: Sequence[LinePart], size: float = TEXT) -> float:
    return sum(
        text_width(part, size)
        if isinstance(part, str)
        else text_width(part.shown if isinstance(part, Dimension) else part.text, size, True)
        for part in parts
    )


WIDE, NARROW = 760.0, 336.0
LEFT, VECTOR = 24.0, 10.0  # where the residual stream's vector stands, and how wide it is


def titled_panel(width: float, title: str, said: list[LinePart]) -> Sheet:
    """A sheet with a title; `close_panel` draws its box when the height is known."""
    sheet = Sheet(width)
    head = [BoldText(title, "h"), *([" ", *said] if said else [])]
    if line_width([title], 15) * 1.15 + line_width(said) < width - 40:
        sheet.text(18, 25, *head)
        sheet.height = 40
    else:
        sheet.text(18, 25, *head[:1])
        sheet.text(18, 44, *said)
        sheet.height = 58
    return sheet


def close_panel(sheet: Sheet, css: str) -> Sheet:
    below = Sheet(sheet.width)
    below.box(0, 0, sheet.width, sheet.height, f"panel {css}", 8)
    sheet.shapes[:0] = below.shapes
    return sheet


def draw_stream_vector(sheet: Sheet, dims: Dimensions, x: float, y: float) -> float:
    """The residual stream's vector to scale with its size; returns its height."""
    height = (dims.number("hidden_size") or 0) * SCALE
    sheet.path(bar_path(x, y, VECTOR, height), "vector")
    size = dims.stated("hidden_size")
    if size is not None:
        sheet.text(x + VECTOR / 2, y + height + 17, size, anchor="middle")
    return height

"""The blocks of technique drawings, laid out one below the other, so that no drawing places a label by hand.

A canvas is a column of a panel with a cursor. A block takes the width there is, writes its labels where they have room
and moves the cursor down. A colour is a letter of `KINDS` and means the same in every frame.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, cos, sin

import numpy as np
from markupsafe import Markup

from catalogue.derive.expression import architecture_numbers, evaluate_formula

from ..context import Context
from ..figures.attention_mechanisms import architecture_number, caching_layers
from ..figures.canvas import WIDTH, Panel, fan_path, path_data, polyline_path, text_width
from ..figures.meanings import KINDS, with_swatches
from ..format import format_compact

KEY = "key"  # the class of a colour in a legend
_SIZE, _LINE = 12.5, 17.0
_BREAKS = re.compile(
    r"[\u4e00-\u9fff]+?[，。：；、）”！？]*(?=[\u4e00-\u9fff]|[^，。：；、）”！？]|$)|[^\s\u4e00-\u9fff]+|\s+"
)

Say = Callable[[str], str]


@dataclass(frozen=True)
class Place:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


def wrapped_lines(text: str, room: float, bold: bool = False) -> list[str]:
    lines = [""]
    for part in _BREAKS.findall(text):
        if lines[-1] and text_width((lines[-1] + part).rstrip(), _SIZE, bold) > room:
            lines.append("")
        lines[-1] += part if lines[-1] else part.lstrip()
    return [line.rstrip() for line in lines]


def random_pattern(size: int, count: int, letters: str) -> str:
    picked = set(np.random.default_rng(3).choice(size, count, replace=False).tolist())
    return "".join(letters[i not in picked] for i in range(size))


class Canvas:
    """A column of a panel. `say` gives the words of a label; `=text` is written as it stands."""

    def __init__(self, panel: Panel, say: Say, x: float = 0, width: float = WIDTH, y: float = 0) -> None:
        self.panel, self.say, self.x, self.width, self.y = panel, say, x, width, y

    def skip(self, height: float) -> None:
        self.y += height

    def split_columns(self, *shares: float, gap: float = 22) -> list[Canvas]:
        """Canvases side by side; `join` ends them."""
        room = self.width - gap * (len(shares) - 1)
        found, x = [], self.x
        for share in shares:
            width = room * share / sum(shares)
            found.append(Canvas(self.panel, self.say, x, width, self.y))
            x += width + gap
        return found

    def close_columns(self, *columns: Canvas, gap: float = 8) -> None:
        self.y = max(column.y for column in columns) + gap

    def text_lines(self, label: str, kind: str = "", anchor: str = "start") -> None:
        x = {"start": self.x, "middle": self.x + self.width / 2, "end": self.x + self.width}[anchor]
        for line in wrapped_lines(self.say(label), self.width, kind == "strong"):
            self.y += _LINE
            self.panel.text(x, self.y - 4, line, kind, anchor)
        self.y += 2

    def bar_rows(
        self, rows: Sequence[tuple[str, float, str] | tuple[str, float, str, str]], most: float = 0, height: float = 15
    ) -> None:
        """Bars to one scale, each with its number or the text in its fourth item."""
        most = most or max(row[1] for row in rows)
        for label, number, kind, *shown in rows:
            value = (
                self.say(shown[0]) if shown else (f"{number:,.0f}" if number < 10**6 else format_compact(int(number)))
            )
            room = self.width - (text_width(value, _SIZE, bold=True) + 10 if value else 0)
            lines = wrapped_lines(self.say(label), room)
            for line in lines:
                self.y += _LINE
                self.panel.text(self.x, self.y - 4, line)
            if value:
                self.panel.text(self.x + self.width, self.y - 4 - _LINE * (len(lines) - 1), value, "strong", "end")
            self.panel.bar(self.x, self.y + 1, max(self.width * number / most, 1.5), height, KINDS[kind])
            self.y += height + 9

    def cell_row(
        self, pattern: str, height: float = 20, gap: float = 3, texts: Sequence[str] = (), width: float = 0
    ) -> list[Place]:
        """A row of cells, a letter each, a space for a gap; with a `width` the row is centred."""
        width = width or (self.width + gap) / len(pattern) - gap
        lead = (self.width - len(pattern) * (width + gap) + gap) / 2
        found = [Place(self.x + lead + i * (width + gap), self.y, width, height) for i in range(len(pattern))]
        for letter in dict.fromkeys(pattern.replace(" ", "")):
            some = [(p.x, p.y) for p, own in zip(found, pattern, strict=True) if own == letter]
            self.panel.cells(some, width, height, KINDS[letter])
        for place, letter, label in zip(found, pattern, texts, strict=False):
            self.label_place(place, letter, label)
        self.y += height + 4
        return found

    def label_place(self, place: Place, letter: str, label: str) -> None:
        dark = letter.isupper() and letter not in "GC"  # grey and the half-strong green carry dark letters
        lines = wrapped_lines(self.say(label), place.width - 6, bold=True) if label else []
        top = place.y + place.height / 2 + 4.5 - _LINE * (len(lines) - 1) / 2
        for i, line in enumerate(lines):
            self.panel.text(place.middle, top + i * _LINE, line, "on" if dark else "strong", "middle")

    def cell_grid(self, rows: Sequence[str], width: float = 0, gap: float = 1.5) -> None:
        across = max(map(len, rows))
        side = (width or self.width) / across - gap
        left = self.x + (self.width - (width or self.width)) / 2
        for letter in sorted(set("".join(rows)) - {" "}):
            some = [
                (left + i * (side + gap), self.y + j * (side + gap))
                for j, row in enumerate(rows)
                for i, own in enumerate(row)
                if own == letter
            ]
            self.panel.cells(some, side, side, KINDS[letter])
        self.y += len(rows) * (side + gap) + 4

    def event_lanes(
        self,
        rows: Sequence[tuple[str, Sequence[tuple[float, float, str] | tuple[float, float, str, str]]]],
        length: float = 0,
        height: float = 24,
    ) -> None:
        """A lane for each label with events: start, length, kind and, if it has one, name."""
        length = length or max(span[0] + span[1] for _, spans in rows for span in spans)
        names = [self.say(label) for label, _ in rows]
        left = min(
            max((text_width(name, _SIZE) for name in names), default=0) + (8 if any(names) else 0), self.width * 0.32
        )
        unit = (self.width - left) / length
        for name, (_, spans) in zip(names, rows, strict=True):
            lines = wrapped_lines(name, left - 4) if name else []
            tall = max(height, _LINE * len(lines))
            for i, line in enumerate(lines):
                self.panel.text(self.x, self.y + tall / 2 + 4.5 + _LINE * (i - (len(lines) - 1) / 2), line)
            self.panel.bar(self.x + left, self.y + (tall - height) / 2, self.width - left, height, "faint")
            for start, long, kind, *label in spans:
                place = Place(
                    self.x + left + start * unit, self.y + (tall - height) / 2, max(long * unit - 1.5, 1), height
                )
                self.panel.bar(place.x, place.y, place.width, place.height, KINDS[kind])
                self.label_place(place, kind, label[0] if label else "")
            self.y += tall + 5

    def box_flow(self, boxes: Sequence[tuple[str, str]], back: str = "", arrows: bool = True) -> list[Place]:
        gap = 24 if arrows else 8
        width = (self.width - gap * (len(boxes) - 1)) / len(boxes)
        lines = max(len(wrapped_lines(self.say(label), width - 6, bold=True)) for label, _ in boxes)
        height, found = lines * _LINE + 15, []
        for i, (label, kind) in enumerate(boxes):
            place = Place(self.x + i * (width + gap), self.y, width, height)
            self.panel.bar(place.x, place.y, width, height, KINDS[kind])
            self.label_place(place, kind, label)
            if i and arrows:
                self.panel.arrow(place.x - gap + 3, self.y + height / 2, place.x - 3, self.y + height / 2)
            found.append(place)
        self.y += height + 6
        if back:
            first, last = found[0].middle, found[-1].middle
            self.panel.line([(last, self.y - 4), (last, self.y + 10), (first, self.y + 10)])
            self.panel.arrow(first, self.y + 10, first, self.y - 3)
            self.y += 12
            self.text_lines(back, anchor="middle")
        return found

    def arrow_down(self, *labels: str) -> None:
        middle = self.x + self.width / 2
        self.panel.arrow(middle, self.y, middle, self.y + 20)
        for label in labels:
            self.panel.text(middle + 10, self.y + 14, self.say(label))
        self.y += 26

    def connect_places(self, start: Place, end: Place, kind: str = "", thin: bool = False) -> None:
        up = end.y < start.y
        y1, y2 = (start.y - 1, end.bottom + 2) if up else (start.bottom + 1, end.y - 2)
        half, tip = (y1 + y2) / 2, 6 if up else -6
        colour = KINDS[kind].split()[0] if kind and KINDS[kind] else ""
        curve = path_data("M", start.middle, y1, "C", start.middle, half, end.middle, half, end.middle, y2 + tip / 2)
        weight = " thin-line" if thin else ""
        self.panel.path(curve, f"line {colour}{weight}".strip())
        if not thin:
            head = [(end.middle, y2), (end.middle - 3.2, y2 + tip), (end.middle + 3.2, y2 + tip)]
            self.panel.path(f"{polyline_path(head)}z", f"tip {colour}".strip())

    def projection_fan(self, source: tuple[str, float], targets: Sequence[tuple[str, float, str]]) -> None:
        """A vector and the shorter ones it is projected to, all to one scale."""
        label, size = source
        lines = wrapped_lines(self.say(label), self.width)
        for line in lines:
            self.y += _LINE
            self.panel.text(self.x, self.y - 4, line)
        height, top = 150.0, self.y + 2
        room = height / len(targets)
        self.panel.bar(self.x, top, 16, height, "")
        for i, (name, count, kind) in enumerate(targets):
            tall = max(height * count / size, 2.5)
            y, x = top + room * (i + 0.5) - tall / 2, self.x + self.width * 0.39
            beam = fan_path(self.x + 16, top, top + height, x, y, y + tall)
            self.panel.path(beam, f"{KINDS[kind].split()[0]} beam")
            self.panel.bar(x, y, 16, tall, KINDS[kind])
            self.panel.text(x + 26, y + tall / 2 - 2, f"{count:,.0f}", "strong")
            for j, line in enumerate(wrapped_lines(self.say(name), self.width * 0.61 - 26)):
                self.panel.text(x + 26, y + tall / 2 + 14 + j * _LINE, line)
        self.y = top + height
        self.text_lines(f"={size:,.0f}", "strong")

    def expert_dots(self, groups: Sequence[str], across: int, height: float = 0) -> list[Place]:
        """Experts as dots in a band for each group: `e` idle, `E` chosen; bands with a chosen one are tinted."""
        step = (self.width - 16) / max(across - 1, 1)
        rows = ceil(max(map(len, groups)) / across)
        height, found = height or rows * 12 + 8, []
        for group in groups:
            reached = any(letter.isupper() for letter in group)
            if len(groups) > 1:
                self.panel.bar(self.x, self.y, self.width, height, KINDS["e" if reached else "g"])
            places = [
                (self.x + 8 + i % across * step, self.y + height * (i // across + 1) / (rows + 1))
                for i in range(len(group))
            ]
            for letter in dict.fromkeys(group):
                some = [p for p, own in zip(places, group, strict=True) if own == letter]
                self.panel.dots(some, "fine" if letter == "e" and not reached else KINDS[letter])
            found.append(Place(self.x, self.y, self.width, height))
            self.y += height + 5
        return found

    def columns_chart(self, values: Sequence[float], kinds: str, line: float = 0, height: float = 90) -> list[Place]:
        """Bars on a base, a letter each or one for all, with a dashed line at a value; negative ones hang."""
        most, least = max(*values, line, 0), min(*values, 0)
        unit, gap = height / (most - least), 3
        width = (self.width + gap) / len(values) - gap
        base, found = self.y + most * unit, []
        for i, value in enumerate(values):
            x, kind = self.x + i * (width + gap), KINDS[kinds[i % len(kinds)]]
            tall = max(abs(value) * unit, 1)
            found.append(Place(x, base - tall if value >= 0 else base, width, tall))
            self.panel.bar(x, found[-1].y, width, tall, kind)
        self.panel.line([(self.x, base), (self.x + self.width, base)], "axis")
        if line:
            self.panel.line([(self.x, base - line * unit), (self.x + self.width, base - line * unit)], "dashed")
        self.y += height + 4
        return found

    def curve_chart(
        self, series: Sequence[tuple[Sequence[tuple[float, float]], str]], across: str, up: str, height: float = 120
    ) -> None:
        self.text_lines(up, "small")
        top = self.y + 2
        base = top + height
        self.panel.line([(self.x, top), (self.x, base), (self.x + self.width, base)], "axis")
        for points, kind in series:
            placed = [(self.x + self.width * x, base - height * y) for x, y in points]
            self.panel.line(placed, f"{KINDS[kind].split()[0]}{' dashed' if kind.islower() else ''}")
        self.y = base + 2
        self.text_lines(across, "small", "end")

    def angle_dials(self, angles: Sequence[Sequence[float]]) -> None:
        step = self.width / max(map(len, angles))
        for row in angles:
            y = self.y + 16
            for i, angle in enumerate(row):
                x = self.x + (i + 0.5) * step
                self.panel.path(path_data("M", x - 14, y, "a14 14 0 1 0 28 0a14 14 0 1 0 -28 0z"), "faint")
                self.panel.line([(x, y), (x + 14 * cos(angle), y - 14 * sin(angle))], f"{KINDS['O']} strong-line")
            self.y += 36

    def colour_legend(self, *entries: tuple[str, str]) -> None:
        x = self.x
        self.y += 6
        for kind, label in entries:
            text = self.say(label)
            wide = 15 + text_width(text, _SIZE) + 14
            if x > self.x and x + wide - 14 > self.x + self.width:
                x, self.y = self.x, self.y + _LINE + 1
            self.panel.bar(x, self.y + 1, 10, 10, f"{KINDS[kind]} {KEY}".strip())
            self.panel.text(x + 15, self.y + 10.5, text)
            x += wide
        self.y += _LINE + 2


_FRAME = 300  # units: three frames stand side by side on a desk
_NUMBER = re.compile(r"<(\w+)>")


@dataclass
class Frame:
    """A picture with its caption and formula, in which `\\class{cache}{…}` has the colour of that shape."""

    title: str
    says: Markup
    panel: Panel
    formula: str = ""


class Drawing:
    """Collects the frames of a technique; the first is its picture."""

    def __init__(self, context: Context, name: str) -> None:
        self.context, self.name = context, name
        self.numbers: dict[str, object] = {}
        self._canvases: list[tuple[str, Canvas, str]] = []

    def use_numbers(self, entry_id: str) -> Mapping[str, int]:
        """The numbers of an architecture, which words and formulas may name."""
        entry = self.context.catalogue.entries[entry_id]
        if entry.architecture is None:
            raise ValueError(f"{entry_id} has no architecture")
        found = architecture_numbers(entry.architecture)
        self.numbers |= found
        return found

    def catalogue_number(self, path: str) -> float:
        return float(self.context.lookup.find_number(path))

    def fact_number(self, name: str) -> float:
        return self.catalogue_number(f"{self.name}/facts.{name}.value")

    def catalogue_text(self, path: str) -> str:
        return self.context.words.text(self.context.lookup.find(path).value)

    def architecture_value(self, entry_id: str, path: str) -> float:
        return architecture_number(self.context.catalogue.entries[entry_id], path)

    def cached_elements(self, entry_id: str) -> float:
        """Elements that a layer caches of a token; the first kind of caching layers where there are several."""
        numbers, layers = caching_layers(self.context.catalogue.entries[entry_id])
        return float(evaluate_formula("kept", layers[0].per_token(numbers), numbers).value)

    def say(self, label: str) -> str:
        if label.startswith("="):
            return label[1:]
        words, own = self.context.words, f"draw.{self.name}.{label}"
        key = own if own in words or f"draw.common.{label}" not in words else f"draw.common.{label}"
        return words(key, **{name: _with_digit_groups(value) for name, value in self.numbers.items()})

    def sample_tokens(self, key: str = "sample_text") -> list[str]:
        """A short text in the reader's language, a label for each of its tokens; a bar stands between two."""
        return [f"={token}" for token in self.say(key).split("|")]

    def new_frame(self, key: str = "", formula: str = "") -> Canvas:
        width = _FRAME if key else WIDTH
        canvas = Canvas(Panel("", 0, "", width=width), self.say, width=width)
        self._canvases.append((key, canvas, formula))
        return canvas

    def finished_frames(self) -> list[Frame]:
        found = []
        for key, canvas, formula in self._canvases:
            behind = f"{key}_" if key else ""
            title, panel = self.say(f"{behind}title"), canvas.panel
            panel.title = panel.says = title
            panel.height = canvas.y + 2
            latex = _NUMBER.sub(lambda m: _with_digit_groups(self.numbers[m[1]]).replace(",", "{,}"), formula)
            found.append(Frame(title, with_swatches(self.say(f"{behind}says"), self.name), panel, latex))
        return found


def _with_digit_groups(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


Draw = Callable[[Drawing, Canvas], None]  # the canvas is that of the first frame
DRAWINGS: dict[str, Draw] = {}


def draws_technique(technique_id: str) -> Callable[[Draw], Draw]:
    def enter(draw: Draw) -> Draw:
        DRAWINGS[technique_id] = draw
        return draw

    return enter

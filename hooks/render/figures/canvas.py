"""Panels of a figure in SVG, text widths, label spreading, scales of axes."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import fsum
from typing import Any

from catalogue.records import Catalogue

from ..words import Words

BOLD = 1.15  # how much wider bold letters are
_NARROW = frozenset("iljtfrI.,:;'|!()[]/ ")
_WIDE = frozenset("mwMW@%—")
_FULL_WIDTH = {"W", "F"}
_PIECES = re.compile(
    r"(?:[\u3400-\u9fff]|[^\s\u3400-\u9fff，。；：、）”]+|\S)[，。；：、）”]*\s*"
)  # words and Chinese characters
_DIGITS, _CUT_NUMBER = re.compile(r"[,.]?\d"), re.compile(r"\d[\d,.]*$")


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in the unit of `size`. `fsum`, since `sum` rounds differently from Python 3.12 on."""
    ems = fsum(_width_in_ems(character) for character in text)
    return ems * size * (BOLD if bold else 1)


def cut_text(text: str, size: float, room: float) -> str:
    if text_width(text, size) <= room:
        return text
    kept = text
    while kept and text_width(f"{kept}…", size) > room:
        kept = kept[:-1]
    if _DIGITS.match(text, len(kept)):
        kept = _CUT_NUMBER.sub("", kept)
    return f"{kept.rstrip(' ,，')}…"


def wrapped_text(text: str, size: float, room: float, most: int) -> list[str]:
    """At most `most` lines, with an ellipsis where there is more; Chinese breaks between characters, not before a sign."""
    lines: list[str] = []
    for piece in _PIECES.findall(text):
        if lines and text_width(f"{lines[-1]}{piece}".rstrip(), size) <= room:
            lines[-1] += piece
        else:
            lines.append(piece)
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return [cut_text(line.rstrip(), size, room) for line in lines]


def _width_in_ems(character: str) -> float:
    if unicodedata.east_asian_width(character) in _FULL_WIDTH:
        return 1.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.9
    return 0.68 if character.isupper() else 0.58


def spread_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places nearest to the wanted ones with a `gap` between them; what the bounds cannot hold lies beyond `high`."""
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    places = [max(low, wanted[index]) for index in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    limit = max(high, low + gap * (len(places) - 1))
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], limit)
        limit = places[i] - gap
    found = [0.0] * len(wanted)
    for place, index in zip(places, order, strict=True):
        found[index] = round(place, 1)
    return found


@dataclass(frozen=True)
class Linear:
    """A linear scale; `end` may lie before `start`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, about: int = 5) -> list[float]:
        rough = (self.high - self.low) / max(1, about)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(step * index, 12) for index in range(first, last + 1)]


@dataclass(frozen=True)
class Log:
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self) -> list[float]:
        exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        return [10.0**power for power in exponents if self.low * 0.999 <= 10.0**power <= self.high * 1.001]


@dataclass(frozen=True)
class Time:
    first: date
    last: date
    start: float
    end: float

    def __call__(self, day: date) -> float:
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return round(self.start + share * (self.end - self.start), 2)

    def years(self) -> list[date]:
        days = (date(year, 1, 1) for year in range(self.first.year, self.last.year + 1))
        return [day for day in days if self.first <= day <= self.last]


def coordinate_text(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def path_data(*parts: str | float) -> str:
    text, after_number = "", False
    for part in parts:
        number = not isinstance(part, str)
        text += (" " if number and after_number else "") + (part if isinstance(part, str) else coordinate_text(part))
        after_number = number
    return text


def polyline_path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(path_data(x, y) for x, y in points)


def bar_path(x: float, y: float, width: float, height: float) -> str:
    return bars_path([(x, y, width, height)])


def bars_path(boxes: Iterable[tuple[float, float, float, float]]) -> str:
    """Boxes of x, y, width and height, each led to from the one before."""
    boxes = list(boxes)
    moves = _moves_to((x, y) for x, y, *_ in boxes)
    return "".join(
        move + path_data("h", w, "v", h, "h-", w, "z") for move, (_, _, w, h) in zip(moves, boxes, strict=True)
    )


def dots_path(places: Iterable[tuple[float, float]]) -> str:
    """Strokes of no length, which round ends make into dots."""
    return "".join(f"{move}h0" for move in _moves_to(places))


def _moves_to(places: Iterable[tuple[float, float]]) -> Iterator[str]:
    """Moves from each place to the next, which in a grid are all alike and compress well."""
    before: tuple[float, float] | None = None
    for x, y in places:
        if before is None:
            yield path_data("M", x, y)
            before = float(coordinate_text(x)), float(coordinate_text(y))
        else:
            dx, dy = round(x - before[0], 2) + 0.0, round(y - before[1], 2) + 0.0
            yield f"m{dx:g} {dy:g}"
            before = before[0] + dx, before[1] + dy


def fan_path(x: float, top: float, bottom: float, right: float, upper: float, lower: float) -> str:
    return path_data("M", x, top, "L", right, upper, "V", lower, "L", x, bottom, "z")


WIDTH = 360


@dataclass
class Panel:
    title: str
    height: float
    says: str
    shapes: list[dict[str, Any]] = field(default_factory=list)
    width: float = WIDTH

    def bar(self, x: float, y: float, width: float, height: float, kind: str = "") -> None:
        size = {"w": coordinate_text(max(width, 0.5)), "h": coordinate_text(max(height, 0.5))}
        self.shapes.append({"is": "bar", "x": coordinate_text(x), "y": coordinate_text(y), **size, "kind": kind})

    def text(self, x: float, y: float, words: object, kind: str = "", anchor: str = "start") -> None:
        said = {"words": words, "kind": kind, "anchor": anchor}
        self.shapes.append({"is": "text", "x": coordinate_text(x), "y": coordinate_text(y), **said})

    def legend(self, x: float, y: float, *entries: tuple[str, str], size: float = 12.6) -> None:
        """A swatch for each kind, side by side."""
        for kind, words in entries:
            self.bar(x, y, 10, 10, kind)
            self.text(x + 15, y + 9.5, words)
            x += 15 + text_width(words, size) + 14

    def line(self, points: Sequence[tuple[float, float]], kind: str = "") -> None:
        self.path(polyline_path(points), f"line {kind}".strip())

    def path(self, d: str, kind: str = "") -> None:
        self.shapes.append({"is": "path", "d": d, "kind": kind})

    def arrow(self, x1: float, y1: float, x2: float, y2: float, kind: str = "") -> None:
        self.line([(x1, y1), (x2, y2)], kind)
        dx, dy = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        tips = [(x2, y2), (x2 - 6 * dx - 3 * dy, y2 - 6 * dy - 3 * dx), (x2 - 6 * dx + 3 * dy, y2 - 6 * dy + 3 * dx)]
        self.path(f"{polyline_path(tips)}z", f"tip {kind}".strip())

    def cells(self, places: Iterable[tuple[float, float]], width: float, height: float, kind: str = "") -> None:
        if d := bars_path((x, y, width, height) for x, y in places):
            self.path(d, kind)

    def dots(self, places: Iterable[tuple[float, float]], kind: str = "") -> None:
        """Round marks as one path; their size is the stroke of the class."""
        if d := dots_path(places):
            self.path(d, f"dots {kind}".strip())


class Mechanism:
    """A figure of a mechanism: its words, and its panels in order."""

    def __init__(self, name: str, words: Words, catalogue: Catalogue) -> None:
        self.name, self.words, self.catalogue = name, words, catalogue
        self.panels: list[Panel] = []

    def say(self, key: str, **values: object) -> str:
        return self.words(f"mechanism.{self.name}.{key}", **values)

    def new_panel(self, key: str, height: float, says: str = "", **values: object) -> Panel:
        """`says` is the key of its text alternative, where that is not `<key>_says`."""
        panel = Panel(self.say(key, **values), height, self.say(says or f"{key}_says", **values))
        self.panels.append(panel)
        return panel


DrawMechanism = Callable[[Mechanism], None]
MECHANISMS: dict[str, DrawMechanism] = {}
PLACES: dict[str, str] = {}  # the page on which a figure stands
FIGURES_OF: dict[str, list[str]] = {}  # figures of a technique, which its page shows or leads to


def enter_figure(name: str, page: str, techniques: Iterable[str]) -> None:
    PLACES[name] = page
    for technique in techniques:
        FIGURES_OF.setdefault(technique, []).append(name)


def draws_mechanism(name: str, page: str, techniques: tuple[str, ...] = ()) -> Callable[[DrawMechanism], DrawMechanism]:
    """`page` places it with `{{ block('mechanism-…') }}`, or is that of one of `techniques`; pages of the others lead to it."""

    def enter(draw: DrawMechanism) -> DrawMechanism:
        MECHANISMS[name] = draw
        enter_figure(name, page, techniques)
        return draw

    return enter


def equal_columns(count: int, gap: float = 3) -> list[tuple[float, float]]:
    width = (WIDTH - 4 - gap * (count - 1)) / count
    return [(i * (width + gap), width) for i in range(count)]

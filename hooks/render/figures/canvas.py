"""Text widths, label spreading, scales of axes, paths of a figure; and a drawing as a file, with the colours of styles/tokens.css in it."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from math import fsum
from pathlib import Path
from typing import Any

BOLD = 1.15  # how much wider bold letters are
_NARROW = frozenset("iljtfrI.,:;'|!()[]/ ")
_WIDE = frozenset("mwMW@%—")
_FULL_WIDTH = {"W", "F"}
_PIECES = re.compile(
    r"(?:[\u3400-\u9fff]|[^\s\u3400-\u9fff，。；：、）”！？]+|\S)[，。；：、）”！？]*\s*"
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


def wrapped_text(text: str, size: float, room: float, most: int = 0, bold: bool = False) -> list[str]:
    """Chinese breaks between characters, not before a sign; with `most` lines, there is an ellipsis where there is more."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and text_width(f"{lines[-1]}{piece}".rstrip(), size, bold) > room:
            lines.append("")
        lines[-1] += piece
    if not most:
        return [line.rstrip() for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return [cut_text(line.rstrip(), size, room) for line in lines if line]


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
class Scale:
    """From values to places; `end` may lie before `start`. `measure` makes an axis logarithmic, or one of days."""

    low: Any
    high: Any
    start: float
    end: float
    measure: Callable[[Any], float] = float

    def __call__(self, value: Any) -> float:
        low, high = self.measure(self.low), self.measure(self.high)
        share = (self.measure(value) - low) / ((high - low) or 1)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, about: int = 5) -> list[float]:
        """Of a linear axis, at round numbers."""
        rough = (self.high - self.low) / max(1, about)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(step * index, 12) for index in range(first, last + 1)]


def time_scale(days: Iterable[date], start: float, end: float) -> Scale:
    days = [*days]
    return Scale(min(days), max(days), start, end, date.toordinal)


def years_of(scale: Scale) -> list[date]:
    """First days of years on an axis of days."""
    days = (date(year, 1, 1) for year in range(scale.low.year, scale.high.year + 1))
    return [day for day in days if scale.low <= day <= scale.high]


def coordinate_text(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def path_data(*parts: str | float) -> str:
    text, after_number = "", False
    for part in parts:
        number = not isinstance(part, str)
        text += (" " if number and after_number else "") + (part if isinstance(part, str) else coordinate_text(part))
        after_number = number
    return text


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


_STYLES = Path(__file__).parents[1] / "styles"
_SVG = re.compile(r'<svg class="ds-drawing-wide".*?</svg>', re.DOTALL)
_LINK = re.compile(r"</?a\b[^>]*>")
_DATA = re.compile(r' data-[a-z]+="[^"]*"')
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_RIGHT, _LINE = 28, 18  # right margin of a sheet, height of a line
FONTS = 'Inter, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'


def svg_file(figure: str, address: str = "") -> str | None:
    """The wide sheet with the colours of the light scheme and the `address` of its page; None without one. Links go."""
    found = _SVG.search(figure)
    if found is None:
        return None
    svg = _DATA.sub("", _LINK.sub("", found[0]))
    box = _BOX.search(svg)
    assert box is not None
    width, height = float(box[1]), float(box[2])
    if address:
        line = (
            f'<text class="credit" x="{width - _RIGHT:g}" y="{height + 2:g}" text-anchor="end">{escape(address)}</text>'
        )
        svg, height = svg.removesuffix("</svg>") + line + "</svg>", height + _LINE
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ds-drawing" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}"'
        f' font-family=\'{FONTS}\'><style>{_inlined_style()}</style><rect width="100%" height="100%" fill="#fff"/>'
    )
    return head + svg.partition(">")[2] + "\n"


def public_address(address: str) -> str:
    """Empty for a local address, which means nothing elsewhere."""
    local = address.startswith(("http://127.", "http://localhost", "http://[::1]"))
    return "" if local else address.partition("://")[2].rstrip("/")


@cache
def light_tokens() -> dict[str, str]:
    return _tokens_of_selector(r"\[data-md-color-scheme\]")


@cache
def dark_tokens() -> dict[str, str]:
    return {**light_tokens(), **_tokens_of_selector(r'\[data-md-color-scheme="slate"\]')}


def _tokens_of_selector(selector: str) -> dict[str, str]:
    tokens = (_STYLES / "tokens.css").read_text(encoding="utf-8")
    found = re.search(selector + r" \{(.*?)\}", tokens, re.DOTALL)
    assert found is not None
    return dict(re.findall(r"(--[a-z0-9-]+): ([^;]+);", found[1]))


@cache
def _inlined_style() -> str:
    values = light_tokens()
    lines = (_STYLES / "drawing.css").read_text(encoding="utf-8").splitlines()
    own = (line for line in lines if line.startswith(".ds-drawing ") and "{" in line)
    still = (line for line in own if not any(word in line for word in (":hover", ":focus", "ds-drawing-")))
    rules = (re.sub(r"var\((--[a-z0-9-]+)\)", lambda m: values.get(m[1], "serif"), line) for line in still)
    return re.sub(r"color-mix\(in srgb, (#\w{6}) (\d+)%, (#\w{6}|transparent)\)", _mixed_color, "\n".join(rules))


def _mixed_color(mix: re.Match[str]) -> str:
    """`color-mix` computed, for programs that do not know it."""
    front, share = [int(mix[1][i : i + 2], 16) for i in (1, 3, 5)], int(mix[2]) / 100
    if mix[3] == "transparent":
        return f"rgba({front[0]},{front[1]},{front[2]},{share:g})"
    back = [int(mix[3][i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in zip(front, back, strict=True))

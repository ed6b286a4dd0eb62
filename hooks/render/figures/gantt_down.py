"""What the names of the API meant when, for a phone: below each name a line for each model, with its bar and its first month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .gantt import SIZE, Named, Span, time_scale, year_starts
from .labels import cut_text, text_width

WIDTH = 340.0
_TOP, _HEAD, _LINE, _MODE, _GAP = 26.0, 24.0, 25.0, 20.0, 12.0
_BAR, _APART, _ROOM, _WIDEST, _ON = 13.0, 6.0, 8.0, 172.0, 14.0  # the last: for what goes on


@dataclass(frozen=True)
class Line:
    """A model at the middle of its line: its bar, and its first month where there is room beside it."""

    span: Span
    label: str
    y: float
    x: float
    width: float
    month_x: float
    anchor: str


@dataclass(frozen=True)
class Block:
    """A name with its lines, and the modes as `(base line, text)`."""

    name: Named
    y: float
    lines: tuple[Line, ...]
    modes: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Down:
    """Everything that the template needs."""

    height: float
    left: float
    blocks: tuple[Block, ...]
    years: tuple[tuple[float, str], ...]
    top: float = _TOP
    width: float = WIDTH
    bar: float = _BAR


def lay_out_narrow(names: Sequence[Named]) -> Down:
    """Give every model its line."""
    left = _time_origin(names)
    time = time_scale(names, left, WIDTH - _ON)
    blocks, y = [], _TOP + 6
    for name in names:
        head, lines, modes = y + 15, [], []
        y += _HEAD
        mode = ""
        for span in name.spans:
            if span.mode and span.mode != mode:
                modes.append((y + 14, span.mode))
                y += _MODE
            mode = span.mode
            x, end = time(span.start), time(span.end)
            after = WIDTH - end > text_width(span.month, SIZE) + _APART
            room = x - _ROOM - (0 if after else text_width(span.month, SIZE) + _APART)
            lines.append(
                Line(
                    span,
                    cut_text(span.label, SIZE, room),
                    y + _LINE / 2,
                    x,
                    max(2.0, round(end - x, 2)),
                    round(end + _APART if after else x - _APART, 1),
                    "start" if after else "end",
                )
            )
            y += _LINE
        blocks.append(Block(name, head, tuple(lines), tuple(modes)))
        y += _GAP
    return Down(round(y), left, tuple(blocks), year_starts(time))


def _time_origin(names: Sequence[Named]) -> float:
    """Where time begins: as far left as the texts leave it, which may reach to where their bars begin."""
    left = 60.0
    while left < _WIDEST:
        time = time_scale(names, left, WIDTH - _ON)
        if all(text_width(span.label, SIZE) + _ROOM <= time(span.start) for name in names for span in name.spans):
            break
        left += 4
    return left

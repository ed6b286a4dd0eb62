"""A panel of the opened layer: a box with a title, in which networks draw their pictures."""

from __future__ import annotations

from .dimensions import Dimensions, Part, Strong
from .marks import SCALE, bar_path
from .shapes import Sheet, line_width

WIDE, NARROW = 760.0, 336.0
LEFT, VECTOR = 24.0, 10.0  # where the residual stream's vector stands, and how wide it is


def titled_panel(width: float, title: str, said: list[Part]) -> Sheet:
    """A sheet with the title of a panel; `close` draws its box when the height is known."""
    sheet = Sheet(width)
    head = [Strong(title, "h"), *([" ", *said] if said else [])]
    if line_width([title], 15) * 1.15 + line_width(said) < width - 40:
        sheet.say(18, 25, *head)
        sheet.height = 40
    else:
        sheet.say(18, 25, *head[:1])
        sheet.say(18, 44, *said)
        sheet.height = 58
    return sheet


def close_panel(sheet: Sheet, css: str) -> Sheet:
    """Put the box of a panel behind what was drawn."""
    below = Sheet(sheet.width)
    below.box(0, 0, sheet.width, sheet.height, f"panel {css}", 8)
    sheet.shapes[:0] = below.shapes
    return sheet


def draw_stream_vector(sheet: Sheet, dims: Dimensions, x: float, y: float) -> float:
    """The residual stream's vector to scale, with its size below; gives its height."""
    height = (dims.number("hidden_size") or 0) * SCALE
    sheet.path(bar_path(x, y, VECTOR, height), "vector")
    size = dims.stated("hidden_size")
    if size is not None:
        sheet.say(x + VECTOR / 2, y + height + 17, size, anchor="middle")
    return height

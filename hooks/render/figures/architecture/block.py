"""One layer, opened: from the residual stream through attention and the feed-forward network, and back."""

from __future__ import annotations

from .attention import attention
from .dimensions import Dimensions
from .feed_forward import feed_forward
from .marks import digits
from .panel import Panel
from .shapes import Box, Path, Row, Shape, Words, row_width

WIDTH = 400.0
_LEFT, _RIGHT = 46.0, 392.0
_STREAM = 23.0
_NORM = 24.0
_BRANCH = 30.0
_TITLE = 34.0
_TWO_NORMS = 4  # norms of a layer that has one before and one after each network


def block(dims: Dimensions, title: str) -> tuple[list[Shape], float]:
    """The shapes of the opened layer, read from the bottom up, and their height."""
    shapes: list[Shape] = []
    mixing = [dims.stated("hc_sinkhorn_iters"), dims.stated("hc_mult")]
    down = _TITLE
    for panel in (feed_forward(dims), attention(dims)):
        added, down = _half(dims, panel, down)
        beside = mixing.pop(0)
        if beside is not None:
            width = row_width(beside, "") + 6
            added.append(Row(round(_RIGHT - width, 1), round(down - 27, 1), round(width, 1), beside))
        shapes += added
    height = round(down + 8, 1)
    streams = [
        Path("".join(f"M{digits(x)} {digits(height)}V{_TITLE - 8:g}" for x in stream_places(dims, _STREAM)), "stream")
    ]
    arrow = Path(f"M{_STREAM - 4:g} {_TITLE - 7:g}l4-7 4 7z", "tip")
    frame = Box(0.5, 0.5, WIDTH - 1, height - 1, "frame", 10)
    heading = Words(_LEFT, 22, title, "title")
    return [frame, heading, *streams, arrow, *shapes], height


def stream_places(dims: Dimensions, middle: float) -> list[float]:
    """Where the lines of the residual streams run: one, or as many as the hyper-connections have."""
    count = dims.number("hc_mult") or 1
    return [middle + (index - (count - 1) / 2) * 5 for index in range(count)]


def _half(dims: Dimensions, panel: Panel, down: float) -> tuple[list[Shape], float]:
    """Norm, network and the way back to the stream, from `down` to the returned height."""
    middle = (_LEFT + _RIGHT) / 2
    shapes: list[Shape] = []
    back = down + 10
    down += _BRANCH - 6
    after = dims.number("norms_per_layer") == _TWO_NORMS
    if after:
        shapes += _norm(dims, down)
        down += _NORM
        shapes.append(Path(f"M{middle:g} {down + 12:g}v-12", "flow"))
        down += 12
    placed, height = panel.place(_LEFT, down, _RIGHT - _LEFT)
    shapes.append(placed)
    down = round(down + height, 1)
    shapes.append(Path(f"M{middle:g} {digits(down + 12)}v-12", "flow"))
    down += 12
    shapes += _norm(dims, down)
    down += _NORM
    branch = down + 14
    first = back + _BRANCH - 16
    shapes.insert(0, Path(f"M{middle:g} {digits(first)}V{digits(back)}H{_STREAM + 12:g}", "flow"))
    shapes.insert(0, Path(f"M{_STREAM:g} {digits(branch)}H{middle:g}V{digits(down)}", "flow"))
    shapes += _join(dims, back)
    return shapes, round(down + _BRANCH, 1)


def _norm(dims: Dimensions, y: float) -> list[Shape]:
    middle = (_LEFT + _RIGHT) / 2
    return [
        Box(_LEFT, round(y, 1), _RIGHT - _LEFT, _NORM, "norm", 12),
        Words(middle, round(y + 16, 1), dims.words("drawing.norm"), "small", "middle"),
    ]


def _join(dims: Dimensions, y: float) -> list[Shape]:
    """Where a network's output is added to the stream, or mixed into the streams."""
    several = (dims.number("hc_mult") or 1) > 1
    half = 12 if several else 8
    return [
        Box(_STREAM - half, round(y - 8, 1), 2 * half, 16, "join", 8),
        Path(f"M{_STREAM - 4:g} {digits(y)}h8M{_STREAM:g} {digits(y - 4)}v8", "plus"),
    ]

"""Compressed attention: over a stretch of tokens how many make one entry, and what a token costs in each kind of layer."""

from __future__ import annotations

from catalogue.attention import CachingLayers, kind_of

from ..scale import coordinate_text
from .dimensions import Dimension, Dimensions, Part, Strong
from .marks import bar_path, block_bars, hatch_path
from .panel import NARROW
from .shapes import Sheet

_MOST_TOKENS = 256
_BAR = 13.0
_THIN = 3.0  # an entry that is narrower is a dash


def _entry_lanes(dims: Dimensions) -> list[tuple[str, int, list[Part]]]:
    """The kinds of layers that keep entries: name, tokens in an entry, what is said of them."""

    def said(layers: str, ratio: str | None) -> list[Part]:
        pieces: dict[str, Dimension | None] = {"layers": dims.stated(layers)}
        if ratio is not None:
            pieces["ratio"] = dims.stated(ratio)
        return dims.line("lane_said" if ratio else "lane_each", **pieces)

    found: list[tuple[str, int, list[Part]]] = []
    for form in caching_layers(dims):
        number = dims.number(form.ratio) if form.ratio else 1 if dims.number(form.layers) else None
        if number is not None:
            found.append((dims.words(f"drawing.lane_{form.name}"), number, said(form.layers, form.ratio or None)))
    return found


def caching_layers(dims: Dimensions) -> tuple[CachingLayers, ...]:
    """The layers of an attention by the form of what they keep; none where the kind is not known."""
    kind = kind_of(dims.architecture)
    return kind.caching_layers if kind is not None else ()


def draw_token_axis(sheet: Sheet, dims: Dimensions, top: float) -> float:
    """A stretch of tokens as an axis, and above it the entries that each kind of layer keeps of it."""
    lanes, window = _entry_lanes(dims), dims.number("sliding_window") or 0
    tokens = max([window, *(ratio for _, ratio, _ in lanes)])
    if not lanes or tokens > _MOST_TOKENS:
        return top
    narrow = sheet.width == NARROW
    x = 18.0 if narrow else 142.0
    pitch = ((sheet.width - 36) if narrow else 320.0) / tokens
    sheet.path(f"M18 {coordinate_text(top - 8)}H{coordinate_text(sheet.width - 18)}", "rule")
    if narrow:
        sheet.say(18, top + 12, dims.words("drawing.stretch", tokens=tokens), css="strong")
        y = top + 26
    else:
        sheet.say_all(18, top + 14, [[line] for line in dims.words("drawing.stretch", tokens=tokens).split("\n")], 16)
        y = top + 4
    for name, ratio, said in lanes:
        _draw_lane(sheet, tokens, ratio, x, y, pitch)
        text = [*dims.line("lane_name", name=Strong(name)), *said]
        if narrow:
            sheet.say(x, y + _BAR + 15, *text)
            y += _BAR + 26
        else:
            sheet.say(x + tokens * pitch + 16, y + 11, *text)
            y += _BAR + 11
    sheet.path(
        f"M{coordinate_text(x)} {coordinate_text(y + 5)}h{coordinate_text(tokens * pitch)}", "dashes token", tokens
    )
    below = [
        dims.line("lane_window", sliding_window=dims.stated("sliding_window")),
        dims.line("lane_window_alone", sliding_window_layers=dims.stated("sliding_window_layers"))
        if dims.number("sliding_window_layers")
        else [],
        dims.line("lane_selecting", index_layers=dims.stated("index_layers"), csa_layers=dims.stated("csa_layers")),
    ]
    if narrow:
        return sheet.say_all(x, y + 26, below) - 8
    return sheet.say_all(x + tokens * pitch + 16, y + 10, below) - 8


def _draw_lane(sheet: Sheet, tokens: int, ratio: int, x: float, y: float, pitch: float) -> None:
    if ratio * pitch < _THIN:
        sheet.path(
            f"M{coordinate_text(x)} {coordinate_text(y + _BAR / 2)}h{coordinate_text(tokens * pitch)}",
            "dashes cached",
            tokens // ratio,
        )
        return
    sides = block_bars(tokens, ratio, x, pitch, y, _BAR)
    sheet.path("".join(bar_path(*four) for four in sides), "cached entry")
    sheet.path("".join(hatch_path(*four) for four in sides), "hatch")


def kept_entries(sheet: Sheet, dims: Dimensions, y: float) -> float:
    """What a token costs in each kind of layer against an entry of its own."""
    whole = dims.derived("kept_whole", "head_dim + index_head_dim")
    rows = [
        (form.name, dims.derived(f"kept_{form.name}", form.per_token(dims.numbers)))
        for form in caching_layers(dims)
        if form.ratio or dims.number(form.layers)
    ]
    known = [(name, kept) for name, kept in rows if kept is not None]
    if whole is None or not known:
        return y - 20
    narrow = sheet.width == NARROW
    x, room = (18.0, sheet.width - 36) if narrow else (142.0, 320.0)
    sheet.path(f"M18 {coordinate_text(y - 8)}H{coordinate_text(sheet.width - 18)}", "rule")
    first, second = dims.words("drawing.kept").split("\n")
    if narrow:
        sheet.say(18, y + 8, f"{first}{dims.words('drawing.kept_gap')}{second}", css="strong")
        y += 18
    else:
        sheet.say(18, y + 10, first, css="strong")
        sheet.say(18, y + 26, second, css="strong")
    for name, kept in known:
        share = int(kept.plain) / int(whole.plain)
        sheet.box(x, y, room, _BAR, "against", 2)
        sheet.path(bar_path(x, y, max(2.0, room * share), _BAR), "cached")
        sheet.path(hatch_path(x, y, max(2.0, room * share), _BAR), "hatch")
        text = dims.line(f"kept_in_{name}", kept=kept)
        if narrow:
            sheet.say(x, y + _BAR + 15, *text)
            y += _BAR + 24
        else:
            sheet.say(x + room + 16, y + 11, *text)
            y += _BAR + 9
    return y

"""The whole model from the bottom up: tokens, embedding, every layer a bar, head, and what stands beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..labels import coordinate_text
from .dimensions import Dimensions, Part
from .export import ENGRAM, KINDS, Run, attention_kinds, layer_runs
from .shapes import Sheet, bar_path

WIDTH = 344.0
LEFT, BARS = 92.0, 116.0
AXIS = LEFT + BARS / 2
_TALL = 60.0  # a run that is higher has its count above its words
_COLUMN = 9.0  # the column that tells the kinds of attention


@dataclass(frozen=True)
class Whole:
    """The drawn model; where the opened layer is, and where pictures and text enter."""

    sheet: Sheet
    opened: float
    entry: float


def draw_layer_stack(dims: Dimensions, markers: dict[str, int], room: float) -> Whole:
    """Draw the stack; `markers` are the numbers of the parts that are drawn elsewhere: images, engram, drafter.

    The layers take about `room` of height.
    """
    sheet = Sheet(WIDTH)
    words, groups = dims.words, layer_runs(dims)
    total = sum(group.layers for group in groups)
    pitch = float(max(5, min(10, int(room // max(total, 1)))))
    _draw_stack_end(sheet, dims, 4, "next_token", "head")
    _head_size(sheet, dims, 88)
    top = 104.0
    _beside_head(sheet, dims, markers, top)
    y = top
    for group in reversed(groups):
        height = group.layers * pitch
        sheet.path(
            "".join(
                bar_path(LEFT, y + index * pitch, BARS, pitch - _layer_gap(pitch)) for index in range(group.layers)
            ),
            f"layer {group.kind}",
        )
        if group.kind == "hashed":
            notches = [LEFT + step * BARS / 8 for step in range(1, 8)]
            sheet.path(
                "".join(f"M{coordinate_text(x)} {coordinate_text(y)}v{coordinate_text(height)}" for x in notches),
                "notch",
            )
        _draw_run_name(sheet, dims, group, y, height - _layer_gap(pitch))
        y += height
    kinds = attention_kinds(dims)
    _draw_attention_kinds(sheet, kinds, top, pitch, markers.get("engram"))
    opened = top + pitch * (groups[-1].layers // 2)
    sheet.path(
        bar_path(LEFT - 5, opened, BARS + 10 + (_COLUMN + 2 if kinds else 0), pitch - _layer_gap(pitch)), "opened"
    )
    y = y - _layer_gap(pitch) + 22
    sheet.path(f"M{coordinate_text(AXIS)} {coordinate_text(y - 2)}v-14", "wire")
    sheet.path(_arrow_tip(AXIS, y - 20), "tip")
    entry = y - 9
    sheet.box(LEFT, y, BARS, 26, "ends", 3)
    sheet.say(AXIS, y + 17, words("drawing.embedding"), css="strong", anchor="middle")
    size = [part for part in (dims.stated("vocab_size"), " × ", dims.stated("hidden_size")) if part is not None]
    sheet.say(AXIS, y + 43, *size, anchor="middle")
    sheet.path(_arrow_tip(AXIS, y + 50), "tip")
    sheet.say(AXIS, y + 72, words("drawing.tokens"), anchor="middle")
    y += 80
    y = _draw_kind_legend(sheet, dims, kinds, y + 14)
    sheet.height = y
    return Whole(sheet, opened + (pitch - _layer_gap(pitch)) / 2, entry)


def _layer_gap(pitch: float) -> float:
    return 1.6 if pitch < 6 else 2.0


def _arrow_tip(x: float, y: float) -> str:
    return f"M{coordinate_text(x - 4)} {coordinate_text(y + 6)}l4-7 4 7z"


def _draw_stack_end(sheet: Sheet, dims: Dimensions, y: float, above: str, name: str) -> None:
    sheet.say(AXIS, y + 11, dims.words(f"drawing.{above}"), anchor="middle")
    sheet.path(f"M{coordinate_text(AXIS)} {coordinate_text(y + 30)}v-8", "wire")
    sheet.path(_arrow_tip(AXIS, y + 17), "tip")
    sheet.box(LEFT, y + 30, BARS, 26, "ends", 3)
    sheet.say(AXIS, y + 47, dims.words(f"drawing.{name}"), css="strong", anchor="middle")


def _head_size(sheet: Sheet, dims: Dimensions, y: float) -> None:
    tied = dims.architecture.tie_word_embeddings
    size: list[Part | None] = [dims.stated("hidden_size"), " × ", dims.stated("vocab_size")]
    if tied.value is True:
        size = [dims.worded("tie_word_embeddings", dims.words("drawing.tied"))]
    elif tied.value is None:
        size = [dims.stated("tie_word_embeddings")]
    sheet.say(AXIS, y - 10, *[part for part in size if part is not None], anchor="middle")


def _beside_head(sheet: Sheet, dims: Dimensions, markers: dict[str, int], top: float) -> None:
    """MTP modules or a drafter, which read the last layer too."""
    if not dims.number("num_nextn_predict_layers"):
        return
    drafter = "drafter" in markers
    x, width = LEFT + BARS + 16, 84.0 if drafter else 78.0
    sheet.path(
        f"M{coordinate_text(AXIS)} {coordinate_text(top - 3)}H{coordinate_text(x + width / 2)}V{coordinate_text(78)}",
        "branch",
    )
    sheet.box(x, 34, width, 44, "mtp", 4)
    count = dims.stated("num_nextn_predict_layers", "drawing.drafter_blocks" if drafter else None)
    for index, parts in enumerate(dims.lines("drafter_box" if drafter else "mtp_box", count=count)):
        sheet.say(x + width / 2, 52 + index * 17, *parts, anchor="middle")
    if drafter:
        _draw_marker(sheet, x + width, 34, markers["drafter"])


def _draw_run_name(sheet: Sheet, dims: Dimensions, group: Run, top: float, height: float) -> None:
    x = LEFT - 10
    sheet.path(f"M{coordinate_text(x + 4)} {coordinate_text(top)}h-5v{coordinate_text(height)}h5", "bracket")
    if group.count is None:
        return
    lines = dims.words(f"drawing.{group.said}").split("\n")
    middle = top + height / 2
    if height >= _TALL:
        sheet.say(x - 8, middle - 4, group.count, css="count", anchor="end")
        for index, line in enumerate(lines):
            sheet.say(x - 8, middle + 14 + index * 16, line, anchor="end")
    else:
        sheet.say(x - 8, middle + 5, " ".join(lines) + " ", group.count, css="run", anchor="end")


def _draw_attention_kinds(sheet: Sheet, kinds: Sequence[str], top: float, pitch: float, marker: int | None) -> None:
    """A column beside the layers that tells the kind of attention of each."""
    order = list(kinds)
    x, height = LEFT + BARS + 3, pitch - _layer_gap(pitch)
    for kind in KINDS:
        places = [index for index, name in enumerate(reversed(order)) if name.removesuffix(ENGRAM) == kind]
        sheet.path("".join(bar_path(x, top + index * pitch, _COLUMN, height) for index in places), f"kind {kind}")
    engrams = [index for index, name in enumerate(reversed(order)) if name.endswith(ENGRAM)]
    for index in engrams:
        y = top + (index + 1) * pitch
        sheet.path(f"M{coordinate_text(LEFT - 1)} {coordinate_text(y)}l-7-4v8z", "engram")
    if engrams and marker is not None:
        _draw_marker(sheet, LEFT - 18, top + (engrams[-1] + 1) * pitch, marker)


def _draw_kind_legend(sheet: Sheet, dims: Dimensions, kinds: Sequence[str], y: float) -> float:
    """What the column's marks mean, each with the number of its layers."""
    order = [name.removesuffix(ENGRAM) for name in kinds]
    for kind in KINDS:
        count = order.count(kind)
        if count:
            sheet.path(bar_path(LEFT - 40, y - 8, 9, 9), f"kind {kind}")
            sheet.say(LEFT - 24, y, *dims.line(f"layers_{kind}", count=str(count)))
            y += 18
    return y


def _draw_marker(sheet: Sheet, x: float, y: float, number: int) -> None:
    sheet.circle(x, y, 9, "marker")
    sheet.say(x, y + 4.3, str(number), css="marked", anchor="middle")

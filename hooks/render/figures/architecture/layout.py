"""Two arrangements of the same parts: one wide sheet, and narrow sheets below each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.attention import kind_of
from catalogue.derive.expression import parse_layout
from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.records import Entry
from catalogue.schema.architecture import ImageWay

from ..canvas import bar_path, bars_path, path_data, text_width
from .attention import attention_panel
from .feed_forward import LayerRun, feed_forward, layer_runs
from .images import auxiliary_panel, image_paths, parts_beside
from .shapes import NARROW, WIDE, Dimensions, LinePart, Sheet

WIDTH = 344.0
LEFT, BARS = 92.0, 116.0
AXIS = LEFT + BARS / 2
ENGRAM = "+engram"
_TALL = 60.0  # a run that is higher has its count above its words
_COLUMN = 9.0  # the column that tells the kinds of attention


@dataclass(frozen=True)
class StackDrawing:
    sheet: Sheet
    opened: float
    entry: float


def draw_layer_stack(dims: Dimensions, markers: dict[str, int], room: float) -> StackDrawing:
    """`markers` number the parts drawn elsewhere: images, engram, drafter; `room` is the height of the layers."""
    sheet = Sheet(WIDTH)
    words, groups = dims.words, layer_runs(dims)
    total = sum(group.layers for group in groups)
    pitch = float(max(5, min(10, int(room // max(total, 1)))))
    _draw_head(sheet, dims)
    top = 104.0
    _beside_head(sheet, dims, markers, top)
    y = top
    for group in reversed(groups):
        height = group.layers * pitch
        sheet.path(
            bars_path((LEFT, y + index * pitch, BARS, pitch - _layer_gap(pitch)) for index in range(group.layers)),
            f"layer {group.kind}",
        )
        if group.kind == "hashed":
            notches = [LEFT + step * BARS / 8 for step in range(1, 8)]
            sheet.path("".join(path_data("M", x, y, "v", height) for x in notches), "notch")
        _draw_run_name(sheet, dims, group, y, height - _layer_gap(pitch))
        y += height
    order = dims.architecture.attention_layout
    kinds = parse_layout(order.value) if order is not None and order.value is not None else ()
    _draw_attention_kinds(sheet, dims, kinds, top, pitch, markers.get("engram"))
    opened = top + pitch * (groups[-1].layers // 2)
    sheet.path(
        bar_path(LEFT - 5, opened, BARS + 10 + (_COLUMN + 2 if kinds else 0), pitch - _layer_gap(pitch)), "opened"
    )
    y = y - _layer_gap(pitch) + 22
    sheet.path(path_data("M", AXIS, y - 2, "v-14"), "wire")
    sheet.path(_arrow_tip(AXIS, y - 20), "tip")
    entry = y - 9
    sheet.box(LEFT, y, BARS, 26, "ends", 3)
    sheet.text(AXIS, y + 17, words("drawing.embedding"), css="strong", anchor="middle")
    size = [part for part in (dims.stated("vocab_size"), " × ", dims.stated("hidden_size")) if part is not None]
    sheet.text(AXIS, y + 43, *size, anchor="middle")
    sheet.path(_arrow_tip(AXIS, y + 50), "tip")
    sheet.text(AXIS, y + 72, words("drawing.tokens"), anchor="middle")
    sheet.height = _draw_kind_legend(sheet, dims, kinds, y + 94)
    return StackDrawing(sheet, opened + (pitch - _layer_gap(pitch)) / 2, entry)


def _layer_gap(pitch: float) -> float:
    return 1.6 if pitch < 6 else 2.0


def _arrow_tip(x: float, y: float) -> str:
    return path_data("M", x - 4, y + 6, "l4-7 4 7z")


def _draw_head(sheet: Sheet, dims: Dimensions) -> None:
    sheet.text(AXIS, 15, dims.words("drawing.next_token"), anchor="middle")
    sheet.path(path_data("M", AXIS, 34, "v-8"), "wire")
    sheet.path(_arrow_tip(AXIS, 21), "tip")
    sheet.box(LEFT, 34, BARS, 26, "ends", 3)
    sheet.text(AXIS, 51, dims.words("drawing.head"), css="strong", anchor="middle")
    tied = dims.architecture.tie_word_embeddings
    size: list[LinePart | None] = [dims.stated("hidden_size"), " × ", dims.stated("vocab_size")]
    if tied.value is True:
        size = [dims.stated_in_words("tie_word_embeddings", dims.words("drawing.tied"))]
    elif tied.value is None:
        size = [dims.stated("tie_word_embeddings")]
    sheet.text(AXIS, 78, *[part for part in size if part is not None], anchor="middle")


def _beside_head(sheet: Sheet, dims: Dimensions, markers: dict[str, int], top: float) -> None:
    if not dims.number("num_nextn_predict_layers"):
        return
    drafter = "drafter" in markers
    x, width = LEFT + BARS + 16, 84.0 if drafter else 78.0
    sheet.path(path_data("M", AXIS, top - 3, "H", x + width / 2, "V", 78), "branch")
    sheet.box(x, 34, width, 44, "mtp", 4)
    count = dims.stated("num_nextn_predict_layers", "drawing.drafter_blocks" if drafter else None)
    for index, parts in enumerate(dims.worded_lines("drafter_box" if drafter else "mtp_box", count=count)):
        sheet.text(x + width / 2, 52 + index * 17, *parts, anchor="middle")
    if drafter:
        sheet.marker(x + width, 34, markers["drafter"])


def _draw_run_name(sheet: Sheet, dims: Dimensions, group: LayerRun, top: float, height: float) -> None:
    x = LEFT - 10
    sheet.path(path_data("M", x + 4, top, "h-5v", height, "h5"), "bracket")
    if group.count is None:
        return
    lines = dims.words(f"drawing.{group.said}").split("\n")
    middle = top + height / 2
    if height >= _TALL:
        sheet.text(x - 8, middle - 4, group.count, css="count", anchor="end")
        for index, line in enumerate(lines):
            sheet.text(x - 8, middle + 14 + index * 16, line, anchor="end")
    else:
        sheet.text(x - 8, middle + 5, " ".join(lines) + " ", group.count, css="run", anchor="end")


def _kind_classes(dims: Dimensions) -> list[tuple[str, str]]:
    """Names of layers with their classes: the first keeps most of a token and is darkest, the window alone is grey."""
    kind = kind_of(dims.architecture)
    names = kind.layer_names if kind is not None else ()
    return [(name, f"kind {name} of-{'window' if name == 'window' else at}") for at, name in enumerate(names)]


def _draw_attention_kinds(
    sheet: Sheet, dims: Dimensions, kinds: Sequence[str], top: float, pitch: float, marker: int | None
) -> None:
    order = kinds[::-1]
    x, height = LEFT + BARS + 3, pitch - _layer_gap(pitch)
    for kind, css in _kind_classes(dims):
        places = [index for index, name in enumerate(order) if name.removesuffix(ENGRAM) == kind]
        sheet.path(bars_path((x, top + index * pitch, _COLUMN, height) for index in places), css)
    engrams = [index for index, name in enumerate(order) if name.endswith(ENGRAM)]
    for index in engrams:
        y = top + (index + 1) * pitch
        sheet.path(path_data("M", LEFT - 1, y, "l-7-4v8z"), "engram")
    if engrams and marker is not None:
        sheet.marker(LEFT - 18, top + (engrams[-1] + 1) * pitch, marker)


def _draw_kind_legend(sheet: Sheet, dims: Dimensions, kinds: Sequence[str], y: float) -> float:
    order = [name.removesuffix(ENGRAM) for name in kinds]
    for kind, css in _kind_classes(dims):
        count = order.count(kind)
        if count:
            sheet.path(bar_path(LEFT - 40, y - 8, 9, 9), css)
            sheet.text(LEFT - 24, y, *dims.worded_line(f"layers_{kind}", count=str(count)))
            y += 18
    return y


WIDE_SHEET, NARROW_SHEET = 1240.0, 360.0
_FRAME, _FRAME_RIGHT, _PANELS, _STREAM = 356.0, 1212.0, 430.0, 394.0
_MARGIN = 28.0
# Heights: what is no layer; layers at least; on a narrow sheet.
_ENDS, _LEAST_STACK, _NARROW_STACK = 140.0, 240.0, 430.0
_FOUR_NORMS = 4  # norms of a layer that has one before and one after each network


@dataclass(frozen=True)
class SheetHead:
    """What stands over and under a drawing.

    Attributes:
        facts: Date and published sizes.
        cache: How the cache of the whole model is computed.
        credit: Sources, licence and address.
    """

    title: str
    facts: Sequence[LinePart]
    cache: Sequence[LinePart]
    credit: str


def _recomputed_sizes(entry: Entry) -> tuple[int | None, int | None]:
    recount = entry.recount
    if recount is None or recount.total is None:
        return None, None
    return recount.total, recount.activated.get(ACTIVATED_CONVENTION)


def _drawing_parts(dims: Dimensions, entry: Entry, width: float) -> tuple[StackDrawing, Sheet, Sheet, dict[str, int]]:
    markers = {name: 3 + index for index, name in enumerate(parts_beside(dims, entry))}
    ffn, attn = feed_forward(dims, width, *_recomputed_sizes(entry)), attention_panel(dims, width)
    room = ffn.height + attn.height - _ENDS if width == WIDE else _NARROW_STACK
    return draw_layer_stack(dims, markers, max(room, _LEAST_STACK)), ffn, attn, markers


def wide_layout(dims: Dimensions, entry: Entry, head: SheetHead) -> Sheet:
    whole, ffn, attn, markers = _drawing_parts(dims, entry, WIDE)
    sheet = Sheet(WIDE_SHEET)
    sheet.text(_MARGIN, 44, head.title, css="title")
    sheet.text(_FRAME_RIGHT, 44, *head.facts, css="facts", anchor="end")
    sheet.path(path_data("M", _MARGIN, 62, "H", _FRAME_RIGHT), "rule")
    ffn_top = 150.0
    attention_top = ffn_top + ffn.height + 38
    bottom = max(attention_top + attn.height + 24, 106 + whole.sheet.height)
    _draw_wedge(sheet, 106 + whole.opened, bottom, dims)
    sheet.box(_FRAME, 102, _FRAME_RIGHT - _FRAME, bottom - 102, "frame", 8)
    sheet.text(_MARGIN, 92, *dims.worded_line("part_whole"))
    sheet.place_sheet(_MARGIN, 106, whole.sheet)
    _image_markers(sheet, entry, markers, _MARGIN, 106, whole)
    sheet.text(_FRAME + 20, 126, *_opened_layer(dims), " \u2002 ", *_said_of_layer(dims), dims.words("drawing.norm_is"))
    _draw_residual_stream(sheet, dims, _STREAM, 140, bottom - 8)
    for top, panel in ((ffn_top, ffn), (attention_top, attn)):
        _draw_residual_joins(sheet, dims, _STREAM, _PANELS, top, panel.height)
        sheet.place_sheet(_PANELS, top, panel)
    down = _draw_auxiliary_strip(sheet, dims, entry, markers, bottom + 24)
    sheet.path(path_data("M", _MARGIN, down, "H", _FRAME_RIGHT), "rule")
    sheet.text(_MARGIN, down + 24, *head.cache)
    room = _FRAME_RIGHT - _MARGIN - 430
    if text_width(head.credit, 12.5) > room:
        down += 20
    sheet.text(_FRAME_RIGHT, down + 24, head.credit, css="credit", anchor="end")
    sheet.height = round(down + 40)
    return sheet


def narrow_layout(dims: Dimensions, entry: Entry) -> list[tuple[str, Sheet]]:
    """Named sheets: whole, ffn, attention, then the parts beside."""
    whole, ffn, attn, markers = _drawing_parts(dims, entry, NARROW)
    first = Sheet(NARROW_SHEET)
    first.text(8, 16, *dims.worded_line("part_whole"))
    first.place_sheet(8, 26, whole.sheet)
    _image_markers(first, entry, markers, 8, 26, whole)
    first.height = 30 + whole.sheet.height
    found = [("whole", first)]
    for name, panel in (("ffn", ffn), ("attention", attn)):
        sheet = Sheet(NARROW_SHEET)
        top = 8.0
        if name == "ffn":
            sheet.text(8, 16, *_opened_layer(dims))
            said = _said_of_layer(dims)
            sheet.text(8, 34, *said)
            top = 48.0 if said else 30.0
        sheet.height = top + panel.height + 8
        _draw_residual_stream(sheet, dims, 9, top - 2 if name == "ffn" else -2, sheet.height, tip=name == "ffn")
        _draw_residual_joins(sheet, dims, 9, 23, top, panel.height)
        sheet.place_sheet(23, top, panel)
        found.append((name, sheet))
    for name, number in markers.items():
        part = auxiliary_panel(dims, entry, name, NARROW_SHEET - 16)
        sheet = Sheet(NARROW_SHEET)
        _part_title(sheet, dims, entry, name, number, 8, 16)
        sheet.place_sheet(8, 32, part)
        sheet.height = 40 + part.height
        found.append((f"beside {name}", sheet))
    return found


def _opened_layer(dims: Dimensions) -> list[LinePart]:
    run = layer_runs(dims)[-1]
    return (
        dims.worded_line(f"part_{run.said}", count=run.count)
        if run.layers > 1 and run.count is not None
        else dims.worded_line("part_one")
    )


def _said_of_layer(dims: Dimensions) -> list[LinePart]:
    """The residual streams where there are several; else what the bars mean."""
    several = dims.worded_line("streams", "hc_mult", "hc_sinkhorn_iters")
    return several or dims.worded_line("one_scale")


def _draw_wedge(sheet: Sheet, opened: float, bottom: float, dims: Dimensions) -> None:
    edge = _MARGIN + LEFT + BARS + 5 + (11 if dims.architecture.attention_layout is not None else 0)
    sheet.path(path_data("M", edge, opened, "L", _FRAME, 106, "V", bottom - 4, "z"), "wedge")


def _draw_residual_stream(
    sheet: Sheet, dims: Dimensions, x: float, top: float, bottom: float, tip: bool = True
) -> None:
    count = dims.number("hc_mult") or 1
    places = [x + (index - (count - 1) / 2) * 4 for index in range(count)]
    sheet.path(
        "".join(path_data("M", place, bottom, "V", top) for place in places),
        "stream" if count == 1 else "stream several",
    )
    if tip:
        sheet.path(path_data("M", x - 5, top + 4, "l5-9 5 9z"), "ink")


def _draw_residual_joins(sheet: Sheet, dims: Dimensions, stream: float, edge: float, top: float, height: float) -> None:
    out, into = top + 24, top + height - 26
    small = edge - stream < 20
    radius = 7.0 if small else 9.0
    sheet.path(path_data("M", stream, out, "H", edge, "M", stream, into, "H", edge), "wire")
    sheet.circle(stream, out, radius, "join")
    arm = radius - 4
    sheet.path(path_data("M", stream - arm, out, "h", 2 * arm, "M", stream, out - arm, "v", 2 * arm), "plus")
    if not small:
        norms = [into] + [out] * (dims.number("norms_per_layer") == _FOUR_NORMS)
        for y in norms:
            sheet.circle((stream + edge) / 2 + 2, y, 9, "norm")
            sheet.text((stream + edge) / 2 + 2, y + 4.2, "n", anchor="middle")


def _image_markers(
    sheet: Sheet, entry: Entry, markers: dict[str, int], x: float, y: float, whole: StackDrawing
) -> None:
    if "images" not in markers:
        return
    ends = {ImageWay.IN: (y + whole.entry, x + AXIS), ImageWay.OUT: (y + 47, x + LEFT)}
    ways = [(height, end) for way, (height, end) in ends.items() if way in image_paths(entry)]
    for height, end in ways:
        sheet.path(path_data("M", x + LEFT - 22, height, "H", end), "branch")
    for height, _ in ways:
        sheet.marker(x + LEFT - 30, height, markers["images"])


def _part_title(sheet: Sheet, dims: Dimensions, entry: Entry, name: str, number: int, x: float, y: float) -> None:
    sheet.marker(x + 9, y - 4, number)
    key = f"part_{name}"
    if name == "images" and ImageWay.OUT in image_paths(entry):
        key = "part_images_both"
    sheet.text(x + 26, y, dims.words(f"drawing.{key}"), css="strong")


def _draw_auxiliary_strip(sheet: Sheet, dims: Dimensions, entry: Entry, markers: dict[str, int], y: float) -> float:
    others = [name for name in markers if name != "images"]
    if "images" in markers:
        part = auxiliary_panel(dims, entry, "images", _FRAME_RIGHT - _MARGIN)
        _part_title(sheet, dims, entry, "images", markers["images"], _MARGIN, y + 4)
        sheet.place_sheet(_MARGIN, y + 22, part)
        y += 46 + part.height
    bottom = y
    room = (_FRAME_RIGHT - _MARGIN - 32) / 2
    for index, name in enumerate(others):
        part = auxiliary_panel(dims, entry, name, room)
        x = _MARGIN + index * (room + 32)
        _part_title(sheet, dims, entry, name, markers[name], x, y + 4)
        sheet.place_sheet(x, y + 20, part)
        bottom = max(bottom, y + 44 + part.height)
    return bottom

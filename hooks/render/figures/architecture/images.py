"""The way of an image, and the parts beside the stack: MTP, Engram and encoders."""

from collections.abc import Sequence
from dataclasses import replace

from catalogue.records import Entry
from catalogue.schema.architecture import ImageLane, ImagePath, ImageStep, ImageWay
from catalogue.schema.values import Text

from ...cite import Citations
from ..canvas import path_data, text_width
from .shapes import TEXT, Dimension, Dimensions, LinePart, Sheet, line_width

_STEP, _GAP, _DOWN = 44.0, 26.0, 14.0
_PICTURE = 38.0
_ONE_LINE = 700.0  # on a narrower sheet, what is behind several lanes stands below them
_LONG = 130.0  # a text that is wider takes two lines


def image_paths_panel(citations: Citations, paths: Sequence[ImagePath], width: float) -> Sheet:
    sheet = Sheet(width)
    for path in paths:
        _ImagePathDrawing(sheet, citations, path, sheet.height).draw()
        sheet.height += 18
    sheet.height -= 10
    return sheet


class _ImagePathDrawing:
    """One path while it is drawn; the next part stands at `x` and `y`."""

    def __init__(self, sheet: Sheet, citations: Citations, path: ImagePath, y: float) -> None:
        self.sheet, self.citations, self.path = sheet, citations, path
        self.bottom = y
        self.source = citations.source_number(path.source) if path.source is not None else None
        self.x, self.y = 0.0, y
        self.left = 0.0 if path.way is ImageWay.OUT else _PICTURE

    def draw(self) -> None:
        if self.path.use is not None:
            self.sheet.text(0, self.y + 12, self._text(self.path.use), css="strong")
            self.y += 22
        ends = [self._lane(lane, last=lane is self.path.lanes[-1]) for lane in self.path.lanes]
        self._join(ends)
        for step in self.path.then:
            self._step(step)
        gives = self._text(self.path.gives)
        lines = _two_lines(gives)
        self._arrow(
            max(text_width(line, TEXT, True) for line in lines) + (0 if self.path.way is ImageWay.IN else _PICTURE)
        )
        self._say(self.x, lines, gives, "given")
        if self.path.way is not ImageWay.IN:
            self._picture(self.x + max(text_width(line, TEXT, True) for line in lines) + 8)
        self.sheet.height = max(self.bottom, self.y + _STEP)

    def _lane(self, lane: ImageLane, last: bool) -> tuple[float, float]:
        self.x = 0.0
        image = self._text(lane.image)
        lines = _two_lines(image)
        if self.left:
            self._picture(0.5)
        self._say(self.left, lines, image)
        self.x = self.left + max(text_width(line, TEXT) for line in lines) + 2
        for step in lane.steps:
            self._step(step)
        end = (self.x, self.y + _STEP / 2)
        self.bottom = self.y + _STEP
        if not last:
            self.y += _STEP + _DOWN
        return end

    def _join(self, ends: Sequence[tuple[float, float]]) -> None:
        if len(ends) < 2:
            return
        right = max(x for x, _ in ends) + 10
        middle = (ends[0][1] + ends[-1][1]) / 2
        if self.sheet.width < _ONE_LINE:
            edge, below = self.sheet.width - 1, self.bottom + _DOWN / 2
            wires = "".join(path_data("M", x, y, "H", edge) for x, y in ends)
            down = path_data("M", edge, ends[0][1], "V", below, "H2V", self.bottom + _DOWN + _STEP / 2)
            self.sheet.path(wires + down, "wire")
            self.x, self.y = 0.0, self.bottom + _DOWN
            return
        self.sheet.path("".join(path_data("M", x, y, "H", right) for x, y in ends), "wire")
        self.sheet.path(path_data("M", right, ends[0][1], "V", ends[-1][1]), "wire")
        self.x, self.y = right, middle - _STEP / 2

    def _step(self, step: ImageStep) -> None:
        name, detail = self._text(step.name), self._text(step.detail)
        room = max(text_width(name, TEXT, True), text_width(detail, TEXT)) + 20
        self._arrow(room)
        self.sheet.box(self.x, self.y, room, _STEP, "step", 5)
        middle = self.y + _STEP / 2
        if detail:
            self.sheet.text(self.x + room / 2, middle - 3, name, css="strong", anchor="middle")
            self.sheet.text(self.x + room / 2, middle + 14, self._linked(detail), css="plain", anchor="middle")
        else:
            self.sheet.text(self.x + room / 2, middle + 4.5, self._linked(name), anchor="middle")
        self.x += room

    def _arrow(self, room: float) -> None:
        if self.x + _GAP + room > self.sheet.width:
            self.x, self.y = 0.0, self.y + _STEP + _DOWN
        self.sheet.path(path_data("M", self.x + 2, self.y + _STEP / 2, "h", _GAP - 12), "wire")
        self.sheet.path(path_data("M", self.x + _GAP - 11, self.y + _STEP / 2 - 4, "l8 4-8 4z"), "tip")
        self.x += _GAP

    def _say(self, x: float, lines: Sequence[str], whole: str, css: str = "plain") -> None:
        middle = self.y + _STEP / 2
        for index, line in enumerate(lines):
            linked = replace(self._linked(line), said=whole)
            self.sheet.text(x, middle + (4.5 if len(lines) == 1 else -3 + index * 16), linked, css=css)

    def _picture(self, x: float) -> None:
        y = self.y + _STEP / 2 - 13
        self.sheet.box(x, y, 30, 26, "picture", 3)
        self.sheet.path(path_data("M", x + 3, y + 22, "l8-11 6 7 4-4 6 8z"), "hill")
        self.sheet.circle(x + 21, y + 8, 2.6, "sun")

    def _text(self, text: Text | None) -> str:
        return str(self.citations.rich_text(text).striptags()) if text is not None else ""

    def _linked(self, said: str) -> Dimension:
        return Dimension("", self.citations.context.words("drawing.vision"), said, said, self.source)


def _two_lines(text: str) -> list[str]:
    if text_width(text, TEXT) < _LONG:
        return [text]
    commas = [i + 1 for i, one in enumerate(text) if one == "，" or text[i - 1 : i + 1] == ", "]
    breaks = commas or [i + 1 for i, one in enumerate(text) if one == " "]
    if not breaks:
        return [text]
    place = min(breaks, key=lambda i: abs(i - len(text) // 2))
    return [text[:place].strip(), text[place:].strip()]


_ENGRAM = ("engram_layers", "engram_max_ngram_size", "engram_n_heads", "engram_head_dim", "engram_num_embeddings")
_DRAFTER = ("dspark_n_routed_experts", "dspark_num_experts_per_tok", "dspark_markov_rank", "dspark_target_layers")
_VISION = ("num_hidden_layers", "hidden_size", "intermediate_size", "patch_size", "downsample_ratio")


def parts_beside(dims: Dimensions, entry: Entry) -> list[str]:
    found = ["images"] if entry.images else []
    if dims.number("engram_layers"):
        found.append("engram")
    if dims.number("dspark_n_routed_experts") is not None:
        found.append("drafter")
    return found


def auxiliary_panel(dims: Dimensions, entry: Entry, name: str, width: float) -> Sheet:
    if name == "images":
        sheet = image_paths_panel(dims.citations, entry.images, width)
        if dims.vision is not None:
            said = dims.worded_lines("vision_said", **{field: dims.of_vision(field) for field in _VISION})
            sheet.height = _write_wrapped_lines(sheet, sheet.height + 16, said) - 12
        return sheet
    sheet = Sheet(width)
    fields = _ENGRAM if name == "engram" else _DRAFTER
    said = dims.worded_lines(f"{name}_said", *fields)
    sheet.height = _write_wrapped_lines(sheet, 12, said) - 6
    return sheet


def _write_wrapped_lines(sheet: Sheet, y: float, lines: Sequence[Sequence[LinePart]]) -> float:
    """Lines broken at spaces where they exceed the sheet; returns where the next would stand."""
    rows: list[list[LinePart]] = []
    for line in lines:
        rows.append([])
        for part in line:
            for word in _breakable_parts(part):
                row = [*rows[-1], word]
                if rows[-1] and line_width(row) > sheet.width:
                    rows.append([])
                rows[-1].append(word.lstrip() if isinstance(word, str) and not rows[-1] else word)
    return sheet.text_lines(0, y, rows, 18)


def _breakable_parts(part: LinePart) -> list[LinePart]:
    if not isinstance(part, str):
        return [part]
    broken = part.replace(" ", "\n ").replace("，", "，\n").replace("；", "；\n")
    return [piece for piece in broken.split("\n") if piece]


def image_paths(entry: Entry) -> set[ImageWay]:
    return {path.way for path in entry.images}

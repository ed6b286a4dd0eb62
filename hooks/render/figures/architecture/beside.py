"""What stands beside the network: images on their way in and out, Engram's tables, the drafter. Each is a part of its own."""

from __future__ import annotations

from collections.abc import Sequence

from catalogue.records import Entry
from catalogue.schema.images import ImageWay

from .dimensions import Dimensions, Part
from .images import image_paths_panel
from .shapes import Sheet, line_width

_ENGRAM = ("engram_layers", "engram_max_ngram_size", "engram_n_heads", "engram_head_dim", "engram_num_embeddings")
_DRAFTER = ("dspark_n_routed_experts", "dspark_num_experts_per_tok", "dspark_markov_rank", "dspark_target_layers")
_SIGN = 13.0  # of a value that differs from that of the model beside it
_VISION = ("num_hidden_layers", "hidden_size", "intermediate_size", "patch_size", "downsample_ratio")


def parts_beside(dims: Dimensions, entry: Entry) -> list[str]:
    """Names of the parts that are drawn on their own, in the order of their numbers."""
    found = ["images"] if entry.images else []
    if dims.number("engram_layers"):
        found.append("engram")
    if dims.number("dspark_n_routed_experts") is not None:
        found.append("drafter")
    return found


def auxiliary_panel(dims: Dimensions, entry: Entry, name: str, width: float) -> Sheet:
    """One of the parts."""
    if name == "images":
        sheet = image_paths_panel(dims.citations, entry.images, width)
        if dims.vision is not None:
            said = dims.lines("vision_said", **{field: dims.of_vision(field) for field in _VISION})
            sheet.height = _write_wrapped_lines(sheet, sheet.height + 16, said) - 12
        return sheet
    sheet = Sheet(width)
    fields = _ENGRAM if name == "engram" else _DRAFTER
    sheet.height = (
        _write_wrapped_lines(sheet, 12, dims.lines(f"{name}_said", **{field: dims.stated(field) for field in fields}))
        - 6
    )
    return sheet


def _write_wrapped_lines(sheet: Sheet, y: float, lines: Sequence[Sequence[Part]]) -> float:
    """Lines, broken at spaces where they are longer than the sheet is wide; gives where the next would stand."""
    rows: list[list[Part]] = []
    for line in lines:
        rows.append([])
        for part in line:
            for word in _breakable_parts(part):
                row = [*rows[-1], word]
                signs = _SIGN * sum(not isinstance(part, str) for part in row)
                if rows[-1] and line_width(row) + signs > sheet.width:
                    rows.append([])
                rows[-1].append(word.lstrip() if isinstance(word, str) and not rows[-1] else word)
    return sheet.say_all(0, y, rows, 18)


def _breakable_parts(part: Part) -> list[Part]:
    """A text in the pieces between which it may be broken; anything else whole."""
    if not isinstance(part, str):
        return [part]
    broken = part.replace(" ", "\n ").replace("，", "，\n").replace("；", "；\n")
    return [piece for piece in broken.split("\n") if piece]


def image_paths(entry: Entry) -> set[ImageWay]:
    """The ways that the images of an entry go."""
    return {path.way for path in entry.images}

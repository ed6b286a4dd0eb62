"""A drawing for each technique: its picture and, for some, frames that show how it works, with formulas.

A drawing is a short function over the blocks of `canvas.py`; its words stand in words/drawings.yaml, its numbers come
from the catalogue. Imports no page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from catalogue.schema.technique import Technique, TechniqueKind

from ..context import Context
from ..figures.canvas import Panel
from . import attention, experts, machines, training
from .canvas import DRAWINGS, KEY, Canvas, Drawing, Frame

__all__ = ["DRAWINGS", "Frame", "attention", "experts", "frames_of", "glyph_of", "machines", "training"]


def frames_of(context: Context, technique_id: str) -> list[Frame]:
    if technique_id not in DRAWINGS:
        return []

    def draw() -> list[Frame]:
        drawing = Drawing(context, technique_id)
        DRAWINGS[technique_id](drawing, drawing.new_frame())
        return drawing.finished_frames()

    return context.made_once(f"drawing-{technique_id}", draw)


_GLYPH = (360, 202)


def glyph_of(context: Context, technique: Technique) -> Markup:
    """The picture of a technique small and without words, or the picture of its shelf."""
    frames = frames_of(context, technique.id)
    panel = frames[0].panel if frames else _shelf_glyph(technique.kind)
    shapes = [shape for shape in panel.shapes if shape["is"] != "text" and not shape["kind"].endswith(KEY)]
    top = min(0, round((panel.height - _GLYPH[1]) / 2))
    return Markup(context.html("technique_glyph.html.jinja", shapes=shapes, box=f"0 {top} {_GLYPH[0]} {_GLYPH[1]}"))


def _shelf_glyph(kind: TechniqueKind) -> Panel:
    canvas = Canvas(Panel("", 0, ""), str)
    _SHELVES.get(kind, _draw_boxes)(canvas)
    canvas.panel.height = canvas.y
    return canvas.panel


def _draw_machines(f: Canvas) -> None:
    top = f.cell_row("O O O", width=60)
    f.skip(50)
    for place in f.cell_row("GGGGGGGG", height=56, gap=8):
        for switch in top[::2]:
            f.connect_places(switch, place, "O", thin=True)


def _draw_chip(f: Canvas) -> None:
    f.cell_grid(["gggggggg", "gAAAAggg", "gAAAAggg", "gAAAAggg", "gggggggg"], gap=4)


def _draw_boxes(f: Canvas) -> None:
    for row in ("Ga", "aO"):
        f.box_flow([("=", kind) for kind in row])
        f.skip(16)


_SHELVES: Mapping[TechniqueKind, Callable[[Canvas], None]] = {
    TechniqueKind.CLUSTER: _draw_machines,
    TechniqueKind.KERNEL: _draw_chip,
}

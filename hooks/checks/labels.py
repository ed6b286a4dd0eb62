"""Labels that are wider than the drawing they stand in, as far as the widths of their letters can be guessed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape
from typing import Any

from catalogue.findings import Finding
from catalogue.lookup import LookupFailure
from render.cite import Citations
from render.context import Context
from render.figures.architecture import sheets_of
from render.figures.architecture.shapes import SIZES, TEXT, Dimension, line_width
from render.figures.canvas import text_width
from render.figures.engine import FIGURES, DrawnPanel, figure_of
from render.technique_figures import DRAWINGS, frames_of

_LABEL = re.compile(r'<text(?: class="([^"]*)")? x="([-\d.]+)" y="[-\d.]+"(?: text-anchor="(\w+)")?>([^<]*)<')
_LETTERS = {"count": 28.0, "huge": 26.0}  # font sizes of panels, as in styles/; 12.6 without
_GUESSED = 0.035  # share of a drawing by which the guess is wrong at most
_BEFORE = {"start": 0.0, "": 0.0, "middle": 0.5, "end": 1.0}  # share of a label that lies before its place
_FILLED_IN = re.compile(r"\\\{\w+\\\}")

Label = tuple[str, float, float, str]  # text, place, width, anchor


def labels_too_wide(context: Context) -> Iterator[Finding]:
    citations, catalogue = Citations(context), context.catalogue
    owners = {entry.architecture_owner for entry in catalogue.entries.values() if entry.architecture is not None}
    for id_ in sorted(owners):
        entry = catalogue.entries[id_]
        for sheet in sheets_of(citations, entry):
            file = f"data/models/{entry.model.id}.yaml"
            yield from _labels_beyond(
                context, file, f"the architecture of {id_}", sheet.width, _of_shapes(sheet.shapes)
            )
    for name, declared in FIGURES.items():
        for panel in _drawn_panels(lambda name: figure_of(context, name).draw()[0], name):
            yield from _labels_beyond(context, _script_file(declared.file), f"`{name}`", panel.width, _of_panel(panel))
    for name in DRAWINGS:
        for panel in _drawn_panels(lambda name: [frame.panel for frame in frames_of(context, name)], name):
            yield from _labels_beyond(
                context, _script_file("drawings/canvas"), f"`{name}`", panel.width, _of_panel(panel)
            )


def _drawn_panels(draw: Callable[[str], list[DrawnPanel]], name: str) -> list[DrawnPanel]:
    """None of a figure that asks for what the catalogue does not have, which a build says."""
    try:
        return draw(name)
    except (LookupError, LookupFailure, ValueError):
        return []


def _script_file(name: str) -> str:
    return f"hooks/render/scripts/{name}.js"


def _of_shapes(shapes: Iterable[Mapping[str, Any]], left: float = 0) -> Iterator[Label]:
    for shape in shapes:
        if shape["kind"] == "group":
            yield from _of_shapes(shape["shapes"], left + shape["x"])
        elif shape["kind"] == "line":
            parts = shape["parts"]
            text = "".join(
                one if isinstance(one, str) else one.shown if isinstance(one, Dimension) else one.text for one in parts
            )
            yield text, left + shape["x"], line_width(parts, SIZES.get(shape["css"], TEXT)), shape["anchor"]


def _of_panel(panel: DrawnPanel) -> Iterator[Label]:
    for css, place, anchor, text in _LABEL.findall(panel.shapes):
        size = next((_LETTERS[kind] for kind in css.split() if kind in _LETTERS), 12.6)
        yield unescape(text), float(place), text_width(unescape(text), size, "strong" in css), anchor


def _labels_beyond(
    context: Context, file: str, drawing: str, room: float, labels: Iterable[Label]
) -> Iterator[Finding]:
    for text, place, width, anchor in labels:
        left = place - width * _BEFORE[anchor]
        if (much := max(-left, left + width - room)) > _GUESSED * room:
            words = context.words
            made = (
                key
                for key in words
                if re.fullmatch(_FILLED_IN.sub(".+", re.escape(words(key))), text) and words(key)[0] != "{"
            )
            key = max(made, key=lambda each: len(words(each)), default="")
            at = words.word_place(key) if key else (file, 1)
            found = f"the label `{text}` goes about {much:.0f} of {room:.0f} units beyond the edge of {drawing}"
            yield Finding(*at, key, found, fix="shorten it, or break it into two lines")

"""A technique among those around it, and the models that used it by date: a small figure for its page.

On the left stand the techniques that it took the place of and related ones that are older, on the right
those that took its place and younger relatives. `lineage.svg.jinja` owns the shapes. Lengths are in SVG
units, one unit being one CSS pixel at full size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from catalogue.records import first_date
from catalogue.schema.technique import Technique
from catalogue.uses import FamilyUse, How

from .. import format
from ..context import Context
from ..names import short_model
from .lineage_down import down
from .lineage_parts import LABEL_AT, NODE_HEIGHT, NODE_STEP, TEXT, Dot, Node
from .measure import text_width
from .packing import rows
from .scale import Time

LEAST_WIDTH = 720
MARGIN = 12
HEAD = 28
PADDING = 12
BETWEEN = 60
FURTHEST = 130
ROW_HEIGHT = 26
AXIS = 44
GAP = 10
CAPTION = 13
BROADEST = 790  # what a column of text holds with its letters large enough; else the form for a phone stands everywhere
FEWEST_MODELS = 2  # one model alone, with no technique around, is no picture


def replaced_by(context: Context, technique: Technique) -> list[Technique]:
    """Techniques that took its place, in catalogue order."""
    return [t for t in context.catalogue.techniques.values() if technique.id in t.replaces]


def neighbours(context: Context, technique: Technique) -> tuple[list[Technique], list[Technique]]:
    """Those before it and those after it, each with the replaced or replacing ones first.

    A relative without a date, or of a technique without one, stands on neither side.
    """
    known = context.catalogue.techniques
    before = [known[id_] for id_ in technique.replaces]
    after = replaced_by(context, technique)
    own = technique.introduced.date.value
    for id_ in technique.related:
        other = known[id_].introduced.date.value
        if own is None or other is None or known[id_] in (*before, *after):
            continue
        (after if own.surely_before(other) else before).append(known[id_])
    return before, after


def figure(context: Context, technique: Technique, users: Sequence[FamilyUse]) -> str:
    """The figure with its legend; nothing where there is nothing to draw."""
    before, after = neighbours(context, technique)
    if not before and not after and len(users) < FEWEST_MODELS:
        return ""
    own = _box(context, technique)
    successors = {t.id for t in replaced_by(context, technique)}
    columns = (
        _column(context, before, set(technique.replaces), "earlier"),
        _column(context, after, successors, "later"),
    )
    boxes = 2 * MARGIN + own + sum(_widest(column) for column in columns)
    gaps = sum(1 for column in columns if column)
    between = max(BETWEEN, min(FURTHEST, (LEAST_WIDTH - boxes) / max(1, gaps)))
    width = max(boxes + gaps * between, LEAST_WIDTH)
    x = MARGIN + (_widest(columns[0]) + between if before else 0)
    tall = max(*map(len, columns), 1) * NODE_STEP
    centre = HEAD + tall / 2
    left = _moved(columns[0], MARGIN, centre)
    right = _moved(columns[1], x + own + between, centre)
    heads = [(word, column[0].x) for word, column in (("earlier", left), ("later", right)) if column]
    top = HEAD + tall + 8 if before or after else 0
    dots, years, bottom = _models(context, users, width, top)
    node = Node(technique.id, context.short_name(technique), round(x, 1), centre - NODE_HEIGHT / 2, own, False)
    return context.html(
        "lineage.svg.jinja",
        down=down(node, left, right, sorted(dots, key=lambda dot: dot.day)),
        name=context.short_name(technique),
        width=round(width),
        least=LEAST_WIDTH,
        broadest=BROADEST,
        height=round(bottom + MARGIN),
        heads=heads,
        node=node,
        left=left,
        right=right,
        node_height=NODE_HEIGHT,
        padding=PADDING,
        top=top,
        dots=dots,
        years=years,
        bottom=round(bottom),
        label_at=LABEL_AT,
        kinds=[
            kind for kind in ("replaces", "related") if any(n.replaces is (kind == "replaces") for n in left + right)
        ],
        changes=[how.value for how in How if any(dot.change == how for dot in dots)],
    )


def _box(context: Context, technique: Technique) -> float:
    return round(2 * PADDING + text_width(context.short_name(technique), TEXT, bold=True), 1)


def _widest(nodes: Sequence[Node]) -> float:
    return max((node.width for node in nodes), default=0)


def _column(context: Context, techniques: Sequence[Technique], replaces: set[str], caption: str) -> list[Node]:
    """Boxes of one width below each other, from the top, and wide enough for the caption above them."""
    least = text_width(context.words(f"lineage.{caption}"), CAPTION)
    width = round(max([least, *(_box(context, t) for t in techniques)]), 1)
    return [
        Node(t.id, context.short_name(t), 0, NODE_STEP * row, width, t.id in replaces)
        for row, t in enumerate(techniques)
    ]


def _moved(nodes: Sequence[Node], x: float, centre: float) -> list[Node]:
    """A column to its place, its middle at the height of the technique itself."""
    start = centre - NODE_STEP * len(nodes) / 2 + (NODE_STEP - NODE_HEIGHT) / 2
    return [replace(node, x=round(x, 1), y=start + node.y) for node in nodes]


def _models(
    context: Context, users: Sequence[FamilyUse], width: float, top: float
) -> tuple[list[Dot], list[tuple[float, int]], float]:
    """Dots in rows below the axis, which spans all models of the catalogue on every page; years; the lower end."""
    dated = [(use.model, use, when) for use in users if (when := use.date)]
    if not dated:
        return [], [], top
    days = [date.fromisoformat(d.first_day) for m in context.catalogue.models.values() if (d := first_date(m))]
    widths = [LABEL_AT + text_width(short_model(model.name), TEXT) for model, _, _ in dated]
    all_widths = [LABEL_AT + text_width(short_model(m.name), TEXT) for m in context.catalogue.models.values()]
    scale = Time(min(days).replace(day=1), max(days), MARGIN + 6, width - MARGIN - max(all_widths))
    at = [scale(date.fromisoformat(when.first_day)) for _, _, when in dated]
    taken = rows((x - GAP, x + room + GAP) for x, room in zip(at, widths, strict=True))
    first = top + AXIS + ROW_HEIGHT
    dots = [
        Dot(
            model.id,
            short_model(model.name),
            use.how.value,
            when.text,
            format.date(when, context.words),
            round(x, 1),
            first + ROW_HEIGHT * row - ROW_HEIGHT / 2,
            round(room, 1),
        )
        for (model, use, when), x, room, row in zip(dated, at, widths, taken, strict=True)
    ]
    years = [(round(scale(day), 1), day.year) for day in scale.years()]
    return dots, years, first + ROW_HEIGHT * max(taken)

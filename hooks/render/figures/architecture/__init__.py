"""Architecture drawings: the whole model as a stack of layers, and one layer opened beside it.

`drawing` takes an entry and gives a figure of two SVGs, which stand side by side where there is room and one
above the other where there is not. Nothing in it has an id, so that any number of them stand in a page.
Every labelled number is a link to its source and carries its name in config.json (`data-k`) and its plain value
(`data-v`); a number that differs from another drawing's gets the class `differs`, at build (`against`) or by a script.
"""

from __future__ import annotations

from markupsafe import Markup

from catalogue.records import Entry

from ... import format
from ...cite import Citations
from ...computed import working_link
from .block import block
from .dimensions import Dimensions
from .marks import SWATCHES
from .shapes import Shape, labels
from .stack import runs, stack
from .summary import summary


def drawing(citations: Citations, entry: Entry, against: Entry | None = None) -> Markup:
    """Draw the architecture of an entry; mark what differs from `against`. The entry must have an architecture."""
    context = citations.context
    others = _labelled(Dimensions(Citations(context), against)) if against is not None else None
    dims = Dimensions(citations, entry, others)
    opened, height, whole, total = _parts(dims)
    html = context.html(
        "architecture_drawing.html.jinja",
        name=entry.variant.name,
        facts=_facts(citations, entry),
        whole=whole,
        whole_height=total,
        opened=opened,
        opened_height=height,
        experts=dims.number("n_routed_experts") is not None,
        summary=summary(dims, entry),
        swatches=SWATCHES,
    )
    return Markup(html)


def _parts(dims: Dimensions) -> tuple[list[Shape], float, list[Shape], float]:
    """The opened layer and the whole model, each with its height."""
    opened, height = block(dims, dims.words(f"drawing.opened_{runs(dims)[-1].kind}"))
    return opened, height, *stack(dims, height)


def _labelled(dims: Dimensions) -> dict[str, str]:
    """The plain values that a drawing labels, by key."""
    opened, _, whole, _ = _parts(dims)
    return {dimension.key: dimension.plain for dimension in labels([*whole, *opened])}


def _facts(citations: Citations, entry: Entry) -> list[tuple[str, Markup]]:
    """The published sizes and the recomputed cache, which stand over the drawing."""
    words, parameters = citations.context.words, entry.variant.parameters
    facts = [(words("drawing.total"), citations.single(parameters.total))]
    if parameters.activated is not None:
        facts.append((words("drawing.activated"), citations.single(parameters.activated)))
    if entry.recount is not None and entry.recount.kv_cache is not None:
        link = working_link(entry, format.integer(entry.recount.kv_cache.value), words("recomputed.title"))
        facts.append((words("drawing.cache"), link))
    return facts

"""The bar that leads to each part of a long page and stays in sight while one reads."""

from __future__ import annotations

from collections.abc import Iterable

from .context import Context

# Fewer parts than this need no bar.
LEAST = 3


def jump_bar(context: Context, parts: Iterable[tuple[str, str, int]], of: str = "") -> str:
    """Links to `(anchor, name, how many)`; nothing where there is little to choose from. Without a count 0.

    `of` is what the parts are of, where a page has a bar for each of several sections.
    """
    found = list(parts)
    label = context.words("jump.label_of", section=of) if of else context.words("jump.label")
    return context.html("jump.html.jinja", parts=found, label=label) if len(found) >= LEAST else ""

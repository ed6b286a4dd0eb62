"""The bar that leads to each part of a long page and stays in sight while one reads."""

from __future__ import annotations

from collections.abc import Iterable

from .context import Context

# Fewer parts than this need no bar.
LEAST = 3


def bar(context: Context, parts: Iterable[tuple[str, str, int]]) -> str:
    """Links to `(anchor, name, how many)`; nothing where there is little to choose from. Without a count 0."""
    found = list(parts)
    return context.html("jump.html.jinja", parts=found) if len(found) >= LEAST else ""

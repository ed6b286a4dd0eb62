"""The kinds of attention of the layers in their order, written short: `window*2 (csa hca)*20 csa`.

`+engram` behind a name is an Engram module before the layer.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[a-z]+(?:\+engram)?)|(?P<open>\()|(?P<close>\))(?:\*(?P<outer>\d+))?)(?:\*(?P<times>\d+))?"
)


class LayoutError(ValueError):
    """A layout that cannot be read; says why."""


def layer_kinds(layout: str) -> tuple[str, ...]:
    """The kind of each layer, from the first one up. Raises LayoutError for what is no layout."""
    stack: list[list[str]] = [[]]
    place = 0
    text = layout.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise LayoutError(f"`{text[place:].strip()}` cannot be read")
        place = found.end()
        if found["open"]:
            stack.append([])
        elif found["close"]:
            if len(stack) == 1:
                raise LayoutError("a bracket is closed that was not opened")
            inner = stack.pop()
            stack[-1] += inner * int(found["outer"] or 1)
        else:
            stack[-1] += [found["name"]] * int(found["times"] or 1)
    if len(stack) > 1:
        raise LayoutError("a bracket is not closed")
    return tuple(stack[0])

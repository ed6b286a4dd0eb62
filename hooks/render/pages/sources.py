"""The numbered list at the end of a page that every value of it leads to."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ..cite import Citations
from ..page import Section


def sources(citations: Citations, listing: Sequence[tuple[int, list[Markup]]] | None = None) -> Section:
    """The list of everything cited so far, or of those in `listing`; the last section to be made."""
    shown = citations.listing() if listing is None else listing
    html = citations.context.html("sources.html.jinja", listing=shown)
    return Section("sources", citations.context.words("section.sources"), html)

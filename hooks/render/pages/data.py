"""The data page: what can be downloaded, in which shape."""

from __future__ import annotations

from collections.abc import Mapping

from ..context import Context
from ..page import Page, Section


def page(context: Context, files: Mapping[str, str]) -> Page:
    """A list of the downloads with their sizes."""
    words = context.words
    items = [
        {
            "path": path,
            "name": path.rpartition("/")[2],
            "what": words(f"data.{path.rpartition('/')[2].replace('.', '_')}"),
            "size": f"{len(text.encode()) / 1024:,.0f} kB",
        }
        for path, text in files.items()
    ]
    html = context.html("data.html.jinja", items=items)
    return Page("downloads.md", words("page.data"), words("data.description"), (Section("lead", "", html),))

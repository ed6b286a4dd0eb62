"""The page of the poster: what it shows, the file for the eye, and the files to save."""

from __future__ import annotations

from ..context import Context
from ..figures.poster import PATHS, sheet
from ..page import Page, Section, lead_section

PATH = "poster.md"


def page(context: Context) -> Page:
    """The poster as a picture that leads to the file, in the scheme of the page."""
    words = context.words
    html = context.html("poster.html.jinja", paths=PATHS, sheet=sheet(context))
    return Page(
        PATH,
        words("page.poster"),
        words("poster.description"),
        (lead_section(words("poster.intro")), Section("poster", words("page.poster"), html, quiet=True)),
        hide=("navigation", "toc"),
    )

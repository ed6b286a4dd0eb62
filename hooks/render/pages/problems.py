"""All problems by the page that asks them first, with the reader's progress."""

from __future__ import annotations

from markupsafe import Markup

from .. import problems
from ..context import Context
from ..page import Page, Section, lead_section

PATH = "problems.md"


def page(context: Context) -> Page:
    """Sections for guides, techniques and models; the script stands once, at the end."""
    words = context.words
    sections = [lead_section(words("problems.intro"), context.html("progress.html.jinja"))]
    rest = list(context.problems)
    for kind, name in (("guide", "nav.guides"), ("technique", "page.techniques"), ("model", "page.models")):
        chosen = [p for p in rest if any(page.startswith(kind) for page in p.problem.pages) or kind == "model"]
        rest = [p for p in rest if p not in chosen]
        if chosen:
            sections.append(Section(f"{kind}s", words(name), problems.html(context, chosen, script=False)))
    last = sections[-1]
    sections[-1] = Section(last.id, last.title, last.html + problems.checker(context))
    return Page(PATH, words("page.problems"), words("problems.description"), tuple(sections))


def section(context: Context, page: str) -> list[Section]:
    """The problems of a page as its section; none without a problem."""
    html = problems.html(context, problems.of_page(context, page))
    return [Section("problems", context.words("problems.section"), Markup(html))] if html else []

"""Where to start: routes through the site, each page with what one can do after it and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogue.front_matter import front_matter
from catalogue.schema.study import Step

from ..context import Context
from ..page import HERO, Page, Section, lead_section
from ..reading_time import minutes


def page(context: Context, pages: Mapping[str, Page], written: Mapping[str, str]) -> Page:
    """Make the page from the generated pages and the texts of the hand-written ones, both by path."""
    words = context.words
    sections = [lead_section(words("start.intro"))]
    for route in context.catalogue.study.routes:
        parts: list[dict[str, Any]] = [
            {
                "name": words.text(part.name) if part.name else "",
                "steps": [_step(context, step, pages, written) for step in part.steps],
            }
            for part in route.parts
        ]
        total = sum(step["minutes"] for part in parts for step in part["steps"])
        html = context.html(
            "start.html.jinja", intro=words.text(route.intro), parts=parts, total=_length(context, total)
        )
        sections.append(Section(route.id, words.text(route.name), html))
    return Page("start.md", words("page.start"), words("start.description"), tuple(sections))


def _step(context: Context, step: Step, pages: Mapping[str, Page], written: Mapping[str, str]) -> dict[str, Any]:
    kind, _, name = step.page.partition(":")
    path = f"{name}.md" if kind == "page" else f"{kind}s/{name}.md"
    generated = pages.get(path)
    sections = [section for section in generated.sections if section.id != HERO] if generated else ()
    text = "".join(section.html + section.markdown for section in sections) if generated else written[path]
    title = generated.title if generated else title_of(text)
    return {"path": path, "title": title, "gain": context.words.text(step.gain), "minutes": minutes(text)}


def title_of(text: str) -> str:
    """The title in the front matter of a hand-written page."""
    return str(front_matter(text).data["title"])


def _length(context: Context, total: int) -> str:
    hours, rest = divmod(5 * round(total / 5), 60)
    if not hours:
        return context.words("start.minutes", count=rest)
    return context.words("start.hours_minutes" if rest else "start.hours", hours=hours, minutes=rest)

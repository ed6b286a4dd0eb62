"""Where to start: routes through the site, each page with what one can do after it, how long it takes and its problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalogue.front_matter import front_matter
from catalogue.schema.study import Step

from ..context import Context
from ..page import HERO, Page, Section, lead_section
from ..problems import of_page
from ..reading_time import PROBLEM, reading_minutes


@dataclass(frozen=True)
class StepShown:
    """A step as the page lists it; `minutes` are those of reading, without the problems."""

    address: str
    problems_address: str
    title: str
    gain: str
    minutes: int
    problems: int


def page(context: Context, pages: Mapping[str, Page], written: Mapping[str, str]) -> Page:
    """Make the page from the generated pages and the texts of the hand-written ones, both by path."""
    words = context.words
    sections = [lead_section(words("start.intro"))]
    for route in context.catalogue.study.routes:
        parts, all_steps = [], list[StepShown]()
        for part in route.parts:
            steps = [_step(context, step, pages, written) for step in part.steps]
            all_steps += steps
            parts.append(
                {
                    "name": words.text(part.name) if part.name else "",
                    "steps": steps,
                    "total": _total(context, steps),
                    "experiment": words.text(part.experiment) if part.experiment else "",
                }
            )
        html = context.html(
            "start.html.jinja", intro=words.text(route.intro), parts=parts, total=_total(context, all_steps)
        )
        sections.append(Section(route.id, words.text(route.name), html))
    return Page("start.md", words("page.start"), words("start.description"), tuple(sections))


def _step(context: Context, step: Step, pages: Mapping[str, Page], written: Mapping[str, str]) -> StepShown:
    kind, _, name = step.page.partition(":")
    path = f"{name}.md" if kind == "page" else f"{kind}s/{name}.md"
    generated = pages.get(path)
    sections = [section for section in generated.sections if section.id != HERO] if generated else ()
    meant = [section for section in sections if section.id == step.at] or sections
    text = "".join(section.html + section.markdown for section in meant) if generated else written[path]
    return StepShown(
        address=f"{path}#{step.at}" if step.at else path,
        problems_address=f"{path}#problems",
        title=generated.title if generated else title_of(text),
        gain=context.words.text(step.gain),
        minutes=reading_minutes(text),
        problems=len(of_page(context, step.page)),
    )


def title_of(text: str) -> str:
    """The title in the front matter of a hand-written page."""
    return str(front_matter(text).data["title"])


def _total(context: Context, steps: Sequence[StepShown]) -> str:
    """How long steps take to read, and how long their problems take."""
    words = context.words
    reading, problems = sum(step.minutes for step in steps), PROBLEM * sum(step.problems for step in steps)
    if not problems:
        return _length(context, reading)
    return words("start.total", reading=_length(context, reading), problems=_length(context, problems))


def _length(context: Context, total: int) -> str:
    hours, rest = divmod(max(5, 5 * round(total / 5)), 60)
    if not hours:
        return context.words("start.minutes", count=rest)
    return context.words("start.hours_minutes" if rest else "start.hours", hours=hours, minutes=rest)

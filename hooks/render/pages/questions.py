"""What people ask, by subject: each question with its answer in a line, and the way to the place that explains it."""

from __future__ import annotations

from typing import Any

from catalogue.lookup import slug
from catalogue.schema.questions import Question, QuestionGroup

from ..assets import page_script
from ..cite import Citations
from ..context import Context
from ..links import jump_bar
from ..page import Page, Section, lead_section
from .sources import sources

PATH = "questions.md"


def questions_page(context: Context) -> Page:
    """A list for each subject, with a box that filters all of them."""
    words, citations = context.words, Citations(context)
    sections, parts = [], []
    for group in context.catalogue.question_groups:
        items = _items(citations, group)
        html = context.html("questions.html.jinja", items=items)
        sections.append(Section(group.id, words.text(group.name), html))
        parts.append((group.id, words.text(group.name), len(items)))
    box = context.html("filter.html.jinja", script=page_script("filter"))
    intro = words("questions.intro", count=len(context.catalogue.questions))
    lead = lead_section(intro, box + jump_bar(context, parts))
    title, description = words("page.questions"), words("questions.description")
    return Page(PATH, title, description, (lead, *sections, sources(citations)), hide=("toc",))


def question_anchor(question: Question) -> str:
    """Where a question stands on the page, the same in each language."""
    return slug(question.ask.en)


def _items(citations: Citations, group: QuestionGroup) -> list[dict[str, Any]]:
    words = citations.context.words
    return [
        {
            "id": question_anchor(question),
            "ask": words.text(question.ask),
            "answer": citations.inline(question.answer),
            "path": question.path,
        }
        for question in citations.context.catalogue.questions
        if question.group == group.id
    ]

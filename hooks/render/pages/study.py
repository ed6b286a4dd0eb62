"""Experiments to run, all problems with progress, and frequent questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from catalogue.derive.problems import SolvedProblem
from catalogue.lookup import hyphenated
from catalogue.records import Catalogue
from catalogue.schema.study import Experiment, Question, QuestionGroup
from catalogue.schema.technique import TechniqueKind

from .. import links, problems
from ..assets import page_script
from ..cite import Citations, opening_words
from ..context import Context
from ..labs import PAGE, experiment_card, format_minutes, overall_verdict
from ..links import jump_bar
from ..page import Page, Section, lead_section
from ..page_registry import GUIDE, MODEL, technique_address
from ..tables import Column, by_column
from .sources import sources_section
from .start import title_of

_COMMANDS = """\
python -m pip install torch numpy pyyaml
python -m labs.train
python -m labs.train.experiments muon
"""


_PLACED_EXPERIMENT = re.compile(r"block\('experiment-([\w-]+)'\)")


def experiments_page(context: Context, written: Mapping[str, str]) -> Page:
    words, citations = context.words, Citations(context)
    html = f"<p>{words('experiments.set_up_text')}</p>"
    after = f"```sh\n{_COMMANDS}```\n\n{words('experiments.set_up_more')}"
    guides = {name: path for path, text in written.items() for name in _PLACED_EXPERIMENT.findall(text)}
    cards = [
        Section(one.id, words.text(one.name), experiment_card(citations, one, drawn_in=guides.get(one.id, "")))
        for one in context.catalogue.experiments
    ]
    return Page(
        PAGE,
        words("page.experiments"),
        words("experiments.description"),
        (
            lead_section(words("experiments.intro"), _list_of_experiments(context)),
            Section("set-up", words("experiments.set_up"), html, after),
            Section("judged", words("experiments.judged"), f"<p>{words('experiments.judged_text')}</p>"),
            Section("elsewhere", words("experiments.elsewhere"), f"<p>{words('experiments.elsewhere_text')}</p>"),
            *cards,
            sources_section(citations),
        ),
    )


def _list_of_experiments(context: Context) -> str:
    words = context.words
    columns: list[Column[Experiment]] = [
        Column(
            words("experiments.head_experiment"),
            lambda one: Markup('<a href="#{}">{}</a>').format(one.id, words.text(one.name)),
        ),
        Column(words("experiments.head_verdict"), lambda one: overall_verdict(words, one)),
        Column(
            words("experiments.head_minutes"),
            lambda one: (
                format_minutes(words, context.catalogue.results[one.id]) if one.id in context.catalogue.results else ""
            ),
        ),
    ]
    table = by_column(words("experiments.caption"), columns, context.catalogue.experiments)
    return context.html("table.html.jinja", t=table)


_KINDS = (("guide", "nav.guides"), ("technique", "page.techniques"), ("model", "page.models"))


def problems_page(context: Context, written: Mapping[str, str]) -> Page:
    """Problems by page; `written` are hand-written pages by path."""
    words = context.words
    by_page: dict[str, list[SolvedProblem]] = {}
    for problem in context.problems:
        by_page.setdefault(problems.home_of(problem), []).append(problem)
    order = {page: place for place, page in enumerate(_pages_in_order(context.catalogue))}
    sections: list[Section] = []
    parts = []
    for kind, name in _KINDS:
        homes = sorted((home for home in by_page if home.startswith(f"{kind}:")), key=lambda home: order[home])
        if homes:
            lists = [_list_of_page(context, home, by_page[home], written) for home in homes]
            sections.append(Section(f"{kind}s", words(name), context.html("problems_by_page.html.jinja", lists=lists)))
            parts.append((f"{kind}s", words(name), sum(len(by_page[home]) for home in homes)))
    last = sections[-1]
    sections[-1] = Section(last.id, last.title, last.html + problems.checker_script(context))
    lead = lead_section(words("problems.intro"), context.html("progress.html.jinja") + links.jump_bar(context, parts))
    return Page("problems.md", words("page.problems"), words("problems.description"), (lead, *sections), hide=("toc",))


def _pages_in_order(catalogue: Catalogue) -> list[str]:
    kinds = list(TechniqueKind)
    techniques = sorted(catalogue.techniques.values(), key=lambda one: kinds.index(one.kind))
    return [
        *(f"guide:{one.id}" for one in catalogue.study.guides),
        *(f"technique:{one.id}" for one in techniques),
        *(f"model:{id_}" for id_ in catalogue.models),
    ]


def _list_of_page(
    context: Context, home: str, asked: Sequence[SolvedProblem], written: Mapping[str, str]
) -> dict[str, object]:
    title, address = _title_and_address(context, home, written)
    items = [problems.problem_item(context, one) for one in asked]
    shown = [
        {**item, "opening": opening_words(Markup(item["question"]).striptags(), problems.LONGEST_OPENING)}
        for item in items
    ]
    return {"title": title, "address": address, "problems": shown}


def _title_and_address(context: Context, home: str, written: Mapping[str, str]) -> tuple[str, str]:
    kind, _, id_ = home.partition(":")
    if kind == "guide":
        path = GUIDE.path_of(id_)
        return (title_of(written[path]) if written else id_), path
    if kind == "technique":
        technique = context.catalogue.techniques[id_]
        return context.short_name(technique), technique_address(technique)
    return context.catalogue.models[id_].name, MODEL.path_of(id_)


def problems_section(context: Context, page: str) -> list[Section]:
    """Problems that a technique itself asks."""
    html = problems.problems_html(context, problems.problems_of_page(context, page))
    return [Section("problems", context.words("problems.section"), html)] if html else []


def links_to_related(context: Context, page: str, written: Mapping[str, str]) -> Markup:
    """Links to pages that ask more about a technique, with how many problems each."""
    links = []
    for home, count in problems.homes_of_related(context, page).items():
        title, address = _title_and_address(context, home, written)
        place = f"{address}#problems" if home.startswith("guide:") else address
        name = re.split("[:：]", title)[0]
        links.append(
            Markup('<a href="ds:{}">{}</a>').format(place, context.words("problems.under", name=name, count=count))
        )
    return Markup(" · ").join(links)


PATH = "questions.md"


def questions_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    sections, parts = [], []
    for group in context.catalogue.question_groups:
        items = _question_items(citations, group)
        html = context.html("questions.html.jinja", items=items)
        sections.append(Section(group.id, words.text(group.name), html))
        parts.append((group.id, words.text(group.name), len(items)))
    box = context.html("filter.html.jinja", script=page_script("filter"))
    intro = words("questions.intro", count=len(context.catalogue.questions))
    lead = lead_section(intro, box + jump_bar(context, parts))
    title, description = words("page.questions"), words("questions.description")
    return Page(PATH, title, description, (lead, *sections, sources_section(citations)), hide=("toc",))


def question_anchor(question: Question) -> str:
    return hyphenated(question.ask.en)


def _question_items(citations: Citations, group: QuestionGroup) -> list[dict[str, Any]]:
    words = citations.context.words
    return [
        {
            "id": question_anchor(question),
            "ask": words.text(question.ask),
            "answer": citations.rich_text(question.answer),
            "path": question.path,
        }
        for question in citations.context.catalogue.questions
        if question.group == group.id
    ]

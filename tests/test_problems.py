"""Problems: enough of them, asked where they belong, answered by recomputation, and checked in a browser."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Page

from catalogue.records import Catalogue
from catalogue.schema.study import ProblemKind
from render import problems
from render import words as language_files
from render.context import load_templates, make_context
from render.words import CHINESE, ENGLISH


def test_there_are_problems_on_guides_techniques_and_models(catalogue: Catalogue) -> None:
    ctx = make_context(catalogue, language_files.load_words(ENGLISH), load_templates())
    every = ctx.problems
    assert len(every) >= 80
    assert len({p.id for p in every}) == len(every)
    for guide in catalogue.study.guides:
        assert len(problems.of_page(ctx, f"guide:{guide.id}")) >= 4, guide.id
    kinds = Counter(p.problem.kind for p in every)
    assert set(kinds) >= set(ProblemKind) - {ProblemKind.PREDICT}
    assert kinds[ProblemKind.COMPUTE] <= len(every) / 3, "most problems ask for more than one sum"
    assert problems.of_page(ctx, "technique:mla")
    assert problems.homes_of_related(ctx, "model:deepseek-v3")
    asked = [p.id for page in {problems.home_of(p) for p in every} for p in problems.of_page(ctx, page)]
    assert sorted(asked) == sorted(p.id for p in every), "each problem stands on one page"


def test_all_problems_stand_in_the_order_of_the_guides(built: Path, catalogue: Catalogue) -> None:
    page = (built / "problems/index.html").read_text(encoding="utf-8")
    guides = re.findall(r'href="\.\./guides/([\w-]+)/"', page[page.index("<article") :])
    order = [guide.id for guide in catalogue.study.guides]
    assert guides == [guide for guide in order if guide in guides]


def test_answers_follow_from_the_architecture(catalogue: Catalogue) -> None:
    ctx = make_context(catalogue, language_files.load_words(ENGLISH), load_templates())
    by_id = {p.id: p for p in ctx.problems}
    worked, recount = by_id["cache-of-latents-deepseek-v3-base"].worked, catalogue.entries["deepseek-v3-base"].recount
    assert worked is not None
    assert recount is not None
    assert recount.kv_cache is not None
    assert worked.exact == recount.kv_cache.exact


def test_a_mistake_leads_to_another_number(catalogue: Catalogue) -> None:
    ctx = make_context(catalogue, language_files.load_words(ENGLISH), load_templates())
    for problem in ctx.problems:
        for number, mistake in problem.mistakes:
            assert problem.worked is not None
            off = abs(number / problem.worked.exact - 1)
            assert off > Fraction(problem.problem.tolerance_percent, 100), (problem.id, mistake.formula)


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_the_answer_stands_on_the_page_without_a_script(catalogue: Catalogue, language: str) -> None:
    ctx = make_context(catalogue, language_files.load_words(language), load_templates())
    html = problems.problems_html(ctx, problems.of_page(ctx, "guide:attention"), script=False)
    assert "194,560" in html
    assert "{name}" not in html


@pytest.mark.browser
def test_an_answer_is_checked_and_remembered(page: Page, address: str) -> None:
    page.goto(f"{address}guides/attention/")
    line = page.locator(".ds-exercise").first
    box, said = line.locator("input"), line.locator("output")
    for typed, words in (
        ("97,280", "You counted"),
        ("many", "no number"),
        ("2*95*8*(8192/64)", "Right."),
        ("194.56K", "Right."),
    ):
        box.fill(typed)
        box.blur()
        assert words in said.inner_text()
    page.goto(f"{address}problems/")
    assert page.locator(".ds-progress output").inner_text().startswith("1 / ")
    page.locator("[data-do=delete]").click()
    assert page.locator(".ds-progress output").inner_text().startswith("0 / ")

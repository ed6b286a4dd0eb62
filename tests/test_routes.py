"""Routes: what a step costs in time, and where it opens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from catalogue.records import Catalogue
from helpers import context_of
from render.page import reading_minutes
from render.site import site_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("word " * 450, 3),
        ("字" * 520, 2),
        ("{{ block('formula-adam') }}\n\n{{ block('formula-six-nd') }}", 4),
        ('<figure class="ds-formula"><math display="block"></math></figure>', 2),
        ("{{ block('mechanism-muon') }}", 1),
        ("{{ block('problems') }}{{ block('symbols') }}{{ block('lab-muon') }}", 1),
        ("word " * 150 + "<details>" + "word " * 900 + "</details>", 1),
    ],
    ids=["words", "Chinese", "formulas of a guide", "formula of a page", "figure", "lists alone", "folded away"],
)
def test_minutes(text: str, expected: int) -> None:
    assert reading_minutes(text) == expected


def test_a_step_opens_at_a_section_that_its_page_has(catalogue: Catalogue) -> None:
    ctx = context_of(catalogue)
    missing = []
    for route in catalogue.study.routes:
        for step in route.steps:
            kind, _, name = step.page.partition(":")
            if step.at:
                sections = site_of(ctx, name).pages[f"{kind}s/{name}.md"].sections
                missing += [f"{route.id}: {step.page}#{step.at}"] if step.at not in {s.id for s in sections} else []
    assert not missing


def test_every_evening_of_the_week_has_an_experiment_and_five_problems(catalogue: Catalogue) -> None:
    week = next(route for route in catalogue.study.routes if route.id == "a-week")
    assert len(week.parts) == 7
    for part in week.parts:
        pages = {step.page for step in part.steps}
        asked = [problem.id for problem in catalogue.problems if pages & set(problem.pages)]
        assert part.experiment, part.name
        assert len(asked) >= 5, part.name
        by_id = {problem.id: problem for problem in catalogue.problems}
        sheet = [by_id[id_] for id_ in part.sheet]
        assert len(sheet) >= 6, part.name
        assert all(pages & set(problem.pages) for problem in sheet), "what is asked was read that evening"
        assert len({problem.kind for problem in sheet}) >= 4, "different kinds of thought"


@pytest.mark.browser
def test_what_is_done_is_kept_on_routes_and_guides_and_can_be_cleared(page: Page, address: str) -> None:
    page.goto(f"{address}guides/experts/")
    page.locator("[data-done] input").check()
    page.goto(f"{address}start/")
    done = page.locator("li[data-done='guide:experts'] input")
    assert done.count() == 2, "in two routes"
    assert all(done.nth(i).is_checked() for i in range(2))
    third = page.locator("#a-week ~ .ds-route, section:has(#a-week) .ds-route").filter(
        has=page.locator("[data-done='guide:experts']")
    )
    for box in third.first.locator("input").all():
        box.check()
    page.reload()
    counts = page.locator("[data-count]").all_inner_texts()
    assert any("all done" in text for text in counts), counts
    page.locator(".ds-read-bar button").click()
    assert not page.locator("[data-done] input:checked").count()
    page.goto(f"{address}guides/experts/")
    assert not page.locator("[data-done] input").is_checked()

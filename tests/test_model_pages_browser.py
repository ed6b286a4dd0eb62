"""The pages of a model as a reader meets them: the first screen, the way to the parts, old addresses, formulas on a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalogue.records import Catalogue
from helpers import FONTS_READY, show

pytestmark = pytest.mark.browser

SCREEN = 900
MOST_SCREENS = 7  # an overview may hold changes and disputes too
FIGURE = ".ds-drawing, .ds-recipe-lanes, .ds-recipe"
# How high a page is, whether it has a figure, and where the first one begins, if that is shown.
HEIGHTS = """figure => {
  const first = document.querySelector(figure);
  return [document.documentElement.scrollHeight, !!first, first?.getClientRects().length ? first.getBoundingClientRect().y : null];
}"""


def test_a_first_screen_reaches_the_figure_and_an_overview_is_short(
    page: Page, address: str, built: Path, catalogue: Catalogue
) -> None:
    page.set_viewport_size({"width": 1280, "height": SCREEN})
    page.goto(address)
    page.evaluate(FONTS_READY)
    for model in catalogue.models.values():
        show(page, built / "models" / model.id / "index.html")
        height, has_figure, top = page.evaluate(HEIGHTS, FIGURE)
        assert height <= MOST_SCREENS * SCREEN, model.id
        if has_figure:
            assert top is not None, "it is shown"
            assert top < SCREEN * 5 / 6, model.id


def test_an_old_address_leads_to_the_part_that_has_the_place(page: Page, address: str, catalogue: Catalogue) -> None:
    stage = catalogue.models["deepseek-v3"].training[0].id
    for place, part in ((f"stage-{stage}", "training"), ("evaluation", "scores"), ("disputes", "disputes")):
        page.goto(f"{address}models/deepseek-v3/#{place}")
        expect(page).to_have_url(f"{address}models/deepseek-v3/{part}/#{place}")
        expect(page.locator(f"[id='{place}']")).to_be_in_viewport()


def test_the_parts_are_a_click_away_and_say_where_one_is(page: Page, address: str) -> None:
    page.goto(f"{address}models/deepseek-v3/")
    page.locator(".ds-local a[data-part=training]").click()
    expect(page).to_have_url(f"{address}models/deepseek-v3/training/")
    expect(page.locator(".ds-local [aria-current=page]")).to_have_attribute("data-part", "training")
    expect(page.locator("h1")).to_contain_text("DeepSeek-V3")


def test_a_recomputed_number_shows_its_formula(page: Page, address: str) -> None:
    page.goto(f"{address}compare/training/")
    number = page.locator("span.ds-r[title]").first
    said = number.get_attribute("title") or ""
    number.focus()
    expect(page.get_by_role("tooltip")).to_contain_text(said)


def test_scores_of_chosen_families_stand_alone(page: Page, address: str) -> None:
    page.goto(f"{address}compare/evaluation/")
    for family in ("deepseek-v2", "deepseek-v3"):
        page.locator(f"#scores-choice button[data-m={family}]").click()
    left = page.locator(".ds-score-list [data-m]:visible").evaluate_all(
        "rows => [...new Set(rows.map(r => r.dataset.m))]"
    )
    assert set(left) == {"deepseek-v2", "deepseek-v3"}
    alone = page.locator(".ds-score-list > li:visible").evaluate_all(
        "all => all.filter(li => new Set([...li.querySelectorAll('[data-m]:not([hidden])')].map(r => r.dataset.m)).size < 2).length"
    )
    assert alone == 0, "a benchmark that one of them has alone compares nothing"

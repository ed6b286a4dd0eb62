"""One token's way: its sums are those of the architecture page, and a reader steps through it with keys, buttons or an address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.records import Catalogue
from helpers import context_of
from render.figures.token_path import SHOWN, path_of, token_path
from render.words import CHINESE, ENGLISH


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
@pytest.mark.parametrize("id_", SHOWN)
def test_the_ledger_fills_to_what_is_active(catalogue: Catalogue, language: str, id_: str) -> None:
    entry = catalogue.entries[id_]
    path = path_of(context_of(catalogue, language), entry)
    met = [step["met"] for step in path["steps"]]
    assert met == sorted(met)
    assert met[0] == 0
    assert met[-1] == path["at_work"] == entry.recount.activated[ACTIVATED_CONVENTION]
    assert path["total"] == entry.recount.total


def test_every_vector_of_a_model_is_drawn_to_one_scale(catalogue: Catalogue) -> None:
    """7,168 and 512 of V3 are as long beside each other as the numbers are."""
    path = path_of(
        context_of(catalogue),
        catalogue.entries["deepseek-v3-base"],
    )
    tall = [float(shape["h"]) for shape in path["steps"][1]["panels"][0].shapes if shape["is"] == "bar"]
    assert tall[0] / tall[2] == pytest.approx(7168 / 512, rel=0.01)
    assert tall[1] / tall[2] == pytest.approx(1536 / 512, rel=0.01)


def test_what_is_an_example_says_so(catalogue: Catalogue) -> None:
    html = token_path(context_of(catalogue), SHOWN[:1])
    assert html.count("example") >= 4
    assert not re.search(r"\{\w+\}", html)


@pytest.mark.browser
def test_a_reader_steps_through_it(page: Page, address: str) -> None:
    page.goto(f"{address}guides/reading-a-model/")
    figure = page.locator("#token-path")
    shown = figure.locator(".ds-steps-one[data-current] > ol > li[data-current]")
    figure.get_by_role("button", name="Next").click()
    expect(shown).to_contain_text("512 + 64")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(shown).to_contain_text("256 experts")
    figure.get_by_role("button", name="V4-Pro").click()
    expect(shown).to_contain_text("384 experts")
    page.goto(page.url)
    expect(shown).to_contain_text("384 experts")


@pytest.mark.browser
def test_the_guide_shows_the_way_of_each_model_at_the_same_step(page: Page, address: str) -> None:
    for model, said in (("", "512 + 64"), ("deepseek-v4.1-flash", "one entry of 512")):
        page.goto(f"{address}guides/reading-a-model/?token-path-step=2&token-path-model={model}")
        figure = page.locator("#token-path")
        shown = figure.locator(".ds-steps-one[data-current] > ol > li[data-current]")
        expect(shown).to_contain_text(said)
        figure.get_by_role("button", name="V4-Pro").click()
        expect(shown).to_contain_text("one kind of layer")


@pytest.mark.browser
def test_all_frames_stand_below_each_other_without_a_script(plain: Page, address: str) -> None:
    plain.goto(f"{address}guides/reading-a-model/")
    assert plain.locator("#token-path .ds-step-stage:visible").count() == 6 * len(SHOWN)

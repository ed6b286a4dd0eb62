"""One token's way: its sums are those of the architecture page, and a reader steps through it with keys, buttons or an address."""

import pytest
from playwright.sync_api import Page, expect

from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.records import Catalogue
from helpers import context_of
from render.figures.token_path import SHOWN, path_of
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

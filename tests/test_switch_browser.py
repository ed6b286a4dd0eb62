"""The switch between the editions in Chromium: what it keeps, both ways."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from comparing import add_model
from helpers import leaving

pytestmark = pytest.mark.browser

THERE_AND_BACK = ("zh/", "")
INPUTS = "form => String(new URLSearchParams(new FormData(form)))"
TOP = "id => document.getElementById(id).getBoundingClientRect().top"


def switch(page: Page, address: str) -> None:
    with leaving(page):
        page.locator("a.ds-language").click()
    expect(page).to_have_url(re.compile(re.escape(address)))


def test_an_anchor_stays(page: Page, address: str) -> None:
    page.goto(f"{address}techniques/mla/#how")
    for there in THERE_AND_BACK:
        switch(page, f"{address}{there}techniques/mla/")
        expect(page).to_have_url(f"{address}{there}techniques/mla/#how")
        expect(page.locator("#how")).to_be_in_viewport()


def test_the_place_on_the_page_stays(page: Page, address: str) -> None:
    page.goto(f"{address}guides/framework/")
    heading = page.locator("article h2[id]").nth(2).get_attribute("id")
    for there in THERE_AND_BACK:
        page.evaluate("id => scrollTo(0, document.getElementById(id).offsetTop + 150)", heading)
        switch(page, f"{address}{there}guides/framework/")
        expect(page).to_have_url(f"{address}{there}guides/framework/#{heading}")
        page.wait_for_function("id => document.getElementById(id).getBoundingClientRect().top < 0", arg=heading)
        assert page.evaluate(TOP, heading) > -900, "in the same section"


def test_the_top_stays_the_top(page: Page, address: str) -> None:
    page.goto(f"{address}models/deepseek-v3/")
    for there in THERE_AND_BACK:
        switch(page, f"{address}{there}models/deepseek-v3/")
        expect(page).to_have_url(f"{address}{there}models/deepseek-v3/")
        assert page.evaluate("scrollY") == 0


def test_a_comparison_stays(page: Page, address: str) -> None:
    page.goto(f"{address}compare/models/?v=deepseek-v2,deepseek-v3")
    add_model(page, "deepseek-r1")
    for there in THERE_AND_BACK:
        switch(page, f"{address}{there}compare/models/")
        expect(page.locator(".ds-chosen span")).to_have_text(["V2", "V3", "R1"])


def test_the_inputs_of_a_calculator_stay(page: Page, address: str) -> None:
    page.goto(f"{address}tools/memory/")
    page.locator(".ds-calculator [name=v]").select_option("deepseek-v2")
    page.locator(".ds-calculator [name=n]").fill("64K")
    before = page.locator(".ds-calculator").evaluate(INPUTS)
    assert "64K" in before
    for there in THERE_AND_BACK:
        switch(page, f"{address}{there}tools/memory/")
        assert page.locator(".ds-calculator").evaluate(INPUTS) == before

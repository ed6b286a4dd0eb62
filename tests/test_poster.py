"""The poster: what a sheet that travels alone has to say, on screen and on paper."""

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.browser
def test_the_scheme_of_the_page_chooses_the_file(page: Page, address: str) -> None:
    """On a wide and light screen and on a telephone in the dark."""
    page.goto(address + "models/")
    shown = page.locator(".ds-poster img:visible")
    for scheme, width, file in (("light", 1280, "poster.svg"), ("dark", 390, "poster-dark.svg")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("src", re.compile(f"/{file}$"))
    shown.scroll_into_view_if_needed()  # it is loaded when it comes near
    shown.evaluate("one => one.decode()")
    with page.expect_download() as saved:
        page.locator(".ds-poster button").first.click()
    assert saved.value.suggested_filename == "poster.png"


@pytest.mark.browser
def test_printed_it_fills_one_sheet_of_a3(page: Page, address: str) -> None:
    page.add_init_script("window.print = () => {}")
    page.goto(address + "models/")
    page.locator("[data-print-poster]").click()
    expect(page.locator("html.ds-sheet")).to_have_count(1)
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = {tuple(map(round, map(float, box))) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)}
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    ((wide, high),) = boxes
    assert abs(wide - 1191) < 3
    assert abs(high - 842) < 3


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_families_stand_on_one_baseline_and_are_filtered(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address + "models/")
    rows = page.locator(".ds-families tbody tr")
    middle = "cells => cells.map(cell => cell.getBoundingClientRect()).map(box => [box.right, box.width > 0])"
    for column in ("total", "cache", "context"):
        places = page.locator(f".ds-families tbody .{column}").evaluate_all(middle)
        assert len({round(right) for right, _ in places}) == 1
        assert all(shown for _, shown in places)
    page.locator("#models-controls").get_by_role("button", name="Code", exact=True).click()
    assert {row.get_attribute("data-track") for row in rows.locator("visible=true").all()} == {"code"}

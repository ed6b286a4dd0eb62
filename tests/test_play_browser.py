"""Figures that can be played with, on their pages: keyboard, address, the switch of languages, a finger, paper, a folder, no script."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from helpers import FONTS_READY, FRAMES, OVERFLOW, built_page
from render.figures.engine import FIGURES

pytestmark = pytest.mark.browser

# The page of each figure, and the figures of each page.
PAGES = {name: figure.page.removesuffix(".md") for name, figure in FIGURES.items() if figure.script}
TOGETHER = {page: [name for name in PAGES if PAGES[name] == page] for page in PAGES.values()}
MOST_REQUESTS, MOST_SCRIPT = 12, 6_000  # bytes, compressed
FINGER = 44

# What has been loaded beside fonts, the page itself with it.
REQUESTS = "1 + performance.getEntriesByType('resource').filter(({ name }) => !name.endsWith('.woff2')).length"


def figure(page: Page, name: str) -> Locator:
    """The figure, in the window, where its script is loaded and has run."""
    found = page.locator(f"#mechanism-{name}")
    found.scroll_into_view_if_needed()
    expect(found).to_have_attribute("data-ready", "1")
    return found


@pytest.mark.parametrize("path", TOGETHER)
def test_by_keyboard_and_from_the_address(page: Page, address: str, built: Path, path: str) -> None:
    """A key moves the first slider; sentence and drawing follow; the address leads back to the same state, and adds no step back.

    On paper stands the sentence that says which state is drawn, and no input. All that takes few requests and moves nothing.
    """
    page.goto(f"{address}{path}/")
    ready = built_page(built, path)
    for name in TOGETHER[path]:
        here = figure(page, name)
        said, drawing = here.get_by_role("status"), here.locator("svg").first
        first, drawn = said.inner_text(), drawing.inner_html()
        sentence = ready.css_first(f"#mechanism-{name} [role=status]")
        assert first.split() == sentence.text().split(), "the script says what stood there before it came"
        steps_back = page.evaluate("history.length")
        slider = here.get_by_role("slider").first
        slider.focus()
        page.keyboard.press("Home")
        expect(slider).to_have_attribute("aria-valuetext", re.compile("."))
        page.keyboard.press("ArrowRight")
        expect(said).not_to_have_text(first)
        assert drawing.inner_html() != drawn
        key = f"{name}-{slider.get_attribute('data-control')}"
        expect(page).to_have_url(re.compile(rf"[?&]{key}=[\w.]+.*#mechanism-{name}$"))
        page.evaluate(FRAMES)  # the first key may have been followed already, and the second not yet
        assert page.evaluate("history.length") == steps_back
        if name == next(iter(PAGES)):  # the script that reads an address is one for all figures
            changed, redrawn = said.inner_text(), drawing.inner_html()
            page.reload()
            expect(said).to_have_text(changed)
            assert drawing.inner_html() == redrawn
        here.locator("[type=reset]").click()
        expect(said).to_have_text(first)
        assert parse_qs(urlsplit(page.url).query) == {}
    page.evaluate(FONTS_READY)
    assert page.evaluate(REQUESTS) <= MOST_REQUESTS
    page.emulate_media(media="print")
    for name in TOGETHER[path]:
        here = page.locator(f"#mechanism-{name}")
        expect(here.locator("form")).to_be_hidden()
        expect(here.get_by_role("status")).to_be_visible()


def test_play_begins_at_once_and_a_press_before_its_script_has_come_is_answered(page: Page, address: str) -> None:
    """The first step is drawn with the press; without motion slider, sentence and drawing are at the end together."""
    held: list[Route] = []
    script = "**/assets/play-speculative.*.js"
    page.route(script, lambda route: held.append(route))
    page.goto(f"{address}{PAGES['speculative']}/")
    here = page.locator("#mechanism-speculative")
    said, slider, button = here.get_by_role("status"), here.get_by_role("slider").first, here.locator("[data-runs]")
    first, name = said.inner_text(), button.inner_text()
    with page.expect_request(script):
        here.scroll_into_view_if_needed()
    button.click()
    expect(button).to_have_text(name)
    held.pop().continue_()
    page.unroute(script)
    expect(said).not_to_have_text(first)
    expect(button).not_to_have_text(name)
    here.locator("[type=reset]").click()
    expect(said).to_have_text(first)
    state = "form => [form.querySelector('input').value, form.nextElementSibling.textContent]"
    pressed = f"async button => {{ button.click(); await ({FRAMES})(); return ({state})(button.form); }}"
    begun = slider.input_value()
    at, sentence = button.evaluate(pressed)
    assert at != begun
    assert sentence != first, "the first step waits for nothing"
    button.click()
    page.emulate_media(reduced_motion="reduce")
    at, sentence = button.evaluate(pressed)
    assert at == slider.get_attribute("max")
    expect(button).to_have_text(name)
    assert slider.get_attribute("aria-valuetext") in sentence


def test_answers_are_ticked_right_or_wrong_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}{PAGES['grpo']}/")
    here = figure(page, "grpo")
    boxes = here.get_by_role("checkbox")
    expect(boxes).to_have_count(8)
    boxes.nth(1).focus()
    page.keyboard.press("Space")
    expect(here.get_by_role("status")).to_contain_text("4 of 8")
    here.get_by_role("slider").focus()
    page.keyboard.press("End")
    expect(boxes).to_have_count(16)
    expect(here.get_by_role("status")).to_contain_text("4 of 16")


@pytest.mark.parametrize("path", TOGETHER)
def test_a_finger_can_play(narrow: Page, address: str, path: str) -> None:
    """On a phone nothing is wider than the screen, and what is touched is 44 px high; so is what is touched in its width."""
    narrow.goto(f"{address}{path}/")
    for name in TOGETHER[path]:
        is_made_for_a_finger(figure(narrow, name))
    narrow.evaluate(FONTS_READY)
    assert narrow.evaluate(OVERFLOW) <= 0


def is_made_for_a_finger(here: Locator) -> None:
    touched = here.locator("input[type=range], select, button, .ds-marks label:not([hidden]) span")
    small = touched.evaluate_all(
        """(controls, least) => controls.filter(control => {
          const { width, height } = control.getBoundingClientRect();
          return Math.min(width, height) < least;
        }).map(control => control.outerHTML)""",
        FINGER,
    )
    assert small == []
    slider = here.get_by_role("slider").first
    box = slider.bounding_box()
    assert box
    before = here.get_by_role("status").inner_text()
    slider.scroll_into_view_if_needed()
    slider.tap(position={"x": box["width"] * 0.12, "y": box["height"] / 2})
    expect(here.get_by_role("status")).not_to_have_text(before)

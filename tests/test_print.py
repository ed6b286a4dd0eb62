"""On paper: light, without navigation, nothing cut, every source with its address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MODEL = "models/deepseek-v3/"
PAGES = [
    MODEL,
    "techniques/mla/",
    "compare/models/",
    "compare/architecture/",
    "compare/evaluation/",
    "compare/infrastructure/",
]
A4 = (210, 297)
MARGIN = 15
PIXELS_PER_MM = 96 / 25.4


@pytest.fixture(params=["light", "dark"])
def paper(request: pytest.FixtureRequest, page: Page) -> Page:
    """A page set for paper as wide as A4 within its margins, for a reader of either colour scheme."""
    page.set_viewport_size({"width": round((A4[0] - 2 * MARGIN) * PIXELS_PER_MM), "height": 1000})
    page.emulate_media(media="print", color_scheme=request.param)
    return page


def lightness(page: Page, selector: str, of: str) -> float:
    """How light a colour of an element is, from black, 0, to white, 1; no background counts as white."""
    colour = page.locator(selector).first.evaluate("(element, of) => getComputedStyle(element)[of]", of)
    red, green, blue, alpha = ([float(number) for number in re.findall(r"[\d.]+", colour)] + [1.0])[:4]
    return 1 - alpha + alpha * (red + green + blue) / 3 / 255


def test_paper_is_light_whatever_the_screen_is(paper: Page, address: str) -> None:
    paper.goto(address + MODEL)
    assert lightness(paper, "body", "backgroundColor") == 1
    for text in ("h1", ".ds-lead", ".ds-facts dt", ".ds-facts dd", ".ds-table thead th", ".ds-note, .ds-legend"):
        assert lightness(paper, text, "color") < 0.5, text
    for ground in (".ds-facts > div", ".ds-table caption", ".ds-chips dd a"):
        assert lightness(paper, ground, "backgroundColor") > 0.9, ground


def test_what_leads_elsewhere_is_left_out(paper: Page, address: str) -> None:
    paper.goto(address + MODEL)
    for selector in (".md-header", ".md-tabs", ".md-sidebar", ".md-footer", ".md-content__button", ".ds-copy"):
        assert paper.locator(selector).count(), selector
        assert not any(part.is_visible() for part in paper.locator(selector).all()), selector


def test_what_is_folded_stands_open_without_a_script_too(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + MODEL)
    folded = page.locator("details:not([open]) table")
    assert folded.count()
    assert not folded.first.is_visible()
    page.emulate_media(media="print")
    assert all(table.is_visible() for table in folded.all())
    context.close()


def test_sources_and_the_page_itself_have_their_address(paper: Page, address: str) -> None:
    paper.goto(address + MODEL)
    assert MODEL in paper.locator(".ds-printed").inner_text()
    first = paper.locator("li:has(#s1) a").first
    shown = first.evaluate("link => getComputedStyle(link, '::after').content")
    assert str(first.get_attribute("data-url")) in shown


@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_wider_than_the_paper(page: Page, address: str, kind: str) -> None:
    page.set_viewport_size({"width": round((A4[0] - 2 * MARGIN) * PIXELS_PER_MM), "height": 1000})
    page.emulate_media(media="print")
    page.goto(address + kind)
    across = A4[1] if page.locator(".ds-wide").count() else A4[0]
    page.set_viewport_size({"width": round((across - 2 * MARGIN) * PIXELS_PER_MM), "height": 1000})
    wide = page.evaluate(
        """() => [...document.querySelectorAll(".md-content :is(table, svg, figure, math, p, li, th, td)")]
            .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => `${e.tagName} ${e.textContent.trim().slice(0, 60)}`)"""
    )
    assert wide == []


def test_a_model_fills_pages_and_a_comparison_of_all_lies_on_its_side(page: Page, address: str) -> None:
    page.goto(address + MODEL)
    portrait = boxes(page.pdf(prefer_css_page_size=True))
    assert len(portrait) > 1
    assert all(width < height for width, height in portrait)
    page.goto(address + "compare/architecture/")
    assert all(width > height for width, height in boxes(page.pdf(prefer_css_page_size=True)))


def boxes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page."""
    found = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(float(width), float(height)) for width, height in found]

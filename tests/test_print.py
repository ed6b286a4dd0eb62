"""On paper: light, without navigation, nothing cut, every source with its address."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser

from helpers import FONTS_READY, show

pytestmark = pytest.mark.browser

MODEL = "models/deepseek-v3/"
PART = MODEL + "architecture/"
WITH_SCRIPTS = [MODEL, "techniques/mla/", "compare/models/", "compare/evaluation/", "glossary/", "timeline/"]
WITHOUT_SCRIPTS = [
    PART,
    "compare/architecture/",
    "compare/infrastructure/",
    "compare/training/",
    "compare/post-training/",
    "trust/",
    "references/",
    "zh/compare/architecture/",
]
# What leads elsewhere, around a page and in it.
LEADING = (".md-header", ".ds-tabs", ".ds-nav", ".md-sidebar", ".md-footer", ".ds-local", ".ds-save")
# What stands on a page, and on which grounds.
LIGHT = (
    (MODEL, ("h1", ".ds-lead", ".ds-ribbon dt", ".ds-ribbon dd", ".ds-legend"), (".ds-ribbon > div", ".ds-new")),
    (PART, ("h1", ".ds-table thead th", ".ds-table tbody td"), (".ds-table caption", ".ds-table thead th")),
    (MODEL + "changes/", ("h1", ".ds-chips dd a"), (".ds-chips dd a",)),
)
A4 = (210, 297)
MARGIN = 15
PIXELS_PER_MM = 96 / 25.4

WIDER = """() => [...document.querySelectorAll(".md-content :is(table, svg, figure, math, p, li, th, td, dt, pre > code)")]
  .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => `${e.tagName} ${e.textContent.trim().slice(0, 60)}`)"""


@pytest.fixture
def paper(page: Page) -> Page:
    """A page set for paper as wide as A4 within its margins."""
    page.set_viewport_size({"width": round((A4[0] - 2 * MARGIN) * PIXELS_PER_MM), "height": 1000})
    page.emulate_media(media="print")
    return page


def lightness(page: Page, selector: str, of: str) -> float:
    """How light a colour of an element is, from black, 0, to white, 1; no background counts as white."""
    colour = page.locator(selector).first.evaluate("(element, of) => getComputedStyle(element)[of]", of)
    red, green, blue, alpha = ([float(number) for number in re.findall(r"[\d.]+", colour)] + [1.0])[:4]
    return 1 - alpha + alpha * (red + green + blue) / 3 / 255


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_paper_is_light_whatever_the_screen_is(paper: Page, address: str, built: Path, scheme: str) -> None:
    paper.emulate_media(color_scheme=scheme)
    paper.goto(address + MODEL)
    name = {"dark": "slate", "light": "default"}[scheme]
    expect(paper.locator("body")).to_have_attribute("data-md-color-scheme", name)
    for kind, texts, grounds in LIGHT:
        if kind != MODEL:
            show(paper, built / kind / "index.html")
            paper.locator("body").evaluate("(body, name) => { body.dataset.mdColorScheme = name; }", name)
        assert lightness(paper, "body", "backgroundColor") == 1
        for text in texts:
            assert lightness(paper, text, "color") < 0.5, (kind, text)
        for ground in grounds:
            assert lightness(paper, ground, "backgroundColor") > 0.9, (kind, ground)


def test_what_is_folded_stands_open_without_a_script_too(plain: Page, address: str) -> None:
    plain.goto(address + PART)
    folded = plain.locator("details:not([open]) table")
    assert folded.count()
    assert not folded.first.is_visible()
    plain.emulate_media(media="print")
    assert all(table.is_visible() for table in folded.all())


def test_values_sources_and_the_page_itself_have_their_address(paper: Page, address: str, built: Path) -> None:
    paper.goto(address + MODEL)
    assert MODEL in paper.locator(".ds-printed").inner_text()
    first = paper.locator("li:has(#s1) a").first
    shown = first.evaluate("link => getComputedStyle(link, '::after').content")
    assert str(first.get_attribute("data-url")) in shown
    show(paper, built / "compare" / "architecture" / "index.html")
    remarked = paper.locator("a[data-n][data-s]").first
    assert str(remarked.get_attribute("data-s")) in remarked.evaluate("a => getComputedStyle(a, '::after').content")


@pytest.mark.parametrize("kind", WITH_SCRIPTS)
def test_nothing_is_wider_than_the_paper_or_there_to_click(paper: Page, address: str, built: Path, kind: str) -> None:
    lay_paper(paper, built, kind)
    paper.goto(address + kind)
    check_printed(paper, kind)
    if kind == MODEL:
        for selector in LEADING:
            assert paper.locator(selector).count(), selector
            assert paper.locator(f"{selector}:visible").count() == 0, selector
        for other in WITHOUT_SCRIPTS:
            lay_paper(paper, built, other)
            show(paper, built / other / "index.html")
            check_printed(paper, other)


def lay_paper(page: Page, built: Path, kind: str) -> None:
    """Turns it on its side for a page with a wide table."""
    long_side = LexborHTMLParser((built / kind / "index.html").read_text("utf-8")).css_first(".ds-wide")
    width = (A4[1] if long_side else A4[0]) - 2 * MARGIN
    page.set_viewport_size({"width": round(width * PIXELS_PER_MM), "height": 1000})


def check_printed(page: Page, kind: str) -> None:
    page.evaluate(FONTS_READY)
    assert page.evaluate(WIDER) == [], kind
    # A head that sorts is the head of its column too, and one that opens a step that of the step.
    for selector in ("button:not(th button, .ds-step-said button)", "input", "select", ".ds-jump"):
        assert page.locator(f".md-content {selector}:visible").count() == 0, (kind, selector)


def test_a_model_fills_pages_and_a_comparison_of_all_lies_on_its_side(page: Page, address: str, built: Path) -> None:
    page.goto(address + MODEL)
    portrait = boxes(page.pdf(prefer_css_page_size=True))
    assert len(portrait) > 1
    assert all(width < height for width, height in portrait)
    show(page, built / "compare" / "infrastructure" / "index.html")
    assert all(width > height for width, height in boxes(page.pdf(prefer_css_page_size=True)))


def boxes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page."""
    found = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(float(width), float(height)) for width, height in found]

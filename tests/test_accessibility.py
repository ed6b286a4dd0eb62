"""One visit to a page of each kind: no error, no foreign request, nothing too wide, nothing that moves, no finding of axe.

Axe runs with WCAG 2.2 AA and its best practices. What only repeats on a page is cut before: further rows
of a table have the same shape. In the dark only colours differ, so only the rules on colours run again; on a telephone only those that see what is shown or moved there.
What stands around the article is the same on every page, and looked at with the rich ones.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from axe import FORM, SCRIPT, TARGETS, colours, cut, findings, look
from helpers import FONTS_READY, FRAMES, OVERFLOW, show, watched
from page_kinds import KINDS
from weight import MOST_SHIFT, SHIFT

pytestmark = pytest.mark.browser

# Pages that between them have nearly every component; the others have a list or a table of their own.
RICH = (
    *("", "models/deepseek-v3/", "techniques/", "techniques/mla/", "timeline/", "compare/models/"),
    *("guides/framework/", "tools/memory/"),
)
MOVING = """() => [...document.querySelectorAll('body *')].filter(element => {
  const style = getComputedStyle(element);
  const longest = text => Math.max(...text.split(',').map(parseFloat));
  return longest(style.transitionDuration) > 0.01 || longest(style.animationDuration) > 0.01;
}).map(element => element.className.toString()).slice(0, 5)"""
COLOURS_SEEN: set[int] = set()  # kinds of elements in which pages before had no finding on colours
OUT_OF_REACH = """() => [...document.querySelectorAll('.ds-scroll math')].filter(formula => {
  const box = formula.closest('.ds-scroll');
  return formula.getBoundingClientRect().left < box.getBoundingClientRect().left - box.scrollLeft - 1;
}).map(formula => formula.dataset.latex)"""
# With the faces of its letters: by how much a page is too wide, and the formulas whose beginning no scrolling shows.
TOO_WIDE = f"async () => {{ await ({FONTS_READY.strip()})(); return [{OVERFLOW}, ({OUT_OF_REACH})()]; }}"
LEAVE_ARTICLE = (
    "() => document.querySelectorAll('body *:not(:has(article), article, article *)').forEach(one => one.remove())"
)
# Of an article what is shown over it, what has the focus, and the headings that a page has to have.
LEAVE_SHOWN = """shown => {
  const kept = `:is(h1, h2, :focus, ${shown})`;
  for (const one of document.querySelectorAll(`article *:not(${kept}, ${kept} *, :has(${kept}))`)) one.remove();
}"""


def fits(page: Page, kind: str, width: int) -> None:
    """A page is no wider than the window, and every formula can be scrolled to."""
    overflow, out_of_reach = page.evaluate(TOO_WIDE)
    assert overflow <= 0, f"{kind} is wider than {width} px"
    assert out_of_reach == [], f"{kind}: no scrolling shows the beginning at {width} px"


def visit(page: Page, address: str, kind: str) -> None:
    """Open a page; point at a value, change the first boxes; see that it fits a wide screen and a telephone."""
    page.goto(address + kind)
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate(SHIFT) <= MOST_SHIFT
    for value in page.locator("a[data-s]:visible").all()[:1]:
        value.hover()
    for box in page.locator("main input[type=number]:visible, main select:visible").all()[:2]:
        box.focus()
        page.keyboard.press("ArrowUp")
    page.mouse.move(0, 0)
    page.keyboard.press("Escape")
    expect(page.locator("[role=tooltip]")).to_have_count(0)  # by role, every element would be asked for its own
    page.evaluate("scrollTo(0, 0)")
    fits(page, kind, 1280)
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate(FRAMES)
    fits(page, kind, 390)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_without_errors_and_findings(page: Page, address: str, kind: str) -> None:
    """Among the errors is what breaks the policy of the page. What a page has alone is looked at once, on a telephone in the dark."""
    with watched(page, address):
        visit(page, address, kind)
        cut(page)
        page.emulate_media(reduced_motion="reduce")
        assert page.evaluate(MOVING) == [], "nothing moves for those who ask for less motion"
        page.add_script_tag(url=address + SCRIPT.name)
        if kind in RICH:
            assert look(page, seen=COLOURS_SEEN) == []
        else:
            page.evaluate(LEAVE_ARTICLE)
            assert findings(page, FORM) + colours(page, "dark", seen=COLOURS_SEEN) == []


def test_pages_in_chinese_fit_and_have_room_for_a_finger(page: Page, address: str, built: Path) -> None:
    """Their elements and colours are those of the English pages; their words are of other lengths."""
    page.goto(f"{address}zh/")
    page.add_script_tag(url=address + SCRIPT.name)
    for kind in KINDS:
        if kind in RICH:
            page.set_viewport_size({"width": 1280, "height": 800})
        show(page, built / "zh" / kind.partition("?")[0] / "index.html")
        if kind in RICH:
            fits(page, f"zh/{kind}", 1280)
            page.set_viewport_size({"width": 390, "height": 800})
        fits(page, f"zh/{kind}", 390)
        if kind in RICH:
            cut(page)
            assert findings(page, TARGETS) == [], kind


def test_axe_finds_nothing_in_an_open_source_and_in_the_search_dialog(screen: Page, address: str) -> None:
    """The page below them is looked at by itself."""
    page = screen
    with watched(page, address):
        page.goto(address + "models/deepseek-v3/")
        page.add_script_tag(url=address + SCRIPT.name)
        page.locator(".ds-ribbon a[data-s]").first.focus()
        expect(page.get_by_role("tooltip")).to_be_visible()
        page.evaluate(LEAVE_SHOWN, "[role=tooltip]")
        assert findings(page) == []
        page.keyboard.press("Escape")
        page.locator("[data-ds-search]").click()
        expect(page.locator("dialog.ds-search input")).to_be_focused()
        page.keyboard.insert_text("latent attention")
        expect(page.locator("dialog.ds-search mark").first).to_be_visible()
        page.evaluate(LEAVE_SHOWN, "dialog.ds-search")
        assert findings(page) == []

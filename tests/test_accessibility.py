"""One visit to a page of each kind, wide and narrow: no error, no foreign request, nothing too wide, no finding of axe.

Axe runs with WCAG 2.2 AA and its best practices. What only repeats on a page is cut before: further rows
of a table have the same shape. In the dark only colours differ, so only the rules on colours run again; on a telephone only those that see what is shown or moved there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response, expect

from axe import CUT, IN_THE_DARK, ON_A_TELEPHONE, UNFOLD, findings
from page_kinds import IN_CHINESE, KINDS

pytestmark = pytest.mark.browser

MOVING = """() => [...document.querySelectorAll('body *')].filter(element => {
  const style = getComputedStyle(element);
  const longest = text => Math.max(...text.split(',').map(parseFloat));
  return longest(style.transitionDuration) > 0.01 || longest(style.animationDuration) > 0.01;
}).map(element => element.className.toString()).slice(0, 5)"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def watched(page: Page, address: str) -> Iterator[list[str]]:
    """What goes wrong while a page loads: errors, requests elsewhere, answers of 400 and above."""
    problems: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            problems.append(message.text)

    def failed(error: Error) -> None:
        problems.append(str(error))

    def asked(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            problems.append(request.url)

    def answered(response: Response) -> None:
        if response.status >= 400:
            problems.append(f"{response.status} {response.url}")

    page.on("console", said)
    page.on("pageerror", failed)
    page.on("request", asked)
    page.on("response", answered)
    yield problems
    page.remove_listener("console", said)
    page.remove_listener("pageerror", failed)
    page.remove_listener("request", asked)
    page.remove_listener("response", answered)
    assert problems == []


def visit(page: Page, address: str, kind: str) -> None:
    """Open a page and wait until all has arrived."""
    with watched(page, address) as problems:
        page.goto(address + kind, wait_until="networkidle")
        expect(page.locator("h1")).to_be_visible()
        if (overflow := page.evaluate(OVERFLOW)) > 0:
            problems.append(f"{kind} is {overflow} px wider than the screen")


# Visited, but made like another one that axe sees; `make axe` sees every page.
OF_ONE_SHAPE = ("compare/", "compare/training/", "infrastructure/", "techniques/zero-bubble/", "zh/glossary/")
ALL = [*KINDS, *IN_CHINESE, "techniques/zero-bubble/", "zh/glossary/"]


@pytest.mark.parametrize("kind", ALL)
def test_a_page_is_without_errors_and_findings(page: Page, address: str, kind: str) -> None:
    visit(page, address, kind)
    if kind in OF_ONE_SHAPE:
        return
    page.evaluate(UNFOLD)
    page.evaluate(CUT)
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == [], "nothing moves for those who ask for less motion"
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
    assert findings(page, IN_THE_DARK) == []


@pytest.mark.parametrize("kind", ALL)
def test_a_page_fits_a_telephone(narrow: Page, address: str, kind: str) -> None:
    visit(narrow, address, kind)
    narrow.evaluate(UNFOLD)
    narrow.evaluate(CUT)
    assert findings(narrow, ON_A_TELEPHONE) == []


def test_axe_finds_nothing_in_the_search_dialog(screen: Page, address: str) -> None:
    page = screen
    page.goto(address)
    page.locator("[data-ds-search]").click()
    expect(page.locator("dialog.ds-search input")).to_be_focused()
    page.keyboard.insert_text("latent attention")
    expect(page.locator("dialog.ds-search mark").first).to_be_visible()
    assert findings(page) == []


def test_axe_finds_nothing_in_an_open_source(page: Page, address: str) -> None:
    page.goto(address + "models/deepseek-v3/")
    page.locator(".ds-ribbon a[data-s]").first.focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert findings(page) == []

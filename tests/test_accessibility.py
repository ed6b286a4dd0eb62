"""No finding of axe, by WCAG 2.2 AA and its best practices, on any kind of page; and what a reader's settings ask for."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from page_kinds import IN_CHINESE, KINDS

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Page) -> list[str]:
    """What axe has to say about a page as it stands."""
    result = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in result.response["violations"]
        for node in violation["nodes"]
    ]


def unfold(page: Page) -> None:
    """Open what is folded: it is read too."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")


@pytest.mark.parametrize("kind", [*KINDS, "techniques/zero-bubble/", *IN_CHINESE, "zh/glossary/"])
def test_axe_finds_nothing(screen: BrowserContext, address: str, kind: str) -> None:
    page = screen.new_page()
    page.goto(address + kind, wait_until="networkidle")
    unfold(page)
    assert findings(page) == []


def test_axe_finds_nothing_in_the_search_dialog(screen: BrowserContext, address: str) -> None:
    page = screen.new_page()
    page.goto(address)
    if (page.viewport_size or {})["width"] < 500:
        page.locator("label.md-header__button[for=__search]").click()
    else:
        page.locator("input.md-search__input").click()
    page.keyboard.insert_text("latent attention")
    page.keyboard.press("End")
    expect(page.locator(".md-search-result__item").first).to_be_visible(timeout=15_000)
    page.wait_for_timeout(400)  # the dialog fades in
    assert findings(page) == []


def test_axe_finds_nothing_in_an_open_source(page: Page, address: str) -> None:
    page.goto(address + "models/deepseek-v3/")
    page.locator(".ds-facts a.ds-v").first.focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert findings(page) == []


def test_nothing_moves_for_those_who_ask_for_less_motion(browser: Browser, address: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    for kind in KINDS:
        page.goto(address + kind)
        moving = page.evaluate(
            """() => [...document.querySelectorAll('body *')].filter(element => {
                const style = getComputedStyle(element);
                const longest = text => Math.max(...text.split(',').map(parseFloat));
                return longest(style.transitionDuration) > 0.01 || longest(style.animationDuration) > 0.01;
            }).map(element => element.className.toString()).slice(0, 5)"""
        )
        assert moving == [], kind
    context.close()

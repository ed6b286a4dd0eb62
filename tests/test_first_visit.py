"""A first visit, with an empty cache: every kind of page is painted in the site's own faces, and nothing moves afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from page_kinds import KINDS
from weight import SHIFT, served

pytestmark = pytest.mark.browser

MOST_SHIFT = 0.02
PARTS = tuple(f"models/deepseek-v3/{part}/" for part in ("architecture", "training", "changes", "values"))
OTHERS = ("start/", "problems/", "guides/attention/", "models/deepseek-r1/")
FACES = {"Inter", "Source Serif 4"}
# Text that is set in one of the site's faces: the name of the page, what it says, its table of contents, the tabs.
TEXTS = ("h1", "h2", "article > p", ".md-content li", ".md-content td a", ".ds-tabs li", "label")


@pytest.fixture(scope="module")
def compressed(built: Path) -> Iterator[str]:
    with served(built) as address:
        yield address


def visit(browser: Browser, address: str, width: int) -> tuple[float, dict[str, set[str]]]:
    """How much moves on a page that is opened cold, and the faces in which its Latin letters are set, by selector."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    try:
        page.goto(address, wait_until="networkidle")
        return page.evaluate(SHIFT), faces_of(page)
    finally:
        context.close()


def faces_of(page: Page) -> dict[str, set[str]]:
    client = page.context.new_cdp_session(page)
    client.send("DOM.enable")
    client.send("CSS.enable")
    root = client.send("DOM.getDocument")["root"]["nodeId"]
    found: dict[str, set[str]] = {}
    for selector in TEXTS:
        node = client.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
        fonts = client.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] if node else []
        found[selector] = {font["familyName"] for font in fonts}
    return found


@pytest.mark.parametrize("edition", ["", "zh/"])
@pytest.mark.parametrize("kind", [*KINDS, *PARTS, *OTHERS])
def test_a_first_visit_has_the_faces_of_the_site_and_nothing_moves(
    browser: Browser, compressed: str, kind: str, edition: str
) -> None:
    for width in (1280, 390):
        shift, faces = visit(browser, f"{compressed}{edition}{kind}", width)
        assert shift <= MOST_SHIFT, width
        # Chinese, and signs that the faces lack, are the reader's; Latin letters never are, unless they are code.
        assert faces["h1"] & FACES or edition, width
        assert set().union(*faces.values()) & FACES, width
        strange = {
            name for names in faces.values() for name in names if name.startswith(("Liberation S", "Times", "Arial"))
        }
        assert not strange, width


def test_the_faces_are_there_when_the_page_is_painted_first(browser: Browser, compressed: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.add_init_script(
        """new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            if (entry.name === "first-contentful-paint") window.facesAtFirstPaint = [...document.fonts].map((face) => [face.family, face.status]);
        }).observe({ type: "paint" });"""
    )
    page.goto(f"{compressed}techniques/", wait_until="networkidle")
    faces = dict(page.evaluate("window.facesAtFirstPaint"))
    assert {faces["Inter"], faces["Source Serif"]} == {"loaded"}
    context.close()

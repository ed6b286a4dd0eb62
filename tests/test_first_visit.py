"""A first visit, with an empty cache: every kind of page is painted in the site's own faces, without an error, and nothing moves afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from helpers import OVERFLOW, watched
from page_kinds import KINDS
from weight import SHIFT, served

pytestmark = pytest.mark.browser

MOST_SHIFT = 0.02
PARTS = tuple(f"models/deepseek-v3/{part}/" for part in ("architecture", "training", "changes"))
OTHERS = (
    "guides/attention/",
    "models/deepseek-r1/",
    "compare/infrastructure/",
    "techniques/zero-bubble/",
    "techniques/grpo/",
)
FACES = {"Inter", "Source Serif 4"}
# Text that is set in one of the site's faces: the name of the page, what it says, its table of contents, the tabs.
TEXTS = ("h1", "h2", "article > p", ".md-content li", ".md-content td a", ".ds-tabs li", "label")


@pytest.fixture(scope="module")
def compressed(built: Path) -> Iterator[str]:
    with served(built) as address:
        yield address


AT_ONCE = 8  # pages that load side by side: most of the time of a visit is spent on waiting for the network to be quiet


@contextmanager
def visited(browser: Browser, home: str, visits: Sequence[tuple[str, int]]) -> Iterator[list[Page]]:
    """Pages that are opened cold, each at its width; an error on one of them, or of the policy that it has, fails the test."""
    contexts = [browser.new_context(viewport={"width": width, "height": 800}) for _, width in visits]
    pages = [context.new_page() for context in contexts]
    with ExitStack() as watching:
        for page, (kind, _) in zip(pages, visits, strict=True):
            watching.enter_context(watched(page, home))
            page.goto(home + kind, wait_until="commit")
        for page in pages:
            page.wait_for_load_state("networkidle")
        yield pages
    for context in contexts:
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
def test_a_first_visit_has_the_faces_of_the_site_and_nothing_moves(
    browser: Browser, compressed: str, edition: str
) -> None:
    """Each kind of page wide in one edition and on a telephone in the other."""
    widths = itertools.cycle((1280, 390) if edition else (390, 1280))
    visits = [(edition + kind, next(widths)) for kind in (*KINDS, *PARTS, *OTHERS)]
    for at in range(0, len(visits), AT_ONCE):
        some = visits[at : at + AT_ONCE]
        with visited(browser, compressed, some) as pages:
            for visit, page in zip(some, pages, strict=True):
                assert page.evaluate(SHIFT) <= MOST_SHIFT, visit
                assert page.evaluate(OVERFLOW) <= 0, visit
                faces = faces_of(page)
                # Chinese, and signs that the faces lack, are the reader's; Latin letters never are, unless they are code.
                assert faces["h1"] & FACES or edition, visit
                seen = set().union(*faces.values())
                assert seen & FACES, visit
                assert not [name for name in seen if name.startswith(("Liberation S", "Times", "Arial"))], visit


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
    # A family has a second face, for letters that few pages show: it is not asked for here.
    loaded = {family for family, status in page.evaluate("window.facesAtFirstPaint") if status == "loaded"}
    assert loaded >= {"Inter", "Source Serif"}
    context.close()

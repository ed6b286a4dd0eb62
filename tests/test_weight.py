"""A first visit, with an empty cache: what a page takes beside its own HTML, in which faces it is painted, and that nothing moves."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import tinycss2
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser

from helpers import OVERFLOW
from page_kinds import KINDS
from render import assets
from weight import MOST_SHIFT, page_addresses, served, weigh, weigh_beside

MOST_REQUESTS = 12
# Pages that load other files: drawings, a filter and rare letters, a calculator, a comparison, a map, a model; formulas and a figure to play with.
COLD = (
    "",
    "references/",
    "tools/memory/",
    "compare/models/",
    "zh/timeline/",
    "zh/models/deepseek-v3/",
    "zh/guides/framework/",
)
FACES = {"Inter", "Source Serif 4"}
# Text that is set in one of the site's faces: the name of the page, what it says, its table of contents, the tabs.
TEXTS = ("h1", "h2", "article > p", ".md-content li", ".md-content td a", ".ds-tabs li", "label")


@pytest.fixture(scope="module")
def compressed(built: Path) -> Iterator[str]:
    with served(built) as address:
        yield address


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


@pytest.mark.browser
def test_a_first_visit_is_light_and_in_the_faces_of_the_site_and_nothing_moves(
    browser: Browser, built: Path, compressed: str
) -> None:
    """A browser loads what is read from the files, and no font more; of letters in folds it may wait to load one."""
    for kind, found, pages in weigh(browser, compressed, COLD):
        assert found.requests <= MOST_REQUESTS, kind
        assert found.shift <= MOST_SHIFT, kind
        beside = weigh_beside(built, kind)
        assert beside.at_load * 0.9 <= found.beside + found.fonts <= beside.played * 1.02, kind
        for page in pages:
            assert page.evaluate(OVERFLOW) <= 0, kind
        faces = faces_of(pages[0])
        # Chinese, and signs that the faces lack, are the reader's; Latin letters never are, unless they are code.
        assert faces["h1"] & FACES or kind.startswith("zh/"), kind
        seen = set().union(*faces.values())
        assert seen & FACES, kind
        assert not [name for name in seen if name.startswith(("Liberation S", "Times", "Arial"))], kind


def test_what_every_page_loads_beside_its_text_is_light(built: Path) -> None:
    """With the fonts of its letters, and with the scripts of its figures once they are played with."""
    weighed = {address: weigh_beside(built, address) for address in page_addresses(built) if "404" not in address}
    assert len(weighed) > 300
    assert {address: beside for address, beside in weighed.items() if beside.played > beside.most} == {}


@pytest.mark.parametrize("kind", [kind.partition("?")[0] for kind in KINDS])
def test_a_page_links_to_every_sheet_that_it_needs(built: Path, kind: str) -> None:
    """In the others no rule fits an element of it, whatever state that is in."""
    page = (built / kind / "index.html").read_text(encoding="utf-8")
    document = LexborHTMLParser(page)
    for sheet in assets.SHEETS:
        name = sheet.removesuffix(".css")
        if sheet == assets.SEARCH_STYLES or re.search(rf"{name}\.\w+\.css", page):
            continue
        fits = [selector for selector in _selectors()[sheet] if document.css_matches(_STATE.sub(":not(_)", selector))]
        assert fits == [], sheet


# States and made-up elements, which no document has before it is shown.
_STATE = re.compile(
    r"::?(?!(?:is|not|where|has|root|empty|nth|(?:first|last|only)-(?:child|of))\b)[\w-]+(?:\([^()]*\))?"
)
_GROUPS = ("media", "supports", "layer", "container")


@cache
def _selectors() -> dict[str, list[str]]:
    files = assets.asset_files()
    return {sheet: [*_selectors_of(tinycss2.parse_stylesheet(files[sheet]))] for sheet in assets.SHEETS}


def _selectors_of(rules: list[tinycss2.ast.Node]) -> Iterator[str]:
    """Before the braces of each rule, those in groups too."""
    for rule in rules:
        if rule.type == "qualified-rule":
            yield tinycss2.serialize(rule.prelude).strip()
        elif rule.type == "at-rule" and rule.content is not None and rule.lower_at_keyword in _GROUPS:
            yield from _selectors_of(tinycss2.parse_rule_list(rule.content))


def test_a_page_is_painted_with_its_sheets_and_waits_for_no_script(built: Path) -> None:
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "<article" not in text:
            continue
        head = text.partition("<body")[0]
        loaded = re.findall(r'<link rel="(?:stylesheet|preload|expect)"[^>]*', text)
        faces = [link for link in loaded if "preload" in link]
        assert len(faces) == 1, path
        assert re.search(r'as="font".* crossorigin href="[^"]*assets/fonts/inter\.\w+\.woff2"', faces[0]), path
        sheets = [link for link in loaded if link not in faces]
        assert 2 <= len(sheets) <= 9, path
        assert sheets == re.findall(r'<link rel="stylesheet"[^>]*', head), path
        assert [sheet for sheet in sheets if 'media="print"' in sheet] == sheets[-1:], path
        assert "<style" not in text, path
        assert "<script src" not in text, (path, "a script that is asked for before the page is painted")

"""What a page takes with an empty cache: requests and bytes beside its own HTML, as a server with gzip sends them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from helpers import FONTS_TRIED
from weight import served, weigh

MOST_REQUESTS, MOST_BESIDE, MOST_FONTS, MOST_SHIFT = 6, 60_000, 80_000, 0.02


@pytest.mark.browser
def test_a_page_is_light(browser: Browser, built: Path) -> None:
    with served(built) as address:
        kinds = ("", "models/deepseek-v3/", "techniques/mla/", "timeline/", "compare/models/", "zh/")
        for kind, found in weigh(browser, address, kinds):
            assert found.requests <= MOST_REQUESTS, kind
            assert found.beside <= MOST_BESIDE, kind
            assert found.fonts <= MOST_FONTS, kind
            assert found.shift <= MOST_SHIFT, kind


def test_assets_are_named_by_content_and_the_themes_are_gone(built: Path) -> None:
    for folder in (built / "assets", built / "zh" / "assets"):
        names = {path.name for path in folder.glob("*.*s")}
        assert all(len(name.split(".")) == 3 for name in names), names
        assert {name.split(".")[0] for name in names} >= {"ds", "search"}
        assert not (folder / "stylesheets").exists()
        assert not (folder / "javascripts").exists()
    home = (built / "index.html").read_text(encoding="utf-8")
    for name in (path.name for path in (built / "assets").glob("ds.*")):
        assert f"assets/{name}" in home


def test_the_top_of_a_page_needs_no_other_file(built: Path) -> None:
    """The style of what stands above the first section is in the page; the sheet is asked for below that, on every page once."""
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "<article" not in text:
            continue
        head, _, rest = text.partition("<article")
        assert "<style>" in head, path
        assert "<script src" not in text, (path, "a script that is asked for before the page is painted")
        assert ('<link rel="expect" href="#ds-lead" blocking="render">' in head) == ('id="ds-lead"' in rest), path
        assert '<link rel="stylesheet"' not in head, path
        assert text.count('<link rel="stylesheet"') == 1, path
        assert rest.index('<link rel="stylesheet"') < rest.index("<footer"), path
        style = head.partition("<style>")[2].partition("</style>")[0]
        assert len(style) < 45_000, path
        for name in re.findall(r'url\("?(?!data:)([^")]+)', style):
            folder = built if name.startswith("/") else path.parent
            assert (folder / name.lstrip("/")).resolve().is_file(), (path, name)


@pytest.mark.browser
def test_the_top_of_a_page_looks_the_same_before_the_sheet_has_come(page: Page, built: Path) -> None:
    places = """() => [...document.querySelectorAll("h1, h1 ~ p, .ds-lead, header a, header button")]
        .map(node => [node.textContent.trim(), ...["x", "y", "width", "height"].map(side => Math.round(node.getBoundingClientRect()[side]))])
        .filter(([, , y]) => y >= 0 && y < innerHeight)"""
    with served(built) as address:
        for kind in ("", "models/deepseek-v3/", "techniques/mla/", "compare/architecture/", "zh/"):
            page.goto(address + kind)
            page.evaluate(FONTS_TRIED)
            page.evaluate("document.documentElement.classList.remove('ds-fonts')")
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 800})
                page.evaluate("document.querySelector('link[rel=stylesheet]').disabled = false")
                whole = page.evaluate(places)
                page.evaluate("document.querySelector('link[rel=stylesheet]').disabled = true")
                before = page.evaluate(places)
                first = [place for place in before if place in whole]
                assert len(first) >= 0.9 * len([place for place in whole if place[2] < 300]), (kind, width)

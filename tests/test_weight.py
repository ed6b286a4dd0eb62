"""What a page takes with an empty cache: requests and bytes beside its own HTML, as a server with gzip sends them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from page_kinds import KINDS
from render import assets
from theme_css import Need, Used, need, selectors_of, written
from weight import MOST_FOR_FIGURES, MOST_FOR_TEXT, served, weigh, weigh_beside

MOST_REQUESTS, MOST_SHIFT = 12, 0.02


@pytest.mark.browser
def test_a_page_is_light(browser: Browser, built: Path) -> None:
    with served(built) as address:
        kinds = ("", "models/deepseek-v3/", "techniques/mla/", "timeline/", "compare/models/", "zh/")
        for kind, found in weigh(browser, address, kinds):
            assert found.requests <= MOST_REQUESTS, kind
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


def test_what_every_page_loads_beside_its_text_is_light(built: Path) -> None:
    """With the fonts of its letters, and with the scripts of its figures once they are played with."""
    weighed = weigh_beside(built)
    assert len(weighed) > 300
    heavy = {
        address: beside
        for address, beside in weighed.items()
        if beside.played > (MOST_FOR_FIGURES if beside.is_drawn else MOST_FOR_TEXT)
    }
    assert heavy == {}


@pytest.mark.browser
def test_a_page_weighs_what_its_files_say(browser: Browser, built: Path) -> None:
    """A browser loads what is read from the files, and no font more; of letters in folds it may wait to load one."""
    weighed = weigh_beside(built)
    with served(built) as address:
        for kind, found in weigh(browser, address, ("techniques/mla/", "references/", "zh/models/deepseek-v3/")):
            assert found.beside + found.fonts <= 1.02 * weighed[kind].played, kind
            assert found.beside + found.fonts >= 0.9 * weighed[kind].at_load, kind


@pytest.mark.parametrize("kind", [kind.partition("?")[0] for kind in KINDS])
def test_a_page_links_to_every_sheet_that_it_needs(built: Path, kind: str) -> None:
    """In the others no rule fits an element of it, by the reading of selectors that reduces the theme's styles."""
    page = (built / kind / "index.html").read_text(encoding="utf-8")
    used = Used()
    used.page(page)
    for sheet in assets.SHEETS:
        name = sheet.removesuffix(".css")
        if sheet == assets.SEARCH_STYLES or re.search(rf"{name}\.\w+\.css", page):
            continue
        fits = [selector for selector, needed in _needs()[sheet] if needed.met(used.has)]
        assert fits == [], sheet


@cache
def _needs() -> dict[str, list[tuple[str, Need]]]:
    """The selectors of each sheet, with what each can only fit."""
    files = assets.asset_files()
    return {sheet: [(written(one), need(one)) for one in selectors_of(files[sheet])] for sheet in assets.SHEETS}


def test_a_page_is_painted_with_its_sheets_and_waits_for_no_script(built: Path) -> None:
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "<article" not in text:
            continue
        head = text.partition("<body")[0]
        sheets = re.findall(r'<link rel="(?:stylesheet|preload|expect)"[^>]*', text)
        assert 2 <= len(sheets) <= 9, path
        assert sheets == re.findall(r'<link rel="stylesheet"[^>]*', head), path
        assert [sheet for sheet in sheets if 'media="print"' in sheet] == sheets[-1:], path
        assert "<style" not in text, path
        assert "<script src" not in text, (path, "a script that is asked for before the page is painted")

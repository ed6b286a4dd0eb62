"""What a page takes with an empty cache: requests and bytes beside its own HTML, as a server with gzip sends them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from weight import served, weigh

MOST_REQUESTS, MOST_BESIDE, MOST_FONTS, MOST_SHIFT = 6, 110_000, 30_000, 0.02


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


def test_a_page_is_painted_with_one_sheet_and_waits_for_no_script(built: Path) -> None:
    for path in built.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "<article" not in text:
            continue
        head = text.partition("<body")[0]
        assert re.findall(r'<link rel="(?:stylesheet|preload|expect)"', text) == ['<link rel="stylesheet"'], path
        assert '<link rel="stylesheet"' in head, path
        assert "<style" not in text, path
        assert "<script src" not in text, (path, "a script that is asked for before the page is painted")

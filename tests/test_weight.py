"""What a page takes with an empty cache: requests and bytes beside its own HTML, as a server with gzip sends them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from weight import served, weigh

MOST_REQUESTS, MOST_BESIDE, MOST_FONTS = 6, 60_000, 80_000


@pytest.mark.browser
def test_a_page_is_light(browser: Browser, built: Path) -> None:
    with served(built) as address:
        for kind in ("", "models/deepseek-v3/", "techniques/mla/", "timeline/", "compare/models/", "zh/"):
            found = weigh(browser, address, kind)
            assert found.requests <= MOST_REQUESTS, kind
            assert found.beside <= MOST_BESIDE, kind
            assert found.fonts <= MOST_FONTS, kind
            assert found.shift < 0.1, kind


def test_assets_are_named_by_content_and_the_themes_are_gone(built: Path) -> None:
    for folder in (built / "assets", built / "zh" / "assets"):
        names = {path.name for path in folder.glob("*.*s")}
        assert all(len(name.split(".")) == 3 for name in names), names
        assert {name.split(".")[0] for name in names} >= {"ds", "early", "search"}
        assert not (folder / "stylesheets").exists()
        assert not (folder / "javascripts").exists()
    home = (built / "index.html").read_text(encoding="utf-8")
    for name in (path.name for path in (built / "assets").glob("ds.*")):
        assert f"assets/{name}" in home

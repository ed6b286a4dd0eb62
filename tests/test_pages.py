"""Pages: declared once, reached by every address that they ever had and by routes."""

import json
import posixpath
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue
from render.pages import url_of

# What an overview said twice is gone, and its marks for parts; who comes for them sees the top of the page. Problems come and go.
GONE = (
    *("about", "parts", "problems", "values", "part-serving", "part-disputes", "part-changes", "part-values"),
    *("bearing", "other", "schedule"),  # of the count of slips
    *("reasoning-proofs", "reasoning-images", "base-proofs", "base-images"),  # their lists are of another kind now
    "mechanism-cache-context",  # its picture is that of the readers
)
ADDRESSES = Path(__file__).parent / "cases" / "addresses.txt"


def test_an_address_loses_only_a_name_that_is_index() -> None:
    assert url_of("index.md") == ""
    assert url_of("models/index.md#a") == "models/#a"
    assert url_of("techniques/open-infra-index.md") == "techniques/open-infra-index/"


@cache
def parsed(file: Path) -> LexborHTMLParser:
    return LexborHTMLParser(file.read_text(encoding="utf-8"))


@cache
def anchors_of(file: Path) -> frozenset[str]:
    return frozenset(node.attributes["id"] or "" for node in parsed(file).css("[id]"))


def resolve_anchor(edition: Path, address: str, anchor: str) -> tuple[str, str]:
    """The address and the anchor at which somebody arrives who follows an old one, as the scripts of the pages lead on."""
    page = parsed(edition / address / "index.html")
    if page.css_first('meta[http-equiv="refresh"]') is not None:
        link = page.css_first("a")
        places = json.loads(link.attributes.get("data-places") or "{}")
        target, hash_, place = (places.get(anchor) or link.attributes["href"] or "").partition("#")
        arrived = posixpath.normpath(posixpath.join(address or ".", target)).removeprefix("./")
        return resolve_anchor(edition, arrived, place if hash_ else anchor)
    if anchor and anchor not in anchors_of(edition / address / "index.html"):
        moved = page.css_first("#ds-moved")
        parts = json.loads(moved.text()) if moved is not None else {}
        part = next((part for part, places in parts.items() if anchor in places), None)
        tab = page.css_first(f'.ds-local a[data-part="{part}"]')
        if tab is not None:
            arrived = posixpath.normpath(posixpath.join(address, (tab.attributes["href"] or "").partition("#")[0]))
            return arrived, anchor
    return address, anchor


@pytest.mark.parametrize("folder", ["", "zh"])
def test_every_old_address_leads_to_a_page_and_its_anchors_to_a_place(built: Path, folder: str) -> None:
    edition, lost = built / folder, []
    for line in ADDRESSES.read_text(encoding="utf-8").splitlines():
        address, *anchors = line.removeprefix("./").split(" ")
        if not (edition / address / "index.html").is_file():
            lost.append(address)
            continue
        for anchor in ("", *anchors):
            page, place = resolve_anchor(edition, address, anchor)
            if place and anchor not in GONE and place not in anchors_of(edition / page / "index.html"):
                lost.append(f"{address}#{anchor} → {page}#{place}")
    assert lost == []


def test_a_step_opens_at_a_section_that_its_page_has(built: Path, catalogue: Catalogue) -> None:
    missing = []
    for route in catalogue.study.routes:
        for step in route.steps:
            kind, _, name = step.page.partition(":")
            if step.at and step.at not in anchors_of(built / f"{kind}s" / name / "index.html"):
                missing.append(f"{route.id}: {step.page}#{step.at}")
    assert missing == []


@pytest.mark.browser
def test_what_is_done_is_kept_on_routes_and_guides_and_can_be_cleared(page: Page, address: str) -> None:
    page.goto(f"{address}guides/experts/")
    page.locator("[data-done] input").check()
    page.goto(f"{address}start/")
    done = page.locator("li[data-done='guide:experts'] input")
    assert done.count() == 2, "in two routes"
    assert all(done.nth(i).is_checked() for i in range(2))
    week = page.locator("#a-week ~ .ds-route, section:has(#a-week) .ds-route")
    evening = week.filter(has=page.locator("[data-done='guide:experts']")).first
    for box in evening.locator("input").all():
        box.check()
    page.reload()
    counts = page.locator("[data-count]").all_inner_texts()
    assert any("all done" in text for text in counts), counts
    page.locator(".ds-read-bar button").click()
    assert not page.locator("[data-done] input:checked").count()
    page.goto(f"{address}guides/experts/")
    assert not page.locator("[data-done] input").is_checked()

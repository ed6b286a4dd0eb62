"""Every address that the site ever had leads somewhere: to its page, or to the one that took over; and so does each anchor.

`cases/addresses.txt` has an address a line, with the anchors that other pages or people may have linked. Add to it, take
nothing away.
"""

from __future__ import annotations

import json
import posixpath
from functools import cache
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

# What an overview said twice is gone, and its marks for parts; who comes for them sees the top of the page. Problems come and go.
GONE = ("about", "parts", "problems", "values", "part-serving", "part-disputes", "part-changes", "part-values")
ADDRESSES = Path(__file__).parent / "cases" / "addresses.txt"


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

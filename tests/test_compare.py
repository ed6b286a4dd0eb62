"""The data of the page that compares any models, without a browser: every link in it leads somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

PAGE = "compare/models/"


@pytest.fixture(scope="module")
def data(built: Path) -> dict[str, Any]:
    """The JSON that the script reads."""
    tree = LexborHTMLParser((built / PAGE / "index.html").read_text(encoding="utf-8"))
    block = tree.css_first("#compare-data")
    assert block is not None
    return dict(json.loads(block.text()))


def test_every_link_in_the_cells_leads_somewhere(built: Path, data: dict[str, Any]) -> None:
    anchors: dict[Path, set[str]] = {}
    broken, links = [], 0
    for html in [*data["html"], *data["sources"], *data["drawings"].values()]:
        for target in re.findall(r'href="([^"]*)"', html):
            parts = urlsplit(target)
            if re.fullmatch(r"#s\d+", target):
                if int(target[2:]) > len(data["sources"]):
                    broken.append(target)
                continue
            links += 1
            file = (built / PAGE / unquote(parts.path) / "index.html").resolve()
            if parts.scheme or not file.is_file():
                broken.append(target)
                continue
            if file not in anchors:
                anchors[file] = set(re.findall(r'\bid="([^"]*)"', file.read_text(encoding="utf-8")))
            if parts.fragment and parts.fragment not in anchors[file]:
                broken.append(target)
    assert links > 1000
    assert broken == []

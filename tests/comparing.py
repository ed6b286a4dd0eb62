"""What the tests of the comparison of models share: how models are chosen, and what is read off the page and its data."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue
from render import words as language_files
from render.format import short_variant

PAGE = "compare/models/"
WORDS = language_files.load_words()["en"]


def word(key: str, **values: object) -> str:
    return WORDS(f"compare.models.{key}", **values)


def comparison_data(built: Path) -> dict[str, Any]:
    """The JSON in the page: what the upper part is drawn from."""
    block = LexborHTMLParser((built / PAGE / "index.html").read_text(encoding="utf-8")).css_first("#compare-data")
    return dict(json.loads(block.text()))


def comparison_cells(built: Path) -> dict[str, Any]:
    """The file that is asked for once somebody chooses: the cells of the tables."""
    (file,) = (built / "assets").glob("compare-cells.*.js")
    found = re.fullmatch(r"dsCells\((.*)\);\n", file.read_text(encoding="utf-8"), re.DOTALL)
    return dict(json.loads(found[1]))


def open_with(page: Page, address: str, *ids: str, more: str = "") -> None:
    page.goto(f"{address}{PAGE}?v={','.join(ids)}{more}")


def chosen(page: Page) -> list[str]:
    """The models of the chips, by id."""
    return page.locator(".ds-chosen button").evaluate_all("all => all.map(one => one.dataset.id)")


def add_model(page: Page, id_: str) -> None:
    """Types the name of a model and sends it."""
    field = page.locator("#compare-add")
    field.fill(page.locator(f"#compare-names option[data-id='{id_}']").get_attribute("value") or "")
    field.press("Enter")


def choose(page: Page, *ids: str) -> None:
    """What a reader does one by one: add what is wanted as far as there is room, and take away the others."""
    for id_ in ids:
        if id_ in chosen(page):
            continue
        others = [one for one in chosen(page) if one not in ids]
        if len(chosen(page)) == 4:
            page.locator(f".ds-chosen button[data-id='{others[0]}']").click()
        add_model(page, id_)
    for id_ in [one for one in chosen(page) if one not in ids]:
        page.locator(f".ds-chosen button[data-id='{id_}']").click()
    expect(page.locator("#compare-architecture thead th")).to_have_count(len(ids) + 1)
    page.wait_for_function("() => window.dsCells === undefined || document.querySelector('#compare-evaluation')")


def names_shown(page: Page, theme: str = "architecture") -> list[str]:
    """The models at the head of a table, which may be folded."""
    return page.locator(f"#compare-{theme} thead th").all_text_contents()[1:]


def names(catalogue: Catalogue, ids: Sequence[str]) -> list[str]:
    return [catalogue.entries[id_].variant.name for id_ in ids]


def short_names(catalogue: Catalogue, ids: Sequence[str]) -> list[str]:
    return [short_variant(catalogue.entries[id_].variant.name) for id_ in ids]


def heads(page: Page) -> list[str]:
    """The models of the upper part."""
    return page.locator(".ds-board thead th > a").all_text_contents()

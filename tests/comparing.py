"""What the tests of “Compare any models” share: how models are chosen, and what is read off the page."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page

from catalogue.records import Catalogue
from render import words as language_files
from test_compare import PAGE

WORDS = language_files.load_words("en")

# What a reader does with the lists one by one, at once.
CHOOSE = """ids => {
  const selects = [...document.querySelectorAll("#compare-form select")];
  selects.forEach((select, i) => { select.value = ids[i] ?? ""; });
  selects[0].dispatchEvent(new Event("change", {bubbles: true}));
}"""


def word(key: str, **values: object) -> str:
    return WORDS(f"compare.models.{key}", **values)


def open_with(page: Page, address: str, *ids: str, more: str = "") -> None:
    page.goto(f"{address}{PAGE}?v={','.join(ids)}{more}")


def choose(page: Page, *ids: str) -> None:
    page.evaluate(CHOOSE, ids)


def names_shown(page: Page, theme: str = "architecture") -> list[str]:
    return page.locator(f"#compare-{theme} thead th").all_text_contents()[1:]


def names(catalogue: Catalogue, ids: Sequence[str]) -> list[str]:
    return [catalogue.entries[id_].variant.name for id_ in ids]

"""The questions of tests/questions/, put to the search of a built site, and what a first search loads until it answers one."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from playwright.sync_api import Browser, Page

QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"
EDITIONS = {"en": "", "zh": "zh/"}


def read_questions(name: str) -> dict[str, dict[str, str]]:
    """Questions of a language, `en`, or those written later, `later_en`, with what answers each."""
    found: dict[str, dict[str, str]] = yaml.safe_load((QUESTIONS / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def open_search(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("script[data-src]", state="detached")  # scripts come once the page is painted
    page.locator("[data-ds-search]").first.click()
    page.wait_for_selector("dialog.ds-search input:focus")


def first_search_weights(
    browser: Browser, site: Path, address: str, edition: str, questions: Iterable[str]
) -> Iterator[dict[str, int]]:
    """Bytes of each file that a first search loads, compressed, for each question, which is put in at once: typed key by key, a slow machine loads more."""
    for question in questions:
        context = browser.new_context()
        page = context.new_page()
        loaded: list[str] = []
        page.on("requestfinished", lambda request, loaded=loaded: loaded.append(request.url.removeprefix(address)))
        open_search(page, address + edition)
        page.keyboard.insert_text(question)
        page.wait_for_function(
            "text => document.querySelector('dialog.ds-search').dataset.shows === text", arg=question.strip()
        )
        paths = dict.fromkeys(path for path in loaded if "search" in path)
        yield {path: len(gzip.compress((site / path).read_bytes(), 9)) for path in paths}
        context.close()

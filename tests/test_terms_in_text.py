"""A term at its first use on a page: linked at build, with its meaning beside it in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.records import Catalogue
from helpers import built_page

KEEP_THEIR_WORDS = {
    *("a", "code", "pre", "button", "summary", "label", "table", "svg", "math", "script", "style", "select", "dt"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "template", "figcaption"),
}
PROSE = {"p", "li", "dd"}


def prose(page: Path) -> Iterator[tuple[str, str]]:
    """The running text of a page in its order, and the address that it leads to, if any. Links elsewhere have no text."""

    def walk(node: LexborNode, within: bool, link: str) -> Iterator[tuple[str, str]]:
        for child in node.iter(include_text=True):
            if child.tag == "-text":
                if within:
                    yield child.text(deep=False), link
            elif child.tag == "a":
                address = child.attributes.get("href") or ""
                yield from walk(child, True, address) if within else iter([("", address)])
            elif child.tag not in KEEP_THEIR_WORDS and "ds-printed" not in (child.attributes.get("class") or ""):
                yield from walk(child, within or child.tag in PROSE, link)

    article = LexborHTMLParser(page.read_text(encoding="utf-8")).css_first("article")
    assert article is not None
    yield from walk(article, False, "")


def forms(catalogue: Catalogue, language: str) -> dict[str, list[str]]:
    """The forms of each term and technique in running text."""
    found: dict[str, list[str]] = {}
    for term in catalogue.glossary.terms:
        stated, name = getattr(term.in_text, language), bare(getattr(term.name, language))
        found[term.id] = list(stated) if stated is not None else [name] if len(name) > 1 else []
    for technique in catalogue.techniques.values():
        names = (getattr(technique.name, language), technique.abbreviation)
        taken = {form for forms_ in found.values() for form in forms_}
        found[technique.id] = [form for name in names if name and (form := bare(name)) not in taken]
    return found


def bare(name: str) -> str:
    return re.sub(r"\s*[（(].*[)）]$", "", name)


class Uses:
    """Where a page has a term: its forms as whole words, and not as parts of a longer term's."""

    def __init__(self, wanted: dict[str, list[str]], id_: str) -> None:
        others = {form for other, forms_ in wanted.items() if other != id_ for form in forms_}
        own = wanted[id_]
        longer = sorted(
            {o for o in others for form in own if form.lower() in o.lower() and form != o}, key=len, reverse=True
        )
        self._longer = re.compile("|".join(map(re.escape, longer)) or "(?!)", re.IGNORECASE)
        self._own = re.compile("|".join(map(self._whole, own)) or "(?!)")
        self._ends = {form[1:] for form in own}  # whose first letter may be a capital

    @staticmethod
    def _whole(form: str) -> str:
        before, after = r"(?<![A-Za-z0-9_@./-])", r"(?:e?s)?(?![A-Za-z0-9_@/-]|\.\w)"
        start = f"[{form[0]}{form[0].upper()}]" if form.islower() else re.escape(form[0])
        return (
            (before if form[0].isascii() else "") + start + re.escape(form[1:]) + (after if form[-1].isascii() else "")
        )

    def first(self, texts: list[tuple[str, str]], addresses: tuple[str, ...]) -> tuple[str, str] | None:
        """The first piece of text that has the term, or that leads to its definition."""
        return next(((text, link) for text, link in texts if link.endswith(addresses) or self._has(text)), None)

    def _has(self, text: str) -> bool:
        return self.may_have(text) and bool(self._own.search(self._longer.sub("#", text)))

    def may_have(self, text: str) -> bool:
        """Whether it is worth to look closely."""
        return any(end in text for end in self._ends)


FOLDERS = {"guide": "guides/", "model": "models/", "technique": "techniques/", "page": ""}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_route_uses_a_term_before_it_is_linked(built: Path, catalogue: Catalogue, language: str) -> None:
    """On no page of a route: whoever begins in the middle is served too."""
    wanted = forms(catalogue, language)
    uses = {id_: Uses(wanted, id_) for id_ in wanted}
    pages = {step.page for route in catalogue.study.routes for step in route.steps}
    assert len(pages) > 12
    unlinked, links = [], 0
    for kind, _, name in (page.partition(":") for page in sorted(pages)):
        folder = FOLDERS[kind] + name
        texts = list(prose(built / ("" if language == "en" else "zh") / folder / "index.html"))
        whole, linked = "\n".join(text for text, _ in texts), [(text, link) for text, link in texts if link]
        for id_ in wanted.keys() - {name}:
            first = uses[id_].first(texts if uses[id_].may_have(whole) else linked, (f"/{id_}/", f"#{id_}"))
            if first is not None:
                links += bool(first[1])
                if not first[1]:
                    unlinked.append(f"{folder}: {id_}: …{first[0].strip()[:90]}")
    assert unlinked == [], "\n".join(unlinked)
    assert links > 10 * len(pages)


def test_a_term_is_linked_once_and_not_in_its_own_page(built: Path) -> None:
    html = built_page(built, "techniques/mla")
    targets = [link.attributes["href"] for link in html.css("article a.ds-term")]
    assert targets
    assert len(targets) == len(set(targets))
    assert not [target for target in targets if target and target.endswith("/mla/")]


def test_a_part_of_a_path_is_no_term(built: Path) -> None:
    for page in (built / "techniques").rglob("index.html"):
        for link in LexborHTMLParser(page.read_text(encoding="utf-8")).css("article a.ds-term"):
            behind = link.next.text(deep=False) if link.next is not None and link.next.tag == "-text" else ""
            assert not re.match(r"/\w|\.\w", behind), f"{page.parent.name}: {link.text()}{behind[:30]}"


def meaning(catalogue: Catalogue, id_: str) -> str:
    return next(term.definition.en for term in catalogue.glossary.terms if term.id == id_)


@pytest.mark.browser
def test_hover_and_focus_show_what_a_term_means(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(f"{address}guides/attention/")
    term = page.locator('a.ds-term[href$="#kv-cache"]')
    tip = page.get_by_role("tooltip")
    term.hover()
    expect(tip).to_contain_text(meaning(catalogue, "kv-cache"))
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    term.focus()
    expect(tip).to_contain_text(meaning(catalogue, "kv-cache"))
    expect(term).to_have_attribute("aria-describedby", "ds-tip")
    term.click()
    expect(page).to_have_url(f"{address}glossary/#kv-cache")


@pytest.mark.browser
def test_a_finger_sees_what_a_term_means_before_it_leaves_the_page(
    narrow: Page, address: str, catalogue: Catalogue
) -> None:
    narrow.goto(f"{address}guides/attention/")
    narrow.locator('a.ds-term[href$="#kv-cache"]').tap()
    expect(narrow.get_by_role("tooltip")).to_contain_text(meaning(catalogue, "kv-cache"))
    expect(narrow).to_have_url(f"{address}guides/attention/")
    narrow.get_by_role("tooltip").get_by_role("link").tap()
    expect(narrow).to_have_url(f"{address}glossary/#kv-cache")


@pytest.mark.browser
def test_a_link_to_a_technique_shows_its_definition(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(f"{address}guides/attention/")
    page.locator("article p > a[href*='techniques/mla/']").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(catalogue.techniques["mla"].definition.en[:60])

"""Pages: declared once, reached by every address that they ever had, by the side list and by routes."""

from __future__ import annotations

import inspect
import json
import posixpath
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue
from helpers import context_of
from render.links import side_list_lines
from render.page import reading_minutes
from render.pages import PAGES, DeclaredPage, declaration_of
from render.site import BuilderInputs, builder_of, site_of

GENERATED = [declared for declared in PAGES if declared.builder]
PAGE_MODULES = Path(__file__).parent.parent / "hooks" / "render" / "pages"


@pytest.mark.parametrize("declared", GENERATED, ids=lambda declared: declared.path)
def test_a_builder_is_there_and_takes_what_the_declaration_gives(declared: DeclaredPage) -> None:
    parameters = list(inspect.signature(builder_of(declared)).parameters)
    assert len(parameters) == 1 + (declared.groups is not None) + len(declared.needs)
    assert set(declared.needs) <= BuilderInputs.__annotations__.keys()


def test_every_function_that_makes_a_page_is_declared() -> None:
    declared = {page.builder.partition(":")[0] for page in GENERATED}
    making = {path.stem for path in PAGE_MODULES.glob("*.py") if "-> Page:\n" in path.read_text(encoding="utf-8")}
    assert making - declared == set()


@pytest.mark.parametrize(
    ("path", "declared"),
    [
        ("trends.md", "trends.md"),
        ("techniques/index.md", "techniques/index.md"),
        ("techniques/mla.md", "techniques/*.md"),
        ("models/deepseek-v3/training.md", "models/*.md"),
        ("compare/models.md", "compare/models.md"),
        ("guides/framework.md", "guides/*.md"),
    ],
)
def test_a_page_is_found_with_its_declaration(path: str, declared: str) -> None:
    found = declaration_of(path)
    assert found.path == declared


def test_a_page_that_is_not_declared_has_no_declaration() -> None:
    assert declaration_of("nowhere.md") is None


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


@dataclass
class Listed:
    """A page of a group."""

    number: int
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"models/m{self.number}/"

    @property
    def title(self) -> str:
        return f"Model {self.number}"

    @property
    def file(self) -> SimpleNamespace:
        return SimpleNamespace(src_uri=f"models/m{self.number}.md")


def shown(count: int, page: Listed | None) -> list[tuple[str, str]]:
    """Addresses and texts of the lines on a page of a group of `count`."""
    lines = side_list_lines({"models/m1.md": "2024"}, [Listed(n) for n in range(count)], page, "/")
    return re.findall(r'<a href="([^"]+)"(?: aria-current="page")?>(.*?)</a>', lines)


def test_a_short_group_is_listed_whole() -> None:
    assert shown(3, Listed(2)) == [
        ("../m0/", "Model 0"),
        ("../m1/", "Model 1 <small>2024</small>"),
        ("./", "Model 2"),
    ]
    assert shown(1, None) == [("/models/m0/", "Model 0")]


def test_a_part_is_listed_under_its_whole() -> None:
    part = Listed(7, {"part_of": "models/m1.md"})
    lines = side_list_lines({}, [Listed(0), Listed(1)], part, "/")
    assert re.findall(r'aria-current="page">([^<]+)<', lines) == ["Model 1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("word " * 450, 3),
        ("字" * 520, 2),
        ("{{ block('formula-adam') }}\n\n{{ block('formula-six-nd') }}", 4),
        ('<figure class="ds-formula"><math display="block"></math></figure>', 2),
        ("{{ block('mechanism-muon') }}", 1),
        ("{{ block('problems') }}{{ block('symbols') }}{{ block('lab-muon') }}", 1),
        ("word " * 150 + "<details>" + "word " * 900 + "</details>", 1),
    ],
    ids=["words", "Chinese", "formulas of a guide", "formula of a page", "figure", "lists alone", "folded away"],
)
def test_minutes(text: str, expected: int) -> None:
    assert reading_minutes(text) == expected


def test_a_step_opens_at_a_section_that_its_page_has(catalogue: Catalogue) -> None:
    ctx = context_of(catalogue)
    missing = []
    for route in catalogue.study.routes:
        for step in route.steps:
            kind, _, name = step.page.partition(":")
            if step.at:
                sections = site_of(ctx, name).pages[f"{kind}s/{name}.md"].sections
                missing += [f"{route.id}: {step.page}#{step.at}"] if step.at not in {s.id for s in sections} else []
    assert not missing


def test_every_evening_of_the_week_has_an_experiment_and_five_problems(catalogue: Catalogue) -> None:
    week = next(route for route in catalogue.study.routes if route.id == "a-week")
    assert len(week.parts) == 7
    for part in week.parts:
        pages = {step.page for step in part.steps}
        asked = [problem.id for problem in catalogue.problems if pages & set(problem.pages)]
        assert part.experiment, part.name
        assert len(asked) >= 5, part.name
        by_id = {problem.id: problem for problem in catalogue.problems}
        sheet = [by_id[id_] for id_ in part.sheet]
        assert len(sheet) >= 6, part.name
        assert all(pages & set(problem.pages) for problem in sheet), "what is asked was read that evening"
        assert len({problem.kind for problem in sheet}) >= 4, "different kinds of thought"


@pytest.mark.browser
def test_what_is_done_is_kept_on_routes_and_guides_and_can_be_cleared(page: Page, address: str) -> None:
    page.goto(f"{address}guides/experts/")
    page.locator("[data-done] input").check()
    page.goto(f"{address}start/")
    done = page.locator("li[data-done='guide:experts'] input")
    assert done.count() == 2, "in two routes"
    assert all(done.nth(i).is_checked() for i in range(2))
    third = page.locator("#a-week ~ .ds-route, section:has(#a-week) .ds-route").filter(
        has=page.locator("[data-done='guide:experts']")
    )
    for box in third.first.locator("input").all():
        box.check()
    page.reload()
    counts = page.locator("[data-count]").all_inner_texts()
    assert any("all done" in text for text in counts), counts
    page.locator(".ds-read-bar button").click()
    assert not page.locator("[data-done] input:checked").count()
    page.goto(f"{address}guides/experts/")
    assert not page.locator("[data-done] input").is_checked()

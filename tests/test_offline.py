"""The build that opens from a folder on disk: pages, sources and search without a server."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from building import once, small_project, strictly
from catalogue.records import Catalogue
from comparing import PAGE, choose, heads, names_shown

pytestmark = pytest.mark.browser

ABORTED = "net::ERR_ABORTED"  # what was still loading when the test went on to the next page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the folder that `make offline` fills, with the small catalogue."""

    def build(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as temporary:
            strictly(small_project(Path(temporary)), OFFLINE="true")(folder)

    return once("offline", tmp_path_factory, build).as_uri() + "/"


@pytest.fixture
def problems(page: Page) -> Iterator[list[str]]:
    """What goes wrong on a page while a test uses it; nothing may."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("request", lambda request: found.append(request.url) if request.url.startswith("http") else None)
    yield found
    assert found == []


@pytest.mark.parametrize(("home", "query"), [("index.html", "judges"), ("zh/index.html", "评判回答")])
def test_search_works_without_a_server(page: Page, folder: str, problems: list[str], home: str, query: str) -> None:
    page.goto(folder + home)
    page.locator("[data-ds-search]").click()
    expect(page.locator("dialog.ds-search input")).to_be_focused()
    page.keyboard.insert_text(query)
    first = page.locator(".ds-hits a").first
    expect(first).to_be_visible()
    assert "techniques/judging" in (first.get_attribute("href") or "")
    first.click()
    expect(page.locator("h1")).to_contain_text("JFA")


def test_a_source_opens_beside_its_value(page: Page, folder: str, problems: list[str], small: Catalogue) -> None:
    page.goto(folder + "models/elk.html")
    page.locator(".ds-ribbon a[data-s]").first.hover()
    source = small.flagship(small.models["elk"]).variant.parameters.total.source
    expect(page.get_by_role("tooltip")).to_contain_text(small.references[source.items[0].key].title)


def test_every_page_opens_from_the_folder(page: Page, folder: str) -> None:
    """One page of each kind, reached over the navigation; those of the other edition are made as these are."""
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url) if request.failure != ABORTED else None)
    page.goto(f"{folder}index.html")
    links = page.locator(".ds-tabs a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) > 4
    for link in links:
        page.goto(link)
        expect(page.locator("h1")).to_be_visible()
        assert Path(link).suffix == ".html"
    assert failed == []


def test_what_is_worked_out_on_a_page_is_so_without_a_server(page: Page, built: Path) -> None:
    """On a site that was built for a server too: a figure to play with, a calculator, a comparison.

    A folder refuses what such a site asks for ahead, its face of text; the sheet loads it all the same.
    """
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if request.url.startswith("http") else None)
    page.goto((built / "guides/serving/index.html").as_uri())
    here = page.locator("#mechanism-speculative")
    here.scroll_into_view_if_needed()
    before = here.get_by_role("status").inner_text()
    here.get_by_role("slider").first.press("End")
    expect(here.get_by_role("status")).not_to_have_text(before)
    page.goto((built / "tools/memory/index.html").as_uri())
    before = page.locator("output").inner_text()
    page.locator("[name=us]").fill("400")
    expect(page.locator("output")).not_to_have_text(before)
    page.goto((built / PAGE / "index.html").as_uri())
    choose(page, "deepseek-v2", "deepseek-v3-base")
    assert heads(page) == ["V2", "V3-Base"]
    assert page.evaluate("document.fonts.check('16px Inter')")
    assert wrong == []
    assert names_shown(page) == ["DeepSeek-V2", "DeepSeek-V3-Base"]

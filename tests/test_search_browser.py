"""The search in Chromium on the built site: what is found first, how it is shown, keys, weight, and without a server."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from first_search import EDITIONS, first_search_weights, open_search, read_questions
from helpers import watched
from render.words import ENGLISH, load_words
from weight import served

pytestmark = pytest.mark.browser


def test_the_page_for_lost_addresses_finds_at_the_root_of_a_host(page: Page, built: Path) -> None:
    """Below a path, where other tests have the site, a slash too many does no harm."""
    with served(built) as root, watched(page, root):
        for edition in EDITIONS.values():
            open_search(page, f"{root}{edition}404.html")
            page.locator("dialog.ds-search input").fill("MLA")
            expect(page.locator("dialog.ds-search")).to_have_attribute("data-shows", "MLA")
            found = page.locator(".ds-hits > li > a").evaluate_all("links => links.map(link => link.href)")
            assert found[0] == f"{root}{edition}techniques/mla/"


def test_kinds_narrow_the_hits_and_a_hit_shows_the_words_and_opens_the_section(page: Page, address: str) -> None:
    open_search(page, address)
    page.keyboard.insert_text("load balancing")
    models = page.locator(".ds-search-kinds").get_by_role("button", name=load_words()[ENGLISH]("search.kind.model"))
    models.click()
    expect(models).to_have_attribute("aria-pressed", "true")
    for link in page.locator(".ds-hits > li > a").all():
        assert "/models/" in (link.get_attribute("href") or "")
    page.locator(".ds-search-kinds button").first.click()
    expect(models).to_have_attribute("aria-pressed", "false")
    page.locator("dialog.ds-search input").fill("")
    page.keyboard.insert_text("decoupled key in DualPipe micro-batches")
    first = page.locator(".ds-hits > li > a").first
    expect(first.locator("mark").first).to_be_visible()
    height = first.locator(".ds-hit-text").evaluate(
        "line => line.offsetHeight / (parseFloat(getComputedStyle(line).lineHeight) || 1.5 * parseFloat(getComputedStyle(line).fontSize))"
    )
    assert height <= 2.1
    page.locator("dialog.ds-search input").fill("")
    query = "MLA cache elements how it works"
    page.keyboard.insert_text(query)
    expect(page.locator("dialog.ds-search")).to_have_attribute("data-shows", query)
    link = page.locator(".ds-hits a[href*='techniques/mla/#']").first
    target = (link.get_attribute("href") or "").split("#")[1]
    link.click()
    expect(page.locator(f"[id='{target}']")).to_be_in_viewport()


def test_the_keyboard_alone_is_enough(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("/")
    box = page.locator("dialog.ds-search input")
    expect(box).to_be_focused()
    page.keyboard.type("grpo")
    expect(page.locator("dialog.ds-search [role=status]")).to_contain_text("pages")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ds-answers a").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ds-hits a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.ds-search")).not_to_be_visible()
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    page.keyboard.insert_text("DeepSeek-V3")
    expect(page.locator("dialog.ds-search")).to_have_attribute("data-shows", "DeepSeek-V3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}models/deepseek-v3/")


def test_a_query_in_the_address_opens_the_search_with_it_and_a_number_of_a_calculator_does_not(
    page: Page, address: str
) -> None:
    page.goto(f"{address}?q=latent+attention")
    expect(page.locator("dialog.ds-search")).to_have_attribute("data-shows", "latent attention")
    expect(page.locator("dialog.ds-search input")).to_have_value("latent attention")
    page.goto(f"{address}tools/what-if/?q=1024")
    page.wait_for_selector("script[data-src]", state="detached")
    expect(page.locator("dialog.ds-search")).to_have_count(0)


def test_a_slash_in_a_field_stays_a_slash_and_nothing_is_loaded_before_a_search(page: Page, address: str) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(address + "tools/memory/")
    page.locator(".ds-calculator [name=n]").focus()
    page.keyboard.press("/")
    expect(page.locator("dialog.ds-search")).to_have_count(0)
    page.evaluate("() => new Promise(requestIdleCallback)")
    assert len(loaded) > 3
    assert [url for url in loaded if "search" in url] == []


@pytest.mark.parametrize("language", EDITIONS)
def test_a_first_search_is_light(browser: Browser, built: Path, address: str, language: str) -> None:
    """Everything that is loaded for a question, compressed: `make bench` weighs the others."""
    asked = list(read_questions(language))[:1]
    (loaded,) = first_search_weights(browser, built, address, EDITIONS[language], asked, at_once=True)
    assert len(loaded) > 5
    assert sum(loaded.values()) <= 60_000, loaded

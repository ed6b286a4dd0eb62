"""The site in Chromium: pages, sources and sorting, wide and narrow, light and dark; what the switch between the editions keeps."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from catalogue.records import Catalogue
from helpers import FRAMES, leaving

pytestmark = pytest.mark.browser


def test_dark_mode_follows_the_system_and_the_colour_around_a_page_the_switch(screen: Page, address: str) -> None:
    around = "[...document.querySelectorAll('meta[name=theme-color]')].filter(one => matchMedia(one.media).matches).map(one => one.content)"
    ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(part => (+part).toString(16).padStart(2, '0')).join('')"
    screen.goto(address + "data/")
    dark = screen.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert screen.evaluate("document.body.dataset.mdColorScheme") == ("slate" if dark else "default")
    before = screen.evaluate(around)
    assert before == ["#" + screen.evaluate(ground)]
    screen.locator("[data-ds-scheme]").click()
    after = screen.evaluate(around)
    assert after == ["#" + screen.evaluate(ground)]
    assert after != before
    screen.goto(address + "hosting/")
    assert screen.evaluate(around) == after, "what was chosen stays"
    screen.locator("[data-ds-scheme]").click()
    screen.reload()
    assert screen.evaluate(around) == before


def test_a_source_opens_from_the_keyboard_reports_an_error_and_leads_to_the_reference(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    """By hovering over its value too; a report names the page, the value and the source that stands in the tip."""
    total = catalogue.flagship(catalogue.models["deepseek-v3"]).variant.parameters.total
    reference = catalogue.references[total.source.items[0].key]
    page.goto(address + "models/deepseek-v3/")
    value = page.locator(".ds-ribbon a[data-s]").first
    tip = page.get_by_role("tooltip")
    value.focus()
    expect(tip).to_be_visible()
    assert value.get_attribute("aria-describedby") == tip.get_attribute("id")
    link = page.locator(".ds-tip .ds-report")
    query = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    assert query["template"] == ["wrong-fact.yml"]
    assert query["page"] == [page.url.split("#")[0]]
    assert value.inner_text().strip() in query["value"][0]
    assert len(query["cited"][0]) > 5
    assert query["cited"][0] in " ".join(tip.inner_text().split()), (
        "the source that stands in the tip, without its note"
    )
    foot = parse_qs(urlsplit(page.locator("footer a", has_text=link.inner_text()).get_attribute("href") or "").query)
    assert foot["template"] == ["wrong-fact.yml"]
    assert foot["page"][0].endswith("/models/deepseek-v3/")
    page.keyboard.press("Enter")
    expect(tip.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    value.hover()
    expect(tip).to_contain_text(reference.title)
    expect(tip).to_contain_text(total.source.items[0].locus)
    tip.get_by_role("link").first.click()
    expect(page).to_have_url(f"{address}references/#{reference.key}")
    expect(page.locator(f"#{reference.key}")).to_be_in_viewport()


def test_source_opens_on_tap(narrow: Page, address: str) -> None:
    narrow.goto(address + "models/deepseek-v3/")
    narrow.locator(".ds-ribbon a[data-s]").first.tap()
    tip = narrow.get_by_role("tooltip")
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_a_press_on_search_before_its_script_has_come_is_answered_once_it_has(page: Page, address: str) -> None:
    """The page is painted, and may be read; `/` is pressed as the button is."""
    dialog = page.locator("dialog.ds-search[open]")
    held: list[Route] = []
    for press in (lambda: page.keyboard.press("/"), page.locator("[data-ds-search]").click):
        page.route("**/assets/ds.*.js", lambda route: held.append(route))
        with page.expect_request("**/assets/ds.*.js"):
            Page.goto.__wrapped__(page, address, wait_until="commit")  # which waits for no script
        press()
        page.evaluate(FRAMES)
        expect(dialog).to_have_count(0)
        held.pop().continue_()
        page.unroute("**/assets/ds.*.js")
        expect(dialog).to_be_visible()


def test_an_error_in_a_table_is_reported_with_its_row_and_column_and_a_link_opens_a_folded_working(
    page: Page, address: str
) -> None:
    page.goto(f"{address}compare/architecture/")
    cell = page.locator("td:has(a[data-s]):nth-child(4)").first
    cell.locator("a[data-s]").first.focus()
    link = page.locator(".ds-tip .ds-report")
    (said,) = parse_qs(urlsplit(link.get_attribute("href") or "").query)["value"]
    heads = cell.evaluate(
        "td => [td.closest('table').tHead.rows[0].cells[3], td.parentElement.cells[0], td.querySelector('a[data-s]')].map(e => e.textContent)"
    )
    assert said == ": ".join(" ".join(text.split()) for text in heads)
    working = page.locator("a.ds-r").first
    target = (working.get_attribute("href") or "").split("#")[1]
    working.click()
    expect(page.locator(f"details:has(#{target}) table")).to_be_visible()


def test_the_place_of_each_source_is_shown_beside_its_value(page: Page, address: str) -> None:
    """On a page with a drawing, whose links are none of HTML."""
    page.goto(address + "models/deepseek-v2/architecture/")
    button = page.locator("[data-places]")
    button.click()
    expect(page.locator(".ds-place").first).to_have_text(re.compile(r"\[\S"))
    button.click()
    expect(page.locator(".ds-place")).to_have_count(0)


def test_source_is_a_link_without_javascript(plain: Page, address: str) -> None:
    plain.goto(address + "models/deepseek-v3/")
    value = plain.locator(".ds-ribbon a[data-s]").first
    target = value.get_attribute("href") or ""
    value.click()
    assert plain.url.endswith(target)
    expect(plain.locator(target)).to_be_in_viewport()


def test_table_sorts_by_number_both_ways_from_the_keyboard(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + "models/")
    table = page.locator("table.ds-sortable").first
    button = table.locator("thead th").nth(3).get_by_role("button")
    sizes = [catalogue.flagship(m).variant.parameters.total.value for m in catalogue.models.values()]
    values = sorted(size.value for size in sizes if size is not None)
    button.focus()
    for order, expected in (("ascending", values), ("descending", values[::-1])):
        page.keyboard.press("Enter")
        assert table.locator("thead th").nth(3).get_attribute("aria-sort") == order
        shown = table.locator("tbody td:nth-child(4)").evaluate_all("cells => cells.map(c => c.dataset.k)")
        assert [float(key) for key in shown if key] == [float(value) for value in expected]
        assert shown[: len(expected)] == [key for key in shown if key], "rows without a number stand last"


def test_a_filter_keeps_what_holds_every_word(page: Page, address: str) -> None:
    """That of a list is held by the corrections."""
    items, typed = "dl.ds-glossary > *", "key Vector"
    page.goto(address + "glossary/")
    box = page.locator("main input[type=search]")
    texts = page.locator(items).evaluate_all(
        "all => all.map(one => one.textContent.toLowerCase().replaceAll('-', ' '))"
    )
    words = typed.lower().split()
    wanted = [all(word in text for word in words) for text in texts]
    assert 0 < sum(wanted) < sum(any(word in text for word in words) for text in texts), "the words part them"
    box.fill(typed)
    assert page.locator(items).evaluate_all("all => all.map(one => !one.hidden)") == wanted
    expect(page.locator("main output")).to_contain_text(str(sum(wanted)))
    box.fill("")
    assert page.locator(f"{items}:visible").count() > sum(wanted)


def test_the_drawer_opens_where_one_is(narrow: Page, address: str) -> None:
    """It lists all sections; the guides begin in its third screen."""
    narrow.goto(address + "guides/serving/")
    narrow.locator("label.md-header__button[for=__drawer]").click()
    expect(narrow.locator(".ds-nav [aria-current]")).to_be_in_viewport()


THERE_AND_BACK = ("zh/", "")
INPUTS = "form => String(new URLSearchParams(new FormData(form)))"
TOP = "id => document.getElementById(id).getBoundingClientRect().top"


def switch(page: Page, address: str) -> None:
    with leaving(page):
        page.locator("a.ds-language").click()
    expect(page).to_have_url(re.compile(re.escape(address)))


def test_the_switch_keeps_the_anchor_the_place_and_the_top(page: Page, address: str) -> None:
    page.goto(f"{address}techniques/mla/#how")
    switch(page, f"{address}zh/techniques/mla/")
    expect(page).to_have_url(f"{address}zh/techniques/mla/#how")
    expect(page.locator("#how")).to_be_in_viewport()
    page.goto(f"{address}how-we-count/")
    heading = page.locator("article h2[id]").nth(2).get_attribute("id")
    for there in THERE_AND_BACK:
        page.evaluate("id => scrollTo(0, document.getElementById(id).offsetTop + 150)", heading)
        switch(page, f"{address}{there}how-we-count/")
        expect(page).to_have_url(f"{address}{there}how-we-count/#{heading}")
        page.wait_for_function("id => document.getElementById(id).getBoundingClientRect().top < 0", arg=heading)
        assert page.evaluate(TOP, heading) > -900, "in the same section"
    page.goto(f"{address}how-we-count/")
    switch(page, f"{address}zh/how-we-count/")
    expect(page).to_have_url(f"{address}zh/how-we-count/")
    assert page.evaluate("scrollY") == 0, "the top stays the top"


def test_the_inputs_of_a_calculator_stay(page: Page, address: str) -> None:
    page.goto(f"{address}tools/memory/")
    page.locator(".ds-calculator [name=v]").select_option("deepseek-v2")
    page.locator(".ds-calculator [name=n]").fill("64K")
    before = page.locator(".ds-calculator").evaluate(INPUTS)
    assert "64K" in before
    for there in THERE_AND_BACK:
        switch(page, f"{address}{there}tools/memory/")
        assert page.locator(".ds-calculator").evaluate(INPUTS) == before

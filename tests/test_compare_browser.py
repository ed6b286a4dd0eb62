"""The comparison of models in Chromium: choosing, presets, sharing, folding, saving as a picture."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from catalogue.records import Catalogue, Entry
from catalogue.schema.values import Absence, Single, stated_values
from comparing import PAGE, add_model, choose, chosen, heads, names, names_shown, open_with, short_names, word
from helpers import watched
from render.pages.compare_models import FOLDS, PRESETS

pytestmark = pytest.mark.browser

START = PRESETS["general"]


def problem(page: Page) -> Locator:
    return page.locator("#compare-form [role=alert]")


def test_presets_show_their_models_and_the_first_what_the_page_came_with(page: Page, address: str) -> None:
    """The page is drawn at build by the script that draws it here."""
    parts = ["#compare-board", "#compare-folds", "ol.ds-sources"]
    page.goto(address + PAGE)

    def shown() -> list[str]:
        return [re.sub(r">\s+<", "><", page.locator(part).inner_html().strip()).replace("’", "'") for part in parts]

    ready = shown()
    choose(page, "deepseek-llm-7b-base", "deepseek-v2")
    assert all(after != before for before, after in zip(ready, shown(), strict=True))
    for number, ids in reversed([*enumerate(PRESETS.values())]):
        page.locator("#compare-preset").select_option(str(number))
        assert chosen(page) == list(ids)
        assert page.url.endswith(f"?v={','.join(ids)}") or ids == START
    for part, before, after in zip(parts, ready, shown(), strict=True):
        assert after == before, part


def test_choosing_changes_the_sentence_every_table_and_the_address(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    page.goto(address + PAGE)
    choose(page, "deepseek-r1", "deepseek-v2")
    assert sorted(chosen(page)) == ["deepseek-r1", "deepseek-v2"]
    ids = chosen(page)
    assert heads(page) == short_names(catalogue, ids)
    assert page.locator(".ds-board-sentence").inner_text().startswith("From V2 to R1: ")
    for themes in FOLDS.values():
        for theme in themes:
            assert names_shown(page, theme) == names(catalogue, ids)
    assert page.url == f"{address}{PAGE}?v={','.join(ids)}"
    page.reload()
    expect(page.locator("#compare-architecture thead th")).to_have_count(3)
    assert chosen(page) == ids
    assert heads(page) == short_names(catalogue, ids)


def test_a_chip_is_taken_away_and_a_model_added_by_keyboard(page: Page, address: str) -> None:
    """A visit begins with room for another one; four are the most, which the field then says, and two stay."""
    page.goto(address + PAGE)
    add = page.locator("#compare-add")
    add.fill("r1")
    page.keyboard.press("Enter")
    expect(add).to_be_disabled()
    expect(add).to_have_attribute("placeholder", word("full"))
    page.locator(".ds-chosen button").nth(1).focus()
    page.keyboard.press("Enter")
    assert chosen(page) == [START[0], *START[2:], "deepseek-r1"]
    assert page.evaluate("document.activeElement.dataset.id") == START[2], "the focus goes to the next one"
    page.locator("#compare-add").focus()
    page.keyboard.type("r1-zero")
    page.keyboard.press("Enter")
    expect(page.locator(".ds-chosen span").last).to_have_text("R1-Zero")
    page.locator(".ds-chosen button").last.press("Enter")
    page.locator("#compare-add").fill("V33")
    page.keyboard.press("Enter")
    expect(problem(page)).to_have_text(word("unknown", id="V33"))
    page.locator(".ds-chosen button").last.press("Enter")
    assert chosen(page) == [START[0], START[2]]
    expect(page.locator(".ds-chosen button:disabled")).to_have_count(2)


def test_what_an_address_gets_wrong_is_answered_and_the_rest_is_shown(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    """An unknown id, more than four and one alone."""
    bad = ("deepseek-v33", "<b>x</b>", "constructor")
    open_with(page, address, "deepseek-v2", *bad, "deepseek-v3-base")
    alert = problem(page)
    expect(alert).to_be_visible()
    expect(alert).to_have_text(" ".join(word("unknown", id=id_) for id_ in bad))
    assert chosen(page) == ["deepseek-v2", "deepseek-v3-base"]
    assert heads(page) == short_names(catalogue, ["deepseek-v2", "deepseek-v3-base"])
    ids = list(catalogue.entries)[:5]
    open_with(page, address, *ids)
    expect(problem(page)).to_have_text(word("many"))
    assert chosen(page) == ids[:4]
    open_with(page, address, "deepseek-v3-base")
    expect(problem(page)).to_have_text(word("few"))
    assert chosen(page) == ["deepseek-v3-base", START[0]]
    add_model(page, ids[0])
    expect(problem(page)).to_be_empty()


def test_equal_rows_are_hidden_and_a_fold_says_how_much_of_it_differs(page: Page, address: str) -> None:
    open_with(page, address, "deepseek-v2", "deepseek-v3-base")
    expect(page.locator("#compare-architecture thead th")).to_have_count(3)
    dimensions = page.locator("#dimensions")
    every, differ = (dimensions.locator(f"tbody tr{kind}").count() for kind in (":not(.ds-group)", ".differs"))
    expect(dimensions.locator(".ds-state")).to_have_text(word("state_differ", differs=differ, all=every))
    expect(dimensions.locator("table").first).to_be_hidden()
    dimensions.locator("summary").press("Enter")
    expect(dimensions.locator("table").first).to_be_visible()
    rows = page.locator(".ds-compared tbody tr")
    count = {kind: page.locator(f".ds-compared tr.{kind}").count() for kind in ("same", "differs", "open")}
    assert min(count.values()) > 0
    caption = page.locator("#compare-architecture caption").text_content()
    page.get_by_label(word("fold")).click()
    expect(page.locator(".ds-compared tr.same")).to_have_count(0)
    assert page.locator(".ds-compared tr.differs").count() == count["differs"]
    assert page.locator(".ds-compared tr.open").count() == count["open"]
    assert page.locator("#compare-architecture caption").text_content() == caption, "what is hidden is still counted"
    assert page.url.endswith("&fold=1")
    page.reload()
    expect(page.locator(".ds-compared tr.same")).to_have_count(0)
    page.get_by_label(word("fold")).click()
    expect(page.locator(".ds-compared tr.same")).to_have_count(count["same"])
    assert rows.count() > sum(count.values()), "groups have a row of their own"


def test_it_is_saved_as_a_picture(page: Page, address: str, tmp_path: Path) -> None:
    open_with(page, address, "deepseek-v2", "deepseek-v3")
    saved = {}
    for kind in ("svg", "png"):
        with page.expect_download() as waiting:
            page.locator(f"[data-save={kind}]").click()
        assert waiting.value.suggested_filename == f"deepseek-v2-deepseek-v3.{kind}"
        waiting.value.save_as(tmp_path / "picture")
        saved[kind] = (tmp_path / "picture").read_bytes()
    assert all(len(picture) > 20_000 for picture in saved.values())
    text = saved["svg"].decode()
    assert "2.8 times the weights" in text
    assert "@font-face" in text, "the faces go along"
    assert "var(" not in text
    assert saved["png"].startswith(b"\x89PNG")


@pytest.fixture(scope="module")
def comparison(browser: Browser, address: str) -> Iterator[Page]:
    """The page, opened once, for tests that choose on it; it may read what was copied."""
    page = browser.new_page(permissions=["clipboard-read", "clipboard-write"], viewport={"width": 1280, "height": 800})
    with watched(page, address):
        page.goto(address + PAGE)
        yield page
    page.context.close()


def said_plainly(single: Single[object]) -> object:
    """A value; 0 where it does not apply, None where it is not known."""
    return 0 if single.absence is Absence.NOT_APPLICABLE else getattr(single.value, "value", single.value)


def dimensions(entry: Entry) -> dict[str, object]:
    """What an architecture says, by its names in config.json, in numbers where they are numbers."""
    if entry.architecture is None:
        return {}
    return {key: said_plainly(single) for key, single in stated_values(entry.architecture)}


def test_a_value_of_another_choice_opens_its_source(comparison: Page, catalogue: Catalogue) -> None:
    choose(comparison, "deepseek-coder-33b-base", "deepseek-math-7b-base")
    total = catalogue.entries["deepseek-coder-33b-base"].variant.parameters.total
    comparison.locator("#dimensions").evaluate("one => { one.open = true; }")
    comparison.locator(
        f"#compare-sizes td:nth-child({chosen(comparison).index('deepseek-coder-33b-base') + 2}) a[data-s]"
    ).first.hover()
    expect(comparison.get_by_role("tooltip")).to_contain_text(f", {total.source.items[0].locus}")
    numbers = comparison.locator(":is(#compare-board, #compare-folds) :is(a[data-s], .ds-mark)").evaluate_all(
        "links => links.map(a => a.getAttribute('href').slice(2))"
    )
    listed = comparison.locator("ol.ds-sources li").evaluate_all("items => items.map(i => i.id)")
    assert sorted(listed) == sorted({f"s{number}" for number in numbers}), "sources of what is shown, and no others"


def test_on_a_phone_two_stand_in_the_window_and_the_others_are_swiped_in(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address + PAGE)
    boxes = page.locator(".ds-board thead th").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.right])"
    )
    assert boxes[1][1] <= 390 < boxes[2][1]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    label = page.locator("tr.activated th")
    page.locator(".ds-board-scroll").evaluate("one => one.scrollLeft = 200")
    box = label.bounding_box()
    assert 0 <= box["x"] < 40, "what a row says stays in the window"

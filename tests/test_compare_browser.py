"""The comparison of models in Chromium: choosing, presets, sharing, folding, saving as a picture."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, expect
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue
from comparing import PAGE, WORDS, add_model, choose, chosen, heads, names, names_shown, open_with, short_names, word
from helpers import leaving
from render.pages.compare_models import FOLDS, PRESETS

pytestmark = pytest.mark.browser

START = PRESETS["general"]


def problem(page: Page) -> Locator:
    return page.locator("#compare-form [role=alert]")


def test_without_javascript_the_general_line_stands_there(plain: Page, address: str, catalogue: Catalogue) -> None:
    plain.goto(address + PAGE)
    expect(plain.locator("#compare-form")).to_be_hidden()
    assert heads(plain) == short_names(catalogue, START)
    assert plain.locator(".ds-board-sentence").inner_text().startswith("From V2 to V4.1-Flash: ")
    assert plain.locator(".ds-board-bar").count() == 5 * len(START)
    for themes in FOLDS.values():
        for theme in themes:
            assert names_shown(plain, theme) == names(catalogue, START), theme
    plain.locator("#dimensions summary").click()
    layers = plain.locator("#compare-architecture tr", has=plain.get_by_text("num_hidden_layers", exact=True))
    expect(layers).to_be_visible()
    shown = layers.locator("td").all_text_contents()
    assert [int(re.sub(r"\D", "", text)) for text in shown] == [
        a.num_hidden_layers.value for id_ in START if (a := catalogue.entries[id_].architecture)
    ]


def test_another_choice_and_back_shows_what_the_page_came_with(page: Page, address: str) -> None:
    """The page is drawn at build by the script that draws it here."""
    parts = ["#compare-board", "#compare-folds", "ol.ds-sources"]
    page.goto(address + PAGE)

    def shown() -> list[str]:
        return [re.sub(r">\s+<", "><", page.locator(part).inner_html().strip()).replace("’", "'") for part in parts]

    ready = shown()
    choose(page, "deepseek-llm-7b-base", "deepseek-v2")
    assert all(after != before for before, after in zip(ready, shown(), strict=True))
    page.locator("#compare-preset").select_option("0")
    assert chosen(page) == list(START)
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


def test_two_models_stay_and_four_are_the_most(page: Page, address: str) -> None:
    page.goto(address + PAGE)
    expect(page.locator("#compare-add")).to_be_disabled()
    for id_ in START[:2]:
        page.locator(f".ds-chosen button[data-id='{id_}']").click()
    assert chosen(page) == list(START[2:])
    assert page.locator(".ds-chosen button:disabled").count() == 2
    expect(page.locator("#compare-add")).to_be_enabled()


def test_a_chip_is_taken_away_and_a_model_added_by_keyboard(page: Page, address: str) -> None:
    page.goto(address + PAGE)
    page.locator(".ds-chosen button").nth(1).focus()
    page.keyboard.press("Enter")
    assert chosen(page) == [START[0], *START[2:]]
    assert page.evaluate("document.activeElement.dataset.id") == START[2], "the focus goes to the next one"
    page.locator("#compare-add").focus()
    page.keyboard.type("r1-zero")
    page.keyboard.press("Enter")
    expect(page.locator(".ds-chosen span").last).to_have_text("R1-Zero")
    page.locator(".ds-chosen button").last.press("Enter")
    page.locator("#compare-add").fill("V33")
    page.keyboard.press("Enter")
    expect(problem(page)).to_have_text(word("unknown", id="V33"))
    assert len(chosen(page)) == 3


def test_a_preset_shows_its_models(page: Page, address: str) -> None:
    page.goto(address + PAGE)
    for number, ids in list(enumerate(PRESETS.values()))[1:]:
        page.locator("#compare-preset").select_option(str(number))
        assert chosen(page) == list(ids)
        assert page.url.endswith(f"?v={','.join(ids)}")


def test_every_variant_can_be_added(built: Path, catalogue: Catalogue) -> None:
    every = sorted((e.variant.id, e.variant.name, e.model.name) for e in catalogue.entries.values())
    names = LexborHTMLParser((built / PAGE / "index.html").read_text("utf-8")).css("#compare-names option")
    options = [(o.attributes["data-id"], o.attributes["value"], o.text() or o.attributes["value"]) for o in names]
    assert sorted(options) == every


def test_an_unknown_id_is_answered_and_the_rest_is_shown(page: Page, address: str, catalogue: Catalogue) -> None:
    bad = ("deepseek-v33", "<b>x</b>", "constructor")
    open_with(page, address, "deepseek-v2", *bad, "deepseek-v3-base")
    alert = problem(page)
    expect(alert).to_be_visible()
    expect(alert).to_have_text(" ".join(word("unknown", id=id_) for id_ in bad))
    assert chosen(page) == ["deepseek-v2", "deepseek-v3-base"]
    assert heads(page) == short_names(catalogue, ["deepseek-v2", "deepseek-v3-base"])


def test_one_model_alone_and_five_are_answered_and_four_need_no_answer(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    ids = list(catalogue.entries)[:5]
    open_with(page, address, *ids)
    expect(problem(page)).to_have_text(word("many"))
    assert chosen(page) == ids[:4]
    open_with(page, address, *ids[:4])
    expect(problem(page)).to_be_empty()
    open_with(page, address, "deepseek-v3-base")
    expect(problem(page)).to_have_text(word("few"))
    assert chosen(page) == ["deepseek-v3-base", START[0]]
    add_model(page, ids[0])
    expect(problem(page)).to_be_empty()


def test_equal_rows_are_hidden(page: Page, address: str) -> None:
    open_with(page, address, "deepseek-v2", "deepseek-v3-base")
    expect(page.locator("#compare-architecture thead th")).to_have_count(3)
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


def test_a_fold_says_how_much_of_it_differs(page: Page, address: str) -> None:
    open_with(page, address, "deepseek-v2", "deepseek-v3-base")
    expect(page.locator("#compare-architecture thead th")).to_have_count(3)
    dimensions = page.locator("#dimensions")
    rows = dimensions.locator("tbody tr:not(.ds-group)").count()
    differ = dimensions.locator("tbody tr.differs").count()
    expect(dimensions.locator(".ds-state")).to_have_text(word("state_differ", differs=differ, all=rows))
    expect(dimensions.locator("table").first).to_be_hidden()
    dimensions.locator("summary").press("Enter")
    expect(dimensions.locator("table").first).to_be_visible()


def test_it_works_from_a_folder(page: Page, built: Path, catalogue: Catalogue) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((built / PAGE / "index.html").as_uri())
    choose(page, "deepseek-v2", "deepseek-v3-base")
    assert heads(page) == short_names(catalogue, ["deepseek-v2", "deepseek-v3-base"])
    assert names_shown(page) == names(catalogue, ["deepseek-v2", "deepseek-v3-base"])
    assert problems == []


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


def test_a_model_page_leads_to_its_comparison(page: Page, address: str, built: Path, catalogue: Catalogue) -> None:
    model = catalogue.models["deepseek-v3"]
    pair = [catalogue.entries[model.compared_with or ""], catalogue.flagship(model)]
    overview = LexborHTMLParser((built / "models" / model.id / "index.html").read_text("utf-8"))
    (more,) = [link for link in overview.css("article a") if link.text() == WORDS("model.all_changes")]
    page.goto(urljoin(f"{address}models/{model.id}/", more.attributes["href"] or ""))
    with leaving(page):
        page.get_by_role("link", name=word("against", name=pair[0].variant.name)).click()
    assert page.url == f"{address}{PAGE}?v={pair[0].variant.id},{pair[1].variant.id}"
    assert chosen(page) == [entry.variant.id for entry in pair]

"""Any models side by side, in Chromium: choosing, sharing and folding."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, expect
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue, Entry, first_date
from catalogue.schema.model import Track
from comparing import WORDS, choose, names, names_shown, open_with, word
from helpers import leaving
from test_compare import PAGE

pytestmark = pytest.mark.browser

THEMES = (
    "identity",
    "sizes",
    "architecture",
    "cache",
    "training",
    "compute",
    "post-training",
    "infrastructure",
    "evaluation",
)


def selects(page: Page) -> Locator:
    return page.locator("#compare-form select")


def problem(page: Page) -> Locator:
    return page.locator("#compare-form [role=alert]")


def newest_pair(catalogue: Catalogue) -> tuple[Entry, Entry]:
    """The flagship of the newest general model that has a predecessor, behind the predecessor's."""
    general = [m for m in catalogue.models.values() if m.track is Track.GENERAL and m.compared_with]
    newest = max(general, key=lambda m: d.first_day if (d := first_date(m)) else "")
    return catalogue.entries[newest.compared_with or ""], catalogue.flagship(newest)


def test_without_javascript_the_newest_pair_stands_there(plain: Page, address: str, catalogue: Catalogue) -> None:
    plain.goto(address + PAGE)
    pair = newest_pair(catalogue)
    expect(plain.locator("#compare-form")).to_be_hidden()
    for theme in THEMES:
        assert names_shown(plain, theme) == [entry.variant.name for entry in pair], theme
    layers = plain.locator("#compare-architecture tr", has=plain.get_by_text("num_hidden_layers", exact=True))
    shown = layers.locator("td").all_text_contents()
    assert [int(re.sub(r"\D", "", text)) for text in shown] == [
        entry.architecture.num_hidden_layers.value for entry in pair if entry.architecture
    ]
    plain.locator(".ds-pairs summary").click()
    link = plain.locator(f".ds-pairs a[data-v='{pair[0].variant.id},{pair[1].variant.id}']")
    with leaving(plain):
        link.click()
    assert plain.url == f"{address}models/{pair[1].model.id}/changes/#what-changed"


def test_the_script_shows_what_the_page_came_with(page: Page, address: str, catalogue: Catalogue) -> None:
    """The ready comparison is made by Python, the others by the script: for the same choice they are the same."""
    ids = [entry.variant.id for entry in newest_pair(catalogue)]
    parts = [f"#compare-{theme}" for theme in THEMES] + ["#compare-drawings", "ol.ds-sources"]

    page.goto(address + PAGE)

    def tables() -> list[str]:
        return [re.sub(r">\s+<", "><", page.locator(part).inner_html().strip()) for part in parts]

    ready = tables()
    choose(page, "deepseek-llm-7b-base", "deepseek-v2")
    for part, before, after in zip(parts, ready, tables(), strict=True):
        assert after != before, part
    choose(page, *ids)
    for part, before, after in zip(parts, ready, tables(), strict=True):
        assert after == before, part


def test_choosing_from_the_lists_changes_every_theme_and_the_address(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    page.goto(address + PAGE)
    chosen = ("deepseek-v2", "deepseek-v3-base", "deepseek-r1", "deepseek-llm-7b-base")
    for select, id_ in zip(selects(page).all(), chosen, strict=True):
        select.select_option(id_)
    for theme in THEMES:
        assert names_shown(page, theme) == names(catalogue, chosen)
    assert page.url == f"{address}{PAGE}?v={','.join(chosen)}"
    page.reload()
    assert names_shown(page) == names(catalogue, chosen)
    assert [select.input_value() for select in selects(page).all()] == list(chosen)
    selects(page).nth(3).select_option("")
    assert names_shown(page) == names(catalogue, chosen[:3])


def test_choosing_from_the_keyboard(page: Page, address: str, catalogue: Catalogue) -> None:
    open_with(page, address, "deepseek-v2", "deepseek-v3-base")
    page.get_by_label(word("nth", number=2)).focus()
    page.keyboard.type(catalogue.entries["deepseek-r1-zero"].variant.name)
    expect(selects(page).nth(1)).to_have_value("deepseek-r1-zero")
    assert names_shown(page) == names(catalogue, ["deepseek-v2", "deepseek-r1-zero"])
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    third = selects(page).nth(2).input_value()
    assert third in catalogue.entries
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label(word("fold"))).to_be_checked()
    assert page.url.endswith(f"?v=deepseek-v2,deepseek-r1-zero,{third}&fold=1")


def test_every_variant_can_be_chosen(built: Path, catalogue: Catalogue) -> None:
    every = sorted((e.variant.id, e.variant.name, e.model.name) for e in catalogue.entries.values())
    first, *others = LexborHTMLParser((built / PAGE / "index.html").read_text("utf-8")).css("#compare-form select")
    assert first.css("option:not(optgroup *)") == []
    for select in (first, *others):
        options = [
            (option.attributes["value"], option.text(), group.attributes["label"])
            for group in select.css("optgroup")
            for option in group.css("option")
        ]
        assert sorted(options) == every
    assert len(others) == 3


def test_an_unknown_id_is_answered_and_the_rest_is_shown(page: Page, address: str, catalogue: Catalogue) -> None:
    bad = ("deepseek-v33", "<b>x</b>", "constructor")
    open_with(page, address, "deepseek-v2", *bad, "deepseek-v3-base")
    alert = problem(page)
    expect(alert).to_be_visible()
    expect(alert).to_have_text(" ".join(word("unknown", id=id_) for id_ in bad))
    assert names_shown(page) == names(catalogue, ["deepseek-v2", "deepseek-v3-base"])


def test_one_model_alone_and_five_are_answered_and_four_need_no_answer(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    ids = list(catalogue.entries)[:5]
    open_with(page, address, *ids)
    expect(problem(page)).to_have_text(word("many"))
    assert names_shown(page) == names(catalogue, ids[:4])
    open_with(page, address, *ids[:4])
    expect(problem(page)).to_be_empty()
    assert names_shown(page) == names(catalogue, ids[:4])
    open_with(page, address, "deepseek-v2")
    expect(problem(page)).to_have_text(word("few"))
    assert names_shown(page)[0] == catalogue.entries["deepseek-v2"].variant.name
    selects(page).nth(1).select_option(ids[0])
    expect(problem(page)).to_be_empty()
    selects(page).nth(1).select_option("deepseek-v2")
    expect(problem(page)).to_have_text(word("few"))


def test_equal_rows_fold(page: Page, address: str) -> None:
    open_with(page, address, "deepseek-v2", "deepseek-v3-base")
    expect(problem(page)).to_be_empty()
    rows = page.locator(".ds-compared tbody tr")
    count = {kind: page.locator(f".ds-compared tr.{kind}").count() for kind in ("same", "differs", "open")}
    assert min(count.values()) > 0
    caption = page.locator("#compare-architecture caption").inner_text()
    page.get_by_label(word("fold")).click()
    expect(page.locator(".ds-compared tr.same")).to_have_count(0)
    assert page.locator(".ds-compared tr.differs").count() == count["differs"]
    assert page.locator(".ds-compared tr.open").count() == count["open"]
    assert page.locator("#compare-architecture caption").inner_text() == caption, "what is folded is still counted"
    assert page.url.endswith("&fold=1")
    page.reload()
    expect(page.locator(".ds-compared tr.same")).to_have_count(0)
    page.get_by_label(word("fold")).click()
    expect(page.locator(".ds-compared tr.same")).to_have_count(count["same"])
    assert rows.count() > sum(count.values()), "groups have a row of their own"


def test_it_works_from_a_folder(page: Page, built: Path, catalogue: Catalogue) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((built / PAGE / "index.html").as_uri())
    selects(page).nth(0).select_option("deepseek-v2")
    selects(page).nth(1).select_option("deepseek-v3-base")
    assert names_shown(page) == names(catalogue, ["deepseek-v2", "deepseek-v3-base"])
    assert problems == []


def test_a_model_page_leads_to_its_comparison(page: Page, address: str, built: Path, catalogue: Catalogue) -> None:
    model = catalogue.models["deepseek-v3"]
    pair = [catalogue.entries[model.compared_with or ""], catalogue.flagship(model)]
    overview = LexborHTMLParser((built / "models" / model.id / "index.html").read_text("utf-8"))
    (more,) = [link for link in overview.css("article a") if link.text() == WORDS("model.all_changes")]
    page.goto(urljoin(f"{address}models/{model.id}/", more.attributes["href"] or ""))
    with leaving(page):
        page.get_by_role("link", name=word("against", name=pair[0].variant.name)).click()
    assert page.url == f"{address}{PAGE}?v={pair[0].variant.id},{pair[1].variant.id}"
    assert names_shown(page) == [entry.variant.name for entry in pair]

"""Tables, long pages and the pages of models in Chromium: heads stay in sight, nothing is broken inside a word, each part is reached."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalogue.records import Catalogue
from helpers import FONTS_READY, FRAMES, built_page, show
from render.links import correction_anchor

pytestmark = pytest.mark.browser

MODEL = "models/deepseek-v3/"
PHONE, DESKTOP = 390, 1280
HEIGHT = 800
WITH_SCRIPTS = ["techniques/mla/", MODEL + "scores/"]  # which draw a figure and make a table sortable
PAGES = [
    MODEL,
    MODEL + "architecture/",
    MODEL + "machines/",
    "models/deepseek-moe/",
    "models/deepseek-r1/training/",
    "glossary/",
    "corrections/",
    "how-to-read/",
    "api-names/",
    "zh/models/deepseek-v3/architecture/",
]
WIDE_TABLES = ["models/deepseek-vl2/details/", "models/deepseek-v4/architecture/", "models/deepseek-llm/architecture/"]

# Words of Latin letters and numbers that stand on two lines. Addresses and paths of files may be broken anywhere.
BROKEN = r"""() => {
  const found = [], walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const lines = () => new Set([...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top))).size;
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!parent.checkVisibility() || parent.closest("svg, pre, math, .ds-hidden, .ds-sources, .ds-printed, .ds-record")) continue;
    range.selectNodeContents(node);
    if (lines() < 2) continue; // as most texts, of which no word can be on two
    for (const match of node.data.matchAll(/[A-Za-z0-9,.]{4,}/g)) {
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      if (lines() > 1) found.push(match[0]);
    }
  }
  return found;
}"""
SCROLLED = """() => [...document.querySelectorAll(".ds-scroll")]
    .filter((box) => box.checkVisibility())
    .map((box) => [box.getAttribute("aria-label"), box.scrollWidth - box.clientWidth])
    .filter(([, more]) => more > 0 && more <= 20)"""


def opened(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.goto(address)
    page.wait_for_load_state("load")


def test_nothing_is_broken_in_a_word_or_scrolls_for_a_few_pixels(page: Page, address: str, built: Path) -> None:
    """Opened on a telephone and made wider, as if it were turned and then put aside for a desk."""
    for kind in (*WITH_SCRIPTS, *PAGES, *WIDE_TABLES):
        if kind in WITH_SCRIPTS:
            opened(page, address + kind, PHONE)
        else:
            page.set_viewport_size({"width": PHONE, "height": HEIGHT})
            show(page, built / kind / "index.html")
        settle(page, kind)
        assert page.evaluate(SCROLLED) == [], kind
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, kind
        for width in (PHONE, 768, DESKTOP) if kind not in WIDE_TABLES else ():
            if width != PHONE:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                settle(page, kind)
            assert page.evaluate(BROKEN) == [], (kind, width)


def settle(page: Page, kind: str) -> None:
    """Faces have come, and the scripts of a page have measured its tables."""
    page.evaluate(FONTS_READY)
    if kind in WITH_SCRIPTS:
        page.evaluate(FRAMES)


@pytest.mark.parametrize("at", ["trust/", MODEL + "architecture/", "tools/what-if/", "zh/guides/recent/"])
def test_a_broad_table_is_whole_on_a_telephone_and_says_what_each_number_is(page: Page, address: str, at: str) -> None:
    page.set_viewport_size({"width": PHONE, "height": HEIGHT})
    page.goto(address + at)
    tables = page.locator("article .ds-scroll > table:visible")
    assert tables.count()
    assert not [t for t in tables.all() if t.evaluate("t => t.offsetWidth > t.parentElement.clientWidth + 1")]
    for broad in page.locator("table.ds-cards:visible").all():
        heads = broad.locator("thead :is(th, td)").all_text_contents()
        row = broad.locator("tbody tr").first.locator("td")
        assert row.evaluate_all("cells => cells.map((cell) => cell.dataset.head)") == [
            head.strip() for head in heads[1:]
        ]


@pytest.mark.parametrize(
    ("kind", "table", "widths"),
    [
        (MODEL + "scores/", "table.ds-table", [PHONE, DESKTOP]),
        ("models/", "table.ds-families", [DESKTOP]),
        ("compare/architecture/", "table.ds-wide >> nth=1", [PHONE, DESKTOP]),
        ("compare/models/", ".ds-compared table >> nth=2", [DESKTOP]),
    ],
)
def test_the_head_of_a_long_table_stays_in_sight(
    page: Page, address: str, kind: str, table: str, widths: list[int]
) -> None:
    opened(page, address + kind, widths[0])
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.evaluate("scrollTo(0, 0)")
        page.evaluate(FRAMES)
        shown = page.locator(table).first
        shown.evaluate("table => table.closest('details')?.setAttribute('open', '')")
        shown.evaluate(
            """table => {
                const box = table.parentElement, own = box.scrollHeight > box.clientHeight && getComputedStyle(box).overflowY === "auto";
                box.scrollTop = 0;
                (own ? box : table.rows[table.rows.length - 2]).scrollIntoView({block: own ? "end" : "center"});
                if (own) box.scrollTop = box.scrollHeight;
            }"""
        )
        expect(shown.locator("thead th").first).to_be_in_viewport()


def test_corrections_open_with_what_matters_and_what_is_new_and_a_filter_and_an_address_open_the_others(
    page: Page, address: str, catalogue: Catalogue
) -> None:
    opened(page, address + "corrections/", PHONE)
    rows, folds = page.locator(".ds-corrections > li"), page.locator("#others ~ details:has(.ds-corrections)")
    shown, closed = page.locator(".ds-corrections > li:visible"), page.locator("details .ds-corrections > li")
    at_first = rows.count() - closed.count()
    assert 0 < at_first < rows.count() / 4, "a few stand open"
    expect(shown).to_have_count(at_first)
    said = [int(text) for text in folds.locator("> summary > small").all_inner_texts()]
    assert sum(said) == closed.count(), "each line says how many it opens"
    others = [row for row in catalogue.corrections if not row.central]
    newest = max(enumerate(others), key=lambda found: (found[1].date.first_day, found[0]))[1]
    first = page.locator("#newest ~ ul > li").first
    expect(first).to_have_id(correction_anchor(newest))
    expect(first).to_be_visible()

    found, typed = page.locator(".ds-corrections > li", has_text="clients"), page.locator(".ds-filter input")
    expect(found).to_be_hidden()
    typed.fill("3FS of all clients")
    expect(found).to_be_visible()
    expect(page.locator(".ds-corrections > li:visible, h2#others:visible")).to_have_count(2)
    expect(page.locator("h2#central")).to_be_hidden()
    typed.fill("")
    expect(shown).to_have_count(at_first)

    row = page.locator("details .ds-corrections > li[id]").last
    expect(row).to_be_hidden()
    place = row.get_attribute("id")
    typed.fill("nothing that is found")
    page.evaluate("place => { location.hash = place; }", place)
    expect(row).to_be_in_viewport()


def test_an_old_address_leads_to_the_part_that_has_the_place_and_the_others_are_a_click_away(
    page: Page, address: str, built: Path, catalogue: Catalogue
) -> None:
    stage = f"stage-{catalogue.models['deepseek-v3'].training[0].id}"
    moved = json.loads(built_page(built, MODEL).css_first("#ds-moved").text())
    for place, part in ((stage, "training"), ("evaluation", "scores"), ("disputes", "disputes")):
        assert [other for other, places in moved.items() if place in places] == [part]
        assert built_page(built, MODEL + part).css_first(f"[id='{place}']")
    page.goto(f"{address}{MODEL}#{stage}")
    expect(page).to_have_url(f"{address}{MODEL}training/#{stage}")
    expect(page.locator(f"[id='{stage}']")).to_be_in_viewport()
    page.locator(".ds-local a[data-part=changes]").click()
    expect(page).to_have_url(f"{address}{MODEL}changes/")
    expect(page.locator(".ds-local [aria-current=page]")).to_have_attribute("data-part", "changes")
    expect(page.locator("h1")).to_contain_text("DeepSeek-V3")

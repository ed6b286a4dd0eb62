"""The poster: every family once, everything on it to one scale, and what a sheet that travels alone has to say."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.derive.expression import architecture_numbers
from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from helpers import VALID, context_of
from render.figures import home
from render.format import short_size


@pytest.fixture(scope="module")
def cells(built: Path) -> dict[str, LexborNode]:
    """The cells by the name on them."""
    tree = LexborHTMLParser((built / "assets" / "poster.svg").read_text(encoding="utf-8"))
    found = {group.css_first("text.n").text(): group for group in tree.css("g")}
    assert len(found) == len(tree.css("g"))
    return found


def sides(cell: LexborNode, kind: str) -> tuple[float, float] | None:
    """Width and height of a bar."""
    path = cell.css_first(f"path.{kind}")
    if path is None:
        return None
    found = re.match(r"M[\d.]+ [\d.]+h([\d.]+)v([\d.]+)h", path.attributes["d"] or "")
    return float(found[1]), float(found[2])


def test_everything_is_to_one_scale(cells: dict[str, LexborNode], catalogue: Catalogue) -> None:
    flagships = [catalogue.flagship(model) for model in catalogue.models.values()]
    assert sorted(cells) == sorted(short_size(entry.variant.name) for entry in flagships)
    areas, heights, widths, caches = [], [], [], []
    for entry in flagships:
        cell = cells[short_size(entry.variant.name)]
        stack = sides(cell, "moe") or sides(cell, "dense")
        if entry.architecture is not None:
            numbers = architecture_numbers(entry.architecture)
            heights.append(stack[1] / numbers["num_hidden_layers"])
            widths.append(stack[0] / numbers["hidden_size"])
            experts = sum((path.attributes["d"] or "").count("h0") for path in cell.css(".routed, .active"))
            assert experts == numbers.get("n_routed_experts", 0)
        else:
            assert stack is None
        total = entry.variant.parameters.total.value
        square = sides(cell, "square")
        assert (square is None) == (total is None)
        if square is not None and total is not None and square[0] > 8:
            areas.append(square[0] ** 2 / float(Decimal(total.value)))
        kept = entry.recount.kv_cache if entry.recount else None
        drawn = sides(cell, "kept")
        assert (drawn is None) == (kept is None)
        if drawn is not None and kept is not None and drawn[0] > 4:
            caches.append(drawn[0] / kept.value)
    for found, slack in ((heights, 0.03), (widths, 0.03), (areas, 0.03), (caches, 0.03)):
        assert len(found) > 5
        assert max(found) / min(found) < 1 + slack


def test_a_sheet_alone_says_what_it_is() -> None:
    ctx = context_of(load_catalogue(VALID))
    public = home.poster_files(ctx, "https://example.org/ds/")
    local = home.poster_files(ctx, "http://127.0.0.1:8000/")
    for scheme, path in home.POSTER_PATHS.items():
        assert "example.org/ds<" in public[path]
        assert "127.0.0.1" not in local[path]
        for said in (ctx.words("poster.title").replace("'", "’"), "CC BY 4.0"):
            assert said in public[path], scheme
        assert "var(" not in public[path]
    light, dark = (public[path] for path in home.POSTER_PATHS.values())
    assert light != dark
    assert re.sub(r"#[0-9a-f]{6}", "", light) == re.sub(r"#[0-9a-f]{6}", "", dark)


def test_both_editions_have_it_in_their_language(built: Path) -> None:
    english, chinese = ((built / edition / "assets" / "poster.svg").read_text("utf-8") for edition in ("", "zh"))
    han = re.compile("[\u4e00-\u9fff]")
    assert not han.search(english)
    assert len(han.findall(chinese)) > 100
    sheet = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', english)
    assert abs(float(sheet[1]) / float(sheet[2]) - 2**0.5) < 0.05


@pytest.mark.browser
def test_the_scheme_of_the_page_chooses_the_file(page: Page, address: str) -> None:
    """On a wide and light screen and on a telephone in the dark."""
    page.goto(address + "models/")
    shown = page.locator(".ds-poster img:visible")
    for scheme, width, file in (("light", 1280, "poster.svg"), ("dark", 390, "poster-dark.svg")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("src", re.compile(f"/{file}$"))
    shown.scroll_into_view_if_needed()  # it is loaded when it comes near
    shown.evaluate("one => one.decode()")
    with page.expect_download() as saved:
        page.locator(".ds-poster button").first.click()
    assert saved.value.suggested_filename == "poster.png"


@pytest.mark.browser
def test_printed_it_fills_one_sheet_of_a3(page: Page, address: str) -> None:
    page.add_init_script("window.print = () => {}")
    page.goto(address + "models/")
    page.locator("[data-print-poster]").click()
    expect(page.locator("html.ds-sheet")).to_have_count(1)
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = {tuple(map(round, map(float, box))) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)}
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    ((wide, high),) = boxes
    assert abs(wide - 1191) < 3
    assert abs(high - 842) < 3

"""Trends: labels and marks apart, findings that follow from the points, axes of one's own."""

import itertools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser, LexborNode

from helpers import built_page
from render.figures.engine import run_script
from render.pages.trends import PRESETS, QUANTITIES, ratio_text

Point = tuple[Decimal, bool]
FORMS = ("wide", "narrow")


@pytest.fixture(scope="module")
def tree(built: Path) -> LexborHTMLParser:
    return built_page(built, "trends")


@pytest.fixture(scope="module")
def data(tree: LexborHTMLParser) -> dict[str, Any]:
    """The JSON that charts are drawn from."""
    block = tree.css_first("#trends-data")
    return dict(json.loads(block.text()))


@pytest.fixture(scope="module")
def points(data: dict[str, Any]) -> dict[str, dict[str, Point]]:
    """By quantity and variant: the value, and whether it is published."""
    return {
        key: {
            model["id"]: (Decimal(str(value["n"])), value["published"])
            for model in data["models"]
            if (value := model["values"].get(key)) is not None
        }
        for key in QUANTITIES
    }


def marks(tree: LexborHTMLParser, preset: str, form: str = "wide") -> list[LexborNode]:
    return list(tree.css(f"[data-trend={preset}] svg.ds-trend-{form} a[data-id]"))


@pytest.mark.parametrize(("x", "y"), [axes for axes in itertools.permutations(QUANTITIES, 2) if axes[1] != "date"])
def test_labels_and_marks_do_not_meet_on_any_pair_of_axes(data: dict[str, Any], x: str, y: str) -> None:
    for form in FORMS:
        svg = LexborHTMLParser(run_script("trends", "chart", data, x, y, form))
        box = svg.css_first("svg")
        if box is None:
            assert len([m for m in data["models"] if {x, y} <= m["values"].keys()]) < 2
            continue
        width, height = (float(part) for part in (box.attributes["viewBox"] or "").split()[2:])
        labels = [
            (float(text.attributes["x"] or ""), float(text.attributes["y"] or ""), len(text.text()))
            for text in svg.css("a text.label:not(.asked)")
        ]
        assert labels
        for (ax, ay, letters), (bx, by, _) in itertools.permutations(labels, 2):
            assert not (ax <= bx < ax + 5.2 * letters and abs(ay - by) < 11), (x, y, form)
        for circle in svg.css("circle"):
            assert 0 < float(circle.attributes["cx"] or "") < width
            assert 0 < float(circle.attributes["cy"] or "") < height


def test_titles_are_findings_that_follow_from_the_points(
    points: dict[str, dict[str, Point]], tree: LexborHTMLParser, data: dict[str, Any]
) -> None:
    for preset in PRESETS:
        heading = tree.css_first(f"h2#{preset.key}")
        line = [m["id"] for m in data["models"] if m["rank"] == "main" and {preset.x, preset.y} <= m["values"].keys()]
        over = [points[preset.y][line[0]][0] if preset.x == "date" else points[preset.x][id_][0] for id_ in line]
        ratios = [points[preset.y][id_][0] / each for id_, each in zip(line, over, strict=True)]
        furthest = (max if ratios[-1] >= 1 else min)(ratios)
        named = next(m["short"] for m in data["models"] if m["id"] == line[ratios.index(furthest)])
        assert ratio_text(furthest, 2) in heading.text() or ratio_text(furthest, 3) in heading.text(), preset
        assert named in heading.text(), preset


@pytest.mark.browser
def test_any_two_quantities_make_a_chart_that_the_address_keeps(page: Page, address: str) -> None:
    page.goto(address + "trends/")
    up, across = page.locator(".ds-trend-axes select").all()
    up.select_option("tokens")
    expect(page.locator("#tokens")).to_be_visible()
    across.select_option("activated")
    assert page.url == f"{address}trends/?x=activated&y=tokens"
    expect(page.locator("#own")).to_have_text("Training tokens by parameters active per token")
    page.reload()
    expect(page.locator("#own")).to_be_visible()
    rows, marks = (page.locator(f"[data-trend=own] {part}") for part in ("tbody tr", "svg.ds-trend-wide a"))
    assert rows.count() == marks.count() > 4
    page.goto(f"{address}trends/?x=nonsense&y=cache")
    expect(page.locator("#cache")).to_be_visible()


@pytest.mark.browser
def test_a_point_and_its_row_name_each_other_and_on_a_phone_the_chart_fits_and_is_legible(
    page: Page, address: str
) -> None:
    page.goto(address + "trends/")
    block = page.locator("[data-trend=cache]")
    point = block.locator("svg.ds-trend-wide a[data-id='deepseek-v3-base']")
    point.focus()
    expect(block.locator("tr.on")).to_have_attribute("data-id", "deepseek-v3-base")
    expect(block.locator("figcaption")).to_contain_text("DeepSeek-V3-Base")
    block.locator("tr[data-id='deepseek-v2'] th").hover()
    expect(block.locator("svg.ds-trend-wide a.on")).to_have_attribute("data-id", "deepseek-v2")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    chart = page.locator("svg.ds-trend-narrow:visible")
    expect(chart).to_have_count(1)
    smallest = chart.evaluate(
        "svg => Math.min(...[...svg.querySelectorAll('text')].map(t => parseFloat(getComputedStyle(t).fontSize) * t.getCTM().a))"
    )
    assert smallest >= 12

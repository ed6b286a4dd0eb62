"""Trends: every point as the catalogue has it, published and recomputed told apart, findings that follow from the points."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.derive.training import pre_training_tokens, training_metrics_with_peak
from catalogue.records import Catalogue, Entry
from catalogue.schema.model import Track
from helpers import built_page
from render.context import Context
from render.pages.trends import PRESETS, QUANTITIES, ratio_text
from render.plays import run_script

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


def sharing(catalogue: Catalogue, id_: str) -> list[Entry]:
    entries = catalogue.entries
    return [e for e in entries.values() if e.architecture_owner == id_ and e.model.id == entries[id_].model.id]


def marks(tree: LexborHTMLParser, preset: str, form: str = "wide") -> list[LexborNode]:
    return list(tree.css(f"[data-trend={preset}] svg.ds-trend-{form} a[data-id]"))


def test_points_are_those_of_the_catalogue_published_or_recomputed(
    points: dict[str, dict[str, Point]], ctx: Context
) -> None:
    """Sizes are held in test_bases."""
    entries = ctx.catalogue.entries
    for key, name in (("layers", "num_hidden_layers"), ("hidden", "hidden_size"), ("experts", "n_routed_experts")):
        assert points[key] == {id_: (getattr(entries[id_].architecture, name).value, True) for id_ in points[key]}
    for id_, (number, _) in points["context"].items():
        stated = [e.variant.context_length for e in sharing(ctx.catalogue, id_) if e.variant.context_length]
        assert number in [s.value.value for s in stated if s.value], id_
    for id_, point in points["tokens"].items():
        stated = [s for e in sharing(ctx.catalogue, id_) if (s := pre_training_tokens(e)) is not None]
        assert point == (stated[0].value.value, True), id_
    for id_, (number, published) in points["flops"].items():
        metrics = [m for e in sharing(ctx.catalogue, id_) if (m := training_metrics_with_peak(ctx.catalogue.gpus, e))]
        assert (float(number), published) == (float(metrics[0].terms["training_flops"].value), False), id_
    for id_, point in points["cache"].items():
        assert point == (2 * entries[id_].recount.kv_cache.exact, False), id_
    published = {id_ for id_, (_, published) in points["served"].items() if published}
    for id_ in ("deepseek-v4-flash-base", "deepseek-v4-pro-base"):
        assert points["served"][id_][0] == entries[id_].stored_cache.value
    assert "deepseek-v4-flash-base" in published
    assert "deepseek-v4-pro-base" not in published


def test_every_flagship_of_the_general_line_is_drawn_or_named(
    points: dict[str, dict[str, Point]], tree: LexborHTMLParser, catalogue: Catalogue
) -> None:
    article = tree.css_first("article")
    for model in catalogue.models.values():
        if model.track is not Track.GENERAL:
            continue
        owner = catalogue.flagship(model).architecture_owner
        assert owner in points["total"]
        if catalogue.entries[owner].model.id != model.id:
            assert model.name in article.text(deep=True)
            continue
        for preset in PRESETS:
            block = tree.css_first(f"[data-trend={preset.key}]")
            shown = {link.attributes["data-id"] for link in marks(tree, preset.key)}
            assert owner in shown or catalogue.entries[owner].variant.name in block.text(deep=True), preset


def test_every_point_leads_to_its_model_says_what_its_mark_shows_and_has_a_row_with_sources(
    tree: LexborHTMLParser, data: dict[str, Any], catalogue: Catalogue
) -> None:
    words = data["words"]
    for preset, form in itertools.product(PRESETS, FORMS):
        for link in marks(tree, preset.key, form):
            entry = catalogue.entries[link.attributes["data-id"] or ""]
            assert link.attributes["href"] == f"../models/{entry.model.id}/"
            title, circle = link.css_first("title"), link.css_first("circle")
            assert title.text().startswith(entry.variant.name)
            assert (words["recomputed"] in title.text()) == (circle.attributes["class"] == "recomputed"), title.text()
    for preset in PRESETS:
        rows = tree.css(f"[data-trend={preset.key}] table tbody tr")
        assert [row.attributes["data-id"] for row in rows] == [a.attributes["data-id"] for a in marks(tree, preset.key)]
        assert all(row.css("td a[data-s], td .ds-r[title]") for row in rows), "to its source or its working"


def test_more_stands_higher_and_further_right(tree: LexborHTMLParser) -> None:
    for preset, form in itertools.product(PRESETS, FORMS):
        found = []
        for link in marks(tree, preset.key, form):
            circle = link.css_first("circle")
            place = [float(circle.attributes[key] or "") for key in ("cx", "cy")]
            found.append(([float(link.attributes[key] or "") for key in ("data-x", "data-y")], place))
        assert len(found) > 5
        for (value, place), (other, there) in itertools.permutations(found, 2):
            if value[0] > other[0]:
                assert place[0] >= there[0]
            if value[1] > other[1]:
                assert place[1] <= there[1]


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
def test_a_preset_is_shown_at_a_time_and_its_address_leads_to_it(page: Page, address: str) -> None:
    page.goto(address + "trends/")
    shown = page.locator("svg.ds-trend-wide:visible")
    expect(shown).to_have_count(1)
    page.locator(".ds-trend-presets a", has_text="Training tokens").click()
    expect(page.locator("#tokens")).to_be_visible()
    expect(page.locator("#cache")).to_be_hidden()
    assert page.url == f"{address}trends/#tokens"
    page.reload()
    expect(page.locator("#tokens")).to_be_visible()
    expect(shown).to_have_count(1)
    expect(page.locator(".ds-trend-presets a[aria-current]")).to_have_text("Training tokens")


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


@pytest.mark.browser
def test_without_a_script_the_presets_stand_below_each_other(plain: Page, address: str) -> None:
    plain.goto(address + "trends/")
    expect(plain.locator("svg.ds-trend-wide:visible")).to_have_count(len(PRESETS))
    expect(plain.locator(".ds-trend-axes")).to_be_hidden()

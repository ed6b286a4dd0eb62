"""What stands side by side for any choice of models, in Chromium: marks that are those of the catalogue, scores, sources, places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page, expect

from catalogue.records import Catalogue, Entry
from catalogue.schema.architecture import Architecture
from catalogue.schema.values import Absence, Facet, Single, fields_with, stated_values
from comparing import PAGE, WORDS, choose, chosen, open_with, word
from helpers import FRAMES, watched

pytestmark = pytest.mark.browser

CHOICES = (
    ("deepseek-llm-67b-base", "deepseek-v2"),
    ("deepseek-v2", "deepseek-v3-base"),
    ("deepseek-v3-base", "deepseek-r1"),
    ("deepseek-v3.2", "deepseek-v4-pro-base", "deepseek-v4.1-flash"),
    ("deepseek-llm-7b-base", "deepseek-moe-16b-base", "deepseek-v2-lite", "janus-pro-7b"),
    ("deepseek-r1-lite-preview", "deepseek-r1"),
)


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


def expected_marks(entries: Sequence[Entry]) -> dict[str, str]:
    """Which dimensions differ, straight from the catalogue."""
    blocks = [dimensions(entry) for entry in entries]
    marks = {}
    for key in {key for block in blocks for key in block}:
        values = [
            block.get(
                key, None if key in fields_with(Architecture, Facet.DEFAULTED) or not block else 0
            )  # what an architecture has not, it has 0 of
            for block in blocks
        ]
        known = [value for value in values if value is not None]
        differ = any(value != known[0] for value in known)
        marks[key] = "differs" if differ else "same" if known and len(known) == len(values) else "open"
    return marks


@pytest.mark.parametrize("ids", CHOICES, ids="+".join)
def test_dimensions_that_differ_are_marked_and_no_others(
    comparison: Page, catalogue: Catalogue, ids: tuple[str, ...]
) -> None:
    choose(comparison, *ids)
    rows = comparison.locator("#compare-architecture tbody tr").evaluate_all(
        "rows => rows.map(r => [r.querySelector('th code').textContent, r.className, r.querySelector('.ds-cue')?.textContent ?? null,"
        " [...r.querySelectorAll('td')].map(c => c.className)])"
    )
    entries = [catalogue.entries[id_] for id_ in chosen(comparison)]
    assert {code: kind for code, kind, _, _ in rows} == {
        key.rpartition(".")[2]: kind for key, kind in expected_marks(entries).items()
    }
    for code, kind, cue, cells in rows:
        assert cue == {"differs": None, "same": word("same"), "open": None}[kind], code
        assert ("differs" in cells) == (kind == "differs"), code


def test_drawings_stand_on_one_ground_and_to_one_scale(comparison: Page, catalogue: Catalogue) -> None:
    choose(comparison, "deepseek-llm-67b-base", "deepseek-v3-base", "deepseek-v4.1-flash")
    boxes = comparison.locator(".ds-board-drawing .pale").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height, box.bottom])"
    )
    assert max(bottom for *_, bottom in boxes) - min(bottom for *_, bottom in boxes) < 1
    for id_, (width, height, _) in zip(chosen(comparison), boxes, strict=True):
        shape = catalogue.entries[id_].architecture
        first = catalogue.entries[chosen(comparison)[0]].architecture
        layers, hidden = shape.num_hidden_layers.value, shape.hidden_size.value
        assert layers is not None and hidden is not None  # noqa: PT018
        assert height / boxes[0][1] == pytest.approx(layers / (first.num_hidden_layers.value or 1), rel=0.02)
        assert width / boxes[0][0] == pytest.approx(hidden / (first.hidden_size.value or 1), rel=0.02)


def test_bars_are_as_long_as_their_numbers(comparison: Page) -> None:
    choose(comparison, "deepseek-v2", "deepseek-v3")
    bars = comparison.locator("tr.total .ds-board-bar .fill.total").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().width)"
    )
    assert bars[0] / bars[1] == pytest.approx(236 / 671, rel=0.02)


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


@pytest.mark.parametrize("ids", [("deepseek-v2", "deepseek-v3-base"), ("deepseek-v3", "deepseek-r1")], ids="+".join)
def test_scores_share_a_row_only_where_both_are_printed(
    comparison: Page, catalogue: Catalogue, ids: tuple[str, str]
) -> None:
    choose(comparison, *ids)
    shown = comparison.locator("#compare-evaluation tbody tr:not(.ds-group)").evaluate_all(
        "rows => rows.map(r => [r.className, ...[...r.querySelectorAll('td')].map(c => c.textContent)])"
    )
    assert shown
    tables: dict[tuple[object, ...], dict[str, set[str]]] = {}
    for model in catalogue.models.values():
        for table in model.evaluation:
            for row in table.rows:
                setting = row.setting.en if row.setting else (model.id, table.id)
                scores = tables.setdefault((table.kind, row.benchmark.en, setting), {})
                for id_, score in row.scores.items():
                    if score.value is not None:
                        scores.setdefault(id_, set()).add(score.value.text)
    both = [scores for key, scores in tables.items() if set(ids) <= set(scores) and key[0].value != "ablation"]
    assert len(shown) == len(both)
    assert sum(kind == "differs" for kind, *_ in shown) == sum(scores[ids[0]] != scores[ids[1]] for scores in both)


def test_recomputed_sizes_say_how_they_agree(comparison: Page, catalogue: Catalogue) -> None:
    ids = ("deepseek-v2", "deepseek-v3-base")
    choose(comparison, *ids)
    comparison.locator("#dimensions").evaluate("one => { one.open = true; }")
    ids = (*chosen(comparison),)
    row = comparison.locator("#compare-sizes tbody tr").nth(1)
    expect(row.locator("th")).to_contain_text(word("recomputed"))
    for place, id_ in enumerate(ids):
        agreement = catalogue.entries[id_].total_agreement
        key = "recomputed.agrees" if agreement.holds else "recomputed.differs"
        label = WORDS(key, percent=f"{agreement.percent:+.2f}".replace("-", "−"))
        expect(row.locator("td").nth(place).get_by_role("img")).to_have_accessible_name(label)


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


def test_the_link_is_copied(comparison: Page, address: str) -> None:
    choose(comparison, "deepseek-v2", "deepseek-v3-base")
    comparison.get_by_role("button", name=word("copy")).click()
    expect(comparison.get_by_role("status").filter(has_text=word("copied"))).to_have_count(1)
    ids = ",".join(chosen(comparison))
    assert comparison.evaluate("navigator.clipboard.readText()") == f"{address}{PAGE}?v={ids}"
    expect(comparison.get_by_role("button", name=word("copy"))).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
def test_an_address_with_models_and_a_part_leads_to_the_part(page: Page, address: str, width: int) -> None:
    """Though the script shows the models after the browser went there, and what is far away is not laid out."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}{PAGE}?v={','.join(CHOICES[3])}#infrastructure")
    heading = page.locator("#infrastructure")
    expect(heading).to_be_in_viewport()
    expect(page.locator("#compare-infrastructure thead th")).to_have_count(len(CHOICES[3]) + 1)
    page.evaluate(FRAMES)
    box = heading.bounding_box()
    assert box["y"] < 200, "it stands at the top of the window"
    expect(page.locator("#compare-infrastructure thead th").last).to_be_in_viewport()


@pytest.mark.parametrize("choice", [CHOICES[0], CHOICES[3], CHOICES[4]])
def test_the_values_of_a_row_stand_beside_one_another(page: Page, address: str, choice: Sequence[str]) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    open_with(page, address, *choice, more="#sizes")
    table = page.locator("#compare-sizes")
    expect(table.locator("thead th")).to_have_count(len(choice) + 1)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        table.scroll_into_view_if_needed()
        boxes = (
            table.locator("tbody tr.differs")
            .first.locator("td")
            .evaluate_all(
                "cells => cells.map(cell => [cell.getBoundingClientRect().x, cell.getBoundingClientRect().y])"
            )
        )
        assert len({y for _, y in boxes}) == 1
        assert len({x for x, _ in boxes}) == len(choice)
        assert boxes == sorted(boxes)

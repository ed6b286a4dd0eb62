"""The timeline in Chromium: tracks, years, the address, the keyboard, lineage; wide and on a phone, with and without scripts."""

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, expect

from catalogue.records import Catalogue, first_date
from catalogue.schema.model import Track
from helpers import FONTS_READY, script

pytestmark = pytest.mark.browser

TIMELINE = "timeline/"
WIDE = {"width": 1360, "height": 900}
MODELS = ".ds-history svg:visible a.model"


def ids(catalogue: Catalogue, tracks: Iterable[str] = tuple(Track), year: str = "") -> list[str]:
    """Models of some tracks whose first date lies in a year, the oldest first."""
    dated = [(d.first_day, m.id) for m in catalogue.models.values() if m.track in tracks and (d := first_date(m))]
    return [id_ for day, id_ in sorted(dated) if day.startswith(year)]


def drawn(page: Page, selector: str = f"{MODELS}:not(.off):not(.ghost)") -> list[str]:
    """What the links lead to that are neither faded nor there as parents, in the order of the Tab key."""
    return page.locator(selector).evaluate_all("links => links.map(a => a.getAttribute('href').split('/').at(-2))")


def press(page: Page, group: str, name: str) -> None:
    page.get_by_role("group", name=group).get_by_role("button", name=name, exact=True).click()


def open_wide(page: Page, address: str, query: str = "") -> None:
    page.set_viewport_size(WIDE)
    page.goto(address + TIMELINE + query)


def test_a_track_stays_with_its_parents_and_the_rest_fades(page: Page, address: str, catalogue: Catalogue) -> None:
    open_wide(page, address)
    press(page, "Tracks", "Reasoning")
    chosen = ids(catalogue, ["reasoning"])
    assert drawn(page) == chosen
    expect(page).to_have_url(address + TIMELINE + "?tracks=reasoning")
    parents: set[str] = set()
    for id_ in chosen:
        older = catalogue.models[id_].main_parent
        while older:
            parents.add(older)
            older = catalogue.models[older].main_parent
    expect(page.get_by_role("status")).to_contain_text(f"{len(chosen)} of ")
    for width in (390, WIDE["width"]):
        page.set_viewport_size({"width": width, "height": WIDE["height"]})
        assert drawn(page) == chosen
        assert set(drawn(page, f"{MODELS}.ghost")) == parents - set(chosen)
        box = page.locator(MODELS + ":not(.off):not(.ghost)").first.bounding_box()
        assert 0 <= box["x"] < width, "what is counted is in sight without scrolling sideways"
    press(page, "Tracks", "Maths")
    assert drawn(page) == ids(catalogue, ["reasoning", "math"])
    press(page, "Tracks", "All")
    assert drawn(page) == ids(catalogue)
    expect(page).to_have_url(address + TIMELINE)


def test_the_address_holds_tracks_and_a_year(page: Page, address: str, catalogue: Catalogue) -> None:
    open_wide(page, address, "?tracks=general,reasoning&year=2025")
    assert drawn(page) == ids(catalogue, ["general", "reasoning"], "2025")
    pressed = page.locator("#timeline-controls button[aria-pressed=true]").all_text_contents()
    assert pressed == ["General", "Reasoning", "2025"]
    press(page, "Tracks", "All")
    assert drawn(page) == ids(catalogue, year="2025")
    expect(page).to_have_url(address + TIMELINE + "?year=2025")
    open_wide(page, address, "?tracks=nonsense&year=1999")
    assert page.locator("#timeline-controls button[aria-pressed=true]").all_text_contents() == ["All", "All"]
    assert drawn(page) == ids(catalogue)


def test_lineage_stands_out(page: Page, address: str, catalogue: Catalogue) -> None:
    """By hovering over a model and from the keyboard."""
    parents = {m.id: {edge.model for edge in m.builds_on} for m in catalogue.models.values()}

    def back(id_: str) -> set[str]:
        return parents[id_].union(*(back(parent) for parent in parents[id_]))

    chosen = "deepseek-prover-v1-5"
    family = {chosen} | back(chosen) | {id_ for id_ in parents if chosen in back(id_)}
    open_wide(page, address)
    link = page.locator(f"{MODELS}[href*='/{chosen}/']")
    link.locator("circle").hover()
    assert set(drawn(page, f"{MODELS}.kin")) == family
    page.mouse.move(5, 5)
    expect(page.locator(f"{MODELS}.kin")).to_have_count(0)
    link.focus()
    assert set(drawn(page, f"{MODELS}.kin")) == family
    of_family = set(page.locator("a[data-i].kin").evaluate_all("links => links.map(link => link.dataset.i)"))
    lit = page.locator("[data-younger].kin").evaluate_all(
        "lines => lines.map(l => [l.dataset.older, l.dataset.younger])"
    )
    assert lit
    assert all(end in of_family for line in lit for end in line), "no line of another family is lit"
    main = catalogue.models[chosen].main_parent
    ties = page.locator("svg.ds-map-across .tie.kin")
    assert ties.count() >= len(parents[chosen] - {main})
    expect(ties.first).to_have_css("opacity", "1")
    dim = page.locator(f"{MODELS}:not(.kin)").first
    expect(dim).to_have_css("opacity", "0.14")
    page.get_by_role("button", name="Provers").focus()
    expect(dim).to_have_css("opacity", "1")


@pytest.mark.parametrize("path", ["", "timeline/", "zh/", "zh/timeline/"])
def test_no_text_lies_on_another(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(FONTS_READY)
        assert page.evaluate(script("texts_apart")) == [], width

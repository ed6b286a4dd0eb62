"""The timeline in Chromium: tracks, years, the address, the keyboard, lineage, and labels that do not collide."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

import pytest
from playwright.sync_api import Browser, Page, expect

from catalogue.records import Catalogue, first_date
from catalogue.schema.model import Track

pytestmark = pytest.mark.browser

TIMELINE = "timeline/"
MODELS = "svg.ds-timeline a.model"


def names(catalogue: Catalogue, tracks: Iterable[str] = tuple(Track), year: str = "") -> list[str]:
    """Models of some tracks whose first date lies in a year, the oldest first."""
    dated = [
        (d.first_day, m.id, m.name) for m in catalogue.models.values() if m.track in tracks and (d := first_date(m))
    ]
    return [name for day, _, name in sorted(dated) if day.startswith(year)]


def drawn(page: Page, selector: str = MODELS) -> list[str]:
    """Labels of the items that are shown, in the order of the Tab key."""
    return page.locator(f"{selector}:visible .name").all_text_contents()


def listed(page: Page) -> list[str]:
    return page.locator(".ds-year li:visible .ds-card-title > a").all_text_contents()


def track(page: Page, name: str) -> None:
    page.get_by_role("group", name="Tracks").get_by_role("button", name=name, exact=True).click()


def year(page: Page, name: str) -> None:
    page.get_by_role("group", name="Year").get_by_role("button", name=name, exact=True).click()


def test_tab_goes_by_date(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + TIMELINE)
    assert drawn(page) == names(catalogue)
    links = page.locator("svg.ds-timeline a")
    days = [
        re.search(r"\d{4}-\d\d(-\d\d)?$", links.nth(i).get_attribute("aria-label") or "") for i in range(links.count())
    ]
    dates = [match[0] + "-01" * (len(match[0]) == 7) for match in days if match]
    assert dates == sorted(dates)
    assert len(dates) == links.count()
    links.first.focus()
    page.keyboard.press("Tab")
    expect(links.nth(1)).to_be_focused()


def test_techniques_stand_at_the_date_of_their_makers(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + TIMELINE)
    shown = {}
    for link in page.locator("svg.ds-timeline a:is(.technique, .infrastructure)").all():
        id_ = re.search(r"techniques/([^/]+)/", link.get_attribute("href") or "")
        assert id_
        shown[id_[1]] = (link.get_attribute("aria-label") or "").rpartition(" ")[2]
    assert shown == {id_: catalogue.techniques[id_].introduced.date.value.text for id_ in shown}  # type: ignore[union-attr]
    assert {"mla", "grpo", "dsa"} <= shown.keys()
    assert "mtp" not in shown, "MTP's date is that of others; DeepSeek's form came later"
    assert "dualpipev" not in shown, "by another laboratory"


def test_tracks_filter_figure_list_and_lines(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + TIMELINE)
    everything = len(listed(page))
    track(page, "Code")
    assert drawn(page, "svg.ds-timeline a") == names(catalogue, ["code"])
    assert listed(page) == names(catalogue, ["code"])
    expect(page).to_have_url(address + TIMELINE + "?tracks=code")
    track(page, "Maths")
    chosen = ["code", "math"]
    assert drawn(page, "svg.ds-timeline a") == names(catalogue, chosen)
    pairs = {
        (edge.model, model.id)
        for model in catalogue.models.values()
        for edge in model.builds_on
        if model.track in chosen and catalogue.models[edge.model].track in chosen
    }
    assert page.locator("svg.ds-timeline .edge:visible").count() == len(pairs)
    expect(page.get_by_role("status")).to_contain_text(f"{len(names(catalogue, chosen))} of {everything}")
    track(page, "Code")
    assert listed(page) == names(catalogue, ["math"])
    track(page, "All")
    assert len(listed(page)) == everything
    expect(page).to_have_url(address + TIMELINE)


def test_a_year_widens_the_axis_and_goes_there(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + TIMELINE)
    before = page.locator("svg.ds-timeline").bounding_box()
    label = page.locator(MODELS, has_text="DeepSeek-R1").locator(".name").bounding_box()
    year(page, "2025")
    after = page.locator("svg.ds-timeline").bounding_box()
    assert before is not None
    assert after is not None
    assert label is not None
    assert after["width"] > 2 * before["width"]
    frame = page.locator(".ds-scroll:has(> svg.ds-timeline)").bounding_box()
    assert frame is not None
    for name in names(catalogue, year="2025"):
        dot = page.locator(MODELS, has=page.get_by_text(name, exact=True)).locator("circle").bounding_box()
        assert dot is not None
        assert frame["x"] <= dot["x"] <= frame["x"] + frame["width"], name
    larger = page.locator(MODELS, has_text="DeepSeek-R1").locator(".name").bounding_box()
    assert larger is not None
    assert larger["width"] <= label["width"] * 1.01, "labels keep their size"
    assert set(names(catalogue, year="2025")) < set(listed(page))
    assert not set(names(catalogue, year="2024")) & set(listed(page))
    expect(page).to_have_url(address + TIMELINE + "?year=2025")
    year(page, "All")
    assert page.locator("svg.ds-timeline").bounding_box() == before


def test_the_address_holds_the_choice(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + TIMELINE + "?tracks=general,reasoning&year=2025")
    assert listed(page) == names(catalogue, ["general", "reasoning"], "2025")
    pressed = page.locator("#timeline-controls button[aria-pressed=true]").all_text_contents()
    assert pressed == ["General", "Reasoning", "2025"]
    page.goto(address + TIMELINE + "?tracks=nonsense&year=1999")
    assert page.locator("#timeline-controls button[aria-pressed=true]").all_text_contents() == ["All", "All"]
    assert drawn(page) == names(catalogue)


def test_everything_from_the_keyboard(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + TIMELINE)
    page.get_by_role("button", name="Provers").focus()
    page.keyboard.press("Space")
    assert listed(page) == names(catalogue, ["prover"])
    first = page.locator("svg.ds-timeline a:visible").first
    while not page.evaluate("document.activeElement.matches('svg.ds-timeline a')"):
        page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    prover = next(m for m in catalogue.models.values() if m.name == names(catalogue, ["prover"])[0])
    expect(page).to_have_url(f"{address}models/{prover.id}/")


def test_paper_gets_the_whole_axis(page: Page, address: str) -> None:
    page.goto(address + TIMELINE)
    whole = page.locator("svg.ds-timeline").get_attribute("viewBox")
    year(page, "2025")
    wide = page.locator("svg.ds-timeline").get_attribute("viewBox")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("svg.ds-timeline").get_attribute("viewBox") == whole
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("svg.ds-timeline").get_attribute("viewBox") == wide != whole


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_lineage_stands_out(page: Page, address: str, catalogue: Catalogue, by: str) -> None:
    parents = {m.id: {edge.model for edge in m.builds_on} for m in catalogue.models.values()}

    def back(id_: str) -> set[str]:
        return parents[id_].union(*(back(parent) for parent in parents[id_]))

    chosen = "deepseek-prover-v1-5"
    family = {chosen} | back(chosen) | {id_ for id_ in parents if chosen in back(id_)}
    page.goto(address + TIMELINE)
    link = page.locator(f"{MODELS}[href*='/{chosen}/']")
    if by == "mouse":
        link.locator("circle").hover()
    else:
        link.focus()
    lit = page.locator(f"{MODELS}.kin").evaluate_all(
        "links => links.map(a => a.getAttribute('href').split('/').at(-2))"
    )
    assert set(lit) == family
    dim = page.locator(f"{MODELS}:not(.kin)").first
    expect(dim).to_have_css("opacity", "0.16")
    page.mouse.move(5, 5)
    page.get_by_role("button", name="Provers").focus()
    expect(dim).to_have_css("opacity", "1")


def test_everything_without_javascript(browser: Browser, address: str, catalogue: Catalogue) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + TIMELINE)
    expect(page.locator("#timeline-controls")).to_be_hidden()
    assert drawn(page) == names(catalogue)
    assert set(names(catalogue)) < set(listed(page))
    assert len(listed(page)) == page.locator("svg.ds-timeline a").count()
    context.close()


LINES_MEET_DOTS = """() => {
  const items = [...document.querySelectorAll('svg.ds-timeline a')];
  const place = (a) => a.getAttribute('transform').match(/[\\d.]+/g).map(Number);
  return [...document.querySelectorAll('svg.ds-timeline .edge')].filter((e) => e.style.display !== 'none').flatMap((e) => {
    const numbers = e.getAttribute('d').match(/-?[\\d.]+/g).map(Number);
    const [older, younger] = e.dataset.ends.split(' ').map((i) => place(items[i]));
    const ends = [...numbers.slice(0, 2), ...numbers.slice(-2)], dots = [...older, ...younger];
    const level = numbers.length < 8 || (numbers[3] === numbers[1] && numbers[5] === numbers[7]); // leaves and arrives level
    return !level || ends.some((n, i) => Math.abs(n - dots[i]) > 0.2) ? [`${ends} for ${dots}`] : [];
  });
}"""

LABELS = """() => [...document.querySelectorAll('svg.ds-timeline text')]
  .map((t) => [t.textContent, t.getBoundingClientRect()]).filter(([, box]) => box.width)
  .map(([text, box]) => [text, box.left, box.top, box.right, box.bottom])"""


@pytest.mark.parametrize("query", ["", "?year=2023", "?year=2025", "?year=2026&tracks=general,vision,infrastructure"])
@pytest.mark.parametrize("edition", ["", "zh/"])
@pytest.mark.parametrize("width", [1280, 390])
def test_labels_do_not_collide_and_lines_meet_their_dots(
    page: Page, address: str, query: str, edition: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address + edition + TIMELINE + query)
    assert page.evaluate(LINES_MEET_DOTS) == []
    slack = 3  # line boxes are higher than the letters in them
    for scrolled in (False, True):
        if scrolled:
            page.locator(".ds-scroll:has(> svg.ds-timeline)").evaluate("box => { box.scrollLeft += 150; }")
            page.wait_for_timeout(80)
        labels = page.evaluate(LABELS)
        collisions = [
            (a[0], b[0])
            for a, b in itertools.combinations(labels, 2)
            if a[1] < b[3] and b[1] < a[3] and a[2] + slack < b[4] and b[2] + slack < a[4]
        ]
        assert collisions == []
        frame = page.locator(".ds-scroll:has(> svg.ds-timeline)").bounding_box()
        assert frame is not None
        for name in page.locator("svg.ds-timeline .lane-name:visible").all():
            box = name.bounding_box()
            assert box is not None
            assert 0 <= box["x"] - frame["x"] < 30, "the names of the lanes stay in sight"

"""The matrix of techniques and the lineage figures, held against the catalogue; their labels in Chromium."""

from __future__ import annotations

import functools
import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.records import Catalogue, first_date
from catalogue.uses import How, Uses
from helpers import FONTS_READY
from render.figures import packing


def read(built: Path, path: str) -> LexborHTMLParser:
    return LexborHTMLParser((built / path / "index.html").read_text(encoding="utf-8"))


def owner(link: LexborNode | None) -> str:
    """The id of the model that a link to its techniques leads to, wherever on its pages they stand."""
    assert link is not None
    match = re.search(r"models/([^/]+)/(?:changes/)?#techniques$", link.attributes["href"] or "")
    assert match, link.attributes["href"]
    return match[1]


def target(link: LexborNode | None) -> str:
    """The id of the entry that a link leads to."""
    assert link is not None
    match = re.search(r"([^/]+)/(?:#techniques)?$", link.attributes["href"] or "")
    assert match, link.attributes["href"]
    return match[1]


def uses(catalogue: Catalogue) -> Uses:
    return Uses(catalogue.models, catalogue.entries, catalogue.techniques.values())


def by_date(catalogue: Catalogue) -> list[str]:
    found = uses(catalogue)
    using = {use.model.id for id_ in catalogue.techniques for use in found.of_technique(id_)}
    dated = [(d.first_day, m.id) for m in catalogue.models.values() if m.id in using and (d := first_date(m))]
    return [id_ for _, id_ in sorted(dated)]


def test_matrix_says_who_uses_what(built: Path, catalogue: Catalogue) -> None:
    table = read(built, "techniques/matrix").css_first("table.ds-techniques")
    assert table is not None
    columns = [target(link) for link in table.css("thead a")]
    assert columns == by_date(catalogue)
    cells = {}
    for row in table.css("tbody tr:not(.kind)"):
        technique = target(row.css_first("th a"))
        marks = {column: cell.css_first("a") for column, cell in zip(columns, row.css("td"), strict=True)}
        assert any(marks.values()), f"{technique}: a row without a mark"
        for column, mark in marks.items():
            if mark is not None:
                assert owner(mark) == column
                cells[technique, column] = (mark.attributes["class"] or "").split()[-1]
    found = uses(catalogue)
    assert cells == {(id_, use.model.id): use.how.value for id_ in catalogue.techniques for use in found.families(id_)}


def test_a_dash_in_the_matrix_stands_only_where_an_architecture_says_so(built: Path, catalogue: Catalogue) -> None:
    table = read(built, "techniques/matrix").css_first("table.ds-techniques")
    assert table is not None
    columns = [target(link) for link in table.css("thead a")]
    found, dashes = uses(catalogue), 0
    for row in table.css("tbody tr:not(.kind)"):
        technique = target(row.css_first("th a"))
        for column, cell in zip(columns, row.css("td"), strict=True):
            without = cell.css_first("span.no") is not None
            assert without == (found.does_without(technique, column) and found.family(technique, column) is None), (
                technique,
                column,
            )
            dashes += without
    assert dashes


def test_matrix_has_a_group_and_a_jump_for_each_kind(built: Path, catalogue: Catalogue) -> None:
    tree = read(built, "techniques/matrix")
    found = uses(catalogue)
    used = {id_ for id_ in catalogue.techniques if found.of_technique(id_)}
    kinds = {catalogue.techniques[id_].kind for id_ in used}
    jumps = [link.attributes["href"] for link in tree.css(".ds-jump a")]
    assert len(jumps) == len(kinds)
    assert jumps == [f"#{head.attributes['id']}" for head in tree.css("th[scope=rowgroup]")]


def test_index_leads_to_the_matrix(built: Path) -> None:
    assert [n for n in read(built, "techniques").css(".ds-lead a") if n.attributes["href"] == "matrix/"]


def test_lineage_figures_say_what_the_entries_say(built: Path, catalogue: Catalogue) -> None:
    figures, found = 0, uses(catalogue)
    for technique in catalogue.techniques.values():
        tree = read(built, f"techniques/{technique.id}")
        forms = tree.css("svg.ds-lineage:is(.ds-across, .ds-down)")
        successors = {t.id for t in catalogue.techniques.values() if technique.id in t.replaces}
        own = technique.introduced.date.value
        dated = {id_ for id_ in technique.related if own and catalogue.techniques[id_].introduced.date.value}
        around = {*technique.replaces, *successors, *dated}
        families = [family for family in found.families(technique.id) if family.how is not How.IN_WEIGHTS]
        users = {(family.model.id, family.how.value) for family in families}
        if not forms:
            assert not around, technique.id
            assert len(users) < 2, technique.id
            continue
        figures += 1
        for svg in forms:
            shown = [target(link) for link in svg.css("a.node") if "own" not in (link.attributes["class"] or "")]
            assert sorted(shown) == sorted(around), technique.id
            assert len(svg.css(".line.replaces")) == len({*technique.replaces, *successors}), technique.id
            assert len(svg.css(".line")) == len(around), technique.id
            marks = {
                (owner(a), (a.css_first(".mark").attributes["class"] or "").split()[-1]) for a in svg.css("a.model")
            }  # type: ignore[union-attr]
            assert marks == users, technique.id
        text = tree.css_first(".ds-record").text()  # type: ignore[union-attr]
        assert all(catalogue.techniques[id_].name.en in text for id_ in (*technique.replaces, *successors)), (
            technique.id
        )
    assert figures


def test_marks_of_the_lineage_legend_are_marks(built: Path) -> None:
    page = LexborHTMLParser((built / "techniques/csa/index.html").read_text(encoding="utf-8"))
    marks = page.css(".ds-marks svg.ds-lineage")
    assert marks
    assert {mark.attributes["class"] for mark in marks} == {"ds-lineage"}  # no width of the figure itself


def test_spans_of_one_row_do_not_meet() -> None:
    spans = [(0.0, 10.0), (5.0, 12.0), (10.0, 20.0), (11.0, 13.0), (12.0, 30.0)]
    row_of = packing.rows(spans)
    for one, other in itertools.combinations(range(len(spans)), 2):
        assert row_of[one] != row_of[other] or spans[one][1] <= spans[other][0]
    assert max(row_of) == 2, "no more rows than stand beside each other at one place"


@pytest.mark.parametrize(("form", "along"), [("across", "x"), ("down", "y")])
def test_older_stand_before_and_younger_behind(built: Path, catalogue: Catalogue, form: str, along: str) -> None:
    for technique in catalogue.techniques.values():
        svg = read(built, f"techniques/{technique.id}").css_first(f"svg.ds-lineage.ds-{form}")
        own = technique.introduced.date.value
        if svg is None or own is None or svg.css_first("a.own") is None:
            continue
        own_at = float(svg.css_first("a.own rect").attributes[along] or "")  # type: ignore[union-attr]
        for link in svg.css("a.node:not(.own)"):
            id_, at = target(link), float(link.css_first("rect").attributes[along] or "")  # type: ignore[union-attr]
            other = catalogue.techniques[id_].introduced.date.value
            replacing = id_ in technique.replaces or technique.id in catalogue.techniques[id_].replaces
            if other and not replacing:
                assert (at > own_at) == own.surely_before(other), (technique.id, id_)


TEXTS = """(figures) => {
  const box = (node) => { const b = node.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; };
  const place = document.querySelector('.md-content article');
  const others = () => [...place.children].filter((one) => !one.matches('link[rel=stylesheet]')); // which stands in the article
  return figures.flatMap(([id, html]) => {
    for (const one of others()) one.remove();
    place.insertAdjacentHTML('beforeend', html);
    const svg = [...place.querySelectorAll('figure > svg.ds-lineage')].find((one) => one.getBoundingClientRect().width);
    const [left, , right] = box(svg);
    const texts = [...svg.querySelectorAll('text')].map((t) => [t.textContent, ...box(t)]);
    const nodes = [...svg.querySelectorAll('a.node')].map((a) => [a.textContent.trim(), box(a.querySelector('rect')), box(a.querySelector('text'))]);
    if (!texts.length) return [[id, 'nothing is drawn']];
    return [
      ...texts.flatMap((a, i) => texts.slice(i + 1).filter((b) => a[1] < b[3] && b[1] < a[3] && a[2] + 2 < b[4] && b[2] + 2 < a[4]).map((b) => [id, a[0], b[0]])),
      ...texts.filter((t) => t[1] < left || t[3] > right).map((t) => [id, t[0]]),
      ...nodes.filter(([, frame, text]) => text[0] < frame[0] + 4 || text[2] > frame[2] - 4).map((node) => [id, node[0]]),
    ];
  });
}"""


@functools.cache
def figures(built: Path, edition: str) -> list[tuple[str, str]]:
    """The lineage of each technique that has one."""
    found = []
    for file in sorted((built / edition / "techniques").glob("*/index.html")):
        figure = LexborHTMLParser(file.read_text(encoding="utf-8")).css_first("figure:has(svg.ds-lineage)")
        found += [] if figure is None else [(file.parent.name, figure.html or "")]
    return found


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("edition", ["", "zh/"])
def test_lineage_labels_fit(
    page: Page, built: Path, address: str, catalogue: Catalogue, edition: str, width: int
) -> None:
    """Every figure in turn on one page, which is quicker than to open them all."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}{edition}techniques/mla/")
    drawn = [(id_, html) for id_, html in figures(built, edition) if id_ in catalogue.techniques]
    assert drawn
    page.evaluate(FONTS_READY)
    assert page.evaluate(TEXTS, drawn) == []


@pytest.mark.browser
def test_matrix_keeps_heads_and_names_in_sight(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address + "techniques/matrix/")
    page.locator(".ds-jump a").last.click()
    box = page.locator(".ds-both-ways")
    box.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    expect(page.locator("table.ds-techniques thead a").last).to_be_in_viewport()
    expect(page.locator("table.ds-techniques tbody:last-of-type th[scope=row] a").first).to_be_in_viewport()
    expect(page.locator("table.ds-techniques th[scope=rowgroup] span").last).to_be_in_viewport()
    sides = page.evaluate(
        "['thead th', 'tbody:last-of-type th[scope=row]'].map(s => document.querySelector(`table.ds-techniques ${s}`).getBoundingClientRect().left)"
    )
    frame = box.bounding_box()
    assert frame is not None
    assert all(abs(side - frame["x"]) < 3 for side in sides), "the first column stays at the left edge"


@pytest.mark.browser
def test_a_mark_leads_to_the_models_page(page: Page, address: str, catalogue: Catalogue) -> None:
    page.goto(address + "techniques/matrix/")
    model, use = next((m, u) for m in catalogue.models.values() for u in m.techniques if u.change == "dropped")
    mark = page.locator(f"tr:has(th a[href='../{use.id}/']) a.dropped[href*='/{model.id}/']")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}models/{model.id}/changes/#techniques")

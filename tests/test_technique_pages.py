"""Pages of techniques: the table of who uses what, shared pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborNode

from catalogue.records import Catalogue, first_date
from catalogue.uses import Uses
from helpers import built_page
from render.context import Context
from render.format import UsePart, part_of
from render.pages import technique_address, url_of

EDITIONS = pytest.mark.parametrize("edition", ["", "zh/"], ids=["English", "Chinese"])


def owner(link: LexborNode | None) -> str:
    """The id of the model that a link to its techniques leads to, wherever on its pages they stand."""
    match = re.search(r"models/([^/]+)/(?:changes/)?#techniques$", link.attributes["href"] or "")
    assert match, link.attributes["href"]
    return match[1]


def target(link: LexborNode | None) -> str:
    """The id of the entry that a link leads to."""
    match = re.search(r"([^/#]+)(?:/|/#techniques)?$", link.attributes["href"] or "")
    assert match, link.attributes["href"]
    return match[1]


@pytest.fixture(scope="module")
def uses(ctx: Context) -> Uses:
    return ctx.uses


def test_matrix_says_who_uses_what_by_date_and_a_dash_where_an_architecture_does_without(
    built: Path, catalogue: Catalogue, uses: Uses
) -> None:
    tree = built_page(built, "techniques")
    table = tree.css_first("table.ds-techniques")
    columns = [target(link) for link in table.css("thead a")]
    using = {use.model.id for id_ in catalogue.techniques for use in uses.of_technique(id_)}
    days = [(d.first_day, m.id) for m in catalogue.models.values() if m.id in using and (d := first_date(m))]
    assert columns == [id_ for _, id_ in sorted(days)]
    cells, dashes = {}, set()
    for row in table.css("tbody tr:not(.kind)"):
        technique = target(row.css_first("th a"))
        for column, cell in zip(columns, row.css("td"), strict=True):
            if (mark := cell.css_first("a")) is not None:
                assert owner(mark) == column
                cells[technique, column] = (mark.attributes["class"] or "").split()[-1]
            if cell.css_first("span.no") is not None:
                dashes.add((technique, column))
    parts = {(id_, f.model.id): part_of(f.how) for id_ in catalogue.techniques for f in uses.family_uses(id_)}
    assert cells == {pair: part.name.lower() for pair, part in parts.items() if part is not UsePart.IN_WEIGHTS}
    used = {id_ for id_ in catalogue.techniques if uses.of_technique(id_)}
    pairs = {(id_, column) for id_ in used for column in columns} - parts.keys()
    assert dashes == {pair for pair in pairs if uses.does_without(*pair)} != set()
    jumps = [link.attributes["href"] for link in tree.css("#by-model .ds-jump a")]
    assert len(jumps) == len({catalogue.techniques[id_].kind for id_ in used})
    assert jumps == [f"#{head.attributes['id']}" for head in tree.css("th[scope=rowgroup]")]


@EDITIONS
def test_every_technique_is_a_page_or_a_section_of_one(edition: str, built: Path, catalogue: Catalogue) -> None:
    for shared in catalogue.shared_pages.values():
        heads = [head.attributes["id"] for head in built_page(built, f"{edition}techniques/{shared.id}").css("h2")]
        assert heads == [*(technique.id for technique in catalogue.techniques_on(shared.id)), "sources"]
    listed = built_page(built, f"{edition}techniques").css("#by-kind .ds-shelf dt a")
    addresses = {f"techniques/{link.attributes['href']}" for link in listed}
    assert addresses == {url_of(technique_address(technique)) for technique in catalogue.techniques.values()}

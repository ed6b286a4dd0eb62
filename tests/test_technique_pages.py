"""Pages of techniques: parts in the order of a lesson, families by date, the table of who uses what, shared pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.records import Catalogue, first_date
from catalogue.schema.technique import Technique
from catalogue.uses import Uses
from helpers import built_page, printed
from render.context import Context
from render.format import UsePart, part_of
from render.pages import technique_address, url_of

LESSON = ["why", "how", "cost", "models"]
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


def dated(page: LexborHTMLParser) -> list[tuple[str, str]]:
    """The rows of the list by date: the model, or nothing, and the date."""
    found = []
    for row in page.css("ul.ds-dated > li"):
        link, time = row.css_first(".ds-when strong a"), row.css_first(".ds-when time")
        found.append((target(link) if link is not None else "", time.attributes["datetime"] or ""))
    return found


def own_pages(catalogue: Catalogue) -> dict[str, Technique]:
    return {id_: technique for id_, technique in catalogue.techniques.items() if technique.page is None}


@EDITIONS
def test_parts_stand_in_the_order_of_a_lesson(edition: str, built: Path, catalogue: Catalogue) -> None:
    for id_, technique in own_pages(catalogue).items():
        heads = [head.attributes["id"] for head in built_page(built, f"{edition}techniques/{id_}").css("h2")]
        said = {"why": True, "how": True, "models": True, "cost": technique.cost is not None}
        shown = [name for name in heads if name in LESSON]
        assert shown == [name for name in LESSON if said[name] and (name != "how" or "how" in shown)], id_
        assert heads[-2:] == ["origin", "sources"], id_


@EDITIONS
def test_every_technique_is_a_page_or_a_section_of_one(edition: str, built: Path, catalogue: Catalogue) -> None:
    for shared in catalogue.shared_pages.values():
        heads = [head.attributes["id"] for head in built_page(built, f"{edition}techniques/{shared.id}").css("h2")]
        assert heads == [*(technique.id for technique in catalogue.techniques_on(shared.id)), "sources"]
    listed = built_page(built, f"{edition}techniques").css("#by-kind .ds-shelf dt a")
    addresses = {f"techniques/{link.attributes['href']}" for link in listed}
    assert addresses == {url_of(technique_address(technique)) for technique in catalogue.techniques.values()}


@EDITIONS
def test_the_strip_names_each_family_under_what_it_did(
    edition: str, built: Path, catalogue: Catalogue, uses: Uses
) -> None:
    for id_ in own_pages(catalogue):
        page = built_page(built, f"{edition}techniques/{id_}")
        groups = [{owner(link) for link in row.css("dd a")} for row in page.css(".ds-who dl > div")]
        parts: dict[UsePart, set[str]] = {}
        for family in uses.family_uses(id_):
            parts.setdefault(part_of(family.how), set()).add(family.model.id)
        assert groups == [parts[part] for part in UsePart if part in parts], id_
        path = "".join(node.attributes["d"] or "" for node in page.css(".ds-who-line path:not(.not)"))
        assert not path or path.count("M") == len(uses.family_uses(id_)), id_


@EDITIONS
def test_models_stand_once_by_date_and_with_the_date_of_their_use(
    edition: str, built: Path, catalogue: Catalogue, uses: Uses
) -> None:
    checked = 0
    for id_, technique in own_pages(catalogue).items():
        page = built_page(built, f"{edition}techniques/{id_}")
        rows, told = dated(page), [row.model or "" for row in technique.in_models]
        # Models that the technique's entry tells of, in its order; what a model's own entry says stands on its page.
        assert [model for model, _ in rows] == told, id_
        models = [model for model, _ in rows if model]
        assert len(models) == len(set(models)), f"{id_}: a model stands twice"
        days = [day if len(day) == 10 else f"{day}-01" for _, day in rows]
        assert days == sorted(days) or any(len(day) == 7 for _, day in rows), id_
        since = {use.model.id: use.date.text for use in uses.family_uses(id_) if use.date}
        own = {row.model for row in technique.in_models if row.date}
        for model, day in rows:
            if model in since and model not in own:
                assert since[model] == day, (id_, model)
                checked += 1
    assert checked > len(catalogue.techniques)


@EDITIONS
def test_a_blank_line_of_the_data_begins_a_paragraph(edition: str, built: Path, catalogue: Catalogue) -> None:
    several = {id_: t.how for id_, t in own_pages(catalogue).items() if t.how is not None and "\n" in t.how.en}
    assert several
    for id_, how in several.items():
        page = built_page(built, f"{edition}techniques/{id_}")
        shown = {" ".join(p.text().replace("\u2060", "").split()) for p in page.css("p")}
        text = how.zh if edition and how.zh else how.en
        plain = [
            part.strip() for part in printed(text).split("\n") if part.strip() and "{{" not in part and "`" not in part
        ]
        assert [part for part in plain if part not in shown] == [], id_

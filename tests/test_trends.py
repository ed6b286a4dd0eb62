"""Trends: every point as the catalogue has it, published and recomputed told apart, readings that follow from the points."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.derive.parameters import ACTIVATED_CONVENTION
from catalogue.derive.training import pre_training_tokens
from catalogue.lookup import Lookup, metrics_of
from catalogue.records import Catalogue, Entry, first_date
from catalogue.schema.model import Counted, Track
from catalogue.schema.quantities import Quantity
from catalogue.schema.values import Single
from render import words as language_files
from render.context import make_context
from render.figures.labels import Box, Wanted, place_labels
from render.pages import trend_values
from render.pages.trends import ratio_text

KEYS = ("cache", "parameters", "tokens", "flops")
Point = tuple[Decimal, bool]


@pytest.fixture(scope="module")
def tree(built: Path) -> LexborHTMLParser:
    return LexborHTMLParser((built / "trends" / "index.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def points(tree: LexborHTMLParser) -> dict[str, dict[str, dict[int, Point]]]:
    """By figure, variant and series: the value, and whether it is drawn as published."""
    figures = list(tree.css("svg.ds-trend.ds-across"))
    assert len(figures) == len(KEYS)
    return {
        key: {
            link.attributes["data-id"] or "": {
                int(mark.attributes["data-series"] or ""): (
                    Decimal(mark.attributes["data-v"] or ""),
                    mark.attributes["class"] == "published",
                )
                for mark in link.css("[data-v]")
            }
            for link in svg.css("a[data-id]")
        }
        for key, svg in zip(KEYS, figures, strict=True)
    }


def drawn(single: Single[Quantity] | None, recomputed: int | None) -> Point | None:
    if single is not None and single.value is not None:
        return single.value.value, True
    return (Decimal(recomputed), False) if recomputed is not None else None


def sharing(catalogue: Catalogue, id_: str) -> list[Entry]:
    entries = catalogue.entries
    return [e for e in entries.values() if e.architecture_owner == id_ and e.model.id == entries[id_].model.id]


def test_parameters(points: dict[str, dict[str, dict[int, Point]]], catalogue: Catalogue) -> None:
    """On one base: what counts an encoder, no indexer or the backbone alone, or does not agree, is drawn recomputed."""
    for id_, values in points["parameters"].items():
        entry = catalogue.entries[id_]
        recount, stated = entry.recount, entry.variant.parameters
        assert recount is not None
        assert recount.total is not None
        whole = recount.total + sum(part.value for part in recount.engram)
        active = recount.activated[ACTIVATED_CONVENTION] if recount.inactive_experts is not None else None
        expected = {}
        for series, size, recounted, agreement in (
            (0, stated.total, whole, entry.total_agreement),
            (1, stated.activated, active, entry.activated_agreement),
        ):
            plain = size is None or size.counts in (None, Counted.LANGUAGE_MODEL, Counted.WRITING)
            agrees = plain and (agreement is None or agreement.holds)
            expected[series] = drawn(size if agrees or recounted is None else None, recounted)
        assert values == {series: value for series, value in expected.items() if value is not None}, id_


def test_tokens(points: dict[str, dict[str, dict[int, Point]]], catalogue: Catalogue) -> None:
    for id_, values in points["tokens"].items():
        found = [s for e in sharing(catalogue, id_) if (s := pre_training_tokens(e)) is not None]
        assert values == {0: drawn(found[0], None)}, id_


def test_cache(points: dict[str, dict[str, dict[int, Point]]], catalogue: Catalogue) -> None:
    in_service = 0
    for id_, values in points["cache"].items():
        recount = catalogue.entries[id_].recount
        assert recount is not None
        assert recount.kv_cache is not None
        assert values[0] == (Decimal(round(2 * recount.kv_cache.exact)), False), id_
        for entry in sharing(catalogue, id_):
            stated = entry.model.kv_cache.bytes_per_token if entry.model.kv_cache else None
            published = stated.for_variant(entry.variant.id) if stated else None
            if published is not None and published.value is not None:
                assert values[1] == (published.value.value, True), id_
                break
            if entry.stored_cache is not None:
                assert values[1] == (Decimal(entry.stored_cache.value), False), id_
                break
        else:
            assert 1 not in values, id_
        in_service += 1 in values
    assert in_service > 2


def test_flops(points: dict[str, dict[str, dict[int, Point]]], catalogue: Catalogue) -> None:
    lookup = Lookup(catalogue.models, catalogue.techniques, catalogue.entries)
    for id_, values in points["flops"].items():
        found = [result for e in sharing(catalogue, id_) if (result := metrics_of(lookup, e)) is not None]
        assert values == {0: (Decimal(found[0].terms["training_flops"].value), False)}, id_


def test_gpu_hours(catalogue: Catalogue) -> None:
    ctx = make_context(catalogue, language_files.load_words("en"))
    measured = {size.owner.variant.id: trend_values.hours(ctx, size) for size in trend_values.sizes(ctx)}
    hours = {id_: {v.series: (v.number, v.published) for v in found} for id_, found in measured.items() if found}
    assert len(hours) > 2
    for id_, values in hours.items():
        infrastructure = catalogue.entries[id_].model.infrastructure
        assert infrastructure is not None
        (part,) = [part for part in infrastructure.gpu_hours if part.stage is not None]
        assert part.hours.value is not None
        if part.per_tokens is None:
            assert values == {0: (part.hours.value.value, True)}, id_
        else:
            run = pre_training_tokens(catalogue.entries[id_])
            assert run is not None
            assert run.value is not None
            assert part.per_tokens.value is not None
            whole = part.hours.value.value * run.value.value / part.per_tokens.value.value
            assert values == {0: (Decimal(round(whole)), False)}, id_


def test_every_flagship_of_the_general_line_is_drawn_or_named(
    points: dict[str, dict[str, dict[int, Point]]], tree: LexborHTMLParser, catalogue: Catalogue
) -> None:
    article = tree.css_first("article")
    assert article is not None
    said = article.text(deep=True)
    for model in catalogue.models.values():
        if model.track is not Track.GENERAL:
            continue
        owner = catalogue.flagship(model).architecture_owner
        assert owner in points["parameters"]
        if catalogue.entries[owner].model.id == model.id:
            for key in KEYS:
                assert owner in points[key] or catalogue.entries[owner].variant.name in said
        else:
            assert f"{model.name}" in said


def test_links_lead_to_the_model(tree: LexborHTMLParser, catalogue: Catalogue) -> None:
    for link in tree.css("svg.ds-trend.ds-across a[data-id]"):
        model = catalogue.entries[link.attributes["data-id"] or ""].model
        assert link.attributes["href"] == f"../models/{model.id}/"
        title = link.css_first("title")
        assert title is not None
        assert catalogue.entries[link.attributes["data-id"] or ""].variant.name in title.text()


def test_titles_say_what_the_marks_show(tree: LexborHTMLParser) -> None:
    for link in tree.css("svg.ds-trend.ds-across a[data-id]"):
        title = link.css_first("title")
        assert title is not None
        kinds = [mark.attributes["class"] for mark in link.css("[data-v]")]
        assert re.findall(r", (published|recomputed)(?=;|$)", title.text()) == kinds


def test_marks_stand_in_the_order_of_their_dates_and_values(tree: LexborHTMLParser, catalogue: Catalogue) -> None:
    """Later stands further right, more stands higher; the places are in the path of each mark."""
    for svg in tree.css("svg.ds-trend.ds-across"):
        places = []
        for link in svg.css("a[data-id]"):
            for mark in link.css("[data-v]"):
                if mark.attributes["data-series"] == "0":
                    x, y, r = re.findall(r"^M(\S+) (\S+?)a(\S+) ", mark.attributes["d"] or "")[0]
                    places.append((Decimal(mark.attributes["data-v"] or ""), float(y), float(x) + float(r)))
        by_value = [y for _, y, _ in sorted(places)]
        assert by_value == sorted(by_value, reverse=True)


def test_readings_follow_from_the_points(
    points: dict[str, dict[str, dict[int, Point]]], tree: LexborHTMLParser, catalogue: Catalogue
) -> None:
    readings = [node.text() for node in tree.css(".ds-reading")]
    for key, svg in zip(KEYS, tree.css("svg.ds-trend.ds-across"), strict=True):
        main = {link.attributes["data-id"] or "" for link in svg.css("a.main[data-id]") if link.css_first("[data-v]")}
        general = [id_ for id_ in main if catalogue.entries[id_].model.track is Track.GENERAL and 0 in points[key][id_]]
        line = sorted(general, key=lambda id_: first_date(catalogue.entries[id_].model).first_day)  # type: ignore[union-attr]
        if len(line) < 2:
            continue
        first, last = line[0], line[-1]
        names = [catalogue.entries[id_].variant.name for id_ in (first, last)]
        ratio = points[key][last][0][0] / points[key][first][0][0]
        (reading,) = [r for r in readings if ratio_text(ratio) in r and all(name in r for name in names)]
        assert (f"{ratio_text(ratio)} times the" in reading) == (ratio > 1)
        assert (f"{ratio_text(ratio)} of the" in reading) == (ratio < 1)
        if key == "parameters" and 1 in points[key][last] and 1 not in points[key][first]:
            active = points[key][last][1][0] / points[key][first][0][0]
            assert any(ratio_text(active) in reading for reading in readings), "dense models use all they have"


def test_axes_say_that_they_are_logarithmic(tree: LexborHTMLParser) -> None:
    for svg in tree.css("svg.ds-trend.ds-across"):
        axis = svg.css_first("text.axis")
        assert axis is not None
        assert axis.text().endswith("log scale")


def test_every_point_has_a_row_with_sources(tree: LexborHTMLParser, catalogue: Catalogue) -> None:
    for svg, table in zip(tree.css("svg.ds-trend.ds-across"), tree.css("details table.ds-table"), strict=True):
        names = [catalogue.entries[a.attributes["data-id"] or ""].variant.name for a in svg.css("a[data-id]")]
        assert [th.text() for th in table.css("tbody th")] == names
        published = [a for a in svg.css("a[data-id]") if a.css_first(".published") is not None]
        sourced = [row for row in table.css("tbody tr") if row.css_first("td a[data-s]") is not None]
        assert len(sourced) >= len(published), "published values lead to their sources"


def test_all_figures_span_the_same_time(tree: LexborHTMLParser) -> None:
    years = [[t.text() for t in svg.css("text.tick[text-anchor=middle]")] for svg in tree.css("svg.ds-trend.ds-across")]
    assert years[0] == [
        str(year) for year in range(int(years[0][0]), date.fromisoformat(f"{years[0][-1]}-01-01").year + 1)
    ]
    assert all(other == years[0] for other in years)


def test_the_line_from_a_label_to_its_mark_runs_through_no_other_mark() -> None:
    """Marks so close that many labels have to stand away from theirs, and some find no place."""
    marks = [Wanted(100 + 61 * i % 250, 100 + 101 * i % 250, 5, 50, 14) for i in range(60)]
    boxes = [Box(m.x - m.reach, m.y - m.reach, m.x + m.reach, m.y + m.reach) for m in marks]
    lines = 0
    for mark, spot in zip(marks, place_labels(marks, boxes, Box(0, 0, 700, 700)), strict=True):
        if spot is None or not spot.leader:
            continue
        x, y, x1, y1 = map(float, re.findall(r"[\d.]+", spot.leader))
        for part in (i / 200 for i in range(201)):
            across, down = x + (x1 - x) * part, y + (y1 - y) * part
            inside = [m for m in marks if abs(m.x - across) < m.reach - 1 and abs(m.y - down) < m.reach - 1]
            assert inside in ([], [mark]), (mark, spot)
        lines += 1
    assert lines > 5

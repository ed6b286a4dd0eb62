"""The map of models: every model at its place, one line to each, forwards in time, and no name on another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date

import pytest
from playwright.sync_api import Page

from catalogue.records import Catalogue, first_day
from helpers import FONTS_READY, context_of, script
from render.context import Context
from render.figures.canvas import text_width
from render.figures.home import general_line
from render.figures.map import lay_out_narrow_map, lay_out_wide_map
from render.figures.map_items import INFRASTRUCTURE, TECHNIQUES, lay_out_lane, timeline_items


def numbers(path: str) -> list[float]:
    return [float(one) for one in re.findall(r"-?[\d.]+", path)]


def across_of(path: str) -> list[float]:
    """Every x that a path comes to, in order."""
    found = []
    for command, rest in re.findall(r"([MHVQ])([^MHVQ]*)", path):
        values = numbers(rest)
        found += values if command == "H" else [] if command == "V" else values[::2]
    return found


def test_every_model_stands_on_the_map(ctx: Context, catalogue: Catalogue) -> None:
    wide, narrow = lay_out_wide_map(ctx), lay_out_narrow_map(ctx, {})
    assert [p.stop.model.id for p in wide.stops] == sorted(
        catalogue.models, key=lambda id_: (first_day(catalogue.models[id_]), id_)
    )
    assert [row.id for row in narrow.rows] == [p.stop.model.id for p in wide.stops]


def test_one_line_leads_to_each_model(ctx: Context, catalogue: Catalogue) -> None:
    expected = {(m.main_parent, m.id) for m in catalogue.models.values() if m.main_parent}
    for drawn in (lay_out_wide_map(ctx), lay_out_narrow_map(ctx, {})):
        assert {(way.older, way.younger) for way in drawn.ways} == expected
        assert len(drawn.ways) == len(expected)


def test_lines_go_forwards_in_time(ctx: Context) -> None:
    for way in lay_out_wide_map(ctx).ways:
        places = across_of(way.path)
        assert places == sorted(places), way
        assert places[0] < places[-1]


def segments(path: str) -> list[tuple[float, float, float, float]]:
    """A path as straight pieces from corner to corner."""
    x = y = 0.0
    found = []
    for command, rest in re.findall(r"([MHVQ])([^MHVQ]*)", path):
        values = numbers(rest)
        new = (values[0], y) if command == "H" else (x, values[0]) if command == "V" else (values[-2], values[-1])
        if command != "M":
            found.append((x, y, *new))
        x, y = new
    return found


def crosses(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether an upright piece and a level one meet between their ends."""
    for upright, level in ((a, b), (b, a)):
        if upright[0] == upright[2] and level[1] == level[3]:
            low, high = sorted((upright[1], upright[3]))
            left, right = sorted((level[0], level[2]))
            if left < upright[0] < right and low < level[1] < high:
                return True
    return False


def test_few_lines_cross(ctx: Context) -> None:
    ways = [segments(way.path) for way in lay_out_wide_map(ctx).ways]
    crossings = sum(crosses(a, b) for one, other in itertools.combinations(ways, 2) for a in one for b in other)
    assert crossings <= 3


def test_names_lie_on_nothing(ctx: Context) -> None:
    drawn = lay_out_wide_map(ctx)
    for p in drawn.stops:
        assert 0 < p.label_x < drawn.width
        assert abs(p.label_y - p.y) > 10, "a name lies on no line of its own row"


def test_general_line_is_every_architecture_of_the_track(ctx: Context, catalogue: Catalogue) -> None:
    entries = general_line(catalogue)
    assert len({e.architecture_owner for e in entries}) == len(entries)
    days = [first_day(e.model) for e in entries]
    assert days == sorted(days)


@pytest.mark.parametrize("edition", ["en", "zh"])
def test_what_came_out_beside_the_models_hangs_at_its_day_and_no_stem_crosses_a_name(
    catalogue: Catalogue, edition: str
) -> None:
    spoken = context_of(catalogue, edition)
    found, drawn = timeline_items(spoken), lay_out_wide_map(spoken)
    for id_ in (TECHNIQUES, INFRASTRUCTURE):
        months = lay_out_lane(id_, found, drawn.scale, 0, drawn.width)["months"]
        names = []
        for month in months:
            assert month["notes"][0]["x"] == pytest.approx(
                drawn.scale(date.fromisoformat(month["notes"][0]["item"].date.first_day)), abs=0.1
            )
            for note in month["notes"]:
                wide = text_width(note["item"].label, 12.5)
                left = note["text_x"] - (wide if note["anchor"] == "end" else 0)
                assert 0 < left < drawn.width - wide, note["item"].label
                names.append((note["item"].label, left, left + wide, note["y"]))
        stems = [(month["notes"][0]["x"], month["notes"][-1]["y"]) for month in months]
        struck = [name for name, left, right, y in names for x, end in stems if left < x < right and y < end]
        assert struck == []


@pytest.mark.browser
@pytest.mark.parametrize("path", ["", "timeline/", "zh/", "zh/timeline/"])
def test_no_text_lies_on_another(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(FONTS_READY)
        assert page.evaluate(script("texts_apart")) == [], width

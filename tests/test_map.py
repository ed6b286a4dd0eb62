"""The map of models: what hangs beside it at its day, and no name on another."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page

from catalogue.records import Catalogue
from helpers import FONTS_READY, context_of, script
from render.figures.canvas import text_width
from render.figures.map import lay_out_wide_map
from render.figures.map_items import INFRASTRUCTURE, TECHNIQUES, lay_out_lane, timeline_items


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

"""Effort that is published in another unit than GPU-hours is not called unpublished."""

import csv
import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue, infrastructure_value
from helpers import built_page, context_of, family
from render.cite import Citations
from render.pages.model_machines import infrastructure_sections

HOURS = {"hours": 1, "days": 24, "GPU days": 24}


@pytest.fixture(scope="module")
def worked(catalogue: Catalogue) -> dict[str, float]:
    """GPU-hours by variant, worked out here once more from what the entries state."""
    found: dict[str, float] = {}
    for entry in catalogue.entries.values():
        block = entry.model.infrastructure
        for one in block.training_time if block else ():
            time = one.time.for_variant(entry.variant.id) if one.time.by_variant else one.time
            if time is None or not (entry.variant.id in block.variants or len(entry.model.variants) == 1):
                continue
            gpus = infrastructure_value(catalogue.entries, entry, block.hardware.gpu_count)
            times = 1 if one.unit.value == "GPU days" else float(gpus.value.value)
            found[entry.variant.id] = found.get(entry.variant.id, 0) + float(time.value.value) * HOURS[one.unit] * times
    return found


def test_hours_that_follow_stand_in_tables_cards_and_exports(
    built: Path, catalogue: Catalogue, worked: dict[str, float]
) -> None:
    assert len({catalogue.entries[id_].model.id for id_ in worked}) >= 6
    drawn = built_page(built, "compare/infrastructure").css(".ds-ranked li")
    rows = [(row.css_first("a").text(), row.text()) for row in drawn]
    with (built / "data/variants.csv").open(encoding="utf-8") as lines:
        exported = {row["variant"]: row for row in csv.DictReader(lines)}
    for id_, hours in worked.items():
        model = catalogue.entries[id_].model
        shown = f"{round(hours):,}"
        assert any(shown in text for name, text in rows if name in catalogue.entries[id_].variant.name), (id_, shown)
        assert shown in family(built, model.id, "machines").text(), id_
        assert float(exported[id_]["gpu_hours_recomputed"]) == pytest.approx(hours)
        assert exported[id_]["gpu_hours"] == ""


def test_hours_that_add_up_are_one_bar_and_machines_a_dot_each(catalogue: Catalogue) -> None:
    context = context_of(catalogue)
    shown = {
        id_: infrastructure_sections(Citations(context), model)[0].html
        for id_ in ("deepseek-v3", "deepseek-v2")
        for model in [catalogue.models[id_]]
    }
    page = LexborHTMLParser(shown["deepseek-v3"])
    widths = [float((node.attributes["width"] or "").rstrip("%")) for node in page.css_first(".ds-hours").css("rect")]
    assert sum(widths) == pytest.approx(100, abs=0.02)
    boxes = page.css(".ds-machines svg path")
    assert sum(len(re.findall("h0", box.attributes["d"] or "")) for box in boxes) == 2048
    assert "ds-hours" not in shown["deepseek-v2"], "hours for a trillion tokens are no part of a whole"
    assert "ds-machines" not in shown["deepseek-v2"], "the number of GPUs is not published"

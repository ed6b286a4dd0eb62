"""How well a field is covered, and the comparison of a small catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.load import load_catalogue, with_sources
from catalogue.schema.documents import Copies
from catalogue.schema.values import Stated
from helpers import context_of
from render.format import short_variant
from render.pages import compare_models, trust
from render.pages.trust import CoverageState

# How a value of a field is stated for each variant, and how well that covers the field.
STATES = [
    ({"value": 1, "source": "a-paper §1"}, CoverageState.SOURCED),
    ({"value": 1, "source": "a-paper §1 via copy-b README"}, CoverageState.COPY),
    ({"value": 1, "source": "copy-b README"}, CoverageState.COPY),
    ({"value": 1, "source": "a-paper §1 via copy-b README; a-repo config.json"}, CoverageState.SOURCED),
    ({"value": "not published", "source": "a-paper"}, CoverageState.NOT_PUBLISHED),
    ("not applicable", CoverageState.NOT_APPLICABLE),
    ("unknown", CoverageState.UNKNOWN),
    (
        {"by_variant": {"a": "unknown", "b": {"value": 2, "source": "a-paper"}}, "source": "a-paper"},
        CoverageState.SOURCED,
    ),
]


@pytest.mark.parametrize(("written", "state"), STATES)
def test_how_well_a_field_is_covered(written: object, state: CoverageState) -> None:
    copies = Copies({}, frozenset({"copy-b"}))
    assert trust.state_of([with_sources(Stated[int].model_validate(written), copies)]) is state
    assert trust.state_of([None]) is CoverageState.UNKNOWN


def test_a_catalogue_without_the_presets_compares_the_last_of_its_general_line(valid: Path) -> None:
    for file in (valid / "models.yaml", *(valid / "models").iterdir()):
        kept = [line for line in file.read_text(encoding="utf-8").splitlines() if "compared_with" not in line]
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    catalogue = load_catalogue(valid)
    context = context_of(catalogue)
    chosen = compare_models.first_choice(context)
    assert len(chosen) >= 2
    board = LexborHTMLParser(compare_models.compare_models_page(context).sections[0].html)
    names = [node.text() for node in board.css(".ds-board th[scope=col] a")]
    assert names == [short_variant(catalogue.entries[id_].variant.name) for id_ in chosen]

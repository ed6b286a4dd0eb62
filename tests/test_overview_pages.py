"""The pages that tell what an API name meant when and what the catalogue covers, and the comparison of small catalogues."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.load import load_catalogue, with_sources
from catalogue.records import Catalogue
from catalogue.schema.documents import Copies
from catalogue.schema.values import Stated
from helpers import built_page, context_of
from render.context import Context
from render.format import short_variant
from render.pages import compare_models, trust
from render.pages.trust import CoverageState


@pytest.fixture(scope="module", name="small")
def small_context(small: Catalogue) -> Context:
    """The small valid catalogue, ready to render."""
    return context_of(small)


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


def test_fields_of_another_kind_do_not_apply(small: Context) -> None:
    catalogue = small.catalogue
    states = trust.field_groups()["coverage.architecture"]
    ant, bee = (catalogue.flagship(catalogue.models[id_]) for id_ in ("ant", "bee"))
    assert states["kv_lora_rank"](bee) is CoverageState.SOURCED
    assert states["kv_lora_rank"](ant) is CoverageState.NOT_APPLICABLE
    assert states["n_routed_experts"](ant) is CoverageState.NOT_APPLICABLE


def test_the_table_counts_every_field_of_every_model(ctx: Context) -> None:
    groups = list(trust.field_groups().values())
    entries = [ctx.catalogue.flagship(model) for model in ctx.catalogue.models.values()]
    rows = LexborHTMLParser(trust.coverage_section(ctx).html).css("tbody tr")
    assert len(rows) == len(groups)
    for row, group in zip(rows, groups, strict=True):
        states = [state(entry) for state in group.values() for entry in entries]
        assert [int(cell.text()) for cell in row.css("td")[1:]] == [
            states.count(state) for state in (CoverageState.COPY, CoverageState.NOT_PUBLISHED, CoverageState.UNKNOWN)
        ]
        applying = [state for state in states if state is not CoverageState.NOT_APPLICABLE]
        known = sum(state in (CoverageState.SOURCED, CoverageState.COPY) for state in applying)
        assert row.css("td")[0].text() == f"{100 * known / len(applying):.0f}%"


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


@pytest.mark.parametrize("edition", ["", "zh/"])
@pytest.mark.parametrize("form", ["across", "down"])
def test_the_chart_has_a_bar_for_each_meaning_of_a_name(
    built: Path, catalogue: Catalogue, edition: str, form: str
) -> None:
    page = built_page(built, f"{edition}api-names")
    svg = page.css_first(f"svg.ds-gantt-{form}")
    pointers = [pointer for name in catalogue.api_names for pointer in name.pointers]
    assert [text.text() for text in svg.css("text.name")] == [name.name for name in catalogue.api_names]
    assert len(svg.css("rect.span")) == len(pointers)
    models = [catalogue.entries[pointer.variant].model.id for pointer in pointers if pointer.variant is not None]
    links = [(link.attributes["href"] or "").removeprefix("../") for link in svg.css("a:has(rect)")]
    assert links == [f"models/{id_}/" for id_ in models]
    assert len(svg.css("path.on")) == sum(name.until is None for name in catalogue.api_names)


def test_bars_of_the_chart_follow_each_other_on_one_scale(built: Path, catalogue: Catalogue) -> None:
    page = built_page(built, "api-names")
    spans = page.css_first("svg.ds-gantt-across").css("rect.span")
    bars = iter([(float(b.attributes["x"] or ""), float(b.attributes["width"] or "")) for b in spans])
    dated: dict[str, float] = {}
    for name in catalogue.api_names:
        own = [next(bars) for _ in name.pointers]
        dated |= {p.since.value.first_day: x for p, (x, _) in zip(name.pointers, own, strict=True) if p.since.value}
        for (x, width), (following, _) in pairwise(own):
            assert abs(x + width - following) < 0.1, name.name
    days = sorted((date.fromisoformat(day), x) for day, x in dated.items())
    assert [x for _, x in days] == sorted(dated.values())
    apart = [((b - a).days, there - here) for (a, here), (b, there) in pairwise(days) if (b - a).days > 20]
    assert len({round(distance / count, 1) for count, distance in apart}) == 1

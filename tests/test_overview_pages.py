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
from helpers import context_of
from render.context import Context
from render.format import short_variant
from render.pages import api_names, compare_models, trust
from render.pages.trust import CoverageState


@pytest.fixture(scope="module", name="small")
def small_context(small: Catalogue) -> Context:
    """The small valid catalogue, ready to render."""
    return context_of(small)


def rows(html: str) -> list[list[str]]:
    """The text of every body cell of the tables in `html`; lines of a cell are separated by `/`."""
    tree = LexborHTMLParser(html)
    return [[cell.text(separator="/", strip=True) for cell in row.css("th, td")] for row in tree.css("tbody tr")]


def test_quarters_follow_the_pointers(small: Context) -> None:
    assert rows(api_names.api_names_page(small).blocks["quarters"]) == [
        ["2024 Q1", "Bee Base/Cat 0.1M", "", ""],
        ["2024 Q2", "Cat 0.1M", "a caterpillar", ""],
        ["2024 Q3", "Cat 0.1M/Moth", "end not published", ""],
        ["2024 Q4", "", "", ""],
        ["2025 Q1", "", "", "Elk Chat"],
        ["2025 Q2", "", "", "Elk Chat/Elk Chat 2"],
    ]


def test_a_name_ends_with_its_last_row(small: Context) -> None:
    found = rows(api_names.api_names_page(small).blocks["insect"])
    assert [[since, model.split("\u2060")[0].strip("/")] for since, model in found] == [
        ["not published", "an unknown insect"],
        ["March 2024", "Bee Base"],
        ["15 March 2024", "Cat 0.1M/, asleep/A month is before any later day in it."],
        ["1 July 2024", "Moth/Not in the catalogue."],
        ["31 August 2024", "No longer accepted"],
    ]
    assert all("\u2060/[" in model for _, model in found), "each with its source"


STATES = {
    "first hand": ({"value": 1, "source": "a-paper §1"}, CoverageState.SOURCED),
    "copy": ({"value": 1, "source": "a-paper §1 via copy-b README"}, CoverageState.COPY),
    "third party": ({"value": 1, "source": "copy-b README"}, CoverageState.COPY),
    "copy beside first hand": (
        {"value": 1, "source": "a-paper §1 via copy-b README; a-repo config.json"},
        CoverageState.SOURCED,
    ),
    "not published": ({"value": "not published", "source": "a-paper"}, CoverageState.NOT_PUBLISHED),
    "not applicable": ("not applicable", CoverageState.NOT_APPLICABLE),
    "unknown": ("unknown", CoverageState.UNKNOWN),
    "best of the variants": (
        {"by_variant": {"a": "unknown", "b": {"value": 2, "source": "a-paper"}}, "source": "a-paper"},
        CoverageState.SOURCED,
    ),
}


@pytest.mark.parametrize(("written", "state"), STATES.values(), ids=STATES.keys())
def test_state(written: object, state: CoverageState) -> None:
    table = Copies({}, frozenset({"copy-b"}))
    assert trust.state_of([with_sources(Stated[int].model_validate(written), table)]) is state


def test_nothing_is_unknown() -> None:
    assert trust.state_of([None]) is CoverageState.UNKNOWN


def test_fields_of_another_kind_do_not_apply(small: Context) -> None:
    catalogue = small.catalogue
    states = {name: state for group in trust.field_groups(small) for name, state in group.fields}
    ant, bee = (catalogue.flagship(catalogue.models[id_]) for id_ in ("ant", "bee"))
    assert states["Rank of the key-value latent"](bee) is CoverageState.SOURCED
    assert states["Rank of the key-value latent"](ant) is CoverageState.NOT_APPLICABLE
    assert states["Routed experts"](ant) is CoverageState.NOT_APPLICABLE


def test_the_table_counts_every_field_of_every_model(ctx: Context) -> None:
    groups = list(trust.field_groups(ctx))
    entries = [ctx.catalogue.flagship(model) for model in ctx.catalogue.models.values()]
    rows = LexborHTMLParser(trust.coverage_section(ctx).html).css("tbody tr")
    assert len(rows) == len(groups)
    for row, group in zip(rows, groups, strict=True):
        states = [state(entry) for _, state in group.fields for entry in entries]
        assert [int(cell.text()) for cell in row.css("td")[1:]] == [
            states.count(state) for state in (CoverageState.COPY, CoverageState.NOT_PUBLISHED, CoverageState.UNKNOWN)
        ]
        applying = [state for state in states if state is not CoverageState.NOT_APPLICABLE]
        known = sum(state in (CoverageState.SOURCED, CoverageState.COPY) for state in applying)
        assert row.css("td")[0].text() == f"{100 * known / len(applying):.0f}%"


def test_names_of_the_real_catalogue_lead_to_models(catalogue: Catalogue) -> None:
    assert {"deepseek-chat", "deepseek-reasoner"} <= {name.id for name in catalogue.api_names}


def test_a_catalogue_without_the_presets_compares_the_last_of_its_general_line(valid: Path) -> None:
    for file in (valid / "models.yaml", *(valid / "models").iterdir()):
        kept = [line for line in file.read_text(encoding="utf-8").splitlines() if "compared_with" not in line]
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    catalogue = load_catalogue(valid)
    context = context_of(catalogue)
    chosen = compare_models.first_choice(context)
    assert len(chosen) >= 2
    names = [
        node.text()
        for node in LexborHTMLParser(compare_models.compare_models_page(context).sections[0].html).css(
            ".ds-board th[scope=col] a"
        )
    ]
    assert names == [short_variant(catalogue.entries[id_].variant.name) for id_ in chosen]


def test_the_chart_has_a_bar_for_each_meaning_of_a_name(built: Path, catalogue: Catalogue) -> None:
    for edition in ("", "zh/"):
        page = LexborHTMLParser((built / edition / "api-names" / "index.html").read_text(encoding="utf-8"))
        for form in ("across", "down"):
            svg = page.css_first(f"svg.ds-gantt-{form}")
            assert [text.text() for text in svg.css("text.name")] == [name.name for name in catalogue.api_names]
            bars = svg.css("rect.span")
            assert len(bars) == sum(len(name.pointers) for name in catalogue.api_names)
            leading = [
                f"models/{catalogue.entries[pointer.variant].model.id}/"
                for name in catalogue.api_names
                for pointer in name.pointers
                if pointer.variant is not None
            ]
            links = [link.attributes["href"] or "" for link in svg.css("a:has(rect)")]
            assert [link.removeprefix("../") for link in links] == leading
            still = sum(1 for name in catalogue.api_names if name.until is None)
            assert len(svg.css("path.on")) == still


def test_bars_of_the_chart_follow_each_other_on_one_scale(built: Path, catalogue: Catalogue) -> None:
    page = LexborHTMLParser((built / "api-names" / "index.html").read_text(encoding="utf-8"))
    svg = page.css_first("svg.ds-gantt-across")
    bars = [(float(b.attributes["x"] or ""), float(b.attributes["width"] or "")) for b in svg.css("rect.span")]
    pointers = [pointer for name in catalogue.api_names for pointer in name.pointers]
    dated = {p.since.value.first_day: x for p, (x, _) in zip(pointers, bars, strict=True) if p.since.value}
    ordered = sorted(dated)
    assert [dated[day] for day in ordered] == sorted(dated.values())
    days = [date.fromisoformat(day) for day in ordered]
    per_day = {
        round((dated[b.isoformat()] - dated[a.isoformat()]) / (b - a).days, 1)
        for a, b in pairwise(days)
        if (b - a).days > 20
    }
    assert len(per_day) == 1
    index = 0
    for name in catalogue.api_names:
        own = bars[index : index + len(name.pointers)]
        index += len(name.pointers)
        for (x, width), (following, _) in pairwise(own):
            assert abs(x + width - following) < 0.1, name.name

"""The pages that tell what an API name meant when and what the catalogue covers, and the comparison of small catalogues."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.inherit import with_sources
from catalogue.load import load
from catalogue.records import Catalogue
from catalogue.schema.copies import Copies
from catalogue.schema.values import Stated
from render import words as language_files
from render.context import Context, context
from render.marks import State
from render.pages import api_names, compare_models, coverage


@pytest.fixture(scope="module", name="small")
def small_context(small: Catalogue) -> Context:
    """The small valid catalogue, ready to render."""
    return context(small, language_files.load("en"))


@pytest.fixture(scope="module")
def real(catalogue: Catalogue) -> Context:
    """The real catalogue, ready to render."""
    return context(catalogue, language_files.load("en"))


def rows(html: str) -> list[list[str]]:
    """The text of every body cell of the tables in `html`; lines of a cell are separated by `/`."""
    tree = LexborHTMLParser(html)
    return [[cell.text(separator="/", strip=True) for cell in row.css("th, td")] for row in tree.css("tbody tr")]


def test_quarters_follow_the_pointers(small: Context) -> None:
    assert rows(api_names.page(small).blocks["quarters"]) == [
        ["2024 Q1", "Bee Base/Cat 0.1M", "", ""],
        ["2024 Q2", "Cat 0.1M", "a caterpillar", ""],
        ["2024 Q3", "Cat 0.1M/Moth", "end not published", ""],
        ["2024 Q4", "", "", ""],
        ["2025 Q1", "", "", "Elk Chat"],
        ["2025 Q2", "", "", "Elk Chat/Elk Chat 2"],
    ]


def test_a_name_ends_with_its_last_row(small: Context) -> None:
    found = rows(api_names.page(small).blocks["insect"])
    assert [[since, model.split("\u2060")[0].strip("/")] for since, model in found] == [
        ["not published", "an unknown insect"],
        ["March 2024", "Bee Base"],
        ["15 March 2024", "Cat 0.1M/, asleep/A month is before any later day in it."],
        ["1 July 2024", "Moth/Not in the catalogue."],
        ["31 August 2024", "No longer accepted"],
    ]
    assert all("\u2060/[" in model for _, model in found), "each with its source"


STATES = {
    "first hand": ({"value": 1, "source": "a-paper §1"}, State.SOURCED),
    "copy": ({"value": 1, "source": "a-paper §1 via copy-b README"}, State.COPY),
    "third party": ({"value": 1, "source": "copy-b README"}, State.COPY),
    "copy beside first hand": (
        {"value": 1, "source": "a-paper §1 via copy-b README; a-repo config.json"},
        State.SOURCED,
    ),
    "not published": ({"value": "not published", "source": "a-paper"}, State.NOT_PUBLISHED),
    "not applicable": ("not applicable", State.NOT_APPLICABLE),
    "unknown": ("unknown", State.UNKNOWN),
    "best of the variants": (
        {"by_variant": {"a": "unknown", "b": {"value": 2, "source": "a-paper"}}, "source": "a-paper"},
        State.SOURCED,
    ),
}


@pytest.mark.parametrize(("written", "state"), STATES.values(), ids=STATES.keys())
def test_state(written: object, state: State) -> None:
    table = Copies({}, frozenset({"copy-b"}))
    assert coverage.state_of([with_sources(Stated[int].model_validate(written), table)]) is state


def test_nothing_is_unknown() -> None:
    assert coverage.state_of([None]) is State.UNKNOWN


def test_fields_of_another_kind_do_not_apply(small: Context) -> None:
    tree = LexborHTMLParser(coverage.page(small).blocks["lead"])
    heads = [head.text(strip=True) for head in tree.css("thead th a")]
    found = {}
    for row in tree.css("tbody tr:not(.kind)"):
        states = [cell.css_first("span") for cell in row.css("td")]
        found[row.css_first("th").text(strip=True)] = dict(
            zip(heads, [state.attributes["aria-label"] if state else None for state in states], strict=True)
        )
    assert found["Rank of the key-value latent"]["Bee"] == small.words(State.SOURCED)
    assert found["Rank of the key-value latent"]["Ant"] == small.words(State.NOT_APPLICABLE)
    assert found["Routed experts"]["Ant"] == small.words(State.NOT_APPLICABLE)


def test_counts_add_up_to_the_cells(real: Context) -> None:
    """Every model has the same number of fields, and no field of the schema is missing from the count."""
    counts = LexborHTMLParser(coverage.page(real).blocks["lead"]).css("tbody")[0].css("tr:not(.kind)")[1:]
    by_state = [[int(cell.text()) for cell in row.css("td")] for row in counts]
    assert len(by_state) == len(State)
    assert {len(row) for row in by_state} == {len(real.catalogue.models)}
    assert len({sum(column) for column in zip(*by_state, strict=True)}) == 1


def test_every_mark_has_words(real: Context) -> None:
    tree = LexborHTMLParser("".join(coverage.page(real).blocks.values()))
    marks = tree.css("td span[role=img]")
    assert marks
    assert [mark.text() for mark in marks if not mark.attributes.get("aria-label")] == []


def test_names_of_the_real_catalogue_lead_to_models(catalogue: Catalogue) -> None:
    assert {"deepseek-chat", "deepseek-reasoner"} <= {name.id for name in catalogue.api_names}


def test_a_catalogue_without_predecessors_compares_its_last_two_variants(valid: Path) -> None:
    for file in (valid / "models.yaml", *(valid / "models").iterdir()):
        kept = [line for line in file.read_text(encoding="utf-8").splitlines() if "compared_with" not in line]
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    catalogue = load(valid)
    page = compare_models.page(context(catalogue, language_files.load("en")))
    chosen = LexborHTMLParser(page.sections[0].html).css("option[selected]")
    assert [option.attributes["value"] for option in chosen] == list(catalogue.entries)[-2:]


def test_the_chart_has_a_bar_for_each_meaning_of_a_name(built: Path, catalogue: Catalogue) -> None:
    for edition in ("", "zh/"):
        page = LexborHTMLParser((built / edition / "api-names" / "index.html").read_text(encoding="utf-8"))
        for form in ("across", "down"):
            svg = page.css_first(f"svg.ds-gantt-{form}")
            assert svg is not None
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
    assert svg is not None
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

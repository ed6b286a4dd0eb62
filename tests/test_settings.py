"""One list of scores is one benchmark in one setting."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.load import load_catalogue
from helpers import context_of, edit
from render.cite import Citations
from render.pages.model_scores import scores_sections

COUNTING = "{benchmark: Counting, scores: {ant-base: 50.0, bee-base: 60.5}}"
ELK = "{benchmark: Counting, scores: {ant-base: 50.0, bee-base: 60.4, elk-base: 71.2}}"


def lists(folder: Path, one: str, other: str, left_out: str = "ant-base: 50.0, ") -> list[set[str]]:
    """Variants that share a list, where the two base tables with the benchmark say these settings."""
    for name, old, new in (("models.yaml", COUNTING, one), ("models/elk.yaml", ELK, other)):
        said = old.replace("Counting,", f"Counting,{new}").replace(f"{{{left_out}bee-base: 60.4", "{bee-base: 60.4")
        edit(folder / name, (old, said))
    catalogue, found = load_catalogue(folder), dict[tuple[str, ...], set[str]]()
    for model in catalogue.models.values():
        for table in model.evaluation:
            for row in table.rows:
                if row.benchmark.en == "Counting" and table.kind.value == "base":
                    found.setdefault(catalogue.settings.list_key(row), set()).update(row.scores)
    return list(found.values())


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("", "", False),
        (" setting: {metric: EM},", " setting: {metric: EM},", True),
        (" setting: {metric: EM},", " setting: {metric: rating},", False),
        (" setting: {part: easy, metric: EM},", " setting: {metric: EM},", False),
        (" setting: {part: not stated, metric: EM},", " setting: {part: not stated, metric: EM},", False),
    ],
    ids=["nothing said", "the same", "another metric", "a part that one does not say", "a part that neither says"],
)
def test_scores_share_a_list_where_their_settings_are_the_same(
    valid: Path, one: str, other: str, together: bool
) -> None:
    found = lists(valid, one, other)
    assert (len(found) == 1) is together


@pytest.mark.parametrize(("other", "together"), [("", False), (" setting: {metric: EM},", True)])
def test_a_row_that_repeats_a_score_has_the_setting_of_the_first(valid: Path, other: str, together: bool) -> None:
    found = lists(valid, " setting: {part: easy, metric: EM},", other, left_out="")
    assert (len(found) == 1) is together


@pytest.mark.parametrize(
    ("kind", "interval"), [("share of problems solved", pytest.approx((40.4, 59.6), abs=0.05)), ("rating", None)]
)
def test_an_interval_is_one_of_shares(valid: Path, kind: str, interval: object) -> None:
    edit(valid / "settings.yaml", ("share of problems solved", kind))
    catalogue = load_catalogue(valid)
    tables = (table for model in catalogue.models.values() for table in model.evaluation)
    table, row = next((table, row) for table in tables for row in table.rows if row.benchmark.en == "Counting")
    assert catalogue.settings.interval(table, row, row.scores["ant-base"]) == interval


@pytest.mark.parametrize(
    ("before", "after", "setting", "said", "classes", "arrow"),
    [
        ("50.0", "60.5", "metric: EM", "ahead of Ant Base in 1", "", "M4 "),
        ("90.0", "60.5", "metric: EM", "behind in 1: Counting", "worse", "M-4"),
        ("60.0", "60.5", "metric: EM", "In 1 the intervals tell no difference", "alike", "M4 "),
        ("0.9", "0.5", "metric: edit distance", "ahead of Ant Base in 1", "", ""),
    ],
    ids=["more is better", "a fall", "inside the interval", "less is better, on no axis of per cents"],
)
def test_a_table_says_and_draws_what_became_better_and_what_worse(
    valid: Path, before: str, after: str, setting: str, said: str, classes: str, arrow: str
) -> None:
    row = f"{{benchmark: Counting, setting: {{{setting}}}, scores: {{ant-base: {before}, bee-base: {after}}}}}"
    rows = f"{row}\n          - {{benchmark: Dice, scores: {{ant-base: 1.0, bee-base: 1.0}}}}"
    edit(valid / "models.yaml", (COUNTING, rows))
    catalogue = load_catalogue(valid, rules=False)
    html = scores_sections(Citations(context_of(catalogue)), catalogue.models["bee"])[0].html
    page = LexborHTMLParser(html)
    assert said in page.css_first(".ds-found").text()
    cell = next(node for node in page.css("td:last-child > div") if node.text() not in ("", "0"))
    assert (cell.css_first("b").attributes["class"] or "") == classes
    assert [node.attributes["d"][:3] for node in cell.css("path")] == [arrow] * bool(arrow)

"""One list of scores is one benchmark in one setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.load import load_catalogue

COUNTING = "{benchmark: Counting, scores: {ant-base: 50.0, bee-base: 60.5}}"
ELK = "{benchmark: Counting, scores: {ant-base: 50.0, bee-base: 60.4, elk-base: 71.2}}"


def lists(folder: Path, one: str, other: str) -> list[set[str]]:
    """Variants that share a list, where the two base tables with the benchmark say these settings."""
    for name, old, new in (("models.yaml", COUNTING, one), ("models/elk.yaml", ELK, other)):
        file = folder / name
        said = old.replace("Counting,", f"Counting,{new}").replace("{ant-base: 50.0, bee-base: 60.4", "{bee-base: 60.4")
        file.write_text(file.read_text(encoding="utf-8").replace(old, said), encoding="utf-8")
    catalogue, found = load_catalogue(folder), dict[tuple[str, ...], set[str]]()
    for model in catalogue.models.values():
        for table in model.evaluation:
            for row in table.rows:
                if row.benchmark.en == "Counting" and table.kind.value == "base":
                    found.setdefault(catalogue.settings.key(model, table, row), set()).update(row.scores)
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


@pytest.mark.parametrize(
    ("kind", "interval"), [("share of problems solved", pytest.approx((40.4, 59.6), abs=0.05)), ("rating", None)]
)
def test_an_interval_is_one_of_shares(valid: Path, kind: str, interval: object) -> None:
    file = valid / "settings.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("share of problems solved", kind), encoding="utf-8")
    catalogue = load_catalogue(valid)
    tables = (table for model in catalogue.models.values() for table in model.evaluation)
    table, row = next((table, row) for table in tables for row in table.rows if row.benchmark.en == "Counting")
    assert catalogue.settings.interval(table, row, row.scores["ant-base"]) == interval

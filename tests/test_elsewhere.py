"""What others publish: models of other makers that have DeepSeek's ideas, and values beside the catalogue's."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

import elsewhere
from catalogue.derive.parameters import ACTIVATED_CONVENTION, recount_sizes
from catalogue.records import Catalogue
from catalogue.schema.documents import WitnessRow
from catalogue.witnesses import Outcome, _compare_value, compare_witness
from helpers import CASES, table
from render.pages.elsewhere import IDEAS, users_of


def test_contemporaries_come_out_as_published(catalogue: Catalogue) -> None:
    found = catalogue.contemporaries
    assert found
    for one in found:
        recount = recount_sizes(one.architecture)
        assert recount.total is not None, one.name
        assert recount.kv_cache is not None, one.name
        if one.total is not None and one.total.value is not None:
            assert abs(recount.total / int(one.total.value.value) - 1) < 0.005, one.name
        if one.activated is not None and one.activated.value is not None:
            assert abs(recount.activated[ACTIVATED_CONVENTION] / int(one.activated.value.value) - 1) < 0.03, one.name


def test_other_makers_stay_out_of_the_catalogue(catalogue: Catalogue) -> None:
    names = {one.id for one in catalogue.contemporaries} | {one.name.lower() for one in catalogue.contemporaries}
    assert not names & (catalogue.entries.keys() | catalogue.models.keys())
    assert not {one.maker for one in catalogue.contemporaries} & {"DeepSeek"}
    assert not [m.type for m in catalogue.elsewhere.models if m.type.startswith("deepseek") or not m.maker]


@pytest.mark.parametrize("idea", IDEAS, ids=[idea.id for idea in IDEAS])
def test_every_idea_has_users_and_a_technique(catalogue: Catalogue, idea: object) -> None:
    assert users_of(catalogue, idea)
    assert idea.technique in catalogue.techniques


def test_a_configuration_class_is_read_without_importing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "transformers" / "models" / "ant"
    folder.mkdir(parents=True)
    for name in ("configuration", "modeling", "modular"):
        shutil.copy(CASES / "elsewhere" / f"{name}_ant.py.txt", folder / f"{name}_ant.py")
    monkeypatch.setattr(elsewhere, "DATA", tmp_path / "out.json")
    monkeypatch.setattr(sys, "argv", ["elsewhere.py", str(tmp_path / "transformers"), "--version", "1"])
    assert elsewhere.main() == 0
    (row,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["models"]
    assert row == {
        "type": "ant",
        "maker": "Z.ai",
        "checkpoint": "zai-org/Ant-1",
        "gate": "sigmoid",
        "bias": True,
        "from_deepseek": ["DeepseekV3Attention"],
        "kv_lora_rank": 512,
        "n_routed_experts": 64,
        "n_group": 1,
        "index_topk": 2048,
    }


def test_every_witness_has_a_dated_file(catalogue: Catalogue) -> None:
    assert len(catalogue.witnesses) >= 3
    for witness in catalogue.witnesses:
        testimony = catalogue.testimony[witness.id]
        assert testimony.version, witness.id
        assert len(testimony.date) == 10, witness.id
        assert len(testimony.rows) >= 10, witness.id


def test_every_difference_has_a_reason_and_every_reason_a_difference(catalogue: Catalogue) -> None:
    found = [(witness.id, one) for witness in catalogue.witnesses for one in compare_witness(catalogue, witness)]
    differing = [(id_, one) for id_, one in found if one.outcome is Outcome.DIFFERS]
    assert [(one.row, one.ours) for _, one in differing if one.reason is None] == []
    needed = {(id_, one.row.variant, one.row.field) for id_, one in differing}
    assert {(r.witness, r.variant, r.field) for r in catalogue.witness_reasons} <= needed
    assert sum(one.outcome is Outcome.AGREES for _, one in found) > 70


@pytest.mark.parametrize(("field", "value", "outcome"), table("witnesses"))
def test_a_value_is_compared_within_its_tolerance(
    catalogue: Catalogue, field: str, value: bool | float | str, outcome: str
) -> None:
    variant = "deepseek-v3" if field == "released" else "deepseek-v3-base"
    row = WitnessRow(variant=variant, field=field, value=value)
    assert _compare_value(catalogue, row, None).outcome is Outcome[outcome]

"""What others publish: models of other makers that have DeepSeek's ideas, and values beside the catalogue's."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

import elsewhere
from catalogue.records import Catalogue
from helpers import CASES, context_of
from render.pages.elsewhere import IDEAS, elsewhere_page, users_of


def test_other_makers_stay_out_of_the_catalogue(catalogue: Catalogue) -> None:
    names = {one.id for one in catalogue.contemporaries} | {one.name.lower() for one in catalogue.contemporaries}
    assert not names & (catalogue.entries.keys() | catalogue.models.keys())
    assert not {one.maker for one in catalogue.contemporaries} & {"DeepSeek"}
    assert not [m.type for m in catalogue.elsewhere.models if m.type.startswith("deepseek") or not m.maker]


@pytest.mark.parametrize("idea", IDEAS, ids=[idea.id for idea in IDEAS])
def test_every_idea_has_users_and_a_technique(catalogue: Catalogue, idea: object) -> None:
    assert users_of(catalogue, idea)
    assert idea.technique in catalogue.techniques


def test_the_matrix_counts_each_type_under_its_maker_and_idea(catalogue: Catalogue) -> None:
    page = LexborHTMLParser(elsewhere_page(context_of(catalogue)).blocks["makers"])
    for idea in IDEAS:
        counted = [int(node.text()) for node in page.css(f'.ds-makers td a[href="#{idea.id}"]')]
        assert sum(counted) == len(users_of(catalogue, idea))


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
        "from_deepseek": ["DeepseekV3Attention", "DeepseekV32Indexer"],
        "kv_lora_rank": 512,
        "n_routed_experts": 64,
        "n_group": 1,
        "index_topk": 2048,
    }

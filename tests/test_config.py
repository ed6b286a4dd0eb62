"""A pasted config.json: counted as the build and transformers count it, or refused with the key that stands in the way."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalogue.attention import kind_of
from catalogue.derive.expression import architecture_names, architecture_numbers
from catalogue.derive.families import FAMILIES, forms_for_script
from catalogue.derive.parameters import ACTIVATED_CONVENTION, LAST_STREAM_MAPPING
from catalogue.records import Catalogue
from render.figures.engine import run_script

CASES = Path(__file__).parent / "cases"
STRANGE = yaml.safe_load((CASES / "strange_configs.yaml").read_text(encoding="utf-8"))


def counted(text: str) -> dict[str, Any]:
    return run_script("config", "countedConfig", forms_for_script(), text)


def test_every_architecture_gives_what_the_build_gives(catalogue: Catalogue) -> None:
    """Parts, total, active parameters and cache, to the last digit, from the numbers of each entry."""
    seen = set()
    for entry in catalogue.entries.values():
        if entry.architecture is None or entry.recount is None or entry.recount.total is None:
            continue
        found = run_script("config", "countedNumbers", forms_for_script(), as_read(entry.architecture))
        recount = entry.recount
        assert dict(found["parts"]) == {t.name: str(t.value) for t in recount.terms if t.value}, entry.variant.id
        assert found["total"] == str(recount.total), entry.variant.id
        assert found["activated"] == str(recount.activated[ACTIVATED_CONVENTION]), entry.variant.id
        if recount.kv_cache is not None:
            assert Fraction(found["cache"]) == recount.kv_cache.exact, entry.variant.id
        seen.add(found["kind"])
    assert len(seen) > 4


def as_read(architecture: Any) -> dict[str, Any]:
    """An architecture of the catalogue as the script has one once it has read a file."""
    numbers = architecture_numbers(architecture)
    kind = kind_of(architecture)
    names = {*architecture_names(architecture, numbers), *([LAST_STREAM_MAPPING] if kind.last_stream_mapping else [])}
    tied = {"tie_word_embeddings": int(bool(architecture.tie_word_embeddings.value))}
    return {
        "numbers": {**numbers, **tied},
        "names": sorted(names),
        "kind": kind.kind.value,
        "network": architecture.feed_forward.value.value,
    }


def test_released_files_give_what_their_entries_give(catalogue: Catalogue) -> None:
    for path in sorted((CASES / "configs").glob("*.json")):
        recount, found = catalogue.entries[path.stem].recount, counted(path.read_text(encoding="utf-8"))
        assert (found["total"], Fraction(found["cache"])) == (str(recount.total), recount.kv_cache.exact), path.stem


def test_configurations_of_transformers_give_its_own_count(catalogue: Catalogue) -> None:
    shipped = catalogue.peers.configs
    assert len(shipped) >= 25
    for name, one in shipped.items():
        assert counted(one.config).get("total") == str(one.total), name


@pytest.mark.parametrize("case", STRANGE, ids=lambda case: case["what"])
def test_strange_input_gets_an_answer_and_no_number(case: dict[str, Any]) -> None:
    """A file of V3 with what the case changes, or the case's own text."""
    config = json.loads((CASES / "configs" / "deepseek-v3-base.json").read_text(encoding="utf-8"))
    config = {key: value for key, value in {**config, **case.get("with", {})}.items() if key != case.get("without")}
    found = counted(case.get("text", json.dumps(config)))
    assert "total" not in found
    kind, values = found["problems"][0]
    assert (kind, values.get("key", values.get("found"))) == (case["problem"], case["names"]), found["problems"]


def test_families_are_those_that_were_held_against_transformers(catalogue: Catalogue) -> None:
    """Two have no class there: Kimi's is DeepSeek-V3's, and that of V4.1 is held to the catalogue."""
    held = {json.loads(one.config)["model_type"] for one in catalogue.peers.configs.values()}
    assert set(FAMILIES) - held == {"kimi_k2", "deepseek_v41"}

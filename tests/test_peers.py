"""The report of `make peers` belongs to this catalogue, and the page says what agrees, what is stale and what is left out."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.derive.parameters import State, recount_sizes
from catalogue.records import Catalogue
from catalogue.schema.values import Stated
from helpers import DATA, check, context_of
from render import words
from render.pages import trust


def text_of(catalogue: Catalogue, section: str) -> str:
    """What a section of the page says."""
    sections = {s.id: s.html for s in trust.trust_page(context_of(catalogue)).sections}
    return LexborHTMLParser(sections.get(section, "")).text(separator=" ")


def states(catalogue: Catalogue) -> dict[str, State]:
    return {
        id_: catalogue.peers.state_of(e.architecture_owner, e.architecture, e.recount.total if e.recount else None)
        for id_, e in catalogue.entries.items()
    }


def test_a_comparison_that_is_missing_is_a_line_of_the_check(tmp_path: Path, catalogue: Catalogue) -> None:
    """A contributor need not install PyTorch to add a model, and whoever releases the site sees what is to be done."""
    before = states(catalogue)
    assert {before[id_] for id_ in ("deepseek-ocr", "deepseek-moe-16b-base")} == {State.EQUAL}
    data = Path(shutil.copytree(DATA, tmp_path / "data"))
    report = json.loads((data / "peers.json").read_text(encoding="utf-8"))
    del report["built"]["deepseek-ocr"]
    report["built"]["deepseek-moe-16b-base"]["settings"]["hidden_size"] += 1
    (data / "peers.json").write_text(json.dumps(report), encoding="utf-8")
    run = check("check", data)
    assert run.returncode == 0
    assert re.search(r"not yet compared with Hugging Face transformers.*deepseek-ocr\b", run.stdout)
    assert re.search(r"changed since they were compared.*deepseek-moe-16b-base", run.stdout)


def test_what_can_be_compared_is_equal_to_the_digit(catalogue: Catalogue) -> None:
    found = states(catalogue)
    assert [id_ for id_, state in found.items() if state is State.DIFFERS] == []
    equal = sum(state is State.EQUAL for state in found.values())
    assert equal >= 77
    assert f"All {equal} variants" in " ".join(text_of(catalogue, "peers").split())


@pytest.mark.parametrize(
    "variant", ["deepseek-coder-33b-base", "deepseek-ocr", "deepseek-v2", "deepseek-v3.2-exp", "deepseek-v4-pro-base"]
)
def test_no_dimension_can_change_unnoticed(catalogue: Catalogue, variant: str) -> None:
    entry = catalogue.entries[variant]
    architecture = entry.architecture
    # The layout of the layers holds the first two; transformers has experts in every layer behind the dense ones, in V4 in all.
    apart = {"csa_layers", "hca_layers", "moe_layer_freq"}
    if variant.startswith("deepseek-v4"):
        apart.add("first_k_dense_replace")
    tried = 0
    for name, stated in architecture:
        if not isinstance(stated, Stated) or type(stated.value) is not int or name in apart:
            continue
        other = stated.model_copy(update={"value": stated.value + 1})
        changed = architecture.model_copy(update={name: other})
        if recount_sizes(changed).total != entry.recount.total:
            tried += 1
            found = catalogue.peers.state_of(entry.architecture_owner, changed, recount_sizes(changed).total)
            assert found is State.STALE, name
    assert tried > 5


def test_a_changed_dimension_makes_the_comparison_stale(catalogue: Catalogue) -> None:
    built = dict(catalogue.peers.built)
    old = built["deepseek-v3-base"]
    built["deepseek-v3-base"] = replace(old, settings={**old.settings, "kv_lora_rank": 511})
    changed = replace(catalogue, peers=replace(catalogue.peers, built=built))
    stale = words.load_words()["en"]("trust.peers.stale")
    assert stale in text_of(changed, "peers")
    assert stale not in text_of(catalogue, "peers")
    now = [id_ for id_, state in states(changed).items() if state is State.STALE]
    assert {"deepseek-v3-base", "deepseek-r1", "deepseek-v3.1"} <= set(now)
    assert "deepseek-v2" not in now


def test_what_came_after_the_comparison_has_not_changed_since(catalogue: Catalogue) -> None:
    """A contributor's new entry, before `make peers` is run again."""
    built = {owner: found for owner, found in catalogue.peers.built.items() if owner != "deepseek-v2"}
    changed = replace(catalogue, peers=replace(catalogue.peers, built=built))
    say, shown = words.load_words()["en"], text_of(changed, "peers")
    now = [id_ for id_, state in states(changed).items() if state is State.NEW]
    assert "deepseek-v2" in now
    assert say("trust.peers.new") in shown
    assert say("trust.peers.some_new", count=len(now)) in shown
    assert say("trust.peers.stale") not in shown
    assert say("trust.peers.some_stale", count=len(now)) not in shown


def test_labs_agree_to_five_digits(catalogue: Catalogue) -> None:
    labs = catalogue.peers.labs
    assert {lab.lab for lab in labs} >= {"mla", "router", "yarn", "norm"}
    assert [lab for lab in labs if lab.difference > 1e-5] == []
    shown = text_of(catalogue, "labs")
    assert all(f"labs/{lab.lab}.py" in shown for lab in labs)

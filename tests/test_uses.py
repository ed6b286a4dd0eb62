"""Who uses a technique is what architectures and training say: held against a reading of the fields by hand, on the built pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.records import Catalogue, Entry
from catalogue.uses import How, Uses
from helpers import family
from render.context import context
from render.uses import change
from render.words import load


@pytest.fixture(scope="module")
def uses(catalogue: Catalogue) -> Uses:
    return Uses(catalogue.models, catalogue.entries, catalogue.techniques.values())


def attention(kind: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.architecture is not None and str(entry.architecture.attention.value) == kind


def predicted(entry: Entry) -> bool:
    layers = entry.architecture.num_nextn_predict_layers if entry.architecture else None
    return layers is not None and bool(layers.value)


def of_experts(entry: Entry) -> bool:
    return entry.architecture is not None and entry.architecture.n_routed_experts is not None


@pytest.mark.parametrize(
    ("technique", "has"),
    [
        ("mha", attention("MHA")),
        ("gqa", attention("GQA")),
        ("mla", attention("MLA")),
        ("mtp", predicted),
        ("moe", of_experts),
        ("deepseekmoe", of_experts),
    ],
)
def test_every_family_with_such_a_checkpoint_is_on_the_page_and_no_other(
    built: Path, catalogue: Catalogue, technique: str, has: Callable[[Entry], bool]
) -> None:
    wanted = {entry.model.id for entry in catalogue.entries.values() if has(entry)}
    page = LexborHTMLParser((built / "techniques" / technique / "index.html").read_text(encoding="utf-8"))
    listed = {}
    for row in page.css("ul.ds-dated > li[data-how]"):
        link = row.css_first(".ds-when strong a")
        match = re.search(r"models/([^/]+)/$", link.attributes["href"] or "") if link else None
        if match:
            listed[match[1]] = row.attributes["data-how"]
    uses = [(m.id, u) for m in catalogue.models.values() for u in m.techniques if u.id == technique and u.note]
    stated = {id_ for id_, _ in uses}
    wanted -= {id_ for id_, use in uses if use.change == "dropped"}  # where the entry says why the field is there
    assert wanted <= {id_ for id_, how in listed.items() if how != "dropped"}
    assert {id_ for id_, how in listed.items() if how != "dropped"} <= wanted | stated


def test_weights_that_were_trained_in_fp8_stay_so(uses: Uses) -> None:
    found = {use.model.id: use.how for use in uses.of("fp8-training")}
    assert found["deepseek-v3"] is How.FORM
    for id_ in ("deepseek-r1", "deepseek-v3-2", "deepseek-prover-v2"):
        assert found[id_] is How.INHERITED


@pytest.mark.parametrize(("technique", "way"), [("pipeline-parallelism", "pipeline"), ("expert-parallelism", "expert")])
def test_what_is_split_over_one_device_is_not_split(catalogue: Catalogue, technique: str, way: str) -> None:
    """As the field of an entry has it that does not name the technique itself."""
    model = catalogue.models["deepseek-v3"]
    assert model.infrastructure is not None
    parallelism = model.infrastructure.parallelism
    assert parallelism is not None
    unnamed = tuple(use for use in model.techniques if use.id != technique)
    for degree, uses_it in ((2, True), (1, False)):
        one = getattr(parallelism, way).model_copy(update={"value": degree})
        machines = model.infrastructure.model_copy(update={"parallelism": parallelism.model_copy(update={way: one})})
        changed = model.model_copy(update={"infrastructure": machines, "techniques": unnamed})
        entries = {
            id_: replace(entry, model=changed) if entry.model.id == model.id else entry
            for id_, entry in catalogue.entries.items()
        }
        now = Uses({**catalogue.models, model.id: changed}, entries, catalogue.techniques.values())
        assert (model.id in {use.model.id for use in now.of(technique)}) is uses_it


def test_nobody_is_said_to_have_kept_what_a_later_model_took_up(uses: Uses, catalogue: Catalogue) -> None:
    """By date: one model at most described it, the others come after the first use."""
    for id_, technique in catalogue.techniques.items():
        found = [use for use in uses.of(id_) if use.how is not How.DROPPED]
        assert found == sorted(found, key=lambda use: use.day), id_
        first = [use for use in found if use.how is How.FIRST]
        active = [use for use in found if use.how in (How.FIRST, How.USED, How.KEPT) and use.day]
        if active and not any(use.how in (How.INTRODUCED, How.FORM) for use in found):
            # DeepSeek uses what it made, such as its file system, before the entry of a model says so.
            told_by_entries = technique.introduced.by_deepseek and not technique.follows_from
            assert [use.day for use in first[:1]] == ([] if told_by_entries else [active[0].day]), id_


def test_what_was_kept_or_given_up_was_there_before(uses: Uses, catalogue: Catalogue) -> None:
    """A stated "kept" or "dropped" is a claim about the models before, and those have to bear it out."""
    for model in catalogue.models.values():
        line = {edge.model for edge in model.builds_on}
        before = catalogue.predecessor(model)
        line |= {before.model.id} if before else set()
        while further := {edge.model for id_ in line for edge in catalogue.models[id_].builds_on} - line:
            line |= further
        for use in uses.by(model.id):
            if use.how in (How.KEPT, How.DROPPED):
                earlier = [u for u in uses.of(use.technique.id) if u.model.id in line and u.how is not How.DROPPED]
                assert any(u.day <= use.day for u in earlier), (model.id, use.technique.id)


def test_what_is_compared_keeps_only_what_its_predecessor_has(built: Path) -> None:
    """DeepSeekMath-V2 has the network of V3.2, so it did not keep sparse attention from DeepSeekMath."""
    page = family(built, "deepseek-math-v2", "changes")
    kept = {link.text() for link in page.css("details.ds-kept a[href*='techniques/']")}
    assert "GRPO" in kept
    assert not kept & {"MLA", "DSA", "DeepSeekMoE"}


def test_a_technique_of_other_checkpoints_names_them(built: Path) -> None:
    """The largest VL2 has latent attention; what Tiny kept is said of Tiny."""
    page = family(built, "deepseek-vl2", "changes")
    items = [item.text().strip("; ") for item in page.css("details.ds-kept span") if item.text().startswith("MHA")]
    assert items == ["MHA (DeepSeek-VL2-Tiny)"]


def test_a_technique_that_came_with_weights_names_their_model(catalogue: Catalogue, uses: Uses) -> None:
    ctx = context(catalogue, load("en"))
    inherited = [use for model in catalogue.models.values() for use in uses.by(model.id) if use.how is How.INHERITED]
    named = [use for use in inherited if use.origin is not None]
    assert named
    for use in named:
        assert use.origin is not None
        assert f"models/{use.origin.id}.md" in change(ctx, use)

"""Who uses a technique is what architectures and training say: held against a reading of the fields by hand, on the built pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catalogue.files import read_texts
from catalogue.load import read_draft
from catalogue.records import Catalogue, first_date
from catalogue.rules.techniques import uses_in_time
from catalogue.schema.architecture import Architecture
from catalogue.uses import Use, UseLabel, Uses
from helpers import built_page, table
from render.context import Context
from render.family_facts import use_label


@pytest.fixture(scope="module")
def uses(ctx: Context) -> Uses:
    return ctx.uses


# A technique that an architecture states, by a reading of the fields by hand.
STATED: dict[str, Callable[[Architecture], object]] = {
    "mha": lambda architecture: architecture.attention.value == "MHA",
    "gqa": lambda architecture: architecture.attention.value == "GQA",
    "mla": lambda architecture: architecture.attention.value == "MLA",
    "mtp": lambda architecture: architecture.num_nextn_predict_layers and architecture.num_nextn_predict_layers.value,
    "moe": lambda architecture: architecture.n_routed_experts,
    "deepseekmoe": lambda architecture: architecture.n_routed_experts,
}


@pytest.mark.parametrize("technique", STATED)
def test_every_family_with_such_a_checkpoint_is_on_the_page_and_no_other(
    built: Path, catalogue: Catalogue, technique: str
) -> None:
    entries = [entry for entry in catalogue.entries.values() if entry.architecture is not None]
    wanted = {entry.model.id for entry in entries if STATED[technique](entry.architecture)}
    page = built_page(built, f"techniques/{technique}")
    listed = {
        re.search(r"models/([^/]+)/", link.attributes["href"])[1]
        for row in page.css(".ds-who dl > div")
        if row.css_first("dt").text() != "Dropped by"
        for link in row.css("dd a")
    }
    # Where the entry says why the field is there.
    noted = {m.id: u for m in catalogue.models.values() for u in m.techniques if u.id == technique and u.note}
    wanted -= {id_ for id_, use in noted.items() if use.change == "dropped"}
    assert wanted <= listed <= wanted | noted.keys()


@pytest.mark.parametrize(("kind", "own", "late"), [("kernel", True, 0), ("kernel", False, 1), ("attention", True, 1)])
def test_what_deepseek_opened_it_may_have_used_before(valid: Path, kind: str, own: bool, late: int) -> None:
    file = valid / "techniques.yaml"
    text = file.read_text(encoding="utf-8")
    whole = text.index("- id: sharing"), text.index("- id: routing")
    sharing = text[slice(*whole)].replace("kind: attention", f"kind: {kind}").replace("date: 2019-10", "date: 2025-10")
    sharing = sharing.replace("by: The ant team", f"by: The ant team, by_deepseek: {str(own).lower()}")
    file.write_text(text[: whole[0]] + sharing + text[whole[1] :], encoding="utf-8")
    draft, _ = read_draft(valid.name, read_texts(valid))
    assert len(list(uses_in_time(draft))) == late


def test_weights_that_were_trained_in_fp8_are_no_use_of_it(catalogue: Catalogue, uses: Uses) -> None:
    """The paper of R1 does not say in which format it was trained; what says FP8 is the report of V3."""
    found = {family.model.id: family for family in uses.family_uses("fp8-training")}
    assert found["deepseek-v3"].how is UseLabel.FORM
    wanted = {
        "deepseek-r1": ("deepseek-v3", "deepseek-v3"),
        "deepseek-grm": ("deepseek-v3", "deepseek-v3"),
        "deepseek-prover-v2": ("deepseek-v3", "deepseek-v3"),
        "deepseek-v3-2": ("deepseek-v3-1", "deepseek-v3-1"),
        "deepseek-math-v2": ("deepseek-v3-2", "deepseek-v3-1"),
    }
    assert not wanted.keys() & uses.user_ids("fp8-training")
    for id_, (origin, trained) in wanted.items():
        assert not found[id_].is_use
        for use in found[id_].uses:
            assert use.how is UseLabel.IN_WEIGHTS
            assert (use.origin.id, use.trained_so.id) == (origin, trained)
            precision = catalogue.models[trained].infrastructure.precision
            assert use.sources == precision.compute.source, "the source is that of the value that answered"


def test_a_family_has_a_use_for_every_model_that_its_checkpoints_come_from(catalogue: Catalogue, uses: Uses) -> None:
    """GRM: the 16B from V2-Lite, the 230B from V2.5, the 671B from V3 and the 27B from Gemma, each with its own source."""
    found = {
        use.variants: (use.how, use.origin.id if use.origin else use.other_origin, use.sources)
        for use in uses.of_technique("pre-norm-rmsnorm")
        if use.model.id == "deepseek-grm"
    }
    origins = {
        "deepseek-grm-16b": "deepseek-v2",
        "deepseek-grm-27b": "Gemma-2-27B",
        "deepseek-grm-230b": "deepseek-v2-5",
        "deepseek-grm-671b": "deepseek-v3",
    }
    assert found.keys() == {(id_,) for id_ in origins}
    for id_, origin in origins.items():
        architecture = catalogue.entries[id_].architecture
        assert found[id_,] == (UseLabel.INHERITED, origin, architecture.rms_norm_eps.source)


def test_what_came_with_another_makers_network_is_taken_over(catalogue: Catalogue, uses: Uses) -> None:
    for use in uses.of_technique("gqa"):
        for id_ in use.variants:
            other = catalogue.entries[id_].other_base
            if other is not None and other.maker != "DeepSeek":
                assert (use.how, use.other_origin) == (UseLabel.INHERITED, other.name), id_
    origins = {(use.model.id, use.other_origin) for use in uses.of_technique("gqa")}
    assert {origin for id_, origin in origins if id_ == "deepseek-r1"} > {"Qwen2.5-32B", "Llama-3.1-8B"}
    assert {origin for id_, origin in origins if id_ == "deepseek-ocr-2"} == {"Qwen2-0.5B"}


def line_has(catalogue: Catalogue, uses: Uses, use: Use, model_id: str, seen: frozenset[str] = frozenset()) -> bool:
    """As “How to read this site” defines it: a model that it builds on; where that is silent, the one before."""
    for parent in {edge.model for edge in catalogue.models[model_id].builds_on} - seen:
        had = [
            other
            for other in uses.of_technique(use.technique.id)
            if other.model.id == parent
            and other.how not in (UseLabel.DROPPED, UseLabel.IN_WEIGHTS)
            and (other.stated.only_in if other.stated else None) == (use.stated.only_in if use.stated else None)
            and (other.day <= use.day or other.date == first_date(other.model))
        ]
        if had:
            return True
        gave_up = any(u.how is UseLabel.DROPPED for u in uses.of_technique(use.technique.id) if u.model.id == parent)
        without = gave_up or uses.fields_deny(use.technique, catalogue.models[parent])
        if not without and line_has(catalogue, uses, use, parent, seen | {model_id, parent}):
            return True
    return False


def test_every_label_agrees_with_its_definition(catalogue: Catalogue, uses: Uses) -> None:
    judged = 0
    for technique in catalogue.techniques.values():
        for use in uses.of_technique(technique.id):
            judged += 1
            told = (technique.id, use.model.id, use.how)
            if use.how in (UseLabel.ADOPTED, UseLabel.KEPT):
                assert (use.how is UseLabel.KEPT) is line_has(catalogue, uses, use, use.model.id), told
                assert use.origin is None, told
            elif use.how is UseLabel.FIRST:
                users = [u for u in uses.of_technique(technique.id) if u.how.is_use and u.day]
                assert use.day == min(u.day for u in users), told
            elif use.how is UseLabel.INHERITED:
                assert (use.origin is not None) is not bool(use.other_origin), told
                assert use.origin is not use.model, told
            elif use.how is UseLabel.DROPPED:
                assert use.stated is not None, told
                assert use.stated.change == "dropped", told
                assert line_has(catalogue, uses, use, use.model.id), told
    assert judged > 400


@pytest.mark.parametrize(("technique", "model", "how"), table("uses"))
def test_labels_that_were_wrong_before(uses: Uses, technique: str, model: str, how: str) -> None:
    assert uses.family_use(technique, model).how is UseLabel[how]


def test_a_training_without_tensor_parallelism_is_not_said_to_have_it(ctx: Context, uses: Uses) -> None:
    family = uses.family_use("tensor-parallelism", "deepseek-v3")
    assert use_label(ctx, *family.uses) == "adopted, in serving alone"


def test_what_no_model_before_had_is_not_dropped(uses: Uses) -> None:
    """DeepSeek-Prover starts from DeepSeekMath-Base, which never had reinforcement learning."""
    assert uses.family_use("grpo", "deepseek-prover") is None


@pytest.mark.parametrize(("technique", "way"), [("pipeline-parallelism", "pipeline"), ("expert-parallelism", "expert")])
def test_what_is_split_over_one_device_is_not_split(catalogue: Catalogue, technique: str, way: str) -> None:
    """As the field of an entry has it that does not name the technique itself."""
    model = catalogue.models["deepseek-v3"]
    parallelism = model.infrastructure.parallelism
    unnamed = tuple(use for use in model.techniques if use.id != technique)
    for degree, uses_it in ((2, True), (1, False)):
        one = getattr(parallelism, way).model_copy(update={"value": degree})
        machines = model.infrastructure.model_copy(update={"parallelism": parallelism.model_copy(update={way: one})})
        changed = model.model_copy(update={"infrastructure": machines, "techniques": unnamed})
        own = {e.variant.id: replace(e, model=changed) for e in catalogue.entries_of(model)}
        models, entries = {**catalogue.models, model.id: changed}, {**catalogue.entries, **own}
        now = Uses(models, entries, catalogue.techniques.values())
        assert (model.id in {use.model.id for use in now.of_technique(technique)}) is uses_it


def test_nobody_is_said_to_have_kept_what_a_later_model_took_up(uses: Uses, catalogue: Catalogue) -> None:
    """By date: one model at most described it, the others come after the first use."""
    for id_, technique in catalogue.techniques.items():
        found = [use for use in uses.of_technique(id_) if use.how.is_use]
        assert found == sorted(found, key=lambda use: use.day), id_
        first = [use for use in found if use.how is UseLabel.FIRST]
        active = [use for use in found if use.how in (UseLabel.FIRST, UseLabel.ADOPTED, UseLabel.KEPT) and use.day]
        if active and not any(use.how in (UseLabel.INTRODUCED, UseLabel.FORM) for use in found):
            # DeepSeek uses what it made, such as its file system, before the entry of a model says so.
            told_by_entries = technique.introduced.by_deepseek and not technique.follows_from
            assert [use.day for use in first[:1]] == ([] if told_by_entries else [active[0].day]), id_


def test_a_technique_that_came_with_weights_names_their_model(ctx: Context, catalogue: Catalogue, uses: Uses) -> None:
    inherited = [
        use for model in catalogue.models.values() for use in uses.of_model(model.id) if use.how is UseLabel.INHERITED
    ]
    named = [use for use in inherited if use.origin is not None]
    assert named
    for use in named:
        assert f"models/{use.origin.id}.md" in use_label(ctx, use)

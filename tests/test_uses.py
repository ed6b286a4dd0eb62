"""Who uses a technique is what architectures and training say: held against a reading of the fields by hand, on the built pages."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catalogue.files import read_texts
from catalogue.load import read_draft
from catalogue.records import Catalogue
from catalogue.rules.techniques import uses_in_time
from catalogue.schema.architecture import Architecture
from catalogue.uses import UseLabel, Uses
from helpers import built_page, table
from render.context import Context


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


@pytest.mark.parametrize(("technique", "model", "how"), table("uses"))
def test_labels_that_were_wrong_before(uses: Uses, technique: str, model: str, how: str) -> None:
    assert uses.family_use(technique, model).how is UseLabel[how]


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

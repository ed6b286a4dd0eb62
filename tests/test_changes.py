"""What changed, on every model page: values are compared by what they say, and a recipe stays with its model."""

from __future__ import annotations

import pytest

from catalogue.derive.parameters import Verdict, comparable_dimension, comparable_value, row_verdict
from catalogue.records import Catalogue, most_trained, recipe_stages, variant_lineage
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Absence, Single, Text

SAYINGS = [
    ("a length in K and in digits", Length.parse("128K"), Length.parse(131072), True),
    ("a number in T and in digits", Quantity.parse("2.0T"), Quantity.parse("2000B"), True),
    ("about and exactly", Quantity.parse("~600K"), Quantity.parse("600K"), True),
    ("a bound and a number", Quantity.parse(">600K"), Quantity.parse("600K"), False),
    ("one digit apart", Quantity.parse("671B"), Quantity.parse("672B"), False),
    ("texts", Text(en="AdamW", zh="甲"), Text(en="AdamW"), True),
]


@pytest.mark.parametrize(("label", "a", "b", "equal"), SAYINGS, ids=[case[0] for case in SAYINGS])
def test_values_are_compared_by_what_they_say(label: str, a: object, b: object, equal: bool) -> None:
    assert (comparable_value(Single[object](value=a)) == comparable_value(Single[object](value=b))) is equal


def test_unknown_is_no_difference_and_not_there_is_one() -> None:
    unknown = comparable_value(Single[Quantity](value=Absence.NOT_PUBLISHED))
    assert row_verdict([unknown, "1"]) is Verdict.OPEN
    assert row_verdict([unknown, "1", "2"]) is Verdict.DIFFERENT
    assert row_verdict(["1", "1"]) is Verdict.SAME
    assert row_verdict([comparable_dimension("kv_lora_rank", None), "512"]) is Verdict.DIFFERENT
    assert row_verdict([comparable_dimension("qk_norm", None), "True"]) is Verdict.OPEN


def test_a_recipe_stays_with_its_model_and_its_network(catalogue: Catalogue) -> None:
    """What came after a base model belongs to its recipe; another model's stages and those of another network do not."""
    entries = catalogue.entries
    for entry in entries.values():
        last = most_trained(entries, entry)
        assert (last.model.id, last.architecture_owner) == (entry.model.id, entry.architecture_owner)
        assert len(recipe_stages(entries, last).stages) >= len(recipe_stages(entries, entry).stages)
        assert {e.model.id for e in variant_lineage(entries, entry)} == {entry.model.id}
    starts = [
        (entry, entries.get(str(entry.variant.based_on.value))) for entry in entries.values() if entry.variant.based_on
    ]
    assert any(start and start.model != entry.model for entry, start in starts), "without one this says nothing"

"""What changed, on every model page: values are compared by what they say, and a recipe stays with its model."""

from dataclasses import replace

import pytest

from catalogue.derive.parameters import Verdict, comparable_dimension, comparable_value, row_verdict
from catalogue.records import Catalogue
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.values import Absence, Single, Stated, Text
from render.cite import Citations
from render.context import Context
from render.pages.model_changes import compare_dimensions

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


def test_what_an_entry_leaves_out_is_not_said_to_be_given_up(ctx: Context, catalogue: Catalogue) -> None:
    """An entry without MTP modules says nothing of them, as that of Kimi-K2 beside V3's did."""
    before = catalogue.entries["deepseek-v3-base"]
    after = catalogue.entries["deepseek-v3.1"]
    silent = replace(after, architecture=after.architecture.model_copy(update={"num_nextn_predict_layers": None}))
    none = Stated[int](value=0)
    without = replace(after, architecture=after.architecture.model_copy(update={"num_nextn_predict_layers": none}))
    dropped = [
        {line.row.id[0] for line in compare_dimensions(Citations(ctx), before, entry).dropped}
        for entry in (silent, without)
    ]
    assert dropped == [set(), {"num_nextn_predict_layers"}]

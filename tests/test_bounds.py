"""Every bound has a value just inside and one just outside of it: a bound that moves is noticed."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from catalogue import rules
from catalogue.findings import Finding
from catalogue.rules.draft import Draft
from catalogue.schema.values import Bound, bounded_records, marked_fields
from helpers import draft_of, table

TODAY = "1767225600"  # 1 January 2026
# Rules that put things in order, without a bound that could move.
ORDERS = {"terms_differ"}


FIELDS = {case["field"]: case for case in table("bounds")}


def test_every_field_with_bounds_has_values_on_both_sides_of_them() -> None:
    bounded = [f"{record.__name__}.{name}" for record in bounded_records() for name in marked_fields(record, Bound)]
    assert sorted(FIELDS) == sorted(bounded)
    assert [field for field, case in FIELDS.items() if not (case["inside"] and case["outside"])] == []


@pytest.mark.parametrize("field", FIELDS)
def test_bounds_of_a_field(field: str) -> None:
    record = next(record for record in bounded_records() if record.__name__ == field.partition(".")[0])
    name = field.partition(".")[2]
    read = TypeAdapter(record.model_fields[name].annotation).validate_python
    bound = marked_fields(record, Bound)[name]
    assert [value for value in FIELDS[field]["inside"] if not bound.holds(read(value).value)] == []
    assert [value for value in FIELDS[field]["outside"] if bound.holds(read(value).value)] == []


EDGES = table("edges")  # places of the small catalogue, with what a rule accepts there and what it does not
SIDES = [
    pytest.param(edge, new, side == "outside", id=f"{edge['rule']}-{side}-{' '.join(new.split())[-40:]}")
    for edge in EDGES
    for side in ("inside", "outside")
    for new in edge[side]
]


@pytest.mark.parametrize(("edge", "new", "says_something"), SIDES)
def test_just_outside_a_bound_something_is_said_and_just_inside_nothing(
    edge: dict[str, Any], new: str, says_something: bool, valid: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)
    file = valid / edge["file"]
    good = file.read_text(encoding="utf-8")
    assert good.count(edge["old"]) == 1, f"`{edge['old']}` stands {good.count(edge['old'])} times"
    file.write_text(good.replace(edge["old"], new), encoding="utf-8")
    check = next(each for each in rules.ALL if each.__name__ == edge["rule"])
    assert bool(list(check(draft_of(valid)))) is says_something


def _compares_sizes(check: Callable[[Draft], Iterator[Finding]]) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(check)))
    signs = [sign for node in ast.walk(tree) if isinstance(node, ast.Compare) for sign in node.ops]
    return any(isinstance(sign, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for sign in signs)


def test_every_rule_with_a_bound_has_cases_on_both_sides_of_it() -> None:
    bounded = {check.__name__ for check in rules.ALL if _compares_sizes(check)} - ORDERS
    assert bounded - {edge["rule"] for edge in EDGES if edge["inside"] and edge["outside"]} == set()

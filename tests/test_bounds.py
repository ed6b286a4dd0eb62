"""Every bound has a value just inside and one just outside of it: a bound that moves is noticed."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from catalogue import rules
from catalogue.findings import Finding
from catalogue.rules.draft import Draft
from catalogue.schema.values import bounded_records, field_bounds
from helpers import CASES, draft_of

TODAY = "1767225600"  # 1 January 2026
# Rules that put things in order, without a bound that could move.
ORDERS = {"terms_differ"}


def _listed(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


FIELDS = {case["field"]: case for case in _listed("bounds")}


def _fields_with_bounds() -> Iterator[str]:
    for record in bounded_records():
        yield from (f"{record.__name__}.{name}" for name in field_bounds(record))


def test_every_field_with_bounds_has_values_on_both_sides_of_them() -> None:
    assert sorted(FIELDS) == sorted(_fields_with_bounds())
    assert [field for field, case in FIELDS.items() if not (case["inside"] and case["outside"])] == []


@pytest.mark.parametrize("field", FIELDS)
def test_bounds_of_a_field(field: str) -> None:
    record = next(record for record in bounded_records() if record.__name__ == field.partition(".")[0])
    name = field.partition(".")[2]
    read = TypeAdapter(record.model_fields[name].annotation).validate_python
    bound = field_bounds(record)[name]
    assert [value for value in FIELDS[field]["inside"] if not bound.holds(read(value).value)] == []
    assert [value for value in FIELDS[field]["outside"] if bound.holds(read(value).value)] == []


@dataclass(frozen=True)
class Edge:
    """A place of the small catalogue, with what a rule accepts there and what it does not."""

    rule: str
    file: str
    old: str
    inside: tuple[str, ...]
    outside: tuple[str, ...]

    def findings(self, folder: Path, new: str) -> list[Finding]:
        """What the rule finds with `new` in place of `old`."""
        file = folder / self.file
        good = file.read_text(encoding="utf-8")
        assert good.count(self.old) == 1, f"`{self.old}` stands {good.count(self.old)} times in {self.file}"
        file.write_text(good.replace(self.old, new), encoding="utf-8")
        check = next(each for each in rules.ALL if each.__name__ == self.rule)
        return list(check(draft_of(folder)))


EDGES = [Edge(**case) for case in _listed("edges")]


def _each(side: Callable[[Edge], tuple[str, ...]]) -> list[object]:
    return [
        pytest.param(edge, new, id=f"{edge.rule}-{' '.join(new.split())[-40:]}") for edge in EDGES for new in side(edge)
    ]


@pytest.mark.parametrize(("edge", "new"), _each(lambda edge: edge.inside))
def test_just_inside_a_bound_nothing_is_said(
    edge: Edge, new: str, valid: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)
    assert [str(finding) for finding in edge.findings(valid, new)] == []


@pytest.mark.parametrize(("edge", "new"), _each(lambda edge: edge.outside))
def test_just_outside_a_bound_something_is_said(
    edge: Edge, new: str, valid: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)
    assert edge.findings(valid, new)


def _compares_sizes(check: Callable[[Draft], Iterator[Finding]]) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(check)))
    signs = [sign for node in ast.walk(tree) if isinstance(node, ast.Compare) for sign in node.ops]
    return any(isinstance(sign, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for sign in signs)


def test_every_rule_with_a_bound_has_cases_on_both_sides_of_it() -> None:
    bounded = {check.__name__ for check in rules.ALL if _compares_sizes(check)} - ORDERS
    assert bounded - {edge.rule for edge in EDGES if edge.inside and edge.outside} == set()

"""Rules that compare values with each other: one function each, its docstring is the rule.

A rule takes the `Draft` (validated, not yet trusted) and yields findings with file and line. It is registered with
`@rule(Scope.…)` where it is written; a new module is added to the imports below. `ALL` is what “Add a model” shows.
"""

from __future__ import annotations

from . import (  # noqa: F401 (each module registers its rules)
    api_names,
    architecture,
    bounds,
    changes,
    controls,
    copies,
    corrections,
    cost,
    dates,
    evaluation,
    ids,
    languages,
    layout,
    lineage,
    places,
    plausible,
    problems,
    releases,
    schedule,
    sizes,
    sources,
    study,
    techniques,
    terms,
    texts,
    uses,
    words,
)
from .registry import Rule, Scope, in_scope

__all__ = ["ALL", "Rule", "Scope", "in_scope"]

ALL: tuple[Rule, ...] = tuple(check for scope in Scope for check in in_scope(scope))

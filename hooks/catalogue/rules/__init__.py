"""Rules that compare values with each other: one function each, its docstring is the rule.

A rule takes the `Draft` and yields findings; `@rule(Scope.…)` registers it. `ALL` is what “Add a model” shows.
"""

from . import (  # noqa: F401 (each module registers its rules)
    architecture,
    bounds,
    dates,
    ids,
    scores,
    sources,
    study,
    techniques,
    training,
    words,
)
from .draft import Rule, Scope, in_scope

__all__ = ["ALL", "Rule", "Scope", "in_scope"]

ALL: tuple[Rule, ...] = tuple(check for scope in Scope for check in in_scope(scope))

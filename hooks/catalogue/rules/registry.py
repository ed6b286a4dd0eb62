"""What a rule is, and the list of those that there are: each registers itself where it is written, with what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto

from ..findings import Finding
from .draft import Draft

Rule = Callable[[Draft], Iterator[Finding]]


class Scope(Enum):
    """What a rule looks at, by which it is decided when it runs."""

    IDS = auto()
    """Ids and what leads to them; runs first, because others would stumble over them."""
    ENTRY = auto()
    """One entry at a time; runs even where an entry cannot be read, or an id is used twice."""
    CATALOGUE = auto()
    """Several entries or files beside each other; needs all of them."""
    ARCHITECTURE = auto()
    """What follows from an architecture; says nothing of one whose dimensions contradict each other, and runs last."""


REGISTERED: dict[Rule, Scope] = {}


def rule(scope: Scope) -> Callable[[Rule], Rule]:
    """Register a function as a rule: it yields findings, and its docstring is the rule that “Add a model” shows."""

    def register(check: Rule) -> Rule:
        REGISTERED[check] = scope
        return check

    return register


def in_scope(*scopes: Scope) -> tuple[Rule, ...]:
    """The rules of some scopes, in the order in which they are registered."""
    return tuple(check for check, scope in REGISTERED.items() if scope in scopes)

"""The signs of the site. Each has one form and one meaning; it is made here, and `pages/reading.py` explains it.

Squares tell what is known of a field, round signs and stars what a model did with a technique. A value has no sign of its
own: what it looks like, and that it opens its source, is in `cite.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from markupsafe import Markup

from catalogue.uses import How

# What stands where an entry has no such value.
NOTHING = Markup("–")


class UsePart(Enum):
    """What a family did with a technique, in the order in which pages tell it; the value is the key of its words."""

    BROUGHT = "users.brought"
    CHANGED = "users.changed"
    HAS = "users.has"
    DROPPED = "users.dropped"
    IN_WEIGHTS = "users.in_weights"


_PART_OF: Mapping[How, UsePart] = {
    How.INTRODUCED: UsePart.BROUGHT,
    How.FIRST: UsePart.BROUGHT,
    How.FORM: UsePart.CHANGED,
    How.ADOPTED: UsePart.HAS,
    How.KEPT: UsePart.HAS,
    How.INHERITED: UsePart.HAS,
    How.DROPPED: UsePart.DROPPED,
    How.IN_WEIGHTS: UsePart.IN_WEIGHTS,
}


def part_of(how: How) -> UsePart:
    """What a family did, without who was first and what it was taken over from."""
    return _PART_OF[how]


# The signs of it. To have started from weights that were trained so is no use, and has none.
USES: Mapping[UsePart, str] = {
    UsePart.BROUGHT: "★",
    UsePart.CHANGED: "★",
    UsePart.HAS: "●",
    UsePart.DROPPED: "×",
    UsePart.IN_WEIGHTS: "",
}
LEGEND = (UsePart.BROUGHT, UsePart.HAS, UsePart.DROPPED)
# It has no such thing: a technique that it does without, a field that its kind does not have.
WITHOUT = "·"

AGREES, DIFFERS = "✓", "≠"


def use_symbol(how: How) -> Markup:
    """What a model did with a technique, beside its word."""
    return use_part(part_of(how))


def use_part(part: UsePart) -> Markup:
    """The same for a legend; a table makes its own, which are links."""
    return Markup('<span class="ds-use {}" aria-hidden="true">{}</span>').format(part.name.lower(), USES[part])


def without_symbol() -> Markup:
    """That a model does without a technique."""
    return Markup('<span class="ds-use no" aria-hidden="true">{}</span>').format(WITHOUT)


def verdict_symbol(holds: bool, title: str) -> Markup:
    """Whether a recomputed number agrees with the published one."""
    look, sign = ("ok", AGREES) if holds else ("off", DIFFERS)
    return Markup('<span class="ds-{}" title="{}" role="img">{}</span>').format(look, title, sign)

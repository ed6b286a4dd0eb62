"""A change says why, or that nobody said why."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.CATALOGUE)
def changes_have_a_reason(draft: Draft) -> Iterator[Finding]:
    """A change from one thing to another has the reason that its source gives, or `reason: not published`."""
    for path, model in draft.each_model():
        for index, change in enumerate(model.changes):
            if change.before is not None and change.reason is None:
                yield draft.finding(
                    (*path, "changes", index),
                    f"“{change.aspect.en}” without a reason",
                    "the reason that the source gives, or `reason: not published`",
                    fix="look for it in the source; a reason that others give goes into `reason_by_others`",
                )

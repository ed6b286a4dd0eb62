"""What the list of corrections says can be followed up."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, nearest_in_quotes
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.CATALOGUE)
def corrections_are_in_order(draft: Draft) -> Iterator[Finding]:
    """A correction names an entry that there is, was not made before the mistake, and says something else than it."""
    known = [*draft.by_id, *draft.technique_ids]
    for index, correction in enumerate(draft.corrections.corrections):
        path = ("corrections", index)
        if correction.entry is not None and correction.entry not in known:
            yield draft.corrections_located.finding(
                (*path, "entry"),
                f"`{correction.entry}` is not an entry",
                "allowed are the ids of models and techniques",
                nearest_in_quotes(correction.entry, known),
                "correct the id, or take the key out",
            )
        if correction.date.surely_before(correction.since):
            yield draft.corrections_located.finding(
                (*path, "date"),
                f"mended {correction.date.text}, before the mistake ({correction.since.text})",
                "a correction is younger than the mistake",
                fix="correct one of the two dates",
            )
        if correction.was == correction.right:
            yield draft.corrections_located.finding(
                (*path, "right"), "what is right is what was wrong", "two different texts", fix="correct one of the two"
            )

"""What a text quotes from the catalogue is there."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..quote_check import problems
from ..schema.values import Text
from .draft import Draft


def interpolations_resolve(draft: Draft) -> Iterator[Finding]:
    """A `{{ … }}` in a text is a known call, and the paths and ids in it lead to values, models and techniques."""
    for file, path, value in draft.nodes:
        if not isinstance(value, Text):
            continue
        for language in ("en", "zh"):
            text = getattr(value, language)
            if text is None or "{{" not in text:
                continue
            for problem in problems(text, draft.lookup):
                yield file.finding((*path, language), problem.message, fix="correct the text")

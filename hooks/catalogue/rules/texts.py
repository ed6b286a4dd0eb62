"""What a text quotes from the catalogue is there, and what stands first is short."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..findings import Finding
from ..quote_check import quote_problems
from ..schema.values import Text
from .draft import Draft
from .registry import Scope, rule

LEAD_WORDS = 40
_LINK = re.compile(r"\{\{\s*\w+\(('[^']*'(?:,\s*'([^']*)')?)[^}]*\}\}")


@rule(Scope.CATALOGUE)
def leads_are_short(draft: Draft) -> Iterator[Finding]:
    """A lead has at most 40 words; a quoted value or a link counts as what it shows, or as one word."""
    for path, model in draft.each_model():
        if model.lead is None:
            continue
        count = len(_LINK.sub(lambda match: match[2] or "x", model.lead.en).split())
        if count > LEAD_WORDS:
            yield draft.finding(
                (*path, "lead"),
                f"a lead of {count} words",
                f"at most {LEAD_WORDS} words",
                fix="leave to the summary what is not needed at first",
            )


@rule(Scope.CATALOGUE)
def interpolations_resolve(draft: Draft) -> Iterator[Finding]:
    """A `{{ … }}` in a text is a known call, and the paths and ids in it lead to values, models and techniques."""
    for file, path, value in draft.of(Text):
        for language in ("en", "zh"):
            text = getattr(value, language)
            if text is None or "{{" not in text:
                continue
            for problem in quote_problems(text, draft.lookup):
                yield file.finding((*path, language), problem.message, fix="correct the text")

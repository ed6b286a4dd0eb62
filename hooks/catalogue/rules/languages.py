"""The two languages of a text say the same, each set as its readers are used to."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..typography import chinese_in_english, chinese_slips, unequal_numbers, unequal_quotes
from .draft import Draft
from .registry import Scope, rule


@rule(Scope.ENTRY)
def english_is_english(draft: Draft) -> Iterator[Finding]:
    """A text under `en:` has no Chinese in it, but in quotation marks or brackets."""
    for file, path, text in draft.texts:
        if found := chinese_in_english(text.en):
            yield file.finding(
                (*path, "en"),
                f"Chinese in the English text: “{found}”",
                "English; Chinese stands under `zh:`, or in quotation marks",
                fix="exchange the two, or write it in English",
            )


@rule(Scope.ENTRY)
def chinese_is_set_one_way(draft: Draft) -> Iterator[Finding]:
    """Chinese has full-width punctuation, one space beside Latin letters and digits, and none beside punctuation or between its words; a folded text has one at each line break."""
    for file, path, text in draft.texts:
        for slip in chinese_slips(text.zh) if text.zh else ():
            yield file.finding((*path, "zh"), slip.found, slip.allowed, fix="correct it")


@rule(Scope.ENTRY)
def languages_state_the_same_numbers(draft: Draft) -> Iterator[Finding]:
    """Numbers of three or more digits that are typed in a text are the same in both languages."""
    for file, path, text in draft.texts:
        for number in unequal_numbers(text.en, text.zh) if text.zh else ():
            yield file.finding(
                (*path, "zh"),
                f"`{number}` stands in English alone",
                "the same digits in both",
                fix="correct one of the two",
            )


@rule(Scope.ENTRY)
def languages_quote_the_same_values(draft: Draft) -> Iterator[Finding]:
    """A text quotes the same values, models and techniques in both languages."""
    for file, path, text in draft.texts:
        if text.zh and "{{" in text.en + text.zh:
            ours, theirs = unequal_quotes(text.en, text.zh)
            if ours or theirs:
                said = [f"English alone quotes {', '.join(ours)}"] * bool(ours)
                said += [f"Chinese alone quotes {', '.join(theirs)}"] * bool(theirs)
                yield file.finding(
                    (*path, "zh"), "; ".join(said), "the same quotes in both languages", fix="quote what is missing"
                )

"""Dates are possible and in order, within an entry and over its releases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ..findings import Finding
from ..records import first_date, stated_dates
from ..schema.model import Relation
from ..schema.values import PartialDate, Single
from .draft import Draft, Scope, rule

_MONTHS_BETWEEN_DATES = 9
_DAYS_OF_A_MONTH = 365.25 / 12
_MONTHS_BETWEEN_ARXIV_ID_AND_PAPER = 1
_OF_ONE_TIME = frozenset({"variants", "training", "infrastructure", "tokenizer"})
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_ABOUT_A_DATE = re.compile(rf"^(?:When|Day|Date|Release date)\b|\d{{1,2}} or \d{{1,2}} {_MONTH}")
_TYPED_DAY = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)\b|\b\d{{1,2}} {_MONTH}\b")


@rule(Scope.CATALOGUE)
def dates_in_order(draft: Draft) -> Iterator[Finding]:
    """An entry has a date, and does not come out before an entry that it succeeds or merges."""
    for path, model in draft.each_model():
        own = first_date(model)
        if own is None:
            yield draft.models_file.finding(
                (*path, "dates"),
                "an entry without a date",
                "at least one of weights, paper, announcement, api",
                fix="add the earliest date that a source gives",
            )
            continue
        older = {edge.model for edge in model.builds_on if edge.relation in (Relation.SUCCEEDS, Relation.MERGED)}
        for other_id in sorted(older & draft.by_id.keys()):
            other = first_date(draft.by_id[other_id])
            if other is not None and own.surely_before(other):
                yield draft.models_file.finding(
                    (*path, "dates"),
                    f"first date {own.text}, before `{other_id}` ({other.text}), on which it builds",
                    "an entry is younger than what it builds on",
                    fix="correct one of the two dates",
                )


@rule(Scope.ENTRY)
def dates_near_each_other(draft: Draft) -> Iterator[Finding]:
    """The weights, the paper, the announcement and the API of an entry are at most nine months apart, or a `note` on a date says why."""
    for path, model in draft.each_model():
        dates = stated_dates(model.dates)
        if len(dates) < 2:
            continue
        first, last = (pick(dates, key=lambda name: dates[name].first_day) for pick in (min, max))
        if any(getattr(model.dates, name).note is not None for name in (first, last)):
            continue
        months = abs((_first_day(dates[last]) - _first_day(dates[first])).days) / _DAYS_OF_A_MONTH
        if months > _MONTHS_BETWEEN_DATES:
            yield draft.models_file.finding(
                (*path, "dates", last),
                f"{dates[last].text} ({last}) is {months:.0f} months behind {dates[first].text} ({first})",
                f"at most {_MONTHS_BETWEEN_DATES} months, or a `note` on one of the two that says why",
                fix="correct one of the two dates",
            )


def _months_of_id(draft: Draft, key: str) -> int | None:
    """Months since year 0 of the first version; None of what is not on arXiv."""
    id_ = draft.references[key].eprint if key in draft.references else None
    return (2000 + int(id_[:2])) * 12 + int(id_[2:4]) if id_ and id_[:4].isdigit() else None


def _months_of(partial: PartialDate) -> int:
    return int(partial.text[:4]) * 12 + int(partial.text[5:7])


@rule(Scope.ENTRY)
def arxiv_month(draft: Draft) -> Iterator[Finding]:
    """The month in an arXiv id is the month of the paper's date, or next to it."""
    for path, model in draft.each_model():
        months, paper = _months_of_id(draft, model.reference or ""), stated_dates(model.dates).get("paper")
        if months and paper and abs(months - _months_of(paper)) > _MONTHS_BETWEEN_ARXIV_ID_AND_PAPER:
            yield draft.models_file.finding(
                (*path, "dates", "paper"),
                f"the paper's date {paper.text} is far from its arXiv id {draft.references[model.reference or ''].eprint}",
                "an id begins with the year and month of the first version",
                fix="correct the date, or `eprint` in the bibliography",
            )


@rule(Scope.ENTRY)
def papers_know_the_entry(draft: Draft) -> Iterator[Finding]:
    """A value of a variant, of training or of machines that only papers from before the entry state has a `note` that says why it holds here."""
    days = {path: first_date(model) for path, model in draft.each_model()}
    for file, path, value in draft.each_record(Single):
        day = days.get(path[:2])
        if day is None or value.value is None or value.note or not value.source or path[2] not in _OF_ONE_TIME:
            continue
        months = [_months_of_id(draft, item.key) for item in value.source.items]
        if "details" not in path and all(month and month < _months_of(day) - 1 for month in months):
            yield file.finding(
                path,
                f"stated by `{value.source.items[0].key}`, which is older than the entry ({day.text})",
                "a paper of the entry, or a `note` that says why the value is the same",
                fix="correct the source, or write `{value: …, source: …, note: …}`",
            )


def _first_day(partial: PartialDate) -> date:
    return date.fromisoformat(partial.first_day)


@rule(Scope.CATALOGUE)
def verdicts_quote_dates(draft: Draft) -> Iterator[Finding]:
    """Our reading of a dispute about a date quotes the date of the entry, so that the two agree."""
    for path, model in draft.each_model():
        for index, dispute in enumerate(model.disputes):
            typed = _TYPED_DAY.search(dispute.verdict.en)
            if typed is not None and _ABOUT_A_DATE.search(dispute.about.en):
                yield draft.models_file.finding(
                    (*path, "disputes", index, "verdict"),
                    f"the typed day `{typed.group()}`",
                    "the date of the entry, quoted",
                    fix=f"write `{{{{ v('{model.id}/dates.weights') }}}}`, or the other date that it is",
                )

"""Dates are possible and in order, within an entry, over its releases and of checkpoints that came out by themselves."""

import re
from collections.abc import Iterator
from datetime import date

from ..records import RELEASED, api_date, first_date, stated_dates
from ..schema.model import Model, Relation, Variant
from ..schema.values import PartialDate, Single
from .draft import Breach, Draft, Scope, rule

_MONTHS_BETWEEN_DATES = 9
_DAYS_OF_A_MONTH = 365.25 / 12
_MONTHS_BETWEEN_ARXIV_ID_AND_PAPER = 1
_OF_ONE_TIME = frozenset({"variants", "training", "infrastructure", "tokenizer"})
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_ABOUT_A_DATE = re.compile(rf"^(?:When|Day|Date|Release date)\b|\d{{1,2}} or \d{{1,2}} {_MONTH}")
_TYPED_DAY = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)\b|\b\d{{1,2}} {_MONTH}\b")
_NAMED_BY_DATE = re.compile(r"-\d{4}$")


@rule(Scope.CATALOGUE, fix="correct one of the two dates, or add the earliest that a source gives")
def dates_in_order(draft: Draft) -> Iterator[Breach]:
    """An entry has a date, and does not come out before an entry that it succeeds or merges."""
    for path, model in draft.each_model():
        own, where = first_date(model), (*path, "dates")
        if own is None:
            yield Breach(where, "an entry without a date")
            continue
        older = {edge.model for edge in model.builds_on if edge.relation in (Relation.SUCCEEDS, Relation.MERGED)}
        for id_ in sorted(older & draft.by_id.keys()):
            other = first_date(draft.by_id[id_])
            if other is not None and own.surely_before(other):
                yield Breach(where, f"first date {own.text}, before `{id_}` ({other.text}), on which it builds")


@rule(Scope.ENTRY, fix="correct one of the two dates")
def dates_near_each_other(draft: Draft) -> Iterator[Breach]:
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
            found = f"{dates[last].text} ({last}) is {months:.0f} months behind {dates[first].text} ({first})"
            yield Breach((*path, "dates", last), found)


def _first_day(partial: PartialDate) -> date:
    return date.fromisoformat(partial.first_day)


def _months_of_id(draft: Draft, key: str) -> int | None:
    """Months since year 0 of the first version; None of what is not on arXiv."""
    id_ = draft.references[key].eprint if key in draft.references else None
    return (2000 + int(id_[:2])) * 12 + int(id_[2:4]) if id_ and id_[:4].isdigit() else None


def _months_of(partial: PartialDate) -> int:
    return int(partial.text[:4]) * 12 + int(partial.text[5:7])


@rule(Scope.ENTRY, fix="correct the date, or `eprint` in the bibliography")
def arxiv_month(draft: Draft) -> Iterator[Breach]:
    """The month in an arXiv id is the month of the paper's date, or next to it."""
    for path, model in draft.each_model():
        key = model.reference or ""
        months, paper = _months_of_id(draft, key), stated_dates(model.dates).get("paper")
        if months and paper and abs(months - _months_of(paper)) > _MONTHS_BETWEEN_ARXIV_ID_AND_PAPER:
            found = f"the paper's date {paper.text} is far from its arXiv id {draft.references[key].eprint}"
            yield Breach((*path, "dates", "paper"), found)


@rule(Scope.ENTRY, fix="correct the source, or write `{value: …, source: …, note: …}`")
def papers_know_the_entry(draft: Draft) -> Iterator[Breach]:
    """A value of a variant, of training or of machines that only papers from before the entry state has a `note` that says why it holds here."""
    days = {path: first_date(model) for path, model in draft.each_model()}
    for file, path, value in draft.each_record(Single):
        day = days.get(path[:2])
        if day is None or value.value is None or value.note or not value.source or path[2] not in _OF_ONE_TIME:
            continue
        months = [_months_of_id(draft, item.key) for item in value.source.items]
        if "details" not in path and all(month and month < _months_of(day) - 1 for month in months):
            found = f"stated by `{value.source.items[0].key}`, which is older than the entry ({day.text})"
            yield Breach(path, found, file=file)


@rule(Scope.CATALOGUE)
def verdicts_quote_dates(draft: Draft) -> Iterator[Breach]:
    """Our reading of a dispute about a date quotes the date of the entry, so that the two agree."""
    for path, model in draft.each_model():
        for index, dispute in enumerate(model.disputes):
            typed = _TYPED_DAY.search(dispute.verdict.en)
            if typed is not None and _ABOUT_A_DATE.search(dispute.about.en):
                quote = f"write `{{{{ v('{model.id}/dates.weights') }}}}`, or the other date that it is"
                yield Breach((*path, "disputes", index, "verdict"), f"the typed day `{typed.group()}`", fix=quote)


@rule(Scope.CATALOGUE, fix="correct one of the two dates, or `based_on`")
def updates_in_order(draft: Draft) -> Iterator[Breach]:
    """A checkpoint is not released before the checkpoint that it starts from."""
    for path, model, variant in draft.each_variant():
        start = draft.entries.get(variant.based_on.value or "") if variant.based_on else None
        own = _release_date(model, variant)
        base = _release_date(start.model, start.variant) if start else None
        if start and own and base and own.surely_before(base):
            where = (*path, "release") if variant.release else path
            yield Breach(where, f"released {own.text}, before `{start.variant.id}` ({base.text}), from which it starts")


def _release_date(model: Model, variant: Variant) -> PartialDate | None:
    return _stated_date(model.dates if variant.release is None else variant.release, "weights")


def _stated_date(block: object, name: str) -> PartialDate | None:
    stated = getattr(block, name)
    value: PartialDate | None = stated.value if stated is not None else None
    return value


@rule(Scope.CATALOGUE, fix="correct one of the two dates")
def checkpoints_follow_their_entry(draft: Draft) -> Iterator[Breach]:
    """A checkpoint with a `release` of its own did not come out before its entry."""
    for path, model, variant in draft.each_variant():
        own, first = _stated_date(variant.release, "weights") if variant.release else None, first_date(model)
        if own is not None and first is not None and own.surely_before(first):
            yield Breach((*path, "release", "weights"), f"{own.text}, before its entry ({first.text})")


@rule(Scope.CATALOGUE, fix="add `release:` with its date, licences and format, each with its source")
def checkpoints_have_their_release(draft: Draft) -> Iterator[Breach]:
    """A checkpoint that bears a date in its name, or that the API led to after the entry came out, has a `release` of its own: what holds for the first release is not handed to it."""
    for path, model, variant in draft.each_variant():
        stated = [_stated_date(model.dates, name) for name in ("weights", "announcement", "api")]
        dates = [day for day in stated if day is not None]
        pointer = api_date(draft.models.api_names, variant.id)
        since = pointer.value if pointer else None
        later = since is not None and dates and all(day.surely_before(since) for day in dates)
        if variant.release is None and (later or _NAMED_BY_DATE.search(variant.id)):
            why = f"in the API since {since.text}" if later and since else "named by its date"
            yield Breach((*path, "id"), f"`{variant.id}`, {why}, without a `release`")


@rule(Scope.CATALOGUE, fix="move them into `release:`")
def licences_stand_once(draft: Draft) -> Iterator[Breach]:
    """The licences of a checkpoint with a `release` stand in it."""
    for path, _, variant in draft.each_variant():
        if variant.release is not None and variant.licences is not None:
            yield Breach((*path, "licences"), "`licences` beside a `release`")


@rule(Scope.CATALOGUE, fix="correct the date, add it to the `release` that it is of, or correct the pointer")
def dates_belong_to_a_checkpoint(draft: Draft) -> Iterator[Breach]:
    """Where every checkpoint of an entry has a `release`, the entry's dates are among theirs; its day in the API is the first on which a name led to one of them."""
    for path, model in draft.each_model():
        releases = [variant.release for variant in model.variants]
        for name in RELEASED:
            own = _stated_date(model.dates, name)
            theirs = [_stated_date(release, name) for release in releases if release is not None]
            if own is not None and None not in releases and own not in theirs:
                yield Breach((*path, "dates", name), f"{own.text}, the date of none of its checkpoints")
        api = _stated_date(model.dates, "api")
        pointers = [api_date(draft.models.api_names, variant.id) for variant in model.variants]
        days = [since.value for since in pointers if since is not None and since.value is not None]
        first = min(days, key=lambda day: day.first_day, default=None)
        if api is not None and api != first:
            led = f"a name led to it on {first.text}" if first else "no name of the API leads to it"
            yield Breach((*path, "dates", "api"), f"{api.text}, but {led}")


@rule(Scope.CATALOGUE, fix="add `variants: [ids]`, or `total_of: id`")
def infrastructure_names_its_variants(draft: Draft) -> Iterator[Breach]:
    """What an entry with several variants says of its training names the variants that it holds for; published hours or cost in all name the one that they are of."""
    for path, model, block in draft.each_infrastructure():
        if len(model.variants) == 1:
            continue
        if not block.variants:
            yield Breach(path, "an infrastructure without `variants` in an entry with several")
        totals = [total for total in (block.gpu_hours_total, block.cost_usd) if total is not None]
        if block.total_of is None and any(total.value is not None for total in totals):
            yield Breach(path, "hours or a cost in all without `total_of`")

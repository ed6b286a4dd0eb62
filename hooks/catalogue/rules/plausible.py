"""Values that cannot be so, whatever else the entry says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from ..findings import Finding, Path
from ..references import ARXIV_ID
from ..schema.release import LinkKind
from ..schema.values import PartialDate, Single
from .draft import Draft, repeated
from .registry import Scope, rule

_PERCENT = Decimal(100)


def today() -> date:
    """The day of the build, which `SOURCE_DATE_EPOCH` can set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch else datetime.now(UTC).date()


@rule(Scope.ENTRY)
def no_date_to_come(draft: Draft) -> Iterator[Finding]:
    """No date is in the future, but for the announced end of a name of the API."""
    now = today().isoformat()
    for file, path, value in draft.of(Single):
        if isinstance(value.value, PartialDate) and path[-1] != "until" and value.value.first_day > now:
            yield file.finding(
                path,
                f"{value.value.text} is still to come",
                f"dates up to today, {now}",
                fix="correct the year or the month",
            )


@rule(Scope.CATALOGUE)
def names_are_unique(draft: Draft) -> Iterator[Finding]:
    """Two models, or two variants, are not called by the same name."""
    models = [((*path, "name"), model.name, model.id) for path, model in draft.each_model()]
    variants = [((*path, "name"), variant.name, variant.id) for path, _, variant in draft.each_variant()]
    for named in (models, variants):
        named.sort(key=lambda found: _plain(found[1]) != _plain(found[2]))  # the one with another id took the name
        yield from repeated(
            draft.models_file, ((path, name) for path, name, _ in named), "name", "add what tells the two apart"
        )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@rule(Scope.ENTRY)
def active_within_total(draft: Draft) -> Iterator[Finding]:
    """No more parameters are active than there are."""
    for path, _, variant in draft.each_variant():
        total, activated = variant.parameters.total, variant.parameters.activated
        if activated and activated.value and total.value and activated.value.value > total.value.value:
            yield draft.finding(
                (*path, "parameters", "activated"),
                f"{activated.value.text} of {total.value.text}",
                "at most the total",
                fix="exchange the two, or correct one",
            )


@rule(Scope.CATALOGUE)
def scores_within_bounds(draft: Draft) -> Iterator[Finding]:
    """A score of more than 100 stands only where the benchmark has others like it, or where `setting` says what is counted: a rating, or points."""
    scores: dict[str, list[tuple[Path, Decimal, str]]] = {}
    explained: set[str] = set()
    for path, model in draft.each_model():
        for i, table in enumerate(model.evaluation):
            for j, row in enumerate(table.rows):
                if row.setting is not None:
                    explained.add(row.benchmark.en)
                for variant, score in row.scores.items():
                    if score.value is not None and score.value.text[-1] not in "KMBT":
                        where = (*path, "evaluation", i, "rows", j, "scores", variant)
                        scores.setdefault(row.benchmark.en, []).append((where, score.value.value, score.value.text))
    for benchmark, found in scores.items():
        above = [item for item in found if item[1] > _PERCENT]
        alone = len({where[:2] for where, _, _ in found}) == 1
        if len(above) == len(found) and alone and benchmark not in explained:
            why = f"and no other entry has scores on {benchmark}"
            allowed, fix = "at most 100, or a `setting` that says what is counted", "add `setting:` to the row"
        elif 2 * len(above) <= len(found):
            most = max((value, text) for _, value, text in found if value <= _PERCENT)[1]
            why = f"where other scores on {benchmark} are at most {most}"
            allowed, fix = "at most 100", "say in `setting` what is counted"
        else:
            continue
        for where, _, text in above:
            yield draft.finding(where, f"{text}, {why}", allowed, fix=f"correct the digits, or {fix}")


@rule(Scope.CATALOGUE)
def paper_links_lead_to_the_paper(draft: Draft) -> Iterator[Finding]:
    """A link to a paper on arXiv leads to a reference that the entry cites, or whose id the bibliography has."""
    ids = {reference.eprint for reference in draft.references.values() if reference.eprint}
    for path, model in draft.each_model():
        reference = draft.references.get(model.reference or "")
        if reference and reference.eprint and not ARXIV_ID.fullmatch(reference.eprint):
            continue  # said where it stands
        for index, link in enumerate(model.links):
            id_ = link.url.rpartition("/")[2].partition("v")[0]
            if link.kind is LinkKind.PAPER and "arxiv.org/" in link.url and id_ not in ids:
                own = reference.eprint if reference else None
                yield draft.finding(
                    (*path, "links", index, "url"),
                    f"found `{id_}`, an arXiv id that the bibliography has not",
                    f"the id of `{model.reference}` is {own}" if own else "the id of a reference",
                    fix="correct the address, or the id in the bibliography",
                )

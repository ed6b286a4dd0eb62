"""Values that cannot be so, whatever else the entry says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from ..findings import Finding, KeyPath
from ..references import ARXIV_ID
from ..schema.release import Link, LinkKind
from ..schema.values import PartialDate
from .draft import Draft, Scope, repeated_ids, rule

_PERCENT = Decimal(100)


def build_day() -> date:
    """The day of the build, which `SOURCE_DATE_EPOCH` can set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch else datetime.now(UTC).date()


@rule(Scope.ENTRY)
def no_date_to_come(draft: Draft) -> Iterator[Finding]:
    """No date is in the future, of a model, a technique, a correction or a paper, but for the announced end of a name of the API."""
    now = build_day().isoformat()
    allowed, fix = f"dates up to today, {now}", "correct the year or the month"
    for file, path, value in draft.of(PartialDate):
        where = path[:-1] if path[-1] == "value" else path
        if where[-1] != "until" and value.first_day > now:
            yield file.finding(where, f"{value.text} is still to come", allowed, fix=fix)
    for reference in draft.references.values():
        if reference.year.isdigit() and reference.year > now[:4]:
            said = f"{reference.year} is still to come"
            yield Finding(draft.references_file, reference.line, f"{reference.key}.year", said, allowed, fix=fix)


@rule(Scope.CATALOGUE)
def names_are_unique(draft: Draft) -> Iterator[Finding]:
    """Two models, or two variants, are not called by the same name."""
    models = [((*path, "name"), model.name, model.id) for path, model in draft.each_model()]
    variants = [((*path, "name"), variant.name, variant.id) for path, _, variant in draft.each_variant()]
    for named in (models, variants):
        named.sort(
            key=lambda found: _plain_name(found[1]) != _plain_name(found[2])
        )  # the one with another id took the name
        yield from repeated_ids(
            draft.models_file, ((path, name) for path, name, _ in named), "name", "add what tells the two apart"
        )


def _plain_name(name: str) -> str:
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
    """A score of more than 100 stands only where the benchmark has others like it, or where `setting` says what is counted: a rating, or points; one of less than 0 only where it has others like it."""
    scores: dict[str, list[tuple[KeyPath, Decimal, str]]] = {}
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
        negative = [(where, text) for where, value, text in found if value < 0]
        if 2 * len(negative) <= len(found):
            for where, text in negative:
                yield draft.finding(
                    where,
                    f"{text}, where other scores on {benchmark} are not less than 0",
                    "at least 0",
                    fix="correct the sign",
                )
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
def links_stand_once(draft: Draft) -> Iterator[Finding]:
    """An entry, a checkpoint or a technique links to an address once."""
    for file, path, link in draft.of(Link):
        links = file.at(path[:-1])
        first = next((i for i, other in enumerate(links) if other.get("url") == link.url), path[-1])
        if first != path[-1]:
            yield file.finding(
                (*path, "url"),
                f"`{link.url}` for the second time (first on {file.place((*path[:-1], first, 'url'), path)})",
                "each address once",
                fix="correct the address, or take the link out",
            )


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

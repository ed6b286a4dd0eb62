"""What came out by itself: a checkpoint's release, dates and licences, and which checkpoints an infrastructure is of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..findings import Finding
from ..records import RELEASED, api_date, first_date
from ..schema.model import Model, Variant
from ..schema.values import PartialDate
from .draft import Draft, Scope, rule


@rule(Scope.CATALOGUE)
def updates_in_order(draft: Draft) -> Iterator[Finding]:
    """A checkpoint is not released before the checkpoint that it starts from."""
    for path, model, variant in draft.each_variant():
        start = draft.entries.get(variant.based_on.value or "") if variant.based_on else None
        own = _release_date(model, variant)
        base = _release_date(start.model, start.variant) if start else None
        if start and own and base and own.surely_before(base):
            yield draft.models_file.finding(
                (*path, "release") if variant.release else path,
                f"released {own.text}, before `{start.variant.id}` ({base.text}), from which it starts",
                "an update is younger than what it starts from",
                fix="correct one of the two dates, or `based_on`",
            )


def _release_date(model: Model, variant: Variant) -> PartialDate | None:
    stated = variant.release.weights if variant.release is not None else model.dates.weights
    return stated.value if stated else None


@rule(Scope.CATALOGUE)
def checkpoints_follow_their_entry(draft: Draft) -> Iterator[Finding]:
    """A checkpoint with a `release` of its own did not come out before its entry."""
    for path, model, variant in draft.each_variant():
        own = variant.release.weights.value if variant.release and variant.release.weights else None
        first = first_date(model)
        if own is not None and first is not None and own.surely_before(first):
            yield draft.models_file.finding(
                (*path, "release", "weights"),
                f"{own.text}, before its entry ({first.text})",
                "the entry has the first date of all its checkpoints",
                fix="correct one of the two dates",
            )


_NAMED_BY_DATE = re.compile(r"-\d{4}$")


@rule(Scope.CATALOGUE)
def checkpoints_have_their_release(draft: Draft) -> Iterator[Finding]:
    """A checkpoint that bears a date in its name, or that the API led to after the entry came out, has a `release` of its own: what holds for the first release is not handed to it."""
    for path, model, variant in draft.each_variant():
        if variant.release is not None:
            continue
        dates = [
            d for name in ("weights", "announcement", "api") if (d := _checkpoint_date(model.dates, name)) is not None
        ]
        since = api_date(draft.models.api_names, variant.id)
        later = (
            since is not None and since.value is not None and dates and all(d.surely_before(since.value) for d in dates)
        )
        if later or _NAMED_BY_DATE.search(variant.id):
            why = f"in the API since {since.value.text}" if later and since and since.value else "named by its date"
            yield draft.models_file.finding(
                (*path, "id"),
                f"`{variant.id}`, {why}, without a `release`",
                "a later checkpoint has a release of its own",
                fix="add `release:` with its date, licences and format, each with its source",
            )


@rule(Scope.CATALOGUE)
def licences_stand_once(draft: Draft) -> Iterator[Finding]:
    """The licences of a checkpoint with a `release` stand in it."""
    for path, _, variant in draft.each_variant():
        if variant.release is not None and variant.licences is not None:
            yield draft.models_file.finding(
                (*path, "licences"),
                "`licences` beside a `release`",
                "they are part of the release",
                fix="move them into `release:`",
            )


@rule(Scope.CATALOGUE)
def dates_belong_to_a_checkpoint(draft: Draft) -> Iterator[Finding]:
    """Where every checkpoint of an entry has a `release`, the entry's dates are among theirs; its day in the API is the first on which a name led to one of them."""
    for path, model in draft.each_model():
        releases = [variant.release for variant in model.variants]
        for name in RELEASED:
            own = _checkpoint_date(model.dates, name)
            theirs = [_checkpoint_date(release, name) for release in releases if release is not None]
            if own is not None and None not in releases and own not in theirs:
                yield draft.models_file.finding(
                    (*path, "dates", name),
                    f"{own.text}, the date of none of its checkpoints",
                    "each of them has a `release`, so the date is one of theirs",
                    fix=f"add it as `{name}` to the `release` of the checkpoint that it is of",
                )
        api = _checkpoint_date(model.dates, "api")
        pointers = [api_date(draft.models.api_names, variant.id) for variant in model.variants]
        days = [since.value for since in pointers if since is not None and since.value is not None]
        first = min(days, key=lambda day: day.first_day, default=None)
        if api is not None and api != first:
            yield draft.models_file.finding(
                (*path, "dates", "api"),
                f"{api.text}, but "
                + (f"a name led to it on {first.text}" if first else "no name of the API leads to it"),
                "the first day on which a name of the API led to one of its variants",
                fix="correct the date, or the pointer under `api_names`",
            )


@rule(Scope.CATALOGUE)
def infrastructure_names_its_variants(draft: Draft) -> Iterator[Finding]:
    """What an entry with several variants says of its training names the variants that it holds for; published hours or cost in all name the one that they are of."""
    for path, model in draft.each_model():
        block, here = model.infrastructure, (*path, "infrastructure")
        if block is None or len(model.variants) == 1:
            continue
        if not block.variants:
            yield draft.models_file.finding(
                here,
                "an infrastructure without `variants` in an entry with several",
                "the variants whose training it describes",
                fix="add `variants: [ids]`",
            )
        totals = [total for total in (block.gpu_hours_total, block.cost_usd) if total is not None]
        if block.total_of is None and any(total.value is not None for total in totals):
            yield draft.models_file.finding(
                here,
                "hours or a cost in all without `total_of`",
                "the variant whose whole training they are",
                fix="add `total_of: id`",
            )


def _checkpoint_date(block: object, name: str) -> PartialDate | None:
    stated = getattr(block, name)
    value: PartialDate | None = stated.value if stated is not None else None
    return value

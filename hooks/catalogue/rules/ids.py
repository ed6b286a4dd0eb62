"""Ids are unique and lead somewhere, names of the API among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path

from ..files import MODELS, STUDY, TECHNIQUES, TERMS
from ..findings import Finding, KeyPath, nearest_in_quotes
from ..schema.model import Model
from ..schema.values import PartialDate, Stated, values_at
from ..strict_yaml import Located
from .draft import Draft, Scope, repeated_ids, rule, unknown_name


@rule(Scope.IDS)
def ids_are_unique(draft: Draft) -> Iterator[Finding]:
    """Ids of models, of variants, of techniques and of GPUs are each used once, and those of guides, routes, repositories and subjects; so are ids of stages and evaluations inside an entry."""
    # The one whose file or family is called otherwise comes second, since it is the one that took the id.
    models = sorted(draft.each_model(), key=lambda found: _misnamed_id(draft, *found))
    yield from repeated_ids(draft.models_file, (((*path, "id"), model.id) for path, model in models))
    variants = sorted(draft.each_variant(), key=lambda found: not found[2].id.startswith(found[1].id))
    yield from repeated_ids(draft.models_file, (((*path, "id"), variant.id) for path, _, variant in variants))
    lists = {TECHNIQUES: ("techniques", "gpus"), STUDY: ("guides", "routes", "repositories"), TERMS: ("subjects",)}
    for file, names in lists.items():
        for name in names:
            yield from repeated_ids(draft.located[file], draft.each_value(file, f"{name}.*.id"))
    for path, model in draft.each_model():
        for name in ("training", "evaluation", "techniques"):
            yield from repeated_ids(draft.models_file, values_at(model, f"{name}.*.id", path))


def _misnamed_id(draft: Draft, path: KeyPath, model: Model) -> bool:
    file = draft.models_file.files.get(path)
    return file is not None and Path(file).name != f"{model.id}.yaml"


@rule(Scope.IDS)
def files_have_their_names(draft: Draft) -> Iterator[Finding]:
    """A file of one entry is called by the id of that entry."""
    for path, model in draft.each_model():
        file = draft.models_file.files.get(path)
        name = Path(file or "").name
        if file and name != f"{model.id}.yaml":
            yield draft.models_file.finding(
                (*path, "id"),
                f"id `{model.id}` in a file called `{name}`",
                f"the file of this entry is called `{model.id}.yaml`",
                fix="rename the file, or correct the id",
            )


_OWN = "a variant of this entry"


_IDS_IN_AN_ENTRY = {
    "flagship": _OWN,
    "compared_with": "a variant",
    "builds_on.*.model": "a model",
    "techniques.*.id": "a technique",
    "techniques.*.variants.*": _OWN,
    "variants.*.architecture_of": "a variant",
    "variants.*.images_of": "a variant",
    "training.*.variants.*": _OWN,
    "infrastructure.gpu_hours.*.stage": "a stage of this entry",
    "infrastructure.variants.*": _OWN,
    "infrastructure.total_of": _OWN,
}


_IDS_IN_A_TECHNIQUE = {
    "related.*": "a technique",
    "replaces.*": "a technique",
    "in_models.*.model": "a model",
}


@rule(Scope.IDS)
def ids_resolve(draft: Draft) -> Iterator[Finding]:
    """An id of a model, a variant or a technique names one that is in the catalogue."""
    everywhere: dict[str, Collection[str]] = {
        "a model": draft.by_id,
        "a variant": draft.entries,
        "a technique": draft.technique_ids,
    }
    for path, model in draft.each_model():
        known = everywhere | {
            _OWN: [variant.id for variant in model.variants],
            "a stage of this entry": [stage.id for stage in model.training],
        }
        for pattern, what in _IDS_IN_AN_ENTRY.items():
            for where, id_ in values_at(model, pattern, path):
                yield from _unknown_id(draft.models_file, where, id_, known[what], what)
        for i, stage in enumerate(model.training):
            earlier = {other.id for other in model.training[:i]}
            for name in ("weights_from", "fed_by"):
                for where, id_ in values_at(stage, f"{name}.*", (*path, "training", i)):
                    yield from _unknown_id(draft.models_file, where, id_, earlier, "an earlier stage of this entry")
    for pattern, what in _IDS_IN_A_TECHNIQUE.items():
        for where, id_ in draft.each_value(TECHNIQUES, f"techniques.*.{pattern}"):
            yield from _unknown_id(draft.located[TECHNIQUES], where, id_, everywhere[what], what)


@rule(Scope.IDS)
def variants_are_known(draft: Draft) -> Iterator[Finding]:
    """Scores and values by variant are given for variants that are in the catalogue."""
    for path, _ in draft.each_value(MODELS, "models.*.evaluation.*.rows.*.scores.*"):
        yield from _unknown_id(draft.models_file, path, str(path[-1]), draft.entries, "a variant")
    for file, path, value in draft.each_record(Stated):
        for id_ in value.by_variant or ():
            yield from _unknown_id(file, (*path, "by_variant", id_), id_, draft.entries, "a variant")


_ALL_OF = {
    "a model": "models in the catalogue",
    "a variant": "variants in the catalogue",
    _OWN: "variants of this entry",
    "a technique": "techniques in the catalogue",
    "a stage of this entry": "stages of this entry",
    "an earlier stage of this entry": "stages of this entry that come before",
}


def _unknown_id(file: Located, path: KeyPath, id_: str, known: Collection[str], what: str) -> Iterator[Finding]:
    if id_ not in known:
        yield file.finding(
            path,
            f"`{id_}` is not {what}",
            f"allowed are the ids of {_ALL_OF[what]}",
            nearest_in_quotes(id_, known),
            "correct the id, or add the entry",
        )


@rule(Scope.IDS)
def one_architecture(draft: Draft) -> Iterator[Finding]:
    """A variant either has an architecture or names the variant it shares one with, not both, and the other has one."""
    for path, _, variant in draft.each_variant():
        if variant.architecture is not None and variant.architecture_of is not None:
            yield draft.models_file.finding(
                (*path, "architecture_of"),
                "both `architecture` and `architecture_of`",
                "one of the two",
                fix="take one out",
            )
        elif variant.architecture_of in draft.entries and draft.entries[variant.id].architecture is None:
            yield draft.models_file.finding(
                (*path, "architecture_of"),
                f"`{variant.architecture_of}` has no architecture to share",
                "a variant with `architecture`",
                fix="name the variant that has it",
            )
        if variant.architecture_except is not None and variant.architecture_of is None:
            yield draft.models_file.finding(
                (*path, "architecture_except"),
                "`architecture_except` without `architecture_of`",
                "settings that differ from a shared architecture",
                fix="name the variant whose architecture it shares, or put the settings into `architecture`",
            )


@rule(Scope.CATALOGUE)
def pointers_resolve(draft: Draft) -> Iterator[Finding]:
    """An API name has one entry, and each of its pointers names a variant of the catalogue or has a label, not both."""
    ids = draft.each_value(MODELS, "api_names.*.id")
    yield from repeated_ids(draft.models_file, ids, fix="put the pointers into one entry")
    for path, pointer in draft.each_value(MODELS, "api_names.*.pointers.*"):
        if (pointer.variant is None) == (pointer.label is None):
            yield draft.models_file.finding(
                path,
                "both `variant` and `label`" if pointer.variant else "neither `variant` nor `label`",
                "one of the two",
                fix="name the variant, or describe the model where the catalogue has none",
            )
        else:
            found, allowed = f"`{pointer.variant}` is not a variant", "allowed are the ids of variants in the catalogue"
            fix = "correct the id, or use `label`"
            where = (*path, "variant")
            yield from unknown_name(draft.models_file, where, pointer.variant, draft.entries, found, allowed, fix)


@rule(Scope.CATALOGUE)
def pointers_in_order(draft: Draft) -> Iterator[Finding]:
    """Pointers of an API name follow each other in time, each begins after the one before, and the name ends after the last."""
    for index, name in enumerate(draft.models.api_names):
        dated: list[tuple[KeyPath, PartialDate]] = [
            (where, date.value)
            for pattern in ("pointers.*.since", "until")
            for where, date in values_at(name, pattern, ("api_names", index))
            if date.value is not None
        ]
        for (_, earlier), (where, later) in pairwise(dated):
            if not _can_follow(later, earlier):
                yield draft.models_file.finding(
                    where,
                    f"`{where[-1]}` {later.text}, not after {earlier.text} before it",
                    "pointers in the order of their dates, the oldest first",
                    fix="correct the date, or move the pointer",
                )


@rule(Scope.CATALOGUE)
def prices_in_order(draft: Draft) -> Iterator[Finding]:
    """Prices of the API are of names that there are, stand in the order of their days, and input found in the cache costs no more than other input, and that no more than output."""
    known = {name.id: name for name in draft.models.api_names}
    allowed = "the id of one under `api_names`"
    for index, price in enumerate(draft.models.api_prices):
        path: KeyPath = ("api_prices", index)
        for number, id_ in enumerate(price.names):
            where = (*path, "names", number)
            found = f"`{id_}` is not a name of the API"
            yield from unknown_name(draft.models_file, where, id_, known, found, allowed, "correct the id")
        if index and price.since.first_day < draft.models.api_prices[index - 1].since.first_day:
            yield draft.models_file.finding(
                (*path, "since"),
                f"{price.since.text}, before the one above it",
                "prices in the order of their days",
                fix="move the price, or correct the day",
            )
        for currency in ("dollars", "yuan"):
            tokens = getattr(price, currency)
            if tokens is None:
                continue
            shown = [each.value for each in (tokens.hit, tokens.miss, tokens.output) if each is not None and each.value]
            if any(cheap.value > dear.value for cheap, dear in pairwise(shown)):
                yield draft.models_file.finding(
                    (*path, currency),
                    ", ".join(quantity.text for quantity in shown),
                    "a hit, other input and output, each no cheaper than the one before",
                    fix="correct the number that is out of order",
                )


def _can_follow(later: PartialDate, earlier: PartialDate) -> bool:
    """A month alone can be any of its days."""
    if later.is_day and earlier.is_day:
        return later.text > earlier.text
    return later.text[:7] >= earlier.text[:7]

"""Ids are unique and lead somewhere, names of the API among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path

from ..files import STUDY, TECHNIQUES, TERMS
from ..findings import Finding, KeyPath, nearest_in_quotes
from ..schema.model import ApiName, Model
from ..schema.values import PartialDate, Stated
from ..strict_yaml import Located
from .draft import Draft, Scope, repeated_ids, rule


@rule(Scope.IDS)
def ids_are_unique(draft: Draft) -> Iterator[Finding]:
    """Ids of models, of variants, of techniques and of GPUs are each used once, and those of guides, routes, repositories and subjects; so are ids of stages and evaluations inside an entry."""
    # The one whose file or family is called otherwise comes second, since it is the one that took the id.
    models = sorted(draft.each_model(), key=lambda found: _misnamed_id(draft, *found))
    yield from repeated_ids(draft.models_file, (((*path, "id"), model.id) for path, model in models))
    variants = sorted(draft.each_variant(), key=lambda found: not found[2].id.startswith(found[1].id))
    yield from repeated_ids(draft.models_file, (((*path, "id"), variant.id) for path, _, variant in variants))
    yield from repeated_ids(
        draft.located[TECHNIQUES], ((("techniques", i, "id"), t.id) for i, t in enumerate(draft.techniques.techniques))
    )
    yield from repeated_ids(
        draft.located[TECHNIQUES], ((("gpus", i, "id"), g.id) for i, g in enumerate(draft.techniques.gpus))
    )
    for file, record, lists in (
        (draft.located[STUDY], draft.study, ("guides", "routes", "repositories")),
        (draft.located[TERMS], draft.terms, ("subjects",)),
    ):
        for name in lists:
            yield from repeated_ids(file, (((name, i, "id"), item.id) for i, item in enumerate(getattr(record, name))))
    for path, model in draft.each_model():
        yield from repeated_ids(
            draft.models_file, (((*path, "training", i, "id"), stage.id) for i, stage in enumerate(model.training))
        )
        yield from repeated_ids(
            draft.models_file, (((*path, "evaluation", i, "id"), table.id) for i, table in enumerate(model.evaluation))
        )
        yield from repeated_ids(
            draft.models_file, (((*path, "techniques", i, "id"), use.id) for i, use in enumerate(model.techniques))
        )


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


@rule(Scope.IDS)
def ids_resolve(draft: Draft) -> Iterator[Finding]:
    """An id of a model, a variant or a technique names one that is in the catalogue."""
    models, variants, techniques = list(draft.by_id), list(draft.entries), draft.technique_ids
    for path, model in draft.each_model():
        own = [variant.id for variant in model.variants]
        wanted: list[tuple[KeyPath, str | None, Collection[str], str]] = [
            ((*path, "flagship"), model.flagship, own, "a variant of this entry"),
            ((*path, "compared_with"), model.compared_with, variants, "a variant"),
        ]
        wanted += [
            ((*path, "builds_on", i, "model"), edge.model, models, "a model") for i, edge in enumerate(model.builds_on)
        ]
        wanted += [
            ((*path, "techniques", i, "id"), use.id, techniques, "a technique")
            for i, use in enumerate(model.techniques)
        ]
        wanted += [
            ((*path, "techniques", i, "variants", j), id_, own, "a variant of this entry")
            for i, use in enumerate(model.techniques)
            for j, id_ in enumerate(use.variants)
        ]
        wanted += [
            ((*path, "variants", i, "architecture_of"), variant.architecture_of, variants, "a variant")
            for i, variant in enumerate(model.variants)
        ]
        wanted += [
            ((*path, "variants", i, "images_of"), variant.images_of, variants, "a variant")
            for i, variant in enumerate(model.variants)
        ]
        wanted += [
            ((*path, "training", i, "variants", j), id_, own, "a variant of this entry")
            for i, stage in enumerate(model.training)
            for j, id_ in enumerate(stage.variants)
        ]
        for i, stage in enumerate(model.training):
            earlier = {other.id for other in model.training[:i]}
            for name in ("weights_from", "fed_by"):
                wanted += [
                    ((*path, "training", i, name, j), id_, earlier, "an earlier stage of this entry")
                    for j, id_ in enumerate(getattr(stage, name) or ())
                ]
        parts = model.infrastructure.gpu_hours if model.infrastructure else ()
        stages = [stage.id for stage in model.training]
        wanted += [
            ((*path, "infrastructure", "gpu_hours", i, "stage"), part.stage, stages, "a stage of this entry")
            for i, part in enumerate(parts)
        ]
        if model.infrastructure is not None:
            here = (*path, "infrastructure")
            wanted += [
                ((*here, "variants", i), id_, own, "a variant of this entry")
                for i, id_ in enumerate(model.infrastructure.variants)
            ]
            wanted += [((*here, "total_of"), model.infrastructure.total_of, own, "a variant of this entry")]
        for where, id_, known, what in wanted:
            yield from _unknown_id(draft.models_file, where, id_, known, what)
    for index, technique in enumerate(draft.techniques.techniques):
        for field in ("related", "replaces"):
            for i, id_ in enumerate(getattr(technique, field)):
                yield from _unknown_id(
                    draft.located[TECHNIQUES], ("techniques", index, field, i), id_, techniques, "a technique"
                )
        for i, row in enumerate(technique.in_models):
            yield from _unknown_id(
                draft.located[TECHNIQUES], ("techniques", index, "in_models", i, "model"), row.model, models, "a model"
            )


@rule(Scope.IDS)
def variants_are_known(draft: Draft) -> Iterator[Finding]:
    """Scores and values by variant are given for variants that are in the catalogue."""
    for path, model in draft.each_model():
        for i, table in enumerate(model.evaluation):
            for j, row in enumerate(table.rows):
                for id_ in row.scores:
                    yield from _unknown_id(
                        draft.models_file,
                        (*path, "evaluation", i, "rows", j, "scores", id_),
                        id_,
                        draft.entries,
                        "a variant",
                    )
    for file, path, value in draft.each_record(Stated):
        for id_ in value.by_variant or ():
            yield from _unknown_id(file, (*path, "by_variant", id_), id_, draft.entries, "a variant")


_ALL_OF = {
    "a model": "models in the catalogue",
    "a variant": "variants in the catalogue",
    "a variant of this entry": "variants of this entry",
    "a technique": "techniques in the catalogue",
    "a stage of this entry": "stages of this entry",
    "an earlier stage of this entry": "stages of this entry that come before",
}


def _unknown_id(file: Located, path: KeyPath, id_: str | None, known: Collection[str], what: str) -> Iterator[Finding]:
    if id_ is not None and id_ not in known:
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


def _api_names(draft: Draft) -> Iterator[tuple[KeyPath, ApiName]]:
    for index, name in enumerate(draft.models.api_names):
        yield ("api_names", index), name


@rule(Scope.CATALOGUE)
def pointers_resolve(draft: Draft) -> Iterator[Finding]:
    """An API name has one entry, and each of its pointers names a variant of the catalogue or has a label, not both."""
    first: dict[str, KeyPath] = {}
    for path, name in _api_names(draft):
        where = (*path, "id")
        if name.id in first:
            yield draft.models_file.finding(
                where,
                f"id `{name.id}` for the second time (first on line {draft.models_file.line_of(first[name.id])})",
                "each id once",
                fix="put the pointers into one entry",
            )
        first.setdefault(name.id, where)
        for index, pointer in enumerate(name.pointers):
            here = (*path, "pointers", index)
            if (pointer.variant is None) == (pointer.label is None):
                yield draft.models_file.finding(
                    here,
                    "both `variant` and `label`" if pointer.variant else "neither `variant` nor `label`",
                    "one of the two",
                    fix="name the variant, or describe the model where the catalogue has none",
                )
            elif pointer.variant is not None and pointer.variant not in draft.entries:
                yield draft.models_file.finding(
                    (*here, "variant"),
                    f"`{pointer.variant}` is not a variant",
                    "allowed are the ids of variants in the catalogue",
                    nearest_in_quotes(pointer.variant, list(draft.entries)),
                    "correct the id, or use `label`",
                )


@rule(Scope.CATALOGUE)
def pointers_in_order(draft: Draft) -> Iterator[Finding]:
    """Pointers of an API name follow each other in time, each begins after the one before, and the name ends after the last."""
    for path, name in _api_names(draft):
        dated: list[tuple[KeyPath, str, PartialDate]] = [
            ((*path, "pointers", index, "since"), "since", pointer.since.value)
            for index, pointer in enumerate(name.pointers)
            if pointer.since.value is not None
        ]
        if name.until is not None and name.until.value is not None:
            dated.append(((*path, "until"), "until", name.until.value))
        for (_, _, earlier), (where, word, later) in pairwise(dated):
            if not _can_follow(later, earlier):
                yield draft.models_file.finding(
                    where,
                    f"`{word}` {later.text}, not after {earlier.text} before it",
                    "pointers in the order of their dates, the oldest first",
                    fix="correct the date, or move the pointer",
                )


def _can_follow(later: PartialDate, earlier: PartialDate) -> bool:
    """A month alone can be any of its days."""
    if later.is_day and earlier.is_day:
        return later.text > earlier.text
    return later.text[:7] >= earlier.text[:7]

"""Ids are unique and lead somewhere, names of the API among them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..files import (
    CONTEMPORARIES,
    CORRECTIONS,
    EXPERIMENTS,
    MODELS,
    PROBLEMS,
    QUESTIONS,
    SETTINGS,
    STUDY,
    TECHNIQUES,
    TERMS,
)
from ..findings import KeyPath
from ..schema.model import Model
from ..schema.setting import SettingWords
from ..schema.values import PartialDate, Stated, values_at
from ..settings import fields_of
from .draft import Breach, Draft, Scope, repeated_ids, rule, unknown_name

_TAKE_OUT = "take one of the two out"
_UNIQUE = {
    TECHNIQUES: ("techniques", "pages", "gpus"),
    STUDY: ("guides", "routes", "repositories", "formulas"),
    TERMS: ("subjects",),
    PROBLEMS: ("problems",),
    EXPERIMENTS: ("experiments",),
    CONTEMPORARIES: ("contemporaries",),
}


@rule(Scope.IDS)
def ids_are_unique(draft: Draft) -> Iterator[Breach]:
    """An id is used once: of models, variants, techniques, shared pages, GPUs, guides, routes, formulas, repositories, subjects, problems, experiments and contemporaries, and of stages, evaluations and uses inside an entry. No two questions are asked in the same words."""
    # The one whose file or family is called otherwise comes second, since it is the one that took the id.
    models = sorted(draft.each_model(), key=lambda found: _misnamed_id(draft, *found))
    yield from repeated_ids(draft.models_file, (((*path, "id"), model.id) for path, model in models))
    variants = sorted(draft.each_variant(), key=lambda found: not found[2].id.startswith(found[1].id))
    yield from repeated_ids(draft.models_file, (((*path, "id"), variant.id) for path, _, variant in variants))
    for file, names in _UNIQUE.items():
        for name in names:
            yield from repeated_ids(draft.located[file], draft.each_value(file, f"{name}.*.id"))
    for path, model in draft.each_model():
        for name in ("training", "evaluation", "techniques"):
            yield from repeated_ids(draft.models_file, values_at(model, f"{name}.*.id", path))
    for language in ("en", "zh"):
        wordings = (f"questions.*.ask.{language}", f"questions.*.otherwise.{language}.*")
        asked = [
            (path, text.lower().rstrip("?？.。! "))
            for where in wordings
            for path, text in draft.each_value(QUESTIONS, where)
        ]
        asked.sort(key=lambda at: at[0][1])
        yield from repeated_ids(draft.located[QUESTIONS], asked, "question", _TAKE_OUT)


_ROWS: tuple[tuple[str, str, str, Callable[[Any], Iterable[str | None]]], ...] = (
    (CONTEMPORARIES, "contemporaries.*.name", "model", lambda name: (name,)),
    *((SETTINGS, f"words.{field}.*.word", "word", lambda word: (word,)) for field in SettingWords.model_fields),
    (MODELS, "api_prices.*", "price", lambda price: (price.path,)),
    (CORRECTIONS, "corrections.*", "correction", lambda row: (row.entry, row.about.en, row.was.en, row.right.en)),
    (QUESTIONS, "questions.*.answer.en", "answer", lambda answer: (answer,)),
)


@rule(Scope.IDS, fix=_TAKE_OUT)
def rows_stand_once(draft: Draft) -> Iterator[Breach]:
    """Two entries have no address of weights in common, two models of other makers no name, two rows of a table no setting; a word of a setting, a price, a correction and an answer to a question stand once."""
    weights = {(model.id, own.weights): ((*path, "weights"), own.weights) for path, model, own in draft.each_variant()}
    found = [(path, address) for path, address in weights.values() if address]
    yield from repeated_ids(draft.models_file, found, "address", "")
    for name, pattern, what, of_row in _ROWS:
        same = ((path, ", ".join(filter(None, of_row(row)))) for path, row in draft.each_value(name, pattern))
        yield from repeated_ids(draft.located[name], same, what, "")
    for path, model in draft.each_model():
        for where, table in values_at(model, "evaluation.*", path):
            rows = [
                ((*where, "rows", at), ", ".join((row.benchmark.en, *fields_of(table, row).values())))
                for at, row in enumerate(table.rows)
            ]
            yield from repeated_ids(draft.models_file, rows, "row", "")


def _misnamed_id(draft: Draft, path: KeyPath, model: Model) -> bool:
    file = draft.models_file.files.get(path)
    return file is not None and Path(file).name != f"{model.id}.yaml"


@rule(Scope.IDS, fix="rename the file, or correct the id")
def files_have_their_names(draft: Draft) -> Iterator[Breach]:
    """A file of one entry is called by the id of that entry."""
    for path, model in draft.each_model():
        if _misnamed_id(draft, path, model):
            name = Path(draft.models_file.files[path]).name
            yield Breach((*path, "id"), f"id `{model.id}` in a file called `{name}`")


_OWN = "a variant of this entry"
_NAMED_IN_AN_ENTRY = {
    "flagship": _OWN,
    "compared_with": "a variant",
    "builds_on.*.model": "a model",
    "techniques.*.id": "a technique",
    "changes.*.technique": "a technique",
    "techniques.*.variants.*": _OWN,
    "variants.*.architecture_of": "a variant",
    "variants.*.images_of": "a variant",
    "training.*.variants.*": _OWN,
    "infrastructure.gpu_hours.*.stage": "a stage of this entry",
    "infrastructure.variants.*": _OWN,
    "infrastructure.total_of": _OWN,
}
_NAMED = {
    MODELS: {"api_names.*.pointers.*.variant": "a variant", "api_prices.*.names.*": "a name of the API"},
    TECHNIQUES: {
        "techniques.*.related.*": "a technique",
        "techniques.*.replaces.*": "a technique",
        "techniques.*.in_models.*.model": "a model",
        "techniques.*.page": "a page of `pages:`",
    },
    STUDY: {
        "routes.*.parts.*.sheet.*": "a problem",
        "routes.*.parts.*.steps.*.page": "a page",
        "code.*.technique": "a technique",
        "code.*.repository": "a repository",
    },
    PROBLEMS: {"problems.*.variants.*": "a variant", "problems.*.pages.*": "a page"},
    EXPERIMENTS: {"experiments.*.technique": "a technique"},
    CORRECTIONS: {"corrections.*.entry": "a model or a technique"},
    TERMS: {"terms.*.subject": "a subject"},
}


def _known_ids(draft: Draft) -> Mapping[str, Collection[str]]:
    return {
        "a model": draft.by_id,
        "a variant": draft.entries,
        "a technique": draft.technique_ids,
        "a model or a technique": [*draft.by_id, *draft.technique_ids],
        "a page of `pages:`": [page.id for page in draft.techniques.pages],
        "a name of the API": [name.id for name in draft.models.api_names],
        "a problem": [problem.id for problem in draft.problems.problems],
        "a guide": [guide.id for guide in draft.study.guides],
        "a repository": [repository.id for repository in draft.study.repositories],
        "a subject": [subject.id for subject in draft.terms.subjects],
    }


@rule(Scope.IDS, fix="correct the id, or add what it names")
def ids_resolve(draft: Draft) -> Iterator[Breach]:
    """What is named by its id is in the catalogue, and a stage takes weights and data from stages before it."""
    known = _known_ids(draft)
    for path, model in draft.each_model():
        stages = [stage.id for stage in model.training]
        own = {_OWN: [variant.id for variant in model.variants], "a stage of this entry": stages}
        for pattern, what in _NAMED_IN_AN_ENTRY.items():
            for where, id_ in values_at(model, pattern, path):
                yield from unknown_name(where, id_, own.get(what) or known[what], f"`{id_}` is not {what}")
        for i, stage in enumerate(model.training):
            for name in ("weights_from", "fed_by"):
                for where, id_ in values_at(stage, f"{name}.*", (*path, "training", i)):
                    yield from unknown_name(where, id_, stages[:i], f"`{id_}` is not an earlier stage of this entry")
    for file, patterns in _NAMED.items():
        for pattern, what in patterns.items():
            for where, id_ in draft.each_value(file, pattern):
                kind, colon, name = id_.partition(":") if what == "a page" else (what[2:], "", id_)
                if colon == "" or kind != "page":  # other pages are known where they are made
                    found = f"`{name}` is not a {kind}"
                    yield from unknown_name(where, name, known[f"a {kind}"], found, file=file)
                if what == "a technique" and file == TECHNIQUES and name == draft.technique_ids[int(where[1])]:
                    yield Breach(where, f"`{name}` itself", fix="take it out", file=file)


@rule(Scope.IDS)
def variants_are_known(draft: Draft) -> Iterator[Breach]:
    """Scores and values by variant are given for variants that are in the catalogue."""
    for path, _ in draft.each_value(MODELS, "models.*.evaluation.*.rows.*.scores.*"):
        yield from unknown_name(path, str(path[-1]), draft.entries, f"`{path[-1]}` is not a variant")
    for file, path, value in draft.each_record(Stated):
        for id_ in value.by_variant or ():
            yield from unknown_name(
                (*path, "by_variant", id_), id_, draft.entries, f"`{id_}` is not a variant", file=file
            )


@rule(Scope.IDS, fix="take one out, or name the variant that has the architecture")
def one_architecture(draft: Draft) -> Iterator[Breach]:
    """A variant either has an architecture or names the variant it shares one with, which has one; only then it has settings that differ."""
    for path, _, variant in draft.each_variant():
        of = variant.architecture_of
        if variant.architecture is not None and of is not None:
            yield Breach((*path, "architecture_of"), "both `architecture` and `architecture_of`")
        elif of in draft.entries and draft.entries[variant.id].architecture is None:
            yield Breach((*path, "architecture_of"), f"`{of}` has no architecture to share")
        if variant.architecture_except is not None and of is None:
            yield Breach((*path, "architecture_except"), "`architecture_except` without `architecture_of`")


@rule(Scope.CATALOGUE, fix="name the variant, or describe the model where the catalogue has none")
def pointers_resolve(draft: Draft) -> Iterator[Breach]:
    """An API name has one entry, and each of its pointers names a variant or has a label, not both."""
    ids = draft.each_value(MODELS, "api_names.*.id")
    yield from repeated_ids(draft.models_file, ids, fix="put the pointers into one entry")
    for path, pointer in draft.each_value(MODELS, "api_names.*.pointers.*"):
        if (pointer.variant is None) == (pointer.label is None):
            yield Breach(path, f"{'both' if pointer.variant else 'neither'} `variant` and `label`")


@rule(Scope.CATALOGUE, fix="correct the date, or move the pointer")
def pointers_in_order(draft: Draft) -> Iterator[Breach]:
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
                yield Breach(where, f"`{where[-1]}` {later.text}, not after {earlier.text} before it")


@rule(Scope.CATALOGUE, fix="correct the number or the day, or move the price")
def prices_in_order(draft: Draft) -> Iterator[Breach]:
    """Prices of the API stand in the order of their days, none before its name led to a model, and input found in the cache costs no more than other input, and that no more than output."""
    begun = {name.id: name.pointers[0].since.value for name in draft.models.api_names}
    for index, price in enumerate(draft.models.api_prices):
        path: KeyPath = ("api_prices", index)
        for name in price.names:
            if (since := begun.get(name)) and price.since.surely_before(since):
                yield Breach((*path, "since"), f"{price.since.text}, before `{name}` ({since.text})")
        if index and price.since.first_day < draft.models.api_prices[index - 1].since.first_day:
            yield Breach((*path, "since"), f"{price.since.text}, before the one above it")
        for currency, tokens in (("dollars", price.dollars), ("yuan", price.yuan)):
            each = (tokens.hit, tokens.miss, tokens.output) if tokens else ()
            shown = [single.value for single in each if single is not None and single.value]
            if any(cheap.value > dear.value for cheap, dear in pairwise(shown)):
                yield Breach((*path, currency), ", ".join(quantity.text for quantity in shown))


def _can_follow(later: PartialDate, earlier: PartialDate) -> bool:
    """A month alone can be any of its days."""
    if later.is_day and earlier.is_day:
        return later.text > earlier.text
    return later.text[:7] >= earlier.text[:7]

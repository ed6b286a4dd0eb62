"""Routes, problems, corrections and controls: they lead to pages that exist and ask for nothing that was not given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..derive.parameters import Recount
from ..derive.problems import solve_problems
from ..files import CORRECTIONS, EXPERIMENTS, PROBLEMS, STUDY
from ..findings import Finding, KeyPath, nearest_in_quotes
from ..lookup import LookupFailure
from ..schema.architecture import Architecture
from ..schema.model import ActivatedBasis
from ..schema.quantities import Quantity
from ..schema.values import walk_record
from ..text import latex_letters
from .draft import Draft, Scope, repeated_ids, rule


@rule(Scope.CATALOGUE)
def guides_build_on_guides(draft: Draft) -> Iterator[Finding]:
    """A guide builds on guides that are listed before it."""
    before: list[str] = []
    for index, guide in enumerate(draft.study.guides):
        for at, need in enumerate(guide.needs):
            if need not in before:
                yield draft.located[STUDY].finding(
                    ("guides", index, "needs", at),
                    f"no guide `{need}` stands before `{guide.id}`",
                    "guides that are listed before",
                    nearest_in_quotes(need, before),
                    fix="put it before, or correct the name",
                )
        before.append(guide.id)


@rule(Scope.CATALOGUE)
def routes_give_what_they_ask_for(draft: Draft) -> Iterator[Finding]:
    """A step of a route is a page that exists, a guide comes after those that it builds on, and a sheet has problems that there are."""
    problems = [problem.id for problem in draft.problems.problems]
    known = {
        "guide": [guide.id for guide in draft.study.guides],
        "model": list(draft.by_id),
        "technique": list(draft.technique_ids),
    }
    needs = {guide.id: guide.needs for guide in draft.study.guides}
    for r, route in enumerate(draft.study.routes):
        read: set[str] = set()
        for p, part in enumerate(route.parts):
            for s, step in enumerate(part.steps):
                kind, _, name = step.page.partition(":")
                path = ("routes", r, "parts", p, "steps", s, "page")
                if kind in known and name not in known[kind]:
                    yield draft.located[STUDY].finding(
                        path, f"no {kind} `{name}`", f"a {kind} of this site", nearest_in_quotes(name, known[kind])
                    )
                missing = [need for need in needs.get(name, ()) if need not in read] if kind == "guide" else []
                if missing:
                    yield draft.located[STUDY].finding(
                        path,
                        f"`{name}` builds on `{missing[0]}`, which this route has not given",
                        "guides in the order in which they build on one another",
                        fix=f"put `guide:{missing[0]}` before it",
                    )
                if kind == "guide":
                    read.add(name)
            for at, id_ in enumerate(part.sheet):
                if id_ not in problems:
                    yield draft.located[STUDY].finding(
                        ("routes", r, "parts", p, "sheet", at),
                        f"no problem `{id_}`",
                        "a problem of problems.yaml",
                        nearest_in_quotes(id_, problems),
                    )


@rule(Scope.CATALOGUE)
def formulas_keep_to_the_symbols(draft: Draft) -> Iterator[Finding]:
    """A formula of a guide has an id of its own, and every letter of it stands among the symbols of its subject."""
    known = {
        subject: frozenset[str]().union(*(latex_letters(symbol.latex) for symbol in symbols))
        for subject, symbols in draft.study.symbols.items()
    }
    formulas = draft.study.formulas
    yield from repeated_ids(draft.located[STUDY], ((("formulas", i, "id"), f.id) for i, f in enumerate(formulas)))
    for index, formula in enumerate(formulas):
        for letter in sorted(latex_letters(formula.latex) - known.get(formula.subject, frozenset())):
            yield draft.located[STUDY].finding(
                ("formulas", index, "latex"),
                f"`{letter}` is no symbol of `{formula.subject.value}`",
                "letters that stand under `symbols`",
                fix="write the letter that the table has for it, or add it there with its meaning",
            )


@rule(Scope.CATALOGUE)
def code_is_of_a_technique(draft: Draft) -> Iterator[Finding]:
    """A place in code names a technique and a repository, and each repository is used."""
    repositories = [repository.id for repository in draft.study.repositories]
    for index, place in enumerate(draft.study.code):
        for field, known in (("technique", draft.technique_ids), ("repository", repositories)):
            name = getattr(place, field)
            if name not in known:
                yield draft.located[STUDY].finding(
                    ("code", index, field),
                    f"no {field} `{name}`",
                    f"a {field} by its id",
                    nearest_in_quotes(name, known),
                )
    used = {place.repository for place in draft.study.code}
    for index, repository in enumerate(draft.study.repositories):
        if repository.id not in used:
            yield draft.located[STUDY].finding(
                ("repositories", index, "id"),
                f"no code of `{repository.id}` is named",
                "repositories that are used",
                fix="take it out",
            )


_LABS = Path(__file__).parents[3] / "labs"


@rule(Scope.CATALOGUE)
def problems_can_be_answered(draft: Draft) -> Iterator[Finding]:
    """A problem has an id of its own, stands on a page that exists, its formula can be computed, and no mistake leads to the answer itself."""
    known = {
        "guide": [guide.id for guide in draft.study.guides],
        "model": list(draft.by_id),
        "technique": list(draft.technique_ids),
    }
    problems = draft.problems.problems
    yield from repeated_ids(draft.located[PROBLEMS], ((("problems", i, "id"), p.id) for i, p in enumerate(problems)))
    for index, problem in enumerate(problems):
        path = ("problems", index)
        for at, page in enumerate(problem.pages):
            kind, _, name = page.partition(":")
            if kind in known and name not in known[kind]:
                yield draft.located[PROBLEMS].finding(
                    (*path, "pages", at),
                    f"no {kind} `{name}`",
                    f"a {kind} of this site",
                    nearest_in_quotes(name, known[kind]),
                )
        missing = [id_ for id_ in problem.variants if id_ not in draft.entries]
        for id_ in missing:
            yield draft.located[PROBLEMS].finding(
                (*path, "variants"),
                f"no variant `{id_}`",
                "a variant by its id",
                nearest_in_quotes(id_, list(draft.entries)),
            )
        if not missing:
            try:
                worked = list(solve_problems([problem], draft.entries, draft.lookup, draft.results))
            except (LookupFailure, ValueError, SyntaxError, ZeroDivisionError) as error:
                yield draft.located[PROBLEMS].finding(
                    (*path, "formula"),
                    f"cannot be computed: {error}",
                    "names of config.json, names in `numbers`, integers and + - * / ( )",
                )
                continue
            noticed = {id(mistake) for each in worked for _, mistake in each.mistakes}
            for at, mistake in enumerate(problem.mistakes):
                if worked and id(mistake) not in noticed:
                    yield draft.located[PROBLEMS].finding(
                        (*path, "mistakes", at, "formula"),
                        f"`{mistake.formula}` gives the answer",
                        "what a wrong way leads to",
                        fix="correct one of the two formulas",
                    )


@rule(Scope.CATALOGUE)
def experiments_are_about_techniques(draft: Draft) -> Iterator[Finding]:
    """An experiment has an id of its own, and what it is about is a technique."""
    experiments = draft.experiments.experiments
    ids = ((("experiments", i, "id"), experiment.id) for i, experiment in enumerate(experiments))
    yield from repeated_ids(draft.located[EXPERIMENTS], ids)
    for index, experiment in enumerate(experiments):
        if experiment.technique is not None and experiment.technique not in draft.technique_ids:
            yield draft.located[EXPERIMENTS].finding(
                ("experiments", index, "technique"),
                f"no technique `{experiment.technique}`",
                "a technique by its id",
                nearest_in_quotes(experiment.technique, draft.technique_ids),
            )


@rule(Scope.CATALOGUE)
def exercises_are_functions_of_labs(draft: Draft) -> Iterator[Finding]:
    """An exercise names a function of labs/, as `module.function`."""
    for index, problem in enumerate(draft.problems.problems):
        if problem.exercise is None:
            continue
        module, _, function = problem.exercise.partition(".")
        file = _LABS / f"{module}.py"
        known = functions_of(file) if file.exists() else sorted(path.stem for path in _LABS.glob("*.py"))
        if function not in known:
            yield draft.located[PROBLEMS].finding(
                ("problems", index, "exercise"),
                f"no function `{problem.exercise}` in labs/",
                "`module.function` of labs/",
                nearest_in_quotes(function if file.exists() else module, known),
            )


def functions_of(file: Path) -> list[str]:
    return [node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]


@rule(Scope.CATALOGUE)
def corrections_are_in_order(draft: Draft) -> Iterator[Finding]:
    """A correction names an entry that there is, was not made before the mistake, and says something else than it."""
    known = [*draft.by_id, *draft.technique_ids]
    for index, correction in enumerate(draft.corrections.corrections):
        path = ("corrections", index)
        if correction.entry is not None and correction.entry not in known:
            yield draft.located[CORRECTIONS].finding(
                (*path, "entry"),
                f"`{correction.entry}` is not an entry",
                "allowed are the ids of models and techniques",
                nearest_in_quotes(correction.entry, known),
                "correct the id, or take the key out",
            )
        if correction.date.surely_before(correction.since):
            yield draft.located[CORRECTIONS].finding(
                (*path, "date"),
                f"mended {correction.date.text}, before the mistake ({correction.since.text})",
                "a correction is younger than the mistake",
                fix="correct one of the two dates",
            )
        if correction.was == correction.right:
            yield draft.located[CORRECTIONS].finding(
                (*path, "right"), "what is right is what was wrong", "two different texts", fix="correct one of the two"
            )


def architecture_integers(architecture: Architecture) -> list[tuple[KeyPath, int | Quantity]]:
    def is_integer(value: Any) -> bool:
        if isinstance(value, Quantity):
            return value.value == value.value.to_integral_value()
        return isinstance(value, int) and not isinstance(value, bool)

    return [(path, value) for path, value in walk_record(architecture) if path[-1:] == ("value",) and is_integer(value)]


def expected_check_digits(architecture: Architecture, recount: Recount) -> dict[str, int]:
    found = {
        "sum": sum(int(v.value) if isinstance(v, Quantity) else v for _, v in architecture_integers(architecture)),
        "total": recount.total,
        "activated": recount.activated.get(ActivatedBasis.ALL) if recount.inactive_experts else None,
        "kv_cache": recount.kv_cache.value if recount.kv_cache else None,
    }
    return {name: value for name, value in found.items() if value is not None}


@rule(Scope.ARCHITECTURE)
def controls_hold(draft: Draft) -> Iterator[Finding]:
    """The check digits of an architecture are what its dimensions give."""
    for path, _, variant in draft.each_variant():
        recount = draft.entries[variant.id].recount
        if variant.architecture is None or variant.architecture.control is None or recount is None:
            continue
        recomputed, control = expected_check_digits(variant.architecture, recount), variant.architecture.control
        for name in type(control).model_fields:
            value, where = getattr(control, name), (*path, "architecture", "control", name)
            if value is not None and name not in recomputed:
                yield draft.models_file.finding(
                    where,
                    f"check digit {value}, but `{name}` cannot be recomputed",
                    "check digits of what can be recomputed",
                    fix="take it out",
                )
            elif value is not None and recomputed[name] != value:
                yield draft.models_file.finding(
                    where,
                    f"check digit {value}, but the dimensions give {recomputed[name]}",
                    "the two agree",
                    fix="find the dimension that was changed; correct the check digit only after reading all of them again",
                    repair=(str(value), str(recomputed[name])),
                )

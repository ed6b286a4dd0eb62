"""Guides, routes, problems, experiments and corrections: they lead to pages that exist and ask for nothing that was not given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ..derive.problems import solve_problems
from ..files import CORRECTIONS, EXPERIMENTS, PROBLEMS, STUDY
from ..findings import Finding, KeyPath, nearest_in_quotes
from ..lookup import LookupFailure
from ..schema.values import values_at
from ..text import latex_letters
from .draft import Draft, Scope, repeated_ids, rule, unknown_name


@rule(Scope.CATALOGUE)
def guides_build_on_guides(draft: Draft) -> Iterator[Finding]:
    """A guide builds on guides that are listed before it."""
    before: list[str] = []
    for index, guide in enumerate(draft.study.guides):
        for path, need in values_at(guide, "needs.*", ("guides", index)):
            found = f"no guide `{need}` stands before `{guide.id}`"
            allowed, fix = "guides that are listed before", "put it before, or correct the name"
            yield from unknown_name(draft.located[STUDY], path, need, before, found, allowed, fix)
        before.append(guide.id)


def _unknown_page(draft: Draft, file: str, path: KeyPath, page: str) -> Iterator[Finding]:
    """Of a guide, a model or a technique; other pages are known where they are made."""
    kind, _, name = page.partition(":")
    known = {
        "guide": [guide.id for guide in draft.study.guides],
        "model": list(draft.by_id),
        "technique": list(draft.technique_ids),
    }.get(kind, [name])
    yield from unknown_name(draft.located[file], path, name, known, f"no {kind} `{name}`", f"a {kind} of this site")


@rule(Scope.CATALOGUE)
def routes_give_what_they_ask_for(draft: Draft) -> Iterator[Finding]:
    """A step of a route is a page that exists, a guide comes after those that it builds on, and a sheet has problems that there are."""
    problems = [problem.id for problem in draft.problems.problems]
    needs = {f"guide:{guide.id}": guide.needs for guide in draft.study.guides}
    for r, route in enumerate(draft.study.routes):
        read: set[str] = set()
        for path, page in values_at(route, "parts.*.steps.*.page", ("routes", r)):
            yield from _unknown_page(draft, STUDY, path, page)
            missing = [need for need in needs.get(page, ()) if f"guide:{need}" not in read]
            if missing:
                yield draft.located[STUDY].finding(
                    path,
                    f"`{page.removeprefix('guide:')}` builds on `{missing[0]}`, which this route has not given",
                    "guides in the order in which they build on one another",
                    fix=f"put `guide:{missing[0]}` before it",
                )
            read.add(page)
    for path, id_ in draft.each_value(STUDY, "routes.*.parts.*.sheet.*"):
        allowed = "a problem of problems.yaml"
        yield from unknown_name(draft.located[STUDY], path, id_, problems, f"no problem `{id_}`", allowed)


@rule(Scope.CATALOGUE)
def formulas_keep_to_the_symbols(draft: Draft) -> Iterator[Finding]:
    """A formula of a guide has an id of its own, and every letter of it stands among the symbols of its subject."""
    known = {
        subject: frozenset[str]().union(*(latex_letters(symbol.latex) for symbol in symbols))
        for subject, symbols in draft.study.symbols.items()
    }
    yield from repeated_ids(draft.located[STUDY], draft.each_value(STUDY, "formulas.*.id"))
    for index, formula in enumerate(draft.study.formulas):
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
    file, repositories = draft.located[STUDY], [repository.id for repository in draft.study.repositories]
    for field, known in (("technique", draft.technique_ids), ("repository", repositories)):
        for path, name in draft.each_value(STUDY, f"code.*.{field}"):
            yield from unknown_name(file, path, name, known, f"no {field} `{name}`", f"a {field} by its id")
    used = {place.repository for place in draft.study.code}
    for path, id_ in draft.each_value(STUDY, "repositories.*.id"):
        if id_ not in used:
            yield file.finding(path, f"no code of `{id_}` is named", "repositories that are used", fix="take it out")


_LABS = Path(__file__).parents[3] / "labs"


@rule(Scope.CATALOGUE)
def problems_can_be_answered(draft: Draft) -> Iterator[Finding]:
    """A problem has an id and a title of its own, stands on a page that exists, its formula can be computed, and no mistake leads to the answer itself."""
    file = draft.located[PROBLEMS]
    yield from repeated_ids(file, draft.each_value(PROBLEMS, "problems.*.id"))
    titles = (
        (path, problem.title.en.replace("{name}", ", ".join(problem.variants)))
        for path, problem in draft.each_value(PROBLEMS, "problems.*")
    )
    yield from repeated_ids(file, titles, "title", "say what this one asks")
    for where, page in draft.each_value(PROBLEMS, "problems.*.pages.*"):
        yield from _unknown_page(draft, PROBLEMS, where, page)
    for index, problem in enumerate(draft.problems.problems):
        path = ("problems", index)
        missing = [id_ for id_ in problem.variants if id_ not in draft.entries]
        for id_ in missing:
            found, allowed = f"no variant `{id_}`", "a variant by its id"
            yield from unknown_name(file, (*path, "variants"), id_, draft.entries, found, allowed)
        if missing:
            continue
        try:
            worked = list(solve_problems([problem], draft.entries, draft.lookup, draft.results))
        except (LookupFailure, ValueError, SyntaxError, ZeroDivisionError) as error:
            allowed = "names of config.json, names in `numbers`, integers and + - * / ( )"
            yield file.finding((*path, "formula"), f"cannot be computed: {error}", allowed)
            continue
        noticed = {id(mistake) for each in worked for _, mistake in each.mistakes}
        for at, mistake in enumerate(problem.mistakes):
            if worked and id(mistake) not in noticed:
                yield file.finding(
                    (*path, "mistakes", at, "formula"),
                    f"`{mistake.formula}` gives the answer",
                    "what a wrong way leads to",
                    fix="correct one of the two formulas",
                )


@rule(Scope.CATALOGUE)
def experiments_are_about_techniques(draft: Draft) -> Iterator[Finding]:
    """An experiment has an id of its own, and what it is about is a technique."""
    file, known = draft.located[EXPERIMENTS], draft.technique_ids
    yield from repeated_ids(file, draft.each_value(EXPERIMENTS, "experiments.*.id"))
    for path, id_ in draft.each_value(EXPERIMENTS, "experiments.*.technique"):
        yield from unknown_name(file, path, id_, known, f"no technique `{id_}`", "a technique by its id")


@rule(Scope.CATALOGUE)
def exercises_are_functions_of_labs(draft: Draft) -> Iterator[Finding]:
    """An exercise names a function of labs/, as `module.function`, which a file of labs/exercises/ tests."""
    for path, exercise in draft.each_value(PROBLEMS, "problems.*.exercise"):
        module, _, function = exercise.partition(".")
        file = _LABS / f"{module}.py"
        known = functions_of(file) if file.exists() else sorted(path.stem for path in _LABS.glob("*.py"))
        if function not in known:
            yield draft.located[PROBLEMS].finding(
                path,
                f"no function `{exercise}` in labs/",
                "`module.function` of labs/",
                nearest_in_quotes(function if file.exists() else module, known),
            )
        elif not (test := _LABS / "exercises" / f"test_{function}.py").exists():
            yield draft.located[PROBLEMS].finding(
                path, f"nothing tests `{exercise}`", f"a file `labs/exercises/{test.name}`, which the archive hands out"
            )


def functions_of(file: Path) -> list[str]:
    return [node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]


@rule(Scope.CATALOGUE)
def corrections_are_in_order(draft: Draft) -> Iterator[Finding]:
    """A correction names an entry that there is, was not made before the mistake, and says something else than it."""
    file, known = draft.located[CORRECTIONS], [*draft.by_id, *draft.technique_ids]
    for index, correction in enumerate(draft.corrections.corrections):
        path, entry = ("corrections", index), correction.entry
        found, allowed = f"`{entry}` is not an entry", "allowed are the ids of models and techniques"
        fix = "correct the id, or take the key out"
        yield from unknown_name(file, (*path, "entry"), entry, known, found, allowed, fix)
        if correction.date.surely_before(correction.since):
            yield file.finding(
                (*path, "date"),
                f"mended {correction.date.text}, before the mistake ({correction.since.text})",
                "a correction is younger than the mistake",
                fix="correct one of the two dates",
            )
        if correction.was == correction.right:
            yield file.finding(
                (*path, "right"), "what is right is what was wrong", "two different texts", fix="correct one of the two"
            )

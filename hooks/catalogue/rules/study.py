"""Guides, routes, problems and corrections ask for nothing that was not given, and can be answered."""

import ast
from collections.abc import Iterator
from pathlib import Path

from ..derive.problems import solve_problems
from ..files import CORRECTIONS, PROBLEMS, STUDY
from ..findings import nearest_in_quotes
from ..lookup import LookupFailure
from ..schema.values import values_at
from ..text import latex_letters
from .draft import Breach, Draft, Scope, repeated_ids, rule, unknown_name


@rule(Scope.CATALOGUE, STUDY, fix="put it before, or correct the name")
def guides_build_on_guides(draft: Draft) -> Iterator[Breach]:
    """A guide builds on guides that are listed before it."""
    before: list[str] = []
    for index, guide in enumerate(draft.study.guides):
        for path, need in values_at(guide, "needs.*", ("guides", index)):
            yield from unknown_name(path, need, before, f"no guide `{need}` stands before `{guide.id}`")
        before.append(guide.id)


@rule(Scope.CATALOGUE, STUDY, fix="put it before")
def routes_give_what_they_ask_for(draft: Draft) -> Iterator[Breach]:
    """A guide comes in a route after those that it builds on, and a step once."""
    needs = {f"guide:{guide.id}": guide.needs for guide in draft.study.guides}
    for r, route in enumerate(draft.study.routes):
        read: set[str] = set()
        for path, page in values_at(route, "parts.*.steps.*.page", ("routes", r)):
            if missing := [need for need in needs.get(page, ()) if f"guide:{need}" not in read]:
                name = page.removeprefix("guide:")
                yield Breach(path, f"`{name}` builds on `{missing[0]}`, which this route has not given")
            read.add(page)
        steps = values_at(route, "parts.*.steps.*", ("routes", r))
        yield from repeated_ids(
            draft.located[STUDY],
            ((path, f"{s.page} {s.at or ''}".strip()) for path, s in steps),
            "step",
            "take one of the two out",
        )


@rule(Scope.CATALOGUE, STUDY, fix="write the letter that the table has for it, or add it there with its meaning")
def formulas_keep_to_the_symbols(draft: Draft) -> Iterator[Breach]:
    """Every letter of a guide's formula stands among the symbols of its subject."""
    known = {
        subject: frozenset[str]().union(*(latex_letters(symbol.latex) for symbol in symbols))
        for subject, symbols in draft.study.symbols.items()
    }
    for index, formula in enumerate(draft.study.formulas):
        for letter in sorted(latex_letters(formula.latex) - known.get(formula.subject, frozenset())):
            yield Breach(("formulas", index, "latex"), f"`{letter}` is no symbol of `{formula.subject.value}`")


@rule(Scope.CATALOGUE, STUDY, fix="take it out")
def repositories_are_used(draft: Draft) -> Iterator[Breach]:
    """Of each repository a place in its code is named."""
    used = {place.repository for place in draft.study.code}
    for path, id_ in draft.each_value(STUDY, "repositories.*.id"):
        if id_ not in used:
            yield Breach(path, f"no code of `{id_}` is named")


_LABS = Path(__file__).parents[3] / "labs"


@rule(Scope.CATALOGUE, PROBLEMS, fix="correct the formula")
def problems_can_be_answered(draft: Draft) -> Iterator[Breach]:
    """A problem has a title of its own, its formula can be computed from names of config.json, names in `numbers`, integers and + - * / ( ), and no mistake leads to the answer itself or to that of another mistake."""
    titles = (
        (path, problem.title.en.replace("{name}", ", ".join(problem.variants)))
        for path, problem in draft.each_value(PROBLEMS, "problems.*")
    )
    yield from repeated_ids(draft.located[PROBLEMS], titles, "title", "say what this one asks")
    for index, problem in enumerate(draft.problems.problems):
        path = ("problems", index)
        if set(problem.variants) - draft.entries.keys():
            continue  # said where ids are
        try:
            worked = list(solve_problems([problem], draft.entries, draft.lookup, draft.results))
        except (LookupFailure, ValueError, SyntaxError, ZeroDivisionError) as error:
            yield Breach((*path, "formula"), f"cannot be computed: {error}")
            continue
        noticed = {id(mistake) for each in worked for _, mistake in each.mistakes}
        told = {id(mistake) for each in worked for mistake in dict(reversed(each.mistakes)).values()}
        for at, mistake in enumerate(problem.mistakes):
            if worked and id(mistake) not in told:
                gives = "what one before it gives" if id(mistake) in noticed else "the answer"
                yield Breach((*path, "mistakes", at, "formula"), f"`{mistake.formula}` gives {gives}")


@rule(Scope.CATALOGUE, PROBLEMS)
def exercises_are_functions_of_labs(draft: Draft) -> Iterator[Breach]:
    """An exercise names a function of labs/, as `module.function`, which a file of labs/exercises/ tests."""
    for path, exercise in draft.each_value(PROBLEMS, "problems.*.exercise"):
        module, _, function = exercise.partition(".")
        file = _LABS / f"{module}.py"
        known = functions_of(file) if file.exists() else sorted(path.stem for path in _LABS.glob("*.py"))
        if function not in known:
            close = nearest_in_quotes(function if file.exists() else module, known)
            yield Breach(path, f"no function `{exercise}` in labs/", nearest=close)
        elif not (test := _LABS / "exercises" / f"test_{function}.py").exists():
            yield Breach(path, f"nothing tests `{exercise}`", fix=f"write labs/exercises/{test.name}")


def functions_of(file: Path) -> list[str]:
    return [node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]


@rule(Scope.CATALOGUE, CORRECTIONS, fix="correct one of the two")
def corrections_are_in_order(draft: Draft) -> Iterator[Breach]:
    """A correction was not made before the mistake, and says something else than it."""
    for index, correction in enumerate(draft.corrections.corrections):
        if correction.date.surely_before(correction.since):
            found = f"mended {correction.date.text}, before the mistake ({correction.since.text})"
            yield Breach(("corrections", index, "date"), found)
        if correction.was == correction.right:
            yield Breach(("corrections", index, "right"), "what is right is what was wrong")

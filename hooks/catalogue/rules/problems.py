"""Problems are asked on pages that exist, of variants that exist, and can be worked out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ..derive.problems import solve_problems
from ..findings import Finding, nearest_in_quotes
from ..lookup import LookupFailure
from .draft import Draft, repeated_ids
from .registry import Scope, rule

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
    yield from repeated_ids(draft.problems_located, ((("problems", i, "id"), p.id) for i, p in enumerate(problems)))
    for index, problem in enumerate(problems):
        path = ("problems", index)
        for at, page in enumerate(problem.pages):
            kind, _, name = page.partition(":")
            if kind in known and name not in known[kind]:
                yield draft.problems_located.finding(
                    (*path, "pages", at),
                    f"no {kind} `{name}`",
                    f"a {kind} of this site",
                    nearest_in_quotes(name, known[kind]),
                )
        missing = [id_ for id_ in problem.variants if id_ not in draft.entries]
        for id_ in missing:
            yield draft.problems_located.finding(
                (*path, "variants"),
                f"no variant `{id_}`",
                "a variant by its id",
                nearest_in_quotes(id_, list(draft.entries)),
            )
        if not missing:
            try:
                worked = list(solve_problems([problem], draft.entries, draft.lookup))
            except (LookupFailure, ValueError, SyntaxError, ZeroDivisionError) as error:
                yield draft.problems_located.finding(
                    (*path, "formula"),
                    f"cannot be computed: {error}",
                    "names of config.json, names in `numbers`, integers and + - * / ( )",
                )
                continue
            noticed = {id(mistake) for each in worked for _, mistake in each.mistakes}
            for at, mistake in enumerate(problem.mistakes):
                if worked and id(mistake) not in noticed:
                    yield draft.problems_located.finding(
                        (*path, "mistakes", at, "formula"),
                        f"`{mistake.formula}` gives the answer",
                        "what a wrong way leads to",
                        fix="correct one of the two formulas",
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
            yield draft.problems_located.finding(
                ("problems", index, "exercise"),
                f"no function `{problem.exercise}` in labs/",
                "`module.function` of labs/",
                nearest_in_quotes(function if file.exists() else module, known),
            )


def functions_of(file: Path) -> list[str]:
    """The functions that a module defines."""
    return [node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]

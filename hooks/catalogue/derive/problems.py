"""Problems with their answers worked out, one for each variant asked about."""

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from labs.train.experiments.verdict import quantile

from ..experiments import Result
from ..lookup import Lookup, LookupFailure
from ..records import Entry
from ..schema.quantities import Quantity
from ..schema.study import Measured, Mistake, Problem, Step
from .expression import Computation, evaluate_formula, formula_names

_SHARES = {"probability", "accuracy", "acceptance", "attention_chosen", "largest_weight"}  # columns of results


@dataclass(frozen=True)
class Band:
    """What each seed of an experiment found, and where another seed should lie in 95 of 100 cases, by Student's t."""

    found: tuple[float, ...]
    share: bool = False  # which lies between 0 and 1

    @property
    def mean(self) -> float:
        return statistics.fmean(self.found)

    @property
    def low(self) -> float:
        return self.mean - self._half_width

    @property
    def high(self) -> float:
        return self.mean + self._half_width

    @property
    def _half_width(self) -> float:
        count = len(self.found)
        return float(quantile(count - 1)) * statistics.stdev(self.found) * math.sqrt(1 + 1 / count)


@dataclass(frozen=True)
class SolvedProblem:
    id: str
    problem: Problem
    entry: Entry | None
    worked: Computation | None  # none where the answer is in words
    steps: tuple[tuple[Step, Computation | None], ...]  # each with its number where it has one
    mistakes: tuple[tuple[Fraction, Mistake], ...]  # wrong answers that likely mistakes lead to
    band: Band | None = None  # for a problem that asks to predict and run


def solve_problems(
    problems: Iterable[Problem], entries: Mapping[str, Entry], lookup: Lookup, results: Mapping[str, Result]
) -> Iterator[SolvedProblem]:
    """Raises LookupFailure for a number that is not there."""
    for problem in problems:
        for variant in problem.variants or (None,):
            entry = entries[variant] if variant else None
            yield _solve_problem(f"{problem.id}-{variant}" if variant else problem.id, problem, entry, lookup, results)


def _solve_problem(
    id_: str, problem: Problem, entry: Entry | None, lookup: Lookup, results: Mapping[str, Result]
) -> SolvedProblem:
    found: dict[str, Fraction] = {}

    def compute(formula: str) -> Computation:
        numbers = {
            name: found[name] if name in found else _stated_number(problem, name, entry, lookup)
            for name in formula_names(formula)
        }
        return evaluate_formula("answer", formula, numbers)

    steps: list[tuple[Step, Computation | None]] = []
    for step in problem.steps:
        result = compute(step.formula) if step.formula is not None else None
        if step.name is not None and result is not None:
            found[step.name.replace("-", "_")] = result.exact
        steps.append((step, result))
    if problem.formula is None:
        band = measured_band(problem.measured, results) if problem.measured else None
        return SolvedProblem(id_, problem, entry, None, tuple(steps), (), band)
    worked = compute(problem.formula)
    wrong = [(compute(mistake.formula).exact, mistake) for mistake in problem.mistakes]
    return SolvedProblem(
        id_, problem, entry, worked, tuple(steps), tuple((n, m) for n, m in wrong if n != worked.exact)
    )


def _stated_number(problem: Problem, name: str, entry: Entry | None, lookup: Lookup) -> Fraction:
    if name in problem.numbers:
        path = problem.numbers[name]
        if entry:
            path = path.replace("{id}", entry.variant.id).replace("{model}", entry.model.id)
        return Fraction(lookup.find_number(path))
    field = getattr(entry.architecture, name, None) if entry else None
    value = getattr(field, "value", None)
    if value is None or isinstance(value, bool | str):
        raise LookupFailure(
            f"`{name}` is neither a number of the architecture, nor in `numbers`, nor the name of an earlier step"
        )
    return Fraction(value.value if isinstance(value, Quantity) else value)


def measured_band(measured: Measured, results: Mapping[str, Result]) -> Band:
    """Raises LookupFailure where the results lack a number."""
    result = results.get(measured.experiment)
    if result is None or not result.rows:
        raise LookupFailure(f"no results of an experiment `{measured.experiment}` in data/experiments/")
    by_seed = {
        arm: {row["seed"]: row.get(measured.column, "") for row in result.rows if row["arm"] == arm}
        for arm in (measured.arm, measured.less)
        if arm
    }
    for arm, numbers in by_seed.items():
        if len(numbers) < 2 or not all(numbers.values()):
            raise LookupFailure(
                f"{measured.experiment}.csv has no `{measured.column}` of `{arm}` with two seeds or more"
            )
    first, less = by_seed[measured.arm], by_seed.get(measured.less or "")
    found = tuple(float(number) - (float(less[seed]) if less else 0) for seed, number in first.items())
    return Band(found, measured.column in _SHARES and not less)

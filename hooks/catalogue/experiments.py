"""Results of the experiments of labs/train, as means and spreads over seeds.

Read from data/experiments/<id>.csv (a row an arm and seed), <id>.curve.csv (a row an arm, seed and step), which
`make experiments` writes, and one-step.json. Verdicts are those of labs/train/experiments/verdict.py, which readers run too.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import mean, stdev

from labs.train.experiments.verdict import Verdict as Judged
from labs.train.experiments.verdict import judge

from .files import read_texts
from .findings import Finding, closest_word
from .schema.study import Comparison, Experiment
from .strict_yaml import Located

FOLDER = "experiments"
WORKED_STEP = f"{FOLDER}/one-step.json"
_ORIGIN = ("commit", "text", "torch", "python", "machine", "threads")
YARDSTICKS = ("unigram_loss", "bigram_loss", "ceiling")  # columns of what a loss is held against


@dataclass(frozen=True)
class Point:
    step: int
    mean: float
    least: float
    most: float


@dataclass(frozen=True)
class Result:
    """The files of an experiment by name, and their rows."""

    files: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    curve_rows: tuple[Mapping[str, str], ...] = ()

    def seed_values(self, column: str, arm: str) -> list[float]:
        """One for each seed; none where the arm was not measured so."""
        return [float(row[column]) for row in self.rows if row["arm"] == arm and row.get(column)]

    def mean_and_deviation(self, column: str, arm: str) -> tuple[float, float]:
        values = self.seed_values(column, arm)
        return mean(values), stdev(values)

    @property
    def seeds(self) -> int:
        return len({row["seed"] for row in self.rows})

    def yardsticks(self, arm: str) -> dict[str, float]:
        """Means of what the arm was held against."""
        found = {column: self.seed_values(column, arm) for column in YARDSTICKS}
        return {column: mean(values) for column, values in found.items() if values}

    @property
    def minutes(self) -> float:
        """Processor time of all seeds together, on one core."""
        return sum(float(row["cpu_seconds"]) for row in self.rows) / 60

    @property
    def origin(self) -> Mapping[str, str]:
        return {name: self.rows[0][name] for name in _ORIGIN}

    def judge_difference(self, comparison: Comparison) -> Judged:
        """Raises ValueError for fewer than three seeds."""
        c = comparison
        return judge(self.rows, c.column, c.first, c.second, c.expect.value, c.later, c.against)

    @cached_property
    def curve_arms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row["arm"] for row in self.curve_rows))

    def mean_curve(self, arm: str, column: str) -> list[Point]:
        by_step: dict[int, list[float]] = {}
        for row in self.curve_rows:
            if row["arm"] == arm and row.get(column):
                by_step.setdefault(int(row["step"]), []).append(float(row[column]))
        return [Point(step, mean(found), min(found), max(found)) for step, found in sorted(by_step.items())]


@dataclass(frozen=True)
class DrawnGroup:
    answers: tuple[str, ...]
    rewards: tuple[float, ...]
    advantages: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True)
class AllGroups:
    share_that_teach_nothing: float


@dataclass(frozen=True)
class WorkedStep:
    """GRPO on a question with four answers, whose probabilities are all listed."""

    answers: tuple[str, ...]
    right: str
    before: tuple[float, ...]  # the probability of each answer
    one_group: DrawnGroup
    all_groups: AllGroups
    # By what is divided, the probabilities before the first step and after each
    course: Mapping[str, tuple[tuple[float, ...], ...]]


def read_results(
    data: Path, experiments: tuple[Experiment, ...], located: Located
) -> tuple[dict[str, Result], list[Finding]]:
    results, findings = {}, list[Finding]()
    for index, experiment in enumerate(experiments):
        if experiment.result is None:
            continue
        endings = (".csv", ".curve.csv") if experiment.curve else (".csv",)
        names = [f"{FOLDER}/{experiment.id}{ending}" for ending in endings]
        texts = read_texts(data, names)
        found = [each for name in names for each in _problems_of_file(data.name, name, texts.get(name), experiment)]
        rows = [tuple(csv.DictReader(io.StringIO(texts.get(name, "")))) for name in names]
        result = Result(texts, *rows)
        if not found:
            found += _contradicting_verdicts(experiment, result, ("experiments", index), located)
        results[experiment.id] = result
        findings += found
    return results, findings


def _problems_of_file(folder: str, name: str, text: str | None, experiment: Experiment) -> Iterator[Finding]:
    called, again = f"{folder}/{name}", f"`make experiments ONLY={experiment.id}` writes this file"
    if text is None:
        yield Finding(called, 1, "", "is not there, and the experiment has a `result`", again)
        return
    rows = list(csv.DictReader(io.StringIO(text)))
    numbers = {"seed", "step", str(experiment.curve)}
    others = {"arm"}
    if not name.endswith(".curve.csv"):
        numbers = {"seed", "cpu_seconds", *experiment.columns}
        others |= set(_ORIGIN)
    for column in sorted({*numbers, *others} - set(rows[0] if rows else ())):
        yield Finding(called, 1, column, "the column is not there", again)
        return
    seen: dict[tuple[str, ...], int] = {}
    for line, row in enumerate(rows, 2):
        cells = sum(cell is not None for name, cell in row.items() if name) + len(row.get(None) or ())
        if cells != sum(bool(name) for name in row):
            yield Finding(called, line, "", f"{cells} cells, and the head has others", again)
            return
        run = tuple(row[name] for name in ("arm", "seed", "step") if name in numbers | others)
        if seen.setdefault(run, line) != line:
            found = f"{', '.join(run)} for the second time (first in line {seen[run]})"
            yield Finding(called, line, "", found, again)
        for column in sorted(numbers):
            if row[column] and not _is_number(row[column]):
                yield Finding(called, line, column, f"`{row[column]}` is no number", again)
    all_seeds, runs = len({row["seed"] for row in rows}), Counter(row["arm"] for row in rows)
    for arm, seeds in runs.items() if "step" not in rows[0] else ():
        if seeds != all_seeds:
            yield Finding(called, 1, "arm", f"`{arm}` has {seeds} of {all_seeds} seeds", again)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False


def _contradicting_verdicts(
    experiment: Experiment, result: Result, path: tuple[str | int, ...], located: Located
) -> Iterator[Finding]:
    """Arms that were not run, and verdicts that the numbers do not bear out."""
    run = {row["arm"] for row in result.rows}
    for at, arm in enumerate(experiment.arms):
        if arm.id not in run:
            yield located.finding((*path, "arms", at, "id"), f"`{arm.id}` was not run")
            return
    for name in sorted(set(result.curve_arms) - run):
        if near := closest_word(name, run, 0.8):
            found, fix = f"`{name}` has a curve and no row in {experiment.id}.csv", "correct the file of the curve"
            yield located.finding((*path, "curve"), found, nearest=f"`{near}`", fix=fix)
    if experiment.curve and not set(result.curve_arms) & {arm.id for arm in experiment.arms}:
        said = f"no arm has a curve: the file has one of {', '.join(f'`{arm}`' for arm in result.curve_arms)}"
        yield located.finding((*path, "curve"), said)
    for at, comparison in enumerate(experiment.comparisons):
        place = (*path, "comparisons", at)
        try:
            found = result.judge_difference(comparison)
        except ValueError as error:
            yield located.finding(place, str(error))
            continue
        if comparison.verdict is None or found.verdict != comparison.verdict.value:
            said = f"`{comparison.verdict.value if comparison.verdict else ''}`, and the results say `{found.verdict}`"
            allowed = f"the difference is {found.difference:.4g} ± {found.margin:.4g} (95 % over {found.seeds} seeds)"
            yield located.finding((*place, "verdict"), said, allowed, fix="correct it, and read `result` again")

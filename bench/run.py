"""What a build, a page and a first search take: `make bench`. Prints each goal with what was measured.

The least of several runs counts, since a busy machine only adds to it. Pages are weighed as their files are, compressed, and the
search is asked the questions of the tests in Chromium; `bench/axe.py` looks for what is hard to reach.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.append(str(Path(__file__).parent.parent / "tests"))

import first_search
import weight
from building import copy_project

MKDOCS = ("-m", "mkdocs", "build", "--quiet")


@dataclass(frozen=True)
class Run:
    """Seconds of the processor and of the clock, and peak memory in MiB, of one command."""

    cpu: float
    wall: float
    mebibytes: float

    def __str__(self) -> str:
        return f"{self.cpu:6.2f} s of CPU, {self.wall:6.2f} s of the clock, {self.mebibytes:4.0f} MiB"


@dataclass(frozen=True)
class Goal:
    what: str
    measured: float
    most: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return self.measured <= self.most

    def __str__(self) -> str:
        met = "met" if self.is_met else "NOT MET"
        return f"  {self.what:<52}{self.measured:>8.2f}{self.unit} (at most {self.most:g}{self.unit}): {met}"


def run_command(folder: Path, *command: str, **environment: str) -> Run:
    """Run Python in a project without a site or a cache, in a process of its own; stop where it fails."""
    for left in ("site", ".cache", "preview"):
        shutil.rmtree(folder / left, ignore_errors=True)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **environment},
            stdout=said,
            stderr=said,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} failed in {folder}\n{said.read()}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def run_in_turn(runs: int, *measured: Callable[[], Run]) -> list[Run]:
    """The least of several runs of each, one after the other, so that all see the same machine."""
    found = [[measure() for measure in measured] for _ in range(runs)]
    return [
        Run(min(one.cpu for one in column), min(one.wall for one in column), min(one.mebibytes for one in column))
        for column in zip(*found, strict=True)
    ]


def measure_builds(project: Path, runs: int) -> Iterator[Goal]:
    """Both editions, and what a person waits for who works with the data."""
    checked, preview, built = run_in_turn(
        runs,
        lambda: run_command(project, "hooks/check.py", "check"),
        lambda: run_command(project, *MKDOCS, "-d", "preview", PREVIEW="deepseek-v3"),
        lambda: run_command(project, *MKDOCS),
    )
    print(f"both editions   {built}", flush=True)
    yield Goal("both editions, CPU", built.cpu, 45, " s")
    yield Goal("make check, CPU", checked.cpu, 4, " s")
    yield Goal("pages of one entry, clock", preview.wall, 4, " s")


def measure_search(ours: Path, runs: int) -> Iterator[Goal]:
    """What a first search loads, and how long a keystroke takes, for every fifth of the questions that the tests ask."""
    if weight.CHROMIUM is None:
        print("search          not measured: needs Chromium")
        return
    with sync_playwright() as playwright, weight.served(ours) as address:
        browser = playwright.chromium.launch(executable_path=weight.CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for language, edition in first_search.EDITIONS.items():
            questions = list(first_search.read_questions(language))[::5]
            loaded = list(first_search.first_search_weights(browser, ours, address, edition, questions))
            sizes = [sum(files.values()) / 1000 for files in loaded]
            yield Goal(f"first search, {language}, median", statistics.median(sizes), 60, " kB")
            slow = (
                first_search.percentile(first_search.keystroke_times(browser, ours, address, edition, questions), 0.95)
                for _ in range(runs)
            )
            yield Goal(f"keystroke, {language}, 95 of 100", min(slow), 50, " ms")
        browser.close()


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="of which the least counts")
    arguments = parser.parse_args()
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as temporary:
        project = copy_project(Path(temporary))
        for goal in measure_builds(project, arguments.runs):
            print(goal, flush=True)
            goals.append(goal)
        weight.report(project / "site")
        for goal in measure_search(project / "site", arguments.runs):
            print(goal, flush=True)
            goals.append(goal)
    missed = sum(not goal.is_met for goal in goals)
    print(f"{missed} goals are not met" if missed else "All goals are met")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())

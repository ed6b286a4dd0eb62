"""What a build, a page and a first visit take: `make bench`. Prints each goal with what was measured.

Builds are compared with stock Material for MkDocs, which builds the same pages in both languages from plain Markdown
(`bench/stock.py`), in turn on the same machine; the least of several runs counts, since a busy machine only adds to it. Pages are
weighed as their files are, compressed, and the search is asked the questions of the tests in Chromium. With `--lighthouse`, its command (`npm install --prefix FOLDER lighthouse`), the scores and
the largest paint of six pages are printed beside those of stock Material; `bench/axe.py` looks for what is hard to reach.
"""

import argparse
import json
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
from stock import write_project

MKDOCS = ("-m", "mkdocs", "build", "--quiet")
PAGES = ("", "models/deepseek-v3/", "techniques/mla/", "timeline/", "compare/architecture/", "zh/models/deepseek-v3/")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


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


def measure_builds(ours: Path, stock: Path, runs: int) -> Iterator[Goal]:
    """Both editions beside stock Material, and what a person waits for who works with the data."""
    checked, preview, plain, built = run_in_turn(
        runs,
        lambda: run_command(ours, "hooks/check.py", "check"),
        lambda: run_command(ours, *MKDOCS, "-d", "preview", PREVIEW="deepseek-v3"),
        lambda: run_command(stock, *MKDOCS),
        lambda: run_command(ours, *MKDOCS),
    )
    for name, found in (("both editions", built), ("stock Material", plain)):
        print(f"{name:<16}{found}", flush=True)
    yield Goal("both editions to stock Material, clock", built.wall / plain.wall, 0.6)
    yield Goal("make check, CPU", checked.cpu, 4, " s")
    yield Goal("pages of one entry, clock", preview.wall, 4, " s")


def measure_page(lighthouse: str, address: str, categories: tuple[str, ...] = CATEGORIES) -> tuple[list[int], float]:
    """Lighthouse's scores of a page on a mobile phone, and its largest contentful paint in milliseconds."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [lighthouse, address, "--quiet", "--output=json", f"--output-path={report.name}"]
        command += [f"--only-categories={','.join(categories)}"]
        command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
        subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "CHROME_PATH": str(weight.CHROMIUM)}
        )
        found = json.loads(Path(report.name).read_text(encoding="utf-8"))
    scores = [round(100 * (found["categories"][name]["score"] or 0)) for name in categories]
    return scores, found["audits"]["largest-contentful-paint"]["numericValue"]


def measure_pages(lighthouse: str, ours: Path, stock: Path, rounds: int) -> Iterator[Goal]:
    """Both sites are opened in turn; the best score counts, which a busy machine disturbs least, and the median of the paints."""
    with weight.served(ours) as here, weight.served(stock) as there:
        for page in PAGES:
            found = [
                (measure_page(lighthouse, here + page), measure_page(lighthouse, there + page, CATEGORIES[:1]))
                for _ in range(rounds)
            ]
            scores = [max(column) for column in zip(*(own[0] for own, _ in found), strict=True)]
            mine, other = (statistics.median(pair[at][1] for pair in found) for at in (0, 1))
            name = page or "home"
            print(f"{name:<26}{' '.join(map(str, scores)):>20}{mine:>8.0f} ms, stock {other:.0f} ms", flush=True)
            yield Goal(f"{name}: largest paint to stock", mine / other, 0.95)
            yield Goal(f"{name}: what the least score is below 100", 100 - min(scores), 0)


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
    parser.add_argument("--lighthouse", default="", help="its command, or the path of it")
    arguments = parser.parse_args()
    command = shutil.which(arguments.lighthouse) if arguments.lighthouse else None
    if arguments.lighthouse and command is None:
        raise SystemExit(f"there is no command {arguments.lighthouse}")
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as temporary:
        ours, stock = copy_project(Path(temporary)), Path(temporary) / "stock"
        write_project(ours, stock)
        for goal in measure_builds(ours, stock, arguments.runs):
            print(goal, flush=True)
            goals.append(goal)
        weight.report(ours / "site")
        for goal in measure_search(ours / "site", arguments.runs):
            print(goal, flush=True)
            goals.append(goal)
        for goal in measure_pages(command, ours / "site", stock / "site", arguments.runs) if command else ():
            print(goal, flush=True)
            goals.append(goal)
    missed = sum(not goal.is_met for goal in goals)
    print(f"{missed} goals are not met" if missed else "All goals are met")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())

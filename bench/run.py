"""How long a build takes against others, how it grows, and how long a person waits: every goal with what was measured.

Everything that is compared is built in turn on the same machine, and the least of several runs counts: a busy machine only
adds to it. Times of builds are those of the processor, waiting is that of the clock. The baseline, stock Material for
MkDocs and Zensical, builds the pages, the navigation and the downloads of the English edition from plain Markdown
(`make markdown`); the first lines say what it has less.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import weight
from plain_markdown import write_plain
from serving import until_served
from synthetic import write_synthetic

ROOT = Path(__file__).parent.parent
PARTS = ("mkdocs.yml", "mkdocs.zh.yml", "data", "docs", "hooks", "labs", "overrides")
EDITIONS = "editions: [en, zh]"
MKDOCS = ("-m", "mkdocs", "build", "--quiet")
_missed = 0


@dataclass(frozen=True)
class Run:
    """Seconds of the processor and of the clock, and peak memory in MiB, of one command."""

    cpu: float
    wall: float
    mebibytes: float

    def __str__(self) -> str:
        return f"{self.cpu:6.2f} s of CPU, {self.wall:6.2f} s of the clock, {self.mebibytes:4.0f} MiB"


def run(folder: Path, *command: str, **environment: str) -> Run:
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


def in_turn(runs: int, *measured: Callable[[], Run]) -> list[Run]:
    """The least of several runs of each, one after the other, so that all see the same machine."""
    found = [[measure() for measure in measured] for _ in range(runs)]
    return [
        Run(min(one.cpu for one in column), min(one.wall for one in column), min(one.mebibytes for one in column))
        for column in zip(*found, strict=True)
    ]


def copy_project(folder: Path, one: bool = False) -> Path:
    """A copy of everything that a build reads, for both editions or the English one."""
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    if one:
        config = folder / "mkdocs.yml"
        text = config.read_text(encoding="utf-8")
        assert text.count(EDITIONS) == 1
        config.write_text(text.replace(EDITIONS, "editions: [en]"), encoding="utf-8")
    return folder


def goal(what: str, measured: float, most: float, unit: str = "") -> None:
    """Print a goal and whether it is met."""
    global _missed
    met = measured <= most
    _missed += not met
    print(f"  {what:<64}{measured:>8.2f}{unit} (at most {most:g}{unit}): {'met' if met else 'NOT MET'}", flush=True)


def builds(folder: Path, runs: int) -> Path:
    """Builds of the real catalogue, against each other and the baseline; the project of both editions, built."""
    ours, both, plain = copy_project(folder / "ours", one=True), copy_project(folder / "both"), folder / "plain"
    write_plain(ours, plain)
    commands = [(ours, MKDOCS), (both, MKDOCS), (plain, ("-m", "zensical", "build")), (plain, MKDOCS)]
    one, two, zensical, stock = in_turn(runs, *(lambda c=c, p=p: run(p, *c) for p, c in commands))  # type: ignore[misc]
    _less(both / "site", plain / "site")
    for name, found in (("one edition", one), ("both", two), ("stock Material", stock), ("Zensical, cold", zensical)):
        print(f"{name:<16}{found}", flush=True)
    goal("one edition to stock Material, CPU", one.cpu / stock.cpu, 0.5)
    goal("both editions to one, CPU", two.cpu / one.cpu, 1.6)
    goal("one edition to Zensical's cold build, CPU", one.cpu / zensical.cpu, 1.0)
    return both


def _less(ours: Path, theirs: Path) -> None:
    """Say what the baseline has less than ours."""

    def html(site: Path) -> float:
        return sum(path.stat().st_size for path in site.rglob("*.html") if "zh" not in path.parts) / 1e6

    drawn = sum(len(re.findall("<svg", path.read_text(encoding="utf-8"))) for path in ours.glob("[!z]*/**/*.html"))
    print(
        f"HTML of the baseline: {html(theirs):.1f} MB, ours: {html(ours):.1f} MB. Where ours has {drawn:,} drawings it has their texts. "
        "It computes and checks nothing, and makes no downloads, copies of pages in Markdown or style sheet of its own.",
        flush=True,
    )


def growth(folder: Path, sizes: Sequence[int]) -> None:
    """Builds of synthetic catalogues."""
    found: dict[int, Run] = {}
    for count in sizes:
        project = copy_project(folder / f"models-{count}", one=True)
        write_synthetic(project / "data", count)
        found[count] = run(project, *MKDOCS)
        print(f"{count:>5} models    {found[count]}", flush=True)
        shutil.rmtree(project)
    least = sizes[0]
    for count in sizes[1:]:
        scale = count / least
        goal(f"CPU per model, {count:,} to {least}", found[count].cpu / found[least].cpu / scale, 1.0)
        goal(f"memory per model, {count:,} to {least}", found[count].mebibytes / found[least].mebibytes / scale, 1.0)
    if 1000 in found:
        goal("1,000 models", found[1000].cpu, 21, " s")
        goal("1,000 models", found[1000].mebibytes, 700, " MiB")


def waiting(project: Path, runs: int) -> None:
    """What a person waits for who works with the data."""
    check = ("hooks/check.py", "check")
    checked, preview = in_turn(
        runs, lambda: run(project, *check), lambda: run(project, *MKDOCS, "-d", "preview", PREVIEW="deepseek-v3")
    )
    goal("make check, CPU", checked.cpu, 2, " s")
    goal("make preview, CPU", preview.cpu, 2, " s")
    slips = run(project, "hooks/check.py", "slips")
    goal("make slips, CPU", slips.cpu, 15, " s")
    goal("mkdocs serve, from saving a value to its page, clock", until_served(project, runs), 3, " s")


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of which the least counts")
    parser.add_argument("--quick", action="store_true", help="one run of each, nothing synthetic and no browser")
    parser.add_argument("--largest", type=int, default=3000, help="models of the largest synthetic catalogue")
    arguments = parser.parse_args()
    runs = 1 if arguments.quick else arguments.runs
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        both = builds(folder, runs)
        if not arguments.quick:
            weight.report(both / "site")
        waiting(both, runs)
        if not arguments.quick:
            growth(folder, [count for count in (100, 1000, 3000) if count <= arguments.largest])
    print(f"{_missed} goals are not met" if _missed else "All goals are met")
    return int(bool(_missed))


if __name__ == "__main__":
    sys.exit(main())

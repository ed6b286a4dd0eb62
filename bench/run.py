"""How long a build takes, how much memory it needs, and how both grow.

Prints a cold build of one edition of this site; its ratio to stock Material for MkDocs
building the same pages from plain Markdown files (goal: at most 0.8); the time of both
editions against that of one (goal: at most 1.9 times); and the growth from a synthetic
catalogue of 100 models to one of 1,000 (goal: at most 11 times). Before the growth: what
each kind of page weighs in a browser, and that it does not shift while it loads.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import weight
from plain_markdown import write_plain
from synthetic import write_synthetic

ROOT = Path(__file__).parent.parent
PARTS = ("mkdocs.yml", "mkdocs.zh.yml", "data", "docs", "hooks", "overrides")
EDITIONS = "editions: [en, zh]"


@dataclass(frozen=True)
class Run:
    """Wall time in seconds and peak memory in MiB of one build."""

    seconds: float
    mebibytes: float


def build(project: Path) -> Run:
    """Build a project into an empty folder, in a process of its own."""
    shutil.rmtree(project / "site", ignore_errors=True)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "build", "--quiet"],
            cwd=project,
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
            stderr=said,  # stock Material lets its segmenter report there
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"the build in {project} failed\n{said.read()}")
    return Run(seconds, usage.ru_maxrss / 1024)


def paired(ours: Path, theirs: Path, runs: int) -> tuple[list[Run], list[Run]]:
    """Build two projects in turn, so that both see the same machine."""
    pairs = [(build(ours), build(theirs)) for _ in range(runs)]
    return [a for a, _ in pairs], [b for _, b in pairs]


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


def describe(runs: list[Run]) -> str:
    seconds = [run.seconds for run in runs]
    return f"{statistics.median(seconds):.2f} s (least {min(seconds):.2f}, most {max(seconds):.2f}), peak {max(r.mebibytes for r in runs):.0f} MiB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of the small builds")
    parser.add_argument("--skip-growth", action="store_true", help="leave the large builds out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ours, both, stock = copy_project(folder / "ours", one=True), copy_project(folder / "both"), folder / "stock"
        write_plain(ours, stock)
        a, b = paired(ours, stock, arguments.runs)
        print(f"one edition     {describe(a)}")
        print(f"stock Material  {describe(b)}, the same pages from plain Markdown")
        ratio = statistics.median(x.seconds / y.seconds for x, y in zip(a, b, strict=True))
        print(f"ratio           {ratio:.2f} (goal: at most 0.80)")
        one, two = paired(ours, both, arguments.runs)
        print(f"both editions   {describe(two)}")
        ratio = statistics.median(y.seconds / x.seconds for x, y in zip(one, two, strict=True))
        print(f"ratio           {ratio:.2f} (goal: at most 1.90)")
        weight.report(both / "site", both / "hooks" / "render" / "scripts")
        if arguments.skip_growth:
            return
        sizes = {}
        for count in (100, 1000):
            project = copy_project(folder / f"models-{count}", one=True)
            write_synthetic(project / "data", count)
            sizes[count] = build(project)
            print(f"{count:>5} models    {describe([sizes[count]])}")
            shutil.rmtree(project)
        print(f"growth          {sizes[1000].seconds / sizes[100].seconds:.1f} times (goal: at most 11)")


if __name__ == "__main__":
    main()

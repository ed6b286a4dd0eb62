"""Plant bugs one at a time and see whether a test notices: `make mutants`, before a release.

bench/mutants.yaml lists them: a text that stands once in a file, what is put in its place, and why a reader would mind.
Each is planted in a copy of the project, and the tests that are cheap are run until one fails: the golden text of the
small site first, then rules and units. What no test notices is a survivor. Fails below `LEAST` percent.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests"))

from building import copy_project  # noqa: E402

LIST = Path(__file__).parent / "mutants.yaml"
LEAST = 95
TESTED = ("tests", "bench", "tools", "pyproject.toml")  # what tests read beside what a build reads
PYTEST = ("-m", "pytest", "-q", "-x", "--no-header", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist")

# Stops at the first text that differs, without pytest: most bugs need no more.
GOLDEN = ("golden",)
LOOK = """
import sys, tempfile
from pathlib import Path
sys.path[:0] = [".", "hooks", "tests"]
import golden_text
from building import small_project
with tempfile.TemporaryDirectory() as folder:
    sys.exit(bool(golden_text.differs(Path("tests/golden"), small_project(Path(folder)))))
"""
MESSAGES = ("tests/test_messages.py",)
OWN_CASES = ("own cases",)  # the broken examples of the rules in the file
UNITS = tuple(
    f"tests/test_{name}.py"
    for name in (
        *("calculators", "changes", "checkpoints", "stale", "drawings", "exports", "formulas", "technique_pages"),
        *("lookup", "markdown", "mechanisms", "problems", "recipes", "references", "schema", "search", "sizes"),
        *("storage", "strict_yaml", "terms", "training", "trends", "uses", "hard_to_break"),
    )
)
# What is run for a bug below a folder, one after the other until something fails.
STAGES: dict[str, tuple[tuple[str, ...], ...]] = {
    "hooks/catalogue/rules/": (OWN_CASES, MESSAGES, GOLDEN),
    "hooks/catalogue/": (GOLDEN, UNITS, MESSAGES),
    "hooks/render/": (GOLDEN, UNITS),
}


@dataclass(frozen=True)
class Mutant:
    """A bug to plant.

    Attributes:
        tests: What pytest is to run for it, where that is not what its folder gives.
    """

    file: str
    why: str
    old: str
    new: str
    tests: tuple[str, ...] = ()

    @property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        given = next((stages for folder, stages in STAGES.items() if self.file.startswith(folder)), ())
        return ((self.tests,) if self.tests else ()) + given


def listed() -> list[Mutant]:
    """The list, in its order."""
    rows = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return [Mutant(**{**row, "tests": tuple(row.get("tests", ()))}) for row in rows]


def errors(mutants: Sequence[Mutant]) -> Iterator[str]:
    """What is wrong with the list: a bug whose text is gone or stands twice, that changes nothing, or that no test is to notice."""
    for mutant in mutants:
        path = ROOT / mutant.file
        count = path.read_text(encoding="utf-8").count(mutant.old) if path.is_file() else 0
        if count != 1 or mutant.old == mutant.new:
            yield f"{mutant.file}: `{mutant.old}` stands {count} times, not once, or is not changed; write the bug anew"
        tests = [test.partition("::")[0] for stage in mutant.stages for test in stage if test.startswith("tests/")]
        if missing := [test for test in tests if not (ROOT / test).is_file()] or not mutant.stages:
            yield f"{mutant.file}: there is no test {missing}, which is to notice it"


def own_cases(file: str) -> tuple[str, ...]:
    """The tests with a broken example for one of the rules that a file defines."""
    rules = set(re.findall(r"(?m)^def (\w+)", (ROOT / file).read_text(encoding="utf-8")))
    rows = [
        row for path in (ROOT / "tests" / "cases").glob("*.yaml") for row in yaml.safe_load(path.read_text("utf-8"))
    ]
    labels = [row["label"] for row in rows if isinstance(row, dict) and row.get("rule") in rules]
    return tuple(f"tests/test_messages.py::test_message[{label}]" for label in labels)


class Copy:
    """A copy of the project in which bugs are planted and mended again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.root, self.clock = copy_project(folder), int(time.time())
        for part in TESTED:
            (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, self.root / part)
        # Where tests fail without a bug, every bug would count as noticed.
        assert self._run(*PYTEST, *MESSAGES).returncode == 0, "tests fail in a copy without a bug"

    def _write(self, path: Path, text: str) -> None:
        """Write a file with a time of its own, so that no compiled copy of the one before is taken for it."""
        self.clock += 2
        path.write_text(text, encoding="utf-8", newline="\n")
        os.utime(path, (self.clock, self.clock))

    def survives(self, mutant: Mutant, quick: bool) -> bool:
        """Whether no test notices the bug; `quick` runs the first stage alone."""
        file = self.root / mutant.file
        good = file.read_text(encoding="utf-8")
        try:
            self._write(file, good.replace(mutant.old, mutant.new))
            return all(self._passes(stage, mutant) for stage in mutant.stages[: 1 if quick else None])
        finally:
            self._write(file, good)

    def _passes(self, tests: Sequence[str], mutant: Mutant) -> bool:
        if tuple(tests) == OWN_CASES:
            tests = own_cases(mutant.file) or MESSAGES
        if tuple(tests) == GOLDEN:
            return self._run("-c", LOOK).returncode == 0
        return self._run(*PYTEST, *tests, "-m", "not browser").returncode in (0, 5)  # 5: nothing to run

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=self.root, capture_output=True, check=False, env=environment)


def run(mutants: Sequence[Mutant], jobs: int, quick: bool = False) -> list[Mutant]:
    """Plant each; those that no test noticed."""
    survivors: list[Mutant] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copies: dict[int, Copy] = {}

        def plant(mutant: Mutant) -> bool:
            me = threading.get_ident()
            if me not in copies:
                copies[me] = Copy(folder / str(me))
            return copies[me].survives(mutant, quick)

        with ThreadPoolExecutor(jobs) as pool:
            made = {pool.submit(plant, mutant): mutant for mutant in mutants}
            for number, done in enumerate(as_completed(made), 1):
                mutant, survives = made[done], done.result()
                said = "SURVIVED" if survives else "caught"
                print(f"{number:3} of {len(mutants)} {said:8} {mutant.file}: {mutant.why}", flush=True)
                survivors += [mutant] * survives
    return survivors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="words: only bugs with one of them in file or reason")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="only the first of the tests for each")
    arguments = parser.parse_args()
    mutants = listed()
    if wrong := list(errors(mutants)):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    if arguments.only:
        mutants = [m for m in mutants if any(word in f"{m.file} {m.why}" for word in arguments.only)]
    survivors = run(mutants, arguments.jobs, arguments.quick)
    caught = 100 * (1 - len(survivors) / len(mutants))
    print(f"\n{len(mutants) - len(survivors)} of {len(mutants)} planted bugs were noticed, {caught:.1f} %")
    for mutant in survivors:
        print(f"not noticed: {mutant.file}: {mutant.why}")
    return int(caught < LEAST)


if __name__ == "__main__":
    sys.exit(main())

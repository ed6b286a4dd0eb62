"""Corrupt the real project: check each corruption by itself, then build those that were accepted, many at a time.

A corruption is checked in a fork of a process that has read the good data (`warm`), and its time and memory are taken there. The
accepted ones are built as `mkdocs build` does, in batches that touch different lines; a batch that goes wrong is halved until
the one is found.
"""

from __future__ import annotations

import re
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import corrupted_site
import warm
from building import copy_project
from catalogue.findings import CatalogueError
from checks.pages import PageError
from checks.wording import read_project as read
from mutations import mutants
from render.words import BrokenWords

SECONDS, MEBIBYTES = 10, 1024
BATCH = 60
_SAID = re.compile(r"(?m)^(?:ERROR +-  )?(?:\[\w+\] )?((?:docs|data)/[\w./-]+:\d+: .+)")
_UNTIDY = re.compile(r"Traceback \(most recent call last\)|WARNING .*is not a page of the site")


@dataclass(frozen=True)
class Corruption:
    """A file with other content; what differs are the lines from `first` up to `last` of the good one."""

    number: int
    name: str
    file: str
    content: bytes
    first: int
    last: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"#{self.number} {self.name}, {self.file}:{self.first + 1}: {' / '.join(self.lines)[:160]!r}"


@dataclass
class Tally:
    """What became of the corruptions."""

    outcomes: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0, "")
    largest: tuple[float, str] = (0, "")
    builds: int = 0
    slowest_build: float = 0
    largest_build: float = 0
    say: Callable[[str], None] = print

    def took(self, seconds: float, mebibytes: float, what: str) -> None:
        self.slowest = max(self.slowest, (seconds, what))
        self.largest = max(self.largest, (mebibytes, what))

    def failed(self, what: object, why: str) -> None:
        self.outcomes["failed"] += 1
        self.failures.append(f"{what}\n    {why[:1500]}")
        self.say(f"FAILED {self.failures[-1]}")


def corruption(number: int, name: str, path: Path, content: bytes, root: Path) -> Corruption:
    """A corruption with the lines that differ."""
    old = path.read_bytes().decode("utf-8").split("\n")
    new = content.decode("utf-8", errors="surrogateescape").split("\n")
    most = min(len(old), len(new))
    first = next((at for at in range(most) if old[at] != new[at]), most)
    same = next((at for at in range(most - first) if old[-1 - at] != new[-1 - at]), most - first)
    return Corruption(
        number,
        name,
        path.relative_to(root).as_posix(),
        content,
        first,
        len(old) - same,
        tuple(line[:2000] for line in new[first : len(new) - same]),
    )


def check(root: Path) -> dict[str, Any]:
    """`refused` with the message, or `accepted`; `failed` for what would be a traceback or a message that helps nobody."""
    try:
        read(root)
    except (CatalogueError, PageError, BrokenWords) as error:
        report = error.report() if isinstance(error, CatalogueError) else str(error)
        places = [f.file for f in error.findings] if isinstance(error, CatalogueError) else []
        lines = report.split("\n")
        wrong = [line for line in lines if not re.match(r"(docs|data|hooks/render/words)/\S+|\d+ problems? in", line)]
        if wrong or len(report) > 2_000_000 or (not report.isprintable() and _unprintable(report)):
            return {"status": "failed", "report": f"a poor message of {len(report):,}: {(wrong or lines)[0][:500]}"}
        return {"status": "refused", "report": report[:3000], "files": sorted({*places, *_files(report)})}
    except BaseException as error:  # whatever it is, it is what this looks for
        return {"status": "failed", "report": "".join(traceback.format_exception(error)[-6:])}
    return {"status": "accepted"}


def _files(report: str) -> Iterator[str]:
    return (found[0] for found in re.finditer(r"(?m)^(?:docs|data)/[\w./-]+", report))


def _unprintable(report: str) -> bool:
    return any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 for c in report)


def run(count: int, seed: int, say: Callable[[str], None] = print) -> Tally:
    """Try `count` corruptions of the project."""
    tally = Tally(say=say)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as temporary:
        root = copy_project(Path(temporary))
        good = Path(temporary) / "good"
        output = Path(temporary) / "said.txt"
        code, seconds, mebibytes = _mkdocs(root, good, output)
        if code:
            raise SystemExit(f"the good project does not build:\n{output.read_text(encoding='utf-8')}")
        say(f"the good project builds in {seconds:.1f} s with {mebibytes:.0f} MiB")
        accepted: list[Corruption] = []
        try:
            for one in _checked(root, count, seed, tally):
                accepted.append(one)
        except KeyboardInterrupt:
            say("stopped; what was accepted is still built")
        say(f"checked: {dict(tally.outcomes)}; {len(accepted)} are built")
        for batch in together(accepted):
            _settle(batch, root, good, output, tally)
    return tally


def _checked(root: Path, count: int, seed: int, tally: Tally) -> Iterator[Corruption]:
    """Check each by itself; give those that are accepted."""
    warm.keep_what_is_read()
    read(root)
    for number, (name, path, content) in enumerate(mutants(root / "data", root / "docs", count, seed), 1):
        tried = corruption(number, name, path, content, root)
        kept = path.read_bytes()
        path.write_bytes(content)
        try:
            took = warm.attempt(lambda: check(root))
        finally:
            path.write_bytes(kept)
        tally.by_kind[f"{name}: {took.gave['status']}"] += 1
        tally.took(took.seconds, took.mebibytes, str(tried))
        if number % 100 == 0:
            tally.say(f"… {number:,}: {dict(tally.outcomes)}, slowest {tally.slowest[0]:.1f} s")
        if took.gave["status"] == "accepted":
            yield tried
            continue
        if took.gave["status"] == "failed":
            tally.failed(tried, took.gave["report"])
        elif took.seconds > SECONDS or took.mebibytes > MEBIBYTES:
            tally.failed(tried, f"{took.seconds:.1f} s, {took.mebibytes:.0f} MiB")
        else:
            tally.outcomes["refused"] += 1
            if tried.file not in took.gave["files"]:
                tally.elsewhere.append(f"{tried}\n    {took.gave['report'][:400]}")


def together(corruptions: Iterable[Corruption]) -> list[list[Corruption]]:
    """Batches that can be built: each corruption in the first where no other touches the same or neighbouring lines."""
    batches: list[list[Corruption]] = []
    for one in corruptions:
        for batch in batches:
            if len(batch) < BATCH and not any(_close(one, other) for other in batch):
                batch.append(one)
                break
        else:
            batches.append([one])
    return batches


def _close(one: Corruption, other: Corruption) -> bool:
    return one.file == other.file and one.first <= other.last + 1 and other.first <= one.last + 1


def put(batch: list[Corruption], root: Path) -> dict[Path, bytes]:
    """Put a batch in place; give the good content of every file that it touches."""
    kept = {root / one.file: (root / one.file).read_bytes() for one in batch}
    for path, content in kept.items():
        mine = [one for one in batch if root / one.file == path]
        if len(mine) == 1:
            path.write_bytes(mine[0].content)
            continue
        lines = content.decode("utf-8").split("\n")
        for one in sorted(mine, key=lambda one: -one.first):
            lines[one.first : one.last] = one.lines
        path.write_text("\n".join(lines), encoding="utf-8", newline="")
    return kept


def _settle(batch: list[Corruption], root: Path, good: Path, output: Path, tally: Tally) -> None:
    """Build a batch; halve it where something is wrong."""
    kept = put(batch, root)
    site = good.with_name("site")
    shutil.rmtree(site, ignore_errors=True)
    try:
        gave = warm.attempt(lambda: check(root)).gave if len(batch) > 1 else {"status": "accepted"}
        if gave["status"] != "accepted":  # they do not go together: each was accepted by itself
            outcome, why = "apart", gave["report"]
        else:
            outcome, why = _built(root, site, good, output, tally)
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    if outcome == "built":
        tally.outcomes["built"] += len(batch)
        tally.say(f"… built {tally.outcomes['built']:,}: {dict(tally.outcomes)}")
    elif len(batch) > 1:
        tally.say(f"… one of {len(batch)} is {outcome}: {why[:300]}")
        named = [one for one in batch if one.file in why]
        parts = (
            [named, [one for one in batch if one not in named]]
            if 0 < len(named) < len(batch)
            else [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
        )
        for part in parts:
            _settle(part, root, good, output, tally)
    elif outcome == "refused":
        tally.outcomes["refused by the build"] += 1
        tally.elsewhere.append(f"{batch[0]}\n    only by the build: {why[:400]}")
    else:
        tally.failed(batch[0], why)


def _built(root: Path, site: Path, good: Path, output: Path, tally: Tally) -> tuple[str, str]:
    """`built`, `refused` or `failed`, and why."""
    code, seconds, mebibytes = _mkdocs(root, site, output)
    said = output.read_text(encoding="utf-8", errors="replace")
    tally.builds += 1
    tally.slowest_build = max(tally.slowest_build, seconds)
    tally.largest_build = max(tally.largest_build, mebibytes)
    if found := _UNTIDY.search(said):
        return "failed", said[found.start() :][-1500:]
    if code:
        return ("refused", said[:2000]) if _SAID.search(said) else ("failed", f"exit code {code}: {said[-1500:]}")
    if mebibytes > MEBIBYTES:
        return "failed", f"{mebibytes:.0f} MiB"
    wrong = list(corrupted_site.problems(site, good))
    return ("failed", "; ".join(wrong[:8])) if wrong else ("built", "")


def _mkdocs(root: Path, site: Path, output: Path) -> tuple[int, float, float]:
    return warm.run(
        [sys.executable, "-m", "mkdocs", "build", "-d", str(site)], root, {"NO_MKDOCS_2_WARNING": "1"}, output
    )

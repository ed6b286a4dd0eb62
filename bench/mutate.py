"""Corrupt the small catalogue of the tests thousands of ways: each has to be refused with file, line and reason, or make valid pages.

`make mutate` takes a seed, so that what it found can be found again, and writes what failed as it goes. Nothing may end in another
exception than those that a build turns into a message, take ten seconds, or let markup of the data reach a page as markup.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "hooks"), str(ROOT / "tests")]

from building import small_project  # noqa: E402
from catalogue.findings import CatalogueError, Finding  # noqa: E402
from catalogue.load import load_catalogue  # noqa: E402
from checks import PageError, check_pages  # noqa: E402
from mutations import mutants  # noqa: E402
from render import words  # noqa: E402
from render.exports import markdown as markdown_pages  # noqa: E402
from render.site import make_editions  # noqa: E402

SECONDS = 10
_RAW = re.compile(r"<script>window|<img src=x|<svg onload|href=[\"']?javascript:")
_FENCED = re.compile(r"(?ms)^(`{3,}).*?^\1$")


class TooSlow(Exception):
    """A corrupted catalogue took too long."""


def _alarm(number: int, frame: object) -> None:
    raise TooSlow


def _refused(report: str, findings: Iterable[Finding]) -> str:
    """`refused`, if the message is one that helps. Raises AssertionError otherwise."""
    for finding in findings:
        assert finding.line >= 1
        assert finding.file.startswith(("data/", "docs/"))
        assert finding.found
    assert re.match(r"(docs|data)/\S+", report), report
    report.encode()
    assert len(report) < 2_000_000, "a message that nobody can read"
    return "refused"


def outcome(
    data: Path, docs: Path, tell: bool = True, languages: Sequence[str] = ("en", "zh"), build: bool = True
) -> str:
    """`refused` or `built`, without `build` `read`. Raises what a build would show as a traceback, or AssertionError for a bad message or page."""
    both = {language: words.load_words(language) for language in languages}
    try:
        catalogue = load_catalogue(data)
        check_pages(catalogue, both, docs)
        if not build:
            return "read"
        made = make_editions(catalogue, both, docs, "https://example.org/")
    except CatalogueError as error:
        return _refused(error.report(), error.findings)
    except PageError as error:
        if not tell:
            raise
        return _refused(str(error), error.findings)
    for edition in made.values():
        for path, page in edition.site.pages.items():
            for html in (page.markdown, *page.blocks.values()):
                found = _RAW.search(_FENCED.sub("", html))
                assert found is None, f"markup of the data on {path}: {found}"
                html.encode()
    dict(markdown_pages.markdown_copies(made["en"], markdown_pages.filled_pages(made["en"], docs / "en")))
    return "built"


def run(
    data: Path,
    docs: Path,
    count: int,
    seed: int,
    languages: Sequence[str] = ("en", "zh"),
    most_built: int = sys.maxsize,
) -> tuple[Counter[str], list[str]]:
    """Try `count` corruptions, of which some are built when they can be; what became of them, and those that failed."""
    signal.signal(signal.SIGPROF, _alarm)
    seen: Counter[str] = Counter()
    failures = []
    for name, path, content in mutants(data, docs, count, seed):
        good = path.read_bytes()
        path.write_bytes(content)
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of the processor, so that a busy machine is no failure
        try:
            seen[outcome(data, docs, languages=languages, build=seen["built"] < most_built)] += 1
        except BaseException as error:  # whatever it is, it is what this looks for
            if isinstance(error, KeyboardInterrupt):
                raise
            seen["failed"] += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            failures.append(
                f"{name}, {path.name}: {type(error).__name__} {str(error)[:300]!r} ({Path(where.filename).name}:{where.lineno}, {time.process_time() - start:.1f} s)"
            )
            print("FAILED", failures[-1], flush=True)
            keep = Path(tempfile.gettempdir()) / "mutants"
            keep.mkdir(exist_ok=True)
            (keep / f"{len(failures)}-{path.name}").write_bytes(content[:200_000])
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            path.write_bytes(good)
    return seen, failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        small = small_project(Path(temporary))
        seen, failures = run(small / "data", small / "docs", arguments.count, arguments.seed)
    print(f"{seen.total():,} corruptions: {dict(seen)}")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())

"""Corrupt the catalogue thousands of ways: each has to be refused with file, line and reason, or make valid pages.

`make mutate` runs it on the small catalogue of the tests and on the real one. It takes a seed, so that what it found can be
found again, and writes what failed as it goes. Nothing may end in another exception than those that a build turns into a
message, take ten seconds or a gibibyte, or let markup of the data reach a page as markup.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "hooks"), str(ROOT / "tests")]

from building import small_project  # noqa: E402
from catalogue.findings import CatalogueError, Finding  # noqa: E402
from catalogue.load import load  # noqa: E402
from render import words  # noqa: E402
from render.edition import PageError, editions  # noqa: E402
from render.exports import pages as markdown_pages  # noqa: E402

SECONDS, MEBIBYTES = 10, 1024
EVIL = "<script>window.dsEvil=1</script><img src=x onerror=\"window.dsEvil=1\"><svg onload='window.dsEvil=1'>"
_FENCED = re.compile(r"(?ms)^(`{3,}).*?^\1$")
RAW = re.compile(r"<script>window|<img src=x|<svg onload|href=[\"']?javascript:")
LINE_WITH_VALUE = re.compile(r"^(\s*(?:- )?[\w.-]+: )(?![|>{\[]?$)(.+)$")

Mutation = Callable[[random.Random, list[str]], list[str] | bytes | None]


def _pick(rng: random.Random, lines: list[str], wanted: Callable[[str], object] = bool) -> int | None:
    found = [at for at, line in enumerate(lines) if line.strip() and not line.startswith("#") and wanted(line)]
    return rng.choice(found) if found else None


def _with(value: Callable[[random.Random, str], str]) -> Mutation:
    """A mutation that gives the value of one line another one."""

    def mutate(rng: random.Random, lines: list[str]) -> list[str] | None:
        at = _pick(rng, lines, LINE_WITH_VALUE.match)
        if at is None:
            return None
        match = LINE_WITH_VALUE.match(lines[at])
        assert match is not None
        return [*lines[:at], match[1] + value(rng, match[2]), *lines[at + 1 :]]

    return mutate


def _line(change: Callable[[random.Random, str], list[str]]) -> Mutation:
    def mutate(rng: random.Random, lines: list[str]) -> list[str] | None:
        at = _pick(rng, lines)
        return None if at is None else [*lines[:at], *change(rng, lines[at]), *lines[at + 1 :]]

    return mutate


def _swapped(rng: random.Random, lines: list[str]) -> list[str] | None:
    one, other = _pick(rng, lines), _pick(rng, lines)
    if one is None or other is None or one == other:
        return None
    lines = list(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _renamed(rng: random.Random, line: str) -> list[str]:
    match = re.search(r"[\w-]+(?=:)", line)
    if match is None:
        return [line[::-1]]
    key = list(match[0])
    at = rng.randrange(len(key))
    key[at] = rng.choice("abcxyz_0")
    return [line[: match.start()] + "".join(key) + line[match.end() :]]


def _exchanged(rng: random.Random, lines: list[str]) -> list[str] | None:
    """Two values, each under the key of the other."""
    one, other = (_pick(rng, lines, LINE_WITH_VALUE.match) for _ in range(2))
    if one is None or other is None or one == other:
        return None
    lines = list(lines)
    a, b = LINE_WITH_VALUE.match(lines[one]), LINE_WITH_VALUE.match(lines[other])
    assert a is not None
    assert b is not None
    lines[one], lines[other] = a[1] + b[2], b[1] + a[2]
    return lines


def _id_of(rng: random.Random, lines: list[str]) -> str:
    ids = re.findall(r"(?m)\bid: ([\w.-]+)", "\n".join(lines)) or ["nothing"]
    return rng.choice(ids)


def _cyclic(rng: random.Random, lines: list[str]) -> list[str] | None:
    names = (
        "architecture_of",
        "based_on",
        "compared_with",
        "images_of",
        "flagship",
        "id",
        "related",
        "replaces",
        "reference",
    )
    at = _pick(rng, lines, lambda line: any(f"{name}: " in line for name in names))
    if at is None:
        return None
    id_ = _id_of(rng, lines)
    return [*lines[:at], re.sub(r"(\w+: )[^,}]+", lambda m: m[1] + id_, lines[at], count=1), *lines[at + 1 :]]


def _bomb(rng: random.Random, lines: list[str]) -> list[str]:
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return [*bomb, *lines] if rng.random() < 0.5 else [*lines, *bomb]


def _nested(rng: random.Random, lines: list[str]) -> list[str]:
    return [*lines, "deep: " + "[" * rng.choice([50, 5_000, 200_000])]


def _bytes(change: Callable[[random.Random, bytes], bytes]) -> Mutation:
    return lambda rng, lines: change(rng, "\n".join(lines).encode())


def _inserted(piece: bytes) -> Mutation:
    def mutate(rng: random.Random, content: bytes) -> bytes:
        at = rng.randrange(len(content) + 1)
        return content[:at] + piece + content[at:]

    return _bytes(mutate)


_TYPES = (
    "[]",
    "{}",
    "true",
    "no",
    "~",
    "-1",
    "0",
    "1e999",
    "1e28",
    "9" * 400,
    "''",
    "[[1]]",
    "{a: b}",
    "!!python/object:os.system x",
    "2024-13-40",
    "0x1F",
    "12:30",
    ".nan",
    "*a",
    "&a b",
    "|",
    ">-",
    "? x",
    "671B",
    "64,000",
)
_DATES = ("2024-02-30", "2024-13", "9999-12-31", "0000-01-01", "2024-1-1", "24-01-01", "2024-12-25T00:00:00Z", "'2024'")
_TEXTS = (
    "{{",
    "}}",
    "{{ v('x') }}",
    "{{ v('ant-base/parameters.total', 1) }}",
    "{{ __import__('os') }}",
    "{% for x in y %}",
    "{# x",
    "{{ m('ant') | safe }}",
    "{{ t() }}",
    '{{ v("a/b")',
)
_LATEX = ("\\\\frac{a}{", "\\\\undefined{x}", "\\\\begin{matrix}", "}", "\\\\left(", "x^", "$", "\\\\text{<b>}")

YAML: dict[str, Mutation] = {
    "line deleted": _line(lambda rng, line: []),
    "line twice": _line(lambda rng, line: [line, line]),
    "lines swapped": _swapped,
    "values swapped": _exchanged,
    "key renamed": _line(_renamed),
    "indentation": _line(lambda rng, line: [" " * rng.choice([1, 2, 3]) + line]),
    "tab": _line(lambda rng, line: ["\t" + line.lstrip()] if rng.random() < 0.5 else [line.replace(" ", "\t", 1)]),
    "colon": _line(lambda rng, line: [line + ": x"]),
    "wrong type": _with(lambda rng, value: rng.choice(_TYPES)),
    "wrong word": _with(lambda rng, value: value[: rng.randrange(len(value) + 1)] + rng.choice("xyz9") + value),
    "date": _with(lambda rng, value: rng.choice(_DATES)),
    "number": _with(lambda rng, value: re.sub(r"\d", lambda m: rng.choice("0123456789"), value)),
    "source": _with(
        lambda rng, value: rng.choice(["nobody §1", "ant-paper", "; ;", "ant-paper §1 via", "via via via", "§4.2"])
    ),
    "reference to itself": _cyclic,
    "alias bomb": _bomb,
    "brackets": _nested,
    "ten megabytes": _with(lambda rng, value: '"' + rng.choice(["x", "word ", "é", "{{"]) * 2_500_000 + '"'),
    "NUL": _inserted(b"\0"),
    "escaped NUL": _with(lambda rng, value: '"a\\0b"'),
    "lone surrogate": _inserted(b"\xed\xa0\x80"),
    "escaped surrogate": _with(lambda rng, value: '"a\\ud800b"'),
    "right to left": _inserted("\u202e".encode()),
    "escaped right to left": _with(lambda rng, value: '"a\\u202eb\\u2066c"'),
    "not UTF-8": _inserted(b"\xff\xfe"),
    "cut": _bytes(lambda rng, content: content[: rng.randrange(len(content))]),
    "template": _with(lambda rng, value: "'" + rng.choice(_TEXTS).replace("'", "''") + "'"),
    "markup": _with(lambda rng, value: "'" + EVIL.replace("'", "''") + "'"),
    "markup inside": _with(lambda rng, value: "'" + (value.strip("'\"") + EVIL).replace("'", "''") + "'"),
    "script address": _with(
        lambda rng, value: (
            "'"
            + rng.choice(
                [
                    "javascript:window.dsEvil=1",
                    'https://x.y/"onclick="window.dsEvil=1',
                    "https://x.y/<script>window.dsEvil=1</script>",
                ]
            )
            + "'"
        )
    ),
    "closing tag": _with(lambda rng, value: "'</title></script></style></table>-->]]>'"),
    "LaTeX": _with(lambda rng, value: '"' + rng.choice(_LATEX) + '"'),
    "merge key": _line(lambda rng, line: [line, re.sub(r"\S.*", "<<: {a: b}", line)]),
    "second document": _line(lambda rng, line: [line, "---", "a: b"]),
}
BIBTEX = {
    name: YAML[name]
    for name in (
        "line deleted",
        "line twice",
        "lines swapped",
        "NUL",
        "lone surrogate",
        "right to left",
        "not UTF-8",
        "cut",
    )
} | {
    "brace": _line(lambda rng, line: [line + rng.choice("{}")]),
    "quote": _line(lambda rng, line: [line.replace("{", '"', 1)]),
    "markup": _line(lambda rng, line: [re.sub(r"\{[^{}]*\}", lambda m: "{" + EVIL + "}", line, count=1)]),
    "template": _line(
        lambda rng, line: [re.sub(r"\{[^{}]*\}", lambda m: "{" + rng.choice(_TEXTS) + "}", line, count=1)]
    ),
    "LaTeX": _line(lambda rng, line: [re.sub(r"\{[^{}]*\}", r"{\\undefined{\\'x} $x_$ \\}", line, count=1)]),
    "script address": _line(lambda rng, line: [re.sub(r"https?://[^}\"]*", "javascript:window.dsEvil=1", line)]),
    "ten megabytes": _line(lambda rng, line: [re.sub(r"\{[^{}]*\}", "{" + "x" * 10_000_000 + "}", line, count=1)]),
}
PAGES = {
    name: YAML[name]
    for name in ("line deleted", "line twice", "NUL", "lone surrogate", "not UTF-8", "cut", "right to left")
} | {
    "template": _line(
        lambda rng, line: [line, rng.choice([*_TEXTS, "{{ block('x') }}", "{{ block() }}", "{{ block('timeline'"])]
    ),
    "front matter": _line(lambda rng, line: ["---", line]),
}


class TooSlow(Exception):
    """A corrupted catalogue took too long."""


def _alarm(number: int, frame: object) -> None:
    raise TooSlow


def mutants(folder: Path, docs: Path | None, count: int, seed: int) -> Iterator[tuple[str, Path, bytes]]:
    """Name, file and new content of `count` corruptions, kinds in turn, so that each has its share."""
    rng = random.Random(seed)
    data = sorted(path for path in folder.rglob("*.yaml") if path.name != "slips.json")
    kinds = [(name, "yaml") for name in YAML] + [(name, "bib") for name in BIBTEX]
    kinds += [(name, "page") for name in PAGES] if docs else []
    made = 0
    while made < count:
        for name, kind in kinds:
            if kind == "yaml":
                path, mutation = rng.choice(data), YAML[name]
            elif kind == "bib":
                path, mutation = folder / "references.bib", BIBTEX[name]
            else:
                assert docs is not None
                path, mutation = rng.choice(sorted(docs.rglob("*.md"))), PAGES[name]
            changed = mutation(rng, path.read_text(encoding="utf-8").split("\n"))
            if changed is None:
                continue
            content = changed if isinstance(changed, bytes) else "\n".join(changed).encode()
            if content == path.read_bytes():
                continue
            yield f"{kind}: {name}", path, content
            made += 1
            if made == count:
                return


def _refused(report: str, findings: Iterable[Finding]) -> str:
    """`refused`, if the message is one that helps. Raises AssertionError otherwise."""
    for finding in findings:
        assert finding.line >= 1
        assert finding.file.startswith("data/")
        assert finding.found
    assert re.match(r"(docs|data)/\S+", report), report
    report.encode()
    assert len(report) < 2_000_000, "a message that nobody can read"
    return "refused"


def outcome(data: Path, docs: Path | None, tell: bool = True, languages: Sequence[str] = ("en", "zh")) -> str:
    """`refused` or `built`. Raises what a build would show as a traceback, or AssertionError for a bad message or page."""
    both = {language: words.load(language) for language in languages}
    try:
        catalogue = load(data)
        if docs is None:
            return "read"
        made = editions(catalogue, both, docs, "https://example.org/")
    except CatalogueError as error:
        return _refused(error.report(), error.findings)
    except PageError as error:
        if not tell:
            raise
        return _refused(str(error), ())
    for edition in made.values():
        for path, page in edition.site.pages.items():
            for html in (page.markdown, *page.blocks.values()):
                found = RAW.search(_FENCED.sub("", html))
                assert found is None, f"markup of the data on {path}: {found}"
                html.encode()
        for content in edition.site.downloads.values():
            if isinstance(content, str):
                content.encode()
    dict(markdown_pages.copies(made["en"], docs / "en"))
    return "built"


def run(
    data: Path, docs: Path | None, count: int, seed: int, languages: Sequence[str] = ("en", "zh")
) -> tuple[Counter[str], list[str]]:
    """Try `count` corruptions; what became of them, and those that failed."""
    signal.signal(signal.SIGPROF, _alarm)
    seen: Counter[str] = Counter()
    failures = []
    for name, path, content in mutants(data, docs, count, seed):
        good = path.read_bytes()
        path.write_bytes(content)
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of the processor, so that a busy machine is no failure
        try:
            seen[outcome(data, docs, languages=languages)] += 1
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
    parser.add_argument("--small", type=int, default=2000, help="corruptions of the small catalogue, with its pages")
    parser.add_argument("--real", type=int, default=200, help="corruptions of the real catalogue, read and checked")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        small = small_project(Path(temporary))
        real = Path(shutil.copytree(ROOT / "data", Path(temporary) / "real" / "data"))
        for title, data, docs, count in (
            ("small catalogue", small / "data", small / "docs", arguments.small),
            ("real catalogue", real, None, arguments.real),
        ):
            start = time.process_time()
            seen, failures = run(data, docs, count, arguments.seed)
            failed += len(failures)
            print(f"{title}: {sum(seen.values()):,} in {time.process_time() - start:.0f} s: {dict(seen)}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak {peak:.0f} MiB (at most {MEBIBYTES})")
    return int(bool(failed) or peak > MEBIBYTES)


if __name__ == "__main__":
    sys.exit(main())

"""Ways to corrupt a file of the catalogue, its bibliography or a hand-written page.

A mutation takes the lines of a file and gives other ones, or bytes, or nothing where the file has no place for it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

EVIL = "<script>window.dsEvil=1</script><img src=x onerror=\"window.dsEvil=1\"><svg onload='window.dsEvil=1'>"
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
        return [*lines[:at], match[1] + value(rng, match[2]), *lines[at + 1 :]]

    return mutate


def _line(change: Callable[[random.Random, str], list[str]]) -> Mutation:
    def mutate(rng: random.Random, lines: list[str]) -> list[str] | None:
        at = _pick(rng, lines)
        return None if at is None else [*lines[:at], *change(rng, lines[at]), *lines[at + 1 :]]

    return mutate


def _two(wanted: Callable[[str], object], change: Callable[[str, str], tuple[str, str]]) -> Mutation:
    """A mutation that changes two lines together."""

    def mutate(rng: random.Random, lines: list[str]) -> list[str] | None:
        one, other = _pick(rng, lines, wanted), _pick(rng, lines, wanted)
        if one is None or other is None or one == other:
            return None
        lines = list(lines)
        lines[one], lines[other] = change(lines[one], lines[other])
        return lines

    return mutate


def _exchanged(one: str, other: str) -> tuple[str, str]:
    """Two values, each under the key of the other."""
    a, b = LINE_WITH_VALUE.match(one), LINE_WITH_VALUE.match(other)
    return a[1] + b[2], b[1] + a[2]


def _renamed(rng: random.Random, line: str) -> list[str]:
    match = re.search(r"[\w-]+(?=:)", line)
    if match is None:
        return [line[::-1]]
    key = list(match[0])
    at = rng.randrange(len(key))
    key[at] = rng.choice("abcxyz_0")
    return [line[: match.start()] + "".join(key) + line[match.end() :]]


def _cyclic(rng: random.Random, lines: list[str]) -> list[str] | None:
    names = "architecture_of|based_on|compared_with|images_of|flagship|id|related|replaces|reference"
    at = _pick(rng, lines, re.compile(rf"({names}): ").search)
    if at is None:
        return None
    id_ = rng.choice(re.findall(r"(?m)\bid: ([\w.-]+)", "\n".join(lines)) or ["nothing"])
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


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_TYPES = (
    *("[]", "{}", "true", "no", "~", "-1", "0", "1e999", "1e28", "9" * 400, "''", "[[1]]", "{a: b}", "0x1F", "12:30"),
    *("!!python/object:os.system x", "2024-13-40", ".nan", "*a", "&a b", "|", ">-", "? x", "671B", "64,000"),
)
_DATES = ("2024-02-30", "2024-13", "9999-12-31", "0000-01-01", "2024-1-1", "24-01-01", "2024-12-25T00:00:00Z", "'2024'")
_TEXTS = (
    *("{{", "}}", "{{ v('x') }}", "{{ v('ant-base/parameters.total', 1) }}", "{{ __import__('os') }}", "{# x"),
    *("{% for x in y %}", "{{ m('ant') | safe }}", "{{ t() }}", '{{ v("a/b")'),
)
_ADDRESSES = (
    "javascript:window.dsEvil=1",
    'https://x.y/"onclick="window.dsEvil=1',
    "https://x.y/<script>window.dsEvil=1</script>",
)
_LATEX = ("\\\\frac{a}{", "\\\\undefined{x}", "\\\\begin{matrix}", "}", "\\\\left(", "x^", "$", "\\\\text{<b>}")

YAML: dict[str, Mutation] = {
    "line deleted": _line(lambda rng, line: []),
    "line twice": _line(lambda rng, line: [line, line]),
    "lines swapped": _two(bool, lambda one, other: (other, one)),
    "values swapped": _two(LINE_WITH_VALUE.match, _exchanged),
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
    "template": _with(lambda rng, value: _quoted(rng.choice(_TEXTS))),
    "markup": _with(lambda rng, value: _quoted(EVIL)),
    "markup inside": _with(lambda rng, value: _quoted(value.strip("'\"") + EVIL)),
    "script address": _with(lambda rng, value: f"'{rng.choice(_ADDRESSES)}'"),
    "closing tag": _with(lambda rng, value: "'</title></script></style></table>-->]]>'"),
    "LaTeX": _with(lambda rng, value: '"' + rng.choice(_LATEX) + '"'),
    "merge key": _line(lambda rng, line: [line, re.sub(r"\S.*", "<<: {a: b}", line)]),
    "second document": _line(lambda rng, line: [line, "---", "a: b"]),
}
_OF_ALL = ("line deleted", "line twice", "NUL", "lone surrogate", "right to left", "not UTF-8", "cut")


def _braced(content: Callable[[random.Random], str]) -> Mutation:
    """A mutation that fills the first braces of a line."""
    return _line(lambda rng, line: [re.sub(r"\{[^{}]*\}", lambda _: "{" + content(rng) + "}", line, count=1)])


BIBTEX = {name: YAML[name] for name in (*_OF_ALL, "lines swapped")} | {
    "brace": _line(lambda rng, line: [line + rng.choice("{}")]),
    "quote": _line(lambda rng, line: [line.replace("{", '"', 1)]),
    "markup": _braced(lambda rng: EVIL),
    "template": _braced(lambda rng: rng.choice(_TEXTS)),
    "LaTeX": _braced(lambda rng: "\\undefined{\\'x} $x_$ \\"),
    "script address": _line(lambda rng, line: [re.sub(r"https?://[^}\"]*", "javascript:window.dsEvil=1", line)]),
    "ten megabytes": _braced(lambda rng: "x" * 10_000_000),
}
PAGES = {name: YAML[name] for name in _OF_ALL} | {
    "template": _line(
        lambda rng, line: [line, rng.choice([*_TEXTS, "{{ block('x') }}", "{{ block() }}", "{{ block('timeline'"])]
    ),
    "front matter": _line(lambda rng, line: ["---", line]),
}


def mutants(folder: Path, docs: Path, count: int, seed: int) -> Iterator[tuple[str, Path, bytes]]:
    """Name, file and new content of `count` corruptions, kinds in turn, so that each has its share."""
    rng = random.Random(seed)
    data = sorted(path for path in folder.rglob("*.yaml") if path.name != "slips.json")
    pages = sorted(docs.rglob("*.md"))
    files = {"yaml": (data, YAML), "bib": ([folder / "references.bib"], BIBTEX), "page": (pages, PAGES)}
    made = 0
    while made < count:
        for kind, (paths, mutations) in files.items():
            for name, mutation in mutations.items():
                path = rng.choice(paths)
                changed = mutation(rng, path.read_text(encoding="utf-8").split("\n"))
                content = changed if isinstance(changed, bytes) else "\n".join(changed or ()).encode()
                if content and content != path.read_bytes() and made < count:
                    yield f"{kind}: {name}", path, content
                    made += 1

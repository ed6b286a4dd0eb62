"""A finding: one thing wrong with the data, and where. Checks yield findings, so that one run reports them all."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

ALLOWED = "allowed is text that is shown as it is written"
FIX = "take it out"
_TURNING = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069"
_TURNS = re.compile(f"[{_TURNING}]")
_UNSEEN = re.compile(f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u200b\\u2028\\u2029\\u2060\\ufeff{_TURNING}]")


def invisible_character(text: str) -> str | None:
    """A message about the first invisible or bidirectional control character; None without one."""
    found = _UNSEEN.search(text)
    if found is None:
        return None
    turns = " and which can turn digits round" if _TURNS.match(found[0]) else ""
    return f"the character U+{ord(found[0]):04X}, which nobody sees{turns}"


def unseen_lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbers from 1, each with its message; a byte order mark is none."""
    text = text.removeprefix("\ufeff")
    if _UNSEEN.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            if said := invisible_character(line.rstrip("\r")):
                yield number, said


def escape_invisible(text: str) -> str:
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode(errors="backslashreplace").decode()


KeyPath = tuple[str | int, ...]
_LONGEST = 300  # characters of a part of a message: what was found can be as long as a file


@dataclass(frozen=True, order=True)
class Finding:
    file: str  # relative to the project
    line: int  # from 1
    path: str  # where it is, in words; empty where no key can be named
    found: str
    allowed: str = ""
    nearest: str = ""
    fix: str = ""
    rule: str = field(default="", compare=False)  # name of the rule that found it; empty of what reading found

    def __str__(self) -> str:
        found = self.found if len(self.found) <= _LONGEST else f"{self.found[: _LONGEST - 1]}…"
        parts = [found, self.allowed, self.nearest and f"nearest match: {self.nearest}", self.fix]
        where = f"{self.file}:{self.line}: " + (f"{self.path}: " if self.path else "")
        return escape_invisible(where + "; ".join(part for part in parts if part)).replace("\n", "\\n")


class CatalogueError(Exception):
    """The data cannot be used. `findings` holds every problem, in file and line order."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(set(findings)))
        super().__init__(self.report())

    def report(self) -> str:
        return format_report(self.findings, "the catalogue")


def format_report(findings: Sequence[Finding], where: str) -> str:
    """Findings, one a line, and a closing line that counts them."""
    closing = f"{len(findings)} {'problem' if len(findings) == 1 else 'problems'} in {where}"
    return "\n".join([*map(str, findings), closing])


def nearest_in_quotes(word: object, allowed: Iterable[str]) -> str:
    """The closest allowed word, in backquotes; empty if none is close."""
    close = closest_word(word, allowed)
    return f"`{close}`" if close else ""


def closest_word(word: object, allowed: Iterable[str], cutoff: float = 0.5) -> str:
    """Regardless of case, or the only one that ends in `word`; empty if none is close."""
    lower = {name.lower(): name for name in reversed(list(allowed))}
    meant = str(word).lower()
    if close := difflib.get_close_matches(meant, lower, n=1, cutoff=cutoff):
        return lower[close[0]]
    longer = [name for name in lower if len(meant) > 2 and name.endswith(meant)]
    return lower[longer[0]] if len(longer) == 1 else ""


def dotted_path(path: KeyPath) -> str:
    """`("models", 0, "dates")` as `models[0].dates`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text

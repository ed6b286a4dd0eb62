"""A finding: one thing that is wrong with the data, and where.

Checks yield findings instead of raising, so that one run reports them all.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .unseen import escape_invisible

Path = tuple[str | int, ...]
_LONGEST = 300  # characters of a part of a message: what was found can be as long as a file


@dataclass(frozen=True, order=True)
class Finding:
    """One located problem.

    Attributes:
        file: Relative to the project.
        line: Counts from 1.
        path: Where it is, in words; empty where no key can be named.
        repair: What to write instead of what, on this line or the few behind it, where only one repair is right.
    """

    file: str
    line: int
    path: str
    found: str
    allowed: str = ""
    nearest: str = ""
    fix: str = ""
    repair: tuple[str, str] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        parts = [_shortened(self.found), self.allowed, self.nearest and f"nearest match: {self.nearest}", self.fix]
        where = f"{self.file}:{self.line}: " + (f"{self.path}: " if self.path else "")
        return escape_invisible(where + "; ".join(part for part in parts if part)).replace("\n", "\\n")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class CatalogueError(Exception):
    """The data cannot be used. `findings` holds every problem, in file and line order."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(set(findings)))
        super().__init__(self.report())

    def report(self) -> str:
        """The findings, one a line, and a closing line that counts them."""
        return format_report(self.findings, "the catalogue")


def format_report(findings: Sequence[Finding], where: str) -> str:
    """Findings, one a line, and a closing line that counts them."""
    closing = f"{len(findings)} {'problem' if len(findings) == 1 else 'problems'} in {where}"
    return "\n".join([*map(str, findings), closing])


def nearest_in_quotes(word: object, allowed: Iterable[str]) -> str:
    """The allowed word that is closest to `word`, in backquotes; empty if none is close."""
    close = closest_word(word, allowed)
    return f"`{close}`" if close else ""


def closest_word(word: object, allowed: Iterable[str], cutoff: float = 0.5) -> str:
    """The allowed word that is closest to `word`, whatever the case of their letters, or the one that ends in it; empty if none is."""
    lower = {name.lower(): name for name in reversed(list(allowed))}
    meant = str(word).lower()
    if close := difflib.get_close_matches(meant, lower, n=1, cutoff=cutoff):
        return lower[close[0]]
    longer = [name for name in lower if len(meant) > 2 and name.endswith(meant)]
    return lower[longer[0]] if len(longer) == 1 else ""


def dotted_path(path: Path) -> str:
    """`("models", 0, "dates")` as `models[0].dates`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text

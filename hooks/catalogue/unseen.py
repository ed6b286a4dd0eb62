"""Characters that nobody sees: control characters, and those that turn the direction of what follows.

Takes a text, gives places; whoever reads the file says where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ALLOWED = "allowed is text that is shown as it is written"
FIX = "take it out"
_UNSEEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]")


def unseen(text: str) -> str | None:
    """The first such character of a text, as a message, if it has one."""
    found = _UNSEEN.search(text)
    return f"the character U+{ord(found[0]):04X}, which nobody sees and which can turn digits round" if found else None


def unseen_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines (from 1) of a file that have such a character, each with its message."""
    if _UNSEEN.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            if said := unseen(line.rstrip("\r")):
                yield number, said


def shown(text: str) -> str:
    """A text with such characters, and what is no character, as their numbers: it may go to somebody's terminal."""
    return _UNSEEN.sub(_number, text).encode(errors="backslashreplace").decode()


def _number(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"

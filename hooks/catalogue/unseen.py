"""Characters that nobody sees: control characters, spaces without width, and those that turn the direction of what follows.

Joiners are none of them: emoji and some scripts need them.

Takes a text, gives places; whoever reads the file says where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ALLOWED = "allowed is text that is shown as it is written"
FIX = "take it out"
_TURNING = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069"
_TURNS = re.compile(f"[{_TURNING}]")
_UNSEEN = re.compile(f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u200b\\u2028\\u2029\\u2060\\ufeff{_TURNING}]")


def invisible_character(text: str) -> str | None:
    """The first such character of a text, as a message, if it has one."""
    found = _UNSEEN.search(text)
    if found is None:
        return None
    turns = " and which can turn digits round" if _TURNS.match(found[0]) else ""
    return f"the character U+{ord(found[0]):04X}, which nobody sees{turns}"


def unseen_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines (from 1) of a file that have such a character, each with its message; a mark that begins it is no matter."""
    text = text.removeprefix("\ufeff")
    if _UNSEEN.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            if said := invisible_character(line.rstrip("\r")):
                yield number, said


def escape_invisible(text: str) -> str:
    """A text with such characters, and what is no character, as their numbers: it may go to somebody's terminal."""
    return _UNSEEN.sub(_code_point, text).encode(errors="backslashreplace").decode()


def _code_point(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"

"""What was most likely meant where a file is not YAML: a reader of YAML speaks of tokens, and often of a later line.

Takes the text and what the reader said; gives a line, what is wrong there and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

_MEANT = {
    "another document": "take the line `---` out: a file holds one document",
    "mapping values are not allowed in this context": "put a text with a colon in it into quotes, or correct the indentation",
}
_CONFLICT = re.compile(r"(<{7}|>{7})(?: |\r?$)")
_OPEN_QUOTE = re.compile(r"""^[^#"']*?(?:: |- |\[|\{|, )(?:"(?:[^"\\]|\\.)*|'(?:[^']|'')*)$""")
# After a key or a hyphen: what a plain text cannot begin with.
_STARTS = re.compile(r"^\s*(?:- )*(?:[\w.-]+: +|- )(\{\{|[%@`*&?|>!](?=[^\s|>]))")
# In the indentation or behind a key: spaces that text processors and Chinese keyboards write.
_SPACE = re.compile(r"^[ -]*(?:[A-Za-z_][\w.-]*: *)?([\u00a0\u2000-\u200a\u202f\u205f\u3000])")
_NO_COLON = re.compile(r"^\s*(?:- )?(?P<key>[A-Za-z_][\w.-]*)(?P<colon>：\s*|:)(?P<value>[^\s/].*)$")


def merge_conflicts(text: str) -> Iterator[tuple[int, str, str]]:
    """The lines (from 1) on which git marks a conflict, each with what is wrong and what to do."""
    if "<<<<<<<" in text or ">>>>>>>" in text:
        for number, line in enumerate(text.split("\n"), 1):
            if mark := _CONFLICT.match(line):
                what = "begins" if mark[1][0] == "<" else "ends"
                yield (
                    number,
                    f"a conflict of two versions that {what} here, `{mark[1]}`",
                    "keep what is right of both, and take out the three lines that mark it",
                )


def explain_syntax_error(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    """The line that is to blame, what is wrong with it, and what to do."""
    mark = error.problem_mark or error.context_mark
    number = mark.line + 1 if mark else 1
    lines = text.split("\n")
    problem = error.problem or ""
    if "\t" in "".join(lines[number - 1 : number]) and re.search("tab|any token", problem):
        return number, "not YAML: a tab character", "write spaces in its place"
    if opened := _open_quote(lines[:number]):
        return opened, "not YAML: a quote that is not closed on its line", "close the quote"
    for nearby in range(number, max(0, number - 2), -1):
        if nearby > len(lines):
            continue
        line = lines[nearby - 1]
        if "\ufeff" in line:
            return nearby, "not YAML: a byte order mark (U+FEFF), which nobody sees", "take it out"
        if line.startswith("```"):
            return nearby, "not YAML: a fence of Markdown", "take the line out, and the one that closes it"
        if space := _SPACE.match(line):
            found = f"not YAML: the space U+{ord(space[1]):04X}, which looks like an ordinary one"
            return nearby, found, "write an ordinary one in its place"
        if start := _STARTS.match(line):
            return nearby, f"not YAML: a text that begins with `{start[1]}`", "put the text into quotes"
        if "':'" in problem and (key := _NO_COLON.match(line)):
            return (
                nearby,
                f"not YAML: no colon and space behind `{key['key']}`",
                f"write `{key['key']}: {key['value']}`",
            )
    context = f" {error.context}" if error.context else ""
    fix = _MEANT.get(problem, "check indentation, colons and quotes near this line")
    return number, f"not YAML: {problem}{context}", fix


def _open_quote(lines: list[str]) -> int | None:
    """The last line on which a quote is opened and not closed: the reader notices it much later."""
    return next((n for n in range(len(lines), 0, -1) if _OPEN_QUOTE.match(lines[n - 1])), None)

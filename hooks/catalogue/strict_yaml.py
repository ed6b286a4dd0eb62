"""Read YAML strictly, in one pass over its events, and keep the line of each value.

Gives plain values (str, int, Written, bool, list, dict) in a `Located`. Refused, each with its line: duplicate keys,
anchors and aliases, tags, empty values, control characters, and what YAML readers take differently (`on`, `12:30`,
`017`, `[why?]`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

import yaml

from .findings import ALLOWED, FIX, Finding, KeyPath, dotted_path, invisible_character

_CONFLICT = re.compile(r"(<{7}|>{7})(?: |\r?$)")
_OPEN_QUOTE = re.compile(r"""^[^#"']*?(?:: |- |\[|\{|, )(?:"(?:[^"\\]|\\.)*|'(?:[^']|'')*)$""")


def merge_conflicts(text: str) -> Iterator[tuple[int, str, str]]:
    """Lines (from 1) with conflict markers of git: line, problem, fix."""
    if "<<<<<<<" in text or ">>>>>>>" in text:
        for number, line in enumerate(text.split("\n"), 1):
            if mark := _CONFLICT.match(line):
                yield number, f"a conflict of two versions, `{mark[1]}`", "keep what is right of both"


def explain_syntax_error(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """The line that is to blame, and the problem."""
    mark = error.context_mark if "simple key" in (error.context or "") else error.problem_mark
    number = mark.line + 1 if mark else 1
    if opened := _open_quote(text.split("\n")[:number]):
        return opened, "not YAML: a quote that is not closed on its line"
    return number, f"not YAML: {error.problem or ''} {error.context or ''}".strip()


def _open_quote(lines: list[str]) -> int | None:
    """The last line that leaves a quote open: YAML notices it much later."""
    return next((n for n in range(len(lines), 0, -1) if _OPEN_QUOTE.match(lines[n - 1])), None)


@dataclass
class Located:
    """The data of a file and the line of each value."""

    file: str  # relative to the project
    data: Any = None
    # From 1, of the values in each mapping or list, by its identity and by key or position
    lines: Mapping[int, Mapping[str | int, int]] = field(default_factory=dict)
    first_line: int = 1  # of what is around them
    findings: list[Finding] = field(default_factory=list)
    # File of each entry that does not stand in `file`, by its path
    files: dict[KeyPath, str] = field(default_factory=dict)
    partial: bool = False  # whether an entry is missing because its file could not be read

    def file_of(self, path: KeyPath) -> str:
        return self.files.get(path[:2], self.file)

    def has_path(self, path: KeyPath) -> bool:
        node = self.data
        for part in path:
            if isinstance(node, dict):
                if part not in node:
                    return False
            elif not (isinstance(node, list) and isinstance(part, int) and part < len(node)):
                return False
            node = node[part]
        return True

    def value_at(self, path: KeyPath) -> Any:
        """Raises KeyError or IndexError."""
        node = self.data
        for part in path:
            node = node[part]
        return node

    def line_of(self, path: KeyPath) -> int:
        """Of the value at `path`, or of the closest value around it."""
        return self._lines_down_to(path)[-1]

    def existing_prefix(self, path: KeyPath) -> KeyPath:
        """The longest part of `path` that is in the file."""
        return path[: len(self._lines_down_to(path)) - 1]

    def _lines_down_to(self, path: KeyPath) -> list[int]:
        """Of the values around `path` and of itself, as far as they are in the file, with the first."""
        node, found = self.data, [self.first_line]
        for part in path:
            within = self.lines.get(id(node), {})
            if part not in within:
                break
            found.append(within[part])
            node = node[part]
        return found

    def finding(self, path: KeyPath, found: str, allowed: str = "", nearest: str = "", fix: str = "") -> Finding:
        return Finding(self.file_of(path), self.line_of(path), self.display_path(path), found, allowed, nearest, fix)

    def relative_line(self, path: KeyPath, beside: KeyPath) -> str:
        """Where `path` stands, for a message about `beside`: `line 7`, or file and line."""
        file, line = self.file_of(path), self.line_of(path)
        return f"line {line}" if file == self.file_of(beside) else f"{file}:{line}"

    def display_path(self, path: KeyPath) -> str:
        """`path` with ids of entries in place of positions."""
        node, spoken = self.data, []
        for part in path:
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                node = None
            name = node.get("id") if isinstance(part, int) and isinstance(node, Mapping) else None
            spoken.append(name if isinstance(name, str) else part)
        return dotted_path(tuple(spoken))


try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 30
_LONGEST_TEXT = 20_000
TO_DO = "TODO"  # what a new entry says until it is filled in
# What YAML readers take for different things: truth values, and numbers that begin with 0, have `_` or are in base 60.
_AMBIGUOUS = re.compile(
    r"(?i:on|off|yes|no|y|n|true|false)|[-+]?0[0-9_]+|0[xob][0-9a-fA-F_]+|[-+]?[0-9]+_[0-9_]+|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?"
)
_EMPTY = {"", "~", "null"}
# What YAML forbids, and what it takes for the end of a line and nobody else does.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# Names become headings and titles, which pass through Markdown and through the theme: a tag in one would be markup there.
_NAMES = {"name", "title", "label", "abbreviation"}
_NO_NAME = re.compile(r"<[A-Za-z/!?]|\S\s*\n\s*\S|\A\s+\Z|\A“.*”\Z", re.S)


class Written(Decimal):
    """Remembers how it was typed: `1e-4`, `70.0`."""

    written: str

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.written = text
        return number


def read_yaml(text: str, file: str, under: KeyPath = ()) -> Located:
    """Problems are in `findings`; `data` is empty where the file is no YAML or has an alias.

    With `under`, paths are as if the content stood there in a larger file.
    """
    located = Located(file)
    forbidden = text.split("\n") if _FORBIDDEN.search(text) else ()
    for number, line in enumerate(forbidden, 1):
        if character := _FORBIDDEN.search(line):
            found = f"not YAML: the control character U+{ord(character[0]):04X}"
            located.findings.append(Finding(file, number, "", found, fix=FIX))
    located.findings += [Finding(file, number, "", found, fix=fix) for number, found, fix in merge_conflicts(text)]
    if located.findings:
        return located
    builder = _Builder(under)
    try:
        data = builder.build_document(text)
    except yaml.MarkedYAMLError as error:
        number, found = explain_syntax_error(text, error)
        fix = "check indentation, colons and quotes near this line; a text with `: ` in it stands in quotes"
        located.findings.append(Finding(file, number, "", found, fix=fix))
        return located
    except RecursionError:
        located.findings.append(Finding(file, 1, "", "not YAML: brackets inside brackets without end"))
        return located
    if data is None:
        fix = "write the entries under their top-level key"
        located.findings.append(Finding(file, 1, "", "the file is empty", fix=fix))
        return located
    located.data = builder.nested_data(data, under)
    located.lines, located.first_line = builder.lines, 1 if under else builder.first_line
    located.findings += [
        Finding(file, line, located.display_path(path), found, allowed, fix=fix)
        for line, path, found, allowed, fix in builder.complaints
    ]
    found, allowed = "an anchor, alias or merge key (`&`, `*`, `<<`)", "allowed are values written out"
    located.findings += [Finding(file, line, "", found, allowed) for line in sorted(builder.anchored)]
    if builder.aliased:
        located.data = None
    return located


class _Builder:
    """Builds plain values; complaints are worded once the data is whole and entries have their ids."""

    def __init__(self, under: KeyPath) -> None:
        self.path: list[str | int] = [*under]
        self.lines: dict[int, dict[str | int, int]] = {}
        self.first_line = 1
        self.complaints: list[tuple[int, KeyPath, str, str, str]] = []
        self.anchored: set[int] = set()
        self.aliased = False
        self.brackets = 0
        self.events: Iterator[Any] = iter(())

    def complain(self, event: Any, found: str, allowed: str, fix: str) -> None:
        self.complaints.append((_event_line(event), tuple(self.path), found, allowed, fix))

    def build_document(self, text: str) -> Any:
        events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self.events = events
        next(events)
        if isinstance(next(events), yaml.StreamEndEvent):
            return None
        first = self.next_event()
        self.first_line = _event_line(first)
        data = self.build_value(first)
        next(events)
        more = next(events)
        if not isinstance(more, yaml.StreamEndEvent):
            raise yaml.MarkedYAMLError(
                context="expected a single document", problem="another document", problem_mark=more.start_mark
            )
        return data

    def nested_data(self, data: Any, under: KeyPath) -> Any:
        for part in reversed(under):
            data = [data] if isinstance(part, int) else {part: data}
            self.lines[id(data)] = {part: self.first_line}
        return data

    def next_event(self) -> Any:
        event = next(self.events)
        if getattr(event, "anchor", None):
            self.anchored.add(_event_line(event))
            self.aliased = self.aliased or isinstance(event, yaml.AliasEvent)
        return event

    def skip_value(self, event: Any) -> None:
        depth = 0
        while True:
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth == 0:
                return
            event = self.next_event()

    def build_value(self, event: Any) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return None
        if event.tag is not None:
            self.complain(event, f"tag `{event.tag}`", "allowed are untagged values", "take the tag out")
        if isinstance(event, yaml.ScalarEvent):
            return self.build_scalar(event)
        self.brackets += event.flow_style
        values = self.build_sequence() if isinstance(event, yaml.SequenceStartEvent) else self.build_mapping()
        self.brackets -= event.flow_style
        return values

    def build_sequence(self) -> list[Any]:
        values: list[Any] = []
        lines = self.lines[id(values)] = {}
        first: dict[str, int] = {}
        while not isinstance(item := self.next_event(), yaml.SequenceEndEvent):
            at = len(values)
            lines[at] = _event_line(item)
            self.path.append(at)
            values.append(value := self.build_value(item))
            said = value if isinstance(value, str) else repr(value) if isinstance(value, dict) else ""
            if said and not said[0].isdigit() and (before := first.setdefault(said, at)) != at:
                shown = ", ".join(map(str, value.values())) if isinstance(value, dict) else said
                found = f"`{shown}` for the second time (first on line {lines[before]})"
                self.complain(item, found, "each item of a list once", "take one of the two out")
            self.path.pop()
        return values

    def build_mapping(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lines = self.lines[id(values)] = {}
        while not isinstance(event := self.next_event(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                if not isinstance(event, yaml.AliasEvent):
                    self.complain(event, "a key that is a list or a mapping", "a key is a word", "write a plain word")
                self.skip_value(event)
                self.skip_value(self.next_event())
                continue
            key, value = event.value, self.next_event()
            self.path.append(key)
            self.add_entry(values, lines, event, value)
            self.path.pop()
        return values

    def add_entry(self, values: dict[str, Any], lines: dict[str | int, int], event: Any, value: Any) -> None:
        if event.tag is not None:
            self.complain(event, f"tag `{event.tag}`", "allowed are untagged values", "take the tag out")
        if event.value == "<<" and not event.style:
            self.anchored.add(_event_line(event))
            self.aliased = True
        if event.value in values:
            found = f"key `{event.value}` for the second time (first on line {lines[event.value]})"
            self.complain(event, found, "each key once", "keep one of the two")
            self.skip_value(value)
            return
        lines[event.value] = _event_line(event)
        values[event.value] = self.build_value(value)

    def build_scalar(self, event: Any) -> Any:
        text = event.value
        if len(text) > _LONGEST_TEXT:
            self.complain(event, f"a text of {len(text):,} characters", f"at most {_LONGEST_TEXT:,}", "shorten it")
            return text[:_LONGEST_TEXT]
        if found := invisible_character(text):
            self.complain(event, found, ALLOWED, FIX)
        if not _NAMES.isdisjoint(self.path[-2:]) and _NO_NAME.search(text):
            allowed = "a name is text on one line, without a tag and without curly quotes around it"
            self.complain(event, f"`{text}`", allowed, "write it so")
        if TO_DO in text:
            self.complain(event, f"`{text}`", "values that a source states", f"fill in what says {TO_DO}")
        if event.style not in (None, ""):
            return text
        if text in ("true", "false"):
            return text == "true"
        if len(text) > _LONGEST_NUMBER and (_INT.fullmatch(text) or _FLOAT.fullmatch(text)):
            found = f"a number of {len(text):,} characters"
            self.complain(event, found, f"at most {_LONGEST_NUMBER}", "write it shorter")
            return text
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return Written(text)
        if text.lower() in _EMPTY:
            allowed = "allowed is a value, or `not published`, `not applicable` or `unknown`"
            self.complain(event, "an empty value", allowed, "write one of them, or take the key out")
        elif _AMBIGUOUS.fullmatch(text):
            found = f"`{text}`, which YAML readers take for different things"
            self.complain(event, found, "true, false, plain digits, or a text in quotes", f'if a text: "{text}"')
        elif self.brackets and "?" in text:
            found = "a question mark in a text between brackets, where some YAML readers stop"
            self.complain(event, found, "a text in quotes", f'write "{text}"')
        return text


def _event_line(event: Any) -> int:
    return int(event.start_mark.line) + 1


_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.S)


def front_matter(text: str, file: str = "") -> Located:
    front = _FRONT.match(text)
    return read_yaml(front[1] if front else "{}", file)

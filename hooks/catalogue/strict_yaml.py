"""Read YAML strictly, in one pass over its nodes, and remember the line of every value.

Gives plain values (str, int, Decimal, bool, list, dict) and a `Located` map from path to
line. Decimals keep the digits as typed, so that a score of 70.0 stays 70.0. Refused, each
with its line: duplicate keys, anchors and aliases, merge keys, tags, empty values, and the
words and numbers that YAML 1.1 and 1.2 read differently (`on`, `12:30`, `017`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from .findings import Finding, Path, dotted

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_OCTAL_LOOK = re.compile(r"[-+]?0[0-9_]+|0[xob][0-9a-fA-F_]+|[-+]?[0-9][0-9]*_[0-9_]+")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?")
_YAML_11_BOOL = {"on", "off", "yes", "no", "y", "n"}
_EMPTY = {"", "~", "null"}


@dataclass
class Located:
    """The data of a file and the line of each value in it.

    Attributes:
        file: Name for messages, relative to the project.
        data: Plain values.
        lines: Line (from 1) of the value at each path; a mapping's or list's own line too.
    """

    file: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Line of the value at `path`, or of the closest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def known(self, path: Path) -> Path:
        """The longest part of `path` that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return path

    def finding(self, path: Path, found: str, allowed: str = "", nearest: str = "", fix: str = "") -> Finding:
        """A finding at `path`, with entries called by their id where they have one."""
        return Finding(self.file, self.line(path), self.spoken(path), found, allowed, nearest, fix)

    def spoken(self, path: Path) -> str:
        """`path` in words: list positions are replaced by the id of the entry there."""
        node, spoken = self.data, []
        for part in path:
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                node = None
            name = node.get("id") if isinstance(part, int) and isinstance(node, Mapping) else None
            spoken.append(name if isinstance(name, str) else part)
        return dotted(tuple(spoken))


def read(text: str, file: str) -> Located:
    """Read YAML `text` of `file`. Problems are in `findings`; `data` holds what could be read."""
    located = Located(file)
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        context = f" {error.context}" if error.context else ""
        located.findings.append(
            Finding(file, line, "", f"not YAML: {error.problem}{context}", fix="check indentation, colons and quotes near this line")
        )
        return located
    except yaml.YAMLError as error:
        located.findings.append(Finding(file, 1, "", f"not YAML: {str(error).splitlines()[0]}", fix="save the file as plain UTF-8 text"))
        return located
    if root is None:
        located.findings.append(Finding(file, 1, "", "the file is empty", fix="write the entries under their top-level key"))
        return located
    builder = _Builder(located)
    located.data = builder.build(root, ())
    located.findings += [
        Finding(file, line, located.spoken(path), found, allowed, fix=fix)
        for line, path, found, allowed, fix in builder.complaints
    ]
    located.findings += [
        Finding(
            file,
            line,
            "",
            "an anchor or alias (`&`, `*`)",
            "allowed are values written out",
            fix="write the value out, or name the variant that shares it with `architecture_of`",
        )
        for line in sorted(set(_anchored(text)))
    ]
    return located


def _anchored(text: str) -> Iterator[int]:
    """Lines (from 1) on which an anchor or an alias stands."""
    if "&" not in text and "*" not in text:
        return
    for event in yaml.parse(text, Loader=_Loader):
        if (isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)) and event.start_mark:
            yield event.start_mark.line + 1


class _Builder:
    """Builds plain values; complaints are worded once the data is whole and entries have their ids."""

    def __init__(self, located: Located) -> None:
        self.lines = located.lines
        self.complaints: list[tuple[int, Path, str, str, str]] = []

    def complain(self, node: yaml.Node, path: Path, found: str, allowed: str, fix: str) -> None:
        self.complaints.append((node.start_mark.line + 1, path, found, allowed, fix))

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        assert isinstance(node, yaml.MappingNode)
        return self.mapping(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first_lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.complain(key_node, path, "a key that is a list or a mapping", "a key is a word", "write a plain word")
                continue
            if key in values:
                self.complain(
                    key_node,
                    (*path, key),
                    f"key `{key}` for the second time (first on line {first_lines[key]})",
                    "each key once",
                    "keep one of the two",
                )
                continue
            first_lines[key] = line
            values[key] = self.build(value_node, (*path, key))
            self.lines[(*path, key)] = line
        return values

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text = node.value
        if node.style not in (None, ""):
            return text
        if node.tag not in (
            "tag:yaml.org,2002:" + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")
        ):
            self.complain(node, path, f"tag `{node.tag}`", "allowed are untagged values", "take the tag out")
        if text in ("true", "false"):
            return text == "true"
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return Decimal(text)
        if text.lower() in _EMPTY:
            self.complain(
                node,
                path,
                "an empty value",
                "allowed is a value, or `not published`, `not applicable` or `unknown`",
                "write one of them, or take the key out",
            )
        elif text.lower() in _YAML_11_BOOL or text in ("True", "False", "TRUE", "FALSE"):
            self.complain(
                node, path, f"`{text}`, which some YAML readers take for a truth value", "true, false or a quoted word", f'write true or false, or "{text}"'
            )
        elif _SEXAGESIMAL.fullmatch(text):
            self.complain(
                node, path, f"`{text}`, which some YAML readers take for a number in base 60", "a quoted text", f'write "{text}"'
            )
        elif _OCTAL_LOOK.fullmatch(text):
            self.complain(
                node, path, f"`{text}`, which YAML readers take for different numbers", "a decimal number without leading zeros or underscores", "write it in plain decimal digits, or quote it"
            )
        return text

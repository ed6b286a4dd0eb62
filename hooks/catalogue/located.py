"""The data of a file with the line of each value, and findings that name both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .findings import Finding, Path, dotted_path


@dataclass
class Located:
    """The data of a file and the line of each value in it.

    Attributes:
        file: Name for messages, relative to the project.
        data: Plain values.
        lines: Line (from 1) of the value at each path; a mapping's or list's own line too.
        files: File of each entry that does not stand in `file`, by the entry's path.
        partial: Whether an entry is missing, because its file could not be read.
    """

    file: str
    data: Any = None
    lines: Mapping[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)
    partial: bool = False

    def file_of(self, path: Path) -> str:
        """The file in which the value at `path` stands."""
        return self.files.get(path[:2], self.file)

    def has(self, path: Path) -> bool:
        """Whether something is written at `path`."""
        node = self.data
        for part in path:
            if isinstance(node, dict):
                if part not in node:
                    return False
            elif not (isinstance(node, list) and isinstance(part, int) and part < len(node)):
                return False
            node = node[part]
        return True

    def at(self, path: Path) -> Any:
        """What is written at `path`. Raises KeyError or IndexError where nothing is."""
        node = self.data
        for part in path:
            node = node[part]
        return node

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

    def finding(
        self,
        path: Path,
        found: str,
        allowed: str = "",
        nearest: str = "",
        fix: str = "",
        repair: tuple[str, str] | None = None,
    ) -> Finding:
        """A finding at `path`, with entries called by their id where they have one."""
        return Finding(self.file_of(path), self.line(path), self.spoken(path), found, allowed, nearest, fix, repair)

    def place(self, path: Path, beside: Path) -> str:
        """Where the value at `path` stands, for a message about the one at `beside`: `line 7`, or file and line."""
        file, line = self.file_of(path), self.line(path)
        return f"line {line}" if file == self.file_of(beside) else f"{file}:{line}"

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
        return dotted_path(tuple(spoken))

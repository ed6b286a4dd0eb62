"""Every record and value below some records, by kind, with the path of each: what rules ask for again and again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any

from pydantic import BaseModel

from ..findings import Path
from ..located import Located
from ..schema.values import values_below

Node = tuple[int, Located, Path, Any]


class Nodes:
    """Records and values in the order in which they stand, parents first."""

    def __init__(self) -> None:
        self._count = 0
        self._by_kind: defaultdict[type, list[Node]] = defaultdict(list)

    def add(self, file: Located, record: BaseModel) -> None:
        """Add a record of a file, and everything below it."""
        self._walk(file, (), record)

    def of(self, *kinds: type, key: str | None = None) -> Iterator[tuple[Located, Path, Any]]:
        """The values of some kinds, in their order; with a `key`, those that stand under it."""
        found = (nodes for kind, nodes in self._by_kind.items() if issubclass(kind, kinds))
        for _, file, path, value in sorted(chain.from_iterable(found), key=lambda node: node[0]):
            if key is None or path[-1:] == (key,):
                yield file, path, value

    def _walk(self, file: Located, path: Path, value: Any) -> None:
        self._by_kind[type(value)].append((self._count, file, path, value))
        self._count += 1
        for name, child in values_below(value):
            self._walk(file, (*path, name), child)

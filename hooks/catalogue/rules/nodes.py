"""Every record and value below some records, by kind, with the path of each: what rules ask for again and again.

There are millions of them in a large catalogue. So a path is not kept, but put together from its keys when it is asked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import chain
from typing import Any

from pydantic import BaseModel

from ..findings import Path
from ..located import Located
from ..schema.values import below


class Nodes:
    """Records and values in the order in which they stand, parents first."""

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._keys: list[str | int] = []
        self._above = array("l")  # the place of the parent; of a record that has none, a file as its complement
        self._files: list[Located] = []
        self._by_kind: dict[type, array[int]] = {}

    def add(self, file: Located, record: BaseModel) -> None:
        """Add a record of a file, and everything below it."""
        self._files.append(file)
        self._walk(record, "", -len(self._files))

    def of(self, *kinds: type, key: str | None = None) -> Iterator[tuple[Located, Path, Any]]:
        """The values of some kinds, in their order; with a `key`, those that stand under it. Asking each value for its kind is slow."""
        places = (found for kind, found in self._by_kind.items() if issubclass(kind, kinds))
        around: int | None = None
        file, beginning = self._files[0], tuple[str | int, ...]()
        for place in sorted(chain.from_iterable(places)):
            if key is not None and self._keys[place] != key:
                continue
            above = self._above[place]
            if above != around:  # neighbours have a parent in common
                around = above
                file, beginning = self._where(above)
            yield file, ((*beginning, self._keys[place]) if above >= 0 else ()), self._values[place]

    def _walk(self, value: Any, key: str | int, above: int) -> None:
        place = len(self._values)
        self._values.append(value)
        self._keys.append(key)
        self._above.append(above)
        kind = type(value)
        if kind not in self._by_kind:
            self._by_kind[kind] = array("l")
        self._by_kind[kind].append(place)
        for name, child in below(value):
            self._walk(child, name, place)

    def _where(self, place: int) -> tuple[Located, Path]:
        """The file and the path of a place, or of a file's complement."""
        keys: list[str | int] = []
        while place >= 0 and (above := self._above[place]) >= 0:
            keys.append(self._keys[place])
            place = above
        return self._files[-1 - (place if place < 0 else above)], tuple(reversed(keys))

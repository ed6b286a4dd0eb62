"""Texts that are made and not yet asked for, in files of a folder that goes with the last who knows it.

The pages and the downloads of a large catalogue would fill the memory many times over; so each is put away as soon as it is
made, and read when its turn comes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path


class Shelf(Mapping[str, bytes]):
    """Files by path, in the order in which they were put there. All methods raise OSError where the disk is full."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}

    @cached_property
    def _folder(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="ds_series_")

    def put(self, path: str, *parts: str | bytes) -> None:
        """Put a file on the shelf, of which the parts follow one another."""
        self.put_all(path, parts)

    def put_all(self, path: str, parts: Iterable[str | bytes]) -> None:
        """The same for parts that are made one by one."""
        self._files[path] = Path(self._folder.name) / str(len(self._files))
        with self._files[path].open("wb") as out:
            for part in parts:
                out.write(part if isinstance(part, bytes) else part.encode())

    def file(self, path: str) -> Path:
        """Where a file stands on the disk."""
        return self._files[path]

    def __getitem__(self, path: str) -> bytes:
        return self._files[path].read_bytes()

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

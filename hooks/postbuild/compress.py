"""Compressed copies beside the files of a finished site, which a server hands out as they are.

The bytes are the same from the same site: nothing in them says when they were made.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import brotli

_LEAST = 500  # bytes; below it the answer fits into one packet anyway
_TEXT = {
    *(".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".md"),
    *(".csv", ".bib", ".sqlite", ".atom", ".ics", ".yaml"),
}


def compress(site: Path) -> None:
    """Write `name.gz` and `name.br` beside each file that gets smaller by it, and has none."""
    for path in _worth(site):
        content = path.read_bytes()
        for suffix, packed in (
            (".gz", gzip.compress(content, 9, mtime=0)),
            (".br", brotli.compress(content, quality=9, lgwin=_window(content))),
        ):
            if len(packed) < len(content):
                path.with_name(path.name + suffix).write_bytes(packed)


def _window(content: bytes) -> int:
    """The binary logarithm of a window that holds all of it: a larger one only has to be set up and cleared."""
    return min(max(len(content).bit_length(), 16), 22)


def _worth(site: Path) -> Iterator[Path]:
    for path in sorted(site.rglob("*")):
        if (
            path.suffix in _TEXT
            and path.is_file()
            and path.stat().st_size >= _LEAST
            and not path.with_name(f"{path.name}.br").exists()
        ):
            yield path

"""Try things in forked processes of one that has read the project, so that each reads again only what was changed.

What a child is given is what `hooks` would give a fresh process: only the reading of a file whose text is the same, and the
record made of it, are kept. A child may spoil them, since it is thrown away.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import resource
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalogue import files, references, strict_yaml
from catalogue import load as loading

HARD = 60  # seconds of the processor after which a child is stopped for good


@dataclass(frozen=True)
class Tried:
    """What a child gave, and what it took: seconds of the processor and MiB at the most, those of its parent included."""

    gave: dict[str, Any]
    seconds: float
    mebibytes: float


def keep_what_is_read() -> None:
    """Have files, and the records made of them, read once for the same text."""
    strict_yaml.read_yaml = functools.cache(strict_yaml.read_yaml)
    references.read_references = functools.cache(references.read_references)
    loading.validate = _by_identity(loading.validate)
    loading.mended = _by_identity(loading.mended)
    fill = loading.with_sources  # works on the record, which is kept as it is for another table of copies
    loading.with_sources = _by_identity(
        lambda record, table: fill(record.model_copy(deep=True), table), repr
    )  # a table is made anew each time
    merge, known = files.merged_models, {}

    def models(texts: Mapping[str, str], folder: str) -> Any:
        key = tuple(item for item in texts.items() if item[0].startswith("models"))
        if key not in known:
            known[key] = merge(texts, folder)
        return known[key]

    files.merged_models = models
    gc.disable()


def _by_identity(function: Callable[..., Any], of_second: Callable[[Any], Any] = id) -> Callable[..., Any]:
    """What a function of two gave for the same first one, and a second that is the same to `of_second`."""
    known: dict[Any, Any] = {}

    def kept(first: Any, second: Any) -> Any:
        key = id(first), of_second(second)
        if key not in known:
            known[key] = (first, second, function(first, second))  # keeps both, and so their identity
        return known[key][2]

    return kept


def attempt(what: Callable[[], dict[str, Any]]) -> Tried:
    """Call `what` in a child. A child that dies gives `died`, with the number of the signal."""
    reading, writing = os.pipe()
    folder = tempfile.TemporaryDirectory()  # of what a child puts away, which ends without tidying up
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            tempfile.tempdir = folder.name
            resource.setrlimit(resource.RLIMIT_CPU, (HARD, HARD + 5))
            with os.fdopen(writing, "w", encoding="utf-8", errors="backslashreplace") as pipe:
                json.dump(what(), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    _, status, used = os.wait4(child, 0)
    folder.cleanup()
    gave = json.loads(said) if said else {"status": "failed", "report": f"died: {os.waitstatus_to_exitcode(status)}"}
    return Tried(gave, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def run(command: list[str], folder: Path, environment: Mapping[str, str], output: Path) -> tuple[int, float, float]:
    """Run a command in a folder, its words into a file; its exit code, seconds of the processor, and MiB at the most."""
    with output.open("wb") as said:
        child = os.fork()
        if child == 0:
            try:
                os.chdir(folder)
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
                os.execve(command[0], command, {**os.environ, **environment})
            finally:
                os._exit(127)
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024

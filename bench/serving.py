"""How long somebody waits under `mkdocs serve` from saving a value until its page shows it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

FILE, PAGE = "data/models/deepseek-v3.yaml", "models/deepseek-v3/"
OLD, NEW = "paper: {value: 2024-12-27", "paper: {value: 2024-12-28"  # shown as a date with its ISO form
_PATIENCE = 600.0


def until_served(project: Path, runs: int) -> float:
    """The least of several times, in seconds; the server starts once, and the value changes to and fro."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "--quiet", "-a", f"127.0.0.1:{port}"],
        cwd=project,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    file, page = project / FILE, f"http://127.0.0.1:{port}/{PAGE}"
    try:
        _wait(page, "2024-12-27")
        return min(_saved(file, page, *pair) for pair in ([(OLD, NEW), (NEW, OLD)] * runs)[:runs])
    finally:
        process.terminate()
        process.wait()


def _saved(file: Path, page: str, old: str, new: str) -> float:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    time.sleep(5)  # until what follows from the last change is built too
    _wait(page, "<html")  # which an answer waits for
    start = time.perf_counter()
    file.write_text(text.replace(old, new), encoding="utf-8")
    _wait(page, f'datetime="{new[-10:]}"')
    return time.perf_counter() - start


def _wait(page: str, shown: str) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            with urlopen(page, timeout=_PATIENCE) as answer:
                if shown in answer.read().decode():
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit(f"{page} does not show {shown}")

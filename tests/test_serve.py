"""`mkdocs serve`: what is served while data is edited, mended and broken."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from building import mkdocs, small_project
from catalogue.records import Catalogue

_PATIENCE = 240.0  # seconds; the machine may be busy
# Said after each build but the first. “Documentation built in 0.91 seconds” is left out where it took as long before.
BUILT = "Reloading browsers"
_LIVE = re.compile(r"livereload\(\d+, \d+\)")  # what MkDocs puts into a page, with the number of the build


class Served:
    """A running `mkdocs serve`: what it answers, and what it says on the terminal."""

    def __init__(self, address: str, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.address, self._log, self._process = address, log, process

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def get(self, path: str) -> str:
        """A page as it was built; empty where there is none."""
        try:
            with urlopen(self.address + path, timeout=_PATIENCE) as answer:
                return _LIVE.sub("", answer.read().decode())
        except HTTPError:
            return ""

    def after(self, times: int, words: str) -> None:
        """Wait until something was said so many times, while the server lives."""
        end = time.monotonic() + _PATIENCE
        while self.said.count(words) < times:
            assert time.monotonic() < end, self.said
            assert self._process.poll() is None, self.said
            time.sleep(0.1)


@contextmanager
def serve(project: Path, **environment: str) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = project.with_name("serve.log")
    temporary = project.parent / "temporary"  # what a server puts away goes with it
    temporary.mkdir(exist_ok=True)
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"],
            cwd=project,
            stdout=said,
            stderr=said,
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "TMPDIR": str(temporary), **environment},
        )
        try:
            served = Served(f"http://127.0.0.1:{port}/", log, process)
            served.after(1, "Serving on")
            yield served
        finally:
            process.terminate()
            process.wait()
            assert not list(temporary.iterdir())


def _language(page: str) -> str:
    found = re.search(r'<html lang="(\w+)"', page)
    return found[1] if found else ""


def _small_project(folder: Path) -> Path:
    folder.mkdir()
    return small_project(folder)


@pytest.mark.builds
def test_what_is_saved_is_served_and_other_pages_stand_as_they_were(small: Catalogue, tmp_path: Path) -> None:
    """One edition, and both where asked for: at the same time, as either waits for its files to be looked at."""
    project, both = _small_project(tmp_path / "one"), _small_project(tmp_path / "both")
    id_, said = next((t.id, t.why.en) for t in small.techniques.values() if "{{" not in t.why.en)
    guide = project / "docs" / "en" / "how-we-count.md"
    with ThreadPoolExecutor() as beside, serve(project) as served:
        both_are_served = beside.submit(_both_editions_are_served, both)
        assert "make serve BOTH=true" in served.said
        before = {path: served.get(path) for path in ("", "glossary/", "how-we-count/", "models/")}
        assert {_language(page) for page in before.values()} == {"en"}
        assert served.get("zh/") == "", "one edition is served, and says so"
        assert "ds-language" not in before[""], "no switch leads to the edition that is not served"
        guide.write_text(guide.read_text(encoding="utf-8") + "\nA sentence that was not there.\n", encoding="utf-8")
        served.after(2, BUILT)  # twice: what was changed, then what follows from it
        assert "A sentence that was not there." in served.get("how-we-count/")
        for path in ("", "glossary/", "models/"):
            assert served.get(path) == before[path]
        techniques = project / "data" / "techniques.yaml"
        text = techniques.read_text(encoding="utf-8")
        techniques.write_text(text.replace(said, "Another reason stands here."), encoding="utf-8")
        served.after(3, BUILT)
        assert "Another reason stands here." in served.get(f"techniques/{id_}/")
        assert served.get("glossary/") == before["glossary/"]
        techniques.write_text(
            text.replace("techniques:", "techniques: [", 1), encoding="utf-8"
        )  # before the rest follows
        served.after(1, "The last good site is served until this is mended.")
        broken = time.monotonic()
        time.sleep(6)
        told, built = served.said.count("Building documentation"), served.said.count(BUILT)
        both_are_served.result()
        time.sleep(max(0.0, broken + 12 - time.monotonic()))
        assert served.said.count("Building documentation") == told, "broken data is not built again and again"
        assert served.get("glossary/") == before["glossary/"]
        assert "Another reason stands here." in served.get(f"techniques/{id_}/")
        assert _language(served.get("")) == "en"
        techniques.write_text(text, encoding="utf-8")
        served.after(built + 1, BUILT)
        assert said in served.get(f"techniques/{id_}/")
        assert "Another reason stands here." not in served.get(f"techniques/{id_}/")
        assert "A sentence that was not there." in served.get("how-we-count/")
        for path in ("", "glossary/", "models/"):
            assert served.get(path) == before[path]


def _both_editions_are_served(project: Path) -> None:
    with serve(project, BOTH="true") as served:
        _each_stands_as_it_was(served, project)


def _each_stands_as_it_was(served: Served, project: Path) -> None:
    """Also after a word of the data was broken: each edition as it was, in its language."""
    page, model = project / "docs" / "zh" / "how-we-count.md", project / "data" / "models" / "dor.yaml"
    entry = model.read_text(encoding="utf-8")
    first = {path: served.get(path) for path in ("", "zh/", "glossary/", "zh/glossary/")}
    assert [_language(text) for text in first.values()] == ["en", "zh", "en", "zh"]
    page.write_text(page.read_text(encoding="utf-8") + "\n新加的一句话。\n", encoding="utf-8")
    model.write_text(entry.replace("name: Dor\n", "name: Dor renamed\n", 1), encoding="utf-8")
    served.after(1, BUILT)
    assert "新加的一句话。" in served.get("zh/how-we-count/")
    assert "Dor renamed" in served.get("zh/models/dor/")
    served.after(2, BUILT)
    assert [_language(served.get(path)) for path in first] == ["en", "zh", "en", "zh"]
    renamed = {path: served.get(path) for path in ("models/dor/", "zh/models/dor/")}
    assert all("<h1>Dor renamed" in text for text in renamed.values())
    model.write_text(entry.replace("track: code", "track: cod", 1), encoding="utf-8")
    served.after(1, "nearest match: `code`")
    served.after(3, BUILT)
    assert {path: served.get(path) for path in renamed} == renamed
    assert [_language(text) for text in renamed.values()] == ["en", "zh"]
    model.write_text(entry, encoding="utf-8")
    served.after(5, BUILT)
    assert "<h1>Dor renamed" not in served.get("models/dor/")
    assert {path: served.get(path) for path in first} == first, "what nothing was changed of stands as it was"
    assert "Traceback" not in served.said


@pytest.mark.builds
def test_an_address_that_is_taken_is_said_before_the_first_build(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        run = mkdocs(project, "serve", "-a", address)
    said = run.stdout + run.stderr
    assert run.returncode == 1
    assert f"{address} is taken; choose another one: make serve ADDR=127.0.0.1:8001" in said
    assert "Traceback" not in said

"""`mkdocs serve`: what is served while data is edited, mended and broken."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from building import mkdocs, small_project
from catalogue.records import Catalogue

_PATIENCE = 240.0  # seconds; the machine may be busy
# Said after each build but the first.
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
def test_what_is_saved_is_served_and_broken_data_leaves_the_last_good_site(small: Catalogue, tmp_path: Path) -> None:
    project = _small_project(tmp_path / "one")
    id_, said = next((t.id, t.why.en) for t in small.techniques.values() if "{{" not in t.why.en)
    guide, techniques = project / "docs" / "en" / "how-we-count.md", project / "data" / "techniques.yaml"
    text = techniques.read_text(encoding="utf-8")
    with serve(project) as served:
        assert "make serve BOTH=true" in served.said
        before = {path: served.get(path) for path in ("", "glossary/", "how-we-count/", "models/")}
        assert {_language(page) for page in before.values()} == {"en"}
        assert served.get("zh/") == "", "one edition is served, and says so"
        assert "ds-language" not in before[""], "no switch leads to the edition that is not served"
        guide.write_text(guide.read_text(encoding="utf-8") + "\nA sentence that was not there.\n", encoding="utf-8")
        techniques.write_text(text.replace(said, "Another reason stands here."), encoding="utf-8")
        served.after(1, BUILT)
        assert "A sentence that was not there." in served.get("how-we-count/")
        assert "Another reason stands here." in served.get(f"techniques/{id_}/")
        techniques.write_text(text.replace("techniques:", "techniques: [", 1), encoding="utf-8")
        served.after(1, "The last good site is served until this is mended.")
        served.after(2, BUILT)
        assert "Another reason stands here." in served.get(f"techniques/{id_}/")
        techniques.write_text(text, encoding="utf-8")
        served.after(3, BUILT)
        assert said in served.get(f"techniques/{id_}/")
        for path in ("", "glossary/", "models/"):
            assert served.get(path) == before[path]
        assert "Traceback" not in served.said


@pytest.mark.builds
def test_both_editions_are_served_where_asked_for(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    page, model = project / "docs" / "zh" / "how-we-count.md", project / "data" / "models" / "dor.yaml"
    entry = model.read_text(encoding="utf-8")
    with serve(project, BOTH="true") as served:
        assert [_language(served.get(path)) for path in ("", "zh/")] == ["en", "zh"]
        page.write_text(page.read_text(encoding="utf-8") + "\n新加的一句话。\n", encoding="utf-8")
        model.write_text(entry.replace("name: Dor\n", "name: Dor renamed\n", 1), encoding="utf-8")
        served.after(1, BUILT)
        assert "新加的一句话。" in served.get("zh/how-we-count/")
        assert all("<h1>Dor renamed" in served.get(path) for path in ("models/dor/", "zh/models/dor/"))


@pytest.mark.builds
def test_the_pages_of_one_entry_are_served_alone(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    model = project / "data" / "models" / "dor.yaml"
    entry = model.read_text(encoding="utf-8")
    with serve(project, PREVIEW="dor") as served:
        assert 'url=models/dor/"' in served.get(""), "the address of the site leads to the entry"
        assert served.get("glossary/") == ""
        model.write_text(entry.replace("name: Dor\n", "name: Dor renamed\n", 1), encoding="utf-8")
        served.after(1, BUILT)
        assert "<h1>Dor renamed" in served.get("models/dor/")


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

"""`mkdocs serve`: what is served while data is edited, mended and broken."""

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

from building import mkdocs, small_project, with_own_code
from catalogue.records import Catalogue
from helpers import edit

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


def _uncited(html: str) -> str:
    """Without the lines that cite a page, which name the data."""
    return re.sub(r'<details class="[^"]*ds-cite".*?</details>', "", html, flags=re.DOTALL)


@pytest.mark.builds
def test_with_both_editions_what_is_saved_is_served(small: Catalogue, tmp_path: Path) -> None:
    project = small_project(tmp_path)
    id_, said = next((t.id, t.why.en) for t in small.techniques.values() if "{{" not in t.why.en)
    with serve(project, BOTH="true") as served:
        assert '<html lang="en"' in served.get("")
        assert '<html lang="zh"' in served.get("zh/")
        before = {path: _uncited(served.get(path)) for path in ("", "glossary/", "zh/glossary/")}
        for language, sentence in (("en", "A sentence that was not there."), ("zh", "新加的一句话。")):
            page = project / "docs" / language / "how-we-count.md"
            page.write_text(f"{page.read_text(encoding='utf-8')}\n{sentence}\n", encoding="utf-8")
        edit(project / "data" / "techniques.yaml", (said, "Another reason stands here."))
        served.after(1, BUILT)
        assert "A sentence that was not there." in served.get("how-we-count/")
        assert "新加的一句话。" in served.get("zh/how-we-count/")
        assert "Another reason stands here." in served.get(f"techniques/{id_}/")
        assert {path: _uncited(served.get(path)) for path in before} == before


@pytest.mark.builds
def test_the_pages_of_one_entry_are_served_alone_and_follow_data_words_templates_and_styles(tmp_path: Path) -> None:
    """Broken data leaves the last good ones. Whoever writes a page or a figure changes the others as often."""
    project = with_own_code(small_project(tmp_path))
    model = project / "data" / "models" / "dor.yaml"
    entry = model.read_text(encoding="utf-8")
    with serve(project, PREVIEW="dor") as served:
        assert "make serve BOTH=true" in served.said
        assert 'url=models/dor/"' in served.get(""), "the address of the site leads to the entry"
        before = served.get("models/dor/")
        assert '<html lang="en"' in before
        assert "ds-language" not in before, "no switch leads to the edition that is not served"
        assert served.get("glossary/") == served.get("zh/models/dor/") == ""
        model.write_text(entry.replace("variants:", "variants: [", 1), encoding="utf-8")
        served.after(1, "The last good site is served until this is mended.")
        served.after(1, BUILT)
        assert served.get("models/dor/") == before
        model.write_text(entry.replace("name: Dor\n", "name: Dor renamed\n", 1), encoding="utf-8")
        served.after(2, BUILT)
        assert "<h1>Dor renamed" in served.get("models/dor/")
        changes = {
            "hooks/render/words": ("Report an error", "Report a slip"),
            "overrides/partials": ("<footer ", '<footer id="at-the-end" '),
            "hooks/render/styles": ("/* Tables:", ".ds-not-there-before { color: red; }\n/* Tables:"),
        }
        for at, (folder, change) in enumerate(changes.items(), 3):
            for file in (path for path in (project / folder).rglob("*") if path.is_file()):
                if change[0] in (text := file.read_text(encoding="utf-8")):
                    file.write_text(text.replace(*change), encoding="utf-8")
            served.after(at, BUILT)
        page, sheet = served.get("models/dor/"), served.get("assets/ds.css")
        assert "Report a slip" in page
        assert 'id="at-the-end"' in page
        assert ".ds-not-there-before" in sheet
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

"""The whole small site held against committed text: whatever changes on a page is seen, and read as a diff.

`make golden` writes the text anew; what it changed is what a reviewer reads.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

import pytest

import golden_text
from building import small_project
from catalogue.records import Catalogue

GOLDEN = Path(__file__).parent / "golden"
LINES, COLUMNS = 60, 240  # of a message


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> dict[str, str]:
    return golden_text.texts(small_project(tmp_path_factory.mktemp("golden")), catalogue)


def _differences(made: dict[str, str]) -> Iterator[str]:
    there = {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*.txt")}
    for path in sorted(there | made.keys()):
        before = (GOLDEN / path).read_text(encoding="utf-8") if path in there else ""
        after = made.get(path, "")
        if before != after:
            lines = difflib.unified_diff(
                before.splitlines(), after.splitlines(), f"tests/golden/{path}", "now", n=1, lineterm=""
            )
            yield from (line if len(line) <= COLUMNS else line[:COLUMNS] + "…" for line in lines)


def _write(made: dict[str, str]) -> None:
    for path in GOLDEN.rglob("*.txt"):
        if path.relative_to(GOLDEN).as_posix() not in made:
            path.unlink()
    for name, text in made.items():
        (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")


def test_the_small_site_is_as_it_was_accepted(made: dict[str, str], request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        _write(made)
    if lines := list(_differences(made)):
        more = f"\n… and {len(lines) - LINES} more lines" if len(lines) > LINES else ""
        pytest.fail(
            "\n".join(lines[:LINES])
            + f"{more}\n\nIf that is what you meant, accept it with `make golden` and commit tests/golden/.",
            pytrace=False,
        )


def test_the_text_shows_what_it_is_to_show() -> None:
    """An escape, a link, a class and a nested element each make another line."""
    lines = golden_text.lines_of_html('<p class="a">x &lt;b&gt; <a href="ds:y.md">y</a></p><ul><li>z</li></ul>')
    assert list(lines) == ['<p class="a"> x &lt;b&gt; <a href="ds:y.md">y</a>', "<ul>", "  <li> z"]

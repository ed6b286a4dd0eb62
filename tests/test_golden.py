"""The whole small site held against committed text: whatever changes on a page is seen, and read as a diff.

`make golden` writes the text anew; what it changed is what a reviewer reads.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import golden_text
import real_site
from building import ROOT, small_project
from golden_lines import lines_of_html
from render.context import Context

GOLDEN = Path(__file__).parent / "golden"
LINES, COLUMNS = 60, 240  # of a message


def _differences(made: Mapping[str, str], there: set[str]) -> Iterator[str]:
    for path in sorted(there | made.keys()):
        before = (GOLDEN / path).read_text(encoding="utf-8") if path in there else ""
        after = made.get(path, "")
        if before != after:
            lines = difflib.unified_diff(
                before.splitlines(), after.splitlines(), f"tests/golden/{path}", "now", n=1, lineterm=""
            )
            yield from (line if len(line) <= COLUMNS else line[:COLUMNS] + "…" for line in lines)


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether the text is to be written instead of held."""
    return bool(request.config.getoption("--update-golden"))


def hold(made: Mapping[str, str], update: bool, of: Callable[[str], bool]) -> None:
    """Hold texts against the committed ones that `of` picks, by their names; or write them."""
    there = {name for path in GOLDEN.rglob("*.txt") if of(name := path.relative_to(GOLDEN).as_posix())}
    if update:
        for name in there - made.keys():
            (GOLDEN / name).unlink()
        for name, text in made.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
    elif lines := list(_differences(made, there)):
        more = f"\n… and {len(lines) - LINES} more lines" if len(lines) > LINES else ""
        how = "If that is what you meant, accept it with `make golden` and commit tests/golden/."
        pytest.fail("\n".join(lines[:LINES]) + f"{more}\n\n{how}", pytrace=False)


REAL = "real.txt"


def _built(name: str) -> bool:
    return name.startswith("built/")


def test_the_small_site(update: bool, tmp_path: Path) -> None:
    made = dict(golden_text.texts(small_project(tmp_path)))
    hold(made, update, lambda name: not _built(name) and name != REAL)


def test_code_changes_nothing_of_the_real_site(
    request: pytest.FixtureRequest, update: bool, built: Path, ctx: Context
) -> None:
    if request.config.getoption("--site"):
        pytest.skip("a site that was built before names another day and revision of its data")
    of = f"of data, pages and words {real_site.inputs(ROOT)}"
    recorded = (GOLDEN / REAL).read_text(encoding="utf-8") if (GOLDEN / REAL).is_file() else ""
    if not update and not recorded.startswith(f"{of}\n"):
        pytest.skip("data, pages or words are others than those recorded; `make golden` records these")
    hold({REAL: "\n".join((of, *real_site.lines(built, ctx))) + "\n"}, update, REAL.__eq__)


def test_what_the_theme_adds(update: bool, small_site: Path) -> None:
    hold(golden_text.built_texts(small_site), update, _built)


def test_the_text_shows_what_it_is_to_show() -> None:
    """An escape, a link, a class and a nested element each make another line."""
    lines = lines_of_html('<p class="a">x &lt;b&gt; <a href="ds:y.md">y</a></p><ul><li>z</li></ul>')
    assert list(lines) == ['<p class="a"> x &lt;b&gt; <a href="ds:y.md">y</a>', "<ul>", "  <li> z"]

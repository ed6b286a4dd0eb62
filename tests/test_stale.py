"""`make stale` lists what the next model makes untrue, and what was not read or not known."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from building import ROOT, VALID
from catalogue.upkeep import stale_report


def parts(data: Path) -> dict[str, list[str]]:
    """The parts of the report, by the beginning of their title."""
    found = {}
    for part in stale_report(data).split("\n\n"):
        title, *lines = part.splitlines()
        assert title.endswith(f": {len(lines)}"), title
        found[title.partition(":")[0]] = lines
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The small catalogue, and one hand-written page beside it."""
    data = Path(shutil.copytree(VALID, tmp_path / "data"))
    (tmp_path / "docs" / "en").mkdir(parents=True)
    return data


def newest(report: dict[str, list[str]]) -> str:
    return "\n".join(lines for title, part in report.items() if "newest model" in title for lines in part)


def test_ranges_that_end_with_the_newest_model_are_listed(project: Path) -> None:
    before = parts(project)
    name = re.search(r"newest model \((.+)\)", " ".join(before))
    page = project.parent / "docs" / "en" / "line.md"
    page.write_text(
        f"# The line: from Ant to {name[1]}\n\nIt goes up\nto {name[1]}.\n\nThe newest text.\n\n从 Ant 到 {name[1]}\n"
        f"\nA request goes to {name[1]}. Through {name[1]}'s decoder. At the latest in May.\n",
        encoding="utf-8",
    )
    said = newest(parts(project))
    lines = sorted(int(number) for number in re.findall(r"docs/en/line\.md:(\d+)", said))
    assert lines == [1, 3, 6, 8]


def test_sentences_that_say_that_something_is_not_there_yet(project: Path) -> None:
    (project.parent / "docs" / "en" / "open.md").write_text("The code is not\npublic so far.\n", encoding="utf-8")
    said = "\n".join(lines for title, part in parts(project).items() if "not there" in title for lines in part)
    assert "docs/en/open.md:1: The code is not public so far." in said
    assert "docs/en/open.md:2: public so far." in said


def test_an_unknown_value_that_a_later_report_states_is_asked_again_and_an_alias_of_a_model_is_no_range() -> None:
    report = parts(ROOT / "data")
    asked = next(lines for title, lines in report.items() if title.startswith("Not published here"))
    assert any(line.startswith("  deepseek-v2 infrastructure.gpu_hours_total: stated in deepseek-v3") for line in asked)
    assert not any("evaluation" in line or ".details" in line for line in asked)
    assert "news260910" not in newest(report)

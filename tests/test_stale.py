"""Where a document was read, and what of it grows old: the table of copies, and what `make stale` lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from building import ROOT
from catalogue import strict_yaml
from catalogue.schema.documents import Copies, CopiesFile
from catalogue.schema.values import Sources
from catalogue.upkeep import stale_report
from catalogue.validate import validate_file
from helpers import table


def parts(data: Path) -> dict[str, list[str]]:
    """The parts of the report, by the beginning of their title."""
    found = {}
    for part in stale_report(data).split("\n\n"):
        title, *lines = part.splitlines()
        assert title.endswith(f": {len(lines)}"), title
        found[title.partition(":")[0]] = lines
    return found


@pytest.fixture
def page(valid: Path) -> Path:
    """A hand-written page beside the small catalogue, to be written."""
    folder = valid.parent / "docs" / "en"
    folder.mkdir(parents=True)
    return folder / "page.md"


def lines_of(report: dict[str, list[str]], title: str) -> str:
    return "\n".join(line for full, part in report.items() if title in full for line in part)


def test_ranges_that_end_with_the_newest_model_are_listed(valid: Path, page: Path) -> None:
    name = re.search(r"newest model \((.+)\)", " ".join(parts(valid)))[1]
    page.write_text(
        f"# The line: from Ant to {name}\n\nIt goes up\nto {name}.\n\nThe newest text.\n\n从 Ant 到 {name}\n"
        f"\nA request goes to {name}. Through {name}'s decoder. At the latest in May.\n",
        encoding="utf-8",
    )
    found = re.findall(r"docs/en/page\.md:(\d+)", lines_of(parts(valid), "newest model"))
    assert sorted(map(int, found)) == [1, 3, 6, 8]


def test_an_unknown_value_that_a_later_report_states_is_asked_again_and_an_alias_of_a_model_is_no_range() -> None:
    report = parts(ROOT / "data")
    asked = lines_of(report, "Not published here")
    assert "  deepseek-v2 infrastructure.gpu_hours_total: stated in deepseek-v3" in asked
    assert not re.search(r"evaluation|\.details", asked)
    assert "news260910" not in lines_of(report, "newest model")


TABLE = """
copies:
  whole: copy-a whole.md
  parts:
    "*": copy-a parts.md
    README: copy-b README.md
    README §3: original
    v2: copy-c
"""


@pytest.fixture(scope="module")
def copies() -> Copies:
    file, findings = validate_file(strict_yaml.read_yaml(TABLE, "copies.yaml"), CopiesFile)
    assert file is not None, findings
    return Copies.from_file(file)


@pytest.mark.parametrize(("source", "copy"), table("copies"))
def test_the_copy_of_a_place(copies: Copies, source: str, copy: str | None) -> None:
    filled = copies.with_copies(Sources.parse(source))
    (item,) = filled.items
    assert (f"{item.via.key} {item.via.locus}".strip() if item.via else None) == copy

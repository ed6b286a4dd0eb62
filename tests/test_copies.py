"""Where a document was read: the table of copies, place by place."""

from __future__ import annotations

import pytest

from catalogue import strict_yaml
from catalogue.schema.documents import Copies, CopiesFile
from catalogue.schema.values import Sources
from catalogue.validate import validate_file

TABLE = """
copies:
  whole: copy-a whole.md
  parts:
    "*": copy-a parts.md
    README: copy-b README.md
    README §3: original
    v2: copy-c
"""

READ_IN = {
    "every place of a document": ("whole §3.1", "copy-a whole.md"),
    "a place without a line": ("parts Table 2", "copy-a parts.md"),
    "a place with a line": ("parts README", "copy-b README.md"),
    "what is inside a place": ("parts README §2", "copy-b README.md"),
    "behind a comma": ("parts v2, Table 7", "copy-c"),
    "the longest line wins": ("parts README §3", None),
    "inside the longest": ("parts README §3 note", None),
    "a name that only begins alike": ("parts README.md", "copy-a parts.md"),
    "no place": ("whole", None),
    "another document": ("other §1", None),
    "its own copy": ("whole §3.1 via copy-d page", "copy-d page"),
}


@pytest.fixture(scope="module")
def table() -> Copies:
    file, findings = validate_file(strict_yaml.read_yaml(TABLE, "copies.yaml"), CopiesFile)
    assert file is not None, findings
    return Copies.from_file(file)


@pytest.mark.parametrize(("source", "copy"), READ_IN.values(), ids=READ_IN.keys())
def test_the_copy_of_a_place(table: Copies, source: str, copy: str | None) -> None:
    filled = table.with_copies(Sources.parse(source))
    (item,) = filled.items
    assert (f"{item.via.key} {item.via.locus}".strip() if item.via else None) == copy


def test_each_of_several_sources_is_looked_up(table: Copies) -> None:
    filled = table.with_copies(Sources.parse("whole §1; parts v2; other §1"))
    assert [item.via.key if item.via else None for item in filled.items] == ["copy-a", "copy-c", None]

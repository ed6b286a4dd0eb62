"""Where a document was read: the table of copies."""

import pytest

from catalogue import strict_yaml
from catalogue.schema.documents import Copies, CopiesFile
from catalogue.schema.values import Sources
from catalogue.validate import validate_file
from helpers import table

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

"""What corrupted catalogues found, each as a case of its own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser

from building import small_project
from catalogue import strict_yaml
from catalogue.findings import Finding
from catalogue.load import load_catalogue
from checks import PageError, check_pages
from helpers import findings_of
from render import assets
from render.page import Page
from render.site import make_editions
from render.words import load_words


@pytest.mark.parametrize(
    "written", ["\u202e176", r"\u202e176", r"\u2066a", r"a\0b", r"\x1b[31m", "do\u200br", "a\ufeff", r"soft\xadhyphen"]
)
def test_what_nobody_sees_is_named(written: str) -> None:
    """As it stands or as an escape: U+202E shows the digits behind it in reverse."""
    (finding,) = strict_yaml.read_yaml(f'a:\n  b: "{written}"\n', "data/x.yaml").findings
    assert (finding.line, finding.path) == (2, "a.b")
    assert re.search(r"U\+[0-9A-F]{4}", finding.found)


def test_a_message_shows_what_nobody_sees() -> None:
    """A key of the bibliography with a NUL in it, as the nearest match of a key that is missing."""
    finding = Finding("data/x.yaml", 1, "a\x1b[31m", "b\u202e", "c", "`copy-l\0x`", "\ud800")
    assert str(finding) == r"data/x.yaml:1: a\u001b[31m: b\u202e; c; nearest match: `copy-l\u0000x`; \ud800"


def test_a_description_cannot_leave_its_attribute() -> None:
    """Themes put it between quotes as it is."""
    front = Page("x.md", "X", 'a "b" <script>', ()).markdown.split("---")[1]
    assert yaml.safe_load(front)["description"] == "a &quot;b&quot; &lt;script&gt;"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_project(tmp_path_factory.mktemp("small"))


def pages_of(project: Path) -> Iterator[tuple[str, str]]:
    """Every page and block of the project in both languages, by the page's path. Raises as a build does."""
    both = load_words()
    catalogue = load_catalogue(project / "data")
    check_pages(catalogue, both, project / "docs")
    for edition in make_editions(catalogue, both, project / "docs", "https://example.org/").values():
        for path, page in edition.site.pages.items():
            yield from ((path, html) for html in (page.markdown, *page.blocks.values()))


def outcome_with(project: Path, name: str, added: str | bytes) -> tuple[str, int]:
    """What becomes of the project with something added to a hand-written page, and how many lines that has."""
    page = project / "docs" / name
    good = page.read_bytes()
    page.write_bytes(good + (added if isinstance(added, bytes) else added.encode()))
    try:
        list(pages_of(project))
        return "built", 0
    except PageError as error:
        return str(error), page.read_bytes().count(b"\n")
    finally:
        page.write_bytes(good)


EVIL = "<script>evil()</script>"
FENCED = re.compile(r"(?ms)^(`{3,}).*?^\1$")
CONFLICT = "\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> branch\n"
QUOTED = "\n{{ v('ant-base/parameters.total') }}\n"
TWICE = "\n{{ block('families') }}\n\n{{ block('families') }}\n"
SAID = {
    "no text": (b"\nfine\n\xff\xfe\n", 0, "is not UTF-8 text: the byte 0xff; put the file back, saved as UTF-8"),
    "turned round": ("\nall \u202e176 of them\n", 0, "the character U+202E, which nobody sees"),
    "two versions": (CONFLICT, 4, "a conflict of two versions"),
    "no sources": (QUOTED, 0, "quotes values and lists no sources; put `{{ block('sources') }}`"),
    "a figure twice": (
        TWICE,
        0,
        "`{{ block('families') }}` is placed in line {earlier} already; take one of the two out",
    ),
}


@pytest.mark.parametrize(("added", "before_last", "says"), SAID.values(), ids=SAID.keys())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_wrong_with_a_page_is_named(
    small: Path, language: str, added: str | bytes, before_last: int, says: str
) -> None:
    name = f"{language}/index.md"
    said, lines = outcome_with(small, name, added)
    assert said.startswith(f"docs/{name}:{lines - before_last}: " + says.replace("{earlier}", str(lines - 2)))


@pytest.mark.parametrize("text", ["<<<<<<< HEAD\n{}\n=======\n", "[]", '{"labs": 3}', "[" * 100_000])
def test_a_broken_file_that_a_command_writes_is_named(valid: Path, text: str) -> None:
    """A conflict in peers.json, say: nobody writes it by hand."""
    (valid / "peers.json").write_text(text, encoding="utf-8")
    (finding,) = findings_of(valid)
    assert (finding.file, finding.line) == (f"{valid.name}/peers.json", 1)
    assert "`make peers` writes this file" in str(finding)


def test_markup_of_the_data_reaches_no_page_as_markup(tmp_path: Path) -> None:
    """Texts and names are shown as they are typed, titles of the bibliography too; a fence shows BibTeX as it stands."""
    project = small_project(tmp_path)
    for file, pattern, written in (
        ("models/elk.yaml", r"((?:note|text|reward): \{en: )[^\",]*(?=, zh)", rf"\g<1>'{EVIL}'"),
        ("references.bib", r"(title *= *)\{+[^{}]*\}+", rf"\1{{{EVIL}}}"),
    ):
        path = project / "data" / file
        changed, places = re.subn(pattern, written, path.read_text(encoding="utf-8"))
        assert places > 1, file
        path.write_text(changed, encoding="utf-8")
    shown = 0
    for path, html in pages_of(project):
        assert "<script>evil" not in FENCED.sub("", html), path
        shown += "&lt;script&gt;evil" in html
    assert shown > 5


def test_json_of_a_page_cannot_end_the_script_that_holds_it() -> None:
    held = json.dumps({"a": "</script><b>"})
    script = LexborHTMLParser(assets.json_block("data", held)).css_first("script#data")
    assert json.loads(script.text()) == json.loads(held)

"""Both editions: the same pages, each leading to the other, and nothing left in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from building import mkdocs, small_project
from catalogue.files import TECHNIQUES
from catalogue.load import untranslated_texts
from catalogue.records import Catalogue
from helpers import VALID, check
from render.words import CHINESE, ENGLISH, BrokenWords, key_differences, load_words


@pytest.fixture(scope="module")
def editions(pages: dict[Path, LexborHTMLParser]) -> dict[str, dict[str, LexborHTMLParser]]:
    """The pages of each edition by their path in it."""
    found: dict[str, dict[str, LexborHTMLParser]] = {ENGLISH: {}, CHINESE: {}}
    for path, tree in pages.items():
        language = CHINESE if path.parts[0] == CHINESE else ENGLISH
        found[language]["/".join(path.parts[language == CHINESE :])] = tree
    return found


def test_both_editions_have_the_same_pages(editions: dict[str, dict[str, LexborHTMLParser]]) -> None:
    assert list(editions[ENGLISH]) == list(editions[CHINESE])
    for language, pages in editions.items():
        assert {tree.css_first("html").attributes["lang"] for tree in pages.values()} == {language}


def test_both_editions_have_the_same_anchors(editions: dict[str, dict[str, LexborHTMLParser]]) -> None:
    """A link to a place in one edition is good in the other."""
    for name, tree in editions[ENGLISH].items():
        headings = [
            [node.attributes.get("id") for node in other.css(".md-content :is(h1, h2, h3)[id]")]
            for other in (tree, editions[CHINESE][name])
        ]
        assert headings[0][1:] == headings[1][1:], name


def test_the_words_of_both_languages_have_the_same_keys() -> None:
    assert key_differences(load_words(ENGLISH), load_words(CHINESE)) == []


def test_the_words_of_both_languages_fill_in_the_same_names() -> None:
    english, chinese = load_words(ENGLISH), load_words(CHINESE)
    name = re.compile(r"\{\w+\}")
    ordinals = "date.", "compare.board.told_part"  # “22nd” and “March” are words in English, numbers in Chinese
    unequal = {
        key: (english(key), chinese(key))
        for key in english
        if not key.startswith(ordinals) and set(name.findall(english(key))) != set(name.findall(chinese(key)))
    }
    assert unequal == {}


def test_an_idle_word_is_an_error(tmp_path: Path) -> None:
    for language in (ENGLISH, CHINESE):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.yaml").write_text('page:\n  home: "x"\n', encoding="utf-8")
    (tmp_path / CHINESE / "b.yaml").write_text('page:\n  hmoe: "x"\n', encoding="utf-8")
    (message,) = key_differences(load_words(ENGLISH, tmp_path), load_words(CHINESE, tmp_path))
    assert "`page.hmoe` has no counterpart" in message


BROKEN_WORDS = {
    "a word in two files": (
        {"a.yaml": "page:\n  home: x\n", "b.yaml": "page: {home: x}\n"},
        "words/en/b.yaml: `page.home` stands in another file too",
    ),
    "a key twice in a file": ({"a.yaml": "home: x\nhome: y\n"}, "words/en/a.yaml:2: home: "),
    "a bracket left open": ({"a.yaml": "home: [x\n"}, "words/en/a.yaml:"),
}


@pytest.mark.parametrize(("files", "says"), BROKEN_WORDS.values(), ids=BROKEN_WORDS.keys())
def test_broken_words_are_named(tmp_path: Path, files: dict[str, str], says: str) -> None:
    (tmp_path / ENGLISH).mkdir()
    for name, text in files.items():
        (tmp_path / ENGLISH / name).write_text(text, encoding="utf-8")
    with pytest.raises(BrokenWords) as error:
        load_words(ENGLISH, tmp_path)
    assert str(error.value).startswith(says)


def test_a_text_without_chinese_is_marked_and_listed(small: Catalogue, small_site: Path) -> None:
    technique = next(t for t in small.techniques.values() if t.what.lacks_chinese and "{{" not in t.what.en)
    listed = check("coverage", VALID).stdout
    said = f": techniques.{technique.id}.what: no Chinese for “{technique.what.en}”"
    (message,) = (line for line in listed.splitlines() if said in line)
    assert message.startswith(f"{VALID.name}/{TECHNIQUES}:")
    written = (VALID / TECHNIQUES).read_text(encoding="utf-8").splitlines()
    assert technique.what.en in written[int(message.split(":")[1]) - 1]
    assert f"{len(untranslated_texts(VALID)):,} texts fall back" in listed
    page = LexborHTMLParser((small_site / "zh/techniques" / technique.id / "index.html").read_text(encoding="utf-8"))
    marks = [mark for mark in page.css(".ds-fallback[lang=en]") if mark.text() == technique.what.en]
    assert marks
    assert marks[0].attributes["title"] == load_words(CHINESE)("language.fallback")


def test_the_chinese_edition_is_built_alone(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    run = mkdocs(project, "build", "--quiet", "--strict", "--config-file", "mkdocs.zh.yml", PREVIEW="ant")
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    page = LexborHTMLParser((project / "site" / CHINESE / "models" / "ant" / "index.html").read_text(encoding="utf-8"))
    assert page.css_first("html").attributes["lang"] == CHINESE
    assert not list((project / "site").glob(".*.new"))

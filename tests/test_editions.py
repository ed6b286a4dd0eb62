"""Both editions: the same pages, each leading to the other, and nothing left in English."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalogue.files import TECHNIQUES
from catalogue.load import untranslated_texts
from catalogue.records import Catalogue
from helpers import VALID, check
from render.words import CHINESE, ENGLISH, BrokenWords, load_words


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


def test_links_to_an_edition_are_shown_with_its_picture(small_site: Path) -> None:
    for page, picture in (
        ("models/elk", "assets/picture.png"),
        (f"{CHINESE}/models/elk", f"{CHINESE}/assets/picture.png"),
    ):
        html = (small_site / page / "index.html").read_text(encoding="utf-8")
        assert f'property="og:image" content="https://example.org/ds/{picture}"' in html
        assert (small_site / picture).is_file()


TEXT = "{en: x, zh: 乙}"
BROKEN_WORDS = {
    "a word in two files": (
        {"a": f"page:\n  home: {TEXT}", "b": f"page: {{home: {TEXT}}}"},
        "b.yaml:1: page.home: stands in hooks/render/words/a.yaml too; take one of the two out",
    ),
    "a key twice in a file": ({"a": f"home: {TEXT}\nhome: {TEXT}"}, "a.yaml:2: home: key `home` for the second time"),
    "a bracket left open": ({"a": "home: [x"}, "a.yaml:"),
    "no Chinese": ({"a": "page:\n  home: {en: x}"}, "a.yaml:2: page.home: no Chinese; English has “x”; add `zh: …`"),
    "no English": ({"a": "home: {zh: 乙}"}, "a.yaml:1: home: no English; Chinese has “乙”; add `en: …`"),
    "no language": ({"a": "home: x"}, "a.yaml:1: home: `x`, in no language; a text is {en: …, zh: …}"),
    "another language": ({"a": "home: {en: x, zh: 乙, fr: z}"}, "a.yaml:1: home.en: `x`, in no language"),
    "a number": ({"a": "home: {en: x,\n  zh: 1}"}, 'a.yaml:2: home.zh: `1`; allowed is a text; write "1"'),
    "white space": ({"a": 'home: {en: " ", zh: 乙}'}, "a.yaml:1: home.en: a text of white space"),
    "another name to fill in": (
        {"a": 'home: {en: "{keptt} here", zh: "这里 {kept}"}'},
        "a.yaml:1: home.en: {keptt} is filled in; the Chinese has {kept}; write the same names in both",
    ),
    "bold": (
        {"a": "home: {en: a **b**, zh: 乙}"},
        "a.yaml:1: home.en: `**` in “a **b**”, which is shown as it is typed",
    ),
    "a stray brace": ({"a": 'home: {en: x,\n  zh: "y}"}'}, "a.yaml:2: home.zh: “y}”: Single '}' encountered"),
}


@pytest.mark.parametrize(("files", "says"), BROKEN_WORDS.values(), ids=BROKEN_WORDS.keys())
def test_broken_words_are_named(tmp_path: Path, files: dict[str, str], says: str) -> None:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(BrokenWords) as error:
        load_words(tmp_path)
    assert str(error.value).startswith(f"hooks/render/words/{says}")


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
    assert marks[0].attributes["title"] == load_words()[CHINESE]("language.fallback")

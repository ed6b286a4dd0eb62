"""How Chinese writes numbers, places in documents and punctuation."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from markupsafe import Markup

from catalogue.records import Catalogue
from catalogue.schema.quantities import Amount, Quantity
from catalogue.schema.values import Detail, Sources, Text, each_below
from helpers import table
from render import format
from render import words as language_files
from render.cite import Citations
from render.context import Context, make_context
from render.pages.glossary import TermsInText
from render.tables import with_unit
from render.words import CHINESE, ENGLISH

CASES = table("chinese")
WORDS = language_files.load_words()


@pytest.mark.parametrize(("printed", "english", "chinese"), CASES["amounts"])
def test_amounts_are_counted_as_the_language_counts(printed: str, english: str, chinese: str) -> None:
    value = Amount.parse(printed)
    assert format.format_quantity(value, WORDS[ENGLISH]) == english
    assert format.format_quantity(value, WORDS[CHINESE]) == chinese


@pytest.mark.parametrize("printed", ["671B", "14.8T", "128K"])
def test_sizes_and_tokens_keep_their_letter(printed: str) -> None:
    assert {format.format_quantity(Quantity.parse(printed), words) for words in WORDS.values()} == {printed}


@pytest.mark.parametrize(("detail", "shown"), CASES["details"])
def test_details_that_count_things_are_amounts(detail: dict[str, str | bool], shown: str) -> None:
    value = Detail.model_validate(detail).value.value
    assert isinstance(value, Quantity)
    assert format.format_quantity(value, WORDS[CHINESE]) == shown


@pytest.mark.parametrize(("value", "unit", "shown"), CASES["units"])
def test_chinese_joins_a_round_number_and_its_unit(value: str, unit: str, shown: str) -> None:
    assert with_unit(Markup("<a href='#'>{}</a>").format(value), unit).striptags() == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("8", "8"), ("3.2", "3.2"), ("7.345", "7.34"), ("5355.25", "5,355"), ("40", "40")]
)
def test_a_ratio_has_no_digits_that_say_nothing(number: str, shown: str) -> None:
    assert format.format_ratio(Decimal(number)) == shown


@pytest.mark.parametrize(("printed", "chinese"), CASES["lists"])
def test_lists_of_numbers_have_the_chinese_comma(printed: str, chinese: str) -> None:
    assert WORDS[CHINESE].text(Text(en=printed)) == chinese
    assert WORDS[ENGLISH].text(Text(en=printed)) == printed


@pytest.fixture(scope="module")
def chinese(catalogue: Catalogue) -> Context:
    return make_context(catalogue, WORDS[CHINESE])


@pytest.mark.parametrize(("printed", "said"), CASES["words"])
def test_a_sentence_says_in_words_that_a_value_is_approximate_or_a_bound(
    chinese: Context, printed: str, said: str
) -> None:
    assert Citations(chinese).value_in_words(Quantity.parse(printed)) == said


@pytest.mark.parametrize(("pieces", "joined"), CASES["quotes"])
def test_a_quote_in_chinese_joins_chinese_words_without_a_space(
    chinese: Context, pieces: list[str], joined: str
) -> None:
    assert "".join(Citations(chinese).join_cjk(pieces)) == joined


def test_a_round_number_joins_the_word_behind_it() -> None:
    assert WORDS[CHINESE]("change.checkpoints", count="266.4 万") == "266.4 万个检查点"
    assert WORDS[CHINESE]("change.checkpoints", count="2.0T") == "2.0T 个检查点"


def test_an_expert_who_is_a_person_is_no_expert_of_a_network(chinese: Context) -> None:
    html = TermsInText(chinese).link_terms("<p>由人类专家评分。每层的专家</p>", "techniques/made-up.md")
    assert html.startswith("<p>由人类专家评分。每层的<a ")


@pytest.mark.parametrize(("place", "said"), CASES["places"])
def test_places_in_documents_are_said_in_chinese(chinese: Context, place: str, said: str) -> None:
    assert chinese.localized_place(place) == said


# Headings, and names of what is in a program, stay as they are.
KEPT = re.compile(r"§.+?(?=，| 提交 |$)|(?:类|函数|选项|\.py(?! [类函选])) [\w-]+(?: 和 --\w+)?|issue \d+")
ENGLISH_WORD = re.compile(r"(?<![\w./@-])[A-Za-z]?[a-z]{2,}(?![\w./@-])")


def test_no_place_keeps_an_english_word(catalogue: Catalogue, chinese: Context) -> None:
    records = (*catalogue.models.values(), *catalogue.techniques.values(), *catalogue.corrections)
    sources = [source for sources in each_below(records, Sources) for source in sources.items]
    cited = {each.locus for source in sources for each in (source, source.via) if each is not None}
    assert cited
    said = {place: ENGLISH_WORD.findall(KEPT.sub("", chinese.localized_place(place))) for place in cited}
    assert {place: words for place, words in said.items() if words} == {}


# Punctuation as wide as a character needs no space behind it; an English comma has no place between Chinese words.
_APART = re.compile(
    r"[，。；：、！？）] (?=[\w“（])|[\u4e00-\u9fff], ?(?=[\u4e00-\u9fff])|[\u4e00-\u9fff] (?=[，。；：、！？）])"
)
_BLOCK = re.compile(r"</?(?:p|div|li|td|th|tr|h\d|dt|dd|figcaption|summary|text|title|desc|small|span|a|b)\b[^>]*>")
_ARTICLE = re.compile(r"<article\b.*</article>", re.DOTALL)
_TERM = re.compile(r"<a [^>]*\bds-term\b[^>]*>([^<]*)</a>")
_CODE = re.compile(r"<(script|style|pre|code|svg)\b.*?</\1>", re.DOTALL)


def test_no_half_space_after_full_punctuation(built: Path) -> None:
    """In what the pages hold; a term that is linked there is a word like others."""
    found, pages = [], 0
    for path in sorted((built / CHINESE).rglob("*.html")):
        article = _ARTICLE.search(path.read_text(encoding="utf-8"))
        pages += article is not None
        html = _TERM.sub(r"\1", article[0]) if article else ""
        for line in _BLOCK.sub("\n", _CODE.sub("x", html)).split("\n"):
            found += [f"{path}: {line[max(0, m.start() - 15) : m.end() + 15]}" for m in _APART.finditer(line)]
    assert pages
    assert found == []

"""How Chinese is set beside Latin letters and digits, and what two languages of one text have in common.

One home for the texts of the catalogue, the words of the interface and the hand-written pages. Takes texts, gives slips.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .quotes import MATH_CALL, Quote, QuoteError, parse_quotes

HAN = r"[\u4e00-\u9fff]"
_FULL = "，。；：、！？（）"
# What is not read as Chinese: quotes of values, code, tags, attributes, addresses. A joiner takes its place, beside which anything may stand.
_SILENT = re.compile(r"\{\{.*?\}\}|`[^`]*`|<[^>]*>|\{[^}]*\}|\]\([^)]*\)")
_JOINER = "\u2060"
_RULES = (
    (
        re.compile(f"{HAN}[,;:!?]|[,;:!?]{HAN}"),
        "half-width punctuation beside Chinese",
        "full-width punctuation: ，；：！？",
    ),
    (
        re.compile(f"{HAN}[A-Za-z0-9]|[A-Za-z0-9%]{HAN}"),
        "Chinese and Latin letters or digits without a space",
        "one space between them",
    ),
    (
        re.compile(rf" [{_FULL}]|[{_FULL}] "),
        "a space beside full-width punctuation",
        "no space; a folded text (`>-`) has one at each line break",
    ),
    (
        re.compile(rf"(?<={HAN}) (?={HAN})"),
        "a space between Chinese words",
        "no space; a folded text (`>-`) has one at each line break",
    ),
)
_AROUND = 8
# Not the end of a name, such as R1-0528; sizes and tokens keep their letter, amounts in K and M are counted in 万.
_NUMBER = re.compile(r"(?<![\w.])(?<![A-Za-z]-)(?<![A-Za-z]\d-)\d+(?:[.,]\d+)*[BT%]?(?![\w])")
_LONG = re.compile(r"\d[\d.,]\d")  # something that may be a number of so many digits
_COUNTED_IN_WORDS = re.compile(r"million|billion|trillion|thousand")
_CHINESE = re.compile(f"{HAN}+")
_QUOTED_HAN = re.compile(r"[“‘\"'(（《「][^”’\"')）》」]*[”’\"')）》」]|`[^`]*`|\{\{.*?\}\}")
_QUOTE_OR_CODE = re.compile(r"\{\{.*?\}\}|`[^`]*`")
_DIGITS_OF_A_TYPED_NUMBER = 3


@dataclass(frozen=True)
class Slip:
    """What is wrong at a place of a text, and how it is written."""

    at: int
    found: str
    allowed: str


def chinese_slips(text: str) -> Iterator[Slip]:
    """Where a Chinese text leaves the one way in which Chinese is set."""
    plain = _SILENT.sub(lambda silent: _JOINER * len(silent[0]), text)
    for pattern, found, allowed in _RULES:
        for match in pattern.finditer(plain):
            around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND].replace("\n", " ")
            yield Slip(match.start(), f"{found}: “{around}”", allowed)


def chinese_in_english(text: str) -> str:
    """The first Chinese word of an English text that does not stand in quotation marks, brackets or code; empty if there is none."""
    if text.isascii():
        return ""
    found = _CHINESE.search(_QUOTED_HAN.sub("", text))
    return found[0] if found else ""


def unequal_numbers(english: str, chinese: str) -> list[str]:
    """Typed numbers of three or more digits that the English text has and the Chinese one has not."""
    if not _LONG.search(english) or _COUNTED_IN_WORDS.search(english):
        return []
    missing = Counter(_typed_numbers(english)) - Counter(_typed_numbers(chinese))
    return [number for number in missing if len(re.sub(r"\D", "", number)) >= _DIGITS_OF_A_TYPED_NUMBER]


def _typed_numbers(text: str) -> list[str]:
    return _NUMBER.findall(_QUOTE_OR_CODE.sub("", text))


def unequal_quotes(english: str, chinese: str) -> tuple[list[str], list[str]]:
    """Quotes that only the English text has, and those that only the Chinese one has; the words that a link shows may differ."""
    try:
        ours, theirs = _misplaced_quotes(english), _misplaced_quotes(chinese)
    except QuoteError:  # said where quotes are checked
        return [], []
    return [*(ours - theirs).elements()], [*(theirs - ours).elements()]


def _misplaced_quotes(text: str) -> Counter[str]:
    return Counter(
        f"{part.name}({', '.join(part.arguments[:1] if part.name in ('m', 't') else part.arguments)})"
        for part in parse_quotes(text)
        if isinstance(part, Quote) and part.name != MATH_CALL  # which is part of a sentence
    )

"""Words of a text as the search knows them. `scripts/search/words.js` does the same in the browser, and a test holds one to the other.

Latin words are taken in small letters and without common endings, in American spelling; Chinese is taken two
characters at a time, which needs no dictionary. A number is written one way whatever way it was typed:
`671 B`, `671B`, `671 billion` and `6710 亿` are one word.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache

_UNITS = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "million": 6,
    "b": 9,
    "billion": 9,
    "t": 12,
    "trillion": 12,
    "万": 4,
    "亿": 8,
    "万亿": 12,
}
_WORD = re.compile(
    r"(?P<number>(?<![a-z\d.])\d+(?:,\d{3})*(?:\.\d+)?)(?:[ \u00a0\u202f]?(?P<unit>(?:thousand|million|billion|trillion|[kmbt])(?![a-z\d])|万亿|[万亿])|(?![a-z\d]))"
    r"|(?P<latin>[a-z\d]+(?:\.\d+[a-z]*)*)"
    r"|(?P<han>[\u3400-\u9fff]+)"
)
_ENDINGS = (
    (re.compile(r"([a-z]{3})is(ation|e|ed|er|ing)(s?)$"), r"\1iz\2\3"),
    (re.compile(r"ies$"), "y"),
    (re.compile(r"([^su])s$"), r"\1"),
    (re.compile(r"([a-z]{3,})(?:ing|ed)$"), r"\1"),
    (re.compile(r"([bdgmnprt])\1$"), r"\1"),
    (re.compile(r"([a-z]{2,})e$"), r"\1"),
)


def words(text: str) -> Iterator[str]:
    """Each word of a text."""
    for parts in _WORD.findall(text.lower()):
        yield from _words(*parts)


def counted(text: str) -> dict[str, int]:
    """How often each word of a text stands in it."""
    found: dict[str, int] = {}
    for parts, times in Counter(_WORD.findall(text.lower())).items():
        for word in _words(*parts):
            found[word] = found.get(word, 0) + times
    return found


@cache
def _words(number: str, unit: str, latin: str, han: str) -> tuple[str, ...]:
    """The words of what the pattern finds."""
    if number:
        return tuple(_number(number.replace(",", ""), unit or None))
    return (stem(latin),) if latin else tuple(han[at : at + 2] for at in range(max(len(han) - 1, 1)))


def normal(text: str) -> str:
    """A name as the keys of names are written: `DeepSeek-V3` is `deepseek v3`."""
    return " ".join(words(unicodedata.normalize("NFKC", text)))


def joined(key: str) -> str:
    """The key of a name in one word, without dots: `v3.2` is `v32`, `flash attention` `flashattention`."""
    return key.replace(" ", "").replace(".", "")


@cache
def stem(word: str) -> str:
    """A Latin word without what grammar adds to it; words with digits stay as they are."""
    if len(word) > 3 and word.isalpha():
        for pattern, plain in _ENDINGS:
            word = pattern.sub(plain, word)
    return word


def _number(digits: str, unit: str | None) -> Iterator[str]:
    """The digits as they stand and, where a unit or zeros give it a size, the number as digits and a power of ten."""
    yield digits
    if unit is None and not digits.endswith("000"):
        return
    whole, _, part = digits.partition(".")
    exponent = (_UNITS[unit] if unit else 0) - len(part)
    shortened = (whole + part).lstrip("0") or "0"
    kept = shortened.rstrip("0") or "0"
    yield f"{kept}e{exponent + len(shortened) - len(kept)}"

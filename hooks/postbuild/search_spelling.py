"""What a mistyped word may mean: `spelling.js`, which the search loads where a query has a word that no page has.

Of Latin words those of titles, headings and names. Of Chinese, which is mistyped by choosing another character of the same sound, or typed
without an input method: the names of the field, and how their characters are read. The commonest characters need no table of their own, since
GB 2312 has them in the order of their readings: it is enough to say how many of each follow one another, and a browser has the standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from catalogue.records import Catalogue
from catalogue.schema.study import AskedForms
from render.words import CHINESE, HAN

from .search_index import search_script, stem_word

_SPELLED = re.compile(r"[a-z]{5,}")
_NAME = re.compile(r"[\w\u3400-\u9fff]+")
_LONGEST_NAME = 10  # characters
# Rows and places of the characters in common use in GB 2312.
_COMMON = bytes(
    byte for row in range(16, 56) for place in range(1, 95 if row < 55 else 90) for byte in (row + 0xA0, place + 0xA0)
).decode("gb2312")


def spelling_file(language: str, titles: Iterable[str], names: Iterable[str], catalogue: Catalogue) -> str:
    """`spelling.js`, from titles and headings, the names of pages and terms, and the words by which people ask."""
    names = [*names, *(form for forms in _asked_forms(catalogue) for form in (*forms.en, *forms.zh))]
    spelled = {word for text in (*titles, *names) for word in _SPELLED.findall(text.lower())}
    by_stem: dict[str, str] = {}
    for word in sorted(spelled, key=lambda word: (len(word), word)):
        by_stem.setdefault(stem_word(word), word)
    data: dict[str, object] = {"latin": " ".join(sorted(by_stem.values()))}
    if language == CHINESE:
        data |= _chinese(names)
    return search_script("spelling", 0, data)


def _asked_forms(catalogue: Catalogue) -> Iterable[AskedForms]:
    asked = catalogue.asked
    yield from asked.facts.values()
    yield from asked.stages.values()


def _chinese(names: Iterable[str]) -> dict[str, str]:
    """Names with two characters and more, the readings of characters, and names that are read otherwise than these say."""
    from pypinyin import lazy_pinyin  # reads all phrases of Chinese, which a build of one entry need not wait for

    kept = sorted(
        {
            part
            for name in names
            for part in _NAME.findall(name.lower())
            if len(HAN.findall(part)) > 1 and len(part) <= _LONGEST_NAME
        }
    )
    reading = dict(zip(_COMMON, lazy_pinyin(list(_COMMON)), strict=True))
    rare = sorted({letter for name in kept for letter in HAN.findall(name)} - reading.keys())
    runs = [(sound, len(list(group))) for sound, group in groupby(reading.values())]
    reading |= {letter: lazy_pinyin(letter)[0] for letter in rare}
    otherwise = {}
    for name in kept:
        read = "".join(lazy_pinyin(name))
        if read != "".join(reading.get(letter, letter) for letter in name):
            otherwise[name] = read
    return {
        "names": " ".join(kept),
        "common": " ".join(sound + (str(many) if many > 1 else "") for sound, many in runs),
        "rare": " ".join(letter + reading[letter] for letter in rare),
        "otherwise": " ".join(name + "=" + read for name, read in otherwise.items()),
    }

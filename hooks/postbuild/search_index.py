"""The index of the search: small scripts that a page loads when a reader searches, and from disk as well as from a server.

`head.js` names pages, sections and what pages are called; `w<n>.js` holds a range of words with the sections
they stand in; `t<n>.js` the text of a few sections, for the lines that a hit shows. A word counts by where it
stands: in the title of a page, in another name of it, in a heading, or in the text, there by how often and in how long a text.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from math import log2
from pathlib import Path

from render.findable import Findable

from .search_text import FinishedPage
from .tokens import counted as times_of
from .tokens import joined, normal, words

_IN_TITLE, _IN_NAME, _IN_FACTS, _IN_PART, _IN_HEADING, _MOST_IN_TEXT = (
    9,
    8,
    7,
    3,
    2,
    6,
)  # a heading adds to what the text gives
_LEVELS = 10
# Letters of the postings: the first half ends a number, the second continues it. Nothing that JSON would escape.
_LETTERS = "".join(chr(code) for code in range(35, 127) if chr(code) not in "\\<")
_HALF = len(_LETTERS) // 2
_WIDE = re.compile("[\u3000-\U0010ffff]+")
_WORDS_IN_A_PART = 9_000  # bytes, before compression
_TEXT_IN_A_PART = 4_500  # characters of Latin text
_SATURATION, _NORMALISATION = 1.2, 0.6


_Posting = tuple[int, int]  # the number of a section, and how much a word counts in it


def write(
    folder: Path,
    pages: Sequence[FinishedPage],
    known: Mapping[str, Findable],
    kinds: Mapping[str, str],
    interface: Mapping[str, str],
) -> str:
    """Write the index below `folder` and give the name of its own folder there, which changes with its content.

    `known` are the pages by address; those that are not in it stay out.
    """
    pages = [page for page in pages if page.url in known]
    files = _files(pages, known, kinds, interface)
    digest = blake2b(digest_size=5)
    for name, text in sorted(files.items()):
        digest.update(f"{name}\0{text}\0".encode())
    target = folder / digest.hexdigest()
    target.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    return target.name


def _files(
    pages: Sequence[FinishedPage],
    known: Mapping[str, Findable],
    kinds: Mapping[str, str],
    interface: Mapping[str, str],
) -> dict[str, str]:
    postings = _postings(pages, known)
    parts = _split((f"{word} {_packed(found)}" for word, found in sorted(postings.items())), _WORDS_IN_A_PART)
    texts = _split((section.text for page in pages for section in page.sections), _TEXT_IN_A_PART)
    names = list(kinds)
    head = {
        "words": dict(interface),
        "kinds": [[name, kinds[name]] for name in names],
        "pages": [
            [page.url, page.title, names.index(known[page.url].kind), round(known[page.url].weight * weight, 2)]
            for page, weight in zip(pages, _linked(pages), strict=True)
        ],
        "sections": [
            [part for section in page.sections[1:] for part in (section.anchor, section.title)] for page in pages
        ],
        "names": _names(pages, known),
        "parts": [part[0].split(" ", 1)[0] for part in parts],
        "texts": [sum(len(text) for text in texts[:at]) for at in range(len(texts))],
    }
    files = {"head.js": _script("head", 0, head)}
    files |= {f"w{at}.js": _script("words", at, "\n".join(part)) for at, part in enumerate(parts)}
    files |= {f"t{at}.js": _script("texts", at, part) for at, part in enumerate(texts)}
    return files


def _script(kind: str, number: int, data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f'dsSearch("{kind}",{number},{text})\n'


def _linked(pages: Sequence[FinishedPage]) -> list[float]:
    """How much a page counts by the pages that lead to it: from 1, a tenth more each time their number doubles."""
    count = Counter(link for page in pages for link in page.links)
    return [1 + 0.1 * log2(1 + count[page.url]) for page in pages]


def _names(pages: Sequence[FinishedPage], known: Mapping[str, Findable]) -> dict[str, list[int]]:
    """The pages that each name belongs to, the one that it names first in front; each name also in one word.

    A page that has it as an alias, which it may not say itself, is written as its complement, `-1 - number`.
    """
    ranked: list[tuple[int, int, bool, str]] = []
    for number, page in enumerate(pages):
        found = known[page.url]
        for group, own in enumerate(((page.title, *found.names), found.parts, found.aliases, found.terms)):
            ranked += [(1000 * group + rank, number, group < 2, name) for rank, name in enumerate(own)]
    owners: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for _, number, says, name in sorted(ranked):
        key = normal(name)
        for spelling in {key, joined(key)} - {""}:
            owners[spelling].setdefault(number, number if says else -1 - number)
    return {name: list(owners[name].values())[:3] for name in sorted(owners)}


def _postings(pages: Sequence[FinishedPage], known: Mapping[str, Findable]) -> dict[str, list[_Posting]]:
    counted = [[times_of(section.text) for section in page.sections] for page in pages]
    lengths = [sum(count.values()) for counts in counted for count in counts]
    mean = sum(lengths) / max(len(lengths), 1)
    found: defaultdict[str, list[_Posting]] = defaultdict(list)
    number = 0
    for page, counts in zip(pages, counted, strict=True):
        for section, count in zip(page.sections, counts, strict=True):
            long = 1 - _NORMALISATION + _NORMALISATION * sum(count.values()) / mean
            by_times = {
                times: 1 + round((_MOST_IN_TEXT - 1) * times / (times + _SATURATION * long))
                for times in set(count.values())
            }
            levels = {word: by_times[times] for word, times in count.items()}
            if section.anchor:
                for word in words(section.title):
                    levels[word] = min(levels.get(word, _MOST_IN_TEXT // 2) + _IN_HEADING, _IN_NAME)
            else:
                for word in (word for name in known[page.url].parts for word in words(name)):
                    levels[word] = max(levels.get(word, 0), _IN_PART)
                levels |= {
                    word: _IN_NAME
                    for name in (*known[page.url].names, *known[page.url].aliases)
                    for word in words(name)
                }
                levels |= dict.fromkeys(words(page.facts), _IN_FACTS)
                levels |= dict.fromkeys(words(page.title), _IN_TITLE)
            for word, level in levels.items():
                found[word].append((number, level))
            number += 1
    return found


def _packed(postings: Iterable[_Posting]) -> str:
    """Postings as letters: how far to the next section and the level in it, as one number of base `_HALF`."""
    text, last = "", -1
    for section, level in postings:
        number = (section - last - 1) * _LEVELS + level
        last = section
        while number >= _HALF:
            text += _LETTERS[_HALF + number % _HALF]
            number //= _HALF
        text += _LETTERS[number]
    return text


def _split(items: Iterable[str], most: int) -> list[list[str]]:
    """Items in their order, in groups of about `most` letters."""
    groups: list[list[str]] = [[]]
    size = 0
    for item in items:
        weight = len(item) if item.isascii() else len(item) + sum(map(len, _WIDE.findall(item)))
        if groups[-1] and size + weight > most:
            groups.append([])
            size = 0
        groups[-1].append(item)
        size += weight
    return groups

"""The words of the interface by key, in a folder for each language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from catalogue.files import Unreadable, read_text
from catalogue.schema.values import Text
from catalogue.strict_yaml import read_yaml

FOLDER = Path(__file__).parent / "words"
ENGLISH, CHINESE = "en", "zh"
# What English reads off code and data: descriptions of fields, docstrings of rules, companies that have a Chinese name.
_IN_THE_CODE = ("schema.", "rules.", "makers.")
# A text that both languages share and that lists numbers, as `59.0, 63.0` or `4K, 16K`.
_NUMBERS = re.compile(r"−?[\d.]+[KMBT%x]?(?:, −?[\d.]+[KMBT%x]?)+")
HAN = re.compile(r"[\u4e00-\u9fff]")
# A round number takes the Chinese word behind it without a space, `60.12 万增至`, and so does a bracket.
_CLOSED = re.compile(r"(\d [万亿]|）(?:</\w+>)*) (?=[\u4e00-\u9fff])")


class BrokenWords(ValueError):
    """Language files that cannot be used, with every reason."""


class MissingWord(BrokenWords):
    """A key that a template asks for and the language lacks."""


class Words:
    def __init__(self, language: str, words: Mapping[str, str], places: Mapping[str, str]) -> None:
        self.language = language
        self._words = words
        self._places = places

    def __call__(self, key: str, **values: object) -> str:
        if key not in self._words:
            raise MissingWord(f"words/{self.language}/: `{key}` is missing; add it in this language")
        if not values:
            return self._words[key]
        filled = self._words[key].format(**values)
        return _CLOSED.sub(r"\1", filled) if self.language == CHINESE else filled

    def collecting_words(self) -> CollectingWords:
        """The same words; what is missing is noted instead of raised."""
        return CollectingWords(self.language, self._words, self._places)

    def __contains__(self, key: str) -> bool:
        return key in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def word_place(self, key: str) -> str:
        return self._places[key]

    def from_code(self, key: str, english: str) -> str:
        """English text of the code, such as a field's description, or its translation in the language files."""
        return english if self.language == ENGLISH else self(key)

    def text(self, text: Text) -> str:
        """The text in this language, else English. Chinese lists numbers with 、."""
        if self.language != CHINESE:
            return text.en
        return text.zh or (text.en.replace(", ", "、") if _NUMBERS.fullmatch(text.en) else text.en)

    def falls_back(self, text: Text) -> bool:
        return self.language == CHINESE and text.lacks_chinese


class CollectingWords(Words):
    """Words that note all missing keys instead of raising at the first."""

    def __init__(self, language: str, words: Mapping[str, str], places: Mapping[str, str]) -> None:
        super().__init__(language, words, places)
        self.missing: dict[str, None] = {}

    def __call__(self, key: str, **values: object) -> str:
        if key in self:
            return super().__call__(key, **values)
        self.missing[key] = None
        return key


def load_words(language: str, folder: Path = FOLDER) -> Words:
    """Read `<folder>/<language>/*.yaml`. Raises BrokenWords where a file is broken or repeats a key."""
    words: dict[str, str] = {}
    places: dict[str, str] = {}
    problems: list[str] = []
    for file in sorted((folder / language).glob("*.yaml")):
        name = f"words/{language}/{file.name}"
        try:
            located = read_yaml(read_text(file, name), name)
        except Unreadable as error:
            problems.append(str(error))
            continue
        problems += map(str, located.findings)
        for path, word in _flat_keys(located.data, ()) if not located.findings else ():
            key = ".".join(path)
            if key in words:
                problems.append(f"{name}: `{key}` stands in another file too; take one of the two out")
            words[key] = word
            places[key] = f"{name}:{located.line_of(path)}"
    if problems:
        raise BrokenWords("\n".join(problems))
    return Words(language, words, places)


def key_differences(english: Words, other: Words) -> list[str]:
    name = f"words/{other.language}"
    missing = [
        f"{name}/: `{key}` is missing; English has “{english(key)}”; add it in this language"
        for key in english
        if key not in other
    ]
    idle = [
        f"{name}/: `{key}` has no counterpart in words/{ENGLISH}/; correct the key or take it out"
        for key in other
        if key not in english and not key.startswith(_IN_THE_CODE)
    ]
    return missing + idle


def _flat_keys(node: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Mapping):
        for key, child in node.items():
            yield from _flat_keys(child, (*path, key))
    else:
        yield path, str(node)

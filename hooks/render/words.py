"""The words of the interface by key, each `{en: …, zh: …}`."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from catalogue.files import Unreadable, read_text
from catalogue.schema.values import Text
from catalogue.strict_yaml import read_yaml

FOLDER = Path(__file__).parent / "words"
_FOLDER = "hooks/render/words"  # in messages
ENGLISH, CHINESE = "en", "zh"
_LANGUAGES = {ENGLISH: "English", CHINESE: "Chinese"}
# What English reads off the data: companies that have a Chinese name.
_IN_THE_DATA = "makers."
# “March” and “22nd” are words in English, numbers in Chinese.
_OTHER_NAMES = ("date.", "compare.board.told_part")
_MAY_BE_BLANK = "punctuation."
# A text that both languages share and that lists numbers, as `59.0, 63.0` or `4K, 16K`.
_NUMBERS = re.compile(r"−?[\d.]+[KMBT%x]?(?:, −?[\d.]+[KMBT%x]?)+")
HAN = re.compile(r"[\u4e00-\u9fff]")
# A round number takes the Chinese word behind it without a space, `60.12 万增至`, and so does a bracket.
_CLOSED = re.compile(r"(\d [万亿]|）(?:</\w+>)*) (?=[\u4e00-\u9fff])")


class BrokenWords(ValueError):
    """Words that cannot be used, with every reason."""


class MissingWord(BrokenWords):
    """A key that a template asks for and that no file has."""


class Words:
    def __init__(self, language: str, words: Mapping[str, str], places: Mapping[str, tuple[str, int]]) -> None:
        self.language = language
        self._words = words
        self._places = places

    def __call__(self, key: str, **values: object) -> str:
        if key not in self._words:
            raise MissingWord(missing_word(key))
        if not values:
            return self._words[key]
        try:
            filled = self._words[key].format(**values)
        except KeyError as error:
            file, line = self.word_place(key)
            given = ", ".join(f"`{{{name}}}`" for name in values)
            raise BrokenWords(f"{file}:{line}: {key}: `{{{error.args[0]}}}` is not given; given are {given}") from None
        return _CLOSED.sub(r"\1", filled) if self.language == CHINESE else filled

    def below(self, group: str) -> dict[str, str]:
        """Texts of a group, such as those that a script is given, by the rest of their keys; not those of groups in it."""
        own = {key.removeprefix(f"{group}."): key for key in self if key.startswith(f"{group}.")}
        return {rest: self(key) for rest, key in own.items() if "." not in rest}

    def collecting_words(self) -> "CollectingWords":
        """The same words; what is missing is noted instead of raised."""
        return CollectingWords(self.language, self._words, self._places)

    def __contains__(self, key: str) -> bool:
        return key in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def word_place(self, key: str) -> tuple[str, int]:
        """File and line."""
        return self._places[key]

    def text(self, text: Text) -> str:
        """The text in this language, else English. Chinese lists numbers with 、."""
        if self.language != CHINESE:
            return text.en
        return text.zh or (text.en.replace(", ", "、") if _NUMBERS.fullmatch(text.en) else text.en)

    def falls_back(self, text: Text) -> bool:
        return self.language == CHINESE and text.lacks_chinese


class CollectingWords(Words):
    """Words that note all missing keys instead of raising at the first."""

    def __init__(self, language: str, words: Mapping[str, str], places: Mapping[str, tuple[str, int]]) -> None:
        super().__init__(language, words, places)
        self.missing: dict[str, None] = {}

    def __call__(self, key: str, **values: object) -> str:
        if key in self:
            return super().__call__(key, **values)
        self.missing[key] = None
        return key


def missing_word(key: str) -> str:
    return f"{_FOLDER}: `{key}` is missing; add it, {{en: …, zh: …}}"


def load_words(folder: Path = FOLDER) -> dict[str, Words]:
    """Read `<folder>/*.yaml`. Raises BrokenWords with all that is wrong in the files."""
    words: dict[str, dict[str, str]] = {language: {} for language in _LANGUAGES}
    places: dict[str, tuple[str, int]] = {}
    problems: list[object] = []
    for file in sorted(folder.glob("*.yaml")):
        name = f"{_FOLDER}/{file.name}"
        try:
            located = read_yaml(read_text(file, name), name)
        except Unreadable as error:
            problems.append(error)
            continue
        problems += located.findings
        for path, text in _each_text(located.data, ()) if not located.findings else ():
            key = ".".join(path)
            if key in places:
                problems.append(located.finding(path, f"stands in {places[key][0]} too", fix="take one of the two out"))
            places[key] = name, located.line_of(path)
            for within, found, allowed, fix in _text_problems(key, text):
                problems.append(located.finding((*path, *within), found, allowed, fix=fix))
            for language, word in text.items() if isinstance(text, Mapping) else ():
                words[language][key] = word
    if problems:
        raise BrokenWords("\n".join(map(str, problems)))
    return {language: Words(language, own, places) for language, own in words.items()}


def _each_text(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each text with its path; what stands in no language is one too."""
    inner = isinstance(node, Mapping) and (
        node.keys() - _LANGUAGES or any(isinstance(v, Mapping) for v in node.values())
    )
    if not inner:
        yield path, node
        return
    for key, child in node.items():
        yield from _each_text(child, (*path, key))


def _text_problems(key: str, text: Any) -> Iterator[tuple[tuple[str, ...], str, str, str]]:
    """Of each the place within the text and the parts of a finding."""
    if not isinstance(text, Mapping):
        yield (), f"`{text}`, in no language", "a text is {en: …, zh: …}", "write it in both"
        return
    names: dict[str, set[str]] = {}
    for language, word in text.items():
        if not isinstance(word, str):
            yield (language,), f"`{word}`", "allowed is a text", f'write "{word}"'
        elif not word.strip() and not key.startswith(_MAY_BE_BLANK):
            yield (language,), "a text of white space", "allowed is a text", "write it, or take the key out"
        elif "**" in word:
            yield (language,), f"`**` in “{word}”, which is shown as it is typed", "", "write <strong>, or take it out"
        else:
            try:
                names[language] = {f"{{{name}}}" for _, name, _, _ in Formatter().parse(word) if name is not None}
            except ValueError as error:
                yield (language,), f"“{word}”: {error}", "", "write {{ or }} for a brace that stays"
    if not key.startswith(_IN_THE_DATA):
        for language in (each for each in _LANGUAGES if each not in text):
            other = "; ".join(f"{_LANGUAGES[each]} has “{word}”" for each, word in text.items())
            yield (), f"no {_LANGUAGES[language]}", other, f"add `{language}: …`"
    if len(names) == len(_LANGUAGES) and names[ENGLISH] != names[CHINESE] and not key.startswith(_OTHER_NAMES):
        own, other = (" ".join(sorted(each)) or "nothing" for each in (names[ENGLISH], names[CHINESE]))
        yield (ENGLISH,), f"{own} is filled in", f"the Chinese has {other}", "write the same names in both"

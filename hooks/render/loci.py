"""Places in documents, as a language says them: `Table 6` is 表 6 in Chinese. Names of files and headings stay.

What a heading is: the words behind `§`, with or without a number, as far as the next comma; a number alone is a section.

The phrases are data, in terms.yaml, so that a new one needs no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from catalogue.schema.values import Text

# A space between two Chinese words.
_CLOSED = re.compile(r"(?<=[\u4e00-\u9fff：（）]) (?=[\u4e00-\u9fff：（）])")
# A bracket around Chinese words.
_BRACKETS = re.compile(r" ?\(([^()]*[\u4e00-\u9fff][^()]*)\)")
_NUMBER = r"(?:\d+(?:\.\d+)*|[IVX]+(?:-[A-Z])?)(?:$|[,;]| (?:and|to|at|caption|footnote|eq\.|Table|Fig|\())"
_HEADING = re.compile(rf"(§(?!{_NUMBER}).+?(?=, | at commit | and §| to §|; |$))")


class Loci:
    """Places in Chinese, by a table of phrases."""

    def __init__(self, phrases: Iterable[Text]) -> None:
        self._chinese = {phrase.en: phrase.zh or phrase.en for phrase in phrases}
        longest_first = sorted(self._chinese, key=len, reverse=True)
        listed = "|".join(re.escape(phrase) for phrase in longest_first) or r"(?!)"
        self._pattern = re.compile(rf"(?<![\w/.§-])(?:{listed})(?![\w/-]|\.\w)")

    def __call__(self, locus: str) -> str:
        """A place as Chinese says it."""
        parts = _HEADING.split(locus)  # every second one is a heading
        said = "".join(part if place % 2 else self._said(part) for place, part in enumerate(parts))
        return _CLOSED.sub("", said.replace(", ", "，"))

    def _said(self, words: str) -> str:
        return _BRACKETS.sub(r"（\1）", self._pattern.sub(lambda match: self._chinese[match[0]], words))

"""Places in documents, as a language says them: `Table 6` is 表 6 in Chinese. Names of files and headings stay.

The phrases are data, in terms.yaml, so that a new one needs no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from catalogue.schema.values import Text

# A space between two Chinese words.
_CLOSED = re.compile(r"(?<=[\u4e00-\u9fff：（）]) (?=[\u4e00-\u9fff：（）])")


class Loci:
    """Places in Chinese, by a table of phrases."""

    def __init__(self, phrases: Iterable[Text]) -> None:
        self._chinese = {phrase.en: phrase.zh or phrase.en for phrase in phrases}
        longest_first = sorted(self._chinese, key=len, reverse=True)
        listed = "|".join(re.escape(phrase) for phrase in longest_first) or r"(?!)"
        self._pattern = re.compile(rf"(?<![\w/.§-])(?:{listed})(?![\w/-]|\.\w)")

    def __call__(self, locus: str) -> str:
        """A place as Chinese says it."""
        said = self._pattern.sub(lambda match: self._chinese[match[0]], locus)
        return _CLOSED.sub("", said.replace(", ", "，"))

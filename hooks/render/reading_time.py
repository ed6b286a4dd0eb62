"""How long a page takes to read: by its words, formulas and figures."""

from __future__ import annotations

import math
import re

_WORDS_A_MINUTE = 200
_CHINESE_A_MINUTE = 350  # characters
_FIGURE, _FORMULA = 0.5, 0.3  # minutes each
_FIGURES = re.compile(r"<figure\b|block\('(?!sources|families)")
_TAGS = re.compile(r"<(script|style|svg|math|details)\b.*?</\1>|<[^>]+>|\{\{.*?\}\}", re.S)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][\w.,'’-]*")


def minutes(text: str) -> int:
    """Whole minutes for a page of Markdown or HTML, at least one. What is folded away and lists of sources do not count."""
    figures, formulas = len(_FIGURES.findall(text)), text.count("<math")
    prose = _TAGS.sub(" ", text.split('id="sources"')[0])
    reading = len(_WORD.findall(prose)) / _WORDS_A_MINUTE + len(_CHINESE.findall(prose)) / _CHINESE_A_MINUTE
    return max(1, math.ceil(reading + figures * _FIGURE + formulas * _FORMULA))

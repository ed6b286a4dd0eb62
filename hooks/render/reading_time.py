"""How long a page takes to study: by its words, formulas and figures."""

from __future__ import annotations

import math
import re

PROBLEM = 5  # minutes, on average: some are done in one, a derivation takes a quarter of an hour
_WORDS_A_MINUTE = 150  # of a text that one means to understand
_CHINESE_A_MINUTE = 260  # characters
_FIGURE, _FORMULA = 1, 2  # minutes each
_FORMULAS = re.compile(r"display=\"block\"|block\('formula-")
_FIGURES = re.compile(r"<figure\b(?![^>]*ds-formula)|block\('(?:mechanism|token-path)")
_TAGS = re.compile(r"<(script|style|svg|math|details)\b.*?</\1>|<[^>]+>|\{\{.*?\}\}", re.S)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][\w.,'’-]*")


def reading_minutes(text: str) -> int:
    """Whole minutes for a page of Markdown or HTML, without its problems. What is folded away and lists of sources do not count."""
    prose = _TAGS.sub(" ", text.split('id="sources"')[0])
    reading = len(_WORD.findall(prose)) / _WORDS_A_MINUTE + len(_CHINESE.findall(prose)) / _CHINESE_A_MINUTE
    formulas, figures = len(_FORMULAS.findall(text)), len(_FIGURES.findall(text))
    return max(1, math.ceil(reading + formulas * _FORMULA + figures * _FIGURE))

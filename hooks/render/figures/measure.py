"""How wide a text will be, before a browser has set it.

Figures place labels at build. The estimate is a little generous, so that no label runs into the next one.
"""

from __future__ import annotations

import unicodedata
from math import fsum

BOLD = 1.15  # how much wider bold letters are
_NARROW = frozenset("iljtfrI.,:;'|!()[]/ ")
_WIDE = frozenset("mwMW@%—")
_FULL_WIDTH = {"W", "F"}


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a text of font size `size`, in the same unit. Chinese characters are as wide as high.

    `fsum`, since `sum` rounds differently from Python 3.12 on, and a site has the same bytes from each.
    """
    ems = fsum(_width_in_ems(character) for character in text)
    return ems * size * (BOLD if bold else 1)


def cut_text(text: str, size: float, room: float) -> str:
    """A text that is too long ends in an ellipsis; its title has it whole."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip(' ,，')}…"


def _width_in_ems(character: str) -> float:
    if unicodedata.east_asian_width(character) in _FULL_WIDTH:
        return 1.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.9
    return 0.68 if character.isupper() else 0.58

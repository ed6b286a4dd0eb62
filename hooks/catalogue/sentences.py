"""Sentences of a text, counted paragraph by paragraph.

Takes a text as the catalogue holds it. A full stop ends nothing inside code, a quote, a number or an abbreviation.
"""

from __future__ import annotations

import re

# A quoted value or link counts as what it shows, or as one word; code as one word.
_QUOTE = re.compile(r"\{\{\s*\w+\((?:'[^']*'(?:,\s*'(?P<shown>[^']*)')?)[^}]*\}\}")
_CODE = re.compile(r"`[^`]*`")
# Words that a full stop shortens, and those that do so before a number.
_SHORT = re.compile(
    r"(?<![\w.])(?:e\.g|i\.e|cf|vs|et al|approx|ca)\.|(?<![\w.])(?:eqs?|figs?|sec|app|no|pp?|vol)\.(?=\s*\d)",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?]+[)\]\"'”’]*(?=\s|$)|[。！？]+[”’」）]*")


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a text; a blank line of the YAML is a line break in it."""
    return [part.strip() for part in text.split("\n") if part.strip()]


def count_sentences(paragraph: str) -> int:
    """How many sentences a paragraph has, the last one also where nothing ends it."""
    bare = _QUOTE.sub(lambda match: match["shown"] or "word", _CODE.sub("word", paragraph))
    bare = _SHORT.sub("word", bare)
    return sum(1 for part in _END.split(bare) if part.strip())

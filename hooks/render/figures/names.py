"""Names as short as a label in a figure has to be."""

from __future__ import annotations

import re

_MAKER = re.compile(r"^DeepSeek[- ]?(?=.)")
_BASE = re.compile(r"[- ][Bb]ase(?=$|[- ])")


def short_name(name: str) -> str:
    """A variant's name without the maker's and without the word for base weights: `LLM 67B`, `V4-Pro`."""
    return _BASE.sub("", _MAKER.sub("", name))

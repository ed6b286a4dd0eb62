"""Names as short as a label has to be where space is narrow.

Models keep the maker's name where it is one word with the rest: `DeepSeekMoE` is a model, and `MoE` a technique.
Variants have a size or a form behind it, so that nobody takes one for the other.
"""

from __future__ import annotations

import re

_MAKER = re.compile(r"^DeepSeek[- ]?(?=.)")
_MAKER_APART = re.compile(r"^DeepSeek[- ]")
_BASE = re.compile(r"[- ][Bb]ase(?=$|[- ])")


def short_model(name: str) -> str:
    """A model's name without the maker's: `V3`, `DeepSeekMoE`."""
    return _MAKER_APART.sub("", name)


def short_variant(name: str) -> str:
    """A variant's name without the maker's: `V4-Pro-Base`, `MoE-16B`."""
    return _MAKER.sub("", name)


def short_size(name: str) -> str:
    """A variant's name without the maker's and without the word for base weights: `LLM 67B`, `V4-Pro`."""
    return _BASE.sub("", short_variant(name))

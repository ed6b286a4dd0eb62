"""LaTeX to MathML at build, so that no script draws formulas in the browser."""

from __future__ import annotations

import re
from functools import lru_cache

from latex2mathml.converter import convert


class FormulaError(ValueError):
    """latex2mathml did not understand a formula; it says so only in its output."""


@lru_cache(maxsize=None)
def mathml(latex: str) -> str:
    """Display MathML. Raises FormulaError where a command was not understood.

    The cache holds a pure function's results, not data: a changed formula is a new key.
    """
    try:
        result = convert(latex, display="block")
    except Exception as error:  # the library raises many unrelated classes
        raise FormulaError(f"`{latex}` cannot be converted: {type(error).__name__} {error}") from error
    left_over = re.search(r"\\[A-Za-z]+", result)
    if left_over or "<merror" in result:
        raise FormulaError(f"`{latex}`: `{left_over[0] if left_over else '?'}` is not understood; use plain LaTeX")
    return str(result)

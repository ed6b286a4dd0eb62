"""The `{{ … }}` of a text: calls that quote the catalogue, and nothing else.

`{{ v('deepseek-v3-base/parameters.total') }}` is the whole language: a name and quoted
strings. Texts of the catalogue and hand-written pages use the same calls; `{{ math('q_t') }}` is LaTeX as it stands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_QUOTE = re.compile(r"\{\{((?:(?!\{\{).)*?)\}\}", re.S)
# As quotes are written; any other spelling of a call is left to Python's own reader, which is slow.
_PLAIN = re.compile(r"(\w+)\(('[^'\\\n]*'(?:, '[^'\\\n]*')*)\)")
_MATH = re.compile(r"math\('([^'\n]+)'\)")  # its backslashes are LaTeX's, not Python's
_LONGEST = 80  # characters of a quote in a message: one that is not closed ends where another one does

# Of any number of values and numbers; `bytes` is a product that is an amount of memory.
PRODUCT_CALLS = ("product", "bytes")
# A formula over values that are named behind it; `working` shows it with the numbers put in.
COMPUTED_CALLS = ("compute", "working")
VALUE_CALLS = ("v", "ratio", "share", "saving", *PRODUCT_CALLS, *COMPUTED_CALLS)
LINK_CALLS = ("m", "t")
BLOCK_CALL = "block"
MATH_CALL = "math"


class QuoteError(ValueError):
    """A `{{ … }}` that is not a call of quoted strings."""


@dataclass(frozen=True)
class Quote:
    """A call: its name, its arguments, and how it was written."""

    name: str
    arguments: tuple[str, ...]
    text: str


@lru_cache(maxsize=1 << 14)  # a text stands on several pages
def text_parts(text: str) -> tuple[str | Quote, ...]:
    """The literal parts and the quotes of a text, in order. Raises QuoteError."""
    return tuple(parse_quotes(text))


def parse_quotes(text: str) -> Iterator[str | Quote]:
    """Yield the literal parts and the quotes of a text, in order. Raises QuoteError at a broken one."""
    position = 0
    for match in _QUOTE.finditer(text):
        yield from _literal_text(text[position : match.start()])
        yield _parse_quote(match[1].strip(), match[0])
        position = match.end()
    yield from _literal_text(text[position:])


def _literal_text(text: str) -> Iterator[str]:
    before, left_open, _ = text.partition("{{")
    if before:
        yield before
    if left_open:
        raise QuoteError("`{{` without `}}`")


def _parse_quote(call: str, text: str) -> Quote:
    if plain := _PLAIN.fullmatch(call):
        return Quote(plain[1], tuple(plain[2][1:-1].split("', '")), text)
    if formula := _MATH.fullmatch(call):
        return Quote(MATH_CALL, (formula[1],), text)
    try:
        node = ast.parse(call, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        node = None
    shown = " ".join(text.split())
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.keywords:
        raise QuoteError(f"`{shown}` is not a call; allowed is {{{{ v('id/field') }}}}")
    arguments = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if len(arguments) != len(node.args):
        raise QuoteError(f"`{shown}`: arguments are quoted strings")
    return Quote(node.func.id, tuple(arguments), text)

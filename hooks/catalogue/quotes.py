"""The `{{ … }}` of a text: calls that quote the catalogue, and nothing else; read, checked, and computed.

`{{ v('deepseek-v3-base/parameters.total') }}` is the whole language: a name and quoted strings. Texts of the catalogue
and hand-written pages use the same calls; `{{ math('q_t') }}` is LaTeX as it stands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from .derive.expression import NAME, check_formula, evaluate_formula, formula_names
from .findings import nearest_in_quotes
from .lookup import Found, Lookup, LookupFailure

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


FORM = "as"
FORMS = ("bytes", "compact", "percent", "power", "time", "whole")
"""How a result is written; a power of ten such as `0.01` is the place to which it is rounded."""


@dataclass(frozen=True)
class Computed:
    """A formula, its value, and the values that it names: those of the catalogue, and numbers as they were typed."""

    formula: str
    values: Mapping[str, Found | str]
    exact: Fraction
    form: str


def compute_quote(quote: Quote, lookup: Lookup) -> Computed:
    """Work a quote out. Raises LookupFailure for a formula that is none, and for names without a value."""
    formula, *named = quote.arguments or ("",)
    given = dict(_split_argument(argument) for argument in named)
    form = given.pop(FORM, "compact")
    if form not in FORMS and not (form.startswith("0.") and form.strip("0.") == "1") and form != "1":
        close = nearest_in_quotes(form, FORMS)
        raise LookupFailure(
            f"`{form}` is no form; allowed are {', '.join(FORMS)}, 1 and 0.1, 0.01 …"
            + (close and f"; nearest match: {close}")
        )
    try:
        check_formula(formula)
        needed = formula_names(formula)
    except (SyntaxError, ValueError) as error:
        raise LookupFailure(f"`{formula}` is not a formula of names, numbers and + - * / ( )") from error
    if missing := sorted(needed - given.keys()):
        raise LookupFailure(f"`{missing[0]}` has no value; write `'{missing[0]}=id/field'` behind the formula")
    if unused := sorted(given.keys() - needed):
        raise LookupFailure(f"`{unused[0]}` does not occur in the formula; take it out")
    values: dict[str, Found | str] = {name: lookup.find(path) if "/" in path else path for name, path in given.items()}
    numbers = {name: Fraction(lookup.number(path, typed=True)) for name, path in given.items()}
    try:
        return Computed(formula, values, evaluate_formula("quote", formula, numbers).exact, form)
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        raise LookupFailure(f"`{formula}` has no value: {error}") from error


def as_decimal(number: Fraction) -> Decimal:
    """A fraction as the decimal that formats take."""
    return Decimal(number.numerator) / Decimal(number.denominator)


def _split_argument(argument: str) -> tuple[str, str]:
    name, sign, path = argument.partition("=")
    if not sign or not (NAME.fullmatch(name) or name == FORM):
        raise LookupFailure(f"`{argument}` is no named value; write `name=id/field`, in lower case")
    return name, path


@dataclass(frozen=True)
class Problem:
    """What is wrong with a quote, and the line of the text that it stands on, counted from 1."""

    line: int
    message: str


def quote_problems(text: str, lookup: Lookup, blocks: Collection[str] = ()) -> Iterator[Problem]:
    """What is wrong with the quotes of a text; `blocks` are the figures and tables that it may place."""
    line = 1
    try:
        for part in parse_quotes(text):
            if isinstance(part, Quote):
                yield from (Problem(line, message) for message in _problems_of_quote(part, lookup, blocks))
            line += (part.text if isinstance(part, Quote) else part).count("\n")
    except QuoteError as error:
        yield Problem(line, str(error))


def _problems_of_quote(quote: Quote, lookup: Lookup, blocks: Collection[str]) -> Iterator[str]:
    allowed = (*VALUE_CALLS, *LINK_CALLS, *([BLOCK_CALL, MATH_CALL] if blocks else []))
    if quote.name not in allowed:
        yield f"`{quote.name}` is not a call; allowed are {', '.join(allowed)}"
        return
    try:
        if quote.name in COMPUTED_CALLS:
            compute_quote(quote, lookup)
        elif quote.name == MATH_CALL:
            return  # converted, and so checked, where the page is made
        elif quote.name in VALUE_CALLS:
            _check_values(quote, lookup)
        elif quote.name in LINK_CALLS:
            _check_link(quote, lookup)
        else:
            _check_block(quote, blocks)
    except LookupFailure as failure:
        yield f"`{quote.text}`: {failure}"


def _check_link(quote: Quote, lookup: Lookup) -> None:
    if not 1 <= len(quote.arguments) <= 2:
        raise LookupFailure(f"{quote.name} takes an id, and words for the link where the name does not fit")
    lookup.entry("model" if quote.name == "m" else "technique", quote.arguments[0])


def _check_values(quote: Quote, lookup: Lookup) -> None:
    multiplies = quote.name in PRODUCT_CALLS
    expected = "two or more paths or numbers" if multiplies else "one path" if quote.name == "v" else "two paths"
    count = len(quote.arguments)
    if not (count >= 2 if multiplies else count == (1 if quote.name == "v" else 2)):
        raise LookupFailure(f"{quote.name} takes {expected}")
    if quote.name == "v":
        lookup.find(quote.arguments[0])
        return
    numbers = [lookup.number(argument, typed=multiplies) for argument in quote.arguments]
    if not multiplies and not numbers[1]:
        raise LookupFailure(f"`{quote.arguments[1]}` is 0, and nothing can be divided by it")


def _check_block(quote: Quote, blocks: Collection[str]) -> None:
    if len(quote.arguments) != 1:
        raise LookupFailure(f"{quote.name} takes the name of one block; allowed are {', '.join(sorted(blocks))}")
    name = quote.arguments[0]
    if name not in blocks:
        close = nearest_in_quotes(name, blocks)
        near = f"; nearest match: {close}" if close else ""
        raise LookupFailure(f"there is no block `{name}`{near}; allowed are {', '.join(sorted(blocks))}")

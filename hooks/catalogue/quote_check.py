"""Whether what a text quotes is there: one check for the texts of the catalogue and for hand-written pages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .computed_quotes import compute_quote
from .findings import nearest_in_quotes
from .lookup import Lookup, LookupFailure
from .quotes import (
    BLOCK_CALL,
    COMPUTED_CALLS,
    LINK_CALLS,
    MATH_CALL,
    PRODUCT_CALLS,
    VALUE_CALLS,
    Quote,
    QuoteError,
    parse_quotes,
)


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

"""What a text quotes from the catalogue is there."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..lookup import Lookup, LookupFailure
from ..quotes import LINK_CALLS, VALUE_CALLS, Quote, QuoteError, parse
from ..schema.values import Text
from .draft import Draft


def interpolations_resolve(draft: Draft) -> Iterator[Finding]:
    """A `{{ … }}` in a text is a known call, and the paths and ids in it lead to values, models and techniques."""
    for file, path, value in draft.nodes:
        if not isinstance(value, Text):
            continue
        for language in ("en", "zh"):
            text = getattr(value, language)
            if text is None or "{{" not in text:
                continue
            for problem in problems(text, draft.lookup):
                yield file.finding((*path, language), problem, fix="correct the text")


def problems(text: str, lookup: Lookup) -> Iterator[str]:
    """What is wrong with the quotes of a text."""
    try:
        quotes = [part for part in parse(text) if isinstance(part, Quote)]
    except QuoteError as error:
        yield str(error)
        return
    for quote in quotes:
        try:
            if quote.name in VALUE_CALLS:
                _check_values(quote, lookup)
            elif quote.name in LINK_CALLS:
                _check_link(quote, lookup)
            else:
                yield f"`{quote.name}` is not a call; allowed are " + ", ".join((*VALUE_CALLS, *LINK_CALLS))
        except LookupFailure as failure:
            yield f"`{quote.text}`: {failure}"


def _check_link(quote: Quote, lookup: Lookup) -> None:
    if not 1 <= len(quote.arguments) <= 2:
        raise LookupFailure(f"{quote.name} takes an id, and words for the link where the name does not fit")
    lookup.entry("model" if quote.name == "m" else "technique", quote.arguments[0])


def _check_values(quote: Quote, lookup: Lookup) -> None:
    expected = {"v": "one path", "product": "two or more paths or numbers"}.get(quote.name, "two paths")
    count = len(quote.arguments)
    if not (count >= 2 if quote.name == "product" else count == (1 if quote.name == "v" else 2)):
        raise LookupFailure(f"{quote.name} takes {expected}")
    for argument in quote.arguments:
        if quote.name == "v":
            lookup.find(argument)
        else:
            lookup.number(argument, typed=quote.name == "product")

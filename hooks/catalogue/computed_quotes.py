"""`{{ compute('2 * layers * width', 'layers=id/field', 'width=id/field', 'as=bytes') }}`: a formula over values of the catalogue.

Takes such a quote and gives its value with the values that went in; how that is written is the renderer's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .derive.expression import NAME, check_formula, evaluate_formula, formula_names
from .findings import nearest_in_quotes
from .lookup import Found, Lookup, LookupFailure
from .quotes import Quote

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

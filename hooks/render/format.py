"""Numbers, dates and lengths as people read them."""

from __future__ import annotations

from decimal import Decimal

from catalogue.schema.values import Length, PartialDate, Quantity

from .words import Words

_FACTORS = (("T", 10**12), ("B", 10**9), ("M", 10**6), ("K", 10**3))
_THIN_SPACE = "\u202f"
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def quantity(value: Quantity) -> str:
    """The number as its source prints it, with grouped digits and real powers of ten."""
    text = value.text.removeprefix(value.qualifier)
    lead = {"~": "≈ ", "": ""}.get(value.qualifier, value.qualifier + " ")
    return lead + _number(text)


def _number(text: str) -> str:
    suffix = text[-1] if text[-1] in "KMBT%" else ""
    digits = text.removesuffix(suffix)
    number = Decimal(digits)
    sign, body = ("−", digits.lstrip("-")) if number < 0 else ("", digits)
    if "e" in body.lower() or (number and abs(number) < Decimal("0.001")):
        return sign + scientific(abs(number)) + suffix
    whole, dot, fraction = body.partition(".")
    grouped = f"{int(whole):,}" if len(whole) > 3 else whole
    unit = f"{_THIN_SPACE}{suffix}" if suffix in {"K", "M", "B", "T"} else suffix
    return f"{sign}{grouped}{dot}{fraction}{unit}"


def scientific(number: Decimal) -> str:
    """`2.2 × 10⁻⁴`."""
    mantissa, _, exponent = f"{number.normalize():E}".partition("E")
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPT)
    return power if mantissa == "1" else f"{mantissa} × {power}"


def integer(value: int) -> str:
    """Grouped digits."""
    return f"{value:,}"


def compact(value: int | Decimal) -> str:
    """Three or four significant digits with K, M, B or T: `671.0 B`; a power of ten from a quadrillion on."""
    if value >= 10**15:
        return power(value)
    for suffix, factor in _FACTORS:
        if value >= factor:
            number = Decimal(value) / factor
            digits = 2 if number < 10 else 1
            return f"{number:.{digits}f}{_THIN_SPACE}{suffix}"
    return f"{value:,}" if value % 1 == 0 else significant(Decimal(value))


def power(value: int | Decimal) -> str:
    """Three significant digits times a power of ten: `3.71 × 10²⁴`."""
    return scientific(Decimal(f"{Decimal(value):.2E}"))


def tick(value: float) -> str:
    """What stands at an axis: `10 B`; a power of ten from a quadrillion on."""
    if value >= 10**15:
        return scientific(Decimal(f"{value:.0e}"))
    for suffix, factor in _FACTORS:
        # The ticks of a logarithmic scale lie within a rounding error of theirs.
        if value >= factor * 0.999:
            return f"{value / factor:g}{_THIN_SPACE}{suffix}"
    return f"{value:g}"


def date(value: PartialDate, words: Words) -> str:
    """`7 May 2024`, or `May 2024`."""
    year, month, *day = value.text.split("-")
    key = "date.day" if day else "date.month"
    return words(key, day=int(day[0]) if day else "", month=words(f"date.months.{month}"), number=int(month), year=year)


def month(value: PartialDate, words: Words) -> str:
    """`May 2024`, with the month as short as a figure needs it."""
    year, number = value.text.split("-")[:2]
    return words("date.month", month=words(f"date.short.{number}"), number=int(number), year=year)


def length(value: Length) -> str:
    """A length in tokens as printed, with the exact count where K stands for 1,024."""
    shown = quantity(value)
    return shown if value.text.isdigit() else f"{shown} ({int(value.value):,})"


def significant(number: Decimal, digits: int = 3) -> str:
    """Three significant digits without an exponent; more digits before the point are kept."""
    places = max(0, digits - 1 - number.adjusted()) if number else 0
    return f"{number:,.{places}f}"

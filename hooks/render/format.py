"""Numbers, dates, lengths, short names and places in documents as people read them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from unicodedata import east_asian_width

from markupsafe import Markup

from catalogue.schema.architecture import Attention
from catalogue.schema.quantities import Amount, Length, Quantity
from catalogue.schema.values import PartialDate, Text
from catalogue.uses import UseLabel

from .words import CHINESE, Words

_EXPONENTS = {"K": 3, "M": 6, "B": 9, "T": 12}
_TEN_THOUSAND, _HUNDRED_MILLION = 10**4, 10**8
_FACTORS = (("T", 10**12), ("B", 10**9), ("M", 10**6), ("K", 10**3))
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def character_columns(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


def text_columns(text: str) -> int:
    return sum(map(character_columns, text))


def format_quantity(value: Quantity, words: Words | None = None) -> str:
    """As its source prints it, with grouped digits and real powers of ten."""
    text = value.text.removeprefix(value.qualifier)
    lead = {"~": "≈ ", "": ""}.get(value.qualifier, value.qualifier + " ")
    if words is not None and words.language == CHINESE and isinstance(value, Amount) and text[-1] in _EXPONENTS:
        return lead + _in_ten_thousands(Decimal(text[:-1]).scaleb(_EXPONENTS[text[-1]]))
    return lead + group_digits(text)


def format_amount(value: Decimal, words: Words) -> str:
    if words.language != CHINESE or value < _TEN_THOUSAND:
        return format_compact(value)
    return _in_ten_thousands(Decimal(f"{value:.3E}"))


_LONG = re.compile(r"(?:^|(?<=>))\d{1,3}(?:,\d{3}){2,}(?=$|<)")


def spoken_numbers(html: Markup | str, words: Words) -> Markup:
    """Whole numbers of seven digits and more as a person says them, the digits on point: `653.9B`, `6539 亿`."""

    def spoken(match: re.Match[str]) -> str:
        return f'<span title="{match[0]}">{spoken_number(int(match[0].replace(",", "")), words)}</span>'

    return Markup(_LONG.sub(spoken, str(html)))


def spoken_number(value: int, words: Words) -> str:
    return format_amount(Decimal(value), words) if abs(value) >= 10**6 else f"{value:,}"


def format_amounts(values: Sequence[Decimal], words: Words) -> list[str]:
    """Amounts of a column in one unit: `5.328M` beside `0.010M`."""
    largest = max(values, default=Decimal(0))
    unit, factor = next(((u, f) for u, f in _FACTORS if largest >= f), ("", 1))
    if words.language == CHINESE or not unit or min(values) >= factor:
        return [format_amount(value, words) for value in values]
    return [f"{value / factor:.3f}{unit}" for value in values]


def _in_ten_thousands(value: Decimal) -> str:
    """`278.8 万`, `3000 万`, `1.2 亿`; below ten thousand the digits: `8,200`."""
    if value < _TEN_THOUSAND:
        return f"{value.normalize():,f}"
    unit, factor = ("亿", _HUNDRED_MILLION) if value >= _HUNDRED_MILLION else ("万", _TEN_THOUSAND)
    return f"{(value / factor).normalize():f} {unit}"


def group_digits(text: str) -> str:
    suffix = text[-1] if text[-1] in "KMBT%" else ""
    digits = text.removesuffix(suffix)
    number = Decimal(digits)
    sign, body = ("−", digits.lstrip("-")) if number < 0 else ("", digits)
    if "e" in body.lower() or (number and abs(number) < Decimal("0.001")):
        return sign + format_scientific(abs(number)) + suffix
    whole, dot, fraction = body.partition(".")
    grouped = f"{int(whole):,}" if len(whole) > 3 else whole
    return f"{sign}{grouped}{dot}{fraction}{suffix}"


def format_scientific(number: Decimal) -> str:
    """`2.2 × 10⁻⁴`."""
    mantissa, _, exponent = f"{number.normalize():E}".partition("E")
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPT)
    return power if mantissa == "1" else f"{mantissa} × {power}"


def format_integer(value: int) -> str:
    return f"{value:,}"


def format_compact(value: int | Decimal) -> str:
    """Three or four significant digits with K, M, B or T: `671.0B`; a power of ten from a quadrillion on."""
    if value >= 10**15:
        return format_power(value)
    for suffix, factor in _FACTORS:
        if value >= factor:
            number = Decimal(value) / factor
            digits = 2 if number < 10 else 1
            return f"{number:.{digits}f}{suffix}"
    return f"{value:,}" if value % 1 == 0 else format_significant(Decimal(value))


def format_three_digits(value: int) -> str:
    """`671B`, `11.4B`."""
    factor, suffix = next(((f, s) for s, f in _FACTORS if value >= f), (1, ""))
    number = Decimal(value) / factor
    return f"{number:.{max(0, 2 - number.adjusted())}f}{suffix}"


def in_bytes(value: int | Decimal) -> str:
    """`1.34 TB`; a kB is a thousand bytes."""
    shown = format_compact(value)
    unit = {"K": "kB", "M": "MB", "B": "GB", "T": "TB"}.get(shown[-1], "B")
    return f"{shown.rstrip('KMBT')}\N{NO-BREAK SPACE}{unit}"


def format_typed(number: str) -> str:
    whole, dot, fraction = number.partition(".")
    return f"{int(whole):,}{dot}{fraction}"


_SECONDS = (("h", 3600), ("s", 1), ("ms", Decimal("1e-3")), ("µs", Decimal("1e-6")))


def in_time(seconds: Decimal) -> str:
    """`19.7 ms`."""
    unit, factor = next(((u, f) for u, f in _SECONDS if seconds >= f), _SECONDS[-1])
    return f"{format_significant(seconds / factor)}\N{NO-BREAK SPACE}{unit}"


def format_computed(value: Decimal, form: str) -> str:
    """In one of `catalogue.text.FORMS`."""
    sign, size = ("−" if value < 0 else ""), abs(value)
    match form:
        case "bytes":
            return sign + in_bytes(size)
        case "compact":
            return sign + format_compact(size)
        case "percent":
            return f"{sign}{format_ratio(100 * size)}%"
        case "power":
            return sign + format_power(size)
        case "time":
            return sign + in_time(size)
        case "whole":
            return f"{sign}{round(size):,}"
    return f"{sign}{size.quantize(Decimal(form)):,}"


def format_power(value: int | Decimal) -> str:
    """`3.71 × 10²⁴`."""
    return format_scientific(Decimal(f"{Decimal(value):.2E}"))


def format_tick(value: float) -> str:
    """`10B` at an axis; a power of ten from a quadrillion on."""
    if value >= 10**15:
        return format_scientific(Decimal(f"{value:.0e}"))
    for suffix, factor in _FACTORS:
        # The ticks of a logarithmic scale lie within a rounding error of theirs.
        if value >= factor * 0.999:
            return f"{value / factor:g}{suffix}"
    return f"{value:g}"


def attention_name(kind: Attention, words: Words) -> str:
    """Capitals are the same in both languages; any other kind has the name of its drawing."""
    return kind.value if kind.value.isupper() else words(f"drawing.kind_{kind.key}")


def format_date(value: PartialDate, words: Words) -> str:
    """`7 May 2024`, or `May 2024`."""
    year, month, *day = value.text.split("-")
    key = "date.day" if day else "date.month"
    return words(key, day=int(day[0]) if day else "", month=words(f"date.months.{month}"), number=int(month), year=year)


def format_span(first: PartialDate, last: PartialDate, words: Words) -> str:
    """`7–9 May 2024` within a month, both dates in full otherwise."""
    if first == last:
        return format_date(last, words)
    if len(first.text) == len(last.text) == 10 and first.text[:7] == last.text[:7]:
        days = f"{int(first.text[8:])}–{int(last.text[8:])}"
        return words(
            "date.day",
            day=days,
            month=words(f"date.months.{last.text[5:7]}"),
            number=int(last.text[5:7]),
            year=last.text[:4],
        )
    return f"{format_date(first, words)} – {format_date(last, words)}"


def format_month(value: PartialDate, words: Words) -> str:
    """`May 2024`, with the short name of the month."""
    year, number = value.text.split("-")[:2]
    return words("date.month", month=words(f"date.short.{number}"), number=int(number), year=year)


def format_length(value: Length, words: Words) -> str:
    """As printed, with the exact count where K stands for 1,024."""
    shown = format_quantity(value)
    return shown if value.text.isdigit() else shown + words("punctuation.bracketed", text=f"{int(value.value):,}")


def format_significant(number: Decimal, digits: int = 3) -> str:
    """Three significant digits without an exponent; digits before the point are kept."""
    places = max(0, digits - 1 - number.adjusted()) if number else 0
    return f"{number:,.{places}f}"


def format_ratio(number: Decimal, digits: int = 3) -> str:
    if digits < 3 and number:
        number = round(number, digits - 1 - number.adjusted())
    shown = format_significant(number, digits)
    return shown.rstrip("0").rstrip(".") if "." in shown and Decimal(shown.replace(",", "")) == number else shown


_MAKER = re.compile(r"^DeepSeek[- ]?(?=.)")
_MAKER_APART = re.compile(r"^DeepSeek[- ]")
_BASE = re.compile(r"[- ][Bb]ase(?=$|[- ])")


def maker_name(words: Words, maker: str) -> str:
    """A company in the language of the page; most go by one name everywhere."""
    key = f"makers.{maker}"
    return words(key) if key in words else maker


def short_model(name: str) -> str:
    """A model's name without the maker's: `V3`, `DeepSeekMoE`."""
    return _MAKER_APART.sub("", name)


def short_variant(name: str) -> str:
    """A variant's name without the maker's: `V4-Pro-Base`, `MoE-16B`."""
    return _MAKER.sub("", name)


def short_size(name: str) -> str:
    """`LLM 67B`, `V4-Pro`: without the maker and the word for base weights."""
    return _BASE.sub("", short_variant(name))


# A space between two Chinese words.
_CLOSED = re.compile(r"(?<=[\u4e00-\u9fff：（）]) (?=[\u4e00-\u9fff：（）])")
# A bracket around Chinese words.
_BRACKETS = re.compile(r" ?\(([^()]*[\u4e00-\u9fff][^()]*)\)")
_NUMBER = r"(?:\d+(?:\.\d+)*|[IVX]+(?:-[A-Z])?)(?:$|[,;]| (?:and|to|at|caption|footnote|eq\.|Table|Fig|\())"
_HEADING = re.compile(rf"(§(?!{_NUMBER}).+?(?=, | at commit | and §| to §|; |$))")


class Loci:
    """Places in documents in Chinese, by a table of phrases."""

    def __init__(self, phrases: Iterable[Text]) -> None:
        self._chinese = {phrase.en: phrase.zh or phrase.en for phrase in phrases}
        longest_first = sorted(self._chinese, key=len, reverse=True)
        listed = "|".join(re.escape(phrase) for phrase in longest_first) or r"(?!)"
        self._pattern = re.compile(rf"(?<![\w/.§-])(?:{listed})(?![\w/-]|\.\w)")

    def __call__(self, locus: str) -> str:
        parts = _HEADING.split(locus)  # every second one is a heading
        said = "".join(part if place % 2 else self._said(part) for place, part in enumerate(parts))
        return _CLOSED.sub("", said.replace(", ", "，"))

    def _said(self, words: str) -> str:
        return _BRACKETS.sub(r"（\1）", self._pattern.sub(lambda match: self._chinese[match[0]], words))


# What stands where an entry has no such value.
NOTHING = Markup("–")


class UsePart(Enum):
    """What a family did with a technique, in the order of pages; the value is the key of its words."""

    BROUGHT = "users.brought"
    CHANGED = "users.changed"
    HAS = "users.has"
    DROPPED = "users.dropped"
    IN_WEIGHTS = "users.in_weights"


_PART_OF: Mapping[UseLabel, UsePart] = {
    UseLabel.INTRODUCED: UsePart.BROUGHT,
    UseLabel.FIRST: UsePart.BROUGHT,
    UseLabel.FORM: UsePart.CHANGED,
    UseLabel.ADOPTED: UsePart.HAS,
    UseLabel.KEPT: UsePart.HAS,
    UseLabel.INHERITED: UsePart.HAS,
    UseLabel.DROPPED: UsePart.DROPPED,
    UseLabel.IN_WEIGHTS: UsePart.IN_WEIGHTS,
}


def part_of(how: UseLabel) -> UsePart:
    """Without who was first and where it was taken from."""
    return _PART_OF[how]


# The signs of it. To have started from weights that were trained so is no use, and has none.
USES: Mapping[UsePart, str] = {
    UsePart.BROUGHT: "★",
    UsePart.CHANGED: "★",
    UsePart.HAS: "●",
    UsePart.DROPPED: "×",
    UsePart.IN_WEIGHTS: "",
}
LEGEND = (UsePart.BROUGHT, UsePart.HAS, UsePart.DROPPED)
AGREES = "✓"


def use_part(part: UsePart) -> Markup:
    return Markup('<span class="ds-use {}" aria-hidden="true">{}</span>').format(part.name.lower(), USES[part])


def verdict_symbol(holds: bool, title: str, differs: str) -> Markup:
    """A sign where a number agrees, the word where it does not."""
    if holds:
        return Markup('<span class="ds-ok" title="{}" role="img">{}</span>').format(title, AGREES)
    return Markup('<span class="ds-off" title="{}">{}</span>').format(title, differs)

"""Texts of the catalogue: sentences, typography of both languages, forms that are not used, and the letters of formulas."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .quotes import BLOCK_CALL, MATH_CALL, VALUE_CALLS, Quote, QuoteError, parse_quotes
from .schema.technique import Avoided, Language, TermsFile

# A quoted value or link counts as what it shows, or as one word; code as one word.
_QUOTE = re.compile(r"\{\{\s*\w+\((?:'[^']*'(?:,\s*'(?P<shown>[^']*)')?)[^}]*\}\}")
_CODE = re.compile(r"`[^`]*`")
# Words that a full stop shortens, and those that do so before a number.
_SHORT = re.compile(
    r"(?<![\w.])(?:e\.g|i\.e|cf|vs|et al|approx|ca)\.|(?<![\w.])(?:eqs?|figs?|sec|app|no|pp?|vol)\.(?=\s*\d)",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?]+[)\]\"'”’]*(?=\s|$)|[。！？]+[”’」）]*")


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a text; a blank line of the YAML is a line break in it."""
    return [part.strip() for part in text.split("\n") if part.strip()]


def count_sentences(paragraph: str) -> int:
    """How many sentences a paragraph has, the last one also where nothing ends it."""
    bare = _QUOTE.sub(lambda match: match["shown"] or "word", _CODE.sub("word", paragraph))
    bare = _SHORT.sub("word", bare)
    return sum(1 for part in _END.split(bare) if part.strip())


HAN = r"[\u4e00-\u9fff]"
_FULL = "，。；：、！？（）"
# What is not read as Chinese: quotes of values, code, tags, attributes, addresses. A joiner takes its place, beside which anything may stand.
_SILENT = re.compile(r"\{\{.*?\}\}|`[^`]*`|<[^>]*>|\{[^}]*\}|\]\([^)]*\)")
_JOINER = "\u2060"
_RULES = (
    (
        re.compile(f"{HAN}[,;:!?]|[,;:!?]{HAN}"),
        "half-width punctuation beside Chinese",
        "full-width punctuation: ，；：！？",
    ),
    (
        re.compile(f"{HAN}[A-Za-z0-9]|[A-Za-z0-9%]{HAN}"),
        "Chinese and Latin letters or digits without a space",
        "one space between them",
    ),
    (
        re.compile(rf" [{_FULL}]|[{_FULL}] "),
        "a space beside full-width punctuation",
        "no space; a folded text (`>-`) has one at each line break",
    ),
    (
        re.compile(rf"(?<={HAN}) (?={HAN})"),
        "a space between Chinese words",
        "no space; a folded text (`>-`) has one at each line break",
    ),
)
_AROUND = 8
# Not the end of a name, such as R1-0528; sizes and tokens keep their letter, amounts in K and M are counted in 万.
_NUMBER = re.compile(r"(?<![\w.])(?<![A-Za-z]-)(?<![A-Za-z]\d-)\d+(?:[.,]\d+)*[BT%]?(?![\w])")
_LONG = re.compile(r"\d[\d.,]\d")  # something that may be a number of so many digits
_COUNTED_IN_WORDS = re.compile(r"million|billion|trillion|thousand")
_CHINESE = re.compile(f"{HAN}+")
_QUOTED_HAN = re.compile(r"[“‘\"'(（《「][^”’\"')）》」]*[”’\"')）》」]|`[^`]*`|\{\{.*?\}\}")
_QUOTE_OR_CODE = re.compile(r"\{\{.*?\}\}|`[^`]*`")
_DIGITS_OF_A_TYPED_NUMBER = 3
_ORDINARY_WORDS = re.compile(r"[a-z-]{2,}(?: [a-z-]{2,})+")


@dataclass(frozen=True)
class Slip:
    """What is wrong at a place of a text, and how it is written."""

    at: int
    found: str
    allowed: str


def chinese_slips(text: str) -> Iterator[Slip]:
    """Where a Chinese text leaves the one way in which Chinese is set."""
    plain = _SILENT.sub(lambda silent: _JOINER * len(silent[0]), text)
    for pattern, found, allowed in _RULES:
        for match in pattern.finditer(plain):
            around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND].replace("\n", " ")
            yield Slip(match.start(), f"{found}: “{around}”", allowed)


def chinese_in_english(text: str) -> str:
    """The first Chinese word of an English text that does not stand in quotation marks, brackets or code; empty if there is none."""
    if text.isascii():
        return ""
    found = _CHINESE.search(_QUOTED_HAN.sub("", text))
    return found[0] if found else ""


def unequal_numbers(english: str, chinese: str) -> list[str]:
    """Typed numbers of three or more digits that the English text has and the Chinese one has not."""
    if not _LONG.search(english) or _COUNTED_IN_WORDS.search(english):
        return []
    missing = Counter(typed_numbers(english)) - Counter(typed_numbers(chinese))
    return [number for number in missing if len(re.sub(r"\D", "", number)) >= _DIGITS_OF_A_TYPED_NUMBER]


def typed_numbers(text: str) -> list[str]:
    """The numbers of a text that are not quoted from the catalogue."""
    return _NUMBER.findall(_QUOTE_OR_CODE.sub("", text))


def untranslated_words(english: str, chinese: str) -> str:
    """The words that a Chinese text has from the English one, all in small letters, which no name is; empty otherwise."""
    return chinese if chinese == english and _ORDINARY_WORDS.fullmatch(chinese) else ""


def unequal_quotes(english: str, chinese: str) -> tuple[list[str], list[str]]:
    """Quotes that only the English text has, and those that only the Chinese one has; the words that a link shows may differ."""
    try:
        ours, theirs = _misplaced_quotes(english), _misplaced_quotes(chinese)
    except QuoteError:  # said where quotes are checked
        return [], []
    return [*(ours - theirs).elements()], [*(theirs - ours).elements()]


def _misplaced_quotes(text: str) -> Counter[str]:
    return Counter(
        f"{part.name}({', '.join(part.arguments[:1] if part.name in ('m', 't') else part.arguments)})"
        for part in parse_quotes(text)
        if isinstance(part, Quote) and part.name != MATH_CALL  # which is part of a sentence
    )


# Code, and quotes of values; a link of the catalogue keeps its words.
_CODE_OR_MARKUP = re.compile(rf"`[^`]*`|\{{\{{\s*(?:{'|'.join((*VALUE_CALLS, BLOCK_CALL))})\(.*?\}}\}}|\]\([^)]*\)")
_AROUND_FORM = 12


@dataclass(frozen=True)
class Use:
    """An avoided form in a text: its place, what stands around it, and the right form."""

    at: int
    form: str
    around: str
    right: str

    @property
    def message(self) -> str:
        """What was found."""
        return f"“{self.form}” in “{self.around}”"

    @property
    def allowed(self) -> str:
        """What is written in its place."""
        return f"this site writes “{self.right}”"


FIX = "write that, or name the longer expression under `but:` in data/terms.yaml, with the reason"


@dataclass(frozen=True)
class Forms:
    """The forms of one language that are not used."""

    language: Language
    rights: dict[str, tuple[Avoided, str]]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Exceptions before forms, the longest first, so that an exception hides the form in it."""
        known = {text for avoided, _ in self.rights.values() for text in _longer_expressions(avoided)}
        listed = "|".join(re.escape(text) for text in sorted(known, key=len, reverse=True))
        if not listed:
            return re.compile(r"(?!)")
        return re.compile(rf"\b(?:{listed})\b" if self.language is Language.ENGLISH else listed, re.IGNORECASE)

    def uses(self, text: str) -> Iterator[Use]:
        """Every avoided form in a text."""
        if not self._pattern.search(text):
            return
        bare = _CODE_OR_MARKUP.sub(lambda match: "\0" * len(match[0]), text)
        for match in self._pattern.finditer(bare):
            found = self.rights.get(match[0].lower())
            if found is not None:
                start, end = max(0, match.start() - _AROUND_FORM), match.end() + _AROUND_FORM
                around = ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")
                yield Use(match.start(), match[0], " ".join(around.split()), found[1])

    def exceptions(self, text: str) -> Iterator[str]:
        """Every expression in a text that is right although it holds an avoided form."""
        if not self._pattern.search(text):
            return
        for match in self._pattern.finditer(_CODE_OR_MARKUP.sub("", text)):
            if match[0].lower() not in self.rights:
                yield match[0].lower()


def _longer_expressions(avoided: Avoided) -> Iterator[str]:
    yield avoided.form
    yield from avoided.but
    yield from (avoided.form + word for word in avoided.not_before)


def avoided_forms(file: TermsFile, language: Language) -> Forms:
    """The forms of a language that the table of terms does not want."""
    rights: dict[str, tuple[Avoided, str]] = {}
    for term in file.terms:
        for avoided in term.avoid.zh if language is Language.CHINESE else term.avoid.en:
            name = (term.name.zh if language is Language.CHINESE else None) or term.name.en
            rights[avoided.form.lower()] = avoided, name
    for wording in file.wording:
        if wording.language is language:
            rights |= {avoided.form.lower(): (avoided, wording.use) for avoided in wording.avoid}
    return Forms(language, rights)


_WORDS = re.compile(r"\\(?:mathrm|text|operatorname|begin|end)\{[^{}]*\}")  # softmax, PPO, pmatrix
_OF_AN_ALPHABET = re.compile(r"\\(mathbb|mathcal)\{([^{}])\}")
_LETTER = re.compile(r"\\[A-Za-z]+|[A-Za-z]")
_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "varepsilon",
        "zeta",
        "eta",
        "theta",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "phi",
        "varphi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Phi",
        "Psi",
        "Omega",
    ]
)


def latex_letters(latex: str) -> frozenset[str]:
    """Latin and Greek letters, and those of another alphabet with its name: `q`, `theta`, `mathcal J`."""
    text = _WORDS.sub(" ", latex)
    found = {f"{alphabet} {letter}" for alphabet, letter in _OF_AN_ALPHABET.findall(text)}
    for match in _LETTER.findall(_OF_AN_ALPHABET.sub(" ", text)):
        if not match.startswith("\\"):
            found.add(match)
        elif match[1:] in _GREEK:
            found.add(match[1:])
    return frozenset(found)

"""Texts of the catalogue: quotes, typography of both languages, avoided forms, letters of formulas."""

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from .derive.expression import NAME, check_formula, evaluate_formula, formula_names
from .findings import nearest_in_quotes
from .lookup import Found, Lookup, LookupFailure
from .schema.technique import Avoided, Language, TermsFile

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
    name: str
    arguments: tuple[str, ...]
    text: str


@lru_cache(maxsize=1 << 14)  # a text stands on several pages
def text_parts(text: str) -> tuple[str | Quote, ...]:
    """Raises QuoteError."""
    return tuple(parse_quotes(text))


def parse_quotes(text: str) -> Iterator[str | Quote]:
    """Literal parts and quotes, in order. Raises QuoteError at a broken one."""
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
class ComputedQuote:
    """A formula, its value, and what its names stand for; numbers as they were typed."""

    formula: str
    values: Mapping[str, Found | str]
    exact: Fraction
    form: str


def compute_quote(quote: Quote, lookup: Lookup) -> ComputedQuote:
    """Raises LookupFailure for what is no formula, and for names without a value."""
    formula, *named = quote.arguments or ("",)
    given = dict(_split_argument(argument) for argument in named)
    form = given.pop(FORM, "compact")
    if form not in FORMS and not (form.startswith("0.") and form.strip("0.") == "1") and form != "1":
        raise LookupFailure(f"`{form}` is no form; allowed are {', '.join(FORMS)}, 1 and 0.1, 0.01 …")
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
    numbers = {name: Fraction(lookup.find_number(path, typed=True)) for name, path in given.items()}
    try:
        return ComputedQuote(formula, values, evaluate_formula("quote", formula, numbers).exact, form)
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        raise LookupFailure(f"`{formula}` has no value: {error}") from error


def as_decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _split_argument(argument: str) -> tuple[str, str]:
    name, sign, path = argument.partition("=")
    if not sign or not (NAME.fullmatch(name) or name == FORM):
        raise LookupFailure(f"`{argument}` is no named value; write `name=id/field`, in lower case")
    return name, path


@dataclass(frozen=True)
class QuoteProblem:
    line: int  # from 1
    message: str


def quote_problems(text: str, lookup: Lookup, blocks: Collection[str] = ()) -> Iterator[QuoteProblem]:
    """`blocks` are the figures and tables that the text may place."""
    line = 1
    try:
        for part in parse_quotes(text):
            if isinstance(part, Quote):
                yield from (QuoteProblem(line, message) for message in _problems_of_quote(part, lookup, blocks))
            line += (part.text if isinstance(part, Quote) else part).count("\n")
    except QuoteError as error:
        yield QuoteProblem(line, str(error))


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
    lookup.find_entry("model" if quote.name == "m" else "technique", quote.arguments[0])


def _check_values(quote: Quote, lookup: Lookup) -> None:
    multiplies = quote.name in PRODUCT_CALLS
    expected = "two or more paths or numbers" if multiplies else "one path" if quote.name == "v" else "two paths"
    count = len(quote.arguments)
    if not (count >= 2 if multiplies else count == (1 if quote.name == "v" else 2)):
        raise LookupFailure(f"{quote.name} takes {expected}")
    if quote.name == "v":
        lookup.find(quote.arguments[0])
        return
    numbers = [lookup.find_number(argument, typed=multiplies) for argument in quote.arguments]
    if not multiplies and not numbers[1]:
        raise LookupFailure(f"`{quote.arguments[1]}` is 0, and nothing can be divided by it")


def _check_block(quote: Quote, blocks: Collection[str]) -> None:
    if len(quote.arguments) != 1:
        raise LookupFailure(f"{quote.name} takes the name of one block; allowed are {', '.join(sorted(blocks))}")
    name = quote.arguments[0]
    if name not in blocks:
        close = nearest_in_quotes(name, blocks) or "none"
        raise LookupFailure(f"there is no block `{name}`; nearest match: {close}")


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
    (
        re.compile(rf"[\"'()](?:(?<=[\"'])(?<!: .)(?={HAN})|(?<={HAN}[\"'])(?!$)|(?<={HAN}\()|(?<=\))(?={HAN}))"),
        "half-width quotation marks or brackets beside Chinese",
        "“ ” and （ ）",
    ),
    (re.compile("的(?<!目的)的|它它|这这|把把"), "a word twice", "the word once"),
    (re.compile("[，。；：、]{2,}"), "two marks of punctuation side by side", "one of them"),
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
class TypographySlip:
    at: int
    found: str
    allowed: str


def _not_simplified() -> str:
    """What GB 2312 has not, but for the 昇 of Ascend, and three characters that it has for names."""
    lacking = (
        chr(code) for code in range(0x4E00, 0xA000) if code != ord("昇") and not chr(code).encode("gb2312", "ignore")
    )
    return "徵於後" + "".join(lacking)


# What no text has outside of code, comments and quotes: pattern, what it is, what stands there instead.
_NOWHERE = (
    (
        re.compile(r"TODO\b|FIXME\b|XXX\b|xxx\b|TBD\b|TBA\b|\?\?\?|Lorem ipsum|待补|待译|待填"),
        "a place that waits for somebody",
        "what belongs there",
    ),
    (
        re.compile(r"\$[^$\s\d][^$\n]*\$|\\(?:[A-Za-z]{2,}|[(\[])"),
        "LaTeX, which is shown as it is typed",
        "signs such as α and x₂, on a page `{{ math('…') }}`",
    ),
    (
        re.compile(r"\b(?!had |that )([A-Za-z]{2,}) \1\b"),
        "a word twice",
        "the word once",
    ),
    (
        re.compile(
            r"[,;:.!?](?:(?<=[\w)] [,;:.])(?=\s|$)|(?<=[\w)],),|(?<=[\w)];);|(?<=[\w)]\.)\.(?![./\w])|(?<=[a-z)]{2}.)(?=[A-Z][a-z]))"
        ),
        "a mark of punctuation too many, or a space",
        "one mark, no space before it and one behind it",
    ),
    (
        re.compile(r"“(?=[^“”]*?\w[^“”]*?(?:“|\n\n|\Z))|（(?=[^（）]*?(?:（|\n\n|\Z))|《(?=[^《》]*?(?:《|\n\n|\Z))"),
        "a bracket or a quotation mark that is not closed",
        "the two of a pair",
    ),
    (re.compile("http://"), "an address that anybody on the way can change", "https://"),
    (
        re.compile(r"[\u0400-\u04ff\u3040-\u30ff\uac00-\ud7af\ue000-\uf8ff\U0001f300-\U0001faff０-９Ａ-Ｚａ-ｚ]"),
        "a letter of another script, one of full width, or a picture",
        "Latin, Greek and Chinese ones",
    ),
    (re.compile(f"[{_not_simplified()}]"), "a traditional character", "simplified characters"),
)
_OF_PAGES = (
    re.compile(
        r"\]\(|\*\*(?=\S)|`|</?(?:a|b|br|code|div|em|i|img|p|small|span|strong|sub|sup|u)\b[^>]*>|&(?:[a-z]{2,6}|#\w+);"
        r"|\*(?<![\w*]\*)(?=\w)[^*\n]+(?<=\w)\*(?![\w*])|_(?<!\w_)(?=[^\W_])[^_\n]+(?<=\w)_(?!\w)"
    ),
    "markup of a page, which is shown as it is typed",
    "words alone; `{{ t('id') }}` and `{{ m('id') }}` lead to a page, `links:` elsewhere",
)
_NOT_READ = re.compile(r"\{\{.*?\}\}|`[^`]*`|<!--.*?-->", re.S)
_SENTENCE_WORDS = 4  # lower-case words without a Chinese character that are no name or list of keys
_HEADING_OR_TITLE = re.compile(rf"(?m)^(?:#+ |title: |description: )(?!.*{HAN})(.*[a-z]{{2,}} [a-z]{{2,}}.*)$")
_WORD_OF_A_SENTENCE = re.compile(r"(?<![\w.-])[a-z]{2,}(?![\w-])")


def text_slips(text: str, of_the_catalogue: bool = False) -> Iterator[TypographySlip]:
    """What no text of either language has; `of_the_catalogue`: also what only pages have."""
    return _find_slips(text, _NOT_READ, (*_NOWHERE, _OF_PAGES) if of_the_catalogue else _NOWHERE)


def chinese_slips(text: str) -> Iterator[TypographySlip]:
    return _find_slips(text, _SILENT, _RULES)


def _find_slips(
    text: str, silent: re.Pattern[str], rules: Iterable[tuple[re.Pattern[str], str, str]]
) -> Iterator[TypographySlip]:
    plain = silent.sub(lambda part: re.sub(r"[^\n]", _JOINER, part[0]), text)
    for pattern, found, allowed in rules:
        for match in pattern.finditer(plain):
            around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND].replace("\n", " ")
            yield TypographySlip(match.start(), f"{found}: “{around}”", allowed)


def english_sentence(text: str) -> str:
    """The beginning of a text that has English words and no Chinese ones; empty of any other, and of names and keys."""
    plain = _SILENT.sub(" ", _NOT_READ.sub(" ", text))
    if re.search(f"{HAN}|、", plain) or len(_WORD_OF_A_SENTENCE.findall(plain)) < _SENTENCE_WORDS:
        return ""
    return " ".join(plain.split()[: 2 * _SENTENCE_WORDS])


def english_heading(block: str) -> str:
    """A heading, title or description of a page that has two English words in a row, and no Chinese one."""
    found = _HEADING_OR_TITLE.search(block)
    return found[1] if found else ""


def chinese_in_english(text: str) -> str:
    """The first Chinese word outside of quotation marks, brackets and code; empty without one."""
    if text.isascii():
        return ""
    found = _CHINESE.search(_QUOTED_HAN.sub("", text))
    return found[0] if found else ""


def unequal_numbers(english: str, chinese: str) -> list[str]:
    """Typed numbers of three or more digits that only the English text has."""
    if not _LONG.search(english) or _COUNTED_IN_WORDS.search(english):
        return []
    missing = Counter(typed_numbers(english)) - Counter(typed_numbers(chinese))
    return [number for number in missing if len(re.sub(r"\D", "", number)) >= _DIGITS_OF_A_TYPED_NUMBER]


def typed_numbers(text: str) -> list[str]:
    """Not those quoted from the catalogue."""
    return _NUMBER.findall(_QUOTE_OR_CODE.sub("", text))


def untranslated_words(english: str, chinese: str) -> str:
    """English words in lower case, which no name is, that the Chinese text repeats, or an English sentence; else empty."""
    repeated = chinese == english and _ORDINARY_WORDS.fullmatch(chinese)
    return chinese if repeated else english_sentence(chinese)


def unequal_quotes(english: str, chinese: str) -> tuple[list[str], list[str]]:
    """Quotes only in English, and only in Chinese; the words that a link shows may differ."""
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
class AvoidedUse:
    at: int
    form: str
    around: str
    right: str

    @property
    def message(self) -> str:
        return f"“{self.form}” in “{self.around}”"

    @property
    def allowed(self) -> str:
        return f"this site writes “{self.right}”"


AVOIDED_FORM_FIX = "write that, or name the longer expression under `but:` in data/terms.yaml, with the reason"


@dataclass(frozen=True)
class AvoidedForms:
    language: Language
    rights: dict[str, tuple[Avoided, str]]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Exceptions and forms in lower case, longest first, so that an exception hides the form in it."""
        known = {text.lower() for avoided, _ in self.rights.values() for text in _longer_expressions(avoided)}
        listed = "|".join(re.escape(text) for text in sorted(known, key=len, reverse=True))
        if not listed:
            return re.compile(r"(?!)")
        return re.compile(rf"\b(?:{listed})\b" if self.language is Language.ENGLISH else listed)

    def find_uses(self, text: str) -> Iterator[AvoidedUse]:
        if not self._pattern.search(text.lower()):
            return
        bare = _CODE_OR_MARKUP.sub(lambda match: "\0" * len(match[0]), text)
        for match in self._pattern.finditer(bare.lower()):
            found = self.rights.get(match[0])
            if found is not None:
                start, end = max(0, match.start() - _AROUND_FORM), match.end() + _AROUND_FORM
                around = ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")
                yield AvoidedUse(match.start(), text[slice(*match.span())], " ".join(around.split()), found[1])

    def find_exceptions(self, text: str) -> Iterator[str]:
        """Expressions that are right although they hold an avoided form."""
        if not self._pattern.search(text.lower()):
            return
        for match in self._pattern.finditer(_CODE_OR_MARKUP.sub("", text).lower()):
            if match[0] not in self.rights:
                yield match[0]


def _longer_expressions(avoided: Avoided) -> Iterator[str]:
    yield avoided.form
    yield from avoided.but
    yield from (avoided.form + word for word in avoided.not_before)


def avoided_forms(file: TermsFile, language: Language) -> AvoidedForms:
    rights: dict[str, tuple[Avoided, str]] = {}
    for term in file.terms:
        for avoided in term.avoid.zh if language is Language.CHINESE else term.avoid.en:
            name = (term.name.zh if language is Language.CHINESE else None) or term.name.en
            rights[avoided.form.lower()] = avoided, name
    for wording in file.wording:
        if wording.language is language:
            rights |= {avoided.form.lower(): (avoided, wording.use) for avoided in wording.avoid}
    return AvoidedForms(language, rights)


_WORDS = re.compile(r"\\(?:mathrm|text|operatorname|begin|end)\{[^{}]*\}")  # softmax, PPO, pmatrix
_OF_AN_ALPHABET = re.compile(r"\\(mathbb|mathcal)\{([^{}])\}")
_LETTER = re.compile(r"\\[A-Za-z]+|[A-Za-z]")
_GREEK = frozenset(
    [
        *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "kappa", "lambda"),
        *("mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta"),
        *("Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
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

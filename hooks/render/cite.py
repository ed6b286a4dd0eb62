"""Values with their source one hover, tap or focus away.

A `Citations` belongs to one page and numbers its sources in the order of use. Every value links to its number in the
page's list of sources, which links to the reference; with JavaScript the source opens beside the value. A page has
thousands of such links, so they carry only `data-s`, the number that print shows behind the value.
"""

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.expression import NAME, display_formula
from catalogue.lookup import Found, LookupFailure
from catalogue.references import Reference
from catalogue.schema.architecture import Attention, FeedForward
from catalogue.schema.model import Counted, Size
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.setting import each_word
from catalogue.schema.values import Absence, PartialDate, Remark, Single, Source, Sources, Text
from catalogue.text import (
    COMPUTED_CALLS,
    MATH_CALL,
    PRODUCT_CALLS,
    VALUE_CALLS,
    ComputedQuote,
    Quote,
    as_decimal,
    compute_quote,
    text_parts,
)

from . import format
from .context import Context, kind_of_document
from .formula import inline_mathml
from .markup import MARK
from .pages import technique_address
from .words import CHINESE, HAN, Words

_CODE = re.compile(r"`([^`]+)`")
_SAID = {"~": "about", "<": "below", ">": "above", "≤": "at_most", "≥": "at_least"}
_JOINER = "\u2060"  # keeps a source mark on the line of its sentence
_LONG_NUMBER = re.compile(r"(?<![\d.])\d{4,}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])(?![”」）])")


@dataclass
class Citations:
    context: Context
    numbers: dict[Sources, int] = field(default_factory=dict)
    marked: set[int] = field(default_factory=set)  # numbers that stand as marks in the text
    _noted: list[set[int]] = field(default_factory=list)

    def source_number(self, sources: Sources) -> int:
        number = self.numbers.setdefault(sources, len(self.numbers) + 1)
        for noted in self._noted:
            noted.add(number)
        return number

    @contextmanager
    def noting(self) -> Iterator[set[int]]:
        """Collects the numbers of what is cited meanwhile."""
        noted = set[int]()
        self._noted.append(noted)
        yield noted
        self._noted.remove(noted)

    def cite(self, html: str, sources: Sources | None, note: str = "") -> Markup:
        """`html` as a link to its source; `note` opens beside it."""
        if sources is None:
            return Markup(html)
        number = self.source_number(sources)
        remark = Markup(' title="{}" data-n').format(note) if note else ""
        return Markup(f'<a href="#s{number}" data-s="{number}"{remark}>{html}</a>')

    def footnote(self, sources: Sources | None) -> Markup:
        if sources is None:
            return Markup("")
        number = self.source_number(sources)
        self.marked.add(number)
        label = escape(self.context.words("source.mark", number=number))
        return Markup(f'{_JOINER}<a class="{MARK}" href="#s{number}" aria-label="{label}">[{number}]</a>')

    def value_html(self, single: Single[Any] | None, notes: str = "tip") -> Markup:
        """A value with its source, or the word for why there is none.

        Its remark opens with the source (`notes="tip"`), stands behind it ("inline"), or is left out. That of a value
        that is not there stands behind it in either case, unless lines are to stay low ("short").
        """
        if single is None:
            unknown = Markup('<span class="ds-absent" title="{}">{}</span>')
            return unknown.format(self.context.words("absence.unknown"), format.NOTHING)
        html = str(self.unsourced_value(single))
        if (notes == "tip" and single.absence is None) or (notes == "short" and single.source is not None):
            return self.cite(html, single.source, self.note_text(single))
        return self.cite(html, single.source) + (self.value_note(single) if notes != "apart" else Markup(""))

    def unsourced_value(self, single: Single[Any]) -> Markup:
        if single.absence is None:
            return self.value_text(single.value) + counted_mark(self.context.words, counts_of(single))
        return Markup('<span class="ds-absent">{}</span>').format(absence_word(self.context.words, single.absence))

    def value_note(self, single: Single[Any], *, ends: bool = True) -> Markup:
        """Its remark; in brackets and without the full stop where a list goes on behind it."""
        if not single.note:
            return Markup("")
        note = str(self.rich_text(single.note))
        if ends:
            return Markup(' <span class="ds-note">{}</span>').format(Markup(note))
        bracketed = self.context.words("punctuation.bracketed", text=note.rstrip(".。"))
        return Markup('<span class="ds-note">{}</span>').format(Markup(bracketed))

    def note_text(self, single: Single[Any]) -> str:
        return self.rich_text(single.note).striptags() if single.note else ""

    def sourced_text(self, remark: Remark) -> Markup:
        return self.rich_text(remark.text) + self.footnote(remark.source)

    def remark_list(self, remarks: Iterable[Remark]) -> str:
        return f"<ul>{''.join(f'<li>{self.sourced_text(remark)}</li>' for remark in remarks)}</ul>"

    def quoted_value(self, found: Found) -> Markup:
        if found.recomputed is not None:
            entry = self.context.catalogue.entries[found.recomputed]
            href = f"ds:models/{entry.owner_model}.md#working-{reference_anchor(entry.architecture_owner)}"
            title = escape(self.context.words("recomputed.title"))
            if found.follows:
                href = f"ds:models/{entry.model.id}.md#what-follows"
                title = escape(self.context.words("recomputed.follows"))
            return Markup(f'<a class="ds-r" href="{href}" title="{title}">{format.format_compact(found.value)}</a>')
        return self.cite(str(self.value_in_words(found.value)), found.source)

    def value_in_words(self, value: object) -> Markup:
        """A value in a sentence: as long as a person says it, `about` or `at least` spelt out."""
        shown, qualifier = self.value_text(value), value.qualifier if isinstance(value, Quantity) else ""
        if isinstance(value, Length) and value.value >= 10**6 and not value.text.isdigit():
            return Markup('<span title="{}">{}</span>').format(f"{int(value.value):,}", format.format_quantity(value))
        shown = format.spoken_numbers(shown, self.context.words)
        if qualifier not in _SAID:
            return shown
        number = shown.unescape().removeprefix("≈" if qualifier == "~" else qualifier).strip()
        return escape(self.context.words(f"bound.{_SAID[qualifier]}", number=number))

    def value_text(self, value: object) -> Markup:
        if isinstance(value, Text):
            return self.rich_text(value)
        shown = escape(self.plain_value(value))
        return (
            Markup('<time datetime="{}">{}</time>').format(value.text, shown)
            if isinstance(value, PartialDate)
            else shown
        )

    def plain_value(self, value: object) -> str:
        words = self.context.words
        if isinstance(value, Single):
            if value.absence is not None:
                return absence_word(words, value.absence)
            counts = counts_of(value)
            return self.plain_value(value.value) + (f" {counted_words(words, counts)}" if counts is not None else "")
        if isinstance(value, Length):
            return format.format_length(value, words)
        if isinstance(value, Quantity):
            return format.format_quantity(value, words)
        if isinstance(value, PartialDate):
            return format.format_date(value, words)
        if isinstance(value, Text):
            return plain_text(self.context, value)
        if isinstance(value, bool):
            return words("yes" if value else "no")
        if isinstance(value, Attention):
            return format.attention_name(value, words)
        if value is FeedForward.DENSE:
            return words("line.dense")
        return format.format_integer(value) if isinstance(value, int) else str(value)

    def rich_text(self, text: Text) -> Markup:
        """A catalogue text as HTML: quotes filled in, `code` marked, a fallback to English marked."""
        if "{{" in self.context.words.text(text):  # the numbers of sources are those of the page
            return self._rich_text(text)
        return self.context.made_once(("rich text", text), lambda: self._rich_text(text))

    def _rich_text(self, text: Text) -> Markup:
        words = self.context.words
        html = Markup("").join(
            self.join_cjk(
                self.resolve_quote(part)
                if isinstance(part, Quote)
                else Markup(_CODE.sub(r"<code>\1</code>", str(escape(part))))
                for part in text_parts(words.text(text))
            )
        )
        if not words.falls_back(text):
            return html
        return Markup('<span class="ds-fallback" lang="en" title="{}">{}</span>').format(
            words("language.fallback"), html
        )

    def join_cjk(self, pieces: Iterable[str]) -> list[str]:
        """Pieces of a text; in Chinese without the space beside a quote that begins or ends with Chinese."""
        closed: list[str] = []
        for piece in pieces:
            if closed and self.context.words.language == CHINESE:
                last, first = Markup(closed[-1]).striptags(), Markup(piece).striptags()
                if closed[-1].endswith(" ") and HAN.match(closed[-1][-2:-1]) and HAN.match(first):
                    closed[-1] = closed[-1][:-1]
                elif piece.startswith(" ") and (last[-1:] == "）" or (HAN.match(piece[1:2]) and HAN.match(last[-1:]))):
                    piece = piece[1:]
            closed.append(piece)
        return closed

    def rich_paragraphs(self, text: Text) -> list[Markup]:
        words = self.context.words
        fallen, parts = words.falls_back(text), words.text(text).split("\n")
        return [self.rich_text(Text(en=part, zh=None if fallen else part)) for part in parts if part.strip()]

    def score_setting(self, fields: Mapping[str, str]) -> Markup:
        """`5-shot, EM`: each word on one line, with the language's comma; empty where nothing is said."""
        vocabulary, words = self.context.catalogue.settings.vocabulary, self.context.words
        said = (vocabulary.text({field: word}) for field, word in each_word(fields))
        parts = [Markup('<span class="ds-setting">{}</span>').format(words.text(text)) for text in said if text]
        return Markup(words("punctuation.comma")).join(parts)

    def resolve_quote(self, quote: Quote) -> Markup:
        """What a `{{ … }}` stands for. Raises LookupFailure where it leads nowhere."""
        lookup = self.context.lookup
        if quote.name == "v":
            return self.quoted_value(lookup.find(quote.arguments[0]))
        if quote.name == "m":
            model = lookup.find_entry("model", quote.arguments[0])
            return _quote_link(f"models/{model.id}.md", quote, model.name)
        if quote.name == "t":
            technique = lookup.find_entry("technique", quote.arguments[0])
            return _quote_link(technique_address(technique), quote, self.context.short_name(technique))
        if quote.name == MATH_CALL:
            # Markdown takes a line that begins with `<math` for a block.
            return Markup(f"<span>{inline_mathml(quote.arguments[0])}</span>")
        if quote.name in COMPUTED_CALLS:
            worked = compute_quote(quote, lookup)
            return self._working_html(worked) if quote.name == "working" else self._result_html(worked)
        if quote.name in VALUE_CALLS:
            return self._computed_html(quote)
        raise LookupFailure(f"`{quote.name}` is not a call")

    def _result_html(self, worked: ComputedQuote) -> Markup:
        working = self._with_values(worked).striptags()
        shown = format.format_computed(as_decimal(worked.exact), worked.form)
        return Markup('<span class="ds-r" tabindex="0" title="{}">{}</span>').format(working, shown)

    def _working_html(self, worked: ComputedQuote) -> Markup:
        shown = format.format_computed(as_decimal(worked.exact), worked.form)
        return Markup("{} = {}").format(self._with_values(worked), shown)

    def _with_values(self, worked: ComputedQuote) -> Markup:
        """`2 × n` as `2 × 128`; a value with its source."""
        pieces: list[Markup] = []
        formula = _LONG_NUMBER.sub(lambda match: format.format_typed(match[0]), display_formula(worked.formula))
        position = 0
        for match in NAME.finditer(formula):
            value = worked.values[match[0]]
            shown = escape(format.format_typed(value)) if isinstance(value, str) else self.quoted_value(value)
            pieces += [escape(formula[position : match.start()]), shown]
            position = match.end()
        return Markup("").join([*pieces, escape(formula[position:])])

    def _computed_html(self, quote: Quote) -> Markup:
        lookup = self.context.lookup
        found = [None if a[0].isdigit() and "/" not in a else lookup.find(a).value for a in quote.arguments]
        shown_inputs = [
            typed if value is None else self.plain_value(value)
            for typed, value in zip(quote.arguments, found, strict=True)
        ]
        numbers = [lookup.find_number(argument, typed=True) for argument in quote.arguments]
        if quote.name in PRODUCT_CALLS:
            product = math.prod(numbers)
            shown = format.in_bytes(product) if quote.name == "bytes" else format.format_compact(product)
            formula = " × ".join(shown_inputs)
        else:
            # No more digits than the coarser of two rounded numbers has.
            digits = min([3, *(v.digits for v in found if isinstance(v, Quantity) and v.digits)])
            ratio, formula = numbers[0] / numbers[1], " ÷ ".join(shown_inputs)
            number = {"ratio": ratio, "share": 100 * ratio, "saving": 100 * (1 - ratio)}[quote.name]
            shown = format.format_ratio(number, digits) + ("" if quote.name == "ratio" else "%")
            formula = f"1 − {formula}" if quote.name == "saving" else formula
        return Markup('<span class="ds-r" tabindex="0" title="{}">{}</span>').format(formula, shown)

    def source_list(self, shown: Container[int]) -> list[tuple[int, list[Markup]]]:
        addressed: set[str] = set()
        return [
            (number, self.source_lines(sources, addressed))
            for sources, number in self.numbers.items()
            if number in shown
        ]

    def source_lines(self, sources: Sources, addressed: set[str]) -> list[Markup]:
        return [self.source_line(source, addressed) for source in sources.items]

    def source_line(self, source: Source, addressed: set[str]) -> Markup:
        place = self.source_place(source, addressed)
        return self.document_link(source.key, addressed) + self._between(source) + place

    def source_text(self, source: Source) -> str:
        place = self._place_text(source)
        if source.via is not None:
            place = place or self.context.words("source.copy")
        return self.context.short_titles[source.key] + self._between(source) + place

    def _between(self, source: Source) -> str:
        return self.context.words("punctuation.comma") if source.locus else ""

    def document_link(self, key: str, addressed: set[str]) -> Markup:
        """A document's short title as a link; on paper, its first mention shows the address."""
        short, title = self.context.short_titles[key], self._reference(key).title_in(self.context.words.language)
        whole = Markup(' title="{}"').format(title) if short != title else ""
        link = Markup('<a href="ds:references.md#{}"{}{}>{}</a>')
        return link.format(reference_anchor(key), whole, self._first_address(key, addressed), short)

    def _reference(self, key: str) -> Reference:
        return self.context.catalogue.references[key]

    def _first_address(self, key: str, addressed: set[str]) -> Markup:
        """The address of a document that is not among those given before; from now on it is."""
        url = self._reference(key).url
        if not url or url in addressed:
            return Markup("")
        addressed.add(url)
        return Markup(' data-url="{}"').format(url.removeprefix("https://"))

    def source_place(self, source: Source, addressed: set[str]) -> Markup:
        """The place in a document; one that was read in a copy as a link to that."""
        place, copy = escape(self._place_text(source)), source.via
        if copy is None:
            return place
        title = self.context.words("source.via", copy=self.source_text(copy))
        link = Markup('<a class="ds-via" href="ds:references.md#{}" title="{}"{}>{}</a>')
        address = self._first_address(copy.key, addressed)
        return link.format(reference_anchor(copy.key), title, address, place or self.context.words("source.copy"))

    def _place_text(self, source: Source) -> str:
        """The place in a model card goes without the words "model card", which its title has."""
        shown = self.context.localized_place(source.locus)
        if not shown or kind_of_document(self._reference(source.key)) != "card":
            return shown
        inside = shown.removeprefix(self.context.localized_place("model card")).lstrip()
        return inside or self.context.words("source.whole")


def counts_of(single: Single[Any] | None) -> Counted | None:
    """What a published number of parameters counts; None for the main model as a whole and for other values."""
    return single.counts if isinstance(single, Size) and single.value is not None else None


def absence_word(words: Words, absence: Absence) -> str:
    return words(f"absence.{absence.value.replace(' ', '_')}")


def counted_words(words: Words, counts: Counted) -> str:
    return words(f"counts.{counts.name.lower()}")


def counted_text(words: Words, counts: Counted | None) -> str:
    if counts is None:
        return ""
    return words("punctuation.bracketed", text=counted_words(words, counts))


def counted_mark(words: Words, counts: Counted | None) -> Markup:
    if counts is None:
        return Markup("")
    return Markup(" <small>{}</small>").format(counted_words(words, counts))


def plain_text(context: Context, text: Text) -> str:
    return " ".join(Citations(context).rich_text(text).striptags().split())


def opening_sentences(context: Context, text: Text) -> str:
    """First sentences, so many that a short one does not stand alone."""
    kept = ""
    for sentence in _SENTENCE.split(plain_text(context, text)):
        if format.text_columns(kept) >= 85:
            break
        kept = _joined_sentences(kept, sentence)
    return kept


# In Latin letters; a Chinese one counts two.
_SHORTEST_DESCRIPTION, _LONGEST_DESCRIPTION = 70, 155


def page_description(context: Context, text: Text) -> str:
    """First sentences that fit a search result; a longer one stands whole rather than a few words alone."""
    kept = ""
    for sentence in _SENTENCE.split(plain_text(context, text)):
        joined = _joined_sentences(kept, sentence)
        if format.text_columns(kept) >= _SHORTEST_DESCRIPTION and format.text_columns(joined) >= _LONGEST_DESCRIPTION:
            break
        kept = joined
    return kept


def _joined_sentences(kept: str, sentence: str) -> str:
    return f"{kept} {sentence}".strip() if kept[-1:].isascii() else kept + sentence


def _quote_link(page: str, quote: Quote, name: str) -> Markup:
    words = quote.arguments[1] if len(quote.arguments) > 1 else name
    return Markup('<a href="ds:{}">{}</a>').format(page, words)


def reference_anchor(key: str) -> str:
    """A key as an id: dots would need escaping in selectors."""
    return key.replace(".", "-")

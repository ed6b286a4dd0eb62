"""Terms and symbols: the glossary, the first use of a term as a link, formulas of guides and the table of their symbols."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import Catalogue
from catalogue.schema.study import GuideFormula
from catalogue.schema.study import Subject as SymbolSubject
from catalogue.schema.technique import Beside, Formula, Technique, Term

from .. import links
from ..assets import page_script
from ..cite import Citations, plain_text
from ..context import Context
from ..formula import inline_mathml, with_indices, wrapping_mathml
from ..links import technique_link
from ..page import Page, Section, lead_section, titled_page
from ..technique_figures import DRAWINGS, glyph_link
from ..words import CHINESE, ENGLISH, HAN
from . import declaration_of, technique_address
from .sources import sources_section

_DRAWN = 5  # techniques of a subject that are pictures


def glossary_page(context: Context) -> Page:
    words, glossary, citations = context.words, context.catalogue.glossary, Citations(context)
    intro = words("glossary.intro", terms=len(glossary.terms))
    sections, parts = [], []
    for subject in glossary.subjects:
        items = [_term_item(citations, term) for term in glossary.terms if term.subject == subject.id]
        of = [technique for technique in context.catalogue.techniques.values() if technique.kind in subject.kinds]
        drawn = [technique for technique in of if technique.id in DRAWINGS][:_DRAWN]
        anchored = Markup('<span id="{}">{}</span>').format
        tiles = [anchored(each.id, glyph_link(context, each, named=True)) for each in drawn]
        rest = [each for each in of if each not in drawn]
        techniques = [anchored(each.id, technique_link(context, each.id, short=True)) for each in rest]
        if items:
            html = context.html("glossary.html.jinja", items=items, tiles=tiles, techniques=techniques)
            sections.append(Section(f"subject-{subject.id}", words.text(subject.name), html))
            parts.append((f"subject-{subject.id}", words.text(subject.name), len(items)))
    box = context.html("filter.html.jinja", script=page_script("filter"))
    lead = lead_section(intro, box + links.jump_bar(context, parts))
    cited = [sources_section(citations)] if citations.numbers else []
    return titled_page(words, "glossary.md", "glossary", (lead, *sections, *cited), hide=("toc",))


def _term_item(citations: Citations, term: Term) -> dict[str, Any]:
    context, words = citations.context, citations.context.words
    own, other = (term.aliases.zh, term.aliases.en) if words.language == CHINESE else (term.aliases.en, term.aliases.zh)
    said = {_name_key(name) for name in (term.name.en, term.name.zh or "")}
    listed = [name for name in dict.fromkeys((*own, *other)) if _name_key(name) not in said]
    language = ENGLISH if words.language == CHINESE else CHINESE
    name, beside = words.text(term.name), (term.name.zh or term.name.en) if language == CHINESE else term.name.en
    return {
        "id": term.id,
        "name": name,
        "beside": beside if _name_key(beside) not in _name_key(name) else "",
        "language": language,
        "definition": plain_text(context, term.definition),
        "mark": citations.footnote(term.source),
        "aliases": listed,
    }


def _name_key(name: str) -> str:
    return name.casefold().replace("-", " ")


FORMULA = "formula-"


def formulas_by_block(catalogue: Catalogue) -> Mapping[str, GuideFormula | Formula]:
    found: dict[str, GuideFormula | Formula] = {
        f"{FORMULA}{technique.id}-{number}": formula
        for technique in catalogue.techniques.values()
        for number, formula in enumerate(technique.formulas, 1)
    }
    return found | {f"{FORMULA}{formula.id}": formula for formula in catalogue.study.formulas}


def formula_block(citations: Citations, number: int, formula: GuideFormula | Formula, of: str = "") -> str:
    """A formula with its meaning; `of` names its technique where a page has several, each with a first formula."""
    label = citations.context.words("technique.formula", number=number)
    return citations.context.html(
        "formula.html.jinja",
        label=f"{of} {label}".strip(),
        math=Markup(wrapping_mathml(formula.latex)),
        meaning=with_indices(citations.rich_text(formula.meaning)),
        mark=citations.footnote(formula.source) if isinstance(formula, Formula) else "",
    )


def symbols_table(context: Context) -> str:
    words = context.words
    bodies = []
    for subject, symbols in context.catalogue.study.symbols.items():
        letters = [(Markup(inline_mathml(s.latex)), with_indices(escape(words.text(s.meaning)))) for s in symbols]
        bodies.append((f"symbols-{subject.value}", words(f"symbols.{subject.value}"), letters))
    return context.html("symbols.html.jinja", bodies=bodies)


def symbols_links(context: Context, subjects: Collection[SymbolSubject]) -> str:
    words, link = context.words, Markup('<a href="ds:how-we-count.md#symbols-{}">{}</a>')
    links = [
        link.format(subject.value, words(f"symbols.{subject.value}"))
        for subject in context.catalogue.study.symbols
        if subject in subjects
    ]
    listed = Markup(words("punctuation.listed")).join(links)
    return Markup("<p>{}</p>").format(Markup(words("symbols.of_guide")).format(subjects=listed))


# Blocks that keep their words, tags around prose, other tags, and text.
_PIECE = re.compile(
    r"<(?P<kept>a|code|pre|h[1-6]|nav|button|summary|label|table|svg|math|script|style|select|template|dt|figcaption)\b"
    r"[^>]*>.*?</(?P=kept)>|<(?P<quiet>p|[ou]l) class=\"ds-(?:kicker|sources|title)\"[^>]*>.*?</(?P=quiet)>"
    r"|<(?P<end>/?)(?P<prose>p|li|dd)\b[^>]*>|<[^>]*>|(?P<text>[^<]+)",
    re.DOTALL,
)
_LINKED = re.compile(r"techniques/([a-z0-9.-]+?)(?:\.md|/)(?:\"|#([a-z0-9.-]*))|glossary(?:\.md|/)#([a-z0-9.-]+)\"")
# Whole words where letters are Latin, in the plural too. A part of a path or a file's name is no word of the text: `inference/model.py`.
_BEFORE, _AFTER = r"(?<![A-Za-z0-9_@./-])", r"(?:e?s)?(?![A-Za-z0-9_@/-]|\.\w)"
_BRACKET = re.compile(r"\s*[（(].*[)）]$")
_INLINE = r"(?:</?(?:a|abbr|b|em|i|small|span|strong|sub|sup)\b[^>]*>)+"
_LAST, _NEXT = re.compile(f"([^<>]){_INLINE}$"), re.compile(f"{_INLINE}([^<>])")
_NEAR = 400  # letters in which a few tags have room


class TermsInText:
    """The first use of a term on a page leads to its definition, the longest form first.

    Letters of a Latin word tell where it ends; a Chinese form is a word by itself only beside characters that
    data/terms.yaml lists.
    """

    def __init__(self, context: Context) -> None:
        self._chinese = context.words.language == CHINESE
        self._context = context

    def link_terms(self, html: str, path: str) -> str:
        """The page with the first use of each term linked, unless it is linked before."""
        declared = declaration_of(path)
        if declared is None or not declared.links_terms or not self.owner:
            return html
        seen, depth, made, last = self.excluded(path), 0, list[str](), 0
        for piece in _PIECE.finditer(html):
            if piece["text"] is not None:
                if depth and piece["text"].strip():
                    made += [html[last : piece.start()], self._in_text(html, *piece.span(), seen)]
                    last = piece.end()
            elif piece["prose"]:
                depth = max(0, depth - 1) if piece["end"] else depth + 1
            elif piece["kept"] == "a":
                seen.update(id_ for pair in _LINKED.findall(piece[0]) for id_ in pair if id_)
        return "".join([*made, html[last:]])

    def excluded(self, path: str) -> set[str]:
        """What is not linked on a page: what it is about, and terms whose forms mean something else there."""
        catalogue, page = self._context.catalogue, path.rpartition("/")[2].removesuffix(".md")
        other = (
            term.id
            for term in catalogue.glossary.terms
            if any(path == f"{there}.md" or path.startswith(f"{there}/") for there in term.not_on)
        )
        return {page, *(technique.id for technique in catalogue.techniques_on(page)), *other}

    def _in_text(self, html: str, start: int, end: int, seen: set[str]) -> str:
        text, made, last = html[start:end], list[str](), 0
        first = _LAST.search(html, max(0, start - _NEAR), start)
        behind = _NEXT.match(html, end, end + _NEAR)
        for match, border in self.find_forms(text, first[1] if first else "", behind[1] if behind else ""):
            id_, address = self.owner_of(match[0]) or ("", "")
            if not border and id_ not in seen:
                seen.add(id_)
                made += [text[last : match.start()], f'<a class="ds-term" href="{address}">{match[0]}</a>']
                last = match.end()
        return "".join([*made, text[last:]])

    def find_forms(self, text: str, before: str = "", behind: str = "") -> Iterator[tuple[re.Match[str], str]]:
        """Forms of terms in a text between two characters, each with the neighbours that forbid to take it for a word."""
        at = 0
        while match := self._pattern.search(text, at):
            if self.owner_of(match[0]) is None:  # a longer expression that means something else
                at = match.end()
                continue
            border = self._border(
                match[0],
                text[match.start() - 1 : match.start()] if match.start() else before,
                text[match.end() : match.end() + 1] or behind,
            )
            at = match.start() + 1 if border else match.end()
            yield match, border

    def _border(self, form: str, before: str, behind: str) -> str:
        """The form with the Chinese characters beside it that are not listed; empty where it is a word."""
        listed = self._context.catalogue.glossary.neighbours
        own = listed.forms.get(form, Beside())
        if HAN.match(before) and HAN.match(form[0]) and before not in listed.before + own.before:
            return f"{before}｜{form}"
        if HAN.match(behind) and HAN.match(form[-1]) and behind not in listed.behind + own.behind:
            return f"{form}｜{behind}"
        return ""

    def owner_of(self, form: str) -> tuple[str, str] | None:
        """Id and address of what a form, or its plural, means; none for what means something else."""
        keys = (_form_key(form[: len(form) - cut]) for cut in range(3))
        return next((self.owner[key] for key in keys if key in self.owner), None)

    def _forms(self, term: Term) -> Iterable[str]:
        stated = term.in_text.zh if self._chinese else term.in_text.en
        if stated is not None:
            return stated
        name = _BRACKET.sub("", self._context.words.text(term.name))
        return [name] if len(name) > 1 else []  # one Chinese character is a part of many words

    def _names(self, technique: Technique) -> Iterable[str]:
        name = _BRACKET.sub("", self._context.words.text(technique.name))
        return [name, technique.abbreviation] if technique.abbreviation else [name]

    @cached_property
    def owner(self) -> dict[str, tuple[str, str] | None]:
        """Id and address by form; none for what means something else."""
        owners: dict[str, tuple[str, str] | None] = {}
        catalogue = self._context.catalogue
        for term in catalogue.glossary.terms:
            for form in self._forms(term):
                owners.setdefault(_form_key(form), (term.id, f"ds:glossary.md#{term.id}"))
        for technique in catalogue.techniques.values():
            for form in self._names(technique):
                owners.setdefault(_form_key(form), (technique.id, f"ds:{technique_address(technique)}"))
        others = catalogue.glossary.other_senses
        return {**owners, **dict.fromkeys(map(_form_key, others.zh if self._chinese else others.en))}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Forms by first letter, which fails fast; the longest first, so that an attention head is not attention."""
        by_letter: dict[str, list[str]] = {}
        for form in sorted(self.owner, key=len, reverse=True):
            by_letter.setdefault(_first_letter(form), []).append(
                re.escape(form[1:]) + (_AFTER if form[-1].isascii() else "")
            )
        latin: list[str] = []
        other: list[str] = []
        for first, rests in by_letter.items():
            (latin if first.isascii() else other).append(f"{first}(?:{'|'.join(rests)})")
        whole = [f"{_BEFORE}(?:{'|'.join(latin)})"] if latin else []
        return re.compile("|".join([*whole, *other]) or "(?!)")


def term_definitions(context: Context) -> str:
    catalogue = context.catalogue
    records: tuple[Term | Technique, ...] = (*catalogue.glossary.terms, *catalogue.techniques.values())
    defined = {record.id: plain_text(context, record.definition) for record in records}
    return json.dumps(defined, ensure_ascii=False, separators=(",", ":"))


def _form_key(form: str) -> str:
    """A form as it stands within a sentence, where only names keep capitals."""
    return form[:1].lower() + form[1:] if form[1:].islower() else form


def _first_letter(form: str) -> str:
    letter = form[0]
    return (
        f"[{letter.upper()}{letter}]"
        if letter.islower() and _form_key(form.capitalize()) == form
        else re.escape(letter)
    )

"""The index of the search: finished pages read, words counted, and scripts that a page loads when a reader searches.

Scripts load from disk as well as from a server. `head.js` names pages and says where the pieces begin; `w<n>.js` holds a
range of words with their sections and the questions that have them, and names that begin with them; `t<n>.js` headings
and text of a few sections; `spelling.js` and `sounds.js` what a mistyped word may mean. A word counts by where it stands: title, another
name, heading, or text, there by how often and in how long a text.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from html import unescape
from itertools import groupby, pairwise
from math import log, log2
from pathlib import Path
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.records import Catalogue
from catalogue.schema.study import AskedForms
from render.markup import ELSEWHERE, FACTS, PROBLEM, PROBLEM_LINKS, UNSEARCHED
from render.pages import FindablePage
from render.words import CHINESE, HAN

_UNITS = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "million": 6,
    "b": 9,
    "billion": 9,
    "t": 12,
    "trillion": 12,
    "万": 4,
    "亿": 8,
    "万亿": 12,
}
_WORD = re.compile(
    r"(?P<number>(?<![a-z\d.])\d+(?:,\d{3})*(?:\.\d+)?)(?:[ \u00a0\u202f]?(?P<unit>(?:thousand|million|billion|trillion|[kmbt])(?![a-z\d])|万亿|[万亿])|(?![a-z\d]))"
    r"|(?P<latin>[a-z\d]+(?:\.\d+[a-z]*)*)"
    r"|(?P<han>[\u3400-\u9fff]+)"
)
_ENDINGS = (
    (re.compile(r"([a-z]{3})is(ation|e|ed|er|ing)(s?)$"), r"\1iz\2\3"),
    (re.compile(r"([a-z]{2})our"), r"\1or"),
    (re.compile(r"ence(?=s?$)"), "ense"),
    (re.compile(r"([a-z]{3})tre(?=s?$)"), r"\1ter"),
    (re.compile(r"ies$"), "y"),
    (re.compile(r"([^su])s$"), r"\1"),
    (re.compile(r"([a-z]{3,})(?:ing|ed)$"), r"\1"),
    (re.compile(r"([bdglmnprt])\1$"), r"\1"),
    (re.compile(r"([a-z]{2,})e$"), r"\1"),
)


_HYPHENED = re.compile(r"(?<![\w-])[a-z]{2,}-[a-z]{3,}(?![\w-])")


def split_words(text: str) -> Iterator[str]:
    for parts in _WORD.findall(text.lower()):
        yield from _match_words(*parts)


def count_words(text: str) -> dict[str, int]:
    """How often each word stands in a text; what a hyphen joins is a word too, as others write it: “multitoken”."""
    found: dict[str, int] = {}
    text = text.lower()
    for joined, times in Counter(_HYPHENED.findall(text)).items():
        found[stem_word(joined.replace("-", ""))] = times
    for parts, times in Counter(_WORD.findall(text)).items():
        for word in _match_words(*parts):
            found[word] = found.get(word, 0) + times
    return found


@cache
def _match_words(number: str, unit: str, latin: str, han: str) -> tuple[str, ...]:
    if number:
        return tuple(_number_words(number.replace(",", ""), unit or None))
    return (stem_word(latin),) if latin else tuple(han[at : at + 2] for at in range(max(len(han) - 1, 1)))


def normalize_name(text: str) -> str:
    """`DeepSeek-V3` as `deepseek v3`."""
    return " ".join(split_words(unicodedata.normalize("NFKC", text)))


@cache
def stem_word(word: str) -> str:
    """Without English endings; words with digits stay as they are."""
    if len(word) > 3 and word.isalpha():
        for pattern, plain in _ENDINGS:
            word = pattern.sub(plain, word)
    return word


def _number_words(digits: str, unit: str | None) -> Iterator[str]:
    """The digits and, where a unit or zeros give them a size, the number as digits and a power of ten."""
    yield digits
    if unit is None and not digits.endswith("000"):
        return
    whole, _, part = digits.partition(".")
    exponent = (_UNITS[unit] if unit else 0) - len(part)
    shortened = (whole + part).lstrip("0") or "0"
    kept = shortened.rstrip("0") or "0"
    yield f"{kept}e{exponent + len(shortened) - len(kept)}"


_ELEMENTS = ("script", "style", "svg", "math", "form", "template", "nav", "button", "caption", "pre")
_SILENT = ", ".join((*_ELEMENTS, ".headerlink", ".md-content__button", *(f".{name}" for name in UNSEARCHED)))
_FACTS = ", ".join(f".{name} dd a" for name in FACTS)
_TAG = r'<(?:[^>"]|"[^"]*")*>'  # the parser writes every attribute in double quotes
_BLOCK = re.compile(
    r'</?(?:p|div|li|td|th|tr|dt|dd|h[1-6]|br|pre|figcaption|summary|section)\b(?:[^>"]|"[^"]*")*>|\n\s*\n'
)
_BESIDE = re.compile(r"(</(?:span>(?=<b\b)|(?:span|b)>(?=<span\b))|\S(?=<small\b))")  # set apart by a style
_ANY = re.compile(_TAG)
_HEADING = re.compile(r'<(?:h[2-4]|dt)\b[^>]*?\bid="([^"]+)"[^>]*>(.*?)</(?:h[2-4]|dt)>', re.DOTALL)
_FORMULA = re.compile(r'<math data-latex="([^"]*)".*?</math>', re.DOTALL)
_FORMULA_NAME = re.compile(
    r"([A-Za-z])[_^]\{?(?:\\[a-z]+\{)?([A-Za-z]{2,})|\\(?:text|mathrm|operatorname)\{([A-Za-z -]{3,})\}"
    r"|\\(alpha|beta|gamma|epsilon|lambda|tau|theta|sigma)\b"
)
_NAMED = re.compile("\ue000(.*?)\ue001")
_LINK = re.compile(r'href="([^"#?:]+)')
_ENDS = tuple(".:;!?。：；！？·")


@dataclass
class IndexedSection:
    """A heading, term or problem with its anchor (empty above the first), and the text under it.

    The anchor of another page's part is an address in the edition, with a slash in it. `formulas` are names in formulas, which
    are found and not shown.
    """

    anchor: str
    title: str
    text: str
    formulas: str = ""

    @property
    def own_anchor(self) -> str:
        """On the page that has it."""
        return self.anchor.partition("#")[2] if "/" in self.anchor else self.anchor


@dataclass
class FinishedPage:
    """A page by its address in the edition, `models/deepseek-v3/`."""

    url: str
    title: str
    facts: str  # values at its top
    links: frozenset[str]  # addresses it leads to
    sections: list[IndexedSection] = field(default_factory=list)


def read_page(html: str, url: str) -> FinishedPage | None:
    """None where the page has no article."""
    html = _FORMULA.sub(_formula_names, html[html.find("<article") : html.rfind("</article>")])
    article = LexborHTMLParser(html).css_first("article")
    heading = article.css_first("h1") if article is not None else None
    if article is None or heading is None:
        return None
    problems = list(_take_problems(article))
    for node in article.css(_SILENT):
        node.decompose()
    facts = _collapse_space(" · ".join(node.text() for node in article.css(_FACTS)))
    title = _collapse_space(heading.text())
    heading.decompose()
    links = frozenset(urljoin(f"/{url}", link)[1:] for link in set(_LINK.findall(article.html or "")))
    text = article.html or ""
    page = FinishedPage(url, title, facts, links)
    lead, *rest = _HEADING.split(text)
    page.sections.append(IndexedSection("", page.title, *_visible_text(lead)))
    for anchor, title, under in zip(*[iter(rest)] * 3, strict=True):
        if anchor in ELSEWHERE:
            continue
        heading_text, _ = _visible_text(title)
        page.sections.append(IndexedSection(anchor, heading_text, *_visible_text(under)))
    page.sections += problems
    return page


def _take_problems(article: LexborNode) -> Iterator[IndexedSection]:
    """Problems with their solutions, which are taken out of the section that lists them, and out of the list of all."""
    for node in article.css(f".{PROBLEM}[id]"):
        title = node.css_first(".ds-title b")
        name = _collapse_space(title.text()) if title else ""
        for other in node.css(f".ds-title, .ds-try, {_SILENT}"):
            if other.mem_id != node.mem_id:  # a node is among what it is asked for
                other.decompose()
        yield IndexedSection(node.attributes["id"] or "", name, *_visible_text(node.html or ""))
        node.decompose()
    for node in article.css(f".{PROBLEM_LINKS} > li"):
        node.decompose()


def merge_parts(pages: Iterable[FinishedPage], wholes: Mapping[str, str]) -> list[FinishedPage]:
    """Sections of parts stand behind those of their whole; `wholes` maps addresses of parts to their wholes."""
    by_url = {page.url: replace(page, sections=list(page.sections)) for page in pages}
    for url, whole in wholes.items():
        if url not in by_url or whole not in by_url:
            continue
        part, parent = by_url.pop(url), by_url[whole]
        # The name of the whole, which the title of a part begins with, is said by the whole.
        title = part.title.removeprefix(parent.title).lstrip(" :：")
        for section in part.sections:
            anchor = url + (f"#{section.anchor}" if section.anchor else "")
            parent.sections.append(replace(section, anchor=anchor, title=section.title if section.anchor else title))
        parent.links |= part.links
    return list(by_url.values())


def _formula_names(formula: re.Match[str]) -> str:
    """What a formula names, `w uk` for W^{UK} and `gamma` for γ, between signs that no text has."""
    latex = unescape(formula[1])
    names = [" ".join(filter(None, name)) for name in _FORMULA_NAME.findall(latex)]
    return f"\ue000{' '.join(names)}\ue001" if names else ""


def _visible_text(html: str) -> tuple[str, str]:
    """What a reader sees, and the names in formulas."""
    formulas = " ".join(_NAMED.findall(html))
    text = ""
    for line in unescape(_ANY.sub("", _BLOCK.sub("\0", _BESIDE.sub(r"\1 ", _NAMED.sub(" ", html))))).split("\0"):
        if plain := _collapse_space(line):
            text += plain if not text else (" " if text.endswith(_ENDS) else " · ") + plain
    return text, formulas


def _collapse_space(text: str) -> str:
    return " ".join(text.replace("\u2060", "").replace("\u200b", "").split())


# How much a word counts by where it stands. A heading, or a question that its section answers, weighs more than any text.
_IN_TITLE, _IN_NAME, _IN_FACTS, _IN_HEADING, _ASKED, _MOST_IN_TEXT, _IN_PART, _IN_FORMULA = (9, 8, 7, 6, 5, 5, 3, 2)
_LEVELS = 10
# Letters of the postings: the first half ends a number, the second continues it. Nothing that JSON would escape.
_LETTERS = "".join(chr(code) for code in range(35, 127) if chr(code) not in "\\<")
_HALF = len(_LETTERS) // 2
_WIDE = re.compile("[\u3000-\U0010ffff]+")
# Bytes of a piece before compression: small, since a search loads a piece for each of its words and of its hits.
_WORDS_IN_A_PART = 1_200
_TEXT_IN_A_PART = 650  # characters of Latin text
_TEXT_OF_A_SECTION = (
    2_800  # characters, of which a hit shows a line or two; what stands further down is found all the same
)
_SATURATION, _NORMALISATION = 1.2, 0.6
# What the ranking tells apart: sections that list, that explain, and of machines that serve or train; the numbers are those of `LEANS` in the script.
_SECTION_CLASSES = (
    (re.compile(r"#?(?:disputes|models|facts|what-changed|techniques|record)$"), 1),
    (re.compile(r"(?:^|#)(?:why|how|cost)$"), 2),
    (re.compile(r"(?:^|#)serving"), 3),
    (re.compile(r"(?:^|#)infrastructure"), 4),
    (re.compile(r"^problem-"), 5),
)
_ARGUES = re.compile(r"^Why\b|^(?:为什么|为何)")


_Posting = tuple[int, int]  # the number of a section, and how much a word counts in it


@dataclass(frozen=True)
class AnswersInIndex:
    """What the answers put among the words.

    Attributes:
        files: Their own files by name.
        names: The number of what each name of a technique or a term stands for.
        wordings: Every wording of each question, without words that find nothing.
        asked_at: How people ask for what a section says, by its address.
        like_words: Words of which each finds what any of the others finds.
        lacking: What the site does not speak of, though a page may have the word.
        spoken: How people say it, and what it is read as.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, int] = field(default_factory=dict)
    wordings: Sequence[Sequence[str]] = ()
    asked_at: Mapping[str, Sequence[str]] = field(default_factory=dict)
    like_words: Sequence[Sequence[str]] = ()
    lacking: Sequence[str] = ()
    spoken: Mapping[str, str] = field(default_factory=dict)


def write_index(
    folder: Path,
    pages: Sequence[FinishedPage],
    known: Mapping[str, FindablePage],
    kinds: Mapping[str, str],
    interface: Mapping[str, str],
    answers: AnswersInIndex = AnswersInIndex(),
) -> str:
    """Write the index below `folder` and give the name of its own folder there, which changes with its content.

    `known` are the pages by address; those that are not in it stay out.
    """
    pages = [page for page in pages if page.url in known]
    files = {**_index_files(pages, known, kinds, interface, answers), **answers.files}
    digest = blake2b(digest_size=5)
    for name, text in sorted(files.items()):
        digest.update(f"{name}\0{text}\0".encode())
    target = folder / digest.hexdigest()
    target.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    return target.name


def _index_files(
    pages: Sequence[FinishedPage],
    known: Mapping[str, FindablePage],
    kinds: Mapping[str, str],
    interface: Mapping[str, str],
    answers: AnswersInIndex,
) -> dict[str, str]:
    asked = _asked_words(answers.wordings, interface.get("stop", ""))
    names = _pages_by_name(pages, known, answers.names)
    names |= {key: "!" for name in answers.lacking if (key := normalize_name(name)) not in names}
    asked_at = {
        place: {word for text in texts for word in content_words(f"{text} {text.replace('-', '')}", interface["stop"])}
        for place, texts in answers.asked_at.items()
    }
    postings = _with_like_words(_count_postings(pages, known, asked_at), answers.like_words)
    parts = _split_groups(_word_lines(postings, asked, names), _WORDS_IN_A_PART)
    texts = _split_sections(pages)
    kinds_in_order = list(kinds)
    head = {
        "words": dict(interface),
        "kinds": [[name, kinds[name]] for name in kinds_in_order],
        "pages": [
            [
                page.url,
                page.title,
                kinds_in_order.index(known[page.url].kind),
                round(known[page.url].weight * weight, 1),
            ]
            for page, weight in zip(pages, _link_weights(pages), strict=True)
        ],
        "counts": [len(page.sections) for page in pages],
        "classes": "".join(str(_section_class(section)) for page in pages for section in page.sections),
        "parts": " ".join(["", *(_shortest_beginning(part[0], before[-1]) for before, part in pairwise(parts))]),
        "texts": [len(group) // 3 for group in texts],
        "longest": max((name.count(" ") + 1 for name in names), default=1),
        "asked": _asked_weights(answers.wordings, asked),
        "asks": _WANTED,
        "spoken": dict(answers.spoken),
        "hears": int("sounds.js" in answers.files),
    }
    files = {"head.js": search_script("head", 0, head)}
    files |= {f"w{at}.js": search_script("words", at, "\n".join(part)) for at, part in enumerate(parts)}
    files |= {f"t{at}.js": search_script("texts", at, part) for at, part in enumerate(texts)}
    return files


def search_script(kind: str, number: int, data: object) -> str:
    """A piece of the index as the call that hands it over."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f'dsSearch("{kind}",{number},{text})\n'


def _section_class(section: IndexedSection) -> int:
    return next((number for pattern, number in _SECTION_CLASSES if pattern.search(section.anchor)), 0) or (
        2 if _ARGUES.search(section.title) else 0
    )


def _shortest_beginning(first: str, last: str) -> str:
    """As much of the first word of a part as tells it from the last one before it."""
    word, before = (line.partition("\t")[0].partition(" ")[0] for line in (first, last))
    return next(word[:end] for end in range(1, len(word) + 1) if word[:end] > before)


def _word_lines(
    postings: Mapping[str, list[_Posting]], asked: Mapping[str, list[int]], names: Mapping[str, str]
) -> Iterator[str]:
    """A line for each word: its postings, the wordings of questions that have it, and behind tabs the names that begin with it."""
    begun: defaultdict[str, list[str]] = defaultdict(list)
    for name, owners in names.items():
        first, _, rest = name.partition(" ")
        begun[first].append(f"\t{rest}={owners}")
    for word in sorted({*postings, *asked, *begun}):
        questions = f" {_pack_postings(((number, 0) for number in asked[word]), 1)}" if word in asked else ""
        yield f"{word} {_pack_postings(postings.get(word, ()), _LEVELS)}{questions}{''.join(begun[word])}"


def content_words(text: str, stop: str) -> set[str]:
    """The words of a question that say what is asked: none of those in `stop`."""
    listed = stop.split()
    particles = sorted((word for word in listed if _WIDE.search(word)), key=len, reverse=True)
    text = unicodedata.normalize("NFKC", text)
    if particles:
        text = re.sub("|".join(particles), " ", text)
    return set(split_words(text)) - {key for word in listed for key in split_words(word)}


def _asked_words(wordings: Iterable[Iterable[str]], stop: str) -> dict[str, list[int]]:
    """The wordings that have each word, by their number."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(text for texts in wordings for text in texts):
        for word in content_words(text, stop):
            found[word].append(number)
    return found


def _asked_weights(wordings: Sequence[Sequence[str]], asked: Mapping[str, list[int]]) -> list[list[int] | str]:
    """How many wordings each question has; of each wording how telling its words are together, in tenths, and what it asks for."""
    weights: Counter[int] = Counter()
    for numbers in asked.values():
        for number in numbers:
            weights[number] += round(100 * log(1 + len(wordings) / (0.5 + len(numbers))))
    # A wording of a few words asks for what the question asks for.
    wants = "".join(_wanted(text).replace("-", _wanted(texts[0])) for texts in wordings for text in texts)
    return [
        [len(texts) for texts in wordings],
        [2 * round(weights[number] / 20) for number in range(len(wants))],
        wants,
    ]


# What a question asks for, a difference first, since “how does A differ from B” asks for one: the browser asks a query the same.
_WANTED = (
    r"\bdiffer|\bvs\b|\bversus\b|区别|不同|差别|相比",
    r"\bwhy\b|\bwhat for\b|为什么|为何|有什么用",
    r"\bhow (?:many|much|large|big|long|fast|far|often|strong)\b|^(?!.*\bhow\b).*\b(?:costs?|prices?)\b|多少|几[个张块层步]|多大|多长|多久|多快",
    r"\bhow\b|^(?:use|fine-?\s?tune|convert|implement|install|derive|debug|download|write|build)\b|\bsteps to\b|怎么|怎样|如何|步骤",
    r"\bwh(?:o|en|ere)\b|谁|什么时候|哪里|哪天",
    r"\bwhat (?:is|are|does|do)\b|\bmean\b|是什么|什么是|什么意思",
)


def _wanted(text: str) -> str:
    return next((str(at) for at, pattern in enumerate(_WANTED) if re.search(pattern, text, re.IGNORECASE)), "-")


def _link_weights(pages: Sequence[FinishedPage]) -> list[float]:
    """How much a page counts by the pages that lead to it: from 1, a tenth more each time their number doubles."""
    count = Counter(link for page in pages for link in page.links)
    return [1 + 0.1 * log2(1 + count[page.url]) for page in pages]


def _pages_by_name(
    pages: Sequence[FinishedPage], known: Mapping[str, FindablePage], defined: Mapping[str, int]
) -> dict[str, str]:
    """What each name stands for: pages by number, the one that it names first in front, and `d` with the number of a definition.

    A page that has the name as an alias, which it may not say itself, is marked by `~`, one that explains a word so named by `?`; the section
    stands behind `@`.
    """
    ranked: list[tuple[int, int, str, str]] = []
    first = 0
    for number, page in enumerate(pages):
        found = known[page.url]
        sections = {section.own_anchor: f"@{first + at}" for at, section in enumerate(page.sections)}
        placed = [
            ("", ((name, "") for name in (page.title, *found.names))),
            ("", (*found.sections, *((name, "") for name in found.parts))),
            ("~", found.aliases),
            ("?", found.terms),
        ]
        for group, (mark, own) in enumerate(placed):
            ranked += [
                (1000 * group + rank, number, f"{mark}{number}{sections.get(anchor, '') if anchor else ''}", name)
                for rank, (name, anchor) in enumerate(own)
            ]
        first += len(page.sections)
    owners: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for _, number, owner, name in sorted(ranked):
        if key := normalize_name(name):
            owners[key].setdefault(number, owner)
    found_names = {name: list(owned.values())[:3] for name, owned in owners.items()}
    for name, number in defined.items():
        found_names.setdefault(name, []).append(f"d{number}")
    # Also in one word and without dots, as people type them: “v32”, “flashattention”.
    for name in list(found_names):
        joined = name.replace(" ", "").replace(".", "")
        if joined != name and joined.isascii():
            found_names.setdefault(joined, found_names[name])
    return {name: " ".join(found_names[name]) for name in sorted(found_names)}


def _count_postings(
    pages: Sequence[FinishedPage], known: Mapping[str, FindablePage], asked_at: Mapping[str, set[str]]
) -> dict[str, list[_Posting]]:
    """Where each word stands; `asked_at` are the words of what people ask of a section, by its address."""
    counts_of = [[count_words(section.text) for section in page.sections] for page in pages]
    lengths = [sum(count.values()) for counts in counts_of for count in counts]
    mean = sum(lengths) / max(len(lengths), 1)
    found: defaultdict[str, list[_Posting]] = defaultdict(list)
    number = 0
    for page, counts in zip(pages, counts_of, strict=True):
        for section, count in zip(page.sections, counts, strict=True):
            long = 1 - _NORMALISATION + _NORMALISATION * sum(count.values()) / mean
            by_times = {
                times: 1 + round((_MOST_IN_TEXT - 1) * times / (times + _SATURATION * long))
                for times in set(count.values())
            }
            levels = {word: by_times[times] for word, times in count.items()}
            own = known[page.url]
            placed = (*own.sections, *own.aliases)
            named = " ".join(name for name, anchor in placed if anchor and anchor == section.own_anchor)
            addresses = {section.anchor, f"{page.url}#{section.own_anchor}".rstrip("#")}
            asked = set().union(*(asked_at.get(address, ()) for address in addresses))
            for words, level in (
                (split_words(section.formulas), _IN_FORMULA),
                (asked, _ASKED),
                (split_words(named), _IN_HEADING),
            ):
                for word in words:
                    levels[word] = max(levels.get(word, 0), level)
            if section.anchor:
                for word in count_words(section.title):
                    levels[word] = _IN_HEADING + (levels.get(word, 0) >= _MOST_IN_TEXT // 2)
            else:
                for word in (word for name in own.parts for word in split_words(name)):
                    levels[word] = max(levels.get(word, 0), _IN_PART)
                levels |= {
                    word: _IN_NAME
                    for name in (*own.names, *(name for name, anchor in own.aliases if not anchor))
                    for word in split_words(name)
                }
                levels |= dict.fromkeys(split_words(page.facts), _IN_FACTS)
                levels |= dict.fromkeys(split_words(page.title), _IN_TITLE)
            for word, level in levels.items():
                found[word].append((number, level))
            number += 1
    return found


def _with_like_words(
    postings: Mapping[str, list[_Posting]], like_words: Iterable[Sequence[str]]
) -> dict[str, list[_Posting]]:
    """Each word of a group also where any other stands, a level lower; a name of several words stands where all of them do."""
    found = dict(postings)
    for group in like_words:
        keys = [list(split_words(name)) for name in group]
        stands: dict[int, int] = {}
        for parts in keys:
            levels = [dict(postings.get(part, ())) for part in parts]
            for section in set.intersection(*map(set, levels)):
                stands[section] = max(stands.get(section, 0), min(level[section] for level in levels) - 1)
        for part in {part for parts in keys for part in parts if len(parts) == 1 or HAN.search(part)}:
            own = dict(found.get(part, ()))
            found[part] = sorted((at, max(own.get(at, 0), stands.get(at, 0), 1)) for at in {*own, *stands})
    return found


def _pack_postings(postings: Iterable[_Posting], levels: int) -> str:
    """Postings as letters: how far to the next section and the level in it, as one number of base `_HALF`."""
    text, last = "", -1
    for section, level in postings:
        number = (section - last - 1) * levels + level
        last = section
        while number >= _HALF:
            text += _LETTERS[_HALF + number % _HALF]
            number //= _HALF
        text += _LETTERS[number]
    return text


def _split_groups(items: Iterable[str], most: int) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    size = 0
    for item in items:
        weight = _text_weight(item)
        if groups[-1] and size + weight > most:
            groups.append([])
            size = 0
        groups[-1].append(item)
        size += weight
    return groups


def _split_sections(pages: Iterable[FinishedPage]) -> list[list[str]]:
    """Anchor, heading and text of every section one after the other, in groups of about the letters of a piece."""
    groups: list[list[str]] = [[]]
    size = 0
    for page in pages:
        for at, section in enumerate(page.sections):
            most = _TEXT_OF_A_SECTION // (2 if HAN.search(section.text[:99]) else 1)  # a Chinese letter weighs as two
            text = section.text[:most]
            weight = _text_weight(text)
            if groups[-1] and size + weight > _TEXT_IN_A_PART:
                groups.append([])
                size = 0
            groups[-1] += [section.anchor, section.title if at else "", text]
            size += weight
    return groups


def _text_weight(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(map(len, _WIDE.findall(text)))


_SPELLED = re.compile(r"[a-z]{5,}")
_NAME = re.compile(r"[\w\u3400-\u9fff]+")
_LONGEST_NAME = 10  # characters
# Chinese is mistyped by another character of the same sound, or typed without an input method. GB 2312 has the characters
# in common use in the order of their readings, so it is enough to say how many of each follow one another.
_COMMON = bytes(
    byte for row in range(16, 56) for place in range(1, 95 if row < 55 else 90) for byte in (row + 0xA0, place + 0xA0)
).decode("gb2312")


def spelling_files(
    language: str, titles: Iterable[str], names: Iterable[str], stop: str, catalogue: Catalogue
) -> dict[str, str]:
    """`spelling.js`, from titles and headings, the names of pages and terms, and the words by which people ask; in Chinese
    `sounds.js` too. `stop` are the words that every question has."""
    names = [*names, *(form for forms in _asked_forms(catalogue) for form in (*forms.en, *forms.zh))]
    spelled = {word for text in (*titles, *names) for word in _SPELLED.findall(text.lower())}
    by_stem: dict[str, str] = {}
    for word in sorted(spelled, key=lambda word: (len(word), word)):
        by_stem.setdefault(stem_word(word), word)
    files = {"spelling.js": search_script("spelling", 0, " ".join(sorted(by_stem.values())))}
    if language == CHINESE:
        files["sounds.js"] = search_script("sounds", 0, _sounds_of(names, stop))
    return files


def _asked_forms(catalogue: Catalogue) -> Iterable[AskedForms]:
    asked = catalogue.asked
    yield from asked.facts.values()
    yield from asked.stages.values()


def _sounds_of(names: Iterable[str], stop: str) -> dict[str, str]:
    """Names of two characters and more, the readings of characters, and names that are read otherwise than these say."""
    from pypinyin import lazy_pinyin  # reads all phrases of Chinese, which a build of one entry need not wait for

    words = sorted(filter(HAN.search, stop.split()), key=len, reverse=True)
    between = re.compile("|".join(words) or "$^")
    parts = {part for name in names for text in _NAME.findall(name.lower()) for part in between.split(text)}
    kept: list[str] = []
    for part in sorted(parts, key=lambda part: (len(part), part)):
        if len(HAN.findall(part)) > 1 and len(part) <= _LONGEST_NAME and not _is_made_of(part, kept):
            kept.append(part)
    kept.sort()
    reading = dict(zip(_COMMON, lazy_pinyin(list(_COMMON)), strict=True))
    rare = sorted({letter for name in kept for letter in HAN.findall(name)} - reading.keys())
    runs = [(sound, len(list(group))) for sound, group in groupby(reading.values())]
    reading |= {letter: lazy_pinyin(letter)[0] for letter in rare}
    otherwise = {}
    for name in kept:
        read = "".join(lazy_pinyin(name))
        if read != "".join(reading.get(letter, letter) for letter in name):
            otherwise[name] = read
    return {
        "names": " ".join(kept),
        "common": " ".join(sound + (str(many) if many > 1 else "") for sound, many in runs),
        "rare": " ".join(letter + reading[letter] for letter in rare),
        "otherwise": " ".join(name + "=" + read for name, read in otherwise.items()),
    }


def _is_made_of(name: str, others: Iterable[str]) -> bool:
    """Whether other names stand on every character of a name: a slip in it is one in theirs."""
    left = set(range(len(name)))
    for other in others:
        left -= {place for found in re.finditer(re.escape(other), name) for place in range(*found.span())}
    return not left

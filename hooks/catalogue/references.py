"""Read data/references.bib into frozen references and findings; parse the places that sources name."""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.middlewares import (
    LatexDecodingMiddleware,
    NameParts,
    NormalizeFieldKeys,
    RemoveEnclosingMiddleware,
    SeparateCoAuthors,
    SplitNameParts,
)
from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

from .findings import ALLOWED, FIX, Finding, nearest_in_quotes, unseen_lines
from .strict_yaml import TO_DO, merge_conflicts

# What it logs is said again by the findings.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL + 1)

_PACKAGE = re.compile(r"https://[^/]+/(?:project|package|crates)/")  # of a registry, which is no place to read
ARXIV_ID = re.compile(r"\d{2}(0[1-9]|1[0-2])\.\d{4,5}")
_LATEX = re.compile(r"[\\~$]|--|``|''")
_KEY = re.compile(r"@\w+\s*\{\s*([\w.:/-]+)")
COPY = "copy"
_IS_COPY = re.compile(rf"keywords\s*=\s*.*\b{COPY}\b")
_TYPES = (
    *("misc", "article", "inproceedings", "techreport", "book", "incollection", "phdthesis", "mastersthesis"),
    "online",
)
_NEXT_FIELD = re.compile(r"[}\"\d]\s*\n\s*([A-Za-z]+)\s*=\s*[{\"\d]")
_MARKUP = re.compile(r"</?(?:b|code|em|i|strong|sub|sup)>|\*\*|\$[^$]+\$")
_ENGLISH = re.compile(r"\b[a-z]{4,}")
REQUIRED = ("title", "author", "year", "url or doi or howpublished")


@dataclass(frozen=True)
class Author:
    """A person, or an organisation, which has no given name and is written as one."""

    family: str
    given: str = ""


@dataclass(frozen=True)
class Reference:
    key: str
    type: str  # of its BibTeX entry, such as `article`
    title: str
    authors: tuple[str, ...]  # in reading order; `others` in BibTeX becomes `et al.`
    year: str
    url: str | None  # none for what was never published
    eprint: str | None
    doi: str | None
    venue: str | None
    note: str | None
    copy: bool  # whether it is somebody's copy of a document, or a page about it: `keywords = {copy}`
    bibtex: str  # the entry as it stands in the file
    line: int
    people: tuple[Author, ...] = ()  # `authors` in two parts each, without `et al.`
    title_zh: str | None = None
    short: str | None = None  # what a list of sources calls it: `shorttitle`
    short_zh: str | None = None
    note_zh: str | None = None

    def title_in(self, language: str) -> str:
        """A title that we made up for a document without one is in the language of the page."""
        return self.title_zh if language == "zh" and self.title_zh else self.title

    def short_in(self, language: str) -> str | None:
        return self.short_zh if language == "zh" and self.short_zh else self.short

    def note_in(self, language: str) -> str | None:
        return self.note_zh if language == "zh" and self.note_zh else self.note


def read_references(text: str, file: str) -> tuple[dict[str, Reference], list[Finding]]:
    library = parse_string(text, parse_stack=[NormalizeFieldKeys()])  # `TITLE` is `title` to BibTeX
    findings = [Finding(file, line, "", said, ALLOWED, fix=FIX) for line, said in unseen_lines(text)]
    marked = [Finding(file, line, "", said, fix=fix) for line, said, fix in merge_conflicts(text)]
    findings += marked or _failed_blocks(library, file)
    for entry in library.entries:
        if sign := _COMMENT.search(entry.raw or ""):
            line = (entry.start_line or 0) + (entry.raw or "").count("\n", 0, sign.start(1)) + 1
            findings.append(
                Finding(file, line, entry.key, "`%` inside an entry", "it begins no comment there", fix=FIX)
            )
    verbatim = {
        entry.key: {name: str(field.value) for name, field in entry.fields_dict.items()} for entry in library.entries
    }
    decoded = _decoded_library(library)
    findings += _failed_blocks(decoded, file)
    references = {}
    for entry in decoded.entries:
        reference = _make_reference(entry, verbatim[entry.key])
        for field, found, allowed, near in _problems_of_entry(entry, verbatim[entry.key], reference):
            path = f"{entry.key}.{field}" if field else entry.key
            findings.append(Finding(file, reference.line, path, found, allowed, near, "correct it"))
        references[reference.key] = reference
    for block in (*library.failed_blocks, *decoded.failed_blocks):
        for reference in _unread_keys(block):  # so that nobody is told that what cites it leads nowhere
            references.setdefault(reference.key, reference)
    return references, findings


def _decoded_library(library: Library) -> Library:
    """Without braces and LaTeX accents, authors split into names.

    Decoding LaTeX is slow, so only entries that have any go through it.
    """
    plain = [RemoveEnclosingMiddleware(), SeparateCoAuthors(), SplitNameParts()]
    decoding = [plain[0], LatexDecodingMiddleware(), *plain[1:]]
    blocks: list[Block] = []
    for entry in library.entries:
        result = Library([entry])
        for middleware in decoding if _LATEX.search(entry.raw or "") else plain:
            result = middleware.transform(result)
        blocks += result.blocks
    return Library(blocks)


def _block_line(block: Entry | ParsingFailedBlock) -> int:
    return (block.start_line or 0) + 1


_COMMENT = re.compile(r"\n[ \t]*(%)")


# Fields whose form is fixed.
_FORMS = (
    ("doi", re.compile(r"10\.\d{4,}/\S+"), "a DOI begins with `10.`, without https://doi.org/ before it"),
    ("url", re.compile(r"https://[^\s/]+\.\S+"), "allowed are addresses that begin with https://"),
    ("eprint", ARXIV_ID, "an arXiv id is YYMM.NNNNN"),
    ("year", re.compile("(?<![0-9])[0-9]{4}(?![0-9])"), "a year of four digits"),
)


def _problems_of_entry(
    entry: Entry, as_written: Mapping[str, str], reference: Reference
) -> Iterator[tuple[str, str, str, str]]:
    """Field (empty of the whole entry), what was found, what is allowed, the nearest."""
    swallowed = {name: next_[1] for name, value in as_written.items() if (next_ := _NEXT_FIELD.search(value))}
    for name, behind in swallowed.items():
        yield name, f"no comma behind `{name}`, before `{behind}`", "a comma behind every field", ""
    given = {name for name, value in as_written.items() if value.strip(' {}"')}
    missing = [name for name in REQUIRED if not set(name.split(" or ")) & given]
    if missing and not swallowed:
        found = "missing " + ", ".join(f"`{name}`" for name in missing)
        yield "", found, "every reference has " + ", ".join(REQUIRED), ""
    for word in _keyword_list(as_written.get("keywords", "").strip('{}"')):
        if word != COPY:
            allowed = f"allowed is `{COPY}`, for somebody's copy of a document or a page about it"
            yield "keywords", f"found `{word}`", allowed, nearest_in_quotes(word, [COPY])
    if markup := _MARKUP.search(as_written.get("title", "")):
        yield "title", f"markup of a page: `{markup[0]}`", "the title's words, as they stand", ""
    if left := [f"`{name}`" for name, value in as_written.items() if TO_DO in value]:
        yield "", f"{', '.join(left)} to be filled in", "what the document says", ""
    if reference.note and not reference.note_zh and _ENGLISH.search(reference.note):
        yield "", f"`{reference.note}` in English alone", "`note_zh`, which the Chinese edition shows", ""
    if entry.entry_type not in _TYPES:
        allowed = "allowed are " + ", ".join(f"`@{name}`" for name in _TYPES)
        yield "", f"found `@{entry.entry_type}`", allowed, nearest_in_quotes(entry.entry_type, _TYPES)
    for field, form, allowed in _FORMS:
        value = getattr(reference, field)
        if value and TO_DO not in value and not form.fullmatch(value):
            close = form.search(value)
            yield field, f"found `{value}`", allowed, f"`{close[0]}`" if close else ""
    url, eprint = reference.url or "", reference.eprint
    if _PACKAGE.match(url):
        allowed = "a package is cited by its name and version, and by the address of its repository"
        yield "url", f"found `{url}`, the page of a package", allowed, ""
    if eprint and ARXIV_ID.fullmatch(eprint) and "arxiv.org/abs/" in url and not url.endswith(eprint):
        yield "url", f"found `{url}`", f"the entry's arXiv id is {eprint}", ""
    if (
        eprint
        and ARXIV_ID.fullmatch(eprint)
        and reference.year[-2:].isdigit()
        and int(reference.year[-2:]) < int(eprint[:2]) - 1
    ):
        yield "year", f"found `{reference.year}`", f"the entry's arXiv id is {eprint}, of 20{eprint[:2]}", ""
    if " & " in as_written.get("author", ""):
        yield "author", "names joined by `&`", "names are joined by ` and `", ""


def _failed_blocks(library: Library, file: str) -> Iterator[Finding]:
    """bibtexparser does not raise."""
    for block in library.failed_blocks:
        line = _block_line(block)
        if isinstance(block, DuplicateBlockKeyBlock):
            found, fix = "this key is used for the second time", "rename or remove one of the two"
            yield Finding(file, line, str(block.key), found, "each key once", fix=fix)
        else:
            found, fix = f"not BibTeX: {_failure_reason(block)}", "check braces, commas and quotes in this entry"
            yield Finding(file, line, "", found, fix=fix)


def _unread_keys(block: ParsingFailedBlock) -> Iterator[Reference]:
    """A citation of a key in broken BibTeX is no finding of its own."""
    raw = block.raw or ""
    copy = bool(_IS_COPY.search(raw))
    for key in _KEY.findall(raw):
        yield Reference(key, "misc", "", (), "", None, None, None, None, None, copy, raw, _block_line(block))


def _failure_reason(block: ParsingFailedBlock) -> str:
    if isinstance(block, DuplicateFieldKeyBlock):
        return ", ".join(f"field `{name}` is given twice" for name in sorted(block.duplicate_keys))
    reason = re.sub(r"\s+", " ", getattr(block.error, "abort_reason", "") or str(block.error)).strip().rstrip(".")
    return reason[:1].lower() + reason[1:]


def _make_reference(entry: Entry, as_written: Mapping[str, str]) -> Reference:
    fields = entry.fields_dict

    def text(name: str) -> str | None:
        return (
            re.sub(r"\s+", " ", str(fields[name].value).replace("{", "").replace("}", "")).strip()
            if name in fields
            else None
        )

    def verbatim(name: str) -> str | None:
        """The field without decoding, which would change an address."""
        return as_written[name].strip('{}"') if name in as_written else None

    return Reference(
        key=entry.key,
        type=entry.entry_type,
        title=text("title") or "",
        authors=tuple(_author_names(fields["author"].value)) if "author" in fields else (),
        year=text("year") or "",
        url=verbatim("url") or (f"https://doi.org/{verbatim('doi')}" if verbatim("doi") else None),
        eprint=verbatim("eprint"),
        doi=verbatim("doi"),
        venue=text("journal") or text("booktitle"),
        note=text("note") or text("howpublished"),
        note_zh=text("note_zh"),
        title_zh=text("title_zh"),
        short=text("shorttitle"),
        short_zh=text("shorttitle_zh"),
        copy=COPY in _keyword_list(text("keywords")),
        bibtex=(entry.raw or "").strip(),
        line=_block_line(entry),
        people=tuple(_people(fields["author"].value)) if "author" in fields else (),
    )


def _keyword_list(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _author_names(people: list[NameParts]) -> Iterator[str]:
    for person in people:
        name = " ".join([*person.first, *person.von, *person.last, *person.jr]).replace("{", "").replace("}", "")
        yield "et al." if name == "others" else name


def _people(people: list[NameParts]) -> Iterator[Author]:
    for person in people:
        family = " ".join([*person.von, *person.last, *person.jr]).replace("{", "").replace("}", "")
        if family != "others":
            yield Author(family, " ".join(person.first))


@dataclass(frozen=True)
class LocatorForm:
    id: str  # key of the words that describe it
    examples: tuple[str, ...]
    pattern: re.Pattern[str]  # found somewhere in such a place


_DATA = r"\.(?:jsonl?|csv|tsv|txt|ya?ml|toml|png|jpe?g|svg)\b"
_PROGRAM = r"\.(?:py|sh|h|cpp|cuh?|swift|rs|tsx?|js)"

LOCATOR_FORMS = (
    LocatorForm("section", ("§3.1.2", "README §License", "model card §Model Downloads"), re.compile(r"§[\w(]")),
    LocatorForm(
        "numbered",
        ("Table 2", "Figure 3", "eq. 5", "App. B.1", "Algorithm 1", "p. 7"),
        re.compile(
            r"\b(?:Tables?|Figures?|Fig\.|eqs?\.|App\.|Appendix|Algorithm|Theorem|footnote|p\.|page) (?:[A-Z]\b|\d|[IVX]+\b)"
        ),
    ),
    LocatorForm(
        "named",
        ("abstract", "title page", "first page"),
        re.compile(r"\b(?:abstract|title page|first page|author list|introduction|conclusion|Methods|caption)\b"),
    ),
    LocatorForm(
        "listing",
        ("arXiv listing", "arXiv v1", "file list", "list of models", "model card header"),
        re.compile(
            r"\b(?:arXiv (?:listing|number|stamp|abstract page|submission history|v\d)|version \d|(?:file|repository) list(?:ing)?"
            r"|list of \w+|news list|commit history|creation date|date of|last change|header|release line|tags)\b"
        ),
    ),
    LocatorForm(
        "change",
        ("commit 23807ce", "first commit", "README@3d445e7", "issue 12", "pull request 7", "discussion 3"),
        re.compile(
            r"\bcommits? [0-9a-f]{7,40}\b|\bfirst commit\b|@[0-9a-f]{7,40}\b|@refs/|\b(?:issue|pull request|discussion) \d"
        ),
    ),
    LocatorForm(
        "file",
        ("config.json", "figures/price.png", "LICENSE-MODEL", "model.py class Gate", "train.py line 12"),
        re.compile(rf"{_DATA}|\bLICENSE|{_PROGRAM} \w"),
    ),
)

# Names of the first document of a repository, which is the card of a model at Hugging Face.
_FIRST = ("README.md", "readme.md", "model card")
FIRST = "README"
_BESIDE = re.compile(rf"^(?:{'|'.join(re.escape(name) for name in (FIRST, *_FIRST))}), (?!§)")
_END = re.compile(r",? §|, | at commit | of version ")


@lru_cache(maxsize=1 << 14)  # the same few places stand behind thousands of values
def locator_forms(locus: str) -> tuple[LocatorForm, ...]:
    """Empty where a place names only a document, or the first one beside another (`README, LICENSE`)."""
    if _BESIDE.match(locus):
        return ()
    return tuple(form for form in LOCATOR_FORMS if form.pattern.search(locus))


@lru_cache(maxsize=1 << 14)
def document_of(locus: str) -> str:
    """One name for the first document of a repository; empty for a bare section."""
    name = _END.split(locus, maxsplit=1)[0].strip()
    if name.startswith("§"):
        return ""
    return FIRST if name in _FIRST else name


def named_headings(locus: str) -> Iterator[str]:
    """What stands behind each `§`."""
    for part in locus.split("§")[1:]:
        yield re.split(r", | at commit |@| and $| to $|; ", part)[0].strip()


def is_dated(locus: str) -> bool:
    """Whether a place is in an older version of its document."""
    return re.search(r"\bcommits? [0-9a-f]{7,40}\b|@[0-9a-f]{7,40}\b", locus) is not None


def is_heading(named: str, listed: str) -> bool:
    """By its words, number or both; what stands in brackets or behind a colon may be left out."""
    number, _, words = listed.partition(" ")
    said = [listed]
    if re.fullmatch(r"[\dA-Z]+(?:\.\d+)*\.?", number):
        said += [number.rstrip("."), words]
    return named in said or any(form.startswith((f"{named} (", f"{named}:")) for form in said)

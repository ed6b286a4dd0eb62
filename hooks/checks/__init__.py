"""Hand-written pages: characters, markup, quotes, figures, links, places in the site. Nothing is drawn for it."""

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from catalogue.files import Unreadable, find_pages, list_folder, read_pages, read_text
from catalogue.findings import ALLOWED, FIX, Finding, format_report, nearest_in_quotes, unseen_lines
from catalogue.lookup import Lookup
from catalogue.records import Catalogue
from catalogue.strict_yaml import front_matter, merge_conflicts
from catalogue.text import (
    BLOCK_CALL,
    MATH_CALL,
    VALUE_CALLS,
    Quote,
    chinese_in_english,
    chinese_slips,
    english_heading,
    english_sentence,
    parse_quotes,
    quote_problems,
    text_slips,
)
from render.context import Context, make_context
from render.formula import FormulaError, formula_mathml, inline_mathml
from render.labs import EXPERIMENT_BLOCK, LABS, RUN_BLOCK, RUNS
from render.markup import BLOCK_BEGINS
from render.page import Page
from render.pages import GUIDE, declaration_of, generated_pages, part_owner, written_pages
from render.pages.glossary import formulas_by_block
from render.site import pages_of
from render.technique_figures import DRAWINGS
from render.words import CHINESE, ENGLISH, Words

from .markup import markup_problems, text_blocks, without_fences

PLACED = (
    *(
        "families",
        "sources",
        "sentence",
        "home-lead",
        "hero",
        "general-line",
        "map",
        "problems",
        "symbols",
        "sentence-weights",
        "token-path",
    ),
    "token-path-v3",
)
"""What a page can place with `{{ block('…') }}` beside the mechanisms, each of which has a caption."""
_CAPTION = re.compile(r"(mechanism)\.([\w-]+)\.caption")
_FRONT_KEYS = ("title", "description", "hide")
_CODE = re.compile(r"(?ms)^(`{3,}).*?^\1|`[^`\n]*`|<!--.*?-->")
_LINK = re.compile(r'\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[(?!\^)[^\]]+\]:\s+(\S+)|\b(?:href|src)="([^"]+)"', re.M)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
_OUTSIDE = ("https:", "http:", "mailto:")
_DEFINED = re.compile(r"(?m)^ {0,3}\[([^\]\n]+)\]:\s")
_REFERRING = re.compile(r"\[[^\[\]\n]+\]\[([^\[\]\n]+)\]")
_PICTURES = (".png", ".svg", ".jpg", ".jpeg", ".webp", ".gif")
_ANCHOR = re.compile(r'\{:?\s[^}\n]*?#([\w-]+)|\bid="([^"]+)"')
_ENDINGS = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")  # of what MkDocs takes for a page
_SECTION = re.compile(r"(?m)^(#+) (.+?)(?:\{:?\s[^}\n]*?#([\w-]+)[^}\n]*\})?\s*$")
_HEADING = re.compile(r"(?m)^#+ (.+)$")


class PageError(ValueError):
    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))

    def report(self) -> str:
        return format_report(self.findings, "the pages")


def placeable_blocks(words: Words, catalogue: Catalogue) -> set[str]:
    return {
        *PLACED,
        *(f"picture-{name}" for name in DRAWINGS),
        *(f"lab-{name}" for name in LABS),
        *(f"{RUN_BLOCK}{letter}" for letter in RUNS),
        *(f"{EXPERIMENT_BLOCK}{one.id}" for one in catalogue.experiments),
        *formulas_by_block(catalogue),
        *("-".join(found.groups()) for key in words if (found := _CAPTION.fullmatch(key))),
    }


def find_unreadable(docs: Path) -> list[Finding]:
    """Missing folders, files that are no text, invisible characters."""
    found = []
    for language in (ENGLISH, CHINESE):
        if not (docs / language).is_dir():
            found.append(Finding(f"{docs.name}/{language}", 1, "", "is no folder", fix="put it back"))
        found += _beside_pages(docs, docs / language)
    for path in find_pages(docs):
        name = path.relative_to(docs.parent).as_posix()
        try:
            text = read_text(path, name)
        except Unreadable as error:
            found.append(error.finding)
        else:
            found += [Finding(name, line, "", said, ALLOWED, fix=FIX) for line, said in unseen_lines(text)]
            found += [Finding(name, line, "", said, fix=fix) for line, said, fix in merge_conflicts(text)]
            found += _reserved_markers(name, text)
    return found


def _reserved_markers(name: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.split("\n"), 1):
        if BLOCK_BEGINS in line:
            yield Finding(name, number, "", "the sign `<!-- ds-block: … -->`, which a build writes", fix=FIX)


def _beside_pages(docs: Path, folder: Path) -> Iterator[Finding]:
    """Other endings and linked folders, which MkDocs would take for pages and nobody checks."""
    for path in list_folder(folder):
        name = path.relative_to(docs.parent).as_posix()
        if path.is_dir() and path.is_symlink():
            yield Finding(name, 1, "", "is a link to a folder, in which no page is checked")
        elif path.is_dir():
            yield from _beside_pages(docs, path)
        elif path.suffix == ".md":
            continue  # read as a page
        elif path.suffix.lower() in _ENDINGS:
            yield Finding(name, 1, "", "is not read", "pages end in `.md`", fix="rename it")
        elif not path.is_file():  # MkDocs would copy it
            try:
                read_text(path, name)
            except Unreadable as error:
                yield error.finding


@dataclass(frozen=True)
class EntryPages:
    """Each family is made once it is asked for; anchors are the same in every language."""

    catalogue: Catalogue
    words: Words

    @cached_property
    def _context(self) -> Context:
        return make_context(self.catalogue, self.words)

    @cached_property
    def _made(self) -> dict[str, Mapping[str, Page]]:
        return {}

    def pages_of(self, id_: str) -> Mapping[str, Page]:
        if id_ not in self._made:
            self._made[id_] = {page.path: page for built in pages_of(self._context, id_) for page in built}
        return self._made[id_]


@dataclass(frozen=True)
class Pages(Collection[str]):
    """Paths of the site; whether a model has some part is found out by making it."""

    entries: EntryPages
    known: frozenset[str]

    def __contains__(self, path: object) -> bool:
        owner = part_owner(str(path))
        return path in self.known or (owner is not None and path in self.entries.pages_of(owner))

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@dataclass(frozen=True)
class HandWrittenPages:
    """The hand-written pages of one language, and what they can quote."""

    catalogue: Catalogue
    lookup: Lookup
    words: Words
    folder: Path
    entries: EntryPages

    @cached_property
    def texts(self) -> dict[str, str]:
        return read_pages(self.folder)

    @cached_property
    def required_pages(self) -> frozenset[str]:
        return written_pages(self.catalogue)

    @cached_property
    def pages(self) -> Pages:
        """What links can lead to."""
        made = generated_pages(self.catalogue)
        return Pages(self.entries, frozenset((*made, *self.texts)))

    def finding(self, path: str, line: int, found: str, allowed: str = "", nearest: str = "", fix: str = "") -> Finding:
        place = self.folder.relative_to(self.folder.parent.parent) / path
        return Finding(place.as_posix(), line, "", found, allowed, nearest, fix)

    def find_problems(self) -> Iterator[Finding]:
        for path in sorted(self.required_pages - self.texts.keys()):
            why = "data/study.yaml lists it" if declaration_of(path) is GUIDE else "the navigation leads to it"
            yield self.finding(path, 1, f"is not there, and {why}", fix="write it, or take it out there")
        for path in self.texts:
            yield from self.problems_of_page(path)

    def problems_of_page(self, path: str) -> Iterator[Finding]:
        text, allowed = self.texts[path], placeable_blocks(self.words, self.catalogue)
        wrong = [self.finding(path, each.line, each.message) for each in quote_problems(text, self.lookup, allowed)]
        wrong = wrong or list(self._unreadable_formulas(path, text))
        yield from wrong or self._repeated_blocks(path, text)
        yield from self._unlisted_or_untitled(path, text)
        yield from self._markup_findings(path, text)
        bare = _blank_code(text)
        yield from self._repeated_anchors(path, bare)
        yield from self._dead_links(path, bare)

    def _unreadable_formulas(self, path: str, text: str) -> Iterator[Finding]:
        displayed, line = formulas_by_block(self.catalogue), 1
        for part in parse_quotes(text):
            try:
                if isinstance(part, Quote) and part.name == MATH_CALL:
                    inline_mathml(part.arguments[0])
                elif isinstance(part, Quote) and part.name == BLOCK_CALL and part.arguments[0] in displayed:
                    formula_mathml(displayed[part.arguments[0]].latex)
            except FormulaError as error:
                yield self.finding(path, line, str(error), fix="correct the formula")
            line += (part.text if isinstance(part, Quote) else part).count("\n")

    def _markup_findings(self, path: str, text: str) -> Iterator[Finding]:
        for each in markup_problems(text):
            yield self.finding(path, each.line, each.found, fix=each.fix)
        bare = without_fences(text)[0]
        for slip in text_slips(bare):
            yield self.finding(path, bare.count("\n", 0, slip.at) + 1, slip.found, slip.allowed, fix="correct it")
        chinese = self.words.language == CHINESE
        for number, block in text_blocks(bare):
            if said := (english_sentence(block) or english_heading(block)) if chinese else chinese_in_english(block):
                found = f"“{said} …” in {'English' if chinese else 'Chinese'}"
                yield self.finding(path, number, found, "the language of the page", fix="translate it")
        if chinese:
            for number, line in enumerate(bare.split("\n"), 1):
                for slip in chinese_slips(line.replace(" |", "|").replace("| ", "|")):
                    yield self.finding(path, number, slip.found, slip.allowed, fix="correct it")

    def sections(self, path: str) -> list[tuple[int, str, int]]:
        """Level, anchor (empty where Markdown makes it), line."""
        bare = _blank_code(self.texts[path])
        found = _SECTION.finditer(bare)
        return [(len(each[1]), each[3] or "", bare.count("\n", 0, each.start()) + 1) for each in found]

    def _unlisted_or_untitled(self, path: str, text: str) -> Iterator[Finding]:
        if path not in self.required_pages:
            close = nearest_in_quotes(path, self.required_pages - self.texts.keys())
            fix = "list it in data/study.yaml, or take it out"
            yield self.finding(path, 1, "a page that nothing leads to", nearest=close, fix=fix)
        read = front_matter(text, self.finding(path, 1, "").file)
        yield from (replace(finding, line=finding.line + 1) for finding in read.findings)
        written = read.data if isinstance(read.data, dict) else {}
        for key in sorted(written.keys() - set(_FRONT_KEYS)):
            allowed = "allowed are " + ", ".join(f"`{each}`" for each in _FRONT_KEYS)
            close = nearest_in_quotes(key, _FRONT_KEYS)
            yield self.finding(path, read.line_of((key,)) + 1, f"unknown key `{key}`", allowed, close)
        for key in ("title", "description") if not read.findings else ():
            if not isinstance(read.data, dict) or not isinstance(read.data.get(key), str):
                allowed = "a page begins with `title:` and `description:` between two lines `---`"
                yield self.finding(path, 1, f"has no `{key}`", allowed, fix=f"add `{key}: …`")

    def _repeated_blocks(self, path: str, text: str) -> Iterator[Finding]:
        """Links would lead to the first. Also quoted values without a list of sources."""
        placed: dict[tuple[str, ...], int] = {}
        line, cites = 1, False
        for part in parse_quotes(text):
            if isinstance(part, Quote) and part.name == BLOCK_CALL:
                if first := placed.get(part.arguments):
                    found = f"`{part.text}` is placed in line {first} already"
                    yield self.finding(path, line, found, fix="take one of the two out")
                placed.setdefault(part.arguments, line)
            elif isinstance(part, Quote):
                cites |= part.name in VALUE_CALLS
            line += (part.text if isinstance(part, Quote) else part).count("\n")
        if cites and ("sources",) not in placed:
            last = text.rstrip().count("\n") + 1
            fix = "put `{{ block('sources') }}` under the last heading"
            yield self.finding(path, last, "quotes values and lists no sources", fix=fix)

    def _repeated_anchors(self, path: str, bare: str) -> Iterator[Finding]:
        """Doubled anchors, and reference links without a definition."""
        seen: dict[str, int] = {}
        for match in _ANCHOR.finditer(bare):
            name, line = match[1] or match[2], bare.count("\n", 0, match.start()) + 1
            if name in seen:
                found = f"`#{name}` is the name of a place in line {seen[name]} already"
                yield self.finding(path, line, found, "each name once on a page", fix="rename one of the two")
            seen.setdefault(name, line)
        known = {match[1].lower() for match in _DEFINED.finditer(bare)}
        for match in _REFERRING.finditer(bare):
            if match[1].lower() not in known:
                line = bare.count("\n", 0, match.start()) + 1
                found = f"`[{match[1]}]` has no address, and is shown as it stands"
                yield self.finding(path, line, found, "a line `[name]: address`", fix="write that line, or the address")

    def _dead_links(self, path: str, bare: str) -> Iterator[Finding]:
        for match in _LINK.finditer(bare):
            link = match[1] or match[2] or match[3]
            ours = link.startswith("ds:")
            line = bare.count("\n", 0, match.start()) + 1
            if "{{" in link:
                continue
            if not ours and (match[3] or _ELSEWHERE.match(link)):
                yield from self._outside_link(path, line, link, in_html=bool(match[3]))
                continue
            target, _, place = link.removeprefix("ds:").partition("#")
            page = target if ours else self._resolve_link(path, target)
            if not page.endswith(".md"):
                if not ours and (page.startswith(("/", "..")) or not (self.folder / page).is_file()):
                    yield self._dead_link(path, line, link, page)
            elif page not in self.pages:
                yield self._dead_link(path, line, link, page)
            elif place and (known := self.anchors_of(page, drawn=ours)) is not None and place not in known:
                found, close = f"`{link}` leads to a place that the page does not have", nearest_in_quotes(place, known)
                yield self.finding(path, line, found, nearest=close, fix="correct what stands behind the `#`")

    def _outside_link(self, path: str, line: int, link: str, in_html: bool) -> Iterator[Finding]:
        """In HTML nothing turns a path into an address."""
        outside = _ELSEWHERE.match(link)
        if outside and outside[0] not in _OUTSIDE:
            allowed = "addresses begin with " + ", ".join(f"`{scheme}`" for scheme in _OUTSIDE)
            yield self.finding(path, line, f"`{link}` is no address of a document", allowed, fix="correct the link")
        elif in_html and not outside and not link.startswith("#"):
            allowed = "in HTML `ds:` and the path of a page; what is not a page is linked in Markdown"
            yield self.finding(path, line, f"`{link}` in HTML, where it stays as it is", allowed, fix="write it so")

    @staticmethod
    def _resolve_link(path: str, target: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path

    def _dead_link(self, path: str, line: int, link: str, page: str) -> Finding:
        if page.endswith(_PICTURES):
            allowed = "a file beside the page"
            return self.finding(path, line, f"`{link}` is no picture", allowed, fix="put it there, or correct the path")
        close = nearest_in_quotes(page, self.pages).strip("`")
        if close and not link.startswith("ds:"):
            close = posixpath.relpath(close, posixpath.dirname(path) or ".")
        elif close:
            close = f"ds:{close}"
        allowed = "a page by the path of its source, from this one"
        return self.finding(path, line, f"`{link}` leads to no page", allowed, close and f"`{close}`", "correct it")

    @cached_property
    def _written_anchors(self) -> dict[str, set[str]]:
        return {
            page: {name for match in _ANCHOR.finditer(text) for name in match.groups() if name}
            | {_heading_anchor(heading) for heading in _HEADING.findall(text) if "{" not in heading}
            for page, text in self.texts.items()
        }

    def anchors_of(self, page: str, drawn: bool) -> set[str] | None:
        """Anchors of a page; None where only making all pages would tell. With `drawn`, beyond headings."""
        if page in self._written_anchors:
            return self._written_anchors[page]
        family = self.entries.pages_of(page.removesuffix(".md").split("/")[1]) if "/" in page else {}
        if page not in family:
            return None
        if drawn:
            return {anchor for each in family.values() for anchor in each.anchors}
        return {section.id for section in family[page].sections if section.title}


def _blank_code(text: str) -> str:
    """Code and comments are blanked; lines keep their numbers."""
    return _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)


def _heading_anchor(heading: str) -> str:
    from markdown.extensions.toc import slugify

    return str(slugify(heading, "-"))


def hand_written_pages(catalogue: Catalogue, words: Mapping[str, Words], docs: Path) -> list[HandWrittenPages]:
    lookup, entries = Lookup.of_catalogue(catalogue), EntryPages(catalogue, next(iter(words.values())))
    return [HandWrittenPages(catalogue, lookup, words[language], docs / language, entries) for language in words]


def check_pages(catalogue: Catalogue, words: Mapping[str, Words], docs: Path, only: str = "") -> None:
    """Every page, or the one at the path `only` if it is there. Raises PageError with everything that is wrong."""
    if found := find_unreadable(docs):
        raise PageError(found)
    for pages in hand_written_pages(catalogue, words, docs):
        found += pages.problems_of_page(only) if only in pages.texts else () if only else pages.find_problems()
    if found:
        raise PageError(found)

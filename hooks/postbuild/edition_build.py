"""One build of an edition: its configuration, the sources of its pages, and what is collected of them."""

import logging
import multiprocessing
import re
import sys
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from catalogue.findings import closest_word
from render.assets import SEARCH, SEARCH_INDEX
from render.exports.markdown import Filled
from render.links import Links
from render.markup import BLOCK
from render.pages import FindablePage, SearchKind, findable_pages, is_searched
from render.site import Edition
from render.words import CHINESE, ENGLISH

from . import search_index
from .search_answers import answers_in_index
from .search_index import AnswersInIndex, FinishedPage, merge_parts, read_page, spelling_files

_EDITIONS = ([ENGLISH], [ENGLISH, CHINESE])


# What configures the build beside `editions`; templates may have more.
_EXTRA = ("alternate", "both", "compress", "generator")
_EXTENSIONS = ("attr_list", "md_in_html", "pymdownx.superfences", "tables", "toc")


def config_error(
    file: Path,
    language: str,
    docs: Path,
    extra: Mapping[str, Any],
    nav: object = None,
    extensions: Collection[str] = _EXTENSIONS,
) -> str | None:
    if language not in (ENGLISH, CHINESE):
        return f"{file.name}: theme.language: found `{language}`; allowed are `{ENGLISH}` and `{CHINESE}`"
    editions = extra.get("editions")
    if editions not in _EDITIONS:
        allowed = " and ".join(f"`[{', '.join(each)}]`" for each in _EDITIONS)
        found = "nothing" if editions is None else f"`{editions}`"
        return f"{file.name}: extra.editions: found {found}; allowed are {allowed}"
    wanted = file.parent / "docs" / language
    if docs.resolve() != wanted.resolve():
        return f"{file.name}: docs_dir: found `{docs}`; the pages of this edition stand in `docs/{language}`"
    if nav is not None:
        return f"{file.name}: nav: the navigation is made from data/study.yaml and would replace it; take it out"
    if missing := [name for name in _EXTENSIONS if name not in extensions]:
        return f"{file.name}: markdown_extensions: `{missing[0]}` is missing, which the pages need; put it back"
    for key in extra.keys() - {*_EXTRA, "editions"}:
        if close := closest_word(key, _EXTRA, 0.8):
            return f"{file.name}: extra: unknown key `{key}`; nearest match: `{close}`"
    return None


_FOR_MARKDOWN = re.compile(
    r'(<\w+[^>]*?) markdown="(?:0|span)"'
)  # read by Markdown, which leaves it in HTML of several lines
_SYMBOL = re.compile(r"<em>([A-Za-zα-ω])</em>")  # a letter by itself is one of a formula


@dataclass(frozen=True)
class PagePaths:
    source: str
    file: str


@dataclass
class EditionBuild:
    edition: Edition
    links: Links = field(init=False)
    # Hand-written pages, quotes filled in, with their blocks, by path
    filled: dict[str, Filled] = field(default_factory=dict)
    pages: Mapping[str, PagePaths] = field(default_factory=dict)  # by address
    # Texts of built pages by address, for the search; no page is kept
    finished: dict[str, FinishedPage] = field(default_factory=dict)
    embedded: list[str] = field(default_factory=list)  # files that show a figure alone

    @property
    def language(self) -> str:
        return self.edition.context.words.language

    def page_source(self, path: str) -> str:
        page = self.edition.site.pages.get(path)
        return page.markdown if page else self.filled[path][0]

    def page_blocks(self, path: str) -> Mapping[str, str]:
        page = self.edition.site.pages.get(path)
        return page.blocks if page else self.filled[path][1]

    def page_content(self, path: str, html: str, here: str, missing: Callable[[str], str]) -> str:
        """Blocks put in, links relative to `here`."""
        blocks = self.page_blocks(path)
        html = _SYMBOL.sub(r"<i>\1</i>", _FOR_MARKDOWN.sub(r"\1", html))
        whole = self.edition.terms.link_terms(BLOCK.sub(lambda match: blocks[match[1]], html), path)
        return self.links.with_relative_addresses(whole, here, missing)

    def collect_text(self, url: str, html: str) -> None:
        if page := read_page(html, url):
            self.finished[url] = page

    def write_search_index(self, site: Path) -> None:
        """Also tells the script of the search where the index is."""
        context = self.edition.context
        words = context.words
        searched = [url for url, page in self.pages.items() if url in self.finished and is_searched(page.source)]
        pages = merge_parts((self.finished[url] for url in searched), self._wholes_of_parts())
        known = findable_pages(
            context, {url: page.source for url, page in self.pages.items()}, context.catalogue.aliases.aliases
        )
        folder = search_index.write_index(
            site / SEARCH_INDEX,
            pages,
            known,
            {kind.value: words(f"search.kind.{kind}") for kind in SearchKind},
            words.below("search"),
            self._answers_in_index(pages, known),
        )
        script = site / SEARCH
        text = script.read_text(encoding="utf-8")
        text = text.replace(f'"{SEARCH_INDEX}"', f'"{SEARCH_INDEX}{folder}/"')
        script.write_text(text, encoding="utf-8", newline="\n")

    def _answers_in_index(self, pages: Iterable[FinishedPage], known: Mapping[str, FindablePage]) -> AnswersInIndex:
        context = self.edition.context
        made = answers_in_index(context, self._edition_address)
        titles = [section.title for page in pages for section in page.sections]
        names = [name for page in known.values() for name in page.all_names]
        stop = context.words("search.stop")
        spelling = spelling_files(context.words.language, titles, names, stop, context.catalogue)
        return replace(made, files={**made.files, **spelling})

    def _edition_address(self, path: str) -> str:
        return self.links.with_relative_addresses(f'href="ds:{path}"', "", lambda missing: "")[len('href="') : -1]

    def _wholes_of_parts(self) -> dict[str, str]:
        """`a/b.md` is the whole of `a/b/c.md`; by address."""
        urls = {page.source: url for url, page in self.pages.items()}
        wholes = {url: urls.get(page.source.rpartition("/")[0] + ".md") for url, page in self.pages.items()}
        return {url: whole for url, whole in wholes.items() if whole is not None}


def can_fork() -> bool:
    """Not on a Mac, where libraries for numbers do not survive it."""
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


class SideProcess:
    """Runs a function in a process that ends with this one.

    Warnings below `logger` are logged here in `wait`: lines do not mix, and warnings are counted.
    """

    def __init__(self, function: Callable[[], None], logger: str) -> None:
        context: Any = multiprocessing.get_context("fork")
        self._answer, answer = context.Pipe(duplex=False)
        self._process = context.Process(target=_run_and_answer, args=(function, logger, answer), daemon=True)
        self._process.start()
        answer.close()

    def wait(self) -> None:
        """Raises what the function raised."""
        try:
            records, error = self._answer.recv()
        except EOFError:
            self._process.join()
            raise ChildProcessError(
                f"a process that built a part of the site ended with {self._process.exitcode}"
            ) from None
        self._process.join()
        for record in records:
            logging.getLogger(record.name).handle(record)
        if error is not None:
            raise error

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()


def _run_and_answer(function: Callable[[], None], logger: str, answer: Connection) -> None:
    said = SimpleQueue[logging.LogRecord]()
    collector = QueueHandler(said)  # which makes records fit to be sent
    collector.setLevel(logging.WARNING)
    logging.getLogger(logger).handlers = [collector]
    error: BaseException | None = None
    try:
        function()
    except BaseException as raised:
        raised.add_note(traceback.format_exc())
        error = raised
    answer.send(([said.get() for _ in range(said.qsize())], error))

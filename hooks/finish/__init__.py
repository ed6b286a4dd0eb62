"""What is made of the finished pages of an edition: the index of the search, and assets without what no page uses.

Knows the built site and nothing of MkDocs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from render.assets import FOLDER, SCRIPTS, SEARCH, SEARCH_INDEX, STYLES
from render.context import Context
from render.findable import findable
from render.page_registry import SearchKind, is_searched

from .assets import (
    drop_theme,
    inline_all_fonts,
    inline_text_fonts,
    join_styles,
    name_by_content,
    reduce_styles,
    renamed,
    tidied,
)
from .index import write
from .pages import FinishedPage, read, with_parts
from .styles import Used

_WORDS = [
    "label",
    "placeholder",
    "close",
    "kinds",
    "all",
    "one",
    "many",
    "more",
    "none",
    "failed",
    "hint",
    "keys",
    "stop",
]


@dataclass(frozen=True)
class Built:
    """A page that was written: the path of its source, and of its file in the site."""

    source: str
    file: str


@dataclass
class Gathered:
    """What the search and the style sheet need of the pages, gathered while each is made: no page is kept, or read again."""

    used: Used = field(default_factory=Used)
    read: dict[str, FinishedPage] = field(default_factory=dict)

    def page(self, url: str, html: str) -> None:
        """Add a finished page, or in place of what it was before."""
        self.used.page(html)
        if page := read(html, url):
            self.read[url] = page


def finish(site: Path, pages: Mapping[str, Built], gathered: Gathered, context: Context) -> None:
    """Index the `pages` of one edition, by address, in the folder `site`, and make one style sheet of what they use."""
    _index(site, pages, gathered, context)
    reduce_styles(site, gathered.used)
    inline_text_fonts(site)
    drop_theme(site)


def finish_plainly(site: Path) -> None:
    """Make one style sheet without looking at what uses it, and no index: for a few pages that somebody looks at once."""
    join_styles(site)
    inline_text_fonts(site)
    drop_theme(site)


def settle(site: Path, pages: Mapping[str, Built], from_disk: bool) -> None:
    """Name the assets of a finished edition by their content, in its pages too; `from_disk` makes it open without a server."""
    if from_disk:
        inline_all_fonts(site)
    fonts = sorted(f"{FOLDER}/fonts/{path.name}" for path in (site / FOLDER / "fonts").glob("*.woff2"))
    names = name_by_content(site, [*fonts, STYLES, *SCRIPTS])
    for file in (*(page.file for page in pages.values()), "404.html"):
        text = tidied(renamed((site / file).read_text(encoding="utf-8"), names))
        (site / file).write_text(text, encoding="utf-8", newline="\n")


def _index(site: Path, pages: Mapping[str, Built], gathered: Gathered, context: Context) -> None:
    """Write the index of the search, and tell its script where."""
    words = context.words
    searched = [url for url, page in pages.items() if url in gathered.read and is_searched(page.source)]
    folder = write(
        site / SEARCH_INDEX,
        with_parts((gathered.read[url] for url in searched), _wholes(pages)),
        findable(context, {url: page.source for url, page in pages.items()}, context.catalogue.aliases),
        {kind.value: words(f"search.kind.{kind}") for kind in SearchKind},
        {name: words(f"search.{name}") for name in _WORDS},
    )
    script = site / SEARCH
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace(f'"{SEARCH_INDEX}"', f'"{SEARCH_INDEX}{folder}/"'), encoding="utf-8", newline="\n")


def _wholes(pages: Mapping[str, Built]) -> dict[str, str]:
    """The page that another is a part of, by address: `a/b.md` of `a/b/c.md`."""
    urls = {page.source: url for url, page in pages.items()}
    wholes = {url: urls.get(page.source.rpartition("/")[0] + ".md") for url, page in pages.items()}
    return {url: whole for url, whole in wholes.items() if whole is not None}

"""What is made of the finished pages of an edition: the index of the search, and assets without what no page uses.

Knows the built site and nothing of MkDocs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from render.assets import FOLDER, SCRIPTS, SEARCH, SEARCH_INDEX, STYLES, early
from render.context import Context
from render.findable import KINDS, findable

from .assets import drop_theme, fonts_in_styles, name_by_content, reduce_styles, renamed
from .first_screen import FirstScreens
from .index import write
from .pages import read, with_parts

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


def finish(
    site: Path, pages: Mapping[str, Built], context: Context, aliases: Mapping[str, tuple[str, ...]], from_disk: bool
) -> None:
    """Index the `pages` of one edition, by address, in the folder `site`; make its assets small and name them by content.

    `from_disk` makes a site that opens without a server.
    """
    files = {url: site / page.file for url, page in pages.items()}
    html = {url: file.read_text(encoding="utf-8") for url, file in files.items()}
    _index(site, pages, html, context, aliases)
    reduce_styles(site, html.values())
    if from_disk:
        fonts_in_styles(site)
    fonts = sorted(f"{FOLDER}/fonts/{path.name}" for path in (site / FOLDER / "fonts").glob("*.woff2"))
    names = name_by_content(site, [*fonts, STYLES, *SCRIPTS])
    missing = site / "404.html"
    pages_of_files = [*zip(files.values(), html.values(), strict=True), (missing, missing.read_text(encoding="utf-8"))]
    # Fonts of a site on a disk stand in its style sheet, which is too heavy to stand in each page.
    first = None if from_disk else FirstScreens((site / names[STYLES]).read_text(encoding="utf-8"))
    for file, text in pages_of_files:
        text = renamed(text, names)
        text = first.put_into(text, early()) if first else text
        file.write_text(text, encoding="utf-8", newline="\n")
    drop_theme(site)


def _index(
    site: Path,
    pages: Mapping[str, Built],
    html: Mapping[str, str],
    context: Context,
    aliases: Mapping[str, tuple[str, ...]],
) -> None:
    """Write the index of the search, and tell its script where."""
    read_pages = (read(text, url) for url, text in html.items())
    words = context.words
    folder = write(
        site / SEARCH_INDEX,
        with_parts((page for page in read_pages if page is not None), _wholes(pages)),
        findable(context, {url: page.source for url, page in pages.items()}, aliases),
        {kind: words(f"search.kind.{kind}") for kind in KINDS},
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

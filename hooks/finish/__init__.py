"""What is made from the finished pages of an edition: the index of the search. Knows the built site and nothing of MkDocs."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from render.assets import SEARCH, SEARCH_INDEX, STYLES
from render.context import Context
from render.findable import KINDS, findable

from .index import write
from .pages import read

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


_FONT = re.compile(r'url\("(fonts/[\w.-]+)"\)')


def fonts_in_styles(site: Path) -> None:
    """Put the fonts into the style sheet: a browser loads none from a folder on disk."""
    styles = site / STYLES

    def data(match: re.Match[str]) -> str:
        font = base64.b64encode((styles.parent / match[1]).read_bytes()).decode()
        return f'url("data:font/woff2;base64,{font}")'

    text = styles.read_text(encoding="utf-8")
    styles.write_text(_FONT.sub(data, text), encoding="utf-8", newline="\n")


def finish(site: Path, pages: Mapping[str, Built], context: Context, aliases: Mapping[str, tuple[str, ...]]) -> None:
    """Index the `pages` of one edition, by address, in the folder `site`."""
    texts = (read((site / page.file).read_text(encoding="utf-8"), url) for url, page in pages.items())
    known = findable(context, {url: page.source for url, page in pages.items()}, aliases)
    words = context.words
    folder = write(
        site / SEARCH_INDEX,
        [page for page in texts if page is not None],
        known,
        {kind: words(f"search.kind.{kind}") for kind in KINDS},
        {name: words(f"search.{name}") for name in _WORDS},
    )
    script = site / SEARCH
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace(f'"{SEARCH_INDEX}"', f'"{SEARCH_INDEX}{folder}/"'), encoding="utf-8", newline="\n")

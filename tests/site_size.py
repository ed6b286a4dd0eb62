"""How many pages a site has and how many words they hold, by kind of page: `python tests/site_size.py SITE [FOLDER]`.

Words are all that an article holds between two spaces or tags: its tables, its drawings, each in one form, and what unfolds too. A drawing
counts once, as a wide screen shows it: its form for a phone and its alternative in words say the same again.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

MOST_PAGES, MOST_WORDS = 240, 280_000

_SILENT = "script, style, template"
# Drawings that have a form for a narrow screen beside the wide one are read in one of them.
_NARROW = ", ".join(f"svg.{name}" for name in ("ds-down", "ds-map-down", "ds-gantt-down", "ds-hero-down"))
_NARROW += ", .ds-drawing:has(svg.ds-drawing-wide) svg:not(.ds-drawing-wide)"
_AGAIN = (
    "svg desc, svg title, .ds-printed, .ds-drawing-wide ~ *:not(figcaption), .ds-image-way .narrow, "
    ".ds-down, .ds-gantt-down, .ds-hero-down, .ds-map-down"
)
_REDIRECT = 'http-equiv="refresh"'


class PageSize(NamedTuple):
    """A page by its address, `models/deepseek-v3/`, and the words in it."""

    address: str
    words: int

    @property
    def kind(self) -> str:
        """The folder that it stands in, and the tab where it is one of a model."""
        folder, *rest = self.address.rstrip("/").split("/")
        return f"{folder}/*/{rest[1]}" if len(rest) > 1 else f"{folder}/*" if rest else folder or "home"


def measure_pages(site: Path) -> Iterator[PageSize]:
    """Every page of an edition but for those that lead to another, and those of the edition within it."""
    for file in sorted(site.rglob("*.html")):
        path = file.relative_to(site).as_posix()
        text = file.read_text(encoding="utf-8")
        if path.startswith("zh/") or path == "404.html" or _REDIRECT in text:
            continue
        yield PageSize(path.removesuffix("index.html"), count_words(text))


def count_words(html: str) -> int:
    """The words of the article of a page."""
    article = LexborHTMLParser(html).css_first("article")
    if article is None:
        return 0
    for node in article.css(f"{_SILENT}, {_AGAIN}"):
        node.decompose()
    return len(article.text(separator=" ").split())


def size_table(pages: list[PageSize]) -> str:
    """Pages and words of each kind, the most words first."""
    kinds: dict[str, list[int]] = defaultdict(list)
    for page in pages:
        kinds[page.kind].append(page.words)
    lines = [f"{'kind':28} {'pages':>5} {'words':>8}"]
    for kind, words in sorted(kinds.items(), key=lambda item: -sum(item[1])):
        lines.append(f"{kind:28} {len(words):5} {sum(words):8,}")
    total = sum(page.words for page in pages)
    lines.append(f"{f'all (limits {MOST_PAGES}, {MOST_WORDS:,})':28} {len(pages):5} {total:8,}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(size_table(list(measure_pages(Path(sys.argv[1]).joinpath(*sys.argv[2:])))))

"""How many pages a site has and how many words they hold, by kind of page: `python tests/site_size.py SITE [FOLDER]`.

A word stands between two spaces or tags of the article and has a letter; numbers, signs, formulas and program text are counted beside the words. Tables,
drawings and what unfolds count too. A drawing counts once, as a wide screen shows it: its form for a phone and its alternative
in words say the same again.
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
_AGAIN = (
    "svg desc, svg title, .ds-printed, .ds-drawing-wide ~ *:not(figcaption), .ds-image-way .narrow, "
    ".ds-down, .ds-gantt-down, .ds-hero-down, .ds-map-down"
)
_NO_PROSE = "math, pre"
_REDIRECT = 'http-equiv="refresh"'


class PageSize(NamedTuple):
    """A page by its address, `models/deepseek-v3/`, the words in it, and the numbers and signs beside them."""

    address: str
    words: int
    numbers: int

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
        yield PageSize(path.removesuffix("index.html"), *count_words(text))


def count_words(html: str) -> tuple[int, int]:
    """The words of the article of a page, which have a letter, and the numbers and signs: `×`, `7,168`."""
    article = LexborHTMLParser(html).css_first("article")
    if article is None:
        return 0, 0
    for node in article.css(f"{_SILENT}, {_AGAIN}"):
        node.decompose()
    everything = len(article.text(separator=" ").split())
    for node in article.css(_NO_PROSE):
        node.decompose()
    words = sum(any(letter.isalpha() for letter in piece) for piece in article.text(separator=" ").split())
    return words, everything - words


def size_table(pages: list[PageSize]) -> str:
    """Pages, words, and numbers and signs of each kind, the most words first."""
    kinds: dict[str, list[PageSize]] = defaultdict(list)
    for page in pages:
        kinds[page.kind].append(page)
    lines = [f"{'kind':32} {'pages':>5} {'words':>8} {'numbers, code':>15}"]
    ordered = sorted(kinds.items(), key=lambda item: -sum(page.words for page in item[1]))
    for kind, found in (*ordered, (f"all (limits {MOST_PAGES}, {MOST_WORDS:,} words)", pages)):
        words, numbers = sum(page.words for page in found), sum(page.numbers for page in found)
        lines.append(f"{kind:32} {len(found):5} {words:8,} {numbers:15,}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(size_table(list(measure_pages(Path(sys.argv[1]).joinpath(*sys.argv[2:])))))

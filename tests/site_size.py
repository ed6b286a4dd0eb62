"""How many pages a site has and how many words a reader can see on them, by kind of page: `python tests/site_size.py SITE [FOLDER]`.

A word is what stands between two spaces of the page as a browser shows it: numbers, signs, formulas, program text, tables, drawings and
what unfolds count. What is set in one line without a space is one word, `d<sub>model</sub>`; a formula has a space beside its relations
and operations. A drawing counts once, as a wide screen shows it: its form for a phone and its alternative in words say the same again.
Entries of a closed list of choices are not seen.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Words of the longest page of a kind that people write, numbers and signs included. What is made of entries, and what lists
# them, is as long as they are.
MOST_WORDS = {
    "guides/*": 7_600,
    "techniques/*": 2_800,
    "small-v3": 3_300,
    **dict.fromkeys(("home", "start", "how-to-read", "how-we-count", "from-reports-to-code", "trust"), 2_600),
    **dict.fromkeys(("use-and-extend", "tools/*"), 2_000),
    "experiments": 2_400,
}
# Pages beside those of models and techniques, which their entries ask for.
MOST_PAGES = 55

_UNSEEN = "script, style, template, option, annotation"
_AGAIN = (
    "svg desc, svg title, .ds-printed, .ds-drawing-wide ~ *:not(figcaption), .ds-image-way .narrow, "
    ".ds-down, .ds-gantt-down, .ds-hero-down, .ds-map-down, .ds-lanes-down"
)
_IN_A_LINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small"}
    | {"span", "strong", "sub", "sup", "time", "u", "var", "tspan", "math", "semantics", "mrow", "mi", "mn", "mo", "mtext", "mstyle"}
    | {"mspace", "mpadded", "mphantom", "menclose", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "mover", "munder", "munderover"}
)  # fmt: skip
_SPACED = frozenset("=≈≠≤≥<>≪≫∼~∝∈+−-×⋅·→⇒⇐⇔↦⟹⟸⟺")
_REDIRECT = 'http-equiv="refresh"'


class PageSize(NamedTuple):
    """A page by its address, `models/deepseek-v3/`, the words in it, and how many of them have no letter."""

    address: str
    words: int
    numbers: int

    @property
    def kind(self) -> str:
        """The folder that it stands in, and the tab where it is one of a model."""
        folder, *rest = self.address.rstrip("/").split("/")
        return f"{folder}/*/{rest[1]}" if len(rest) > 1 else f"{folder}/*" if rest else folder or "home"


def measure_pages(site: Path) -> Iterator[PageSize]:
    """Every page of an edition but for those that lead to another or show a figure alone, and those of the edition within it."""
    for file in sorted(site.rglob("*.html")):
        path = file.relative_to(site).as_posix()
        text = file.read_text(encoding="utf-8")
        if path.startswith("zh/") or path == "404.html" or file.name.startswith("embed-") or _REDIRECT in text:
            continue
        yield PageSize(path.removesuffix("index.html"), *count_words(text))


def count_words(html: str) -> tuple[int, int]:
    """The words of the article of a page, and those of them that have no letter: `×`, `7,168`."""
    article = LexborHTMLParser(html).css_first("article")
    if article is None:
        return 0, 0
    for node in article.css(f"{_UNSEEN}, {_AGAIN}"):
        node.decompose()
    words = "".join(_visible_text(article)).split()
    return len(words), sum(not any(letter.isalpha() for letter in word) for word in words)


def _visible_text(node: LexborNode) -> Iterator[str]:
    """Text of an element with spaces where a browser shows them."""
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            yield child.text_content or ""
        elif child.tag == "mo" and (sign := child.text().strip()) in _SPACED:
            yield f" {sign} "
        else:
            between = "" if child.tag in _IN_A_LINE else " "
            yield between
            yield from _visible_text(child)
            yield between


def size_table(pages: list[PageSize]) -> str:
    """Pages, words, and those of them without a letter, of each kind, the most words first."""
    kinds: dict[str, list[PageSize]] = defaultdict(list)
    for page in pages:
        kinds[page.kind].append(page)
    lines = [f"{'kind':32} {'pages':>5} {'words':>8} {'without letter':>15}"]
    ordered = sorted(kinds.items(), key=lambda item: -sum(page.words for page in item[1]))
    for kind, found in (*ordered, ("all", pages)):
        words, numbers = sum(page.words for page in found), sum(page.numbers for page in found)
        lines.append(f"{kind:32} {len(found):5} {words:8,} {numbers:15,}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(size_table(list(measure_pages(Path(sys.argv[1]).joinpath(*sys.argv[2:])))))

"""The real site as digests, a line a page: of labels and numbers of its drawings, its tables and texts, its copy and its Chinese, and its answers;
then a line for what scripts draw once a reader moves an input or chooses models.

The small catalogue shows all that its few entries have. What is made of named models alone is seen here: where `data/`,
`docs/` and words are as they were, only code can have changed a line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from asking import Search, index_of
from catalogue.load import load_catalogue
from first_search import read_questions
from helpers import SIMULATED, ends_of_inputs, table
from render import words as language_files
from render.context import Context
from render.exports.markdown import filled_pages, markdown_copies
from render.figures.engine import FIGURES, figure_of, run_script
from render.site import Edition, make_editions
from render.words import CHINESE, ENGLISH

INPUTS = ("data", "docs", "hooks/render/words", "tests/questions", "tests/cases/search.yaml")
_DRAWING = re.compile("<svg.*?</svg>", re.DOTALL)
# What is read, seen in place or told to who cannot see, and where it leads; the size of an archive is that of code.
_SAID = re.compile(
    r">([^<>]*[^<>\s])|"
    r' (?:d|[xyr]|[xy][12]|[cdr][xy]|width|height|points|transform|value|min|max|alt|aria-label|title|href|data-[a-z-]+)="([^"]*)"'
)
_OF_CODE = re.compile(r"(\.zip</a> <small>|\.zip\) \*?)[\d,.]+ [kM]B")
Made = Mapping[str, tuple[str, Mapping[str, str]]]


def inputs(root: Path) -> str:
    """The digest of what pages are made of beside code."""
    files = sorted(
        path for part in INPUTS for path in ((root / part).rglob("*") if (root / part).is_dir() else [root / part])
    )
    return _digest(
        f"{path.relative_to(root).as_posix()}\0{path.read_bytes().hex()}" for path in files if path.is_file()
    )


def lines(root: Path) -> Iterator[str]:
    """Each page with digests of its parts; then downloads, the files of the search's index, and what it finds."""
    words, docs = language_files.load_words(), root / "docs"
    editions = make_editions(load_catalogue(root / "data"), words, docs, "https://example.org/")
    edition, chinese = editions[ENGLISH], _pages(editions[CHINESE], docs)
    pages = _pages(edition, docs)
    copies = dict(markdown_copies(edition, filled_pages(edition, docs / ENGLISH)))
    for path, page in sorted(pages.items()):
        html = _html(page)
        drawn, rest = "".join(_DRAWING.findall(html)), _DRAWING.sub("", html)
        yield (
            f"{path}: {f'drawings {_said(drawn)}, ' if drawn else ''}tables {_said(rest)}, "
            f"copy {_digest([_OF_CODE.sub('', copies[path])])}, Chinese {_said(_html(chinese[path]))}"
        )
    for path, svg in edition.site.files.items():
        if path.endswith(".svg"):
            yield f"{path}: {_said(svg)}"
    for path, content in edition.site.downloads.items():
        if path.endswith((".csv", ".json", ".txt", ".atom", ".ics")) and path.count("/") == 1:
            yield f"{path}: {_digest([content.decode()])}"
    yield from _moved_and_chosen(edition.context, pages)
    index = index_of(edition, pages)
    for kind in sorted({name[:2].rstrip("0123456789") for name in index}):
        yield f"search {kind}*.js: {_digest(text for name, text in index.items() if name.startswith(kind))}"
    search = Search(ENGLISH, index)
    for name, queries in asked().items():
        yield f"asked, {name}: {_digest(map(str, search.answers(queries)))}"


def _moved_and_chosen(context: Context, pages: Made) -> Iterator[str]:
    for name in (name for name, figure in FIGURES.items() if figure.script):
        play = figure_of(context, name)
        states = ends_of_inputs(play)
        if name in SIMULATED:
            states = [{SIMULATED[name]: states[-1][SIMULATED[name]]}]
        yield f"moved, {name}: {_digest(str(play.draw(state)) for state in states)}"
    data = _data_of(pages, "compare/models.md")
    first, *others = data["models"]
    chosen = [[first, *others[at : at + 2]] for at in range(0, len(others), 12)]
    yield f"chosen, models: {_digest(run_script('compare', 'picture', data, ids, {}, '') for ids in chosen)}"
    data = _data_of(pages, "trends.md")
    first, *others = data["quantities"]
    charts = (run_script("trends", "trend", data, first, other, "") for other in others if other != "date")
    yield f"chosen, quantities: {_digest(charts)}"


def _data_of(pages: Made, path: str) -> Any:
    (data,) = re.findall(r'<script type="application/json" id="\w+-data">(.*?)</script>', _html(pages[path]), re.DOTALL)
    return json.loads(data)


def asked() -> dict[str, list[str]]:
    """What tests ask the search in English."""
    queries = table("search")
    groups = {"english": queries["english"], "values": queries["values"], "aliases": queries["aliases"]["english"]}
    return {**{name: [*read_questions(name)] for name in ("en", "later_en")}, **{k: [*v] for k, v in groups.items()}}


def _pages(edition: Edition, docs: Path) -> Made:
    made = {path: (page.markdown, page.blocks) for path, page in edition.site.pages.items()}
    return made | filled_pages(edition, docs / edition.context.words.language)


def _html(page: tuple[str, Mapping[str, str]]) -> str:
    return _OF_CODE.sub("", "\n".join((page[0], *page[1].values())))


def _said(html: str) -> str:
    return _digest(text or attribute for text, attribute in _SAID.findall(html))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]

"""The real site as digests, a line a page: of labels and numbers of its drawings, its tables and texts, and its answers.

The small catalogue shows all that its few entries have. What is made of named models alone is seen here: where `data/`,
`docs/` and words are as they were, only code can have changed a line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from catalogue.load import load_catalogue
from postbuild.search_answers import answers_in_index
from render import words as language_files
from render.exports.markdown import filled_pages
from render.site import make_editions
from render.words import ENGLISH

INPUTS = ("data", "docs/en", "hooks/render/words")
_DRAWING = re.compile("<svg.*?</svg>", re.DOTALL)
# What is read, seen in place or told to who cannot see; the size of an archive is that of code.
_SAID = re.compile(
    r">([^<>]*[^<>\s])|"
    r' (?:d|[xyr]|[xy][12]|[cdr][xy]|width|height|points|transform|value|min|max|alt|aria-label|title)="([^"]*)"'
)
_OF_CODE = re.compile(r"\.zip</a> <small>[\d,]+ kB")


def inputs(root: Path) -> str:
    """The digest of what pages are made of beside code."""
    files = sorted(path for part in INPUTS for path in (root / part).rglob("*") if path.is_file())
    return _digest(f"{path.relative_to(root).as_posix()}\0{path.read_bytes().hex()}" for path in files)


def lines(root: Path) -> Iterator[str]:
    """Each page with digests of its drawings and of the rest; then downloads and the files of the search's answers."""
    words = {ENGLISH: language_files.load_words()[ENGLISH]}
    edition = make_editions(load_catalogue(root / "data"), words, root / "docs", "https://example.org/")[ENGLISH]
    made = {path: (page.markdown, page.blocks) for path, page in edition.site.pages.items()}
    for path, (text, blocks) in sorted((made | filled_pages(edition, root / "docs" / ENGLISH)).items()):
        html = _OF_CODE.sub("", "\n".join((text, *blocks.values())))
        drawn, rest = "".join(_DRAWING.findall(html)), _DRAWING.sub("", html)
        yield f"{path}: drawings {_said(drawn)}, tables {_said(rest)}" if drawn else f"{path}: tables {_said(rest)}"
    for path, svg in edition.site.files.items():
        if path.endswith(".svg"):
            yield f"{path}: {_said(svg)}"
    for path, content in edition.site.downloads.items():
        if path.endswith((".csv", ".json", ".txt", ".atom", ".ics")) and path.count("/") == 1:
            yield f"{path}: {_digest([content.decode()])}"
    files = answers_in_index(edition.context, str).files
    for kind in sorted({name[:2] for name in files}):
        yield f"answers {kind}*.js: {_digest(script for name, script in files.items() if name.startswith(kind))}"


def _said(html: str) -> str:
    return _digest(text or attribute for text, attribute in _SAID.findall(html))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]

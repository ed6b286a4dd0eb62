"""The real site as digests, a line a page: of labels and numbers of its drawings, its tables and texts, its copy and its Chinese, and its answers;
then a line for what scripts draw once a reader moves an input or chooses models. It is the site that all tests look at.

The small catalogue shows all that its few entries have. What is made of named models alone is seen here: where `data/`,
`docs/` and words are as they were, only code can have changed a line.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from asking import Search
from first_search import read_questions
from helpers import SIMULATED, ends_of_inputs, leads_on, table
from render.context import Context
from render.figures.engine import FIGURES, figure_of, run_script
from render.words import ENGLISH

INPUTS = ("data", "docs", "hooks/render/words", "tests/questions", "tests/cases/search.yaml")
_DRAWING = re.compile("<svg.*?</svg>", re.DOTALL)
# What is read, seen in place or told to who cannot see, and where it leads; the size of an archive is that of code.
_SAID = re.compile(
    r">([^<>]*[^<>\s])|"
    r' (?:d|[xyr]|[xy][12]|[cdr][xy]|width|height|points|transform|value|min|max|alt|aria-label|title|href|data-[a-z-]+)="([^"]*)"'
)
_OF_CODE = re.compile(
    r"(?<=\.zip</a> <small>)[\d,.]+ [kM]B|(?<=\.zip\) )\*?[\d,.]+ [kM]B|(?<=\.)[0-9a-f]{8}(?=\.(?:js|css|svg|png))"
)
_ARTICLE = re.compile("<article.*</article>", re.DOTALL)
_DOWNLOADS = (".csv", ".json", ".txt", ".atom", ".ics")


def inputs(root: Path) -> str:
    """The digest of what pages are made of beside code."""
    files = sorted(
        path for part in INPUTS for path in ((root / part).rglob("*") if (root / part).is_dir() else [root / part])
    )
    return _digest(
        f"{path.relative_to(root).as_posix()}\0{path.read_bytes().hex()}" for path in files if path.is_file()
    )


def lines(site: Path, context: Context) -> Iterator[str]:
    """Each page with digests of its parts; then downloads, the files of the search's index, and what it finds."""
    for file in sorted(site.rglob("index.html")):
        path = file.parent.relative_to(site)
        if path.parts[:1] == ("zh",) or leads_on(file.read_text(encoding="utf-8")):
            continue
        html, beside = _article(file), file.with_suffix(".md")
        copy = beside if beside.is_file() else file.parent.with_suffix(".md")
        drawn, rest = "".join(_DRAWING.findall(html)), _DRAWING.sub("", html)
        yield (
            f"{path.as_posix()}: {f'drawings {_said(drawn)}, ' if drawn else ''}tables {_said(rest)}, "
            f"copy {_digest([_OF_CODE.sub('', copy.read_text(encoding='utf-8'))])}, "
            f"Chinese {_said(_article(site / 'zh' / path / 'index.html'))}"
        )
    for file in sorted((*site.glob("assets/drawings/*.svg"), *site.glob("assets/poster*.svg"), *site.glob("data/*"))):
        if file.suffix == ".svg":
            yield f"{file.relative_to(site).as_posix()}: {_said(file.read_text(encoding='utf-8'))}"
        elif file.suffix in _DOWNLOADS and ".schema." not in file.name:  # those are in data/
            yield f"data/{file.name}: {_digest([file.read_text(encoding='utf-8')])}"
    yield from _moved_and_chosen(context, site)
    search = Search.of_site(ENGLISH, site)
    for kind in sorted({name[:2].rstrip("0123456789") for name in search.files}):
        texts = (text for name, text in sorted(search.files.items()) if name.startswith(kind))
        yield f"search {kind}*.js: {_digest(texts)}"
    for name, queries in asked().items():
        yield f"asked, {name}: {_digest(map(str, search.answers(queries)))}"


def _article(file: Path) -> str:
    return _OF_CODE.sub("", "".join(_ARTICLE.findall(file.read_text(encoding="utf-8"))))


def _moved_and_chosen(context: Context, site: Path) -> Iterator[str]:
    for name in (name for name, figure in FIGURES.items() if figure.script):
        play = figure_of(context, name)
        states = ends_of_inputs(play)
        if name in SIMULATED:
            states = [{SIMULATED[name]: states[-1][SIMULATED[name]]}]
        yield f"moved, {name}: {_digest(str(play.draw(state)) for state in states)}"
    data = _data_of(site / "compare/models")
    first, *others = data["models"]
    chosen = [[first, *others[at : at + 2]] for at in range(0, len(others), 12)]
    yield f"chosen, models: {_digest(run_script('compare', 'picture', data, ids, {}, '') for ids in chosen)}"
    data = _data_of(site / "trends")
    first, *others = data["quantities"]
    charts = (run_script("trends", "trend", data, first, other, "") for other in others if other != "date")
    yield f"chosen, quantities: {_digest(charts)}"


def _data_of(folder: Path) -> Any:
    html = (folder / "index.html").read_text(encoding="utf-8")
    (data,) = re.findall(r'<script type="application/json" id="\w+-data">(.*?)</script>', html, re.DOTALL)
    return json.loads(data)


def asked() -> dict[str, list[str]]:
    """What tests ask the search in English."""
    queries = table("search")
    groups = {"english": queries["english"], "values": queries["values"], "aliases": queries["aliases"]["english"]}
    return {**{name: [*read_questions(name)] for name in ("en", "later_en")}, **{k: [*v] for k, v in groups.items()}}


def _said(html: str) -> str:
    return _digest(text or attribute for text, attribute in _SAID.findall(html))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]

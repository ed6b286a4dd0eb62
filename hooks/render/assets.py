"""Styles and scripts of the site, and the policy for what a page may load and run.

What every page needs is one sheet, one script and the face of text. Styles of figures and of single kinds of pages are sheets of their own, to which a
page links that wears one of their classes, and a script that serves a single page is loaded there alone. None is a module, which
browsers refuse to load from a folder on disk. The styles of the theme are overrides/material.css.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

_HERE = Path(__file__).parent
_TRAINED = _HERE.parents[1] / "labs" / "train" / "artifacts"

FOLDER = "assets"
STYLES = "assets/ds.css"
PRINT_STYLES = "assets/print.css"
SEARCH = "assets/search.js"
SAVE = "assets/save.js"
SEARCH_STYLES = "assets/search.css"
SHEETS: Mapping[str, tuple[str, ...]] = {
    STYLES: ("fonts", "stand_ins", "tokens", "base", "frame", "values", "tables", "parts", "edition"),
    "assets/home.css": ("hero", "home"),
    "assets/figures.css": ("drawing", "mechanisms", "play", "plot", "steps", "panels"),
    "assets/models.css": ("changes", "matrix", "model", "poster", "recipe"),
    "assets/techniques.css": ("techniques",),
    "assets/charts.css": ("gantt", "map", "scores", "timeline", "trends"),
    "assets/compare.css": ("compare",),
    "assets/bars.css": ("bars",),
    "assets/practice.css": ("experiments", "glossary", "jump", "problems", "reading", "start"),
    "assets/sentence.css": ("sentence", "small_v3"),
    "assets/tools.css": ("about", "calculators"),
    SEARCH_STYLES: ("search",),
    PRINT_STYLES: ("print",),
}
"""Every sheet by its path, with the files of `styles/` it is made of, in the order in which pages link to them.

The first is on every page, behind the theme's; the search brings its own; that of print comes last, and no screen waits for it.
"""
UNUSED = ("assets/stylesheets/", "assets/javascripts/", "material.css")
"""Files of the theme and of `overrides/` that no page asks for, by how their paths begin."""
THEME_STYLES = _HERE.parents[1] / "overrides" / "material.css"
TERMS = "assets/terms.js"
SEARCH_INDEX = "search/"  # folder of the index, below the site
_PAGE = (
    *("terms", "sources", "tables", "code", "save_later", "plays", "page", "places", "show_places", "views"),
    *("missing", "scheme", "language", "search", "ahead"),
)
_SEARCH = ("words", "engine", "answers", "dialog")
_OF_ONE_PAGE = {
    **{
        name: (name,)
        for name in ("choose", "filter", "marked", "problems", "puzzles", "read", "scores", "steps", "timeline")
    },
    "models": ("choose", "models"),
    "trends": ("figure/text", "trends/chart", "trends/page"),
    "what-if": ("exact", "config/sum", "calculator/form", "calculator/what_if"),
    "compare": ("figure/text", "compare/board", "compare/tables", "compare/picture", "compare/saved", "compare/page"),
    "config": (
        *("figure/text", "compare/board", "compare/picture", "compare/saved", "exact", "config/sum", "config/read"),
        "config/page",
    ),
}
COMPARE_CELLS = "assets/compare-cells.js"

# Figures with inputs, a script for those of one subject, which stand on one page.
PLAYS = tuple(sorted(path.stem for path in (_HERE / "scripts" / "play").glob("*.js")))
_DRAWS = ("figure/text", "figure/panel")  # what all figures are drawn with
_DRAWN_AT_BUILD = ("figures", "drawings")  # folders of scripts

# The model that runs in the page, and its weights as a script of their own: a browser fetches no file from a folder on disk.
SMALL_V3 = (*_DRAWS, *(f"small_v3/{part}" for part in ("model", "walk", "sentence", "stops", "page")))
SMALL_V3_MODEL = "assets/small-v3-model.js"

# Every script by its path, with the files it is made of.
_SCRIPTS = {
    "assets/ds.js": [f"page/{name}" for name in _PAGE],
    SEARCH: [f"search/{name}" for name in _SEARCH],
    SAVE: ["save"],
    **{f"assets/{name}.js": list(parts) for name, parts in _OF_ONE_PAGE.items()},
    "assets/small-v3.js": SMALL_V3,
    **{f"assets/play-{name}.js": [*_DRAWS, "figure/play", f"play/{name}"] for name in PLAYS},
}
SCRIPTS = (*_SCRIPTS, TERMS, SMALL_V3_MODEL, COMPARE_CELLS)
_FOR_SOME = [sheet for sheet in SHEETS if sheet not in (STYLES, SEARCH_STYLES, PRINT_STYLES)]


def asset_files(definitions: str = "{}") -> dict[str, str]:
    """Assets by path; `definitions` is the JSON of terms."""
    _classes_by_selector.cache_clear()  # while serving, styles may have changed since the last build
    scripts = {path: _joined_script(parts) for path, parts in _SCRIPTS.items()}
    # Where its index is, is known once the index is made.
    scripts[SEARCH] = scripts[SEARCH].replace("(() => {\n", f'(() => {{\nconst FOLDER = "{SEARCH_INDEX}";\n', 1)
    return {
        **{path: _joined_styles(path) for path in SHEETS},
        STYLES: _short_styles(THEME_STYLES.read_text(encoding="utf-8")) + _joined_styles(STYLES),
        TERMS: f"dsTerms({definitions});\n",
        SMALL_V3_MODEL: small_v3_model(),
        **scripts,
    }


def play_source(script: str) -> str:
    return "\n".join(_read_asset(f"scripts/{part}.js") for part in (*_DRAWS, f"play/{script}"))


@cache
def figure_source() -> str:
    """What draws at build: each file of figures in a scope of its own, behind what they share."""
    shared = (*_DRAWS, "figure/build", "drawings/canvas")
    drawn = (path for folder in _DRAWN_AT_BUILD for path in sorted((_HERE / "scripts" / folder).glob("*.js")))
    own = [f"{path.parent.name}/{path.stem}" for path in drawn if path.stem != "canvas"] + [
        f"play/{name}" for name in PLAYS
    ]
    scopes = (f'{{\nfile = "{part}";\n{_read_asset(f"scripts/{part}.js")}}}' for part in own)
    return "\n".join((*(_read_asset(f"scripts/{part}.js") for part in shared), *scopes))


def small_v3_source() -> str:
    return "\n".join(_read_asset(f"scripts/{part}.js") for part in SMALL_V3[:-2])


@lru_cache(maxsize=1)
def small_v3_model() -> str:
    """As a call that the page waits for; weights are base64."""
    header = (_TRAINED / "model.json").read_text(encoding="utf-8").strip()
    weights = base64.b64encode((_TRAINED / "model.bin").read_bytes()).decode()
    return f'dsSmallV3({header}, "{weights}");\n'


def drawing_source(name: str) -> str:
    """A page's script without its last part, which listens to the reader."""
    return "\n".join(_read_asset(f"scripts/{part}.js") for part in _OF_ONE_PAGE[name][:-1])


def early_script() -> str:
    """The inline script that runs before the first paint."""
    return _joined_script(["early"]).strip()


def _joined_script(parts: Iterable[str]) -> str:
    return "\n".join(["(() => {", *(_shortened_script(_read_asset(f"scripts/{part}.js")) for part in parts), "})();\n"])


def page_script(name: str, data: Mapping[str, str] | None = None) -> Markup:
    """The tag of `scripts/<name>.js` for one page, and blocks of JSON by id."""
    blocks = [json_block(id_, text) for id_, text in (data or {}).items()]
    return Markup("\n".join([*blocks, f'<script data-src="ds:{FOLDER}/{name}.js"></script>']))


def json_block(id_: str, text: str) -> Markup:
    return Markup(f'<script type="application/json" id="{id_}">{text.replace("</", "<" + chr(92) + "/")}</script>')


def _shortened_script(script: str) -> str:
    """Without comment lines and indentation."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _joined_styles(path: str) -> str:
    return _short_styles("\n".join(_read_asset(f"styles/{name}.css") for name in SHEETS[path]))


def _short_styles(text: str) -> str:
    """Styles without comments, and without the spaces that mean nothing. One before a colon or a bracket may join two parts of a selector."""
    return _TIGHT.sub(r"\1", _SPACE.sub(" ", _COMMENT.sub("", text))).replace(";}", "}").replace(": ", ":")


def sheets_for(html: str) -> list[str]:
    """The sheets beside that of all pages which have a rule for what stands in a page, in their order."""
    worn = {name for value in set(_CLASS.findall(html)) for name in value.split()} | _WORN_LATER
    return [sheet for sheet in _FOR_SOME if any(classes <= worn for classes in _classes_by_selector(sheet))]


@cache
def _classes_by_selector(sheet: str) -> frozenset[frozenset[str]]:
    """The classes that each selector of a sheet asks for, those without any of their own left out; `:not(…)` asks for nothing."""
    heads = _HEAD.findall(_joined_styles(sheet))
    selectors = (one for head in heads for one in _COMMA.split(_UNASKED.sub("", head)))
    asked = (frozenset(_WORN.findall(one)) for selector in selectors for one in _selector_alternatives(selector))
    return frozenset(classes for classes in asked if not classes <= _WORN_LATER)


def _selector_alternatives(selector: str) -> Iterator[str]:
    """A selector with each of what its `:is(…)`, `:where(…)` and `:has(…)` allow."""
    choice = _CHOICE.search(selector)
    if choice is None:
        yield selector
        return
    for one in choice[1].split(","):
        yield from _selector_alternatives(selector[: choice.start()] + one + selector[choice.end() :])


_CLASS = re.compile(r'class="([^"]*)"')
_WORN_LATER = {"js", "no-js", "md-typeset"}  # by the frame around what a page says, or by scripts/early.js
_HEAD = re.compile(r"(?:^|(?<=[{}]))([^{}@]+)\{")
_UNASKED = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")
_COMMA = re.compile(r",(?![^()]*\))")
_CHOICE = re.compile(r":(?:is|where|has)\(([^()]*)\)")
_WORN = re.compile(r"\.([a-zA-Z][\w-]*)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_TIGHT = re.compile(r" ?([{};,]) ?")


def _read_asset(path: str) -> str:
    return (_HERE / path).read_text(encoding="utf-8")


FOLLOW_REDIRECT = (
    "const a=document.links[0],h=location.hash;"
    'location.replace(JSON.parse(a.dataset.places||"{}")[h.slice(1)]||(a.hash?a.href:a.href+h))'
)
"""The script of a page that leads to a new address. It takes an anchor of the old address along, which no other way does."""


@lru_cache(maxsize=1)
def embedded_faces() -> Markup:
    """Rules with the faces of text and titles in them, for a drawing that stands by itself: as a picture it can load nothing."""
    faces = (("Inter", "400 700", "inter"), ("Source Serif", "600", "source-serif"))
    return Markup("\n").join(
        Markup('@font-face {{ font-family: "{}"; font-weight: {}; src: url(data:font/woff2;base64,{}); }}').format(
            family,
            weight,
            base64.b64encode((THEME_STYLES.parent / "assets" / "fonts" / f"{file}.woff2").read_bytes()).decode(),
        )
        for family, weight, file in faces
    )


def script_digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {script_digest(early_script())} {script_digest(FOLLOW_REDIRECT)}",
        "style-src 'self'",
        "img-src 'self' data:",  # small icons in the style sheet
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""For a `meta` tag in each page."""

_CLOSED = ("object-src", "media-src", "frame-src", "worker-src", "manifest-src")
HEADER = "; ".join(
    (
        *(rule for rule in POLICY.split("; ") if not rule.startswith(("default-src", "style-src", "font-src"))),
        "font-src 'self' data:",
        *(f"{rule} 'none'" for rule in _CLOSED),
    )
)
"""For a server, which says beside it who may show a page in a frame. Both policies hold, and it leaves styles to the page's.

A drawing that is opened by itself holds its styles and faces. So there is no `default-src` here, which would forbid them, and what that
would have closed is closed by name.
"""

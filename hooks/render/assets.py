"""Styles and scripts of the site, and the policy for what a page may load and run.

Styles are one file, and so are the scripts that most pages need; a script for one page is loaded there alone. None is a
module, which browsers refuse to load from a folder on disk. `make theme-css` reduced the theme's styles.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

_HERE = Path(__file__).parent
_TRAINED = _HERE.parents[1] / "labs" / "train" / "artifacts"
_FIRST = ("fonts.css", "tokens.css", "base.css", "frame.css", "values.css", "tables.css", "parts.css")
_LAST = "print.css"


FOLDER = "assets"
STYLES = "assets/ds.css"
SEARCH = "assets/search.js"
TEXT_FONTS = ("inter.woff2", "source-serif.woff2")
"""Faces of text, which the style sheet holds: no text is ever set in another and then moves."""
UNUSED = (
    "assets/stylesheets/",
    "assets/javascripts/",
    "material.css",
    *(f"assets/fonts/{font}" for font in TEXT_FONTS),
)
"""Files of the theme and of `overrides/` that no page asks for, by how their paths begin."""
_OVERRIDES = _HERE.parents[1] / "overrides"
THEME_STYLES = _OVERRIDES / "material.css"
TERMS = "assets/terms.js"
SEARCH_INDEX = "search/"  # folder of the index, below the site
_PAGE = (
    "terms",
    "sources",
    "tables",
    "code",
    "save",
    "plays",
    "steps",
    "page",
    "places",
    "show_places",
    "views",
    "missing",
    "scheme",
    "language",
    "search",
)
_SEARCH = ("words", "engine", "answers", "dialog")
_OF_ONE_PAGE = {
    **{
        name: (name,)
        for name in ("calculator", "filter", "models", "problems", "puzzles", "read", "scores", "timeline")
    },
    "trends": ("trends/chart", "trends/page"),
    "compare": ("compare/board", "compare/tables", "compare/picture", "compare/page"),
}
COMPARE_CELLS = "assets/compare-cells.js"

# Figures that can be played with, by the script that has them: those that stand on one page share one.
PLAYS = {
    **{name: (name,) for name in ("grpo", "yarn", "speculative")},
    "attention": ("curves", "cache_context", "memory_strip", "sparsity_cost"),
    "bias_balance": ("noise", "bias_balance"),
    "pipelines": ("pipeline_schedules", "pipelines"),
    "fp8_tiles": ("noise", "fp8_tiles"),
}

# The model that runs in the page, and its weights as a script of their own: a browser fetches no file from a folder on disk.
SMALL_V3 = ("play/figure", "small_v3/model", "small_v3/walk", "small_v3/page")
SMALL_V3_MODEL = "assets/small-v3-model.js"

# Every script by its path, with the files it is made of.
_SCRIPTS = {
    "assets/ds.js": [f"page/{name}" for name in _PAGE],
    SEARCH: [f"search/{name}" for name in _SEARCH],
    **{f"assets/{name}.js": list(parts) for name, parts in _OF_ONE_PAGE.items()},
    "assets/small-v3.js": SMALL_V3,
    **{f"assets/play-{name}.js": ["play/figure", *(f"play/{part}" for part in parts)] for name, parts in PLAYS.items()},
}
SCRIPTS = (*_SCRIPTS, TERMS, SMALL_V3_MODEL, COMPARE_CELLS)


def asset_files(measured: Iterable[Measure] = (), definitions: str = "{}") -> dict[str, str]:
    """Assets by path: `measured` are sizes that figures need as classes, `definitions` the JSON of terms."""
    scripts = {path: _joined_script(parts) for path, parts in _SCRIPTS.items()}
    # Where its index is, is known once the index is made.
    scripts[SEARCH] = scripts[SEARCH].replace("(() => {\n", f'(() => {{\nconst FOLDER = "{SEARCH_INDEX}";\n', 1)
    return {
        STYLES: _joined_styles(_measure_styles(measured)),
        TERMS: f"dsTerms({definitions});\n",
        SMALL_V3_MODEL: small_v3_model(),
        **scripts,
    }


def play_source(bundle: str) -> str:
    return "\n".join(_read_asset(f"scripts/play/{part}.js") for part in ("figure", *PLAYS[bundle]))


def small_v3_source() -> str:
    return "\n".join(_read_asset(f"scripts/{part}.js") for part in SMALL_V3 if part != "small_v3/page")


@lru_cache(maxsize=1)
def small_v3_model() -> str:
    """The trained model of labs/ as a call that the page waits for; weights are base64."""
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


Measure = tuple[str, str]
_MEASURE = re.compile(r"ds-(px|least|columns|font|w)-(\d+)\b")
_MEASURES = {
    "px": "width: {}px !important",
    "least": "min-width: {}px !important",
    "columns": "--columns: {}",
    "w": "--w: {}%",
    "font": "font-size: {:g}px !important",  # in tenths
}


def block_measures(blocks: Mapping[str, str]) -> set[Measure]:
    """Sizes that vary between figures in the blocks of a page, as kind and number."""
    return {measure for html in blocks.values() for measure in _MEASURE.findall(html)}


def _measure_styles(measured: Iterable[Measure]) -> str:
    """These sizes as classes, since the policy allows no `style=`."""
    rules = []
    for kind, digits in sorted(set(measured), key=lambda name: (name[0], int(name[1]))):
        value = int(digits) / 10 if kind == "font" else int(digits)
        rules.append(f".ds-{kind}-{digits} {{ {_MEASURES[kind].format(value)}; }}")
    return "\n".join(rules)


def _joined_styles(measured: str) -> str:
    """One sheet: the theme's, the tokens, what pages share, print last, the others by name."""
    names = sorted(path.name for path in (_HERE / "styles").glob("*.css"))
    ordered = [*_FIRST, *(name for name in names if name not in (*_FIRST, _LAST)), _LAST]
    ours = [_read_asset(f"styles/{name}") for name in ordered]
    text = "\n".join([THEME_STYLES.read_text(encoding="utf-8"), *ours[:-1], measured, ours[-1]])
    return _FONT.sub(_inline_font, _SPACE.sub(" ", _COMMENT.sub("", text)))


_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_FONT = re.compile(rf'url\("fonts/({"|".join(map(re.escape, TEXT_FONTS))})"\)')


def _inline_font(match: re.Match[str]) -> str:
    data = base64.b64encode((_OVERRIDES / "assets" / "fonts" / match[1]).read_bytes()).decode()
    return f'url("data:font/woff2;base64,{data}")'


def _read_asset(path: str) -> str:
    return (_HERE / path).read_text(encoding="utf-8")


FOLLOW_REDIRECT = (
    "const a=document.links[0],h=location.hash;"
    'location.replace(JSON.parse(a.dataset.places||"{}")[h.slice(1)]||(a.hash?a.href:a.href+h))'
)
"""The script of a page that leads to a new address. It takes an anchor of the old address along, which no other way does."""


def script_digest(text: str) -> str:
    """A script's hash as a policy names it."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {script_digest(early_script())} {script_digest(FOLLOW_REDIRECT)}",
        "style-src 'self'",
        "img-src 'self' data:",  # small icons in the style sheet
        "font-src 'self' data:",  # the style sheet holds the faces of text
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""For a `meta` tag in each page."""

_CLOSED = ("object-src", "media-src", "frame-src", "worker-src", "manifest-src")
HEADER = "; ".join(
    (
        *(rule for rule in POLICY.split("; ") if not rule.startswith(("default-src", "style-src"))),
        *(f"{rule} 'none'" for rule in _CLOSED),
        "frame-ancestors 'self'",
    )
)
"""For a server, which can also say who may show the site in a frame. Both policies hold, and it leaves styles to the page's.

A drawing that is opened by itself holds its styles. So there is no `default-src` here, which would forbid them, and what that
would have closed is closed by name.
"""

"""Styles and scripts, written beside the templates they belong to.

Styles are one file for the whole site. A script that serves one page stands in that page, so
that the others do not load it and a page opened from a folder, where browsers refuse to load
modules, has it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

_HERE = Path(__file__).parent
_FIRST = ("tokens.css", "base.css", "frame.css", "values.css", "tables.css", "parts.css")
_LAST = "print.css"


STYLES = "assets/ds.css"
SEARCH = "assets/search.js"
SEARCH_INDEX = "search/"  # folder of the index, below the site


def files() -> dict[str, str]:
    """The assets of the site by path: what every page loads, and what the search loads when it opens."""
    return {STYLES: _styles(), "assets/ds.js": _read("scripts/ds.js"), SEARCH: _search()}


def _search() -> str:
    """The search as one script that leaves no names behind; where its index is, is known once the index is made."""
    parts = [_shortened(_read(f"scripts/search/{name}.js")) for name in ("words", "engine", "dialog")]
    return "\n".join(["(() => {", f'const FOLDER = "{SEARCH_INDEX}";', *parts, "})();\n"])


def script(name: str, data: Mapping[str, str] | None = None) -> Markup:
    """`scripts/<name>.js` as a module inside the page; `data` holds blocks of JSON by the id they are read by."""
    blocks = [
        f'<script type="application/json" id="{id_}">{text.replace("</", "<" + chr(92) + "/")}</script>'
        for id_, text in (data or {}).items()
    ]
    return Markup("\n".join([*blocks, f'<script type="module">\n{_shortened(_read(f"scripts/{name}.js"))}\n</script>']))


def _shortened(script: str) -> str:
    """A script without the lines of comment and the indentation that serve whoever changes it."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _styles() -> str:
    """Every style sheet: the tokens first, then what all pages share, print last, the others by name."""
    names = sorted(path.name for path in (_HERE / "styles").glob("*.css"))
    ordered = [*_FIRST, *(name for name in names if name not in (*_FIRST, _LAST)), _LAST]
    return "\n".join(_read(f"styles/{name}") for name in ordered)


def _read(path: str) -> str:
    return (_HERE / path).read_text(encoding="utf-8")

"""Styles, scripts and fonts of a finished edition: one style sheet, and names that change with the content.

Such a file can be kept by a browser for good. The theme's own scripts and styles, of which nothing is used as it stands, go.
"""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Collection
from hashlib import blake2b
from os.path import commonprefix
from pathlib import Path

from render.assets import FOLDER, STYLES, TEXT_FONTS, early

from .styles import Used, reduced

_THEME_STYLES, _THEME_SCRIPTS = "assets/stylesheets", "assets/javascripts"
_THEME = ("main", "palette")
_AS_WRITTEN = re.compile(r"(<(?:pre|textarea|script|style)\b.*?</(?:pre|textarea|script|style)>)", re.DOTALL)
_DATA = '<script type="application/json"'
# Behind a letter, or behind a link to what has something.
_APOSTROPHE = re.compile(r"(?:(?<=[^\W_])(?:'|&#39;)(?=[a-z\s.,;:)]|$)|(?<=>)(?:'|&#39;)(?=s\b))")


def reduce_styles(site: Path, used: Used) -> None:
    """Make one style sheet of the theme's and ours, with what pages and scripts can use."""
    for script in (site / FOLDER).glob("*.js"):
        used.script(script.read_text(encoding="utf-8"))
    used.script(early())
    ours = site / STYLES
    _write(ours, reduced(_of_theme(site), ours.read_text(encoding="utf-8"), used))


def join_styles(site: Path) -> None:
    """Make one style sheet of the theme's and ours, whole."""
    ours = site / STYLES
    _write(ours, "\n".join([*_of_theme(site), ours.read_text(encoding="utf-8")]))


def _of_theme(site: Path) -> list[str]:
    return [_only(site / _THEME_STYLES, f"{name}.*.css") for name in _THEME]


def drop_theme(site: Path) -> None:
    """Remove the theme's styles and scripts."""
    for folder in (_THEME_STYLES, _THEME_SCRIPTS):
        shutil.rmtree(site / folder, ignore_errors=True)


def inline_text_fonts(site: Path) -> None:
    """Put the faces of text into the style sheet: the first paint has them, and nothing moves when they arrive."""
    _inline_fonts(site, TEXT_FONTS)


def inline_all_fonts(site: Path) -> None:
    """Put every face into the style sheet: a browser loads none from a folder on disk."""
    _inline_fonts(site, [f"fonts/{path.name}" for path in (site / FOLDER / "fonts").glob("*.woff2")])


def _inline_fonts(site: Path, fonts: Collection[str]) -> None:
    styles = site / STYLES
    text = styles.read_text(encoding="utf-8")
    for font in fonts:
        file = site / FOLDER / font
        data = base64.b64encode(file.read_bytes()).decode()
        text = re.sub(rf'url\("?{re.escape(font)}"?\)', f'url("data:font/woff2;base64,{data}")', text)
        file.unlink()
    _write(styles, text)


def name_by_content(site: Path, files: Collection[str]) -> dict[str, str]:
    """Give each of the `files`, by path in the site, a name with a part of its content's digest. Those that name others come last."""
    names: dict[str, str] = {}
    for path in files:
        file = site / path
        if file.suffix in (".css", ".js"):
            _write(file, renamed(file.read_text(encoding="utf-8"), names, below=f"{FOLDER}/"))
        digest = blake2b(file.read_bytes(), digest_size=4).hexdigest()
        names[path] = path.removesuffix(file.suffix) + f".{digest}{file.suffix}"
        file.rename(site / names[path])
    return names


def renamed(text: str, names: dict[str, str], below: str = "") -> str:
    """A text in which files have their new names. In a file below a folder they are named from there."""
    if not names:
        return text
    short = {old.removeprefix(below): new.removeprefix(below) for old, new in names.items()}
    same = commonprefix(list(short))  # noqa: RUF071  by letters: a pattern that begins with some is searched for fast
    rest = "|".join(re.escape(name.removeprefix(same)) for name in sorted(short, key=len, reverse=True))

    def new(match: re.Match[str]) -> str:
        return short[match[0]] if text[match.start() - 1] in "\"'/(" else match[0]

    return re.sub(f"{re.escape(same)}(?:{rest})(?=[\"')])", new, text)


def tidied(html: str) -> str:
    """A page without empty lines and indents, which templates leave, and with the apostrophes of print.

    What is shown or run as it is written stays; texts that a script puts into the page are like those that stand there.
    """
    parts = _AS_WRITTEN.split(html)
    for at, part in enumerate(parts):
        if at % 2 == 0:
            parts[at] = _with_apostrophes(_without_indents(part))
        elif part.startswith(_DATA):
            parts[at] = _with_apostrophes(part)
    return "".join(parts)


def _with_apostrophes(html: str) -> str:
    """Text with ’ where ' was typed, in no tag and no code."""

    def printed(match: re.Match[str]) -> str:
        before = match.start()
        in_tag = html.rfind("<", 0, before) > html.rfind(">", 0, before)
        in_code = html.rfind("<code", 0, before) > html.rfind("/code>", 0, before)
        return match[0] if in_tag or in_code else "’"

    return _APOSTROPHE.sub(printed, html)


def _without_indents(html: str) -> str:
    first, *rest = html.split("\n")
    if not rest:
        return html
    *middle, last = rest
    return "\n".join([first.rstrip(), *filter(None, map(str.strip, middle)), last.lstrip()])


def _only(folder: Path, pattern: str) -> str:
    """The text of the one file of a pattern; nothing where the theme has none."""
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob(pattern)))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")

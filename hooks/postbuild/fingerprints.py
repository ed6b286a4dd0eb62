"""Assets of a finished edition get a part of their content's digest in their names, and files their compressed copies.

A file with a fingerprint can be kept by a browser for good.
"""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from os.path import commonprefix
from pathlib import Path

import brotli

from render.assets import FOLDER, SCRIPTS, STYLES

_AS_WRITTEN = re.compile(r"(<(?:pre|textarea|script|style)\b.*?</(?:pre|textarea|script|style)>)", re.DOTALL)
_DATA = '<script type="application/json"'
# Material's, on check boxes, which have nothing to complete.
_TOGGLE = re.compile(r'(<input class="md-toggle"[^>]*) autocomplete="off"')
# Behind a letter, or behind a link to what has something.
_APOSTROPHE = re.compile(r"(?:(?<=[^\W_])(?:'|&#39;)(?=[a-z\s.,;:)]|$)|(?<=>)(?:'|&#39;)(?=s\b))")


def fingerprint_assets(site: Path, pages: Iterable[str], from_disk: bool) -> None:
    """Name the assets by their content, in the `pages` too, by their paths; `from_disk` makes the site open without a server."""
    if from_disk:
        inline_fonts(site)
    fonts = sorted(f"{FOLDER}/fonts/{path.name}" for path in (site / FOLDER / "fonts").glob("*.woff2"))
    names = rename_by_content(site, [*fonts, STYLES, *SCRIPTS])
    for page in (*pages, "404.html"):
        text = normalize_html(with_new_names((site / page).read_text(encoding="utf-8"), names))
        _write(site / page, text)


def inline_fonts(site: Path) -> None:
    """Put the faces that are files into the style sheet: a browser loads none from a folder on disk."""
    styles = site / STYLES
    text = styles.read_text(encoding="utf-8")
    for font in (site / FOLDER / "fonts").glob("*.woff2"):
        data = base64.b64encode(font.read_bytes()).decode()
        text = re.sub(rf'url\("?fonts/{re.escape(font.name)}"?\)', f'url("data:font/woff2;base64,{data}")', text)
        font.unlink()
    _write(styles, text)


def rename_by_content(site: Path, files: Collection[str]) -> dict[str, str]:
    """Give each of the `files`, by path in the site, a name with a part of its content's digest. Those that name others come last."""
    names: dict[str, str] = {}
    for path in files:
        file = site / path
        if file.suffix in (".css", ".js"):
            _write(file, with_new_names(file.read_text(encoding="utf-8"), names, below=f"{FOLDER}/"))
        digest = blake2b(file.read_bytes(), digest_size=4).hexdigest()
        names[path] = path.removesuffix(file.suffix) + f".{digest}{file.suffix}"
        file.rename(site / names[path])
    return names


def with_new_names(text: str, names: dict[str, str], below: str = "") -> str:
    """A text in which files have their new names. In a file below a folder they are named from there."""
    if not names:
        return text
    short = {old.removeprefix(below): new.removeprefix(below) for old, new in names.items()}
    same = commonprefix(list(short))  # noqa: RUF071  by letters: a pattern that begins with some is searched for fast
    rest = "|".join(re.escape(name.removeprefix(same)) for name in sorted(short, key=len, reverse=True))

    def new_name(match: re.Match[str]) -> str:
        return short[match[0]] if text[match.start() - 1] in "\"'/(" else match[0]

    return re.sub(f"{re.escape(same)}(?:{rest})(?=[\"')])", new_name, text)


def normalize_html(html: str) -> str:
    """A page without empty lines and indents, which templates leave, and with the apostrophes of print.

    What is shown or run as it is written stays; texts that a script puts into the page are like those that stand there.
    """
    parts = _AS_WRITTEN.split(_TOGGLE.sub(r"\1", html))
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


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


_LEAST = 500  # bytes; below it the answer fits into one packet anyway
_TEXT = {
    *(".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".md"),
    *(".csv", ".bib", ".sqlite", ".atom", ".ics", ".yaml"),
}


def compress(site: Path) -> None:
    """Write `name.gz` and `name.br` beside each file that gets smaller by it, and has none."""
    for path in _worth(site):
        content = path.read_bytes()
        for suffix, packed in (
            (".gz", gzip.compress(content, 9, mtime=0)),
            (".br", brotli.compress(content, quality=9, lgwin=_window(content))),
        ):
            if len(packed) < len(content):
                path.with_name(path.name + suffix).write_bytes(packed)


def _window(content: bytes) -> int:
    """The binary logarithm of a window that holds all of it: a larger one only has to be set up and cleared."""
    return min(max(len(content).bit_length(), 16), 22)


def _worth(site: Path) -> Iterator[Path]:
    for path in sorted(site.rglob("*")):
        if (
            path.suffix in _TEXT
            and path.is_file()
            and path.stat().st_size >= _LEAST
            and not path.with_name(f"{path.name}.br").exists()
        ):
            yield path

"""The site as Markdown: a copy beside each page, and llms.txt.

A value keeps the number of its source, `671 B [3]`; a recomputed one is in italics. A drawing is replaced by its text
alternative, a formula by its LaTeX.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalogue.files import read_pages

from ..markup import BLOCK, MARK, RECOMPUTED, SAVE, WRAPPING
from ..page import fenced_code
from ..site import Edition, hand_written
from ..words import ENGLISH

Link = Callable[[str], str]

_SKIPPED = {"script", "style", "template", "form", "button", "nav", "input", "select", "output", "-comment", "head"}
_BLOCKS = {
    *("p", "div", "section", "article", "figure", "figcaption", "header", "footer", "details", "summary", "blockquote"),
    *("ul", "ol", "dl", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "svg", "math", "hr"),
}
_SPACE = re.compile(r"\s+")
_INLINE_MATH = 'math[display="inline"]'
_ANY_BLOCK = ", ".join(_BLOCKS - {"math"} | {f"math:not({_INLINE_MATH})"})
# Elements that stand beside each other without a space between them, where one of those that are set apart is among them.
_BESIDE, _APART = {"a", "b", "small", "span", "time"}, {"small", "span", "time"}
_SOURCE = re.compile(r"s\d+")  # numbers of sources, which stand as text
_PLACES = {"li", "tr", "dt", "dd", "details", "section", "div", "figure", "p", "svg", "table"}
_GAPS = re.compile(r"\n{3,}")


def html_to_markdown(html: str, link: Link) -> str:
    body = LexborHTMLParser(f"<!doctype html><body>{html}").body
    assert body is not None
    # A drawing for wide screens and the same for narrow ones have one text.
    parts = (part for part, _ in groupby(filter(None, _Writer(link).blocks(body))))
    return _GAPS.sub("\n\n", "\n\n".join(parts)).strip()


def _is_block(node: LexborNode) -> bool:
    inline_math = node.tag == "math" and node.attributes.get("display") == "inline"
    return not inline_math and (node.tag in _BLOCKS or node.css_first(_ANY_BLOCK) is not None)


def _latex_of(math: LexborNode) -> str:
    return math.attributes.get("data-latex") or math.text()


class _Writer:
    def __init__(self, link: Link) -> None:
        self.link = link

    def blocks(self, parent: LexborNode) -> Iterator[str]:
        line = ""
        for node in parent.iter(include_text=True):
            tag = node.tag
            if tag == "-text":
                line += _escaped_text(node)
            elif tag in _SKIPPED or SAVE in (node.attributes.get("class") or ""):
                continue  # a figure's files lie beside the site's pages only
            elif _is_block(node):
                yield _tidied_line(line)
                line = ""
                yield from self.block(node)
            else:
                line += _gap_before(node) + self.inline(node)
        yield _tidied_line(line)

    def block(self, node: LexborNode) -> Iterator[str]:
        """A block of HTML as blocks of Markdown, with its anchor before them."""
        tag = node.tag or ""
        if tag not in ("dt", "dd") and (place := _anchor_text(node)):
            yield place
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            yield f"{'#' * int(tag[1])} {self.line(node)}"
        elif tag in ("ul", "ol"):
            yield self.list(node, ordered=tag == "ol")
        elif tag == "dl":
            yield self.terms(node)
        elif tag == "table":
            yield from self.table(node)
        elif tag == "pre":
            yield fenced_code(node.text())
        elif tag == "div" and WRAPPING in (node.attributes.get("class") or ""):
            whole = r" \qquad ".join(map(_latex_of, node.css("math")))
            yield f"$$\n{whole}\n$$"
        elif tag == "math":
            yield f"$$\n{_latex_of(node)}\n$$"
        elif tag == "svg":
            if alternative := _text_alternative(node):
                yield f"*{alternative}*"
        elif tag == "summary":
            yield f"**{self.line(node)}**"
        elif tag == "hr":
            yield "---"
        else:
            yield from self.blocks(node)

    def list(self, node: LexborNode, ordered: bool) -> str:
        lines = []
        for number, item in enumerate((child for child in node.iter() if child.tag == "li"), 1):
            sign = f"{item.attributes.get('value') or number}." if ordered else "-"
            parts = [part for part in self.blocks(item) if part]
            text = "\n".join(parts).replace("\n", "\n" + " " * (len(sign) + 1))
            lines.append(f"{sign} {_anchor_text(item)}{text}")
        return "\n".join(lines)

    def terms(self, node: LexborNode) -> str:
        lines: list[str] = []
        for child in node.css("dt, dd"):
            if child.tag == "dt":
                name = self.line(child)
                bold = name if child.css_first("b, strong") or not name else f"**{name}**"
                lines.append(f"- {_anchor_text(child)}{bold}{name and ': '}")  # the sign of a colour has no name
            elif lines:
                lines[-1] += self.line(child)
        return "\n".join(lines)

    def table(self, node: LexborNode) -> Iterator[str]:
        """A pipe table; a cell that spans columns is followed by empty ones."""
        caption = node.css_first("caption")
        if caption is not None:
            yield f"**{self.line(caption)}**"
        rows = []
        for row in node.css("tr"):
            cells: list[str] = []
            for cell in (child for child in row.iter() if child.tag in ("th", "td")):
                cells.append(self.line(cell).replace("|", "\\|"))
                cells += [""] * (int(cell.attributes.get("colspan") or 1) - 1)
            if cells:
                cells[0] = _anchor_text(row) + cells[0]
            rows.append(cells)
        width = max(map(len, rows), default=0)
        if not width:
            return
        if node.css_first("thead") is None:
            rows.insert(0, [""] * width)
        head, *body = [[*row, *[""] * (width - len(row))] for row in rows]
        lines = [head, ["---"] * width, *body]
        yield "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def line(self, node: LexborNode) -> str:
        return _tidied_line(self.inside(node))

    def inside(self, node: LexborNode) -> str:
        return "".join(_gap_before(child) + self.inline(child) for child in node.iter(include_text=True))

    def inline(self, node: LexborNode) -> str:
        tag = node.tag or ""
        if tag == "-text":
            return _escaped_text(node)
        if tag in _SKIPPED:
            return ""
        attributes = node.attributes
        if tag == "br":
            return " "
        if tag == "code":
            return f"`{node.text()}`"
        if tag == "svg":
            return _text_alternative(node)
        if tag == "math":
            return f"${_latex_of(node)}$"
        inside = self.inside(node)
        classes = (attributes.get("class") or "").split()
        if MARK in classes:
            return f" [{(attributes.get('href') or '').removeprefix('#s')}]" if attributes.get("href") else inside
        if tag == "a" and "data-s" in attributes:
            return f"{inside} [{attributes['data-s']}]"
        if "data-n" in attributes and tag == "span":  # a place in a list of sources
            place = "".join(self.inline(child) for child in node.iter(include_text=True) if child.tag not in ("b", "i"))
            return f"**{attributes['data-n']}** {place.strip()}"
        if tag in ("strong", "b"):
            return _wrapped_in("**", inside)
        if tag in ("em", "i") or RECOMPUTED in classes:
            return _wrapped_in("*", inside)
        if tag in ("sub", "sup"):
            return f"<{tag}>{inside}</{tag}>"
        href = attributes.get("href")
        if tag == "a" and href and not href.startswith("#") and inside.strip():
            return f"[{_tidied_line(inside)}]({self.link(href)})"
        if tag == "small" and node.next is not None and (node.next.text_content or "").startswith((":", "：")):
            return f" {inside}"
        if tag in ("li", "p", "td", "th", "div", "dt", "dd", "small", "details", "summary"):
            return f" {inside} "
        return inside


def _gap_before(node: LexborNode) -> str:
    """What a text puts in place of the space that a style leaves between two elements beside each other."""
    before = node.prev
    pair = {node.tag, before.tag} if before is not None else set[str | None]()
    if not (pair <= _BESIDE and pair & _APART) or before is None or MARK in (node.attributes.get("class") or ""):
        return ""
    left, right = before.text(), node.text()
    if not left.strip() or not right.strip() or left[-1].isspace() or not (right[0].isalnum() or right[0] in "−≈>（(×"):
        return ""
    return "" if left[-1] in "：；、，。（" else " " if left[-1] in ":;,.(" else " · "


def _escaped_text(node: LexborNode) -> str:
    return _SPACE.sub(" ", (node.text_content or "").replace("\u2060", "")).replace("<", "\\<")


def _anchor_text(node: LexborNode) -> str:
    """An anchor as HTML, for which Markdown has a syntax at headings only."""
    name = node.attributes.get("id")
    return f'<a id="{name}"></a>' if name and node.tag in _PLACES and not _SOURCE.fullmatch(name) else ""


def _wrapped_in(sign: str, text: str) -> str:
    bare = text.strip()
    if not bare:
        return text
    return text.replace(bare, f"{sign}{bare}{sign}", 1)


def _text_alternative(node: LexborNode) -> str:
    title = node.css_first("title")
    return _tidied_line(node.attributes.get("aria-label") or (title.text() if title is not None else ""))


def _tidied_line(text: str) -> str:
    return " ".join(text.split()).replace("****", "")


# HTML in a hand-written page: a block that begins a line, or what a quote was filled in with.
_HTML = re.compile(r"(?ms)^<(p|ul|ol|div|figure|table|details)\b[^>]*>.*?</\1>|<(a|span|time)\b[^>]*>.*?</\2>")
# Around fenced code that is folded on the page, and the end of what stands in columns: a text has neither.
_FOLD = re.compile(r'(?m)^<details\b[^>]*\bmarkdown="1"[^>]*><summary>.*?</summary>\n*|^</(?:details|div)>$')
# The end of a number of a source with a word right behind it, but for the `th` of 64th.
_TOUCHING_MARK = re.compile(r"(?<=\d\])(?=[\u4e00-\u9fff]|[A-Za-z]{3})")
_QUOTE_SIGN = re.compile(r"&(?:#3[49]|quot);")
_LINK = re.compile(r"(?<=\]\()ds:([^)\s]+)")
_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.S)
_DOWNLOADS = "data/"
_relative = lru_cache(maxsize=1 << 14)(posixpath.relpath)


Filled = tuple[str, Mapping[str, str]]  # the Markdown of a hand-written page with its quotes filled in, and its blocks


def filled_pages(edition: Edition, docs: Path) -> dict[str, Filled]:
    return {path: hand_written(edition.context, text, path) for path, text in read_pages(docs).items()}


def moved_copies(edition: Edition, titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for path, redirect in edition.site.redirects.items():
        target = _relative(redirect.target, posixpath.dirname(path) or ".")
        yield path, f"→ [{titles.get(redirect.page, redirect.page)}]({target})\n"


def files_beside_pages(edition: Edition, written: Mapping[str, Filled], address: str) -> Iterator[tuple[str, str]]:
    copies = {
        path: _plain_markdown(edition, path, page.markdown, page.blocks) for path, page in edition.site.pages.items()
    }
    copies |= {path: _plain_markdown(edition, path, text, blocks) for path, (text, blocks) in written.items()}
    yield from copies.items()
    named = {path: (page.title, page.description) for path, page in edition.site.pages.items()}
    named |= {path: _title_and_description(path, text) for path, (text, _) in written.items()}
    yield from moved_copies(edition, {path: title for path, (title, _) in named.items()})
    yield "llms.txt", llms_txt(edition, named, address)
    yield "llms-full.txt", "\n".join(f"{address}{path}\n\n{text}" for path, text in copies.items())


def _plain_markdown(edition: Edition, path: str, text: str, blocks: Mapping[str, str]) -> str:
    up = "" if edition.context.words.language == ENGLISH else "../"
    folder = posixpath.dirname(path) or "."

    def link(target: str) -> str:
        if not target.startswith("ds:"):
            return target
        page, hash_, place = target.removeprefix("ds:").partition("#")
        page, query, rest = page.partition("?")
        page = edition.site.places.get(page, {}).get(place, page)
        page = up + page if page.startswith(_DOWNLOADS) else page
        return _relative(page, folder) + query + rest + hash_ + place

    def html(match: re.Match[str]) -> str:
        return html_to_markdown(match[0], link)

    front = _FRONT.match(text)
    head, body = (front[0], text[front.end() :]) if front else ("", text)
    body = _outside_code(body, lambda part: _FOLD.sub("", _HTML.sub(html, part)))
    body = _QUOTE_SIGN.sub(lambda match: unescape(match[0]), body)
    body = BLOCK.sub(lambda match: html_to_markdown(blocks[match[1]], link), body)
    body = _TOUCHING_MARK.sub(" ", body)
    return head + _LINK.sub(lambda match: link(match[0]), body).rstrip() + "\n"


def _outside_code(text: str, change: Any) -> str:
    parts = re.split(r"(?ms)(^(`{3,}).*?^\2$)", text)
    return "".join(part if part.startswith("```") else change(part) for at, part in enumerate(parts) if at % 3 != 2)


def _title_and_description(path: str, text: str) -> tuple[str, str]:
    front = _FRONT.match(text)
    meta = yaml.safe_load(front[1]) if front else {}
    return str(meta.get("title", path)), unescape(str(meta.get("description", "")))


def llms_txt(edition: Edition, known: Mapping[str, tuple[str, str]], address: str) -> str:
    words = edition.context.words
    sections = [(words("nav.home"), ["index.md"])]
    for entry in edition.site.nav[1:]:
        for title, children in entry.items():
            sections.append((title, [path for path in _nav_leaves(children) if path in known]))
    listed = {path for _, paths in sections for path in paths}
    sections.append((words("data.more"), sorted(set(known) - listed)))
    lines = ["# DS Series", "", f"> {known['index.md'][1]}", ""]
    for title, paths in sections:
        if paths:
            lines += [f"## {title}", ""]
            lines += [f"- [{known[path][0]}]({address}{path}): {known[path][1]}" for path in paths]
            lines.append("")
    return "\n".join(lines)


def _nav_leaves(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    for child in entry if isinstance(entry, list) else entry.values() if isinstance(entry, dict) else ():
        yield from _nav_leaves(child)


def write_files(project: Iterable[tuple[str, str]], target: Path) -> None:
    """Write the files of a project, by path, below `target`. Raises OSError."""
    for path, content in project:
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode())

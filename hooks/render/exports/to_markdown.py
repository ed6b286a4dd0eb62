"""Ready HTML as the Markdown that somebody would have written by hand.

A value keeps the number of its source behind it, `671 B [3]`, as in the list of sources; what was recomputed is set in
italics. A drawing, for which Markdown has no words, is told by its text alternative; a formula is LaTeX again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ..page import fenced_code

Link = Callable[[str], str]

_SKIPPED = {"script", "style", "template", "form", "button", "nav", "input", "select", "output", "-comment", "head"}
_BLOCKS = {
    *("p", "div", "section", "article", "figure", "figcaption", "header", "footer", "details", "summary", "blockquote"),
    *("ul", "ol", "dl", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "svg", "math", "hr"),
}
_SPACE = re.compile(r"\s+")
_INLINE_MATH = 'math[display="inline"]'
_ANY_BLOCK = ", ".join(_BLOCKS - {"math"} | {f"math:not({_INLINE_MATH})"})
_SOURCE = re.compile(r"s\d+")  # numbers of sources, which stand as text
_PLACES = {"li", "tr", "dt", "dd", "details", "section", "div", "figure", "p", "svg", "table"}
_GAPS = re.compile(r"\n{3,}")


def html_to_markdown(html: str, link: Link) -> str:
    """A fragment of HTML as Markdown; `link` turns what a link leads to into an address."""
    body = LexborHTMLParser(f"<!doctype html><body>{html}").body
    assert body is not None
    # A drawing for wide screens and the same for narrow ones have one text.
    parts = (part for part, _ in groupby(filter(None, _Writer(link).blocks(body))))
    return _GAPS.sub("\n\n", "\n\n".join(parts)).strip()


def _is_block(node: LexborNode) -> bool:
    """Whether a node stands apart from lines, or something in it does; a formula in a sentence does not."""
    inline_math = node.tag == "math" and node.attributes.get("display") == "inline"
    return not inline_math and (node.tag in _BLOCKS or node.css_first(_ANY_BLOCK) is not None)


def _latex_of(math: LexborNode) -> str:
    return math.attributes.get("data-latex") or math.text()


class _Writer:
    """Writes nodes, blocks apart from what stands in a line."""

    def __init__(self, link: Link) -> None:
        self.link = link

    def blocks(self, parent: LexborNode) -> Iterator[str]:
        """The blocks inside a node. What stands between them in lines is a block too."""
        line = ""
        for node in parent.iter(include_text=True):
            tag = node.tag
            if tag == "-text":
                line += _escaped_text(node)
            elif tag in _SKIPPED or "ds-save" in (node.attributes.get("class") or ""):
                continue  # a figure's files lie beside the site's pages only
            elif _is_block(node):
                yield _tidied_line(line)
                line = ""
                yield from self.block(node)
            else:
                line += self.inline(node)
        yield _tidied_line(line)

    def block(self, node: LexborNode) -> Iterator[str]:
        """One block as the blocks of Markdown that it makes, behind the place that links lead to."""
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
        elif tag == "div" and "ds-wrapping" in (node.attributes.get("class") or ""):
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
        """A list; what an item holds beside its first line stands below it, further in."""
        lines = []
        for number, item in enumerate((child for child in node.iter() if child.tag == "li"), 1):
            sign = f"{item.attributes.get('value') or number}." if ordered else "-"
            parts = [part for part in self.blocks(item) if part]
            text = "\n".join(parts).replace("\n", "\n" + " " * (len(sign) + 1))
            lines.append(f"{sign} {_anchor_text(item)}{text}")
        return "\n".join(lines)

    def terms(self, node: LexborNode) -> str:
        """A list of terms: each in bold, or what the page has in bold of it, with what is said of it behind it."""
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
        """A table with a row of heads; a cell over several columns is followed by empty ones."""
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
        """Everything inside a node in one line."""
        return _tidied_line("".join(self.inline(child) for child in node.iter(include_text=True)))

    def inline(self, node: LexborNode) -> str:
        """A node that stands in a line."""
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
        inside = "".join(self.inline(child) for child in node.iter(include_text=True))
        classes = (attributes.get("class") or "").split()
        if "ds-mark" in classes:
            return f" [{(attributes.get('href') or '').removeprefix('#s')}]" if attributes.get("href") else inside
        if tag == "a" and "data-s" in attributes:
            return f"{inside} [{attributes['data-s']}]"
        if tag in ("strong", "b"):
            return _wrapped_in("**", inside)
        if tag in ("em", "i") or "ds-r" in classes:
            return _wrapped_in("*", inside)
        if tag in ("sub", "sup"):
            return f"<{tag}>{inside}</{tag}>"
        href = attributes.get("href")
        if tag == "a" and href and not href.startswith("#") and inside.strip():
            return f"[{_tidied_line(inside)}]({self.link(href)})"
        if tag == "small" and node.next is not None and (node.next.text_content or "").startswith((":", "：")):
            return f" {inside}"
        if tag in ("li", "p", "td", "th", "div", "dt", "dd", "small"):
            return f" {inside} "
        return inside


def _escaped_text(node: LexborNode) -> str:
    """Text as it may stand in Markdown, which would take a `<` for the beginning of HTML."""
    return _SPACE.sub(" ", (node.text_content or "").replace("\u2060", "")).replace("<", "\\<")


def _anchor_text(node: LexborNode) -> str:
    """An anchor where links lead to a node; Markdown has a way to write one only for headings."""
    name = node.attributes.get("id")
    return f'<a id="{name}"></a>' if name and node.tag in _PLACES and not _SOURCE.fullmatch(name) else ""


def _wrapped_in(sign: str, text: str) -> str:
    """Text between two signs, which have to touch it."""
    bare = text.strip()
    if not bare:
        return text
    return text.replace(bare, f"{sign}{bare}{sign}", 1)


def _text_alternative(node: LexborNode) -> str:
    """What is said in place of a drawing; nothing of an icon."""
    title = node.css_first("title")
    return _tidied_line(node.attributes.get("aria-label") or (title.text() if title is not None else ""))


def _tidied_line(text: str) -> str:
    """One line; bold behind bold is one bold text."""
    return " ".join(text.split()).replace("****", "")

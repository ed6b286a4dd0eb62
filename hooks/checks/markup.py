"""Markup of a hand-written page: what is opened is closed.

Markdown and HTML render whatever they are given: an open fence makes code of the rest, an open comment removes it, a
`div` moves it into another column.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)
_FENCE = re.compile(r" *(`{3,}|~{3,})(.*)")
_QUOTE = re.compile(r"\{\{.*?\}\}", re.S)
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(<?[^()\s]*(?:\([^()\s]*\))?[^()\s]*>?(?:\s+\"[^\"]*\")?\)")
_SWAPPED = re.compile(r"\(([^()\n]+)\)\[([^\[\]\n]*(?:\.md\b|https?:|ds:)[^\[\]\n]*)\]")
_TO_A_PAGE = re.compile(r"\[[^\[\]\n]*\((?:ds:|https?:|[\w./-]+\.md)|\]\s*\((?:ds:|https?:|[\w./-]+\.md)")
_ADDRESS = re.compile(r"<(?:https?:|mailto:)[^>\s]*>")
_NEW_BLOCK = re.compile(r"\s*(?:$|[-*+] |\d+\. |\||#|>|!!!|\?\?\?)")
_TABLE_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")
_OF_ANOTHER_HOST = re.compile(r"!\[[^\]\n]*\]\(<?(?:https?:)?//[^)\s]*")
_WITHOUT_WORDS = re.compile(r"\[\s*\]\([^)\s]+\)")
_A_LINK, _BESIDE = "a link is `[words](address)`", "put it beside the page, which asks no other host"
_WRONG_LINKS = (
    (_SWAPPED, "brackets the wrong way round", _A_LINK),
    (_OF_ANOTHER_HOST, "a picture of another host", _BESIDE),
    (_WITHOUT_WORDS, "a link or a picture without words", f"{_A_LINK}, a picture `![what it shows](address)`"),
)
# Over several lines: what Markdown makes of it, and how it is meant.
_NOT_AS_MEANT = (
    (
        re.compile(r"(?m)^(?![-*+\s|>!?]|\d+\.)[^\n]+\n\n(?=(?: {4}|\t)\S)"),
        "a paragraph that begins with four spaces, which is shown as code",
        "begin it at the edge, or set it between two lines ```",
    ),
    (
        re.compile(r"(?m)^(?![-*+\s|>!?#]|\d+\.)[^\n]*[:：]\n(?=[-*+] )"),
        "a list that is a part of the paragraph before it",
        "leave a line empty before it",
    ),
    (re.compile(r"\[\^[\w-]+\]"), "a footnote, which is shown as it is typed", "say it in the text"),
)
_EMPTY = frozenset(("area", "br", "col", "hr", "img", "input", "source", "track", "wbr"))
_REFUSED = frozenset(("script", "iframe", "object", "embed", "form", "style", "link", "meta", "base", "frame"))
_ALLOWED = frozenset(
    (
        *("a", "abbr", "b", "bdi", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd"),
        *("del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p"),
        *("picture", "pre", "q", "s", "samp", "section", "small", "source", "span", "strong", "sub"),
        *("summary", "sup", "svg", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul"),
        *("var", "wbr"),
    )
)


@dataclass(frozen=True)
class MarkupProblem:
    line: int  # from 1
    found: str
    fix: str


def markup_problems(text: str) -> Iterator[MarkupProblem]:
    text = _FRONT.sub(lambda front: "\n" * front[0].count("\n"), text)
    text, fences = without_fences(text)
    yield from fences
    text, comments = _without_comments(text)
    yield from comments
    text = _QUOTE.sub(lambda quote: _blank_text(quote[0]), text)
    for line, block in text_blocks(text):
        yield from _problems_of_a_block(line, block)
    text = _without_code(text)
    for pattern, found, fix in _NOT_AS_MEANT:
        for match in pattern.finditer(text):
            yield MarkupProblem(text.count("\n", 0, match.end()) + 1, found, fix)
    yield from _table_problems(text)
    yield from html_problems(text)


def _table_problems(text: str) -> Iterator[MarkupProblem]:
    """A row has the cells of its head: what is more is not shown, and what lacks leaves the others under wrong heads."""
    cells, rows = 0, [line.strip() for line in text.split("\n")]
    for number, row in enumerate(rows, 1):
        count = row.replace("\\|", "").strip("|").count("|") + 1
        if not cells and _TABLE_RULE.fullmatch(row):
            cells = count
            above = rows[number - 2].replace("\\|", "").strip("|").count("|") + 1
            if above != cells:
                yield MarkupProblem(number, f"{cells} columns under a row of {above}", "add or take out")
        elif not row.startswith("|"):
            cells = 0
        elif cells and count != cells:
            yield MarkupProblem(number, f"a row of {count} cells under a head of {cells}", "add or take out")


def _blank_text(text: str) -> str:
    """Lines keep their number and length."""
    return re.sub(r"[^\n]", "x", text)


def without_fences(text: str) -> tuple[str, list[MarkupProblem]]:
    kept, opened, sign = [], 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        match = _FENCE.fullmatch(line)
        if sign:
            kept.append("")
            if match and match[1].startswith(sign) and not match[2].strip():
                sign = ""
        elif match and "`" not in match[2]:
            opened, sign = number, match[1]
            kept.append("")
        else:
            kept.append(line)
    problem = MarkupProblem(opened, f"code that begins with `{sign}` and does not end", f"write `{sign}` behind it")
    return "\n".join(kept), [problem] if sign else []


def _without_comments(text: str) -> tuple[str, list[MarkupProblem]]:
    text = re.sub(r"<!--.*?-->", lambda comment: re.sub(r"[^\n]", " ", comment[0]), text, flags=re.S)
    outside = _without_code(text)
    if (start := outside.find("<!--")) < 0:
        return text, []
    line = text.count("\n", 0, start) + 1
    problem = MarkupProblem(line, "a comment that is not closed", "write `-->` behind it")
    return text[:start] + re.sub(r"[^\n]", " ", text[start:]), [problem]


def _without_code(text: str) -> str:
    return re.sub(r"(?s)(?<!`)(`+)(?!`)((?:(?!\n\s*\n).)*?)(?<!`)\1(?!`)", lambda code: _blank_text(code[0]), text)


def text_blocks(text: str) -> Iterator[tuple[int, str]]:
    """Inline markup goes on beyond none of them."""
    start, lines = 1, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if lines and (_NEW_BLOCK.match(line) or lines[-1].lstrip().startswith(("#", "|"))):
            yield start, "\n".join(lines)
            lines = []
        if not lines:
            start = number
        if line.strip():
            lines.append(line)
    if lines:
        yield start, "\n".join(lines)


def _problems_of_a_block(line: int, block: str) -> Iterator[MarkupProblem]:
    def at(position: int) -> int:
        return line + plain.count("\n", 0, position)

    plain = _without_code(block)
    if (open_code := plain.find("`")) >= 0:
        yield MarkupProblem(at(open_code), "code with one backtick", "close it, or take it out")
    for pattern, said, fix in _WRONG_LINKS:
        for match in pattern.finditer(plain):
            yield MarkupProblem(at(match.start()), f"`{match[0]}`: {said}", fix)
    plain = _LINK.sub(lambda link: _blank_link(link[0]), plain)
    for match in _TO_A_PAGE.finditer(plain):
        yield MarkupProblem(at(match.start()), f"`{match[0]}…`: a link that is not closed", _A_LINK)
    words = re.sub(r"\\[*_]", "xx", re.sub(r"<[^>]*>", lambda tag: _blank_text(tag[0]), plain))
    for sign in ("**", "__"):
        places = [place for place in _doubled_letters(words, sign[0]) if _can_be_bold(words, place)]
        if len(places) % 2:
            yield MarkupProblem(at(places[-1]), f"`{sign}` without its other half", "close it, or take it out")


def _doubled_letters(text: str, letter: str) -> Iterator[int]:
    letter = re.escape(letter)
    yield from (match.start() for match in re.finditer(rf"(?<!{letter}){letter}{{2}}(?!{letter})", text))


def _can_be_bold(text: str, place: int) -> bool:
    """Not between spaces, which is a power, and not underscores inside of a word."""
    before, after = text[place - 1 : place] or " ", text[place + 2 : place + 3] or " "
    if text[place] == "_" and before.isalnum() and after.isalnum():
        return False
    return not (before.isspace() and after.isspace())


def _blank_link(link: str) -> str:
    """The words stay, in which something may be bold."""
    words = link[: link.rindex("](")]
    return re.sub(r"[\[\]!]", "x", words) + _blank_text(link[len(words) :])


class _TagChecker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, int]] = []
        self.problems: list[MarkupProblem] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        if tag in _REFUSED:
            self._say(line, f"`<{tag}>`", "take it out: pages hold no scripts, frames, forms or styles")
        elif tag not in _ALLOWED:
            self._say(line, f"`<{tag}>` is no element of a page", f"write it as code: `<{tag}>`")
            return
        for name, value in attrs:
            if name.startswith("on"):
                self._say(line, f"`{name}` on `<{tag}>`", "take it out: pages hold no scripts")
            elif name == "style":
                self._say(line, f"`style` on `<{tag}>`", "use a class: browsers are told to refuse it")
            elif name == "src" and re.match(r"(?:https?:)?//", value or ""):
                self._say(line, f"`{value}`, a picture of another host", _BESIDE)
        if tag not in _EMPTY and tag not in _REFUSED:
            self.open.append((tag, line))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY and self.open and self.open[-1][0] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        line = self.getpos()[0]
        if tag in _EMPTY or tag in _REFUSED or tag not in _ALLOWED:
            return
        if tag not in (name for name, _ in self.open):
            self._say(line, f"`</{tag}>`, which nothing opens", "take it out, or open it")
            return
        while self.open[-1][0] != tag:
            self.left_open(*self.open.pop())
        self.open.pop()

    def left_open(self, tag: str, line: int) -> None:
        self._say(line, f"`<{tag}>` that is not closed", f"write `</{tag}>`")

    def _say(self, line: int, found: str, fix: str) -> None:
        self.problems.append(MarkupProblem(line, found, fix))


def html_problems(text: str) -> Iterator[MarkupProblem]:
    tags = _TagChecker()
    tags.feed(_ADDRESS.sub(lambda address: _blank_text(address[0]), text))
    tags.close()
    for tag, line in tags.open:
        tags.left_open(tag, line)
    yield from sorted(tags.problems, key=lambda problem: problem.line)

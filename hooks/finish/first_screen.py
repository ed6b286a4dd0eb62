"""The styles of the top of each page, in the page: its text is there before any other file has come.

Holds the rules that what stands above the first section can match. The whole sheet, which all pages share, is asked for there:
a browser shows what comes before it at once, and nothing further down without it. Nor does it show the header alone: it waits
for the first sentence, where the page says which it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import tinycss2
from tinycss2.ast import Node, QualifiedRule

from render.policy import with_style

from .styles import Need, Used, declarations, need, selectors, written

_LINK = re.compile(r'[ ]*<link rel="stylesheet" href="([^"]*?)[^"/]*\.css">\n?')
_SECTION = re.compile(r'^<h2 id="', re.MULTILINE)
_LEAD = '<p class="ds-lead"'
_AWAITED = '<link rel="expect" href="#ds-lead" blocking="render">'
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
_FAMILY = re.compile(r'font-family:"?([^";]+)')
_FILE = re.compile(r'(url\("?)(?!data:|["#])')
_LATER = (
    "hover",
    "focus",
    "focus-visible",
    "focus-within",
    "active",
    "target",
    "after-load",
)  # nothing is, when a page opens
_NOT_YET = ("transition", "animation", "will-change", "cursor", "scrollbar-color", "outline")


@dataclass(frozen=True)
class _Rule:
    """A rule for a screen, by what it needs.

    Attributes:
        around: The heads of the groups that it stands in, such as `@media …`.
        choices: Its selectors, each with its need.
        body: Its declarations.
    """

    around: str
    choices: tuple[tuple[str, Need], ...]
    body: tuple[str, ...]


@dataclass
class FirstScreens:
    """The finished style sheet, and what each page takes of it; `early` is the script that runs before a page is painted."""

    sheet: str
    early: str
    _rules: list[_Rule] = field(init=False)
    _fonts: list[str] = field(init=False)
    _named: frozenset[str] = field(init=False)
    _always: frozenset[str] = field(init=False)
    _made: dict[frozenset[str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parsed = tinycss2.parse_stylesheet(self.sheet, skip_comments=True, skip_whitespace=True)
        self._rules = list(_rules(parsed))
        self._fonts = [tinycss2.serialize([rule]) for rule in parsed if getattr(rule, "at_keyword", "") == "font-face"]
        self._named = frozenset(name for rule in self._rules for _, asked in rule.choices for name in _names(asked))
        used = Used()
        used.script(self.early)
        self._always = frozenset(filter(used.has, self._named))

    def put_into(self, html: str) -> str:
        """A page with its styles in it."""
        link, article = _LINK.search(html), html.find("<article")
        if link is None or article < 0:
            return html
        section = _SECTION.search(html, article)
        cut = section.start() if section else html.index("</article>", article) + len("</article>")
        style = self._style(html[:cut], link[1])
        top = html[link.end() : cut].replace(_LEAD, f'{_LEAD} id="ds-lead"', 1)
        head = f"{_AWAITED if _LEAD in top else ''}<style>{style}</style>\n"
        return with_style(html[: link.start()] + head + top + link[0].strip() + html[cut:], style)

    def _style(self, top: str, folder: str) -> str:
        used = Used()
        used.page(top)
        known = self._always | (self._named & used.names)
        if known not in self._made:
            self._made[known] = self._for(known)
        return _FILE.sub(rf"\g<1>{folder}", self._made[known])

    def _for(self, known: frozenset[str]) -> str:
        """The rules that can match with what is `known`, without variables and fonts that none of them names."""
        kept = []
        for rule in self._rules:
            heads = [head for head, asked in rule.choices if asked.met(known.__contains__)]
            if heads:
                kept.append((rule.around, ",".join(heads), rule.body))
        text = "".join(part for _, _, body in kept for part in body)
        variables = set(_VARIABLE.findall(text))
        fonts = [font for font in self._fonts if _FAMILY.search(font)[1] in text]  # type: ignore[index]
        return "".join(fonts) + "".join(_grouped(kept, variables))


def _grouped(rules: Iterable[tuple[str, str, tuple[str, ...]]], variables: set[str]) -> Iterator[str]:
    """Rules as text, those of one group that follow one another in one pair of braces."""
    open_ = ""
    for around, head, body in rules:
        declared = ";".join(part for part in body if not part.startswith("--") or part.partition(":")[0] in variables)
        if not declared:
            continue
        if around != open_:
            yield "}" * open_.count("{") + around
            open_ = around
        yield f"{head}{{{declared}}}"
    yield "}" * open_.count("{")


def _rules(nodes: Iterable[Node], around: str = "") -> Iterator[_Rule]:
    for node in nodes:
        if isinstance(node, QualifiedRule):
            choices = tuple((written(one), need(one)) for one in selectors(node.prelude) if not _later(one))
            body = tuple(part for part in declarations(node.content) if not part.startswith(_NOT_YET))
            if choices and body:
                yield _Rule(around, choices, body)
        elif node.type == "at-rule" and node.lower_at_keyword in ("media", "supports", "layer", "container"):
            head = tinycss2.serialize(node.prelude)
            if node.content is not None and head.strip() != "print":
                inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                yield from _rules(inner, f"{around}@{node.at_keyword}{head}{{")


def _later(selector: list[Node]) -> bool:
    """Whether a selector is for what happens on a page, or for bars that scroll."""
    return any(
        part.type == "ident"
        and before.type == "literal"
        and before.value == ":"
        and (part.value in _LATER or "scrollbar" in part.value)
        for before, part in pairwise(selector)
    )


def _names(asked: Need) -> Iterator[str]:
    yield from asked.names
    for choice in asked.choices:
        for one in choice:
            yield from _names(one)

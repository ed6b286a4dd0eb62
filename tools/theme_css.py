"""Reduce Material's style sheets to the rules that pages of a built site can use: `python tools/theme_css.py site` writes `overrides/material.css`.

A rule stays where each part of its selector fits an element of a page; what a text in a script names may be added to any element later. Variables and animations that nothing names, in our own styles neither, go too. The result is committed,
with the version of Material that it is of, so that a build only joins it to our styles.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import material
import tinycss2
from pygments.token import STANDARD_TYPES
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

_TAG = re.compile(r"<[a-zA-Z][^>]*>")
_ELEMENT = re.compile(r"<([a-zA-Z][\w-]*)")
_NAME = re.compile(r"\s([a-zA-Z][\w:-]*)")
_WORD = re.compile(r"[a-zA-Z][\w-]*")
_TEXT = re.compile(r'"[^"\n]*"|`[^`]*`')
_VARIABLE = re.compile(r"--[\w-]+")
_SPACE = re.compile(r"\s+")
_TIGHT = re.compile(r"\s*([{};,>])\s*")
_TOGGLED = {"[data-md-color-scheme=slate"}  # values that a script chooses
_OURS = {
    ".card",
    ".grid",
    ".note",
    ".result",
    ".tip",
}  # classes of shapes and cells, which mean something else in the theme
_CLASSLESS = ":not([class])"  # what the theme takes for written in Markdown
_GROUPS = ("media", "supports", "layer", "container")


@dataclass(frozen=True)
class Need:
    """What a selector can only match with: elements that have some names (`.class`, `#id`, `element`, `[attribute`) each, and choices.

    A choice is what stands in `:is(…)`, `:where(…)` or `:has(…)`; `:not(…)` asks for nothing, but for
    `:not([class])`, which asks for an element without any.
    """

    elements: frozenset[frozenset[str]]
    choices: tuple[tuple[Need, ...], ...] = ()

    def met(self, known: Callable[[frozenset[str]], bool]) -> bool:
        """Whether there is each of its elements."""
        return all(map(known, self.elements)) and all(any(one.met(known) for one in choice) for choice in self.choices)


@dataclass
class Used:
    """The elements of pages, as the names that each has, and the words of scripts, any of which may be added to an element later."""

    elements: set[frozenset[str]] = field(default_factory=lambda: {frozenset(_TOGGLED)})
    words: set[str] = field(default_factory=set)
    _met: dict[frozenset[str], bool] = field(default_factory=dict)

    def page(self, html: str) -> None:
        """Add the elements of a page. Most of them stand in it many times."""
        self._met.clear()
        for tag in set(_TAG.findall(html)):
            names = {*_ELEMENT.findall(tag), _CLASSLESS}
            parts = (tag if tag.count('"') % 2 == 0 else f'{tag}"').split('"')  # a quote may be left open
            names.update(f"[{name}" for outside in parts[::2] for name in _NAME.findall(outside))
            for before, value in zip(parts[::2], parts[1::2], strict=False):
                name = "".join(before[:-1].rsplit(None, 1)[-1:])
                if name == "class":
                    names.discard(_CLASSLESS)
                    names.update(f".{one}" for one in value.split() if f".{one}" not in _OURS)
                elif name in ("id", "for"):
                    names.add(f"#{value}")
                elif name in ("dir", "type") or name.startswith("data-md-"):
                    names.add(f"[{name}={value}")
            self.elements.add(frozenset(names))

    def script(self, text: str) -> None:
        """Add every word that stands in a text of a script."""
        self._met.clear()
        self.words.update(_WORD.findall(" ".join(_TEXT.findall(text))))

    def has(self, names: frozenset[str]) -> bool:
        """Whether an element with all these names stands in a page or may come to stand there."""
        if names not in self._met:
            may_come = set() if _CLASSLESS in names else self.words  # what a script adds wears a class
            given = frozenset(
                name for name in names if name in _OURS or name.lstrip(".#[") not in may_come or "=" in name
            )
            self._met[names] = any(given <= element for element in self.elements)
        return self._met[names]


def need(selector: Iterable[Node]) -> Need:
    """What a selector asks for."""
    elements, choices = [set[str]()], []
    before = ""
    for part in selector:
        if part.type == "whitespace" or (part.type == "literal" and part.value in ">+~"):
            elements.append(set())
        elif part.type == "ident" and before != ":":
            elements[-1].add(f".{part.value}" if before == "." else part.value)
        elif part.type == "hash":
            elements[-1].add(f"#{part.value}")
        elif part.type == "[] block":
            elements[-1].add(_attribute(part.content))
        elif part.type == "function" and part.lower_name in ("is", "where", "has"):
            choices.append(tuple(need(one) for one in selectors(part.arguments)))
        elif part.type == "function" and tinycss2.serialize([part]) == _CLASSLESS[1:]:
            elements[-1].add(_CLASSLESS)
        before = part.value if part.type == "literal" else ""
    return Need(frozenset(map(frozenset, filter(None, elements))), tuple(choices))


def _attribute(content: list[Node]) -> str:
    idents = [part.value for part in content if part.type in ("ident", "string")]
    operators = [part.value for part in content if part.type == "literal"]
    name = idents[0]
    if operators == ["="] and (name == "dir" or name.startswith("data-md-")):
        return f"[{name}={idents[-1]}"
    return f"[{name}"


def reduced(theme: Iterable[str], ours: str, used: Used) -> str:
    """The style sheets of the theme as one, shortened; `ours` may name their variables and animations."""
    rules = [rule for sheet in theme for rule in _kept(_parsed(sheet), used)]
    while True:
        text = "".join(rule.text for rule in rules)
        named = set(re.findall(r"var\(\s*(--[\w-]+)", text + ours)) | {f"--{word}" for word in used.words}
        moving = " ".join(re.findall(r"animation(?:-name)?:([^;}]*)", text + ours))
        left = [rule for rule in (rule.without(named, moving) for rule in rules) if rule.text]
        if "".join(rule.text for rule in left) == text:
            return "\n".join(rule.text for rule in rules if not rule.head.startswith("@charset")) + "\n"
        rules = left


@dataclass(frozen=True)
class _Rule:
    """A rule as text: what stands before the braces, and the declarations or rules between them."""

    head: str
    body: tuple[str | _Rule, ...]

    @property
    def text(self) -> str:
        if not self.head.startswith("@") and not self.body:
            return ""
        inner = "".join(part.text if isinstance(part, _Rule) else part + ";" for part in self.body)
        if not inner:
            return f"{self.head};" if self.head.startswith(("@import", "@charset")) else ""
        return f"{self.head}{{{inner.removesuffix(';')}}}"

    def without(self, named: set[str], moving: str) -> _Rule:
        """The rule without variables that are not `named`, and without an animation that nothing is `moving` by."""
        if "keyframes" in self.head:
            return self if self.head.split()[-1] in moving else _Rule("", ())
        body = [part.without(named, moving) if isinstance(part, _Rule) else part for part in self.body]
        return _Rule(
            self.head,
            tuple(
                part
                for part in body
                if isinstance(part, _Rule) or not part.startswith("--") or part.split(":", 1)[0] in named
            ),
        )


def _parsed(sheet: str) -> tuple[Node, ...]:
    return tuple(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


def _kept(rules: Iterable[Node], used: Used) -> Iterator[_Rule]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            kept = [one for one in selectors(rule.prelude) if need(one).met(used.has)]
            if kept:
                yield _Rule(",".join(map(written, kept)), tuple(declarations(rule.content)))
        elif isinstance(rule, AtRule):
            head = f"@{rule.at_keyword}{_SPACE.sub(' ', tinycss2.serialize(rule.prelude)).rstrip()}"
            if rule.content is None:
                yield _Rule(head, ())
            elif rule.lower_at_keyword in _GROUPS:
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                yield _Rule(head, tuple(_kept(inner, used)))
            elif "keyframes" in rule.lower_at_keyword:
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                frames = [_Rule(written(f.prelude), tuple(declarations(f.content))) for f in inner]
                yield _Rule(head, tuple(frames))
            else:  # a page or a font: kept as it is, with the rules that may stand in it
                yield _Rule(head, (_SPACE.sub(" ", tinycss2.serialize(rule.content)).strip().removesuffix(";"),))


def selectors(prelude: list[Node]) -> Iterator[list[Node]]:
    """The selectors of a rule, between its commas."""
    part: list[Node] = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def selectors_of(sheet: str) -> Iterator[list[Node]]:
    """Every selector of a style sheet, those in groups too."""
    yield from _selectors_in(_parsed(sheet))


def _selectors_in(rules: Iterable[Node]) -> Iterator[list[Node]]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            yield from selectors(rule.prelude)
        elif isinstance(rule, AtRule) and rule.content is not None and rule.lower_at_keyword in _GROUPS:
            yield from _selectors_in(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))


def declarations(content: list[Node]) -> Iterator[str]:
    """The declarations of a rule, shortened."""
    for part in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if isinstance(part, Declaration):
            value = _SPACE.sub(" ", tinycss2.serialize(part.value)).strip()
            yield f"{part.name}:{value}{'!important' if part.important else ''}"


def written(selector: list[Node]) -> str:
    """A selector with the spaces that it needs."""
    return _TIGHT.sub(r"\1", _SPACE.sub(" ", tinycss2.serialize(selector))).strip()


def flat_declarations(sheet: str) -> Iterator[tuple[str, str, str]]:
    """What a style sheet declares, as groups, selector and declaration: what two sheets have in common, however they are pruned."""
    yield from _flat(_parsed(sheet), "")


def _flat(rules: Iterable[Node], around: str) -> Iterator[tuple[str, str, str]]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            for selector in selectors(rule.prelude):
                yield from ((around, written(selector), declaration) for declaration in declarations(rule.content))
        elif isinstance(rule, AtRule) and rule.content is not None:
            head = f"{around}@{rule.at_keyword}{_SPACE.sub(' ', tinycss2.serialize(rule.prelude)).strip()}"
            if rule.lower_at_keyword in _GROUPS:
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                yield from _flat(inner, head)
            else:
                yield head, "", _SPACE.sub(" ", tinycss2.serialize(rule.content)).strip()


ROOT = Path(__file__).parents[1]
TARGET = ROOT / "overrides" / "material.css"


_AT_BUILD = ("drawings", "figures")  # scripts that no page loads: what they draw stands in pages


def theme_styles(site: Path) -> str:
    """What `overrides/material.css` has to hold for the pages of a built site."""
    used = Used(words=set(STANDARD_TYPES.values()))  # of code, which the next lab may hold
    for page in site.rglob("*.html"):
        used.page(page.read_text(encoding="utf-8"))
    for script in (ROOT / "hooks" / "render" / "scripts").rglob("*.js"):
        if script.parent.name not in _AT_BUILD:
            used.script(script.read_text(encoding="utf-8"))
    folder = Path(material.__file__).parent / "templates" / "assets" / "stylesheets"
    theme = [next(folder.glob(f"{name}.*.min.css")).read_text(encoding="utf-8") for name in ("main", "palette")]
    ours = "".join(sheet.read_text(encoding="utf-8") for sheet in (ROOT / "hooks" / "render" / "styles").glob("*.css"))
    head = f"/* The styles of Material for MkDocs {version('mkdocs-material')} that pages use. Written by tools/theme_css.py. */\n"
    return head + reduced(theme, ours, used)


if __name__ == "__main__":
    TARGET.write_text(theme_styles(Path(sys.argv[1])), encoding="utf-8", newline="\n")
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size:,} bytes")

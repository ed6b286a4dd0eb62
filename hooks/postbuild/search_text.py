"""The text of finished pages, section by section, as the search shows and counts it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

# What is said elsewhere, cannot be read as a sentence, or is a tool.
_SILENT = (
    "script, style, svg, math, form, template, .headerlink, .md-content__button, .ds-printed, .ds-sources, .ds-mark, "
    ".ds-via, .ds-copy, .ds-meta, nav, button, caption, pre, .ds-exercise, .ds-labs, .ds-who, .ds-kicker, .ds-also"
)
_ELSEWHERE = frozenset(
    ("related", "origin", "problems", "sources", "cite")
)  # sections that only lead to what other pages say
_TAG = r'<(?:[^>"]|"[^"]*")*>'  # the parser writes every attribute in double quotes
_BLOCK = re.compile(
    r'</?(?:p|div|li|td|th|tr|dt|dd|h[1-6]|br|pre|figcaption|summary|section)\b(?:[^>"]|"[^"]*")*>|\n\s*\n'
)
_BESIDE = re.compile(r"(</(?:span>(?=<b\b)|(?:span|b)>(?=<span\b))|\S(?=<small\b))")  # set apart by a style
_ANY = re.compile(_TAG)
_HEADING = re.compile(r'<(?:h[2-4]|dt)\b[^>]*?\bid="([^"]+)"[^>]*>(.*?)</(?:h[2-4]|dt)>', re.DOTALL)
_LINK = re.compile(r'href="([^"#?:]+)')
_ENDS = tuple(".:;!?。：；！？·")


@dataclass
class Section:
    """A heading or a term with its anchor (empty for what stands above the first), and the text under it.

    Of a page that is a part of another, the anchor is an address in the edition, with a slash in it.
    """

    anchor: str
    title: str
    text: str


@dataclass
class FinishedPage:
    """A page by its address in the edition, `models/deepseek-v3/`.

    Attributes:
        facts: The values that stand at its top.
        links: Addresses of the pages it leads to.
    """

    url: str
    title: str
    facts: str
    links: frozenset[str]
    sections: list[Section] = field(default_factory=list)


def read(html: str, url: str) -> FinishedPage | None:
    """The sections of a page; nothing where it has no article."""
    article = LexborHTMLParser(html[html.find("<article") : html.rfind("</article>")]).css_first("article")
    heading = article.css_first("h1") if article is not None else None
    if article is None or heading is None:
        return None
    for node in article.css(_SILENT):
        node.decompose()
    facts = _plain(" · ".join(node.text() for node in article.css(".ds-ribbon dd a, .ds-facts dd a")))
    title = _plain(heading.text())
    heading.decompose()
    text = article.html or ""
    links = frozenset(urljoin(f"/{url}", link)[1:] for link in set(_LINK.findall(text)))
    page = FinishedPage(url, title, facts, links)
    lead, *rest = _HEADING.split(text)
    page.sections.append(Section("", page.title, _text(lead)))
    for anchor, title, under in zip(*[iter(rest)] * 3, strict=True):
        if anchor in _ELSEWHERE:
            continue
        page.sections.append(Section(anchor, _plain(unescape(_ANY.sub("", title))), _text(under)))
    return page


def with_parts(pages: Iterable[FinishedPage], wholes: Mapping[str, str]) -> list[FinishedPage]:
    """The pages with the sections of their parts behind their own; `wholes` gives the address of the whole for each part."""
    by_url = {page.url: replace(page, sections=list(page.sections)) for page in pages}
    for url, whole in wholes.items():
        if url not in by_url or whole not in by_url:
            continue
        part, parent = by_url.pop(url), by_url[whole]
        # The name of the whole, which the title of a part begins with, is said by the whole.
        title = part.title.removeprefix(parent.title).lstrip(" :：")
        for section in part.sections:
            anchor = url + (f"#{section.anchor}" if section.anchor else "")
            parent.sections.append(Section(anchor, section.title if section.anchor else title, section.text))
        parent.links |= part.links
    return list(by_url.values())


def _text(html: str) -> str:
    """What a reader sees of HTML: blocks and cells apart, everything else as it stands."""
    text = ""
    for line in unescape(_ANY.sub("", _BLOCK.sub("\0", _BESIDE.sub(r"\1 ", html)))).split("\0"):
        if plain := _plain(line):
            text += plain if not text else (" " if text.endswith(_ENDS) else " · ") + plain
    return text


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2060", "").replace("\u200b", "").split())

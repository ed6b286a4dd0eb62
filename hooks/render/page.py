"""A page before MkDocs sees it: Markdown with markers, and the HTML behind them.

Headings are Markdown, for the table of contents and the search. Everything else is HTML that is put in place after
Markdown, which keeps builds fast.
"""

import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import escape

from catalogue.records import Catalogue
from catalogue.strict_yaml import front_matter

from .assets import FOLLOW_REDIRECT, POLICY
from .markup import FORMULA, block_marker
from .pages import TECHNIQUE, technique_address
from .words import Words


@dataclass(frozen=True)
class Redirect:
    """Where a former page leads.

    Attributes:
        target: `techniques/kernels.md`, or `techniques/kernels.md#deepjit`. Without an anchor here, the old one is
            kept.
        places: Targets of old anchors that are elsewhere.
    """

    target: str
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def page(self) -> str:
        return self.target.partition("#")[0]


REDIRECTS: Mapping[str, Redirect] = {
    "poster.md": Redirect("models/index.md#poster"),
    "infrastructure.md": Redirect("compare/infrastructure.md"),
    "data.md": Redirect("use-and-extend.md"),  # whose folder holds the downloads
    "downloads.md": Redirect("use-and-extend.md"),
    "add-a-model.md": Redirect("fields.md#add", {"fields": "fields.md#fields", "values": "fields.md#values"}),
    "hosting.md": Redirect("use-and-extend.md#host"),
    "beginnings.md": Redirect("use-and-extend.md#began"),
    "coverage.md": Redirect("trust.md#coverage"),
    "compare/index.md": Redirect("compare/models.md"),
    "timeline-list.md": Redirect(
        "timeline.md#list", {f"y{year}": f"timeline.md#y{year}" for year in range(2023, 2027)}
    ),
    "techniques/matrix.md": Redirect("techniques/index.md#by-model"),
}

_SAME = {name: name for name in ("why", "how", "models", "cost", "facts", "disputes", "notes")}
_SECTIONS_OF_A_TECHNIQUE = {**_SAME, "lineage": "models", "related": "origin"}


def shared_page_redirects(catalogue: Catalogue) -> dict[str, Redirect]:
    """Addresses that techniques on a shared page would have by themselves, each to its section."""
    return {
        TECHNIQUE.path_of(technique.id): Redirect(
            technique_address(technique),
            {old: f"{technique_address(technique)}-{now}" for old, now in _SECTIONS_OF_A_TECHNIQUE.items()},
        )
        for technique in catalogue.techniques.values()
        if technique.page is not None
    }


@dataclass(frozen=True)
class Section:
    """A heading and its content.

    Attributes:
        id: Anchor, the same in every language.
        title: Empty above the first heading.
        html: Ready HTML, with `ds:` links.
        markdown: Markdown behind the HTML, for fenced code.
        quiet: Whether the heading is visually hidden, because what follows names itself.
    """

    id: str
    title: str
    html: str = ""
    markdown: str = ""
    level: int = 2
    quiet: bool = False


def lead_section(intro: str, below: str = "") -> Section:
    return Section("lead", "", f'<p class="ds-lead">{escape(intro)}</p>{below}')


HERO = "hero"


@dataclass(frozen=True)
class Page:
    """A generated page.

    Attributes:
        path: Of the Markdown source, such as `models/deepseek-v3.md`.
        entry: `model:id` or `technique:id` for the edit link.
        hide: Side bars that a wide page does without: `navigation`, `toc`.
        hero: HTML that holds the main heading, where that is more than a title.
        part_of: Path of the page that this one is a part of.
        files: What its script loads, by path, with `ds:` links as from the page.
    """

    path: str
    title: str
    description: str
    sections: Sequence[Section]
    entry: str | None = None
    hide: tuple[str, ...] = ()
    hero: str = ""
    part_of: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def markdown(self) -> str:
        front = [
            "---",
            f"title: {json.dumps(self.title, ensure_ascii=False)}",
            f"description: {json.dumps(self._attribute, ensure_ascii=False)}",
        ]
        front += [f"hide: [{', '.join(self.hide)}]"] if self.hide else []
        front += [f"part_of: {self.part_of}"] if self.part_of else []
        front.append("---")
        parts = ["\n".join(front)]
        parts.append(block_marker(HERO) if self.hero else f"# {self.title}")
        for section in self.sections:
            if section.title:
                quiet = " .ds-hidden" if section.quiet else ""
                parts.append(f"{'#' * section.level} {section.title} {{ #{section.id}{quiet} }}")
            if section.html:
                parts.append(block_marker(section.id))
            if section.markdown:
                parts.append(section.markdown)
        return "\n\n".join(parts) + "\n"

    @property
    def _attribute(self) -> str:
        """The description between double quotes, which themes insert unescaped."""
        return html.escape(self.description, quote=False).replace('"', "&quot;")

    @property
    def blocks(self) -> dict[str, str]:
        hero = {HERO: self.hero} if self.hero else {}
        return hero | {section.id: section.html for section in self.sections if section.html}

    @property
    def anchors(self) -> tuple[str, ...]:
        found = dict.fromkeys(section.id for section in self.sections if section.title)
        found |= dict.fromkeys(id_ for html in self.blocks.values() for id_ in _ID.findall(html))
        return tuple(id_ for id_ in found if not _SOURCE.fullmatch(id_))


def titled_page(words: Words, path: str, key: str, sections: Iterable[Section], hide: tuple[str, ...] = ()) -> Page:
    return Page(path, words(f"page.{key}"), words(f"{key}.description"), tuple(sections), hide=hide)


def fenced_code(text: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
    return f"{fence}\n{text.rstrip()}\n{fence}"


_ID = re.compile(r' id="([^"]+)"')
_SOURCE = re.compile(r"s\d+|.*-title")


def redirect_html(address: str, places: Mapping[str, str]) -> str:
    """Redirects with and without a script; `places` are the addresses of its old anchors."""
    data = f' data-places="{escape(json.dumps(places))}"' if places else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>DS Series</title>'
        f'<meta name="robots" content="noindex"><meta http-equiv="refresh" content="0; url={address}">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<p><a href="{address}"{data}>{address}</a></p><script>{FOLLOW_REDIRECT}</script></html>'
    )


@dataclass(frozen=True)
class Site:
    """The generated site.

    Attributes:
        pages, files: By path; files are styles and scripts.
        downloads: The catalogue as files by path, once for all languages.
        nav: `{title: path}` or `{title: [children]}`.
        beside: Badges in the side list by path.
        redirects: Of former pages, by path.
        places: Parts that hold a page's anchors, by path and anchor.
    """

    pages: Mapping[str, Page]
    files: Mapping[str, str]
    downloads: Mapping[str, bytes] = field(default_factory=dict)
    nav: list[dict[str, object]] = field(default_factory=list)
    beside: Mapping[str, str] = field(default_factory=dict)
    redirects: Mapping[str, Redirect] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


PROBLEM = 5  # minutes, on average: some are done in one, a derivation takes a quarter of an hour
_WORDS_A_MINUTE = 150  # of a text that one means to understand
_CHINESE_A_MINUTE = 260  # characters
_FIGURE, _FORMULA = 1, 2  # minutes each
_FORMULAS = re.compile(r"display=\"block\"|block\('formula-")
_FIGURES = re.compile(rf"<figure\b(?![^>]*{FORMULA})|block\('(?:mechanism|token-path|experiment)")
_TAGS = re.compile(r"<(script|style|svg|math|details)\b.*?</\1>|<[^>]+>|\{\{.*?\}\}", re.S)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][\w.,'’-]*")


def reading_minutes(text: str) -> int:
    """Minutes for a page without its problems, folded parts and sources."""
    prose = _TAGS.sub(" ", text.split('id="sources"')[0])
    reading = len(_WORD.findall(prose)) / _WORDS_A_MINUTE + len(_CHINESE.findall(prose)) / _CHINESE_A_MINUTE
    formulas, figures = len(_FORMULAS.findall(text)), len(_FIGURES.findall(text))
    return max(1, math.ceil(reading + formulas * _FORMULA + figures * _FIGURE))


def title_of(text: str) -> str:
    return str(front_matter(text).data["title"])


class AccessibleTables(Extension):
    """Markdown extension that wraps and names tables."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Runs after inline marks, and before headings get their permanent links."""
        md.treeprocessors.register(_TableProcessor(md), "accessible-tables", 6)


class _TableProcessor(Treeprocessor):
    def run(self, root: Element) -> None:
        heading, tables = "", 0
        inside = {child: (parent, at) for parent in root.iter() for at, child in enumerate(parent)}
        for element in list(root.iter()):
            if element.tag in ("h1", "h2", "h3", "h4"):
                heading, tables = "".join(element.itertext()).strip(), 0
            elif element.tag == "table":
                parent, at = inside[element]  # a fold, or the page
                tables += 1
                parent[at] = _finish_table(element, f"{heading} {tables}" if tables > 1 else heading)


def _finish_table(table: Element, name: str) -> Element:
    heads = ["".join(head.itertext()).strip() for head in table.iterfind("./thead/tr/*")]
    # On a telephone a row is a card, with the words in front of what is marked up in its heads.
    heads = [head.partition("\x02")[0].strip() for head in heads]
    as_cards = len(heads) > 4 and all(heads[1:])
    table.set("class", "ds-table ds-prose" + " ds-cards" * as_cards)
    if as_cards:
        for row in table.iterfind("./tbody/tr"):
            for title, cell in zip(heads[1:], row[1:], strict=False):
                cell.set("data-head", title)
    caption = Element("caption", {"class": "ds-hidden"})
    caption.text = name
    table.insert(0, caption)
    for head in list(table.iterfind("./thead/tr/th")):
        if "".join(head.itertext()).strip():
            head.set("scope", "col")
        else:
            head.tag = "td"  # the corner above the names of the rows says nothing
    # As a list: a cell that became a head would make the next one the first.
    for first in list(table.iterfind("./tbody/tr/td[1]")):
        if "".join(first.itertext()).strip():
            first.tag = "th"
            first.set("scope", "row")
    for cell in table.iter():
        if "right" in cell.attrib.pop("style", ""):  # which the policy of the pages does not allow
            cell.set("class", "n")
    wrapper = Element("div", {"class": "ds-scroll", "role": "region", "tabindex": "0", "aria-label": name})
    wrapper.append(table)
    return wrapper

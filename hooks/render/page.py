"""A page before MkDocs sees it: Markdown with markers, and the ready HTML behind them.

Headings are Markdown, so that the table of contents and the search know them; everything
else is HTML that is put in place after Markdown, which keeps builds fast.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from markupsafe import escape

from catalogue.records import Catalogue

from .assets import FOLLOW_REDIRECT, POLICY
from .page_registry import TECHNIQUE, technique_address


@dataclass(frozen=True)
class Redirect:
    """Where a page that is no more leads.

    Attributes:
        target: Path of the page that took over, `techniques/kernels.md`, with an anchor where that is a section of it:
            `techniques/kernels.md#deepjit`. An anchor of the old page comes along where the target has none.
        places: For anchors of the old page that are elsewhere, the target of each.
    """

    target: str
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """The path of the page that took over, without an anchor."""
        return self.target.partition("#")[0]


REDIRECTS: Mapping[str, Redirect] = {
    "poster.md": Redirect("models/index.md#poster"),
    "infrastructure.md": Redirect("compare/infrastructure.md"),
    "data.md": Redirect("use-and-extend.md"),  # whose folder holds the downloads
    "downloads.md": Redirect("use-and-extend.md"),
    "add-a-model.md": Redirect("use-and-extend.md#add", {"fields": "fields.md#fields", "values": "fields.md#values"}),
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
    """The addresses that techniques would have by themselves where they share a page, each with its section there."""
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
    """A heading and what stands under it.

    Attributes:
        id: Anchor of the heading, the same in every language.
        title: Heading; empty for the part above the first heading.
        html: Ready HTML, with `ds:` links.
        markdown: Markdown behind the HTML, for fenced code.
        quiet: Whether the heading is for the table of contents and readers of the screen alone, because what follows names itself.
    """

    id: str
    title: str
    html: str = ""
    markdown: str = ""
    level: int = 2
    quiet: bool = False


def lead_section(intro: str, below: str = "") -> Section:
    """What a page says first, above the first heading; `below` is ready HTML."""
    return Section("lead", "", f'<p class="ds-lead">{escape(intro)}</p>{below}')


HERO = "hero"


@dataclass(frozen=True)
class Page:
    """A generated page.

    Attributes:
        path: Path of the Markdown source, such as `models/deepseek-v3.md`.
        entry: `model:id` or `technique:id` of the entry that an edit link leads to.
        hide: Side bars that a wide page does without: `navigation`, `toc`.
        hero: Ready HTML on top that holds the main heading, where that is more than a title.
        part_of: Path of the page that this one is a part of.
        files: What the script of the page asks for, by path, with `ds:` links as from the page.
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
        """Front matter, headings and block markers."""
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
        """The description as themes put it, as it is, between double quotes."""
        return html.escape(self.description, quote=False).replace('"', "&quot;")

    @property
    def blocks(self) -> dict[str, str]:
        """HTML by marker id."""
        hero = {HERO: self.hero} if self.hero else {}
        return hero | {section.id: section.html for section in self.sections if section.html}

    @property
    def anchors(self) -> tuple[str, ...]:
        """Places of the page that links lead to, without the numbers of its sources."""
        found = dict.fromkeys(section.id for section in self.sections if section.title)
        found |= dict.fromkeys(id_ for html in self.blocks.values() for id_ in _ID.findall(html))
        return tuple(id_ for id_ in found if not _SOURCE.fullmatch(id_))


def fenced_code(text: str, language: str = "") -> str:
    """Code in Markdown; nothing in it can end the fence."""
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def block_marker(block: str) -> str:
    """The comment that stands in Markdown for a block of HTML."""
    return f"<!-- ds-block: {block} -->"


_ID = re.compile(r' id="([^"]+)"')
_SOURCE = re.compile(r"s\d+|.*-title")


def redirect_html(address: str, places: Mapping[str, str]) -> str:
    """A page that leads to another address, with and without a script; `places` are the addresses of anchors of its own."""
    data = f' data-places="{escape(json.dumps(places))}"' if places else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>DS Series</title>'
        f'<meta name="robots" content="noindex"><meta http-equiv="refresh" content="0; url={address}">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<p><a href="{address}"{data}>{address}</a></p><script>{FOLLOW_REDIRECT}</script></html>'
    )


@dataclass(frozen=True)
class Site:
    """The whole generated site.

    Attributes:
        pages: Generated pages by path.
        files: Styles and scripts by path.
        downloads: The catalogue as files by path, which stand once in the site, for all languages.
        nav: Navigation: `{title: path}` or `{title: [children]}`.
        beside: What stands behind a page in the side list, by path.
        redirects: Where pages lead that are no more, by their path.
        places: Where a place of a page is, if it is on one of its parts: by path and anchor.
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
_FIGURES = re.compile(r"<figure\b(?![^>]*ds-formula)|block\('(?:mechanism|token-path|experiment)")
_TAGS = re.compile(r"<(script|style|svg|math|details)\b.*?</\1>|<[^>]+>|\{\{.*?\}\}", re.S)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][\w.,'’-]*")


def reading_minutes(text: str) -> int:
    """Whole minutes for a page of Markdown or HTML, without its problems. What is folded away and lists of sources do not count."""
    prose = _TAGS.sub(" ", text.split('id="sources"')[0])
    reading = len(_WORD.findall(prose)) / _WORDS_A_MINUTE + len(_CHINESE.findall(prose)) / _CHINESE_A_MINUTE
    formulas, figures = len(_FORMULAS.findall(text)), len(_FIGURES.findall(text))
    return max(1, math.ceil(reading + formulas * _FORMULA + figures * _FIGURE))

"""Every page as plain Markdown, at the path of its source: a copy beside the page, and a project that needs nothing of ours."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from catalogue.plain_text import pages_of

from ..edition import Edition
from ..site import hand_written
from ..words import ENGLISH
from .to_markdown import html_to_markdown

_MARKER = re.compile(r"<!-- ds-block: (\S+) -->")
# HTML in a hand-written page: a block that begins a line, or what a quote was filled in with.
_HTML = re.compile(r"(?ms)^<(p|ul|ol|div|figure|table|details)\b[^>]*>.*?</\1>|<(a|span|time)\b[^>]*>.*?</\2>")
# Around fenced code that is folded on the page, and the end of what stands in columns: a text has neither.
_FOLD = re.compile(r'(?m)^<details\b[^>]*\bmarkdown="1"[^>]*><summary>.*?</summary>\n*|^</(?:details|div)>$')
_LINK = re.compile(r"(?<=\]\()ds:([^)\s]+)")
_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.S)
_DOWNLOADS = "data/"
_relative = lru_cache(maxsize=1 << 14)(posixpath.relpath)


Filled = tuple[str, Mapping[str, str]]  # the Markdown of a hand-written page with its quotes filled in, and its blocks


def filled_pages(edition: Edition, docs: Path) -> dict[str, Filled]:
    """The hand-written pages of an edition, which stand in the folder `docs`, by path."""
    return {path: hand_written(edition.context, text, path) for path, text in pages_of(docs).items()}


def markdown_copies(
    edition: Edition, written: Mapping[str, Filled], without: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """The path and the Markdown of each page of an edition and of those that are `written` by hand."""
    for path, page in edition.site.pages.items():
        if path not in without:
            yield path, _plain_markdown(edition, path, page.markdown, page.blocks)
    for path, (text, blocks) in written.items():
        if path not in without:
            yield path, _plain_markdown(edition, path, text, blocks)


def files_beside_pages(
    edition: Edition, written: Mapping[str, Filled], address: str, without: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """What stands beside the finished pages of an edition at `address`: copies of all but some, and the list of all."""
    yield from markdown_copies(edition, written, without)
    named = {path: (page.title, page.description) for path, page in edition.site.pages.items()}
    named |= {path: _title_and_description(path, text) for path, (text, _) in written.items()}
    yield "llms.txt", llms_txt(edition, named, address)


def _plain_markdown(edition: Edition, path: str, text: str, blocks: Mapping[str, str]) -> str:
    """The Markdown of a page with its HTML turned into Markdown, and links between the copies."""
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
    body = _MARKER.sub(lambda match: html_to_markdown(blocks[match[1]], link), body)
    return head + _LINK.sub(lambda match: link(match[0]), body).rstrip() + "\n"


def _outside_code(text: str, change: Any) -> str:
    """A text with everything changed but its fenced code."""
    parts = re.split(r"(?ms)(^(`{3,}).*?^\2$)", text)
    return "".join(part if part.startswith("```") else change(part) for at, part in enumerate(parts) if at % 3 != 2)


def _title_and_description(path: str, text: str) -> tuple[str, str]:
    """Title and description of a page, from what stands above its Markdown."""
    front = _FRONT.match(text)
    meta = yaml.safe_load(front[1]) if front else {}
    return str(meta.get("title", path)), unescape(str(meta.get("description", "")))


def llms_txt(edition: Edition, known: Mapping[str, tuple[str, str]], address: str) -> str:
    """The list of all pages that language models look for, in the order of the navigation; parts of models last.

    `known` gives the title and the description of each page.
    """
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
    """The paths in a part of the navigation, in order."""
    if isinstance(entry, str):
        yield entry
    for child in entry if isinstance(entry, list) else entry.values() if isinstance(entry, dict) else ():
        yield from _nav_leaves(child)

"""Navigation over generated and hand-written pages: a section for each tab as the pages are declared, and the list at the
side.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from catalogue.records import first_day

from .context import Context
from .links import parts, way
from .page import Page
from .page_registry import HOME, MODEL, PAGES, TECHNIQUE, DeclaredPage, MenuSection


def site_navigation(context: Context, pages: Mapping[str, Page]) -> list[dict[str, object]]:
    """`{title: path}` or `{title: [children]}`, the home page first; a page that was not made is left out."""
    found: list[dict[str, object]] = []
    for section in MenuSection:
        children = [
            item for declared in PAGES if declared.section is section for item in _menu_items(context, declared, pages)
        ]
        if section is HOME.section:
            found.append({context.words(section.value): HOME.path})
        elif children:
            found.append({context.words(section.value): children})
    return found


def year_badges(context: Context) -> dict[str, str]:
    """What stands behind a page in the side list, by its path: the year of a model."""
    return {MODEL.path_of(model.id): first_day(model)[:4] for model in context.catalogue.models.values()}


def _menu_items(context: Context, declared: DeclaredPage, pages: Mapping[str, Page]) -> Iterator[object]:
    """The lines of a declaration in the menu; a hand-written page has its title in its text."""
    if declared.groups is None:
        if not declared.builder:
            yield declared.path
        elif declared.path in pages:
            yield {pages[declared.path].title: declared.path}
        return
    for group in declared.groups(context.catalogue):
        items = [_entry_item(context, declared, id_, pages) for id_ in group.ids]
        if items and group.title:
            yield {context.words(group.title): items}
        else:
            yield from items


def _entry_item(context: Context, declared: DeclaredPage, id_: str, pages: Mapping[str, Page]) -> object:
    path = declared.path_of(id_)
    if not declared.builder:
        return path
    if declared is TECHNIQUE and id_ in context.catalogue.techniques:
        return {context.short_name(context.catalogue.techniques[id_]): path}
    return {pages[path].title: path}


FEW = 40  # pages of a section that is listed on those of others
LONGEST = 120  # pages of a group that is shown whole
_BESIDE = 20  # shown on either side of a page in a longer one


class File(Protocol):
    """Where a page comes from."""

    src_uri: str


class Listed(Protocol):
    """A page as the theme knows it."""

    url: str
    title: Any
    file: File
    meta: Any


@dataclass(frozen=True)
class _Line:
    url: str
    parts: tuple[str, ...]
    text: str


class SideList:
    """Writes the lines; `beside` is what stands behind a page, by its path."""

    def __init__(self, beside: Mapping[str, str]) -> None:
        self._beside = beside
        self._lines: dict[str, _Line] = {}

    def lines(self, items: Sequence[Listed], page: Listed | None, base: str, first: Listed) -> str:
        """The pages of a group for the list on a page; `base` leads to the root where there is none, `first` is that of the section."""
        folder = parts(page.url.rpartition("/")[0]) if page else ()
        here: set[str] = {page.file.src_uri, (page.meta or {}).get("part_of", "")} if page else set()
        near = _pages_nearby(items, here)

        def line(item: Listed, text: str) -> str:
            known = self._line(item)
            href = way(known.url, known.parts, folder) if page else posixpath.join(base, known.url)
            current = ' aria-current="page"' if item.file.src_uri in here else ""
            return f'<li><a href="{href}"{current}>{text}</a></li>'

        found = [line(item, self._line(item).text) for item in near]
        return "\n".join(found if len(near) == len(items) else [*found, line(first, f"{first.title} …")])

    def _line(self, item: Listed) -> _Line:
        path = item.file.src_uri
        if path not in self._lines:
            beside = f" <small>{self._beside[path]}</small>" if path in self._beside else ""
            self._lines[path] = _Line(item.url, parts(item.url), f"{item.title}{beside}")
        return self._lines[path]


def is_short(section: Any) -> bool:
    """Whether a section of the navigation is short enough to be listed on the pages of others."""
    return sum(len(child.children or "1") for child in section.children) < FEW


def _pages_nearby(items: Sequence[Listed], here: set[str]) -> Sequence[Listed]:
    """The pages of a group; of a long one those around the page that one is on."""
    if len(items) <= LONGEST:
        return items
    at = next((at for at, item in enumerate(items) if item.file.src_uri in here), 0)
    return items[max(0, at - _BESIDE) : at + _BESIDE + 1]

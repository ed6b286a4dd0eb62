"""Navigation over generated and hand-written pages: a section for each tab, as the pages are declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalogue.records import first_day

from .context import Context
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

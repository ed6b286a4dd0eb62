"""Links between generated pages, `ds:` links made relative, the menu, and the bar of a long page's parts."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any, Protocol

from markupsafe import Markup

from catalogue.lookup import hyphenated_name
from catalogue.records import Entry, first_day
from catalogue.schema.model import Model
from catalogue.schema.study import Correction

from .context import Context
from .page import Page, Site
from .pages import HOME, MODEL, PAGES, TECHNIQUE, DeclaredPage, MenuSection, technique_address


def model_link(model: Model, place: str = "") -> Markup:
    return _model_link(model.id, place, model.name)


def variant_link(entry: Entry, place: str = "") -> Markup:
    return _model_link(entry.model.id, place, entry.variant.name)


def _model_link(model_id: str, place: str, text: str) -> Markup:
    fragment = f"#{place}" if place else ""
    return Markup('<a href="ds:models/{}.md{}">{}</a>').format(model_id, fragment, text)


def technique_link(context: Context, id_: str, short: bool = False) -> Markup:
    technique = context.catalogue.techniques[id_]
    name = context.short_name(technique) if short else context.words.text(technique.name)
    return Markup('<a href="ds:{}">{}</a>').format(technique_address(technique), name)


def correction_anchor(row: Correction) -> str:
    return hyphenated_name(f"on {row.entry or 'the site'} {row.about.en}")


_LINK = re.compile(r'ds:([^"#?\\]*)(?:#([^"?\\]*))?')  # a query or an anchor may follow
# In front of it: in HTML, and in HTML inside JSON, where quotes are escaped.
_LINKING = ('href="', 'src="', 'href=\\"', 'data-script="')


@dataclass(frozen=True)
class Links:
    """Where link targets are.

    Attributes:
        addresses: Built address by source path, from the root of the edition.
        folder: Of the edition, below the site; downloads stand in the English one's.
    """

    site: Site
    addresses: Callable[[str], str | None]
    folder: str

    def with_relative_addresses(self, html: str, here: str, missing: Callable[[str], str]) -> str:
        """HTML for the page at `here` with relative addresses; `missing` replaces an unknown path."""

        def address(match: re.Match[str]) -> str:
            if not html.endswith(_LINKING, 0, match.start()):
                return match[0]
            path, place = match.groups()
            if path in self.site.downloads:
                return posixpath.relpath(f"/{path}", posixpath.dirname(f"/{self.folder}{here}"))
            path = self._page(path, place)
            target = self.addresses(path)
            return missing(path) if target is None else relative_address(target, here) + (f"#{place}" if place else "")

        return _LINK.sub(address, html)

    def _page(self, path: str, place: str | None) -> str:
        return self.site.places.get(path, {}).get(place or "", path)


@lru_cache(maxsize=1 << 14)
def relative_address(target: str, here: str) -> str:
    """A folder keeps its slash."""
    there, folder = _address_parts(target), _address_parts(here.rpartition("/")[0])
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(there, folder, strict=False)))
    found = "/".join([*[".."] * (len(folder) - same), *there[same:]]) or "."
    return f"{found}/" if target.endswith("/") or not target else found


def _address_parts(address: str) -> list[str]:
    return [part for part in address.split("/") if part not in ("", ".")]


# Fewer parts than this need no bar.
LEAST = 3


def jump_bar(context: Context, parts: Iterable[tuple[str, str, int]], of: str = "") -> str:
    """Links to `(anchor, name, count)`, without counts of 0; empty with little to choose from.

    `of` names the section, on a page with several bars.
    """
    found = list(parts)
    label = context.words("jump.label_of", section=of) if of else context.words("jump.label")
    return context.html("jump.html.jinja", parts=found, label=label) if len(found) >= LEAST else ""


def small_v3_link(context: Context) -> Markup:
    """A line that leads to the small V3; empty where its page is not made."""
    if "deepseek-v3-base" not in context.catalogue.entries:
        return Markup("")
    return Markup('<p class="ds-labs"><a href="ds:small-v3.md">{}</a></p>').format(context.words("small.link"))


def site_navigation(context: Context, pages: Mapping[str, Page]) -> list[dict[str, object]]:
    """`{title: path}` or `{title: [children]}`, the home page first; pages that were not made are left out."""
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
    return {MODEL.path_of(model.id): first_day(model)[:4] for model in context.catalogue.models.values()}


def _menu_items(context: Context, declared: DeclaredPage, pages: Mapping[str, Page]) -> Iterator[object]:
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


class PageFile(Protocol):
    src_uri: str


class ListedPage(Protocol):
    url: str
    title: Any
    file: PageFile
    meta: Any


def side_list_lines(badges: Mapping[str, str], items: Iterable[ListedPage], page: ListedPage | None, base: str) -> str:
    """`base` leads to the root where the list stands on no page."""
    here: set[str] = {page.file.src_uri, (page.meta or {}).get("part_of", "")} if page else set()

    def line(item: ListedPage) -> str:
        path = item.file.src_uri
        href = relative_address(item.url, page.url) if page else posixpath.join(base, item.url)
        current = ' aria-current="page"' if path in here else ""
        badge = f" <small>{badges[path]}</small>" if path in badges else ""
        return f'<li><a href="{href}"{current}>{item.title}{badge}</a></li>'

    return "\n".join(map(line, items))


def is_short(section: Any) -> bool:
    return sum(len(child.children or "1") for child in section.children) < FEW

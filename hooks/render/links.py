"""Links: from one generated page to another, `ds:` links made relative to their page, and the bar that leads to parts of a
long page.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from markupsafe import Markup

from catalogue.lookup import slug
from catalogue.records import Entry
from catalogue.schema.model import Model
from catalogue.schema.study import Correction

from .context import Context
from .page import Site
from .page_registry import technique_address


def model_link(model: Model, place: str = "") -> Markup:
    """The name of a model, as a link to its page or to a place in it."""
    return _model_link(model.id, place, model.name)


def variant_link(entry: Entry, place: str = "") -> Markup:
    """The name of a variant, as a link to the page of its model or to a place in it."""
    return _model_link(entry.model.id, place, entry.variant.name)


def _model_link(model_id: str, place: str, text: str) -> Markup:
    fragment = f"#{place}" if place else ""
    return Markup('<a href="ds:models/{}.md{}">{}</a>').format(model_id, fragment, text)


def technique_link(context: Context, id_: str, short: bool = False) -> Markup:
    """The name of a technique, or what everybody calls it, as a link to its page."""
    technique = context.catalogue.techniques[id_]
    name = context.short_name(technique) if short else context.words.text(technique.name)
    return Markup('<a href="ds:{}">{}</a>').format(technique_address(technique), name)


def correction_anchor(row: Correction) -> str:
    """Where a correction stands on the page of them, the same in each language."""
    return slug(f"on {row.entry or 'the site'} {row.about.en}")


_LINK = re.compile(r'ds:([^"#?\\]*)(?:#([^"?\\]*))?')  # a query or an anchor may follow
_LINKING = (
    'href="',
    'src="',
    'href=\\"',
    'data-script="',
)  # in front of it: in HTML, and in HTML inside JSON, where quotes are escaped


@dataclass(frozen=True)
class Links:
    """Where everything stands that links lead to.

    Attributes:
        addresses: Where the file at each path of a source is, from the root of the edition.
        folder: Of the edition, below the site; downloads stand in that of the English one.
    """

    site: Site
    addresses: Callable[[str], str | None]
    folder: str

    def relative(self, html: str, here: str, missing: Callable[[str], str]) -> str:
        """HTML for the page at `here` with addresses in its links; `missing` says what stands for a path that is none."""

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
        """The page that has a place: one of the parts of a page, or the page itself."""
        return self.site.places.get(path, {}).get(place or "", path)


@lru_cache(maxsize=1 << 14)
def relative_address(target: str, here: str) -> str:
    """The way from one address to another; of a folder with a slash at its end."""
    return way(target, parts(target), parts(here.rpartition("/")[0]))


def way(target: str, there: tuple[str, ...], folder: tuple[str, ...]) -> str:
    """The same for an address and a folder that are taken apart."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(there, folder, strict=False)))
    found = "/".join([*[".."] * (len(folder) - same), *there[same:]]) or "."
    return f"{found}/" if target.endswith("/") or not target else found


def parts(address: str) -> tuple[str, ...]:
    """The folders of an address."""
    return tuple(part for part in address.split("/") if part not in ("", "."))


# Fewer parts than this need no bar.
LEAST = 3


def jump_bar(context: Context, parts: Iterable[tuple[str, str, int]], of: str = "") -> str:
    """Links to `(anchor, name, how many)`; nothing where there is little to choose from. Without a count 0.

    `of` is what the parts are of, where a page has a bar for each of several sections.
    """
    found = list(parts)
    label = context.words("jump.label_of", section=of) if of else context.words("jump.label")
    return context.html("jump.html.jinja", parts=found, label=label) if len(found) >= LEAST else ""

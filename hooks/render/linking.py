"""`ds:` links made relative to the page that they stand on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from .page import Site

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

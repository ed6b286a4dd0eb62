"""One build of an edition: what its pages are made from, and which of them stand from the last one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from render.edition import Edition
from render.exports.linked import linked_data
from render.exports.pages import Filled
from render.linking import Links

from . import Built
from .served import Served, digest

_MARKER = re.compile(r"<!-- ds-block: (\S+) -->")


@dataclass
class Build:
    """One build of an edition.

    Attributes:
        next: The edition to build next.
        filled: Hand-written pages with their quotes filled in, and their blocks, by path.
        pages: Every page by address.
        same: Paths of the pages that stand as they are from the last build.
        fresh: Whether the data was read for it.
    """

    edition: Edition
    next: Edition | None = None
    links: Links = field(init=False)
    filled: dict[str, Filled] = field(default_factory=dict)
    pages: Mapping[str, Built] = field(default_factory=dict)
    served: Served = field(default_factory=Served)
    same: frozenset[str] = frozenset()
    fresh: bool = True

    @property
    def language(self) -> str:
        return self.edition.context.words.language

    @property
    def editions(self) -> dict[str, Edition]:
        """This edition and the next, by language."""
        both = (self.edition, self.next) if self.next else (self.edition,)
        return {edition.context.words.language: edition for edition in both}

    def anew(self) -> Build:
        """The same site, of which no page is made yet; it is not fresh from the data."""
        return Build(self.edition, self.next, fresh=False)

    def source(self, path: str) -> str:
        """The Markdown of a page."""
        page = self.edition.site.pages.get(path)
        return page.markdown if page else self.filled[path][0]

    def blocks(self, path: str) -> Mapping[str, str]:
        """The blocks that stand in the Markdown of a page."""
        page = self.edition.site.pages.get(path)
        return page.blocks if page else self.filled[path][1]

    def content(self, path: str, html: str, here: str, missing: Callable[[str], str]) -> str:
        """The HTML of a page's Markdown with its blocks put in and links that work from its address."""
        blocks = self.blocks(path)
        whole = self.edition.terms.linked(_MARKER.sub(lambda match: blocks[match[1]], html), path)
        return self.links.relative(whole, here, missing)

    def compare(self, last: Served, shared: Iterable[str], edit_uris: Mapping[str, str | None]) -> None:
        """Find the pages that are the same as `last` time; `shared` is what stands on every page."""
        site, terms = self.edition.site, self.edition.terms
        texts = (str(site.nav), str(site.beside), str(terms.owner), *self.pages, *shared)
        pages = {path: digest(self._texts(path, uri or "")) for path, uri in edit_uris.items()}
        self.served = Served(digest(texts), pages, last.gathered)
        self.same = last.same(self.served.shared, pages)

    def _texts(self, path: str, edit_uri: str) -> Iterator[str]:
        """Everything that one page alone is made from."""
        text, blocks = self.source(path), self.blocks(path)
        yield from (text, *blocks.values(), edit_uri)
        yield linked_data(self.edition.context, path, "", tuple(self.edition.site.downloads))
        for block in blocks.values():
            yield from self.links.targets(block)

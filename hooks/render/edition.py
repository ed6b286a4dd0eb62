"""Editions: the whole site in each language, known to be complete before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from catalogue.findings import nearest
from catalogue.load import load as read_catalogue
from catalogue.plain_text import pages_of
from catalogue.records import Catalogue

from . import exports
from .context import Context, context, templates
from .page import Site
from .site import site, site_of
from .sound import hand_written, read
from .terms_in_text import TermsInText
from .words import CHINESE, ENGLISH, Words, load
from .written import PageError, unreadable

FOLDER = {ENGLISH: "", CHINESE: "zh/"}
"""Where an edition stands, below the site."""


class NoSuchEntry(ValueError):
    """An id that no model and no technique has."""


@dataclass(frozen=True)
class Edition:
    """A language with what its pages are made from and the generated ones."""

    context: Context
    site: Site
    partial: bool = False  # the pages of the entries that were changed are new, all others those of the last time

    @cached_property
    def terms(self) -> TermsInText:
        """What links the first use of a term on a page to its definition."""
        return TermsInText(self.context)


def editions(
    catalogue: Catalogue,
    words: Mapping[str, Words],
    docs: Path,
    address: str = "",
    last: Mapping[str, Edition] | None = None,
) -> dict[str, Edition]:
    """Render the generated pages in each language and check what the hand-written ones quote, in `docs/<language>`.

    The downloads are those of the site at `address`, with texts in both languages whichever are built. With the
    `last` editions, they are partial where some entries alone were changed.

    Raises PageError that names every hand-written page with a quote that leads nowhere.
    """
    if found := unreadable(docs):
        raise PageError(found)
    if found := [finding for pages in hand_written(catalogue, words, docs) for finding in pages.problems()]:
        raise PageError(found)
    return _made(catalogue, words, docs, address, last)


def _made(
    catalogue: Catalogue, words: Mapping[str, Words], docs: Path, address: str, last: Mapping[str, Edition] | None
) -> dict[str, Edition]:
    shared = templates()
    contexts = {language: context(catalogue, words[language], shared) for language in words}
    if last and (changed := catalogue.changed_since(next(iter(last.values())).context.catalogue)) is not None:
        return {language: _partial(last[language], ctx, changed) for language, ctx in contexts.items()}
    both = {code: contexts.get(code) or context(catalogue, load(code), shared) for code in (ENGLISH, CHINESE)}
    downloads = exports.export_files(both, address)
    return {
        language: Edition(ctx, site(ctx, downloads, pages_of(docs / language), address and address + FOLDER[language]))
        for language, ctx in contexts.items()
    }


def _partial(last: Edition, ctx: Context, changed: Iterable[str]) -> Edition:
    """The last edition with the pages of some entries made anew."""
    pages, places = dict(last.site.pages), dict(last.site.places)
    for made in (site_of(ctx, id_) for id_ in changed):
        pages |= made.pages
        places |= made.places
    return Edition(ctx, replace(last.site, pages=pages, places=places), partial=True)


def checked(
    root: Path, languages: Iterable[str], address: str, last: Mapping[str, Edition] | None = None
) -> dict[str, Edition]:
    """The editions of the project at `root`, for the site at `address`; what it says is checked in both languages.

    Raises CatalogueError, BrokenWords or PageError with everything that is wrong.
    """
    catalogue, words = read(root)
    return _made(catalogue, {language: words[language] for language in languages}, root / "docs", address, last)


def of_entry(root: Path, languages: Iterable[str], id_: str) -> dict[str, Edition]:
    """The pages of one entry of the project at `root`, and no others: only the data is checked.

    Raises CatalogueError, BrokenWords, or NoSuchEntry.
    """
    catalogue = read_catalogue(root / "data")
    known = (*catalogue.models, *catalogue.techniques)
    if id_ not in known:
        close = nearest(id_, known)
        raise NoSuchEntry(
            f"no model and no technique is called `{id_}`" + (f"; nearest match: {close}" if close else "")
        )
    shared = templates()
    contexts = {language: context(catalogue, load(language), shared) for language in languages}
    return {language: Edition(ctx, site_of(ctx, id_)) for language, ctx in contexts.items()}

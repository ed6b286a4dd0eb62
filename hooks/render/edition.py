"""The project as it is read and checked for a build, and its editions: the whole site in each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from catalogue.findings import nearest_in_quotes
from catalogue.load import load_catalogue as read_catalogue
from catalogue.plain_text import pages_of
from catalogue.records import Catalogue

from . import exports
from .context import Context, load_templates, make_context
from .page import Site
from .site import render_site, site_of
from .terms_in_text import TermsInText
from .words import CHINESE, ENGLISH, Words, load_words

FOLDER = {ENGLISH: "", CHINESE: "zh/"}
"""Where an edition stands, below the site."""


class NoSuchEntry(ValueError):
    """An id that no model and no technique has."""


@dataclass(frozen=True)
class Edition:
    """A language with what its pages are made from and the generated ones."""

    context: Context
    site: Site

    @cached_property
    def terms(self) -> TermsInText:
        """What links the first use of a term on a page to its definition."""
        return TermsInText(self.context)


@dataclass(frozen=True)
class Project:
    """What was read and checked, from which each edition is rendered by itself.

    Attributes:
        docs: Folder of the hand-written pages, in a folder for each language.
        address: Of the site.
        entry: The entry whose pages alone are made; empty for the whole site.
        downloads: The catalogue as files by path, with texts in both languages, whichever are built.
    """

    contexts: Mapping[str, Context]
    docs: Path
    address: str = ""
    entry: str = ""
    downloads: Mapping[str, bytes] = field(default_factory=dict)

    def render_edition(self, language: str) -> Edition:
        """Render the generated pages in a language. Raises BrokenWords."""
        ctx = self.contexts[language]
        if self.entry:
            return Edition(ctx, site_of(ctx, self.entry))
        address = self.address and self.address + FOLDER[language]
        return Edition(ctx, render_site(ctx, self.downloads, pages_of(self.docs / language), address))


def load_entry(root: Path, languages: Iterable[str], id_: str) -> Project:
    """One entry of the project at `root`: only the data is checked.

    Raises CatalogueError, BrokenWords, or NoSuchEntry.
    """
    catalogue = read_catalogue(root / "data")
    known = (*catalogue.models, *catalogue.techniques)
    if id_ not in known:
        close = nearest_in_quotes(id_, known)
        raise NoSuchEntry(
            f"no model and no technique is called `{id_}`" + (f"; nearest match: {close}" if close else "")
        )
    shared = load_templates()
    contexts = {language: make_context(catalogue, load_words(language), shared) for language in languages}
    return Project(contexts, root / "docs", entry=id_)


def make_editions(
    catalogue: Catalogue, words: Mapping[str, Words], docs: Path, address: str = ""
) -> dict[str, Edition]:
    """Render the generated pages in each language beside the hand-written ones in `docs/<language>`, which are checked already."""
    project = make_project(catalogue, words, docs, address)
    return {language: project.render_edition(language) for language in words}


def make_project(catalogue: Catalogue, words: Mapping[str, Words], docs: Path, address: str) -> Project:
    """The project for the site at `address`, from what is read and checked."""
    shared = load_templates()
    known = {code: words.get(code) or load_words(code) for code in (ENGLISH, CHINESE)}
    contexts = {code: make_context(catalogue, known[code], shared) for code in known}
    return Project(contexts, docs, address, downloads=exports.export_files(contexts, address))

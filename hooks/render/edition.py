"""Editions: the whole site in each language, known to be complete before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from catalogue.quote_check import problems
from catalogue.records import Catalogue
from catalogue.unseen import ALLOWED, FIX, unseen_lines

from . import exports
from .context import Context, context, templates
from .page import Site
from .site import BLOCKS, site
from .terms_in_text import TermsInText
from .words import CHINESE, ENGLISH, Words, load


class PageError(ValueError):
    """Hand-written pages that cannot be filled in, each with its reason."""


@dataclass(frozen=True)
class Edition:
    """A language with what its pages are made from and the generated ones."""

    context: Context
    site: Site

    @cached_property
    def terms(self) -> TermsInText:
        """What links the first use of a term on a page to its definition."""
        return TermsInText(self.context)


def editions(catalogue: Catalogue, words: Mapping[str, Words], docs: Path, address: str = "") -> dict[str, Edition]:
    """Render the generated pages in each language and check what the hand-written ones quote, in `docs/<language>`.

    The downloads are those of the site at `address`, with texts in both languages whichever are built.

    Raises PageError that names every hand-written page with a quote that leads nowhere.
    """
    if wrong := unreadable(docs):
        raise PageError("\n".join(wrong))
    shared = templates()
    contexts = {language: context(catalogue, words[language], shared) for language in words}
    if wrong := [message for language in words for message in _problems(contexts[language], docs / language)]:
        raise PageError("\n".join(wrong))
    both = {code: contexts.get(code) or context(catalogue, load(code), shared) for code in (ENGLISH, CHINESE)}
    downloads = exports.files(both, address)
    return {
        language: Edition(ctx, site(ctx, downloads, _texts(docs / language), address))
        for language, ctx in contexts.items()
    }


def _texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.md")}


def unreadable(docs: Path) -> list[str]:
    """What nobody can read in hand-written pages: what is no UTF-8 text, and characters that are not shown."""
    found = []
    for path in sorted(docs.rglob("*.md")):
        name = path.relative_to(docs.parent).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            found.append(f"{name}:{line}: is not UTF-8 text; save the file as UTF-8")
        else:
            found += [f"{name}:{line}: {said}; {ALLOWED}; {FIX}" for line, said in unseen_lines(text)]
    return found


def _problems(ctx: Context, folder: Path) -> Iterator[str]:
    for guide in ctx.catalogue.study.guides:
        if not (folder / "guides" / f"{guide.id}.md").exists():
            yield (
                f"{folder.parent.name}/{folder.name}/guides/{guide.id}.md: is not there; "
                "data/study.yaml lists it; write it, or take it out there"
            )
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder.parent.parent).as_posix()
        for problem in problems(path.read_text(encoding="utf-8"), ctx.lookup, BLOCKS):
            yield f"{name}:{problem.line}: {problem.message}"

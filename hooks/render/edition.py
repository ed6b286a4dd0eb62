"""Editions: the whole site in each language, known to be complete before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from catalogue.findings import nearest
from catalogue.load import load as read_catalogue
from catalogue.quote_check import BLOCK_CALL
from catalogue.quote_check import problems as quotes_that_fail
from catalogue.quotes import VALUE_CALLS, Quote, parse
from catalogue.records import Catalogue
from catalogue.unseen import ALLOWED, FIX, unseen_lines

from . import exports
from .context import Context, context, templates
from .page import Site
from .site import BLOCKS, site, site_of
from .terms_in_text import TermsInText
from .wording_check import problems as forms_not_used
from .words import CHINESE, ENGLISH, BrokenWords, Words, differences, load

FOLDER = {ENGLISH: "", CHINESE: "zh/"}
"""Where an edition stands, below the site."""


class PageError(ValueError):
    """Hand-written pages that cannot be filled in, each with its reason."""


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
    if wrong := unreadable(docs):
        raise PageError("\n".join(wrong))
    contexts = _contexts(catalogue, words, docs)
    if last and (changed := catalogue.changed_since(next(iter(last.values())).context.catalogue)) is not None:
        return {language: _partial(last[language], ctx, changed) for language, ctx in contexts.items()}
    shared = next(iter(contexts.values())).templates
    both = {code: contexts.get(code) or context(catalogue, load(code), shared) for code in (ENGLISH, CHINESE)}
    downloads = exports.files(both, address)
    return {
        language: Edition(ctx, site(ctx, downloads, _texts(docs / language), address and address + FOLDER[language]))
        for language, ctx in contexts.items()
    }


def _contexts(catalogue: Catalogue, words: Mapping[str, Words], docs: Path) -> dict[str, Context]:
    """What the pages of each language are made from. Raises PageError for hand-written ones that quote what is not there."""
    shared = templates()
    contexts = {language: context(catalogue, words[language], shared) for language in words}
    if wrong := [message for language in words for message in _problems(contexts[language], docs / language)]:
        raise PageError("\n".join(wrong))
    return contexts


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
    return editions(catalogue, {language: words[language] for language in languages}, root / "docs", address, last)


def of_entry(root: Path, languages: Iterable[str], id_: str) -> dict[str, Edition]:
    """The pages of one entry of the project at `root`, and no others: only the data is checked.

    Raises CatalogueError, BrokenWords, or PageError where `id_` is no entry.
    """
    catalogue = read_catalogue(root / "data")
    known = (*catalogue.models, *catalogue.techniques)
    if id_ not in known:
        close = nearest(id_, known)
        raise PageError(f"no model and no technique is called `{id_}`" + (f"; nearest match: {close}" if close else ""))
    shared = templates(kept=root)
    contexts = {language: context(catalogue, load(language), shared) for language in languages}
    return {language: Edition(ctx, site_of(ctx, id_)) for language, ctx in contexts.items()}


def sound(root: Path) -> None:
    """Hold the project at `root` to all that is checked before pages are made. Raises as `checked` does."""
    _contexts(*read(root), root / "docs")


def read(root: Path) -> tuple[Catalogue, dict[str, Words]]:
    """The catalogue of the project at `root` and the words of both languages, each checked. Raises as `checked` does."""
    catalogue = read_catalogue(root / "data")
    words = {language: load(language) for language in (ENGLISH, CHINESE)}
    if problems := differences(words[ENGLISH], words[CHINESE]):
        raise BrokenWords("\n".join(problems))
    if problems := unreadable(root / "docs"):
        raise PageError("\n".join(problems))
    if problems := forms_not_used(catalogue, words, root / "docs"):
        raise BrokenWords("\n".join(problems))
    return catalogue, words


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
        text = path.read_text(encoding="utf-8")
        wrong = [f"{name}:{problem.line}: {problem.message}" for problem in quotes_that_fail(text, ctx.lookup, BLOCKS)]
        yield from wrong or (*_without_sources(name, text), *_placed_twice(name, text))


def _without_sources(name: str, text: str) -> Iterator[str]:
    """A page that quotes values, each with a link to its source, and has no list of them to lead to."""
    quotes = [part for part in parse(text) if isinstance(part, Quote)]
    listed = any(quote.name == BLOCK_CALL and quote.arguments == ("sources",) for quote in quotes)
    if not listed and any(quote.name in VALUE_CALLS for quote in quotes):
        last = text.rstrip().count("\n") + 1
        yield f"{name}:{last}: quotes values and lists no sources; put `{{{{ block('sources') }}}}` under the last heading"


def _placed_twice(name: str, text: str) -> Iterator[str]:
    """Figures and lists that a page has more than once; links to what is in them would lead to the first."""
    placed: dict[str, int] = {}
    at = 0
    for part in parse(text):
        said = part.text if isinstance(part, Quote) else part
        line = text.count("\n", 0, at) + 1
        at += len(said)
        if isinstance(part, Quote) and part.name == BLOCK_CALL:
            if first := placed.get(part.text):
                yield f"{name}:{line}: `{part.text}` is placed in line {first} already; take one of the two out"
            placed.setdefault(part.text, line)

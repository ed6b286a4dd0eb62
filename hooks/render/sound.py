"""The project read, and held to all that is checked before pages are made: what every build and `make check` begin with.

Imports nothing that draws, so that `make check` stays quick.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from catalogue import aliases, files, strict_yaml
from catalogue.findings import Finding, nearest
from catalogue.load import load as read_catalogue
from catalogue.lookup import Lookup
from catalogue.records import Catalogue

from .wording_check import problems as forms_not_used
from .words import CHINESE, ENGLISH, BrokenWords, Words, differences, load
from .written import HandWritten, PageError, unreadable


def read(root: Path) -> tuple[Catalogue, dict[str, Words]]:
    """The catalogue of the project at `root` and the words of both languages.

    Raises CatalogueError, BrokenWords or PageError with everything that is wrong, in the pages of both languages too.
    """
    catalogue = read_catalogue(root / "data")
    words = {language: load(language) for language in (ENGLISH, CHINESE)}
    if problems := differences(words[ENGLISH], words[CHINESE]):
        raise BrokenWords("\n".join(problems))
    if found := unreadable(root / "docs"):
        raise PageError(found)
    written = hand_written(catalogue, words, root / "docs")
    found = forms_not_used(catalogue, words, root / "docs")
    found += [finding for pages in written for finding in pages.problems()]
    found += _counterparts(written)
    found += _named_in_data(root / "data", catalogue, written[0].pages)
    if found:
        raise PageError(sorted(set(found)))
    return catalogue, words


def hand_written(catalogue: Catalogue, words: Mapping[str, Words], docs: Path) -> list[HandWritten]:
    """The hand-written pages in each of some languages, from `docs/<language>`."""
    lookup = Lookup(catalogue.models, catalogue.techniques, catalogue.entries, catalogue.gpus)
    return [HandWritten(catalogue, lookup, words[language], docs / language) for language in words]


def _counterparts(written: Iterable[HandWritten]) -> Iterator[Finding]:
    """Pages that one language lacks: the switch between the languages would lead nowhere."""
    every = {path for pages in written for path in pages.texts}
    for pages in written:
        for path in sorted(every - pages.texts.keys() - pages.listed):
            yield pages.finding(
                path, 1, "is not there", "a page stands in every language", fix="write it, or take out the other"
            )


def _named_in_data(data: Path, catalogue: Catalogue, pages: Collection[str]) -> Iterator[Finding]:
    """Pages that the data names by their path and that are not there."""
    yield from aliases.unknown(data, catalogue.aliases, pages)
    for r, route in enumerate(catalogue.study.routes):
        for p, part in enumerate(route.parts):
            for s, step in enumerate(part.steps):
                kind, _, name = step.page.partition(":")
                if kind == "page" and f"{name}.md" not in pages:
                    located = strict_yaml.read(
                        files.texts(data, (files.STUDY,))[files.STUDY], f"{data.name}/{files.STUDY}"
                    )
                    yield located.finding(
                        ("routes", r, "parts", p, "steps", s, "page"),
                        f"`{step.page}`, which is no page",
                        "a page by its path, without `.md`",
                        nearest(name, (path.removesuffix(".md") for path in pages)),
                        "correct the path",
                    )

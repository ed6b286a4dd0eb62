"""Forms that are not used, in the words of the interface and in hand-written pages; exceptions that nothing needs.

The texts of the catalogue have a rule of their own, `no_avoided_form`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from catalogue.records import Catalogue
from catalogue.schema.term import Language
from catalogue.schema.values import Text, walk
from catalogue.wording import FIX, Forms, Use, forms

from .words import Words

TERMS = "data/terms.yaml"


def problems(catalogue: Catalogue, words: Mapping[str, Words], docs: Path) -> list[str]:
    """What is wrong, as messages with file and line; `docs` has a folder for each language."""
    found: list[str] = []
    for language in Language:
        wanted = forms(catalogue.glossary, language)
        needed: set[str] = set()
        for place, text in [*_interface(words[language]), *_pages(docs / language)]:
            found += [_message(place, use) for use in wanted.uses(text)]
            needed.update(wanted.exceptions(text))
        found += _idle(catalogue, wanted, needed)
    return found


def _interface(words: Words) -> Iterator[tuple[str, str]]:
    for key in words:
        yield f"{words.place(key)}: {key}", words(key)


def _pages(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder.parent.parent).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{name}:{number}", line


def _message(place: str, use: Use) -> str:
    return f"{place}: {use.message}; {use.allowed}; {FIX}"


def _idle(catalogue: Catalogue, wanted: Forms, needed: set[str]) -> Iterator[str]:
    """Exceptions that no text of the site has, the catalogue's too."""
    stated = {text: avoided.form for avoided, _ in wanted.rights.values() for text in avoided.but}
    if {text.lower() for text in stated} <= needed:
        return

    def note(value: object, path: object) -> None:
        if isinstance(value, Text):
            needed.update(wanted.exceptions(getattr(value, wanted.language) or ""))

    for record in (*catalogue.models.values(), *catalogue.techniques.values(), catalogue.glossary):
        walk(record, note)
    for text, form in stated.items():
        if text.lower() not in needed:
            yield (
                f"{TERMS}: `{text}` is listed as right although “{form}” is not used; "
                f"no text of the site has it; take it out of `but:`"
            )

"""Forms that are not used, in the words of the interface and in hand-written pages; exceptions that nothing needs.

The texts of the catalogue have a rule of their own, `no_avoided_form`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from catalogue.findings import Finding
from catalogue.plain_text import pages_below
from catalogue.records import Catalogue
from catalogue.schema.term import Language
from catalogue.schema.values import Text, walk_record
from catalogue.wording import FIX, Forms, avoided_forms
from render.words import Words

TERMS = "data/terms.yaml"


def find_avoided_forms(catalogue: Catalogue, words: Mapping[str, Words], docs: Path) -> list[Finding]:
    """What is wrong; `docs` has a folder for each language."""
    found: list[Finding] = []
    for language in Language:
        wanted = avoided_forms(catalogue.glossary, language)
        needed: set[str] = set()
        for file, line, key, text in [*_interface(words[language]), *_pages(docs / language)]:
            found += [Finding(file, line, key, use.message, use.allowed, fix=FIX) for use in wanted.uses(text)]
            needed.update(wanted.exceptions(text))
        found += _idle(catalogue, wanted, needed, docs.parent / TERMS)
    return found


def _interface(words: Words) -> Iterator[tuple[str, int, str, str]]:
    for key in words:
        file, line = words.place(key).rsplit(":", 1)
        yield f"hooks/render/{file}", int(line), key, words(key)


def _pages(folder: Path) -> Iterator[tuple[str, int, str, str]]:
    for path in pages_below(folder):
        name = path.relative_to(folder.parent.parent).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield name, number, "", line


def _idle(catalogue: Catalogue, wanted: Forms, needed: set[str], file: Path) -> Iterator[Finding]:
    """Exceptions that no text of the site has, the catalogue's too."""
    stated = {text: avoided.form for avoided, _ in wanted.rights.values() for text in avoided.but}
    missing = {text.lower() for text in stated} - needed
    if not missing:
        return

    def note(value: object, path: object) -> None:
        if isinstance(value, Text) and (text := getattr(value, wanted.language)):
            lower = text.lower()
            if any(each in lower for each in missing):  # which the pattern alone would take long to say
                needed.update(wanted.exceptions(text))

    for record in (*catalogue.models.values(), *catalogue.techniques.values(), catalogue.glossary):
        walk_record(record, note)
    for text, form in stated.items():
        if text.lower() not in needed:
            yield Finding(
                TERMS,
                file.read_text(encoding="utf-8").partition(text)[0].count("\n") + 1,
                "",
                f"`{text}` is listed as right although “{form}” is not used",
                "no text of the site has it",
                fix="take it out of `but:`",
            )

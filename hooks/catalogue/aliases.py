"""data/aliases.yaml: what people type for a page and the page does not say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from . import files, strict_yaml
from .findings import Finding, nearest
from .located import Located
from .schema.aliases import AliasesFile
from .validate import validate


def read(text: str, file: str) -> tuple[AliasesFile | None, Located, list[Finding]]:
    """What a file says, where each line of it is, and what is wrong with its form."""
    located = strict_yaml.read(text, file)
    record, found = validate(located, AliasesFile) if located.data is not None else (None, [])
    return record, located, [*located.findings, *found]


def unknown(folder: Path, names: Iterable[str], pages: Collection[str]) -> list[Finding]:
    """What is wrong with those of the `names` that are none of `pages`; the file is read again only to say in which line."""
    wrong = [page for page in names if page not in pages]
    if not wrong:
        return []
    located = strict_yaml.read(files.texts(folder, (files.ALIASES,))[files.ALIASES], f"{folder.name}/{files.ALIASES}")
    return [
        located.finding(
            ("aliases", page),
            "no page of the site has this path",
            nearest=nearest(page, pages),
            fix="correct the path, or remove the line",
        )
        for page in wrong
    ]

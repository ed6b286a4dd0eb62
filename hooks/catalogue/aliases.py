"""data/aliases.yaml: what people type for a page and the page does not say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from . import files, strict_yaml
from .findings import CatalogueError, Finding, nearest
from .located import Located
from .schema.aliases import AliasesFile
from .validate import validate


def read(text: str, file: str) -> tuple[AliasesFile | None, Located, list[Finding]]:
    """What a file says, where each line of it is, and what is wrong with its form."""
    located = strict_yaml.read(text, file)
    record, found = validate(located, AliasesFile) if located.data is not None else (None, [])
    return record, located, [*located.findings, *found]


def load(folder: Path, pages: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The other names of pages by path; none where the folder has no such file.

    Raises CatalogueError where the file is broken or names a page that is not one of `pages`.
    """
    text = files.texts(folder, (files.ALIASES,)).get(files.ALIASES)
    if text is None:
        return {}
    record, located, findings = read(text, f"{folder.name}/{files.ALIASES}")
    if record is not None:
        findings += [
            located.finding(
                ("aliases", page),
                "no page of the site has this path",
                nearest=nearest(page, pages),
                fix="correct the path, or remove the line",
            )
            for page in record.aliases
            if page not in pages
        ]
    if findings or record is None:
        raise CatalogueError(findings)
    return record.aliases

"""data/aliases.yaml: what people type for a page and the page does not say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import Field

from . import strict_yaml
from .findings import CatalogueError, nearest
from .schema.values import Record
from .validate import validate

FILE = "aliases.yaml"


class AliasesFile(Record):
    """data/aliases.yaml."""

    aliases: dict[str, tuple[str, ...]] = Field(description="Other names of a page by the path of its source.")


def load(folder: Path, pages: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The other names of pages by path; none where the folder has no such file.

    Raises CatalogueError where the file is broken or names a page that is not one of `pages`.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    located = strict_yaml.read(path.read_text(encoding="utf-8"), f"{folder.name}/{FILE}")
    findings = list(located.findings)
    file = None
    if located.data is not None:
        file, found = validate(located, AliasesFile)
        findings += found
    if file is not None:
        findings += [
            located.finding(
                ("aliases", page),
                "no page of the site has this path",
                nearest=nearest(page, pages),
                fix="correct the path, or remove the line",
            )
            for page in file.aliases
            if page not in pages
        ]
    if findings or file is None:
        raise CatalogueError(findings)
    return file.aliases

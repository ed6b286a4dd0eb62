"""data/aliases.yaml: what people type for a page and the page does not say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from . import files, strict_yaml
from .data_files import ALIASES
from .findings import Finding, nearest_in_quotes


def unknown_pages(folder: Path, names: Iterable[str], pages: Collection[str]) -> list[Finding]:
    """What is wrong with those of the `names` that are none of `pages`; the file is read again only to say in which line."""
    wrong = [page for page in names if page not in pages]
    if not wrong:
        return []
    located = strict_yaml.read_yaml(files.read_texts(folder, (ALIASES,))[ALIASES], f"{folder.name}/{ALIASES}")
    return [
        located.finding(
            ("aliases", page),
            "no page of the site has this path",
            nearest=nearest_in_quotes(page, pages),
            fix="correct the path, or remove the line",
        )
        for page in wrong
    ]

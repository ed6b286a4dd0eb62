"""The whole site as a plain Markdown project: pages, downloads and a configuration that any MkDocs or Zensical builds.

So the content outlives the generator: nothing in it is ours but the words. The Chinese pages stand in `docs/zh/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..edition import Edition
from ..words import ENGLISH
from .pages import filled_pages, markdown_copies

_CONFIG: dict[str, Any] = {
    "site_name": "DS Series",
    "copyright": "Texts and data CC BY 4.0. Not affiliated with DeepSeek.",
    "theme": {"name": "material", "font": False, "features": ["navigation.indexes", "navigation.tabs"]},
    "markdown_extensions": [
        "admonition",
        "attr_list",
        "md_in_html",
        "tables",
        "pymdownx.superfences",
        {"pymdownx.arithmatex": {"generic": True}},
        {"toc": {"permalink": True}},
    ],
}


def project_files(editions: Mapping[str, Edition], docs: Path) -> Iterator[tuple[str, str | bytes]]:
    """Every file of the project by path; `docs` holds the hand-written pages of each language in a folder of its name."""
    nav: list[dict[str, Any]] = []
    for language, edition in editions.items():
        folder = "" if language == ENGLISH else f"{language}/"
        for path, text in markdown_copies(edition, filled_pages(edition, docs / language)):
            yield f"docs/{folder}{path}", text
        listed = [_nav_below(entry, folder) for entry in edition.site.nav]
        nav += listed if not folder else [{editions[ENGLISH].context.words("language.other_name"): listed}]
    for path, content in next(iter(editions.values())).site.downloads.items():
        yield f"docs/{path}", content
    yield "mkdocs.yml", yaml.safe_dump({**_CONFIG, "nav": nav}, allow_unicode=True, sort_keys=False)


def _nav_below(entry: Any, folder: str) -> Any:
    """A part of the navigation with its paths in a folder."""
    if isinstance(entry, str):
        return folder + entry
    if isinstance(entry, list):
        return [_nav_below(child, folder) for child in entry]
    return {title: _nav_below(child, folder) for title, child in entry.items()}


def write_files(project: Iterable[tuple[str, str | bytes]], target: Path) -> None:
    """Write the files of a project, by path, below `target`. Raises OSError."""
    for path, content in project:
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

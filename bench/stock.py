"""The same pages as a project of stock Material, in plain Markdown: what builds of ours are measured against."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "hooks")]

from catalogue.load import load_catalogue  # noqa: E402
from render.exports.markdown import files_beside_pages, filled_pages  # noqa: E402
from render.site import Edition, make_editions  # noqa: E402
from render.words import ENGLISH, load_words  # noqa: E402

ADDRESS = "https://example.org/"
CONFIG: dict[str, Any] = {
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
    nav: list[dict[str, Any]] = []
    for language, edition in editions.items():
        folder = "" if language == ENGLISH else f"{language}/"
        for path, text in files_beside_pages(edition, filled_pages(edition, docs / language), ADDRESS):
            if path.endswith(".md"):
                yield f"docs/{folder}{path}", text
        listed = [nav_below(entry, folder) for entry in edition.site.nav]
        nav += listed if not folder else [{editions[ENGLISH].context.words("language.other_name"): listed}]
    for path, content in next(iter(editions.values())).site.downloads.items():
        yield f"docs/{path}", content
    yield "mkdocs.yml", yaml.safe_dump({**CONFIG, "nav": nav}, allow_unicode=True, sort_keys=False)


def nav_below(entry: Any, folder: str) -> Any:
    if isinstance(entry, str):
        return folder + entry
    if isinstance(entry, list):
        return [nav_below(child, folder) for child in entry]
    return {title: nav_below(child, folder) for title, child in entry.items()}


def write_project(source: Path, target: Path) -> None:
    """The project for the data and pages of `source`, in both languages, below `target`."""
    words = load_words()
    editions = make_editions(load_catalogue(source / "data"), words, source / "docs", ADDRESS)
    for path, content in project_files(editions, source / "docs"):
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

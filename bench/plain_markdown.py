"""The same pages as a stock Material project: Markdown files on disk, tables as Markdown, no hooks."""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from pathlib import Path

import yaml
from bs4.element import Tag
from markdownify import MarkdownConverter

_MARKER = re.compile(r"<!-- ds-block: (\S+) -->")
_DS_LINK = re.compile(r"(?<=[\"(])ds:([^\"#)\s]+)")


def write_plain(project: Path, target: Path) -> None:
    """Write the pages of `project` to `target` as plain Markdown, with a stock configuration."""
    sys.path.insert(0, str(project / "hooks"))
    from catalogue.load import load
    from render import words
    from render.edition import editions
    from render.site import hand_written

    english = editions(load(project / "data"), {"en": words.load("en")}, project / "docs")["en"]
    ctx, rendered = english.context, english.site
    docs = target / "docs"
    for path, page in rendered.pages.items():
        _write(docs, path, page.markdown, page.blocks)
    for file in (project / "docs" / "en").rglob("*.md"):
        path = file.relative_to(project / "docs" / "en").as_posix()
        _write(docs, path, *hand_written(ctx, file.read_text(encoding="utf-8")))
    for path, text in rendered.files.items():
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        (docs / path).write_text(text, encoding="utf-8")
    config = (project / "mkdocs.yml").read_text(encoding="utf-8")
    for key in ("hooks", "watch", "extra", "extra_css", "extra_javascript", "validation"):
        config = re.sub(rf"(?m)^{key}:\n(?:[ ].*\n)+", "", config)
    config = (
        config.replace("docs_dir: docs/en", "docs_dir: docs")
        .replace("  custom_dir: overrides\n", "")
        .replace("  favicon: assets/favicon.svg\n", "")
    )
    (target / "mkdocs.yml").write_text(
        config + yaml.safe_dump({"nav": rendered.nav}, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    shutil.rmtree(target / "site", ignore_errors=True)


def _write(docs: Path, path: str, markdown: str, blocks: object) -> None:
    text = _MARKER.sub(lambda m: _markdown(blocks[m[1]]), markdown)  # type: ignore[index]
    here = posixpath.dirname(path)
    text = _DS_LINK.sub(lambda m: posixpath.relpath(m[1], here or "."), text)
    (docs / path).parent.mkdir(parents=True, exist_ok=True)
    (docs / path).write_text(text, encoding="utf-8")


class _Converter(MarkdownConverter):  # type: ignore[misc]
    """HTML to Markdown; formulas and figures stay as they are, since Markdown has no words for them."""

    def convert_math(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(el)

    def convert_svg(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{el}\n\n"


def _markdown(html: str) -> str:
    """A block as somebody would have written it by hand."""
    return str(_Converter(heading_style="atx", bullets="-").convert(html))

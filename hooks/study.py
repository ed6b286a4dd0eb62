"""The only file that MkDocs loads: each event hands over to `catalogue` and `render`.

MkDocs keeps this module loaded while `mkdocs serve` runs, so every build reads the data
anew in `on_config` and keeps it in `_build` until the next one.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from catalogue.findings import CatalogueError
from catalogue.load import load
from catalogue.lookup import LookupFailure
from catalogue.quotes import QuoteError
from render import words as language_files
from render.context import Context, context
from render.page import Site, search_text
from render.site import hand_written, site

log = get_plugin_logger("study")

_MARKER = re.compile(r"<!-- ds-block: (\S+) -->")
_LINK = re.compile(r'(?<=href=")ds:([^"#]*)')


@dataclass
class Build:
    """One build: what was read, what was rendered, each page's blocks by name, and pages on their way through."""

    context: Context
    site: Site
    blocks: dict[str, Mapping[str, str]] = field(default_factory=dict)
    finished: dict[str, str] = field(default_factory=dict)


_build: Build
_serving = False


def on_startup(command: str, dirty: bool) -> None:
    """Note whether `mkdocs serve` runs, which has to survive a broken catalogue."""
    global _serving
    _serving = command == "serve"


@contextmanager
def records_are_no_garbage() -> Iterator[None]:
    """Spare the garbage collector the records: they live as long as the build, and it would walk them again and again.

    A tenth of the build time. While serving, records of the last build have to go, so nothing is exempted for good.
    """
    gc.disable()
    try:
        yield
    finally:
        if not _serving:
            gc.freeze()
        gc.enable()


@records_are_no_garbage()
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read and check everything before MkDocs empties the output folder."""
    global _build
    try:
        catalogue = load(Path(config.config_file_path).parent / "data")
    except CatalogueError as error:
        if not (_serving and "_build" in globals()):
            raise Abort(error.report()) from None
        log.error("%s\nThe last good site is served until this is mended.", error.report())
        _build = Build(_build.context, _build.site)
    else:
        ctx = context(catalogue, language_files.load(str(config.theme["language"])))
        _build = Build(ctx, site(ctx))
    config.nav = _build.site.nav
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages and downloads."""
    for path, page in _build.site.pages.items():
        file = File.generated(config, path, content=page.markdown)
        file.edit_uri = _edit_uri(page.entry)  # type: ignore[assignment]
        files.append(file)
        _build.blocks[path] = page.blocks
    for path, text in _build.site.files.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in what a hand-written page quotes."""
    path = page.file.src_uri
    if path in _build.site.pages:
        return markdown
    page.file.edit_uri = f"{Path(config.docs_dir).relative_to(Path(config.config_file_path).parent).as_posix()}/{path}"
    page._set_edit_url(config.repo_url, config.edit_uri, config.edit_uri_template)
    try:
        filled, _build.blocks[path] = hand_written(_build.context, markdown)
    except (LookupFailure, QuoteError, KeyError) as error:
        raise Abort(f"{page.file.edit_uri}: {error}") from None
    return filled


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the ready blocks in place; give the search index, which reads the page next, their text alone.

    The index parses every tag in Python, so text without tags is a good part of the build time.
    """
    blocks = _build.blocks.get(page.file.src_uri, {})
    _build.finished[page.file.src_uri] = _linked(_MARKER.sub(lambda match: blocks[match[1]], html), page, files)
    return _MARKER.sub(lambda match: search_text(match[1], blocks[match[1]]), html)


def on_page_context(context: object, page: Page, config: MkDocsConfig, nav: object) -> None:
    """Swap the text that was indexed for the finished page."""
    page.content = _build.finished.pop(page.file.src_uri)


def _linked(html: str, page: Page, files: Files) -> str:
    """Make `ds:` links relative to the page."""
    return _LINK.sub(lambda match: _address(match[1], page, files), html)


def _address(path: str, page: Page, files: Files) -> str:
    target = files.get_file_from_path(path)
    if target is None:
        log.warning("%s links to `%s`, which is not a page of the site", page.file.src_uri, path)
        return path
    return get_relative_url(target.url, page.file.url)


def _edit_uri(entry: str | None) -> str | None:
    """The data file and line of an entry, for the edit link; nothing for pages made of many."""
    if entry is None:
        return None
    name = "models" if entry.startswith("model:") else "techniques"
    return f"data/{name}.yaml#L{_build.context.catalogue.lines[entry]}"


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Give theme templates the words of the interface."""
    env.globals["ds_words"] = _build.context.words

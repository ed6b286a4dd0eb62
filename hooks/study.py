"""The only file that MkDocs loads: each event hands over to `catalogue` and `render`.

MkDocs keeps this module loaded while `mkdocs serve` runs, and both editions share it. So what
belongs to one build is kept in its configuration, under `extra.study`; every build reads the data
anew in `on_config`. Only the last good site outlives a build, and only while serving.

The English build reads and checks for both editions, before MkDocs empties the output folder,
and builds the Chinese one into `zh/` once its own pages are written, with a configuration that
holds what was read.
"""

from __future__ import annotations

import gc
import logging
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Section
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler, get_relative_url

from catalogue import aliases
from catalogue.findings import CatalogueError, nearest
from catalogue.load import load
from finish import Built, finish, sitemap, stage
from finish.compress import compress
from pictures.cards import picture_of
from pictures.write import names as picture_names
from pictures.write import write as write_pictures
from render import words as language_files
from render.assets import early
from render.edition import Edition, PageError, editions, unreadable
from render.exports import pages as markdown_pages
from render.exports import project
from render.exports.linked import linked_data
from render.markdown_tables import AccessibleTables
from render.page import moved
from render.policy import POLICY
from render.site import hand_written
from render.wording_check import problems as forms_not_used
from render.words import CHINESE, ENGLISH, BrokenWords

log = get_plugin_logger("study")

CONFIG = {ENGLISH: "mkdocs.yml", CHINESE: "mkdocs.zh.yml"}
FOLDER = {ENGLISH: "", CHINESE: "zh/"}
_MARKER = re.compile(r"<!-- ds-block: (\S+) -->")
_LINK = re.compile(r'ds:([^"#?\\]*)(?:#([^"?\\]*))?')  # a query or an anchor may follow
# In front of it: in HTML, and in HTML inside JSON, where quotes are escaped; a script that is loaded later.
_LINKING = ('href="', 'src="', 'href=\\"', 'data-script="')
_relative = lru_cache(maxsize=1 << 14)(get_relative_url)


@dataclass
class Build:
    """One build: its edition, other names of pages, each page's blocks by name, hand-written pages as filled in, pages by address, and the edition to build next."""

    edition: Edition
    aliases: Mapping[str, tuple[str, ...]]
    next: Edition | None = None
    blocks: dict[str, Mapping[str, str]] = field(default_factory=dict)
    filled: dict[str, markdown_pages.Filled] = field(default_factory=dict)
    pages: dict[str, Built] = field(default_factory=dict)

    def anew(self) -> Build:
        """The same site, of which no page is made yet."""
        return Build(self.edition, self.aliases, self.next)


_BUILD = "study"
_serving = False
_beside = True  # whether a build stands beside the site until it is whole
_stage: stage.Stage | None = None
_last_good: Build | None = None  # while serving


def _pictures(config: MkDocsConfig) -> bool:
    """Whether pictures for links are drawn; not while serving, where nobody follows a link from outside."""
    return bool(config.extra["pictures"]) and not _serving and bool(config.site_url)


def _build_of(config: MkDocsConfig) -> Build:
    build: Build = config.extra[_BUILD]
    return build


def on_startup(command: str, dirty: bool) -> None:
    """Note whether `mkdocs serve` runs, which has to survive a broken catalogue. Serving has a folder of its own; a dirty build needs the last site."""
    global _serving, _beside
    _serving = command == "serve"
    _beside = not _serving and not dirty


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


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read and check everything before MkDocs empties the output folder."""
    if _BUILD not in config.extra:
        config.extra[_BUILD] = _good(config)
        _begin(config)
        if not _serving and "SITE_URL" not in os.environ:
            log.info(
                "SITE_URL is not set: feeds, site map and canonical links name %s; see “Host it yourself”",
                config.site_url,
            )
    config.nav = _build_of(config).edition.site.nav
    config.markdown_extensions.append(AccessibleTables())  # type: ignore[arg-type]
    return config


def _begin(config: MkDocsConfig) -> None:
    """Build into a folder beside the site. Raises Abort where that cannot be."""
    global _stage
    if not _beside:
        return
    try:
        _stage = stage.begin(Path(config.site_dir))
    except stage.CannotReplace as error:
        raise Abort(str(error)) from None
    config.site_dir = str(_stage.folder)


def _end(config: MkDocsConfig) -> None:
    """Put what was built in place of the site; not where a strict build is to fail. Raises Abort."""
    global _stage
    if _stage is None:
        return
    done, _stage = _stage, None
    config.site_dir = str(done.site)
    counters = [handler for handler in logging.getLogger("mkdocs").handlers if isinstance(handler, CountHandler)]
    if any(counter.get_counts() for counter in counters):
        done.drop()
        return
    try:
        done.put_in_place()
    except stage.CannotReplace as error:
        done.drop()
        raise Abort(str(error)) from None


def on_build_error(error: Exception) -> None:
    """Leave the last site as it is. Raises Abort that says so where the disk is full or a folder cannot be written."""
    global _stage
    site, failed = (_stage.site, _stage) if _stage else (None, None)
    if failed is not None:
        failed.drop()
        _stage = None
    if isinstance(error, OSError) and not _serving:
        kept = f" {site} is as it was before." if site is not None and site.exists() else ""
        what = f" (at {error.filename})" if error.filename else ""
        raise Abort(f"The site cannot be written: {error.strerror or error}{what}.{kept}") from None


def _good(config: MkDocsConfig) -> Build:
    """What is built now; while serving, what was good last where the data is broken. Raises Abort."""
    global _last_good
    try:
        good = _read(config)
    except (CatalogueError, BrokenWords, PageError) as error:
        report = error.report() if isinstance(error, CatalogueError) else str(error)
        if _last_good is None:
            raise Abort(report) from None
        log.error("%s\nThe last good site is served until this is mended.", report)
        return _last_good.anew()
    if _serving:
        _last_good = good.anew()
    return good


def _offline(config: MkDocsConfig) -> bool:
    """Whether the site is to open from a folder, for which Material has a plugin."""
    plugin = config.plugins.get("material/offline")
    return plugin is not None and plugin.config.enabled


@records_are_no_garbage()
def _read(config: MkDocsConfig) -> Build:
    """What is built now and next. Raises CatalogueError, BrokenWords or PageError with everything that is wrong."""
    root = Path(config.config_file_path).parent
    catalogue = load(root / "data")
    words = {language: language_files.load(language) for language in CONFIG}
    if problems := language_files.differences(words[ENGLISH], words[CHINESE]):
        raise BrokenWords("\n".join(problems))
    if problems := unreadable(root / "docs"):
        raise PageError("\n".join(problems))
    if problems := forms_not_used(catalogue, words, root / "docs"):
        raise BrokenWords("\n".join(problems))
    built = editions(
        catalogue, {language: words[language] for language in _built(config)}, root / "docs", config.site_url or ""
    )
    first, *others = built.values()
    docs = Path(config.docs_dir)
    pages = {*first.site.pages, *(path.relative_to(docs).as_posix() for path in docs.rglob("*.md"))}
    return Build(first, aliases.load(root / "data", pages), others[0] if others else None)


def _built(config: MkDocsConfig) -> list[str]:
    """The languages that a configuration builds: the English one those of `extra.editions`, the Chinese one itself."""
    return [CHINESE] if config.theme["language"] == CHINESE else config.extra["editions"]


def on_post_build(config: MkDocsConfig) -> None:
    """Finish the pages, then build the Chinese edition into its folder of the English one."""
    made = _build_of(config)
    site = Path(config.site_dir)
    finish(site, made.pages, made.edition.context, made.aliases, from_disk=_offline(config))
    copies = markdown_pages.beside(made.edition, Path(config.docs_dir), config.site_url or "", made.filled)
    project.write(copies, site)
    if _pictures(config) and made.edition.context.words.language == ENGLISH:
        write_pictures(made.edition.context, site, Path(config.config_file_path).parent / ".pictures")
    if made.next is not None:
        _build_chinese(config, made.next)
    if made.edition.context.words.language == ENGLISH:
        _map(config, made)
        if config.extra.get("compress"):
            compress(Path(config.site_dir))
        _end(config)


def _map(config: MkDocsConfig, made: Build) -> None:
    """Write what search engines ask for, which needs to know the address of the site."""
    if not config.site_url:
        return
    places = made.edition.context.catalogue.places
    sources = {}
    for page in made.pages.values():
        generated = made.edition.site.pages.get(page.source)
        if generated is None:
            sources[page.source] = tuple(f"docs/{language}/{page.source}" for language in CONFIG)
        else:
            sources[page.source] = (places[generated.entry].partition("#")[0],) if generated.entry else ("data/",)
    addresses = {language: config.site_url + FOLDER[language] for language in config.extra["editions"]}
    pages = {url: page.source for url, page in made.pages.items()}
    sitemap.write(Path(config.site_dir), addresses, pages, sources, Path(config.config_file_path).parent)


def _build_chinese(config: MkDocsConfig, edition: Edition) -> None:
    """Build the Chinese edition into its folder of the English one."""
    made = _build_of(config)
    folder = FOLDER[CHINESE]
    chinese = load_config(
        str(Path(config.config_file_path).with_name(CONFIG[CHINESE])),
        site_dir=str(Path(config.site_dir) / folder),
        site_url=config.site_url and config.site_url + folder,
        strict=config.strict,
    )
    chinese.extra[_BUILD] = Build(edition, made.aliases)
    build(chinese)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages and downloads; say where the source of each page is, for its edit link."""
    made = _build_of(config)
    site, places = made.edition.site, made.edition.context.catalogue.places
    for file in files.documentation_pages():
        file.edit_uri = f"docs/{config.theme['language']}/{file.src_uri}"
    for path, page in site.pages.items():
        file = File.generated(config, path, content=page.markdown)
        file.edit_uri = places[page.entry] if page.entry else None
        files.append(file)
        made.blocks[path] = page.blocks
    english = made.edition.context.words.language == ENGLISH
    for path, content in {**site.files, **(site.downloads if english else {})}.items():
        files.append(File.generated(config, path, content=content))
    for path, target in site.redirects.items():
        old = File.generated(config, path, content="")
        now = files.get_file_from_path(target)
        assert now is not None
        files.append(File.generated(config, old.dest_uri, content=moved(get_relative_url(now.url, old.url))))
    if entry := os.environ.get("PREVIEW"):
        _alone(files, entry)
    return files


def _alone(files: Files, entry: str) -> None:
    """Leave out every page but those of one entry, for `make preview`; links to the others lead nowhere. Raises Abort."""
    pages = {file.src_uri: file for file in files.documentation_pages()}
    own = {path for path in pages if f"/{entry}/" in f"/{path.removesuffix('.md')}/"}
    if not own:
        close = nearest(entry, (Path(path).stem for path in pages))
        raise Abort(f"no page is called `{entry}`" + (f"; nearest match: {close}" if close else ""))
    for path in pages.keys() - own:
        pages[path].inclusion = InclusionLevel.EXCLUDED


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """Fill in what a hand-written page quotes."""
    made, path = _build_of(config), page.file.src_uri
    if path in made.edition.site.pages:
        return None
    made.filled[path] = filled, made.blocks[path] = hand_written(made.edition.context, page.file.content_string, path)
    return filled


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the ready blocks in place, and note where the page will stand."""
    made, path = _build_of(config), page.file.src_uri
    made.pages[page.url] = Built(path, page.file.dest_uri)
    blocks = made.blocks.get(path, {})
    html = made.edition.terms.linked(_MARKER.sub(lambda match: blocks[match[1]], html), path)
    return _linked(html, page, files, made.edition)


def _linked(html: str, page: Page, files: Files, edition: Edition) -> str:
    """Make `ds:` links relative to the page. A place of a page may be on one of its parts; downloads stand in the English edition."""
    downloads = edition.site.downloads

    def address(match: re.Match[str]) -> str:
        if not html.endswith(_LINKING, 0, match.start()):
            return match[0]
        path, place = match.groups()
        if path in downloads:
            here = f"/{FOLDER[edition.context.words.language]}{page.file.url}"
            return posixpath.relpath(f"/{path}", posixpath.dirname(here))
        return _address(edition.site.places.get(path, {}).get(place or "", path), place, page, files)

    return _LINK.sub(address, html)


def _address(path: str, place: str | None, page: Page, files: Files) -> str:
    target = files.get_file_from_path(path)
    if target is None:
        log.warning("%s links to `%s`, which is not a page of the site", page.file.src_uri, path)
        return path
    return _relative(target.url, page.file.url) + (f"#{place}" if place else "")


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Give theme templates the words of the interface and the way to the same page of the other edition."""
    edition = _build_of(config).edition
    words = edition.context.words
    root = (config.site_url or "").removesuffix(FOLDER[words.language])
    env.globals["ds_words"] = words
    env.globals["ds_early"] = early()
    env.globals["ds_policy"] = "" if _serving or _offline(config) else POLICY
    downloads = tuple(edition.site.downloads)
    env.globals["ds_linked"] = lambda path: linked_data(edition.context, path, root, downloads)
    env.globals["ds_downloads"] = {ENGLISH: "", CHINESE: "../"}[words.language]
    env.globals["ds_feed"] = {ENGLISH: "releases.atom", CHINESE: "releases.zh.atom"}[words.language]
    env.globals["ds_beside"] = edition.site.beside
    env.globals["ds_report"] = _report(config)
    env.globals["ds_active"] = _active
    env.globals["ds_few"] = _few
    env.globals["ds_editions"] = {language: root + FOLDER[language] for language in config.extra["editions"]}
    if _pictures(config):
        known = picture_names(edition.context)
        env.globals["ds_picture"] = lambda page: root + picture_of(page.file.src_uri, known)
    else:
        env.globals["ds_picture"] = None
    env.globals["ds_other"] = {ENGLISH: FOLDER[CHINESE], CHINESE: "../"}[words.language]


def _report(config: MkDocsConfig) -> str:
    """The form for a wrong fact, where the pages are edited on GitHub; empty elsewhere."""
    repository, edited, _ = (config.edit_uri or "").partition("/edit/")
    hosted = edited and repository.startswith("https://github.com/")
    return f"{repository}/issues/new?template=wrong-fact.yml" if hosted else ""


def _active(section: Section, page: Page | None) -> bool:
    """Whether a page is of a section: listed in it, or below its first page, as the parts of a model are."""
    first = section.children[0]
    below = first.file.src_uri.removesuffix("index.md") if isinstance(first, Page) else ""
    inside = below.endswith("/") and page is not None and page.file.src_uri.startswith(below)
    return section.active or inside


def _few(section: Section) -> bool:
    """Whether a section is short enough to be listed on the pages of others."""
    return sum(len(child.children) if isinstance(child, Section) else 1 for child in section.children) < 40

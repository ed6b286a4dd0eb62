"""The only file that MkDocs loads: each event hands over to `catalogue` and `render`.

MkDocs keeps this module loaded while `mkdocs serve` runs, and both editions share it. So what
belongs to one build is kept in its configuration, under `extra.study`; every build reads the data
anew in `on_config`. Only the last good site outlives a build, and only while serving: pages that are
made from the same text stand as they are.

The English build reads and checks for both editions, before MkDocs empties the output folder,
and builds the Chinese one into `zh/` once its own pages are written, with a configuration that
holds what was read.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from jinja2 import Environment
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils import CountHandler, get_relative_url
from mkdocs.utils.templates import TemplateContext

from catalogue.findings import CatalogueError
from catalogue.load import records_are_no_garbage
from finish import Built, finish, finish_plainly, settings, settle, sitemap, stage
from finish.compress import compress
from finish.made import Build
from finish.served import Again, Aside, Served, is_taken, state_of
from pictures import write as pictures
from pictures.cards import picture_of
from render import theme, words
from render.context import compiled
from render.edition import FOLDER, Edition, NoSuchEntry, checked, of_entry
from render.exports import pages as markdown_pages
from render.exports import project
from render.linking import Links
from render.markdown_tables import AccessibleTables
from render.page import redirect_html
from render.policy import POLICY
from render.site import hand_written
from render.words import CHINESE, ENGLISH, BrokenWords
from render.written import PageError

log = get_plugin_logger("study")

CONFIG = {ENGLISH: "mkdocs.yml", CHINESE: "mkdocs.zh.yml"}


_BUILD = "study"
_serving = False
_beside = True  # whether a build stands beside the site until it is whole
_stage: stage.Stage | None = None
_last_good: Build | None = None  # while serving, as what follows
_served: dict[str, Served] = {}  # by language
_aside: Aside | None = None
_again: Again | None = None


def _pictures(config: MkDocsConfig) -> bool:
    """Whether pictures for links are drawn; not while serving, where nobody follows a link from outside."""
    return bool(config.extra.get("pictures")) and not _serving and bool(config.site_url)


def _build_of(config: MkDocsConfig) -> Build:
    build: Build = config.extra[_BUILD]
    return build


def on_startup(command: str, dirty: bool) -> None:
    """Note whether `mkdocs serve` runs, which has to survive a broken catalogue. Serving has a folder of its own; a dirty build needs the last site."""
    global _serving, _beside
    # An end in order takes temporary folders along.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    _serving = command == "serve"
    _beside = not _serving and not dirty


class Changed(Files):
    """The files of a build, of which some pages are the `same` as last time and not made again."""

    same: frozenset[str] = frozenset()

    def documentation_pages(
        self, *, inclusion: Callable[[InclusionLevel], bool] = InclusionLevel.is_included
    ) -> Sequence[File]:
        """The pages to be made."""
        return [file for file in super().documentation_pages(inclusion=inclusion) if file.src_uri not in self.same]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read and check everything before MkDocs empties the output folder."""
    if _BUILD not in config.extra:
        if _serving and not _served and is_taken(*config.dev_addr):
            raise Abort(f"{config.dev_addr} is taken; choose another one: make serve ADDR=127.0.0.1:8001")
        at = Path(config.config_file_path)
        if said := settings.wrong(at, config.theme["language"], Path(config.docs_dir), config.extra):
            raise Abort(said)
        _begin(config)
        config.extra[_BUILD] = _good(config)
        if not _serving and "SITE_URL" not in os.environ:
            log.info("SITE_URL is not set: feeds and canonical links name %s; see “Host it yourself”", config.site_url)
        if _serving and not _served and len(_languages(config)) < len(config.extra["editions"]):
            log.info("Only the edition of %s is served, which is faster; both: make serve BOTH=true", config.docs_dir)
    config.nav = _build_of(config).edition.site.nav
    if _only():
        config.theme.static_templates = set()  # no page for what is not found, no map of the site
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
    global _stage, _aside
    if _aside is not None:
        _aside.restore()
        _aside = None
    site = _stage.site if _stage else None
    if _stage is not None:
        _stage.drop()
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
    except (CatalogueError, BrokenWords, PageError, NoSuchEntry) as error:
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


def _read(config: MkDocsConfig) -> Build:
    """What is built now and next. Raises CatalogueError, BrokenWords or PageError with everything that is wrong."""
    root = Path(config.config_file_path).parent
    if _again:
        _again.cancel()
    last = _last_good.editions if _again and _last_good and not _last_good.edition.partial else None
    with records_are_no_garbage(for_good=not _serving):
        if _only():
            made = of_entry(root, _built(config), _only())
        else:
            made = checked(root, _built(config), config.site_url or "", last)
    first, *others = made.values()
    return Build(first, others[0] if others else None)


def _only() -> str:
    """The entry whose pages alone are made, for `make preview`."""
    return os.environ.get("PREVIEW", "")


def _languages(config: MkDocsConfig) -> list[str]:
    """The editions that stand side by side; while serving one alone, unless `extra.both` asks for both."""
    both = not _serving or config.extra.get("both")
    return config.extra["editions"] if both else [config.theme["language"]]


def _built(config: MkDocsConfig) -> list[str]:
    """The languages that a configuration builds: the English one all, the Chinese one itself."""
    return [CHINESE] if config.theme["language"] == CHINESE else _languages(config)


def on_pre_build(config: MkDocsConfig) -> None:
    """Put the site aside that MkDocs is to empty while it is served; the Chinese edition stands inside the English one."""
    global _aside
    if _serving and _aside is None:
        _aside = Aside(Path(config.site_dir))


def _take_over(config: MkDocsConfig, made: Build) -> None:
    """Have the pages that stand as they are from the last site, and keep in mind what this one was made from."""
    global _aside
    site = Path(config.site_dir)
    if _aside is None:
        return
    files = {site / name: page.source in made.same for page in made.pages.values() for name in (page.file, page.source)}
    _aside.put_back(site, files, made.edition.partial, FOLDER[CHINESE].strip("/") if made.next else "")
    _served[made.language] = made.served
    if _aside.site == site:
        _aside.drop()
        _aside = None
        if made.edition.partial and made.fresh and _again:
            log.info("What was changed has new pages; the others follow")
            _again.soon()


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., None]) -> LiveReloadServer:
    """Watch for the second build of two: the first makes the pages of a changed entry, the second all that follow from it."""
    global _again
    _again = Again()
    server.watch(str(_again.folder))
    return server


def on_shutdown() -> None:
    """Leave no file behind."""
    if _again:
        _again.drop()


def on_post_build(config: MkDocsConfig) -> None:
    """Finish the pages, then build the Chinese edition into its folder of the English one."""
    made = _build_of(config)
    site = Path(config.site_dir)
    if _only():
        finish_plainly(site)
    elif not made.edition.partial:
        finish(site, made.pages, made.served.gathered, made.edition.context)
    if not _serving and not _only():
        settle(site, made.pages, from_disk=_offline(config))
    if made.edition.partial:
        project.write_files(markdown_pages.markdown_copies(made.edition, made.filled, made.same), site)
    elif not _only():
        project.write_files(
            markdown_pages.files_beside_pages(made.edition, made.filled, config.site_url or "", made.same), site
        )
    if _pictures(config) and pictures.has_localized_cards(made.edition.context):
        kept = Path(config.config_file_path).parent / ".pictures" / FOLDER[made.language]
        pictures.write_cards(made.edition.context, site, kept)
    if made.next is not None:
        _build_chinese(config, made.next)
    _take_over(config, made)
    if made.language == ENGLISH and not made.edition.partial:
        _map(config, made)
    if _stage is not None and site == _stage.folder:  # the build that began it, not one within
        if config.extra.get("compress"):
            compress(site)
        _end(config)


def _map(config: MkDocsConfig, made: Build) -> None:
    """Write what search engines ask for, which needs to know the address of the site."""
    if not config.site_url or _only():
        return
    addresses = {language: config.site_url + FOLDER[language] for language in _languages(config)}
    pages = {url: page.source for url, page in made.pages.items()}
    sitemap.write(Path(config.site_dir), made.edition, pages, addresses, Path(config.config_file_path).parent)


def _build_chinese(config: MkDocsConfig, edition: Edition) -> None:
    """Build the Chinese edition into its folder of the English one."""
    folder = FOLDER[CHINESE]
    chinese = load_config(
        str(Path(config.config_file_path).with_name(CONFIG[CHINESE])),
        site_dir=str(Path(config.site_dir) / folder),
        site_url=config.site_url and config.site_url + folder,
        strict=config.strict,
    )
    chinese.extra[_BUILD] = Build(edition)
    build(chinese)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages and downloads; say where the source of each page is, for its edit link."""
    made = _build_of(config)
    site, places = made.edition.site, made.edition.context.catalogue.places
    for file in files.documentation_pages():
        file.edit_uri = f"docs/{config.theme['language']}/{file.src_uri}"
        if _only():
            file.inclusion = InclusionLevel.EXCLUDED
        else:
            made.filled[file.src_uri] = hand_written(made.edition.context, file.content_string, file.src_uri)
    for path, page in site.pages.items():
        file = File.generated(config, path, content=page.markdown)
        file.edit_uri = places[page.entry] if page.entry else None
        files.append(file)
    for path, content in site.files.items():
        files.append(File.generated(config, path, content=content))
    for path in site.downloads if made.language == ENGLISH else ():
        files.append(File.generated(config, path, abs_src_path=str(site.downloads.file(path))))
    for path, redirect in site.redirects.items():
        old = File.generated(config, path, content="")
        address = partial(_address_from, old, files)
        places = {anchor: address(target) for anchor, target in redirect.places.items()}
        content = redirect_html(address(redirect.target), places)
        files.append(File.generated(config, old.dest_uri, content=content))
    made.links = Links(site, lambda path: getattr(files.get_file_from_path(path), "url", None), FOLDER[made.language])
    return Changed(list(files))


def _address_from(here: File, files: Files, target: str) -> str:
    """The address of a page, with an anchor or without, in a link on the page `here`."""
    path, hash_, anchor = target.partition("#")
    page = files.get_file_from_path(path)
    assert page is not None, target
    return get_relative_url(page.url, here.url) + hash_ + anchor


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Note where the pages will stand, and while serving, which of them need not be made again."""
    made = _build_of(config)
    pages = files.documentation_pages()
    made.pages = {file.url.removeprefix("./"): Built(file.src_uri, file.dest_uri) for file in pages}
    if _serving and isinstance(files, Changed):
        shared = [
            str(Path(config.config_file_path).stat().st_mtime_ns),
            *state_of(Path(config.theme.custom_dir or config.docs_dir), words.FOLDER),
        ]
        last = _served.get(made.language, Served())
        made.compare(last, shared, {file.src_uri: file.edit_uri for file in pages})
        files.same = made.same
    return nav


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """Fill in what a hand-written page quotes."""
    return _build_of(config).source(page.file.src_uri)


def on_page_context(context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation) -> TemplateContext:
    """Put the ready blocks in place."""

    def missing(path: str) -> str:
        if not _only():
            log.warning("%s links to `%s`, which is not a page of the site", page.file.src_uri, path)
        return "#"

    page.content = _build_of(config).content(page.file.src_uri, page.content or "", page.file.url, missing)
    return context


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Gather what is made of all pages; this one is written and forgotten."""
    made = _build_of(config)
    made.served.gathered.page(page.url, output)
    page.content = None
    if page.file.src_uri in made.edition.site.pages:  # the title of another may stand in its Markdown alone
        page.markdown, page.toc = "", TableOfContents([])
    return output


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Give theme templates the words of the interface and the way to the same page of the other edition."""
    edition = _build_of(config).edition
    root = (config.site_url or "").removesuffix(FOLDER[edition.context.words.language])
    policy = "" if _serving or _only() or _offline(config) else POLICY
    env.globals.update(theme.names(edition, root, _languages(config), policy, config.edit_uri or ""))
    env.globals["ds_active"] = _active
    env.bytecode_cache = compiled()
    known = pictures.card_addresses(edition.context) if _pictures(config) else None
    folder = root + (FOLDER[edition.context.words.language] if pictures.has_localized_cards(edition.context) else "")
    env.globals["ds_picture"] = known and (lambda page: folder + picture_of(page.file.src_uri, known))


def _active(section: Section, page: Page | None) -> bool:
    """Whether a page is of a section: listed in it, or below its first page, as the parts of a model are."""
    first = section.children[0]
    below = first.file.src_uri.removesuffix("index.md") if isinstance(first, Page) else ""
    inside = below.endswith("/") and page is not None and page.file.src_uri.startswith(below)
    return section.active or inside

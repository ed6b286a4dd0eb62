"""The only file that MkDocs loads: each event hands over to `catalogue`, `render` and `postbuild`.

The English build reads and checks the project for both editions before MkDocs empties the output folder. The Chinese
edition is built in a process beside it where the system can fork, otherwise after it, and put into `zh/`. What belongs
to one build of an edition is in its configuration, under `extra.study`; what outlives a build, in `session`.
"""

import errno
import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment, TemplateError
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
from checks import PageError, check_pages
from checks.wording import check_texts, read_data
from postbuild import publish
from postbuild.edition_build import EditionBuild, PagePaths, SideProcess, can_fork, config_error
from postbuild.publish import compress_files, embedded_figures, fingerprint_assets
from render.assets import POLICY, UNUSED, sheets_for
from render.context import template_cache
from render.exports.markdown import files_beside_pages, write_files
from render.links import Links
from render.page import AccessibleTables, redirect_html
from render.pages import url_of
from render.site import FOLDER, TAKEN_ALONG, NoSuchEntry, Project, hand_written, load_entry, make_project, theme_values
from render.words import CHINESE, ENGLISH, BrokenWords

log = get_plugin_logger("study")

CONFIG = {ENGLISH: "mkdocs.yml", CHINESE: "mkdocs.zh.yml"}
_BUILD = "study"
_AFTER_IT = "study_after_it"
"""The project, in the configuration of an edition that another one is built after."""


@dataclass
class Session:
    serving: bool = False  # `mkdocs serve` has to survive a broken catalogue
    # Whether a build writes into the folder of the site: served, or dirty, which needs the last site
    in_place: bool = False
    last_good: Project | None = None  # while serving, the project as last read without a mistake
    staged: publish.StagedSite | None = None  # the folder to build into until the site is whole
    chinese: SideProcess | None = None  # the build of the Chinese edition, if it runs in a process


session = Session()


def on_startup(command: str, dirty: bool) -> None:
    # An end in order takes temporary folders along.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    session.serving = command == "serve"
    session.in_place = session.serving or dirty


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    if _BUILD not in config.extra:
        _begin_build(config)
    config.nav = _build_of(config).edition.site.nav
    if _only_entry():
        config.theme.static_templates = set()  # no page for what is not found, no map of the site
    elif config.site_url:  # by which a browser searches the site
        config.theme.static_templates.add("opensearch.xml")
    config.markdown_extensions.append(AccessibleTables())  # type: ignore[arg-type]
    anchor = _build_of(config).edition.context.words("heading.anchor")
    config.mdx_configs["toc"] = {**config.mdx_configs.get("toc", {}), "permalink_title": anchor}
    return config


def _begin_build(config: MkDocsConfig) -> None:
    """Raises Abort with everything that is wrong."""
    first_time = session.last_good is None
    if session.serving and first_time and _is_taken(*config.dev_addr):
        raise Abort(f"{config.dev_addr} is taken; choose another one: make serve ADDR=127.0.0.1:8001")
    file = Path(config.config_file_path)
    if config.theme.name not in ("material", None):
        raise Abort(
            f"{file.name}: theme: found `{config.theme.name}`; `overrides/` extends the templates of `material`"
        )
    given = (config.extra, config.nav, config.markdown_extensions)
    if said := config_error(file, config.theme["language"], Path(config.docs_dir), *given):
        raise Abort(said)
    if not session.in_place:
        _stage_site(config)
    project = _read_project(config)
    _say_what_is_built(config, first_time)
    language, *others = _languages_to_build(config)
    if others and session.chinese is None:
        config.extra[_AFTER_IT] = project
    try:
        config.extra[_BUILD] = EditionBuild(project.render_edition(language))
    except BrokenWords as error:
        raise Abort(str(error)) from None


def _stage_site(config: MkDocsConfig) -> None:
    try:
        session.staged = publish.stage_site(Path(config.site_dir))
    except publish.CannotReplace as error:
        raise Abort(str(error)) from None
    config.site_dir = str(session.staged.folder)


def _read_project(config: MkDocsConfig) -> Project:
    """While serving, the last good project where it is broken. Raises Abort."""
    root = Path(config.config_file_path).parent
    try:
        if entry := _only_entry():
            project = load_entry(root, _languages_to_build(config), entry)
            words = {code: context.words for code, context in project.contexts.items()}
            check_pages(next(iter(project.contexts.values())).catalogue, words, project.docs, f"{entry}.md")
            _begin_chinese(config, project)
        else:
            catalogue, words = read_data(root)
            along = {} if _is_offline(config) else TAKEN_ALONG
            project = make_project(catalogue, words, root / "docs", config.site_url or "", along)
            _begin_chinese(config, project)
            check_texts(root, catalogue, words)
    except (CatalogueError, BrokenWords, PageError, NoSuchEntry) as error:
        report = error.report() if isinstance(error, CatalogueError) else str(error)
        if session.last_good is None:
            raise Abort(report) from None
        log.error("%s\nThe last good site is served until this is mended.", report)
        return session.last_good
    if session.serving:
        session.last_good = project
    return project


def _begin_chinese(config: MkDocsConfig, project: Project) -> None:
    """Where both editions are built and the system can fork.

    The English one checks the texts meanwhile, and ends the other where something is wrong with them.
    """
    if len(_languages_to_build(config)) > 1 and session.staged is not None and can_fork():
        if not _only_entry():
            project.draw_plays()
        folder = session.staged.apart
        session.chinese = SideProcess(partial(_build_chinese_apart, config, project, folder), "mkdocs")


def _say_what_is_built(config: MkDocsConfig, first_time: bool) -> None:
    if not session.serving and "SITE_URL" not in os.environ:
        log.info("SITE_URL is not set: feeds and canonical links name %s; see “Host it yourself”", config.site_url)
    if session.serving and first_time and len(_edition_languages(config)) < len(config.extra["editions"]):
        log.info("Only the edition of %s is served, which is faster; both: make serve BOTH=true", config.docs_dir)


def on_build_error(error: Exception) -> None:
    """Leave the last site as it is. Raises Abort where the disk is full or a folder cannot be written."""
    if session.chinese is not None:
        session.chinese.stop()
        session.chinese = None
    site = session.staged.site if session.staged else None
    if session.staged is not None:
        session.staged.discard()
        session.staged = None
    if isinstance(error, OSError) and not session.serving:
        kept = f" {site} is as it was before." if site is not None and site.exists() else ""
        what = f" (at {error.filename})" if error.filename else ""
        raise Abort(f"The site cannot be written: {error.strerror or error}{what}.{kept}") from None
    if isinstance(error, TemplateError) and not session.serving:
        where = f"{getattr(error, 'filename', None) or 'overrides'}:{getattr(error, 'lineno', 1)}"
        raise Abort(f"{where}: a template cannot be read: {error.message}") from None


def on_files(files: Files, config: MkDocsConfig) -> Files:
    made = _build_of(config)
    site, places = made.edition.site, made.edition.context.catalogue.places
    unused = (*UNUSED, "sitemap.xml", "404.html") if _only_entry() else UNUSED
    for file in [file for file in files if file.src_uri.startswith(unused)]:
        files.remove(file)
    for file in files.documentation_pages():
        file.edit_uri = f"docs/{config.theme['language']}/{file.src_uri}"
        if _only_entry() not in ("", file.src_uri.removesuffix(".md")):
            file.inclusion = InclusionLevel.EXCLUDED
        else:
            made.filled[file.src_uri] = hand_written(made.edition.context, file.content_string, file.src_uri)
    for path, page in site.pages.items():
        file = File.generated(config, path, content=page.markdown)
        file.edit_uri = places[page.entry] if page.entry else None
        files.append(file)
    downloads = site.downloads if made.language == ENGLISH else {}
    generated: dict[str, str | bytes] = {**site.files, **downloads}
    for path, content in generated.items():
        files.append(File.generated(config, path, content=content))
    made.links = Links(site, lambda path: getattr(files.get_file_from_path(path), "url", None), FOLDER[made.language])
    for page in [*site.pages.values()]:
        for path, content in page.files.items():
            linked = made.links.with_relative_addresses(content, url_of(page.path), lambda path: "#")
            files.append(File.generated(config, path, content=linked))
    for path, redirect in site.redirects.items():
        old = File.generated(config, path, content="")
        address = partial(_address_from, old, files)
        anchors = {anchor: address(target) for anchor, target in redirect.places.items()}
        html = redirect_html(address(redirect.target), anchors)
        files.append(File.generated(config, old.dest_uri, content=html))
    return files


def _address_from(here: File, files: Files, target: str) -> str:
    path, hash_, anchor = target.partition("#")
    page = files.get_file_from_path(path)
    assert page is not None, target
    return get_relative_url(page.url, here.url) + hash_ + anchor


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    pages = files.documentation_pages()
    _build_of(config).pages = {file.url.removeprefix("./"): PagePaths(file.src_uri, file.dest_uri) for file in pages}
    return nav


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    return _build_of(config).page_source(page.file.src_uri)


def on_page_context(context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation) -> TemplateContext:
    def missing(path: str) -> str:
        if not _only_entry():
            log.warning("%s links to `%s`, which is not a page of the site", page.file.src_uri, path)
        return "#"

    page.content = _build_of(config).page_content(page.file.src_uri, page.content or "", page.file.url, missing)
    context["ds_sheets"] = sheets_for(page.content)  # type: ignore[typeddict-unknown-key]
    return context


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Collect what the search needs; the page is written and forgotten."""
    made = _build_of(config)
    if not _only_entry():
        made.collect_text(page.url, output)
        if not _is_offline(config):
            beside = Path(page.file.dest_uri).parent
            title = f"{config.site_name}: {page.title}"
            figures = {f"{beside / name}": text for name, text in embedded_figures(output, title)}
            write_files(figures.items(), Path(config.site_dir))
            made.embedded += figures
    page.content = None
    if page.file.src_uri in made.edition.site.pages:  # the title of another may stand in its Markdown alone
        page.markdown, page.toc = "", TableOfContents([])
    return output


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    edition = _build_of(config).edition
    root = (config.site_url or "").removesuffix(FOLDER[edition.context.words.language])
    policy = "" if session.serving or _only_entry() or _is_offline(config) else POLICY
    env.globals.update(theme_values(edition, root, _edition_languages(config), policy, config.edit_uri or ""))
    env.globals.update(ds_active=_is_active, ds_lists_models=_lists_models)
    env.bytecode_cache = template_cache()


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: object) -> LiveReloadServer:
    """Watch what pages are made of beside `data/` and `docs/`; Python stays loaded, so that a change of it takes a restart."""
    made_of = (Path(__file__).parent / "render" / name for name in ("words", "scripts", "styles", "templates"))
    for folder in (*made_of, *filter(None, [config.theme.custom_dir])):
        server.watch(str(folder))
    return server


def on_post_build(config: MkDocsConfig) -> None:
    """Finish the pages of an edition and, with the last one, the site."""
    made, site = _build_of(config), Path(config.site_dir)
    if not _only_entry():
        _finish_edition(config, made, site)
    elif session.serving:
        _redirect_to_entry(made, site)
    _add_chinese(config, site)
    if made.language == ENGLISH and not _only_entry():
        _write_sitemap(config, made)
    if config.extra.get("compress"):
        compress_files(site)
    _publish_site(config)


def _finish_edition(config: MkDocsConfig, made: EditionBuild, site: Path) -> None:
    made.write_search_index(site)
    if not session.serving:
        fingerprint_assets(
            site, (*(page.file for page in made.pages.values()), *made.embedded), from_disk=_is_offline(config)
        )
    copies = files_beside_pages(made.edition, made.filled, config.site_url or "")
    write_files(copies, site)


def _write_sitemap(config: MkDocsConfig, made: EditionBuild) -> None:
    if not config.site_url:
        return
    addresses = {language: config.site_url + FOLDER[language] for language in _edition_languages(config)}
    pages = {url: page.source for url, page in made.pages.items()}
    publish.write_sitemap(Path(config.site_dir), made.edition, pages, addresses, Path(config.config_file_path).parent)


def _add_chinese(config: MkDocsConfig, site: Path) -> None:
    if project := config.extra.get(_AFTER_IT):
        _build_chinese(config, project, site / FOLDER[CHINESE])
    if session.chinese is not None and session.staged is not None:
        session.chinese.wait()
        session.chinese = None
        session.staged.apart.rename(site / FOLDER[CHINESE])


def _build_chinese_apart(config: MkDocsConfig, project: Project, folder: Path) -> None:
    session.staged = None
    _build_chinese(config, project, folder)


def _build_chinese(config: MkDocsConfig, project: Project, folder: Path) -> None:
    """Its warnings count for the English build, which fails by them if it is strict."""
    chinese = load_config(
        str(Path(config.config_file_path).with_name(CONFIG[CHINESE])),
        site_dir=str(folder),
        site_url=config.site_url and config.site_url + FOLDER[CHINESE],
    )
    chinese.extra[_BUILD] = EditionBuild(project.render_edition(CHINESE))
    build(chinese)


def _publish_site(config: MkDocsConfig) -> None:
    """Does nothing where a strict build is to fail. Raises Abort."""
    staged = session.staged
    if staged is None or Path(config.site_dir) != staged.folder:  # an edition within the build that began it
        return
    session.staged = None
    config.site_dir = str(staged.site)
    counters = [handler for handler in logging.getLogger("mkdocs").handlers if isinstance(handler, CountHandler)]
    if any(counter.get_counts() for counter in counters):
        staged.discard()
        return
    try:
        staged.publish()
    except publish.CannotReplace as error:
        staged.discard()
        raise Abort(str(error)) from None


def _redirect_to_entry(made: EditionBuild, site: Path) -> None:
    index = site / "index.html"
    if not index.exists() and made.pages:
        index.write_text(redirect_html(next(iter(made.pages)), {}), encoding="utf-8")


def _build_of(config: MkDocsConfig) -> EditionBuild:
    made: EditionBuild = config.extra[_BUILD]
    return made


def _only_entry() -> str:
    """The entry or hand-written page that alone is made, for `make serve ID=…`."""
    return os.environ.get("PREVIEW", "")


def _edition_languages(config: MkDocsConfig) -> list[str]:
    """Editions side by side; while serving only one, unless `extra.both` asks for both."""
    both = not session.serving or config.extra.get("both")
    return config.extra["editions"] if both else [config.theme["language"]]


def _languages_to_build(config: MkDocsConfig) -> list[str]:
    """Only Chinese where the build begins with the Chinese configuration."""
    return [CHINESE] if config.theme["language"] == CHINESE else _edition_languages(config)


def _is_offline(config: MkDocsConfig) -> bool:
    """Whether the site is to open from a folder, for which Material has a plugin."""
    plugin = config.plugins.get("material/offline")
    return plugin is not None and plugin.config.enabled


def _is_active(section: Section, page: Page | None) -> bool:
    """Whether a page is in a section, or below its first page as parts of a model are."""
    first = section.children[0]
    below = first.file.src_uri.removesuffix("index.md") if isinstance(first, Page) else ""
    inside = below.endswith("/") and page is not None and page.file.src_uri.startswith(below)
    return section.active or inside


def _lists_models(section: Section | Page) -> bool:
    first = section.children[0] if section.children else None
    return isinstance(first, Page) and first.file.src_uri == "models/index.md"


def _is_taken(host: str, port: int) -> bool:
    """Better known before the first build than after it."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False

"""The whole site as text: pages, files and redirects of an edition, and values for the theme's templates."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path, PurePath
from typing import Any

from catalogue.files import read_pages
from catalogue.findings import nearest_in_quotes
from catalogue.load import load_catalogue
from catalogue.records import Catalogue
from catalogue.schema.study import GuideFormula
from catalogue.schema.technique import Formula
from catalogue.text import BLOCK_CALL, Quote, parse_quotes

from . import assets, exports
from .assets import early_script
from .cite import Citations
from .context import Context, load_templates, make_context
from .exports.linked_data import linked_data
from .exports.reference_files import page_citation
from .figures import home
from .figures.architecture import file_of
from .figures.canvas import public_address, svg_file
from .figures.engine import FIGURES
from .figures.home import poster_files
from .figures.token_path import SHOWN, token_path
from .labs import EXPERIMENT_BLOCK, LABS, RUN_BLOCK, RUNS, experiment_card, failed_run, trained_attention
from .links import is_short, side_list_lines, site_navigation, year_badges
from .markup import block_marker
from .page import REDIRECTS, Page, Site, shared_page_redirects, title_of
from .pages import MODEL, PAGES, TECHNIQUE, DeclaredPage, models, sources
from .pages.families import families_table
from .pages.glossary import (
    TermsInText,
    formula_block,
    formulas_by_block,
    symbols_links,
    symbols_table,
    term_definitions,
)
from .pages.small_v3 import sentence_figure
from .pages.study import done_box
from .problems import problems_html, problems_of_page
from .technique_figures import DRAWINGS, lab_listing, mechanism_html, picture_html
from .words import CHINESE, ENGLISH, Words, load_words


def _named_block(
    render: Callable[[Context, str], str], name: str, ctx: Context, citations: Citations, path: str
) -> str:
    return render(ctx, name)


# What a hand-written page can place with `{{ block('…') }}`.
BLOCKS: Mapping[str, Callable[[Context, Citations, str], str]] = {
    "families": lambda ctx, citations, path: families_table(citations),
    "sources": lambda ctx, citations, path: sources.sources_section(citations).html,
    "sentence": lambda ctx, citations, path: sentence_figure(ctx),
    "home-lead": lambda ctx, citations, path: home.home_lead(ctx),
    "hero": lambda ctx, citations, path: home.home_hero(ctx),
    "general-line": lambda ctx, citations, path: home.model_cards(ctx),
    "token-path": lambda ctx, citations, path: token_path(ctx),
    "token-path-v3": lambda ctx, citations, path: token_path(ctx, SHOWN[:1]),
    "map": lambda ctx, citations, path: home.home_map(ctx),
    "sentence-weights": lambda ctx, citations, path: trained_attention(ctx),
    "problems": lambda ctx, citations, path: (
        problems_html(ctx, problems_of_page(ctx, f"guide:{PurePath(path).stem}")) + done_box(ctx, PurePath(path).stem)
    ),
    **{f"mechanism-{name}": partial(_named_block, mechanism_html, name) for name in FIGURES},
    **{f"picture-{name}": partial(_named_block, picture_html, name) for name in DRAWINGS},
    **{f"lab-{name}": partial(_named_block, lab_listing, name) for name in LABS},
    **{f"{RUN_BLOCK}{letter}": partial(_named_block, failed_run, letter) for letter in RUNS},
}


@dataclass(frozen=True)
class BuilderInputs:
    """What builders may need beside the context; the fields are the names in `needs`."""

    downloads: Mapping[str, bytes]
    written: Mapping[str, str]
    pages: Mapping[str, Page]


def render_site(ctx: Context, downloads: Mapping[str, bytes], written: Mapping[str, str], address: str = "") -> Site:
    """`downloads` stand once for all languages; `written` are hand-written pages by path."""
    by_path: dict[str, Page] = {}
    places: dict[str, dict[str, str]] = {}
    moved = {**REDIRECTS, **shared_page_redirects(ctx.catalogue)}
    inputs = BuilderInputs(downloads, written, by_path)
    for declared in sorted(PAGES, key=lambda declared: "pages" in declared.needs):
        for built in build_pages(ctx, declared, inputs):
            places |= _places_on_parts(built)
            if declared is MODEL:
                moved.update(models.part_redirects(built))
            for page in built:
                by_path[page.path] = page
    files = assets.asset_files(term_definitions(ctx)) | _drawing_files(ctx, by_path, address)
    nav, badges = site_navigation(ctx, by_path), year_badges(ctx)
    return Site(by_path, files | poster_files(ctx, address), downloads, nav, badges, moved, places)


def build_pages(ctx: Context, declared: DeclaredPage, inputs: BuilderInputs) -> Iterator[list[Page]]:
    if not declared.builder or not declared.condition(ctx.catalogue):
        return
    builder = builder_of(declared)
    given = [getattr(inputs, name) for name in declared.needs]
    if declared.groups is None:
        yield _as_list(builder(ctx, *given))
    for group in declared.groups(ctx.catalogue) if declared.groups else ():
        for id_ in group.ids:
            yield _as_list(builder(ctx, id_, *given))


def builder_of(declared: DeclaredPage) -> Callable[..., Page | Sequence[Page]]:
    module, _, function = declared.builder.partition(":")
    found: Callable[..., Page | Sequence[Page]] = getattr(import_module(f"render.pages.{module}"), function)
    return found


def _as_list(built: Page | Sequence[Page]) -> list[Page]:
    return [built] if isinstance(built, Page) else list(built)


def pages_of(ctx: Context, id_: str) -> list[list[Page]]:
    """The pages of one model, technique or shared page; none for another id."""
    technique = ctx.catalogue.techniques.get(id_)
    id_ = technique.page or id_ if technique else id_
    techniques = (*ctx.catalogue.techniques, *ctx.catalogue.shared_pages)
    records: Mapping[DeclaredPage, Collection[str]] = {MODEL: ctx.catalogue.models, TECHNIQUE: techniques}
    alone = BuilderInputs({}, {}, {})
    return [
        _as_list(builder_of(declared)(ctx, id_, *(getattr(alone, name) for name in declared.needs)))
        for declared, known in records.items()
        if id_ in known
    ]


def site_of(ctx: Context, id_: str) -> Site:
    built = pages_of(ctx, id_)
    pages = {page.path: page for group in built for page in group}
    return Site(
        pages,
        {**assets.asset_files(), **(_drawing_files(ctx, pages, "") if id_ in ctx.catalogue.models else {})},
        nav=[{page.title: page.path} for page in pages.values() if not page.part_of],
        beside=year_badges(ctx),
        places={path: found for group in built for path, found in _places_on_parts(group).items()},
    )


def _drawing_files(ctx: Context, pages: Mapping[str, Page], address: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in map(ctx.catalogue.flagship, ctx.catalogue.models.values()):
        page = pages.get(f"models/{entry.model.id}.md")
        drawn = page.blocks.get("architecture", "") if entry.architecture is not None and page else ""
        if svg := svg_file(drawn, public_address(f"{address}models/{entry.model.id}/")):
            found[file_of(entry)] = svg
    return found


def _places_on_parts(pages: Sequence[Page]) -> dict[str, dict[str, str]]:
    return {pages[0].path: models.anchor_pages(pages)} if len(pages) > 1 else {}


def hand_written(ctx: Context, text: str, path: str = "") -> tuple[str, dict[str, str]]:
    """Fill in the quotes of a hand-written page; returns its Markdown and its blocks.

    `{{ block('families') }}` places a figure or table, `'sources'` the sources of everything quoted so far,
    `'problems'` the guide's problems, `'experiment-id'` a card, `'formula-id'` a formula, `'symbols'` a link to the
    letters of the formulas so far, or the table of all on a page without formulas.
    """
    citations = Citations(ctx)
    blocks: dict[str, str] = {}
    parts = []
    displayed = ctx.made_once("formulas", lambda: formulas_by_block(ctx.catalogue))
    shown: list[GuideFormula | Formula] = []
    for part in parse_quotes(text):
        if isinstance(part, Quote) and part.name == BLOCK_CALL:
            name = part.arguments[0]
            if name in displayed:
                shown.append(displayed[name])
                blocks[name] = formula_block(citations, len(shown), displayed[name])
            elif name == "symbols":
                subjects = {each.subject for each in shown if isinstance(each, GuideFormula)}
                blocks[name] = symbols_links(ctx, subjects) if path.startswith("guides/") else symbols_table(ctx)
            elif name.startswith(EXPERIMENT_BLOCK):
                experiment = ctx.catalogue.experiment(name.removeprefix(EXPERIMENT_BLOCK))
                blocks[name] = experiment_card(citations, experiment)
            else:
                blocks[name] = BLOCKS[name](ctx, citations, path)
            parts.append(block_marker(name))
        else:
            parts.append(str(citations.resolve_quote(part)) if isinstance(part, Quote) else part)
    return "".join(citations.join_cjk(parts)), blocks


FOLDER = {ENGLISH: "", CHINESE: "zh/"}
"""Where an edition stands, below the site."""


class NoSuchEntry(ValueError):
    """What no model, technique or hand-written page is called."""


@dataclass(frozen=True)
class Edition:
    context: Context
    site: Site

    @cached_property
    def terms(self) -> TermsInText:
        return TermsInText(self.context)


@dataclass(frozen=True)
class Project:
    """The checked project, from which each edition is rendered.

    Attributes:
        docs: Folder with a folder of hand-written pages for each language.
        entry: Id whose pages alone are made, or path of a hand-written page without `.md`; empty for all.
        downloads: Files by path with texts in both languages, whichever are built.
    """

    contexts: Mapping[str, Context]
    docs: Path
    address: str = ""
    entry: str = ""
    downloads: Mapping[str, bytes] = field(default_factory=dict)

    def draw_plays(self) -> None:
        """In all languages, for which one run of a simulation serves."""
        for ctx in self.contexts.values():
            for name, figure in FIGURES.items():
                if figure.technique in ctx.catalogue.techniques:
                    mechanism_html(ctx, name)

    def render_edition(self, language: str) -> Edition:
        ctx = self.contexts[language]
        if self.entry:
            site, written = site_of(ctx, self.entry), self.docs / language / f"{self.entry}.md"
            if not site.pages:
                site.nav.append({title_of(written.read_text(encoding="utf-8")): f"{self.entry}.md"})
            return Edition(ctx, site)
        address = self.address and self.address + FOLDER[language]
        return Edition(ctx, render_site(ctx, self.downloads, read_pages(self.docs / language), address))


def load_entry(root: Path, languages: Sequence[str], id_: str) -> Project:
    """The project as `PREVIEW` names it, with its data checked. Raises CatalogueError, BrokenWords, or NoSuchEntry."""
    catalogue = load_catalogue(root / "data")
    written = set.intersection(*({*read_pages(root / "docs" / code)} for code in languages))
    known = (*catalogue.models, *catalogue.techniques, *sorted(path.removesuffix(".md") for path in written))
    if id_ not in known:
        close = nearest_in_quotes(id_, known)
        nearest = f"; nearest match: {close}" if close else ""
        raise NoSuchEntry(f"no model, technique or hand-written page is called `{id_}`{nearest}")
    shared = load_templates()
    contexts = {code: make_context(catalogue, own, shared) for code, own in load_words().items() if code in languages}
    return Project(contexts, root / "docs", entry=id_)


def make_editions(
    catalogue: Catalogue, words: Mapping[str, Words], docs: Path, address: str = ""
) -> dict[str, Edition]:
    project = make_project(catalogue, words, docs, address)
    return {language: project.render_edition(language) for language in words}


# What a release takes along where it is there, by the folder it goes to; no plain build makes any of it.
TAKEN_ALONG = {"data/": ("book/*", "offline.zip"), "data/releases/": ("releases/*.zip",)}


def make_project(
    catalogue: Catalogue,
    words: Mapping[str, Words],
    docs: Path,
    address: str,
    along: Mapping[str, tuple[str, ...]] = TAKEN_ALONG,
) -> Project:
    shared = load_templates()
    contexts = {code: make_context(catalogue, own, shared) for code, own in {**load_words(), **words}.items()}
    made = {
        folder + path.name: path.read_bytes()
        for folder, patterns in along.items()
        for pattern in patterns
        for path in sorted(docs.parent.glob(pattern))
    }
    return Project(contexts, docs, address, downloads=made | exports.export_files(contexts, address))


def theme_values(edition: Edition, root: str, languages: list[str], policy: str, edit_uri: str) -> Mapping[str, Any]:
    words, downloads = edition.context.words, tuple(edition.site.downloads)
    return {
        "ds_words": words,
        "ds_early": early_script(),
        "ds_policy": policy,
        "ds_linked": lambda path: linked_data(edition.context, path, root, downloads),
        "ds_downloads": {ENGLISH: "", CHINESE: "../"}[words.language],
        "ds_models": edition.context.catalogue.models,
        "ds_feed": {ENGLISH: "releases.atom", CHINESE: "releases.zh.atom"}[words.language],
        "ds_cite": partial(page_citation, edition.context, root + FOLDER[words.language]),
        "ds_few": is_short,
        "ds_lines": partial(side_list_lines, edition.site.beside),
        "ds_report": _report_form(edit_uri),
        "ds_editions": {language: root + FOLDER[language] for language in languages},
        "ds_other": {ENGLISH: FOLDER[CHINESE], CHINESE: "../"}[words.language],
    }


def _report_form(edit_uri: str) -> str:
    """The form for a wrong fact, where pages are edited on GitHub."""
    repository, edited, _ = edit_uri.partition("/edit/")
    hosted = edited and repository.startswith("https://github.com/")
    return f"{repository}/issues/new?template=wrong-fact.yml" if hosted else ""

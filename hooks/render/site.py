"""The whole site as text: the one function that the adapter calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import PurePath

from catalogue.quotes import BLOCK_CALL, Quote, parse_quotes
from catalogue.schema.study import GuideFormula, Subject
from catalogue.schema.technique import Formula

from . import assets
from .cite import Citations
from .context import Context
from .figures import home_hero, home_line, home_map
from .figures.architecture import file_of
from .figures.architecture.export import public_address, svg_file
from .figures.poster import poster_files as poster_files
from .figures.token_path import SHOWN, token_path
from .guide_formulas import formula_block, formulas_by_block, symbols_block
from .lab_files import LABS
from .navigation import site_navigation, year_badges
from .page import Page, Site, block_marker
from .page_registry import MODEL, PAGES, TECHNIQUE, DeclaredPage
from .pages import model, models, sources
from .problems import of_page
from .problems import problems_html as problem_list
from .redirects import REDIRECTS, shared_page_redirects
from .technique_figures import MECHANISMS, PLAYS, lab_listing, mechanism_html
from .terms_in_text import term_definitions
from .trained_attention import trained_attention


def _mechanism_block(name: str, ctx: Context, citations: Citations, path: str) -> str:
    return mechanism_html(ctx, name)


def _lab_block(name: str, ctx: Context, citations: Citations, path: str) -> str:
    return lab_listing(ctx, name)


# What a hand-written page can place with `{{ block('…') }}`.
BLOCKS: Mapping[str, Callable[[Context, Citations, str], str]] = {
    "families": lambda ctx, citations, path: models.families_table(citations),
    "sources": lambda ctx, citations, path: sources.sources(citations).html,
    "hero": lambda ctx, citations, path: home_hero.home_hero(ctx),
    "general-line": lambda ctx, citations, path: home_line.model_cards(ctx),
    "token-path": lambda ctx, citations, path: token_path(ctx),
    "token-path-v3": lambda ctx, citations, path: token_path(ctx, SHOWN[:1]),
    "map": lambda ctx, citations, path: home_map.home_map(ctx),
    "sentence-weights": lambda ctx, citations, path: trained_attention(ctx),
    "problems": lambda ctx, citations, path: problem_list(ctx, of_page(ctx, f"guide:{PurePath(path).stem}")),
    **{f"mechanism-{name}": partial(_mechanism_block, name) for name in (*MECHANISMS, *PLAYS)},
    **{f"lab-{name}": partial(_lab_block, name) for name in LABS},
}


@dataclass(frozen=True)
class BuilderInputs:
    """What builders of pages may need beside the context; the fields are what a declaration names in `needs`."""

    downloads: Mapping[str, bytes]
    written: Mapping[str, str]
    pages: Mapping[str, Page]


def render_site(ctx: Context, downloads: Mapping[str, bytes], written: Mapping[str, str], address: str = "") -> Site:
    """Render every generated page.

    The `downloads` stand once in the site, for all languages; `written` are the texts of the hand-written pages by path,
    and `address` is where this edition will be.
    """
    measured = set[assets.Measure]()
    by_path: dict[str, Page] = {}
    places: dict[str, dict[str, str]] = {}
    moved = {**REDIRECTS, **shared_page_redirects(ctx.catalogue)}
    inputs = BuilderInputs(downloads, written, by_path)
    for declared in sorted(PAGES, key=lambda declared: "pages" in declared.needs):
        for built in build_pages(ctx, declared, inputs):
            places |= _places_on_parts(built)
            if declared is MODEL:
                moved.update(model.redirects(built))
            for page in built:
                measured.update(assets.block_measures(page.blocks))
                by_path[page.path] = page
    return Site(
        by_path,
        {
            **assets.asset_files(measured, term_definitions(ctx)),
            **_drawing_files(ctx, by_path, address),
            **poster_files(ctx, address),
        },
        downloads,
        site_navigation(ctx, by_path),
        year_badges(ctx),
        moved,
        places,
    )


def build_pages(ctx: Context, declared: DeclaredPage, inputs: BuilderInputs) -> Iterator[list[Page]]:
    """The pages of a declaration, each with its parts behind it; none of a page that is written by hand."""
    if not declared.builder or not declared.condition(ctx.catalogue, ctx.lookup):
        return
    builder = builder_of(declared)
    given = [getattr(inputs, name) for name in declared.needs]
    if declared.groups is None:
        yield _as_list(builder(ctx, *given))
    for group in declared.groups(ctx.catalogue) if declared.groups else ():
        for id_ in group.ids:
            yield _as_list(builder(ctx, id_, *given))


def builder_of(declared: DeclaredPage) -> Callable[..., Page | Sequence[Page]]:
    """The function that a declaration names."""
    module, _, function = declared.builder.partition(":")
    found: Callable[..., Page | Sequence[Page]] = getattr(import_module(f"render.pages.{module}"), function)
    return found


def _as_list(built: Page | Sequence[Page]) -> list[Page]:
    return [built] if isinstance(built, Page) else list(built)


def site_of(ctx: Context, id_: str) -> Site:
    """The pages of one model or technique alone, or a page that techniques share; none for another id."""
    technique = ctx.catalogue.techniques.get(id_)
    id_ = technique.page or id_ if technique else id_
    records: Mapping[DeclaredPage, Collection[str]] = {
        MODEL: ctx.catalogue.models,
        TECHNIQUE: (*ctx.catalogue.techniques, *ctx.catalogue.shared_pages),
    }
    built = [_as_list(builder_of(declared)(ctx, id_)) for declared, known in records.items() if id_ in known]
    pages = {page.path: page for group in built for page in group}
    return Site(
        pages,
        {
            **assets.asset_files({m for page in pages.values() for m in assets.block_measures(page.blocks)}),
            **(_drawing_files(ctx, pages, "") if id_ in ctx.catalogue.models else {}),
        },
        nav=[{page.title: page.path} for page in pages.values() if not page.part_of],
        beside=year_badges(ctx),
        places={path: found for group in built for path, found in _places_on_parts(group).items()},
    )


def _drawing_files(ctx: Context, pages: Mapping[str, Page], address: str) -> dict[str, str]:
    """The drawings of the flagships as files of their own, as their pages have them, with the addresses of these."""
    found: dict[str, str] = {}
    for entry in map(ctx.catalogue.flagship, ctx.catalogue.models.values()):
        page = pages.get(f"models/{entry.model.id}.md")
        drawn = page.blocks.get("architecture", "") if entry.architecture is not None and page else ""
        if svg := svg_file(drawn, public_address(f"{address}models/{entry.model.id}/")):
            found[file_of(entry)] = svg
    return found


def _places_on_parts(pages: Sequence[Page]) -> dict[str, dict[str, str]]:
    """Where the anchors are that a page leaves to its parts, by the path of the page."""
    return {pages[0].path: model.places(pages)} if len(pages) > 1 else {}


def hand_written(ctx: Context, text: str, path: str = "") -> tuple[str, dict[str, str]]:
    """Fill in the quotes of a hand-written page; give its Markdown and the blocks in it.

    Beside the quotes of catalogue texts, `{{ block('families') }}` places a figure or table,
    `{{ block('sources') }}` the list of sources of everything quoted so far, `{{ block('problems') }}` the problems
    of the guide at `path`, `{{ block('formula-id') }}` a formula, and `{{ block('symbols') }}` the letters of the formulas
    so far, or all on a page without a formula.
    """
    citations = Citations(ctx)
    blocks: dict[str, str] = {}
    parts = []
    displayed = ctx.once("formulas", lambda: formulas_by_block(ctx.catalogue))
    shown: list[GuideFormula | Formula] = []
    for part in parse_quotes(text):
        if isinstance(part, Quote) and part.name == BLOCK_CALL:
            name = part.arguments[0]
            if name in displayed:
                shown.append(displayed[name])
                blocks[name] = formula_block(citations, len(shown), displayed[name])
            elif name == "symbols":
                subjects = {each.subject for each in shown if isinstance(each, GuideFormula)}
                blocks[name] = symbols_block(ctx, subjects or set(Subject))
            else:
                blocks[name] = BLOCKS[name](ctx, citations, path)
            parts.append(block_marker(name))
        else:
            parts.append(str(citations.quote(part)) if isinstance(part, Quote) else part)
    return "".join(citations.closed_up(parts)), blocks

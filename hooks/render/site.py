"""The whole site as text: the one function that the adapter calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import PurePath

from catalogue.quotes import BLOCK_CALL, Quote, parse

from . import assets
from .cite import Citations
from .context import Context
from .figures import home_hero, home_line, home_map
from .figures.architecture import file_of
from .figures.architecture.export import said, svg_file
from .figures.poster import files as poster_files
from .mechanisms import MECHANISMS, PLAYS, mechanism
from .navigation import beside, navigation
from .page import Page, Site, marker
from .pages import (
    add,
    api_names,
    code,
    compare,
    compare_models,
    corrections,
    coverage,
    data,
    glossary,
    model,
    models,
    poster,
    problems,
    reading,
    references,
    sources,
    start,
    technique_matrix,
    techniques,
    timeline,
    tools_memory,
    tools_training,
    trends,
    trust,
)
from .problems import html as problem_list
from .problems import of_page
from .redirects import REDIRECTS
from .shelf import Shelf
from .terms_in_text import definitions


def _mechanism(name: str, ctx: Context, citations: Citations, path: str) -> str:
    return mechanism(ctx, name)


# What a hand-written page can place with `{{ block('…') }}`.
BLOCKS: Mapping[str, Callable[[Context, Citations, str], str]] = {
    "families": lambda ctx, citations, path: models.families_table(citations),
    "sources": lambda ctx, citations, path: sources.sources(citations).html,
    "hero": lambda ctx, citations, path: home_hero.figure(ctx),
    "general-line": lambda ctx, citations, path: home_line.cards(ctx),
    "map": lambda ctx, citations, path: home_map.figure(ctx),
    "problems": lambda ctx, citations, path: problem_list(ctx, of_page(ctx, f"guide:{PurePath(path).stem}")),
    **{f"mechanism-{name}": partial(_mechanism, name) for name in (*MECHANISMS, *PLAYS)},
}


def site(ctx: Context, downloads: Shelf, written: Mapping[str, str], address: str = "") -> Site:
    """Render every generated page.

    The `downloads` stand once in the site, for all languages; `written` are the texts of the hand-written pages by path,
    and `address` is where this edition will be.
    """
    catalogue = ctx.catalogue
    put, measured = Shelf(), set[assets.Measure]()

    def kept(page: Page) -> Page:
        measured.update(assets.measures(page.blocks))
        return page.put_away(put)

    families = [[kept(page) for page in model.pages(ctx, entry)] for entry in catalogue.models.values()]
    first = map(kept, (models.index(ctx), poster.page(ctx)))
    others = map(kept, _others(ctx, downloads))
    by_path = {page.path: page for page in chain(first, *families, others)}
    for page in map(kept, _about_others(ctx, by_path, written)):
        by_path[page.path] = page
    return Site(
        by_path,
        {
            **assets.files(measured, definitions(ctx)),
            **_drawings(ctx, by_path, address),
            **poster_files(ctx, address),
        },
        downloads,
        navigation(ctx, by_path),
        beside(ctx),
        REDIRECTS,
        _places(families),
    )


def _others(ctx: Context, downloads: Shelf) -> Iterator[Page]:
    """The pages behind those of the models, one after the other."""
    yield from timeline.pages(ctx)
    yield trends.page(ctx)
    yield compare_models.page(ctx)
    yield from compare.pages(ctx)
    yield techniques.index(ctx)
    yield technique_matrix.page(ctx)
    yield from (techniques.page(ctx, entry) for entry in ctx.catalogue.techniques.values())
    yield from (page for page in (tools_memory.page(ctx), tools_training.page(ctx)) if page is not None)
    yield references.page(ctx)
    yield api_names.page(ctx)
    yield glossary.page(ctx)
    yield coverage.page(ctx)
    yield data.page(ctx, downloads)
    if ctx.catalogue.slips:
        yield trust.page(ctx)
    yield corrections.page(ctx)
    yield reading.page(ctx)
    yield add.page(ctx)


def _about_others(ctx: Context, pages: Mapping[str, Page], written: Mapping[str, str]) -> Iterator[Page]:
    """Pages that lead through other ones."""
    if ctx.catalogue.study.routes:
        yield start.page(ctx, pages, written)
    if ctx.catalogue.problems:
        yield problems.page(ctx, written)
    if ctx.catalogue.study.code:
        yield code.page(ctx)


def site_of(ctx: Context, id_: str) -> Site:
    """The pages of one model or technique alone; none for another id."""
    model_, technique = ctx.catalogue.models.get(id_), ctx.catalogue.techniques.get(id_)
    family = model.pages(ctx, model_) if model_ else []
    pages = {page.path: page for page in (*family, *([techniques.page(ctx, technique)] if technique else []))}
    return Site(
        pages,
        {
            **assets.files({m for page in pages.values() for m in assets.measures(page.blocks)}),
            **(_drawings(ctx, pages, "") if model_ else {}),
        },
        nav=[{page.title: page.path} for page in pages.values() if not page.part_of],
        beside=beside(ctx),
        places=_places([family]) if family else {},
    )


def _drawings(ctx: Context, pages: Mapping[str, Page], address: str) -> dict[str, str]:
    """The drawings of the flagships as files of their own, as their pages have them, with the addresses of these."""
    found: dict[str, str] = {}
    for entry in map(ctx.catalogue.flagship, ctx.catalogue.models.values()):
        page = pages.get(f"models/{entry.model.id}.md")
        drawn = page.blocks.get("architecture", "") if entry.architecture is not None and page else ""
        if svg := svg_file(drawn, said(f"{address}models/{entry.model.id}/")):
            found[file_of(entry)] = svg
    return found


def _places(families: Sequence[Sequence[Page]]) -> dict[str, dict[str, str]]:
    """Where the places of a model are that its overview does not have."""
    return {family[0].path: model.places(family) for family in families if len(family) > 1}


def hand_written(ctx: Context, text: str, path: str = "") -> tuple[str, dict[str, str]]:
    """Fill in the quotes of a hand-written page; give its Markdown and the blocks in it.

    Beside the quotes of catalogue texts, `{{ block('families') }}` places a figure or table,
    `{{ block('sources') }}` the list of sources of everything quoted so far, and `{{ block('problems') }}` the problems
    of the guide at `path`.
    """
    citations = Citations(ctx)
    blocks: dict[str, str] = {}
    parts = []
    for part in parse(text):
        if isinstance(part, Quote) and part.name == BLOCK_CALL:
            name = part.arguments[0]
            blocks[name] = BLOCKS[name](ctx, citations, path)
            parts.append(marker(name))
        else:
            parts.append(str(citations.quote(part)) if isinstance(part, Quote) else part)
    return "".join(citations.closed_up(parts)), blocks

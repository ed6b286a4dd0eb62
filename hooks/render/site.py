"""The whole site as text: the one function that the adapter calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from catalogue.quote_check import BLOCK_CALL
from catalogue.quotes import Quote, parse
from catalogue.records import by_date
from catalogue.schema.model import Track
from catalogue.schema.technique import TechniqueKind

from . import assets
from .cite import Citations
from .context import Context
from .figures.timeline import figure as timeline_figure
from .page import Page, Site, marker
from .pages import (
    add,
    api_names,
    compare,
    compare_models,
    coverage,
    data,
    glossary,
    infrastructure,
    model,
    models,
    references,
    sources,
    technique_matrix,
    techniques,
    timeline,
    tools_memory,
    tools_training,
    trends,
    trust,
)

TOOLS = (tools_memory.PATH, tools_training.PATH)
GUIDES = ("guides/framework.md", "guides/alignment.md")

# What a hand-written page can place with `{{ block('…') }}`.
BLOCKS: Mapping[str, Callable[[Context, Citations], str]] = {
    "families": lambda ctx, citations: models.families_table(citations),
    "sources": lambda ctx, citations: sources.sources(citations).html,
    "timeline": lambda ctx, citations: timeline_figure(ctx),
}


def site(ctx: Context, files: Mapping[str, str]) -> Site:
    """Render every generated page; `files` are the downloads, which are the same in each language."""
    catalogue = ctx.catalogue
    pages = [
        models.index(ctx),
        *(model.page(ctx, entry) for entry in catalogue.models.values()),
        timeline.page(ctx),
        trends.page(ctx),
        compare_models.page(ctx),
        *compare.pages(ctx),
        techniques.index(ctx),
        technique_matrix.page(ctx),
        *(techniques.page(ctx, entry) for entry in catalogue.techniques.values()),
        infrastructure.page(ctx),
        *(page for page in (tools_memory.page(ctx), tools_training.page(ctx)) if page is not None),
        references.page(ctx),
        api_names.page(ctx),
        glossary.page(ctx),
        coverage.page(ctx),
        data.page(ctx, files),
        *([trust.page(ctx)] if catalogue.slips else []),
        add.page(ctx),
    ]
    by_path = {page.path: page for page in pages}
    return Site(by_path, {**files, **assets.files()}, _nav(ctx, by_path))


def hand_written(ctx: Context, text: str) -> tuple[str, dict[str, str]]:
    """Fill in the quotes of a hand-written page; give its Markdown and the blocks in it.

    Beside the quotes of catalogue texts, `{{ block('families') }}` places a figure or table,
    and `{{ block('sources') }}` the list of sources of everything quoted so far.
    """
    citations = Citations(ctx)
    blocks: dict[str, str] = {}
    parts = []
    for part in parse(text):
        if isinstance(part, Quote) and part.name == BLOCK_CALL:
            name = part.arguments[0]
            blocks[name] = BLOCKS[name](ctx, citations)
            parts.append(marker(name))
        else:
            parts.append(str(citations.quote(part)) if isinstance(part, Quote) else part)
    return "".join(parts), blocks


def _nav(ctx: Context, pages: dict[str, Page]) -> list[dict[str, object]]:
    """Navigation over generated and hand-written pages."""
    words, catalogue = ctx.words, ctx.catalogue
    models = by_date(catalogue.models.values())
    tracks: list[object] = [
        {words(f"track.{track.value}"): [{m.name: f"models/{m.id}.md"} for m in models if m.track is track]}
        for track in Track
        if any(m.track is track for m in models)
    ]
    shelves: list[object] = [
        {
            words(f"kind.{kind.name.lower()}"): [
                {ctx.short_name(t): f"techniques/{t.id}.md"} for t in catalogue.techniques.values() if t.kind is kind
            ]
        }
        for kind in TechniqueKind
        if any(t.kind is kind for t in catalogue.techniques.values())
    ]
    known = [path for path in TOOLS if path in pages]
    tools: list[dict[str, object]] = [{words("nav.tools"): _titled(pages, known)}] if known else []
    return [
        {words("nav.home"): "index.md"},
        {words("page.models"): ["models/index.md", *tracks]},
        {words("page.timeline"): "timeline.md"},
        {words("page.trends"): "trends.md"},
        {
            words("page.compare"): [
                "compare/index.md",
                *_titled(pages, [compare_models.PATH, *(f"compare/{theme}.md" for theme in compare.THEMES)]),
            ]
        },
        {words("page.techniques"): ["techniques/index.md", *_titled(pages, ["techniques/matrix.md"]), *shelves]},
        {words("page.infrastructure"): "infrastructure.md"},
        *tools,
        {words("nav.guides"): list(GUIDES)},
        {
            words("nav.about"): [
                "how-we-count.md",
                *(["trust.md"] if catalogue.slips else []),
                "beginnings.md",
                "references.md",
                "api-names.md",
                "glossary.md",
                "coverage.md",
                "downloads.md",
                "add-a-model.md",
            ]
        },
    ]


def _titled(pages: dict[str, Page], paths: Sequence[str]) -> list[object]:
    return [{pages[path].title: path} for path in paths]

"""Navigation over generated and hand-written pages: seven sections, each of which its first page stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catalogue.records import by_date, first_day
from catalogue.schema.model import Track
from catalogue.schema.technique import TechniqueKind

from . import paths
from .context import Context
from .page import Page


def navigation(context: Context, pages: Mapping[str, Page]) -> list[dict[str, object]]:
    """`{title: path}` or `{title: [children]}`, the home page first; a page that was not made is left out."""
    words, catalogue = context.words, context.catalogue
    models = by_date(catalogue.models.values())
    tracks: list[object] = [
        {words(f"track.{track.value}"): [{m.name: f"models/{m.id}.md"} for m in models if m.track is track]}
        for track in Track
        if any(m.track is track for m in models)
    ]
    shelves: list[object] = [
        {
            words(f"kind.{kind.name.lower()}"): [
                {context.short_name(t): f"techniques/{t.id}.md"}
                for t in catalogue.techniques.values()
                if t.kind is kind
            ]
        }
        for kind in TechniqueKind
        if any(t.kind is kind for t in catalogue.techniques.values())
    ]
    guides = [paths.guide(guide.id) for guide in catalogue.study.guides]
    sections: list[tuple[str, list[object]]] = [
        (words("page.models"), [paths.MODELS[0], *_titled(pages, paths.MODELS[1:]), *tracks]),
        (words("page.techniques"), [paths.TECHNIQUES[0], *_titled(pages, paths.TECHNIQUES[1:]), *shelves]),
        (words("nav.history"), _titled(pages, paths.HISTORY)),
        (words("page.compare"), [paths.COMPARE[0], *_titled(pages, paths.COMPARE[1:])]),
        (
            words("nav.guides"),
            [
                *_titled(pages, [paths.START]),
                *guides,
                *_titled(pages, [paths.PROBLEMS, paths.CODE, paths.GLOSSARY]),
            ],
        ),
        (words("nav.tools"), _titled(pages, paths.TOOLS)),
        (words("nav.about"), [paths.METHOD, *_titled(pages, paths.ABOUT), paths.HOSTING, paths.BEGINNINGS]),
    ]
    listed: list[dict[str, object]] = [{title: children} for title, children in sections if children]
    return [{words("nav.home"): paths.HOME}, *listed]


def beside(context: Context) -> dict[str, str]:
    """What stands behind a page in the side list, by its path: the year of a model."""
    return {f"models/{m.id}.md": first_day(m)[:4] for m in context.catalogue.models.values()}


def _titled(pages: Mapping[str, Page], paths: Sequence[str]) -> list[object]:
    return [{pages[path].title: path} for path in paths if path in pages]

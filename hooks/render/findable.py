"""What the search knows of each page beside its text: kind, weight, and the names that find it first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalogue.schema.model import Model

from .context import Context
from .names import short_model, short_size, short_variant
from .paths import GLOSSARY

KINDS = ("model", "technique", "guide", "comparison", "tool", "about")
_FOLDERS = {
    "models/": "model",
    "techniques/": "technique",
    "guides/": "guide",
    "compare/": "comparison",
    "tools/": "tool",
}
_KIND = {
    "timeline.md": "comparison",
    "trends.md": "comparison",
    "infrastructure.md": "comparison",
    "how-we-count.md": "guide",
}
# Lists say a little of everything, and pages for contributors are not what a reader looks for.
_WEIGHT = {
    "index.md": 0.7,
    "models/index.md": 0.7,
    "techniques/index.md": 0.6,
    "techniques/matrix.md": 0.5,
    "timeline.md": 0.6,
    "trends.md": 0.8,
    "compare/models.md": 0.6,
    "glossary.md": 0.7,
    "trust.md": 0.4,
    "coverage.md": 0.25,
    "add-a-model.md": 0.25,
    "references.md": 0.4,
    "downloads.md": 0.5,
}
# Parts of a model say more of one thing than its overview, which is the page that its name finds.
_WEIGHT_OF_PART = {"values": 0.3, "scores": 0.8}
_WEIGHT_OF_KIND = {"model": 1.15, "technique": 1.15, "guide": 1.1}


@dataclass(frozen=True)
class Findable:
    """A page as the search knows it.

    Attributes:
        kind: One of `KINDS`, for the filter.
        weight: How much its hits count; 1 for most.
        names: What it is called, abbreviations and titles first; a query that is one of them finds it first.
        parts: What a part of it is called, such as a size of a model; found first too, but not as if it were the title.
        aliases: What people type for it, and the page need not say.
        terms: Words that a part of it explains; a query that is one of them finds it, behind pages that are called so.
    """

    kind: str
    weight: float = 1
    names: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


def findable(
    context: Context, addresses: Mapping[str, str], aliases: Mapping[str, tuple[str, ...]]
) -> dict[str, Findable]:
    """Every page by its address in the built site; `addresses` gives the source path of each, `aliases` its other names."""
    named = dict(_named(context))
    terms = {GLOSSARY: tuple(_terms(context))}
    return {
        url: _page(path, named.get(path, ((), ())), aliases.get(path, ()), terms.get(path, ()))
        for url, path in addresses.items()
    }


def _page(
    path: str, named: tuple[Iterable[str], Iterable[str]], aliases: tuple[str, ...], terms: tuple[str, ...]
) -> Findable:
    kind = _KIND.get(path) or next((kind for folder, kind in _FOLDERS.items() if path.startswith(folder)), "about")
    if kind == "model" and path.count("/") > 1:
        return Findable(kind, _WEIGHT_OF_PART.get(path.rsplit("/", 1)[1].removesuffix(".md"), 0.95))
    names, parts = (tuple(dict.fromkeys(group)) for group in named)
    return Findable(kind, _WEIGHT.get(path, _WEIGHT_OF_KIND.get(kind, 1)), names, parts, aliases, terms)


def _named(context: Context) -> Iterator[tuple[str, tuple[Iterable[str], Iterable[str]]]]:
    """The path of a page with its names and those of its parts."""
    for model in context.catalogue.models.values():
        yield f"models/{model.id}.md", ((model.name, short_model(model.name), model.id), _sizes(model))
    for technique in context.catalogue.techniques.values():
        name = technique.name
        names = (technique.abbreviation, name.en, name.zh, technique.id)
        yield f"techniques/{technique.id}.md", ([text for text in names if text], ())
    api_names = [name.name for name in context.catalogue.api_names]
    yield "api-names.md", ((), api_names)


def _terms(context: Context) -> Iterator[str]:
    """The names of what the glossary explains, and forms that people type though the site does not use them."""
    for term in context.catalogue.words_of_the_trade:
        avoided = (*term.avoid.en, *term.avoid.zh)
        names = (term.name.en, term.name.zh, *term.aliases.en, *term.aliases.zh, *(form.form for form in avoided))
        yield from (name for name in names if name)


def _sizes(model: Model) -> Iterator[str]:
    for variant in model.variants:
        yield from (variant.name, variant.id, short_variant(variant.name), short_size(variant.name))

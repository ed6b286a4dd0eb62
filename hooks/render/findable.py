"""What the search knows of each page beside its text: kind, weight, and the names that find it first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalogue.schema.model import Model
from catalogue.schema.technique import Technique

from .context import Context
from .format import short_model, short_size, short_variant
from .page_registry import GLOSSARY, MODEL, TECHNIQUE, SearchKind, declaration_of

_WEIGHT_OF_PART = 0.95


@dataclass(frozen=True)
class Findable:
    """A page as the search knows it.

    Attributes:
        kind: For the filter.
        weight: How much its hits count; 1 for most.
        names: What it is called, abbreviations and titles first; a query that is one of them finds it first.
        parts: What a part of it is called, such as a size of a model; found first too, but not as if it were the title.
        aliases: What people type for it, and the page need not say.
        terms: Words that a part of it explains; a query that is one of them finds it, behind pages that are called so.
    """

    kind: SearchKind
    weight: float = 1
    names: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


def findable_pages(
    context: Context, addresses: Mapping[str, str], aliases: Mapping[str, tuple[str, ...]]
) -> dict[str, Findable]:
    """Every page by its address in the built site; `addresses` gives the source path of each, `aliases` its other names."""
    named = dict(_named_pages(context))
    terms = {GLOSSARY.path: tuple(_term_names(context))}
    return {
        url: _findable_page(path, named.get(path, ((), ())), aliases.get(path, ()), terms.get(path, ()))
        for url, path in addresses.items()
    }


def _findable_page(
    path: str, named: tuple[Iterable[str], Iterable[str]], aliases: tuple[str, ...], terms: tuple[str, ...]
) -> Findable:
    declared = declaration_of(path)
    if declared is None or declared.search is None:
        return Findable(SearchKind.ABOUT)
    if declared is MODEL and path.count("/") > 1:
        part = path.rpartition("/")[2].removesuffix(".md")
        return Findable(SearchKind.MODEL, declared.part_weights.get(part, _WEIGHT_OF_PART))
    names, parts = (tuple(dict.fromkeys(group)) for group in named)
    return Findable(declared.search, declared.weight, names, parts, aliases, terms)


def _named_pages(context: Context) -> Iterator[tuple[str, tuple[Iterable[str], Iterable[str]]]]:
    """The path of a page with its names and those of its parts."""
    for model in context.catalogue.models.values():
        yield MODEL.path_of(model.id), ((model.name, short_model(model.name), model.id), _size_names(model))
    for technique in context.catalogue.techniques.values():
        if technique.page is None:
            yield TECHNIQUE.path_of(technique.id), (_technique_names(technique), ())
    for shared in context.catalogue.shared_pages.values():
        sections = context.catalogue.techniques_on(shared.id)
        named = [name for technique in sections for name in _technique_names(technique)]
        yield TECHNIQUE.path_of(shared.id), ((), named)
    api_names = [name.name for name in context.catalogue.api_names]
    yield "api-names.md", ((), api_names)


def _term_names(context: Context) -> Iterator[str]:
    """The names of what the glossary explains, and forms that people type though the site does not use them."""
    for term in context.catalogue.words_of_the_trade:
        avoided = (*term.avoid.en, *term.avoid.zh)
        names = (term.name.en, term.name.zh, *term.aliases.en, *term.aliases.zh, *(form.form for form in avoided))
        yield from (name for name in names if name)


def _technique_names(technique: Technique) -> list[str]:
    names = (technique.abbreviation, technique.name.en, technique.name.zh, technique.id)
    return [text for text in names if text]


def _size_names(model: Model) -> Iterator[str]:
    for variant in model.variants:
        yield from (variant.name, variant.id, short_variant(variant.name), short_size(variant.name))

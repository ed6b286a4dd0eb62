"""All problems by the page that asks them first, with the reader's progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from catalogue.derive.problems import Asked
from catalogue.records import Catalogue
from catalogue.schema.technique import TechniqueKind

from .. import jump, problems
from ..context import Context
from ..page import Page, Section, lead_section
from ..page_registry import GUIDE, MODEL, technique_address
from .start import title_of

_KINDS = (("guide", "nav.guides"), ("technique", "page.techniques"), ("model", "page.models"))


def page(context: Context, written: Mapping[str, str]) -> Page:
    """Sections for guides, techniques and models, with a fold for each page; the script stands once, at the end.

    The hand-written pages are `written`, by path; the guides have their titles there.
    """
    words = context.words
    by_page: dict[str, list[Asked]] = {}
    for problem in context.problems:
        by_page.setdefault(_first(problem), []).append(problem)
    places = {page: place for place, page in enumerate(_listed(context.catalogue))}
    in_order = sorted(by_page.items(), key=lambda item: places.get(item[0], len(places)))
    sections: list[Section] = []
    parts = []
    for kind, name in _KINDS:
        found = [(_title(context, on, written), asked) for on, asked in in_order if on.startswith(f"{kind}:")]
        if found:
            folds = [
                {"title": title, "link": link, "count": len(asked), "html": _list(context, asked)}
                for (title, link), asked in found
            ]
            html = context.html("problems_by_page.html.jinja", folds=folds, opened=not sections)
            sections.append(Section(f"{kind}s", words(name), html))
            parts.append((f"{kind}s", words(name), sum(len(asked) for _, asked in found)))
    last = sections[-1]
    sections[-1] = Section(last.id, last.title, last.html + problems.checker(context))
    lead = lead_section(words("problems.intro"), context.html("progress.html.jinja") + jump.bar(context, parts))
    return Page("problems.md", words("page.problems"), words("problems.description"), (lead, *sections))


def _listed(catalogue: Catalogue) -> list[str]:
    """Every page that may ask, in the order in which guides, techniques and models are listed elsewhere."""
    kinds = list(TechniqueKind)
    techniques = sorted(catalogue.techniques.values(), key=lambda one: kinds.index(one.kind))
    return [
        *(f"guide:{one.id}" for one in catalogue.study.guides),
        *(f"technique:{one.id}" for one in techniques),
        *(f"model:{id_}" for id_ in catalogue.models),
    ]


def _first(problem: Asked) -> str:
    """The page that a problem stands under: the first guide, else the first technique, else the first model."""
    pages = problem.problem.pages
    model = [f"model:{problem.entry.model.id}"] if problem.entry is not None else []
    return next(
        (page for kind, _ in _KINDS for page in (*pages, *model) if page.startswith(f"{kind}:")), f"model:{problem.id}"
    )


def _title(context: Context, page: str, written: Mapping[str, str]) -> tuple[str, Markup]:
    kind, _, id_ = page.partition(":")
    if kind == "guide":
        path = GUIDE.path_of(id_)
        title = title_of(written[path])
    elif kind == "technique":
        technique = context.catalogue.techniques[id_]
        title, path = context.short_name(technique), technique_address(technique)
    else:
        title, path = context.catalogue.models[id_].name, MODEL.path_of(id_)
    return title, Markup('<a href="ds:{}">{}</a>').format(path, context.words("problems.to_page"))


def _list(context: Context, asked: Sequence[Asked]) -> Markup:
    return Markup(problems.html(context, asked, script=False))


def section(context: Context, page: str) -> list[Section]:
    """The problems of a page as its section; none without a problem."""
    html = problems.html(context, problems.of_page(context, page))
    return [Section("problems", context.words("problems.section"), Markup(html))] if html else []

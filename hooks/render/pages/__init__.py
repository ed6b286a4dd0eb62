"""The pages of the site, each declared once: address, builder, menu, search and term links.

A new page is a module in `render/pages`, its words, and a row here. Builders are named and imported by `site.py`, so
that `make check` stays quick.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from functools import partial
from operator import attrgetter

from catalogue.derive.training import reference_run
from catalogue.records import Catalogue, sort_by_date
from catalogue.schema.model import Model, Track
from catalogue.schema.technique import Technique, TechniqueKind

from ..context import Context
from ..format import short_model, short_size, short_variant


class MenuSection(Enum):
    """A tab of the menu, in order; the value is the key of its words."""

    HOME = "nav.home"
    MODELS = "page.models"
    TECHNIQUES = "page.techniques"
    HISTORY = "page.timeline"
    COMPARE = "page.compare"
    GUIDES = "nav.guides"
    TOOLS = "nav.tools"
    ABOUT = "page.trust"


class SearchKind(StrEnum):
    MODEL = "model"
    TECHNIQUE = "technique"
    GUIDE = "guide"
    COMPARISON = "comparison"
    TOOL = "tool"
    ABOUT = "about"


@dataclass(frozen=True)
class MenuGroup:
    title: str
    ids: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class DeclaredPage:
    """A page, or with `groups` a page for each record of a collection.

    Attributes:
        path: Of the Markdown source; `*` is the id in a collection.
        builder: `module:function` in `render/pages`; empty for a hand-written page.
        section: Its tab; None for a page outside the menu.
        search: Its filter; None for pages for contributors, which the search leaves out.
        needs: Arguments beside the context: `downloads`, `written` (texts of hand-written pages by path), `pages` (all
            pages that do not need this, by path). In a collection the id comes first.
        condition: Whether the catalogue has something to show on it.
        weight: Of its hits in the search; lists say a little of everything and count less.
        part_weights: The same for parts of a page by name: a part says more of one thing than the overview.
        links_terms: Whether the first use of a term links to its definition, as on pages read from top to bottom.
        groups: Ids of a collection as the menu groups them.
        example: Id that tests and measurements open.
    """

    path: str
    builder: str = ""
    section: MenuSection | None = None
    search: SearchKind | None = None
    needs: tuple[str, ...] = ()
    condition: Callable[[Catalogue], object] = lambda catalogue: True
    weight: float = 1
    part_weights: Mapping[str, float] = field(default_factory=dict)
    links_terms: bool = False
    groups: Callable[[Catalogue], Iterable[MenuGroup]] | None = None
    example: str = ""

    def path_of(self, id_: str) -> str:
        return self.path.replace("*", id_)

    def paths(self, catalogue: Catalogue) -> tuple[str, ...]:
        if not self.condition(catalogue):
            return ()
        if self.groups is None:
            return (self.path,)
        return tuple(self.path_of(id_) for group in self.groups(catalogue) for id_ in group.ids)


def _models_by_track(catalogue: Catalogue) -> Iterable[MenuGroup]:
    models = sort_by_date(catalogue.models.values())
    for track in Track:
        yield MenuGroup(f"track.{track.value}", tuple(model.id for model in models if model.track is track))


def _techniques_by_kind(catalogue: Catalogue) -> Iterable[MenuGroup]:
    own = [technique for technique in catalogue.techniques.values() if technique.page is None]
    for kind in TechniqueKind:
        yield MenuGroup(f"kind.{kind.name.lower()}", tuple(each.id for each in own if each.kind is kind))
    yield MenuGroup("techniques.shared", tuple(catalogue.shared_pages))


def technique_address(technique: Technique) -> str:
    """Path of a technique's page; on a shared page with its anchor."""
    return TECHNIQUE.path_of(technique.page) + f"#{technique.id}" if technique.page else TECHNIQUE.path_of(technique.id)


# By tab, with the filter of most of its pages.
_model = partial(DeclaredPage, section=MenuSection.MODELS, search=SearchKind.MODEL)
_technique = partial(DeclaredPage, section=MenuSection.TECHNIQUES, search=SearchKind.TECHNIQUE)
_history = partial(DeclaredPage, section=MenuSection.HISTORY, search=SearchKind.COMPARISON)
_comparison = partial(DeclaredPage, section=MenuSection.COMPARE, search=SearchKind.COMPARISON)
_study = partial(DeclaredPage, section=MenuSection.GUIDES, search=SearchKind.ABOUT)
_tool = partial(DeclaredPage, section=MenuSection.TOOLS, search=SearchKind.TOOL)
_about = partial(DeclaredPage, section=MenuSection.ABOUT, search=SearchKind.ABOUT)

HOME = DeclaredPage("index.md", section=MenuSection.HOME, search=SearchKind.ABOUT, weight=0.7)
MODEL = _model(
    "models/*.md",
    "models:render_model",
    groups=_models_by_track,
    weight=1.15,
    part_weights={"scores": 0.8},
    links_terms=True,
    example="deepseek-v3",
)
TECHNIQUE = _technique(
    "techniques/*.md",
    "techniques:technique_page",
    needs=("written",),
    groups=_techniques_by_kind,
    weight=1.15,
    links_terms=True,
    example="mla",
)
GUIDE = _study(
    "guides/*.md",
    search=SearchKind.GUIDE,
    groups=lambda catalogue: [MenuGroup("", tuple(guide.id for guide in catalogue.study.guides))],
    weight=1.25,
    links_terms=True,
    example="framework",
)
_THEMES = ("architecture", "training", "post-training", "infrastructure", "evaluation")
THEME = _comparison(
    "compare/*.md", "compare:theme_page", groups=lambda catalogue: [MenuGroup("", _THEMES)], example="training"
)
GLOSSARY = _study("glossary.md", "glossary:glossary_page", weight=0.7)

_HAS_ROUTES, _HAS_CODE = attrgetter("study.routes"), attrgetter("study.code")
_HAS_EXPERIMENTS, _HAS_PROBLEMS = attrgetter("experiments"), attrgetter("problems")
_WRITTEN = ("written",)

PAGES = (
    HOME,
    _model("models/index.md", "models:models_page", weight=0.7),
    MODEL,
    _technique("techniques/index.md", "techniques:technique_index_page", weight=0.6),
    TECHNIQUE,
    _history("timeline.md", "models:timeline_page", weight=0.6),
    _history("trends.md", "trends:trends_page", weight=0.8, links_terms=True),
    _history("news.md", "news:news_page", weight=0.5),
    _history("api-names.md", "api_names:api_names_page", search=SearchKind.ABOUT),
    _comparison("compare/models.md", "compare_models:compare_models_page", weight=0.6),
    THEME,
    _study("start.md", "study:start_page", needs=("pages", "written"), condition=_HAS_ROUTES, links_terms=True),
    GUIDE,
    _study(
        "experiments.md",
        "study:experiments_page",
        search=SearchKind.GUIDE,
        needs=_WRITTEN,
        condition=_HAS_EXPERIMENTS,
        links_terms=True,
    ),
    _study("problems.md", "study:problems_page", needs=_WRITTEN, condition=_HAS_PROBLEMS, weight=0.4),
    _study("from-reports-to-code.md", "use_and_extend:code_page", condition=_HAS_CODE),
    _comparison("elsewhere.md", "elsewhere:elsewhere_page", condition=attrgetter("elsewhere.models"), weight=0.8),
    _study("questions.md", "study:questions_page", condition=attrgetter("questions"), weight=0.4),
    GLOSSARY,
    _tool("small-v3.md", "small_v3:small_v3_page", condition=lambda known: "deepseek-v3-base" in known.entries),
    _tool("tools/memory.md", "calculators:memory_page", condition=reference_run, links_terms=True),
    _tool("tools/training.md", "calculators:training_page", condition=reference_run, links_terms=True),
    _tool("tools/what-if.md", "what_if:what_if_page", condition=reference_run),
    _tool("tools/config.md", "config:config_page", condition=reference_run),
    _tool("serving-in-practice.md", search=SearchKind.GUIDE, links_terms=True),
    _about("trust.md", "trust:trust_page", weight=0.6),
    _about("how-we-count.md", search=SearchKind.GUIDE, weight=1.1, links_terms=True),
    _about("how-to-read.md", "study:reading_page"),
    _about("corrections.md", "trust:corrections_page", weight=0.4),
    _about("references.md", "sources:references_page", weight=0.4),
    _about("use-and-extend.md", "use_and_extend:use_and_extend_page", needs=("downloads",), weight=0.5),
    _about("fields.md", "use_and_extend:add_a_model_page", search=None),
)
"""In the order of the menu."""


_INDEX = re.compile(r"(?:^|(?<=/))index/$")  # and not `open-infra-index/`


def url_of(path: str) -> str:
    page, hash_, place = path.partition("#")
    return _INDEX.sub("", f"{page.removesuffix('.md')}/") + hash_ + place


_BY_PATH = {declared.path: declared for declared in PAGES if declared.groups is None}
_BY_FOLDER = {declared.path.partition("*")[0]: declared for declared in PAGES if declared.groups is not None}


def declaration_of(path: str) -> DeclaredPage | None:
    folder = path[: path.find("/") + 1]
    return _BY_PATH.get(path) or _BY_FOLDER.get(folder)


def is_searched(path: str) -> bool:
    declared = declaration_of(path)
    return declared is None or declared.search is not None


def written_pages(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(path for page in PAGES if not page.builder for path in page.paths(catalogue))


def generated_pages(catalogue: Catalogue) -> frozenset[str]:
    """Pages made from the data, without the parts of models, which only rendering tells."""
    return frozenset(path for page in PAGES if page.builder for path in page.paths(catalogue))


def part_owner(path: str) -> str | None:
    """Id of the model or technique that a page may be part of: `models/deepseek-v3/training.md`."""
    parts = path.split("/")
    return parts[1] if len(parts) == 3 and f"{parts[0]}/" in _BY_FOLDER else None


_WEIGHT_OF_PART = 0.95


@dataclass(frozen=True)
class FindablePage:
    """A page as the search knows it.

    Attributes:
        weight: Of its hits; 1 for most.
        names: Titles and abbreviations; a query that is one of them finds the page first.
        parts: Names of parts, such as sizes of a model; found first too, behind titles.
        sections: Names of sections with their anchors: techniques of a shared page.
        aliases: What people type though the page need not say it, with the anchor of a section or none.
        terms: Words that a part explains, each with its anchor; found behind pages of that name.
    """

    kind: SearchKind
    weight: float = 1
    names: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    terms: tuple[tuple[str, str], ...] = ()

    @property
    def all_names(self) -> tuple[str, ...]:
        """Everything that people may type for it or a part of it."""
        return (*self.names, *self.parts, *(name for name, _ in (*self.sections, *self.aliases, *self.terms)))


def findable_pages(
    context: Context, addresses: Mapping[str, str], aliases: Mapping[str, tuple[str, ...]]
) -> dict[str, FindablePage]:
    """Pages by built address; `addresses` has source paths, `aliases` other names of pages and of their sections."""
    named = dict(_named_pages(context))
    terms = {GLOSSARY.path: tuple(_term_names(context))}
    sections: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    typed: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for technique in context.catalogue.techniques.values():
        if technique.page is not None:
            sections[TECHNIQUE.path_of(technique.page)] += [
                (name, technique.id) for name in _technique_names(technique)
            ]
    for address, names in aliases.items():
        path, _, anchor = address.partition("#")
        typed[path] += [(name, anchor) for name in names]
    return {
        url: replace(
            _findable_page(path, named.get(path, ((), ()))),
            sections=tuple(sections[path]),
            aliases=tuple(typed[path]),
            terms=terms.get(path, ()),
        )
        for url, path in addresses.items()
    }


def _findable_page(path: str, named: tuple[Iterable[str], Iterable[str]]) -> FindablePage:
    declared = declaration_of(path)
    if declared is None or declared.search is None:
        return FindablePage(SearchKind.ABOUT)
    if declared is MODEL and path.count("/") > 1:
        part = path.rpartition("/")[2].removesuffix(".md")
        return FindablePage(SearchKind.MODEL, declared.part_weights.get(part, _WEIGHT_OF_PART))
    names, parts = (tuple(dict.fromkeys(group)) for group in named)
    return FindablePage(declared.search, declared.weight, names, parts)


def _named_pages(context: Context) -> Iterator[tuple[str, tuple[Iterable[str], Iterable[str]]]]:
    for model in context.catalogue.models.values():
        yield MODEL.path_of(model.id), ((model.name, short_model(model.name), model.id), _size_names(model))
    for technique in context.catalogue.techniques.values():
        if technique.page is None:
            yield TECHNIQUE.path_of(technique.id), (_technique_names(technique), ())
    api_names = [name.name for name in context.catalogue.api_names]
    yield "api-names.md", ((), api_names)


def _term_names(context: Context) -> Iterator[tuple[str, str]]:
    """Names of glossary terms, and forms that people type though the site avoids them."""
    for term in context.catalogue.glossary.terms:
        avoided = (*term.avoid.en, *term.avoid.zh)
        names = (term.name.en, term.name.zh, *term.aliases.en, *term.aliases.zh, *(form.form for form in avoided))
        yield from ((name, term.id) for name in names if name)


def _technique_names(technique: Technique) -> list[str]:
    names = (technique.abbreviation, technique.name.en, technique.name.zh, technique.id)
    return [text for text in names if text]


def _size_names(model: Model) -> Iterator[str]:
    for variant in model.variants:
        yield from (variant.name, variant.id, short_variant(variant.name), short_size(variant.name))

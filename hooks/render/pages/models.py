"""Models: their index with poster, the timeline, and the pages of each.

A family has six parts. If much is told, each has a page; otherwise one page has architecture, training and machines,
another the scores. A part of few words is a section of another page. Words are counted in the entry, so that both
editions have the same pages.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from markupsafe import Markup

from catalogue.schema.model import Model, Track
from catalogue.schema.values import Single, Text, each_below

from .. import assets, links
from ..cite import Citations, page_description
from ..context import Context
from ..figures import token_path
from ..figures.home import POSTER_PATHS, poster_sheet
from ..figures.map import lane_name, timeline_figure
from ..figures.map_items import own_form, timeline_items
from ..format import short_model
from ..links import small_v3_link
from ..page import Page, Redirect, Section, lead_section, titled_page
from . import model_architecture, model_changes, model_machines, model_overview, model_scores, model_training
from .families import families_table
from .model_overview import Tab
from .sources import dispute_sections, sources_section


def models_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    count, variants = len(context.catalogue.models), len(context.catalogue.entries)
    intro = words("models.intro", count=count, variants=variants)
    poster = context.html("poster.html.jinja", paths=POSTER_PATHS, sheet=poster_sheet(context))
    return titled_page(
        words,
        "models/index.md",
        "models",
        (
            lead_section(intro),
            Section("families", words("models.families"), families_table(citations), quiet=True),
            Section("poster", words("page.poster"), poster),
            sources_section(citations),
        ),
        hide=("navigation", "toc"),
    )


def timeline_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    kin = json.dumps({place: item.kin for place, item in enumerate(timeline_items(context))}, separators=(",", ":"))
    drawn = timeline_figure(context) + str(assets.page_script("timeline", {"timeline-kin": kin}))
    years = _items_by_year(citations)
    listed = links.jump_bar(context, ((f"y{year}", year, len(found)) for year, found in years))
    listed += context.html("timeline_list.html.jinja", years=years)
    views = context.html(
        "views.html.jinja",
        label=words("views.label"),
        views=[
            ("figure", words("timeline.as_figure"), Markup(drawn)),
            ("list", words("timeline.as_list"), Markup(listed)),
        ],
    )
    return titled_page(
        words,
        "timeline.md",
        "timeline",
        (lead_section(words("timeline.intro"), views), sources_section(citations)),
        hide=("navigation", "toc"),
    )


def _items_by_year(citations: Citations) -> list[tuple[str, list[dict[str, object]]]]:
    models = citations.context.catalogue.models
    years: dict[str, list[dict[str, object]]] = {}
    for item in timeline_items(citations.context):
        id_ = item.id.partition(":")[2]
        is_model = item.kind == "model"
        entry: dict[str, object] = {
            "lane": item.lane,
            "track": lane_name(citations.context, item.lane),
            "link": Markup('<a href="{}">{}</a>').format(item.href, item.label),
            "date": citations.value_text(item.date) if is_model else _technique_date(citations, id_),
            "later": _later_checkpoints(citations, models[id_]) if is_model else [],
        }
        years.setdefault(item.date.text[:4], []).append(entry)
    return list(years.items())


def _technique_date(citations: Citations, id_: str) -> Markup:
    technique = citations.context.catalogue.techniques[id_]
    own = own_form(citations.context, technique)
    return citations.value_text(own) if own is not None else citations.value_html(technique.introduced.date)


def _later_checkpoints(citations: Citations, model: Model) -> list[Markup]:
    first = model.dates.weights.value if model.dates.weights else None
    released = [
        (entry.variant.name, entry.variant.release.weights.value)
        for entry in citations.context.catalogue.entries_of(model)
        if entry.variant.release and entry.variant.release.weights
    ]
    return [
        Markup("{} {}").format(name, citations.value_text(day)) for name, day in released if day not in (None, first)
    ]


Piece = Callable[[Citations, Model], list[Section]]

OVERVIEW, DETAILS = "", "details"


@dataclass(frozen=True)
class ModelPart:
    """A part of what is told of a model.

    Attributes:
        pieces: Builders of its sections, in reading order; one without data makes none.
        fields: Fields of an entry that it tells.
        stands_on: Page that has it where it is too short for its own.
    """

    pieces: Sequence[Piece]
    fields: Sequence[str]
    stands_on: str


PARTS: Mapping[str, ModelPart] = {
    "architecture": ModelPart((model_architecture.architecture_sections,), ("variants",), DETAILS),
    "training": ModelPart(
        (model_training.schedule_sections, model_training.training_sections), ("tokenizer", "training"), DETAILS
    ),
    "machines": ModelPart(
        (model_machines.infrastructure_sections, model_machines.derived_sections, model_machines.serving_sections),
        ("infrastructure", "kv_cache", "serving"),
        DETAILS,
    ),
    "scores": ModelPart((model_scores.scores_sections,), ("evaluation",), DETAILS),
    "changes": ModelPart(
        (model_changes.changes_sections, model_changes.techniques_sections), ("changes", "techniques"), OVERVIEW
    ),
    "disputes": ModelPart((dispute_sections,), ("disputes",), OVERVIEW),
}

# What the page of details begins with and is named after; scores are a tab of their own even where they stand on it.
_DETAILED = ("architecture", "training", "machines")

# In words of an entry: fewer are no page, and a family of which more are told has a page for each part.
LEAST_OF_A_PAGE, MOST_IN_DETAILS = 200, 2_200
_WORDS_OF_A_VALUE = 2  # at least: a label and the value

# Names that pages of parts have had, by the part that has it all now.
_FORMER_NAMES = {"serving": "machines", "values": "architecture", DETAILS: "architecture"}

# Tracks whose models are told by their training: the network is somebody else's.
_RECIPE_FIRST = (Track.REASONING, Track.PROVER)


def render_model(context: Context, model_id: str) -> list[Page]:
    model = context.catalogue.models[model_id]
    overview = Citations(context)
    hero = model_overview.hero_values(overview, model)
    figures = _figure_sections(overview, model)
    sections: dict[str, dict[str, list[Section]]] = {}
    citations: dict[str, Citations] = {}
    for name, parts in page_layout(model).items():
        citations[name] = Citations(context) if name else overview
        found = {part: [one for make in PARTS[part].pieces for one in make(citations[name], model)] for part in parts}
        if name == OVERVIEW or any(found.values()):
            sections[name] = {part: made for part, made in found.items() if made}
    tabs = partial(_part_tabs, context, model, sections)
    part_pages = [
        _part_page(citations[name], model, name, [*chain(*found.values())], tabs(name))
        for name, found in sections.items()
        if name != OVERVIEW
    ]
    own = (*figures, *chain(*sections[OVERVIEW].values()))
    return [_overview_page(overview, model, hero, own, part_pages, tabs(OVERVIEW)), *part_pages]


def page_layout(model: Model) -> dict[str, list[str]]:
    words = {name: _told_words(model, part.fields) for name, part in PARTS.items()}
    layout: dict[str, list[str]] = {OVERVIEW: []}
    apart = sum(count for name, count in words.items() if name != "scores") > MOST_IN_DETAILS
    if not apart and sum(words[name] for name in _DETAILED) >= LEAST_OF_A_PAGE:
        layout[DETAILS] = [*_DETAILED]
    for name, part in PARTS.items():
        if any(name in found for found in layout.values()):
            continue
        if words[name] >= LEAST_OF_A_PAGE and (apart or name == "scores"):
            layout[name] = [name]
            continue
        host = "training" if apart and "training" in layout else DETAILS if DETAILS in layout else OVERVIEW
        layout[host if part.stands_on == DETAILS else OVERVIEW].append(name)
    return layout


def _told_words(model: Model, fields: Sequence[str]) -> int:
    """Words in some fields of an entry, with the least that its values take to say."""
    told = [getattr(model, field) for field in fields]
    texts, values = each_below(told, Text), each_below(told, Single)
    return sum(len(text.en.split()) for text in texts) + _WORDS_OF_A_VALUE * sum(1 for _ in values)


def anchor_pages(model_pages: Sequence[Page]) -> dict[str, str]:
    first, *parts = model_pages
    own = set(first.anchors)
    return {anchor: part.path for part in reversed(parts) for anchor in part.anchors if anchor not in own}


def part_redirects(model_pages: Sequence[Page]) -> Iterator[tuple[str, Redirect]]:
    overview, *_ = model_pages
    home = overview.path.removesuffix(".md")
    paths = {page.path for page in model_pages}
    elsewhere = anchor_pages(model_pages)
    for name in (*PARTS, *_FORMER_NAMES):
        path = f"{home}/{name}.md"
        if path in paths:
            continue
        anchor = _FIRST_ANCHOR[name]
        target = elsewhere.get(anchor, overview.path)
        shown = f"#{anchor}" if anchor in elsewhere or anchor in overview.anchors else ""
        places = {anchor: f"{page}#{anchor}" for anchor, page in elsewhere.items() if page != target}
        if target != overview.path:
            places |= {anchor: f"{overview.path}#{anchor}" for anchor in overview.anchors}
        yield path, Redirect(target + shown, places)


_FIRST_ANCHOR = {
    "architecture": "dimensions",
    "training": "training",
    "machines": "infrastructure",
    "scores": "evaluation",
    "disputes": "disputes",
    "changes": "what-changed",
    "serving": "serving",
    "values": "dimensions",
    DETAILS: "dimensions",
}


def _part_path(model: Model, part: str = OVERVIEW) -> str:
    return f"models/{model.id}/{part}.md" if part else f"models/{model.id}.md"


def _part_tabs(
    context: Context, model: Model, sections: Mapping[str, Mapping[str, Sequence[Section]]], current: str
) -> list[Tab]:
    words = context.words
    tabs = [Tab(words("part.overview"), f"ds:{_part_path(model)}", current=current == OVERVIEW)]
    if DETAILS in sections:
        tabs.append(Tab(words("part.details"), f"ds:{_part_path(model, DETAILS)}", "", current == DETAILS, DETAILS))
    for part in PARTS:
        page = next((name for name, parts in sections.items() if part in parts), None)
        if page is None or (page == DETAILS and part in _DETAILED):
            continue
        count = str(len(model.disputes)) if part == "disputes" else ""
        if page == part:
            tabs.append(Tab(words(f"part.{part}"), f"ds:{_part_path(model, page)}", count, page == current, part))
        else:
            place = f"#{sections[page][part][0].id}"
            href = place if page == current else f"ds:{_part_path(model, page)}{place}"
            tabs.append(Tab(words(f"part.{part}"), href, count))
    return tabs


def _part_page(citations: Citations, model: Model, name: str, sections: Sequence[Section], tabs: list[Tab]) -> Page:
    words = citations.context.words
    title = words(f"part.{name}")
    return Page(
        _part_path(model, name),
        words("model.part_of", model=model.name, part=title),
        words(f"part_description.{name}", model=model.name),
        # The name of the part is not said twice.
        (*(replace(one, quiet=True) if one.title == title else one for one in sections), sources_section(citations)),
        f"model:{model.id}",
        hide=("toc",),
        hero=model_overview.render_part_head(citations, model, tabs, title, places=name in _WITH_PLACES),
        part_of=_part_path(model),
    )


# Pages of values, which can show the place of each beside it.
_WITH_PLACES = ("architecture", "training", "machines", "scores", DETAILS)


def _figure_sections(citations: Citations, model: Model) -> list[Section]:
    found = [*model_architecture.drawing_sections(citations, model), *model_training.recipe_sections(citations, model)]
    if model.flagship in token_path.SHOWN:
        words, link = citations.context.words, Markup('<p{}><a href="ds:{}#token">{}</a></p>')
        title = words("token.title", name=short_model(model.name))
        if model.flagship == token_path.SHOWN[0]:
            way = token_path.token_path(citations.context, [model.flagship])
            html = way + link.format("", token_path.PAGE, words("token.others")) + small_v3_link(citations.context)
            found.insert(1, Section("token-way", title, str(html)))
        else:
            html = link.format(Markup(' id="token-way"'), token_path.PAGE, title)
            found[0] = replace(found[0], html=found[0].html + str(html))
    return found[::-1] if model.track in _RECIPE_FIRST else found


def _overview_page(
    citations: Citations,
    model: Model,
    hero: Mapping[str, object],
    sections: Sequence[Section],
    parts: Sequence[Page],
    tabs: list[Tab],
) -> Page:
    changes = [tab.href for tab in tabs if tab.part == "changes" or tab.href == "#what-changed"]
    anchors = {part.path.rsplit("/", 1)[-1].removesuffix(".md"): part.anchors for part in parts}
    return Page(
        _part_path(model),
        model.name,
        page_description(citations.context, model.lead or model.summary),
        (
            *sections,
            *(
                [Section("notes", citations.context.words("section.notes"), citations.remark_list(model.notes))]
                if model.notes
                else []
            ),
            *model_overview.record_sections(citations, model),
            sources_section(citations),
        ),
        f"model:{model.id}",
        hide=("toc",),
        hero=model_overview.render_hero(citations.context, model, hero, tabs, anchors, *changes),
    )

"""The index of models, and the table of families on the home page."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.records import by_date, first_date, first_day
from catalogue.schema.model import Model, Track

from .. import format
from ..cite import Citations, opening
from ..context import Context
from ..links import model_link
from ..page import Page, Section, lead_section
from ..tables import NOTHING, Cell, Column, Table, sort_key


def index(context: Context) -> Page:
    """Every model by track."""
    words = context.words
    citations = Citations(context)
    sections = [
        lead_section(
            words("models.intro", count=len(context.catalogue.models), variants=len(context.catalogue.entries))
        )
    ]
    for track in Track:
        models = [model for model in context.catalogue.models.values() if model.track is track]
        if models:
            cards = [_card(citations, model) for model in by_date(models)]
            sections.append(
                Section(track.value, words(f"track.{track.value}"), context.html("model_cards.html.jinja", cards=cards))
            )
    return Page("models/index.md", words("page.models"), words("models.description"), tuple(sections))


def _card(citations: Citations, model: Model) -> dict[str, object]:
    words, flagship = citations.context.words, citations.context.catalogue.flagship(model)
    date = first_date(model)
    sizes = list(
        dict.fromkeys(format.quantity(v.parameters.total.value) for v in model.variants if v.parameters.total.value)
    )
    return {
        "link": model_link(model),
        "date": citations.plain(date) if date else "",
        "summary": opening(citations.context, model.summary),
        "sizes": words("models.sizes", sizes=words("punctuation.listed").join(sizes)) if sizes else "",
        "attention": flagship.architecture.attention.value
        if flagship.architecture and flagship.architecture.attention.value
        else "",
    }


def families_table(citations: Citations) -> str:
    """One row per family in the order of their dates, with its flagship's headline numbers."""
    context, words = citations.context, citations.context.words
    heads = [
        Column(words("table.model")),
        Column(words("table.date")),
        Column(words("field.parameters.total"), True),
        Column(words("field.parameters.activated"), True),
        Column(words("field.architecture.attention")),
        Column(words("field.kv_cache"), True),
    ]
    rows = []
    for model in by_date(context.catalogue.models.values()):
        entry = context.catalogue.flagship(model)
        parameters, architecture = entry.variant.parameters, entry.architecture
        cache = entry.recount.kv_cache if entry.recount else None
        date = first_date(model)
        rows.append(
            [
                Cell(model_link(model)),
                Cell(
                    Markup('<span class="ds-day">{}</span>').format(citations.plain(date)) if date else NOTHING,
                    first_day(model),
                ),
                Cell(citations.single(parameters.total), sort_key(parameters.total)),
                Cell(
                    citations.single(parameters.activated)
                    if parameters.activated
                    else escape(words("table.all_of_them") if parameters.total.value else "–"),
                    sort_key(parameters.activated or parameters.total),
                ),
                Cell(citations.single(architecture.attention) if architecture else NOTHING),
                Cell(
                    Markup('<a class="ds-r" href="ds:models/{}.md#architecture">{:,}</a>').format(model.id, cache.value)
                    if cache
                    else NOTHING,
                    str(cache.value) if cache else "",
                ),
            ]
        )
    table = Table(words("models.families_caption"), heads, rows, sortable=True)
    return context.html("table.html.jinja", t=table)

"""The index of models, and the table of families on the home page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from catalogue.records import Entry, by_date, first_date, first_day
from catalogue.schema.model import Model, Track

from .. import format
from ..cite import Citations, opening
from ..context import Context
from ..fields import value_cell
from ..figures import home_line
from ..links import model_link
from ..names import short_model
from ..page import Page, Section, lead_section
from ..tables import EMPTY, NOTHING, Cell, Column, by_column, sort_key
from .sources import sources


def index(context: Context) -> Page:
    """Every model by track, the newest first and drawn to one scale; then their headline numbers in one table."""
    words, models = context.words, context.catalogue.models.values()
    citations = Citations(context)
    below = Markup('<p><a href="ds:poster.md">{}</a></p>').format(words("models.poster"))
    sections = [lead_section(words("models.intro", count=len(models), variants=len(context.catalogue.entries)), below)]
    for track in Track:
        of_track = [model for model in by_date(models) if model.track is track][::-1]
        if of_track:
            sections.append(Section(track.value, words(f"track.{track.value}"), _gallery(context, of_track)))
    sections.append(Section("families", words("models.families"), families_table(citations)))
    sections.append(sources(citations))
    return Page("models/index.md", words("page.models"), words("models.description"), tuple(sections), hide=("toc",))


def _gallery(context: Context, models: Sequence[Model]) -> str:
    """Thumbnails of flagships whose architecture is known; the others in words."""
    flagships = [context.catalogue.flagship(model) for model in models]
    drawn = [entry for entry in flagships if entry.architecture is not None]
    bare = [_bare(context, entry.model) for entry in flagships if entry.architecture is None]
    return context.html("model_gallery.html.jinja", cards=home_line.cards(context, drawn), bare=bare)


def _bare(context: Context, model: Model) -> dict[str, str]:
    date = first_date(model)
    return {
        "id": model.id,
        "name": short_model(model.name),
        "date": format.month(date, context.words) if date else "",
        "text": opening(context, model.lead or model.summary, least=40),
    }


def families_table(citations: Citations) -> str:
    """One row per family in the order of their dates, with its flagship's headline numbers."""
    context, words = citations.context, citations.context.words

    def activated(entry: Entry) -> Cell:
        parameters = entry.variant.parameters
        all_of_them = escape(words("table.all_of_them")) if parameters.total.value else NOTHING
        shown = citations.single(parameters.activated) if parameters.activated else all_of_them
        return Cell(shown, sort_key(parameters.activated or parameters.total))

    def attention(entry: Entry) -> Markup:
        return citations.single(entry.architecture.attention) if entry.architecture else NOTHING

    columns: list[Column[Entry]] = [
        Column(words("table.model"), lambda entry: model_link(entry.model)),
        Column(words("table.date"), lambda entry: _day(citations, entry.model)),
        Column(
            words("field.parameters.total"), lambda entry: value_cell(citations, entry.variant.parameters.total), True
        ),
        Column(words("field.parameters.activated"), activated, True),
        Column(words("field.architecture.attention"), attention),
        Column(words("field.kv_cache"), _cache, True),
    ]
    flagships = map(context.catalogue.flagship, by_date(context.catalogue.models.values()))
    table = by_column(words("models.families_caption"), columns, flagships, sortable=True)
    return context.html("table.html.jinja", t=table)


def _day(citations: Citations, model: Model) -> Cell:
    date = first_date(model)
    shown = Markup('<span class="ds-day">{}</span>').format(citations.plain(date)) if date else NOTHING
    return Cell(shown, first_day(model))


def _cache(entry: Entry) -> Cell:
    cache = entry.recount.kv_cache if entry.recount else None
    if cache is None:
        return EMPTY
    link = Markup('<a class="ds-r" href="ds:models/{}.md#architecture">{:,}</a>')
    return Cell(link.format(entry.model.id, cache.value), str(cache.value))

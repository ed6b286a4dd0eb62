"""The table of families on the index of models: a row each, with its network, sizes, cache and price."""

from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import Entry, first_date, first_day, price_spans, sort_by_date
from catalogue.schema.model import Model, Rate, Track
from catalogue.schema.quantities import Quantity
from catalogue.schema.values import Single

from ..assets import page_script
from ..cite import Citations, counted_words, counts_of
from ..figures.home import poster_sheet
from ..format import NOTHING, format_integer
from ..tables import EMPTY, Cell, sort_key


def families_table(citations: Citations) -> str:
    """Families by track, the newest first, one row each; a script filters them."""
    context, catalogue = citations.context, citations.context.catalogue
    drawn = {cell["model"]: cell for cell in poster_sheet(context).cells}
    dated = list(reversed(sort_by_date(catalogue.models.values())))
    flagships = [catalogue.flagship(model) for model in dated]
    largest = max((_parameter_count(entry.variant.parameters.total) for entry in flagships), default=0.0) or 1
    longest = max(map(_cache_elements, flagships), default=0) or 1
    notes: dict[str, str] = {}  # what numbers are counted by, and the letter that stands for it
    rows = []
    for track in Track:
        own = [model for model in dated if model.track is track]
        for model in own:
            row = _family_row(citations, model, largest, longest, notes)
            rows.append({"model": model, "first": model is own[0], "drawn": drawn[model.id], **row})
    return context.html(
        "models_index.html.jinja",
        rows=rows,
        keys=notes,
        tracks=list(dict.fromkeys(row["model"].track for row in rows)),
        years=sorted({str(row["day"])[:4] for row in rows}),
        script=page_script("models"),
    )


def _family_row(
    citations: Citations, model: Model, largest: float, longest: int, notes: dict[str, str]
) -> Mapping[str, Any]:
    """Cells, and bars in per cent of the `largest` number of parameters and the `longest` cache of all flagships."""
    entry = citations.context.catalogue.flagship(model)
    parameters, architecture = entry.variant.parameters, entry.architecture
    return {
        "day": first_day(model),
        "date": _first_day_cell(citations, model),
        "total": _counted_cell(citations, parameters.total, notes),
        "share": 100 * _parameter_count(parameters.total) / largest,
        "active": _activated_cell(citations, entry, notes),
        "works": 100 * _parameter_count(parameters.activated or parameters.total) / largest,
        "attention": citations.value_html(architecture.attention) if architecture else NOTHING,
        "context": _context_cell(citations, entry),
        "cache": _cache_cell(entry),
        "kept": 100 * _cache_elements(entry) / longest,
        "price": _price_cell(citations, model, parameters.total),
    }


def _parameter_count(stated: Single[Quantity]) -> float:
    return float(stated.value.value) if stated.value is not None else 0.0


def _cache_elements(entry: Entry) -> int:
    """Numbers that a token leaves in the cache; 0 where they cannot be counted."""
    return entry.recount.kv_cache.value if entry.recount and entry.recount.kv_cache else 0


def _first_day_cell(citations: Citations, model: Model) -> Cell:
    date = first_date(model)
    shown = Markup('<span class="ds-day">{}</span>').format(citations.value_text(date)) if date else NOTHING
    return Cell(shown, first_day(model))


def _counted_cell(citations: Citations, single: Single[Any], notes: dict[str, str]) -> Cell:
    """With the letter of what the number counts, where it counts otherwise than usual."""
    words = citations.context.words
    if single.value is None:
        return Cell(citations.value_html(single, notes="apart"), "")
    html = citations.cite(str(citations.value_text(single.value)), single.source, citations.note_text(single))
    if counts := counts_of(single):
        note = counted_words(words, counts)
        letter = notes.setdefault(note, ascii_lowercase[len(notes)])
        said = words("punctuation.bracketed", text=note)
        mark = '<sup title="{}"><span class="ds-hidden">{}</span><span aria-hidden="true">{}</span></sup>'
        html += Markup(mark).format(note, said, letter)
    return Cell(html, sort_key(single))


def _activated_cell(citations: Citations, entry: Entry, notes: dict[str, str]) -> Cell:
    parameters = entry.variant.parameters
    if parameters.activated:
        return _counted_cell(citations, parameters.activated, notes)
    if not parameters.total.value:
        return EMPTY
    return Cell(escape(citations.context.words("table.all_of_them")), sort_key(parameters.total))


def _context_cell(citations: Citations, entry: Entry) -> Cell:
    length = entry.variant.context_length
    if length is None or not length.value:
        return EMPTY
    text = length.value.text
    return Cell(citations.cite(format_integer(int(text)) if text.isdigit() else text, length.source), sort_key(length))


def _cache_cell(entry: Entry) -> Cell:
    cache = entry.recount.kv_cache if entry.recount else None
    if cache is None:
        return EMPTY
    link = Markup('<a class="ds-r" href="ds:models/{}.md#architecture">{:,}</a>')
    return Cell(link.format(entry.model.id, cache.value), str(cache.value))


def _price_cell(citations: Citations, model: Model, total: Single[Quantity]) -> Cell:
    """Of output, by day, when it last changed, of the variants as large as the flagship."""
    as_large = {variant.id for variant in model.variants if variant.parameters.total.value == total.value}
    catalogue = citations.context.catalogue
    by_day = [span.price for span in price_spans(catalogue, as_large) if span.price.rate is not Rate.NIGHT]
    last = [price for price in by_day if price.since == by_day[-1].since]
    prices = sorted({price.dollars.output.value for price in last if price.dollars.output.value}, key=lambda p: p.value)
    if not prices:
        return EMPTY
    shown = "$" + "–".join(price.text for price in prices)
    return Cell(citations.cite(shown, last[0].source), f"{prices[-1].value:f}")

"""What a model ran on, its cost, how it is served, and what follows, with formula and source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from catalogue.derive.calculators import MissingFields, memory_footprint, training_effort
from catalogue.derive.expression import Computation
from catalogue.derive.parameters import cache_bytes
from catalogue.derive.training import (
    AttentionLeftOut,
    TrainingMetrics,
    metric_counts,
    pre_training_tokens,
    reference_run,
    training_gpu,
    training_metrics_with_peak,
)
from catalogue.records import Entry, PriceSpan, price_spans
from catalogue.schema.model import Counted, Model
from catalogue.schema.quantities import Amount, Quantity
from catalogue.schema.training import Infrastructure, number_format
from catalogue.schema.values import Single, Stated, Text, stated_values
from catalogue.text import as_decimal

from .. import format
from ..cite import Citations, counted_mark, counts_of
from ..figures.machines import hours_bar, machines_drawing
from ..format import NOTHING, short_variant
from ..links import variant_link
from ..page import Section
from ..recomputed import recomputed_html, recomputed_size, term_with_unit, worked_hours_html, working_cell
from ..tables import (
    EMPTY,
    Cell,
    Column,
    Head,
    Table,
    by_column,
    columns_for_each,
    details_table,
    key_value_table,
    labelled_values,
    model_caption,
    sort_key,
    value_cell,
)
from ..words import Words
from .api_names import price_table
from .model_architecture import architecture_owners


def infrastructure_sections(citations: Citations, model: Model) -> list[Section]:
    infra = model.infrastructure
    if infra is None:
        return []
    words = citations.context.words
    worked = hours_by_variants(citations, model)
    rows = labelled_values(
        citations, infra, "infrastructure.", skip=("gpu_hours", *(["gpu_hours_total"] if worked else []))
    )
    rows += [
        (
            citations.rich_text(one.part) if one.part else words("infrastructure.training_time"),
            one.time,
            words(f"infrastructure.unit.{one.unit.name.lower()}"),
        )
        for one in infra.training_time
    ]
    order = [v.id for v in model.variants]
    caption, title = model_caption(words, "infrastructure.caption", model.name)
    table = key_value_table(citations, caption, rows, order, title)
    caption, title = model_caption(words, "infrastructure.details_caption", model.name)
    html = citations.context.html(
        "model_infrastructure.html.jinja",
        table=table if rows else None,
        details=details_table(citations, caption, infra.details, order, title),
        machines=machines_drawing(citations.context, model, infra),
        bar=hours_bar(citations.context, _listed_hours(citations, infra)),
        hours=_hours_table(citations, model, infra, worked),
        notes=list(map(citations.sourced_text, infra.notes)),
    )
    return [Section("infrastructure", words("section.infrastructure"), html)]


def hours_by_variants(citations: Citations, model: Model) -> dict[Markup, list[Entry]]:
    found: dict[Markup, list[Entry]] = {}
    for entry in citations.context.catalogue.entries_of(model):
        if html := worked_hours_html(citations, entry):
            found.setdefault(html, []).append(entry)
    return found


def _listed_hours(citations: Citations, infra: Infrastructure) -> list[tuple[Markup, Decimal]]:
    """Parts that add up to the total; others, such as hours for each trillion tokens, are no shares of it."""
    whole = infra.gpu_hours_total.value if infra.gpu_hours_total else None
    parts = [
        (citations.rich_text(one.part), one.hours.value.value)
        for one in infra.gpu_hours
        if one.part and one.hours.value
    ]
    return parts if whole is not None and sum(hours for _, hours in parts) == whole.value else []


class _HoursRow(NamedTuple):
    part: Text | None
    hours: Stated[Amount]
    cost: Stated[Amount] | None


def _hours_table(
    citations: Citations, model: Model, infra: Infrastructure, worked: Mapping[Markup, list[Entry]]
) -> Table | None:
    if not infra.gpu_hours and not worked:
        return None
    words = citations.context.words
    price = infra.price_per_gpu_hour_usd.value if infra.price_per_gpu_hour_usd else None
    priced = price is not None or any(part.cost_usd for part in infra.gpu_hours)
    total = infra.gpu_hours_total
    parts = [_HoursRow(part.part, part.hours, part.cost_usd) for part in infra.gpu_hours]
    if total is not None and total.value is not None:
        parts.append(_HoursRow(None, total, infra.cost_usd))
    products = _hours_times_price([part.hours.value for part in parts if part.hours.value], price, words)
    every = Markup("<b>{}</b>").format(words("infrastructure.total"))
    columns: list[Column[_HoursRow]] = [
        Column(words("field.gpu_hours.part"), lambda of: citations.rich_text(of.part) if of.part else every),
        Column(words("field.gpu_hours.hours"), lambda of: value_cell(citations, of.hours), True),
        Column(words("field.gpu_hours.cost_usd"), lambda of: value_cell(citations, of.cost), True, priced),
        Column(
            words("infrastructure.hours_times_price"),
            lambda of: next(products) if price and of.hours.value else EMPTY,
            True,
            priced,
        ),
    ]
    caption, title = model_caption(words, "infrastructure.hours_caption", model.name)
    table, rows = by_column(caption, columns, parts, title=title), []
    for html, entries in worked.items():
        names = words("punctuation.listed").join(short_variant(entry.variant.name) for entry in entries)
        part = escape(names) if len(model.variants) > 1 else every
        rows.append([Cell(part), Cell(html), *([EMPTY] * (len(table.heads) - 2))])
    return replace(table, rows=[*table.rows, *rows])


def _hours_times_price(hours: Sequence[Amount], price: Quantity | None, words: Words) -> Iterator[Cell]:
    found = [amount.value * price.value for amount in hours] if price else []
    for text, product in zip(format.format_amounts(found, words), found, strict=True):
        yield Cell(recomputed_html(text), str(product))


def serving_sections(citations: Citations, model: Model) -> list[Section]:
    prices = price_spans(citations.context.catalogue, {variant.id for variant in model.variants})
    if not (model.serving or prices) and model.kv_cache is None:
        return []
    words = citations.context.words
    caption, title = model_caption(words, "serving.caption", model.name)
    details = details_table(citations, caption, model.serving, [v.id for v in model.variants], title)
    tools = calculator_links(citations, citations.context.catalogue.flagship(model))
    html = citations.context.html(
        "model_serving.html.jinja",
        cache=_stored_caches_table(citations, model),
        details=details,
        prices=_family_prices(citations, model, prices),
        tools="" if _derived_by_variant(citations, model) else tools,
    )
    return [Section("serving", words("section.serving"), html)]


def _family_prices(citations: Citations, model: Model, prices: Sequence[PriceSpan]) -> Table | None:
    if not prices:
        return None
    caption, title = model_caption(citations.context.words, "prices.of_model", model.name)
    return price_table(citations, caption, prices, title)


def _stored_caches_table(citations: Citations, model: Model) -> Table | None:
    context, words, stated_format = citations.context, citations.context.words, model.kv_cache
    entries = [
        entry for entry in architecture_owners(context.catalogue.entries_of(model)) if entry.stored_cache is not None
    ]
    if stated_format is None or not entries:
        return None
    values = dict(stated_values(stated_format))
    published = values.pop("bytes_per_token", None)

    def said(entry: Entry, value: Stated[Any] | None) -> Cell:
        return value_cell(citations, value.for_variant(entry.variant.id) if value is not None else None)

    columns: list[Column[Entry]] = [Column(words("table.variant"), lambda e: e.variant.name)]
    columns += columns_for_each(
        values, lambda key: words(f"field.cache.{key}"), lambda e, key: said(e, values[key]), True
    )
    columns += [
        Column(
            words("field.cache.in_bf16"), lambda e: working_cell(e, cache_bytes(e.recount) if e.recount else None), True
        ),
        Column(words("field.cache.in_service"), lambda e: working_cell(e, e.stored_cache), True),
        Column(words("field.cache.bytes_per_token"), lambda e: said(e, published), True, published is not None),
    ]
    caption, title = model_caption(words, "serving.cache_caption", model.name)
    return by_column(caption, columns, entries, title=title)


_LEFT_OUT = {AttentionLeftOut.KIND: "follows.left_out_kind", AttentionLeftOut.LENGTH: "follows.left_out_length"}

# Lines that variants are compared by.
_COMPARED = ("tokens_per_parameter", "tokens_per_activated", "training_flops")

# Fields of an entry's infrastructure that a line is held against, with the word for their unit.
_PUBLISHED = {"flops_per_token": ("gflop_per_token", "follows.gflop"), "utilisation": ("model_flops_utilization", None)}


def derived_sections(citations: Citations, model: Model) -> list[Section]:
    words = citations.context.words
    found = {entry.variant.id: (entry, result) for entry, result in _derived_by_variant(citations, model)}
    if not found:
        return []
    lead, result = found.pop(model.flagship if model.flagship in found else list(found)[-1])
    html = citations.context.html(
        "model_follows.html.jinja",
        table=_derived_table(citations, lead, result, list(found.values())),
        left_out=words(_LEFT_OUT[result.attention_left_out]) if result.attention_left_out else None,
        utilisation=_utilisation_remark(citations, lead) if "utilisation" in result.terms else None,
        tools=calculator_links(citations, lead),
    )
    return [Section("what-follows", words("section.follows"), html)]


def _derived_by_variant(citations: Citations, model: Model) -> list[tuple[Entry, TrainingMetrics]]:
    catalogue = citations.context.catalogue
    found = ((entry, training_metrics_with_peak(catalogue.gpus, entry)) for entry in catalogue.entries_of(model))
    return [(entry, result) for entry, result in found if result is not None]


def _derived_table(
    citations: Citations, lead: Entry, result: TrainingMetrics, others: list[tuple[Entry, TrainingMetrics]]
) -> Table:
    words = citations.context.words
    name = lead.variant.name
    heads = [
        Head(words("tools.line")),
        Head(words("follows.working", name=name) if others else words("follows.formula")),
        Head(name if others else words("tools.result"), True),
        *(Head(entry.variant.name, True) for entry, _ in others),
    ]
    rows = [
        [
            Cell(escape(words(f"term.{key}"))),
            Cell(Markup("<code>{}</code><br>{}").format(term.formula, term.numbers)),
            Cell(
                recomputed_html(term_with_unit(words, term))
                + counted_mark(words, metric_counts(lead, key))
                + _published_value(citations, lead, key)
            ),
            *(Cell(_derived_result(words, entry, other.terms.get(key))) for entry, other in others),
        ]
        for key, term in result.terms.items()
    ]
    caption, title = model_caption(words, "follows.caption", lead.model.name)
    return Table(caption, heads, rows, classes="ds-sums", title=title)


def _derived_result(words: Words, entry: Entry, term: Computation | None) -> Markup:
    if term is None:
        return NOTHING
    html = recomputed_html(term_with_unit(words, term), term.numbers)
    return html + counted_mark(words, metric_counts(entry, term.name))


def _published_value(citations: Citations, entry: Entry, key: str) -> Markup:
    field, unit = _PUBLISHED.get(key, ("", None))
    stated = getattr(entry.model.infrastructure, field, None)
    single = stated.for_variant(entry.variant.id) if stated else None
    if single is None or single.value is None:
        return Markup("")
    words = citations.context.words
    return Markup("<br><small>{} {}{}</small>").format(
        words("follows.published"), citations.value_html(single), f" {words(unit)}" if unit else ""
    )


def calculator_links(citations: Citations, entry: Entry) -> Markup:
    context = citations.context
    words, known = context.words, reference_run(context.catalogue) is not None
    able = {"memory": memory_footprint(entry), "training": training_effort(entry)}
    links = [
        Markup('<a href="ds:tools/{}.md?v={}">{}</a>').format(name, entry.variant.id, words(f"tools.{name}.title"))
        for name, found in able.items()
        if known and not isinstance(found, MissingFields)
    ]
    return Markup(" · ").join(links)


def _utilisation_remark(citations: Citations, entry: Entry) -> Markup:
    """What the utilisation is compared with, and DeepSeek's own."""
    words, gpu = citations.context.words, training_gpu(citations.context.catalogue.gpus, entry)
    assert gpu is not None
    assert entry.model.infrastructure is not None
    peak = citations.cite(citations.value_in_words(gpu.bf16_tflops.value), gpu.bf16_tflops.source)
    sentences = [escape(words("follows.against")).format(peak=peak)]
    precision = entry.model.infrastructure.precision
    compute = precision.compute.for_variant(entry.variant.id) if precision and precision.compute else None
    if compute is not None and compute.value and number_format(compute.value) != "BF16":
        sentences.append(Markup(words("follows.other_format", format=citations.value_html(compute))))
    if _published_value(citations, entry, "utilisation"):
        sentences.append(escape(words("follows.against_published")))
    return Markup(words("punctuation.gap")).join(sentences)


def compute_table(citations: Citations, models: list[Model]) -> Table:
    context, words = citations.context, citations.context.words
    entries = [entry for model in models for entry in context.catalogue.entries_of(model) if pre_training_tokens(entry)]
    results = {entry.variant.id: training_metrics_with_peak(context.catalogue.gpus, entry) for entry in entries}
    columns: list[Column[Entry]] = [
        Column(
            words("table.variant"),
            lambda e: variant_link(e, "what-follows" if results[e.variant.id] else "architecture"),
        ),
        Column(
            words("field.parameters.total"), lambda e: _size_cell(citations, e.total, e.variant.parameters.total), True
        ),
        Column(
            words("working.activated", basis=words("basis.no_input_embedding")),
            lambda e: _size_cell(citations, e.activated, e.variant.parameters.activated),
            True,
        ),
        Column(words("field.data.tokens"), lambda e: value_cell(citations, pre_training_tokens(e)), True),
    ]
    columns += columns_for_each(
        _COMPARED,
        lambda key: words(f"term.{key}"),
        lambda e, key: _derived_cell(citations, e, results[e.variant.id], key),
        True,
    )
    return by_column(words("compare.training.compute_caption"), columns, entries)


def _size_cell(citations: Citations, recounted: int | None, published: Single[Quantity] | None) -> Cell:
    if recounted is not None:
        cell, counts = recomputed_size(recounted), counts_of(published)
        partial_count = counts if counts in (Counted.BACKBONE, Counted.WRITING) else None
        return Cell(cell.html + counted_mark(citations.context.words, partial_count), cell.sort)
    return Cell(citations.value_html(published) if published else NOTHING, sort_key(published) or "")


def _derived_cell(citations: Citations, entry: Entry, result: TrainingMetrics | None, key: str) -> Cell:
    term = result.terms.get(key) if result else None
    if result is None or term is None:
        return EMPTY
    html = _derived_result(citations.context.words, entry, term)
    if key == "training_flops" and result.attention_left_out:
        html += Markup("<br><small>{}</small>").format(citations.context.words("follows.products_alone"))
    return Cell(html, f"{as_decimal(term.exact):f}")

"""What follows: tokens per parameter, cache, computation and utilisation, each with its formula and numbers."""

from __future__ import annotations

from markupsafe import Markup, escape

from catalogue.derive.calculators import Missing, effort, footprint
from catalogue.derive.expression import Term
from catalogue.derive.training import Consequences, LeftOut, pre_training_tokens
from catalogue.peaks import followed, reference_run
from catalogue.peaks import peak as peak_of
from catalogue.records import Entry
from catalogue.schema.model import Model
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import number_format
from catalogue.schema.values import Single

from ..cite import Citations
from ..computed import decimal, recomputed, recomputed_size, with_unit
from ..fields import value_cell
from ..links import variant_link
from ..page import Section
from ..tables import EMPTY, NOTHING, Cell, Column, Head, Table, by_column, each, of_model, sort_key
from ..words import Words

_LEFT_OUT = {LeftOut.KIND: "follows.left_out_kind", LeftOut.LENGTH: "follows.left_out_length"}

# Lines that variants are compared by.
_COMPARED = ("tokens_per_parameter", "tokens_per_activated", "training_flops")

# Fields of an entry's infrastructure that a line is held against, with the word for their unit.
_PUBLISHED = {"flops_per_token": ("gflop_per_token", "follows.gflop"), "utilisation": ("model_flops_utilization", None)}


def follows(citations: Citations, model: Model) -> list[Section]:
    """The lines of the flagship with their working, and the results of the other sizes beside them."""
    words = citations.context.words
    found = {entry.variant.id: (entry, result) for entry, result in _found(citations, model)}
    if not found:
        return []
    lead, result = found.pop(model.flagship if model.flagship in found else list(found)[-1])
    html = citations.context.html(
        "model_follows.html.jinja",
        table=_table(citations, lead, result, list(found.values())),
        left_out=words(_LEFT_OUT[result.attention_left_out]) if result.attention_left_out else None,
        utilisation=_remark(citations, lead) if "utilisation" in result.terms else None,
        tools=calculators(citations, lead),
    )
    return [Section("what-follows", words("section.follows"), html)]


def _found(citations: Citations, model: Model) -> list[tuple[Entry, Consequences]]:
    found = []
    for entry in citations.context.catalogue.entries_of(model):
        result = followed(citations.context.lookup, entry)
        if result is not None:
            found.append((entry, result))
    return found


def _table(citations: Citations, lead: Entry, result: Consequences, others: list[tuple[Entry, Consequences]]) -> Table:
    words = citations.context.words
    name = lead.variant.name
    heads = [
        Head(words("follows.line")),
        Head(words("follows.working", name=name) if others else words("follows.formula")),
        Head(name if others else words("follows.result"), True),
        *(Head(entry.variant.name, True) for entry, _ in others),
    ]
    rows = [
        [
            Cell(escape(words(f"term.{key}"))),
            Cell(Markup("<code>{}</code><br>{}").format(term.formula, term.numbers)),
            Cell(recomputed(with_unit(words, term)) + _published(citations, lead, key)),
            *(Cell(_other(words, other.terms.get(key))) for _, other in others),
        ]
        for key, term in result.terms.items()
    ]
    caption, title = of_model(words, "follows.caption", lead.model.name)
    return Table(caption, heads, rows, classes="ds-sums", title=title)


def _other(words: Words, term: Term | None) -> Markup:
    return recomputed(with_unit(words, term), term.numbers) if term is not None else NOTHING


def _published(citations: Citations, entry: Entry, key: str) -> Markup:
    """The makers' own value of a line, where the entry has one."""
    field, unit = _PUBLISHED.get(key, ("", None))
    stated = getattr(entry.model.infrastructure, field, None)
    single = stated.for_variant(entry.variant.id) if stated else None
    if single is None or single.value is None:
        return Markup("")
    words = citations.context.words
    return Markup("<br><small>{} {}{}</small>").format(
        words("follows.published"), citations.single(single), f" {words(unit)}" if unit else ""
    )


def anything_follows(citations: Citations, model: Model) -> bool:
    """Whether the part has lines for any variant of a model."""
    return bool(_found(citations, model))


def calculators(citations: Citations, entry: Entry) -> Markup:
    """The calculators that can work with a variant, with it chosen; nothing where none can."""
    context = citations.context
    words, known = context.words, reference_run(context.catalogue, context.lookup) is not None
    able = {"memory": footprint(entry), "training": effort(entry)}
    links = [
        Markup('<a href="ds:tools/{}.md?v={}">{}</a>').format(name, entry.variant.id, words(f"tools.{name}.title"))
        for name, found in able.items()
        if known and not isinstance(found, Missing)
    ]
    return escape(words("follows_tools")).format(links=Markup(" · ").join(links)) if links else Markup("")


def _remark(citations: Citations, entry: Entry) -> Markup:
    """What the utilisation is held against, and how it compares with the makers' own."""
    words, peak = citations.context.words, peak_of(citations.context.lookup, entry)
    assert peak is not None
    assert entry.model.infrastructure is not None
    sentences = [escape(words("follows.against")).format(peak=citations.found(peak))]
    precision = entry.model.infrastructure.precision
    compute = precision.compute.for_variant(entry.variant.id) if precision and precision.compute else None
    if compute is not None and compute.value and number_format(compute.value) != "BF16":
        sentences.append(Markup(words("follows.other_format", format=citations.single(compute))))
    if _published(citations, entry, "utilisation"):
        sentences.append(escape(words("follows.against_published")))
    return Markup(words("punctuation.gap")).join(sentences)


def compute_table(citations: Citations, models: list[Model]) -> Table:
    """One row per variant that was trained from nothing: size, tokens, tokens per parameter, FLOPs."""
    context, words = citations.context, citations.context.words
    entries = [entry for model in models for entry in context.catalogue.entries_of(model) if pre_training_tokens(entry)]
    results = {entry.variant.id: followed(context.lookup, entry) for entry in entries}
    columns: list[Column[Entry]] = [
        Column(
            words("table.variant"),
            lambda e: variant_link(e, "what-follows" if results[e.variant.id] else "architecture"),
        ),
        Column(
            words("field.parameters.total"),
            lambda e: _size(citations, e.total, e.variant.parameters.total),
            True,
        ),
        Column(
            words("working.activated", basis=words("basis.no_input_embedding")),
            lambda e: _size(citations, e.activated, e.variant.parameters.activated),
            True,
        ),
        Column(words("field.data.tokens"), lambda e: value_cell(citations, pre_training_tokens(e)), True),
    ]
    columns += each(
        _COMPARED,
        lambda key: words(f"term.{key}"),
        lambda e, key: _compared(citations, results[e.variant.id], key),
        True,
    )
    return by_column(words("compare.training.compute_caption"), columns, entries)


def _size(citations: Citations, recounted: int | None, published: Single[Quantity] | None) -> Cell:
    """The recounted size; the published one where there is none."""
    if recounted is not None:
        return recomputed_size(recounted)
    return Cell(citations.single(published) if published else NOTHING, sort_key(published) or "")


def _compared(citations: Citations, result: Consequences | None, key: str) -> Cell:
    term = result.terms.get(key) if result else None
    if result is None or term is None:
        return EMPTY
    html = recomputed(with_unit(citations.context.words, term), term.numbers)
    if key == "training_flops" and result.attention_left_out:
        html += Markup("<br><small>{}</small>").format(citations.context.words("follows.products_alone"))
    return Cell(html, f"{decimal(term.exact):f}")

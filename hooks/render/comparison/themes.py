"""What one variant says on each theme of the comparison: identity, sizes, architecture, cache and compute.

Training, infrastructure and evaluation, which are stated for a model, are in `stated_for_models`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, get_args

from markupsafe import Markup, escape

from catalogue import checkpoint
from catalogue.checkpoint import holds_for, variant_lineage
from catalogue.derive.agreement import Agreement, comparable_dimension, comparable_spelling, comparable_value
from catalogue.derive.expression import Term
from catalogue.derive.parameters import ACTIVATED_CONVENTION, cache_bytes
from catalogue.derive.training import SizeOf, metric_counts, published_size, recomputed_size
from catalogue.lookup import metrics_of
from catalogue.records import Entry
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import Counted, PartKind, Size
from catalogue.schema.quantities import Count
from catalogue.schema.values import Block, Single, Stated

from .. import format
from ..cite import Citations, counted_mark, reference_anchor
from ..computed import agreement_cell, put_in, with_unit, working_cell, working_link
from ..links import model_link
from ..marks import NOTHING
from ..words import Words
from .rows import NOT_HERE, Cells, ComparedCell, Row

_LICENCES = ("weights", "code", "commercial_use")


def ordered_values(
    block: Block, path: str = "", places: tuple[int, ...] = ()
) -> Iterator[tuple[str, tuple[int, ...], Any]]:
    """Every stated value of a block and its inner blocks as `(dotted.key, place in the schema, value)`."""
    for place, name in enumerate(type(block).model_fields):
        value = getattr(block, name)
        if isinstance(value, Stated):
            yield f"{path}{name}", (*places, place), value
        elif isinstance(value, Block) and not isinstance(value, Single):
            yield from ordered_values(value, f"{path}{name}.", (*places, place))


def published_cell(citations: Citations, value: Single[Any]) -> ComparedCell:
    """A published value with its source."""
    return ComparedCell(citations.single(value), comparable_value(value))


class _Listing:
    """Cells in the order in which they are put down; `put(…)` skips what a variant does not state."""

    def __init__(self, citations: Citations) -> None:
        self.citations, self.cells, self._place = citations, Cells(), 0

    def put(self, id_: str, label: Markup | str, what: ComparedCell | Single[Any] | None) -> None:
        self._place += 1
        if what is not None:
            given = what if isinstance(what, ComparedCell) else published_cell(self.citations, what)
            self.cells[Row((id_,), (self._place,), escape(label))] = given


def identity_rows(citations: Citations, entry: Entry) -> Cells:
    """Family, kind, parent, dates, paper and licences."""
    words = citations.context.words
    model, listing = entry.model, _Listing(citations)
    family = model_link(model)
    listing.put("model", words("compare.models.family"), ComparedCell(family, model.id))
    track = words(f"track.{model.track.value}")
    listing.put("track", words("compare.models.track"), ComparedCell(escape(track), model.track.value))
    kind = words(f"compare.models.kind.{entry.variant.kind.name.lower()}")
    listing.put("kind", words("compare.models.checkpoint"), ComparedCell(escape(kind), entry.variant.kind.value))
    listing.put("based_on", words("field.starts_from"), parent_cell(citations, entry))
    dates = {name: checkpoint.checkpoint_date(entry, name) for name in checkpoint.RELEASED}
    dates["api"] = checkpoint.api_date(citations.context.catalogue.api_names, entry.variant.id)
    for name, date in dates.items():
        listing.put(f"date.{name}", words("compare.models.date", of=words(f"field.dates.{name}")), date)
    listing.put("paper", words("fact.paper"), _paper_cell(citations, entry))
    for name in _LICENCES:
        licence = getattr(checkpoint.checkpoint_licences(entry), name, None)
        listing.put(f"licence.{name}", words(f"compare.models.licence.{name}"), licence)
    return listing.cells


def parent_cell(citations: Citations, entry: Entry) -> ComparedCell | None:
    """The weights a variant starts from, by the name of its page where there is one."""
    stated = entry.variant.based_on
    if stated is None:
        return None
    parent = citations.context.catalogue.entries.get(str(stated.value))
    if parent is None:
        return published_cell(citations, stated)
    return ComparedCell(citations.marked(escape(parent.variant.name), stated.source), parent.variant.id)


def _paper_cell(citations: Citations, entry: Entry) -> ComparedCell:
    words, reference = (
        citations.context.words,
        citations.context.catalogue.references.get(checkpoint.checkpoint_reference(entry) or ""),
    )
    if reference is None:
        return ComparedCell(Markup('<span class="ds-absent">{}</span>').format(words("fact.no_paper")), "")
    label = f"arXiv:{reference.eprint}" if reference.eprint else reference.title
    link = Markup('<a href="ds:references.md#{}">{}</a>').format(reference_anchor(reference.key), label)
    return ComparedCell(link, reference.key)


def size_rows(citations: Citations, entry: Entry) -> Cells:
    """Published and recomputed parameters, with how they agree, and the parts beside the main model."""
    words, parameters, listing = citations.context.words, entry.variant.parameters, _Listing(citations)
    activated = {"total": parameters.total, "activated": parameters.activated}
    agreements = {"total": entry.total_agreement, "activated": entry.activated_agreement}
    for name, published in activated.items():
        label = words(f"field.parameters.{name}")
        listing.put(
            f"{name}.published",
            _basis_label(label, words("compare.models.published")),
            _printed_size(citations, published, agreements[name]),
        )
        how = words("compare.models.recomputed")
        if name == "activated":
            how = words("punctuation.listed").join((how, words(f"basis.{ACTIVATED_CONVENTION.name.lower()}")))
        listing.put(
            f"{name}.recomputed",
            _basis_label(label, how),
            _recounted_size(citations, entry, SizeOf(name), agreements[name]),
        )
    for kind in PartKind:
        term = entry.parts.get(kind)
        label = words(f"compare.models.part.{kind.name.lower()}")
        what = NOT_HERE if term is None and _has_none(entry, kind) else _worked_size(entry, term)
        listing.put(f"part.{kind.name}", _basis_label(label, words("compare.models.recomputed")), what)
    return listing.cells


def _recounted_size(citations: Citations, entry: Entry, which: SizeOf, found: Agreement | None) -> ComparedCell | None:
    """The recount that a published size is held against; what Engram adds, and what is compared, is that with all of it."""
    said, whole = _agreement_cell(citations, entry, found), recomputed_size(entry, which)
    if said is None or found is None or whole is None:
        return said
    words, published = citations.context.words, published_size(entry, which)
    html = said.html
    if published is not None and published.counts in (Counted.BACKBONE, Counted.WRITING):
        html += counted_mark(words, published.counts)
    if whole.value != found.recomputed:
        html += Markup("<br>") + working_link(entry, format.format_compact(whole.value), put_in(whole))
        html += counted_mark(words, Counted.WITH_ENGRAM)
    return ComparedCell(html, str(whole.value))


def _printed_size(citations: Citations, published: Size[Count] | None, recounted: Agreement | None) -> ComparedCell:
    """A published size. What it counts is its paper's choice: where there is a recount, that alone is compared."""
    if published is None:
        return NOT_HERE
    shown = published_cell(citations, published)
    return shown if recounted is None and published.counts is None else ComparedCell(shown.html, None)


def _has_none(entry: Entry, kind: PartKind) -> bool:
    """Whether an architecture says that it has no such part, by having no such dimension."""
    dimension = {PartKind.MTP: "num_nextn_predict_layers", PartKind.ENGRAM: "engram_layers"}.get(kind)
    return entry.architecture is not None and dimension is not None and getattr(entry.architecture, dimension) is None


def _basis_label(label: str, how: str) -> Markup:
    return Markup("{} <small>{}</small>").format(label, how)


def _agreement_cell(citations: Citations, entry: Entry, found: Agreement | None) -> ComparedCell | None:
    if found is None:
        return None
    return ComparedCell(agreement_cell(citations, entry, found).html, str(found.recomputed))


def _worked_size(entry: Entry, term: Term | None) -> ComparedCell | None:
    """A size as long as published ones are; all its digits are in the title."""
    if term is None:
        return None
    title = f"{format.format_integer(term.value)} = {term.numbers}"
    return ComparedCell(working_link(entry, format.format_compact(term.value), title), str(term.value))


def _worked_cell(entry: Entry, term: Term | None) -> ComparedCell | None:
    return ComparedCell(working_cell(entry, term).html, str(term.value)) if term is not None else None


def architecture_rows(citations: Citations, entry: Entry) -> Cells:
    """Every dimension of config.json; one that an architecture has not is a difference."""
    block = entry.architecture
    if block is None:
        return {}
    words = citations.context.words
    values = {key: value for key, _, value in ordered_values(block)}
    cells = {}
    for key, place in _schema_dimensions():
        label = Markup("{} <code>{}</code>").format(words(f"field.architecture.{key}"), key.rpartition(".")[2])
        value = values.get(key)
        html = citations.single(value) if value is not None else NOTHING
        cells[Row((key,), place, label)] = ComparedCell(html, comparable_dimension(key, value))
    return cells


@functools.cache
def _schema_dimensions() -> list[tuple[str, tuple[int, ...]]]:
    """Every dimension of the schema with its place; it knows nothing of the data, so it may be kept."""
    return list(fields_with_values(Architecture))


def fields_with_values(
    block: type[Block], path: str = "", places: tuple[int, ...] = ()
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every field of a block and its inner blocks that holds a stated value, as `(dotted.key, place in the schema)`."""
    for place, (name, field) in enumerate(block.model_fields.items()):
        kinds = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
        if any(issubclass(kind, Stated) for kind in kinds):
            yield f"{path}{name}", (*places, place)
        for kind in kinds:
            if issubclass(kind, Block) and not issubclass(kind, Single):
                yield from fields_with_values(kind, f"{path}{name}.", (*places, place))


def cache_rows(citations: Citations, entry: Entry) -> Cells:
    """Context, and what a token of it takes in the cache: recounted, in service, published."""
    words, recount, listing = citations.context.words, entry.recount, _Listing(citations)
    listing.put("context", words("field.context_length"), entry.variant.context_length)
    listing.put("elements", words("field.kv_cache"), _worked_cell(entry, recount.kv_cache if recount else None))
    bf16 = cache_bytes(recount) if recount else None
    listing.put(
        "bf16",
        _basis_label(words("field.cache.in_bf16"), words("compare.models.recomputed")),
        _worked_cell(entry, bf16),
    )
    stored, agreement = entry.stored_cache, entry.stored_cache_agreement
    label = _basis_label(words("field.cache.in_service"), words("compare.models.recomputed"))
    if agreement is not None:
        listing.put("stored", label, _agreement_cell(citations, entry, agreement))
    else:
        listing.put("stored", label, _worked_cell(entry, stored))
    published = entry.model.kv_cache.bytes_per_token if entry.model.kv_cache else None
    listing.put(
        "published",
        words("field.cache.bytes_per_token"),
        holds_for(published, variant_lineage(citations.context.catalogue.entries, entry)),
    )
    return listing.cells


def compute_rows(citations: Citations, entry: Entry) -> Cells:
    """What follows from the architecture and the pre-training that made the weights, in this family or none."""
    words, listing = citations.context.words, _Listing(citations)
    line = variant_lineage(citations.context.catalogue.entries, entry)
    result = metrics_of(citations.context.lookup, line[-1])
    infrastructure = entry.model.infrastructure
    for key in (
        "sparsity",
        "tokens_per_parameter",
        "tokens_per_activated",
        "matrix_flops",
        "attention_flops",
        "flops_per_token",
        "training_flops",
        "utilisation",
    ):
        term = result.terms.get(key) if result else None
        listing.put(
            key,
            _basis_label(words(f"term.{key}"), words("compare.models.recomputed")),
            _derived_cell(words, entry, term),
        )
    for key in ("gflop_per_token", "model_flops_utilization"):
        label = _basis_label(words(f"field.infrastructure.{key}"), words("compare.models.published"))
        stated = getattr(infrastructure, key, None)
        listing.put(key, label, checkpoint.infrastructure_value(citations.context.catalogue.entries, entry, stated))
    return listing.cells


def _derived_cell(words: Words, entry: Entry, term: Term | None) -> ComparedCell | None:
    if term is None:
        return None
    shown = with_unit(words, term)
    html = Markup('<a class="ds-r" href="ds:models/{}.md#what-follows" title="{}">{}</a>').format(
        entry.model.id, term.numbers, shown
    )
    return ComparedCell(html + counted_mark(words, metric_counts(entry, term.name)), comparable_spelling(shown))

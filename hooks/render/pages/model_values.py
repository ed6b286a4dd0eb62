"""Every value of a model in one table with the place where it is stated, for those who check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

from catalogue.schema.model import Model, Variant
from catalogue.schema.training import Stage
from catalogue.schema.values import Block, Detail, Single, Sources, Stated

from ..cite import Citations
from ..fields import stated, with_unit
from ..names import short_size
from ..page import Section
from ..tables import NOTHING

Row = tuple[Markup | str, Markup, Markup]


def values(citations: Citations, model: Model) -> list[Section]:
    """Values by what they belong to: sizes and architecture of a variant, a stage of training, machines, service."""
    groups = [(name, rows) for name, rows in _groups(citations, model) if rows]
    if not groups:
        return []
    html = citations.context.html("model_values.html.jinja", groups=groups, model=model)
    return [Section("values", citations.context.words("section.values"), html)]


def _groups(citations: Citations, model: Model) -> Iterator[tuple[str, list[Row]]]:
    words = citations.context.words
    for variant in model.variants:
        yield variant.name, list(_variant(citations, variant))
    if model.tokenizer is not None:
        found = [*_rows(citations, model.tokenizer, "tokenizer."), *_details(citations, model.tokenizer.details)]
        yield words("training.tokenizer"), found
    for stage in model.training:
        kind = words(f"stage.{stage.kind.name.lower()}")
        yield words.text(stage.name) if stage.name else kind, list(_stage(citations, stage))
    if model.infrastructure is not None:
        skipped = ("gpu_hours",)
        found = [*_rows(citations, model.infrastructure, "infrastructure.", skipped)]
        for part in model.infrastructure.gpu_hours:
            found += _row(citations, citations.inline(part.part), part.hours)
        yield words("section.infrastructure"), [*found, *_details(citations, model.infrastructure.details)]
    served = [
        *(_rows(citations, model.kv_cache, "cache.") if model.kv_cache else ()),
        *_details(citations, model.serving),
    ]
    yield words("section.serving"), served


def _variant(citations: Citations, variant: Variant) -> Iterator[Row]:
    yield from _rows(citations, variant.parameters, "parameters.", ("parts",))
    if variant.context_length is not None:
        yield from _row(citations, citations.context.words("field.context_length"), variant.context_length)
    if variant.architecture is not None:
        yield from _rows(citations, variant.architecture, "architecture.")


def _stage(citations: Citations, stage: Stage) -> Iterator[Row]:
    yield from _rows(citations, stage, "")
    yield from _details(citations, (*stage.details, *(stage.data.details if stage.data else ())))


def _rows(citations: Citations, block: Block, prefix: str, skip: tuple[str, ...] = ()) -> Iterator[Row]:
    words = citations.context.words
    for key, value in stated(block):
        name = f"field.{prefix}{key}"
        if key.split(".")[0] not in skip and name in words:
            yield from _row(citations, words(name), value)


def _details(citations: Citations, details: tuple[Detail, ...]) -> Iterator[Row]:
    for detail in details:
        unit = citations.inline(detail.unit) if detail.unit else NOTHING
        yield from _row(citations, citations.inline(detail.label), detail.value, unit)


def _row(citations: Citations, label: Markup | str, value: Stated[Any], unit: Markup = NOTHING) -> Iterator[Row]:
    entries = citations.context.catalogue.entries
    for id_, single in value.singles():
        of = Markup(" <small>{}</small>").format(short_size(entries[id_].variant.name)) if id_ else Markup("")
        shown = citations.unsourced(single)
        if unit is not NOTHING and single.absence is None:
            shown = with_unit(shown, unit)
        yield escape(label) + of, shown + citations.note(single), _place(citations, single)


def _place(citations: Citations, single: Single[Any]) -> Markup:
    """The number of the source on this page, and where in it."""
    sources: Sources | None = single.source
    if sources is None:
        return Markup("")
    places = [citations.context.place(source.locus) for source in sources.items if source.locus]
    return citations.mark(sources) + Markup(" {}").format(citations.context.words("punctuation.separated").join(places))

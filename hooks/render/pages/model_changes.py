"""What a model changed against its predecessor, generated from both entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

from catalogue.records import Entry
from catalogue.schema.model import Model
from catalogue.schema.values import Block, Single

from ..cite import Citations, anchor
from ..fields import stated
from ..page import Section
from ..tables import Cell, Column, Table

# Settings of a file rather than of a design; they are in the architecture table.
_MINOR = {
    "rms_norm_eps",
    "tie_word_embeddings",
    "attention_bias",
    "qkv_bias",
    "hidden_act",
    "moe_layer_freq",
    "initializer_range",
    "head_dim",
    "norms_per_layer",
}


def changes(citations: Citations, model: Model) -> list[Section]:
    """Techniques that came and went, then the dimensions that differ, from → to."""
    context, words = citations.context, citations.context.words
    previous = context.catalogue.models.get(model.compared_with or "")
    if previous is None:
        return []
    ours, theirs = context.catalogue.flagship(model), context.catalogue.flagship(previous)
    link = Markup('<a href="ds:models/{}.md">{}</a>').format(previous.id, previous.name)
    reasons = any(change.reason for change in model.changes)
    written = [
        [
            Cell(citations.inline(change.aspect)),
            Cell(citations.inline(change.before) if change.before else Markup("–")),
            Cell(citations.inline(change.after) + citations.mark(change.source)),
            *([Cell(citations.inline(change.reason) if change.reason else Markup(""))] if reasons else []),
        ]
        for change in model.changes
    ]
    tables = []
    if written:
        heads = [
            Column(words(f"changes.{name}")) for name in ("aspect", "before", "after", *(["reason"] if reasons else []))
        ]
        tables.append(
            Table(
                words("changes.caption_written", model=model.name, previous=previous.name),
                heads,
                written,
                classes="ds-prose",
            )
        )
    rows = list(_differences(citations, theirs, ours))
    if rows:
        heads = [Column(words("table.field")), Column(theirs.variant.name), Column(ours.variant.name)]
        tables.append(
            Table(
                words("changes.caption_numbers", ours=ours.variant.name, theirs=theirs.variant.name),
                heads,
                rows,
                classes="ds-dimensions",
            )
        )
    groups = [
        (
            words(f"changes.{change}"),
            [_technique(citations, use.id) for use in model.techniques if use.change == change],
        )
        for change in ("introduced", "adopted", "dropped")
    ]
    html = context.html("model_changes.html.jinja", previous=link, groups=[g for g in groups if g[1]], tables=tables)
    return [Section("what-changed", words("section.changes"), html)]


def _technique(citations: Citations, id_: str) -> Markup:
    technique = citations.context.catalogue.techniques[id_]
    return Markup('<a href="ds:techniques/{}.md">{}</a>').format(id_, citations.context.short_name(technique))


def _differences(citations: Citations, theirs: Entry, ours: Entry) -> Iterator[list[Cell]]:
    words = citations.context.words
    for name in ("total", "activated"):
        before, after = getattr(theirs.variant.parameters, name), getattr(ours.variant.parameters, name)
        if _differ(before, after):
            yield [Cell(escape(words(f"field.parameters.{name}"))), _cell(citations, before), _cell(citations, after)]
    yield from _cache(citations, theirs, ours)
    old = dict(_values(theirs.architecture))
    new = dict(_values(ours.architecture))
    for key in dict.fromkeys([*old, *new]):
        if key not in _MINOR and not key.startswith("rope_scaling") and _differ(old.get(key), new.get(key)):
            label = Markup("{} <code>{}</code>").format(words(f"field.architecture.{key}"), key)
            yield [Cell(label), _cell(citations, old.get(key)), _cell(citations, new.get(key))]


def _cache(citations: Citations, theirs: Entry, ours: Entry) -> Iterator[list[Cell]]:
    caches = [entry.recount.kv_cache if entry.recount else None for entry in (theirs, ours)]
    if caches[0] and caches[1] and caches[0].value != caches[1].value:
        cells = [Cell(escape(citations.context.words("field.kv_cache")))]
        for entry, cache in ((theirs, caches[0]), (ours, caches[1])):
            href = f"ds:models/{entry.owner_model}.md#working-{anchor(entry.architecture_owner)}"
            cells.append(Cell(Markup('<a class="ds-r" href="{}">{:,}</a>').format(href, cache.value)))
        yield cells


def _values(block: Block | None) -> Iterator[tuple[str, Single[Any]]]:
    if block is not None:
        yield from stated(block)


def _differ(before: Single[Any] | None, after: Single[Any] | None) -> bool:
    a, b = (single.value if single else None for single in (before, after))
    return getattr(a, "value", a) != getattr(b, "value", b)


def _cell(citations: Citations, single: Single[Any] | None) -> Cell:
    return Cell(citations.single(single) if single is not None else Markup("–"))

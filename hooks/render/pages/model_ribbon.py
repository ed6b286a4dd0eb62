"""The headline numbers of a model, each with a strip that shows its place in the general line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial

from markupsafe import Markup, escape

from catalogue.derive.training import headline_tokens
from catalogue.records import Catalogue, Entry
from catalogue.schema.model import Model, Track
from catalogue.schema.quantities import Amount, Length, Quantity
from catalogue.schema.values import Single

from .. import format
from ..cite import Citations
from ..computed import put_in, working_link

FACTS = ("total", "activated", "kv_cache", "context", "tokens", "gpu_hours")
_WIDTH, _EDGE = 150, 5


@dataclass(frozen=True)
class Fact:
    """A headline number: label, HTML, what stands small behind or below it, and dots from 0 to `width`; the last is its own."""

    label: str
    html: Markup
    unit: str
    below: Markup
    dots: tuple[float, ...]


def ribbon(citations: Citations, model: Model) -> list[Fact]:
    """Headline numbers of the flagship; those that nobody has looked for are left out."""
    words, catalogue = citations.context.words, citations.context.catalogue
    facts = []
    for key in FACTS:
        html = _html(citations, model, key)
        if html is None:
            continue
        own = _number(catalogue, model, key)
        line = citations.context.once(f"line-{key}", partial(_line, catalogue, key))
        units = {"kv_cache": "fact.elements", "context": "fact.in_tokens", "tokens": "fact.in_tokens"}
        facts.append(
            Fact(
                words(f"fact.{key}"),
                html,
                words(units[key]) if key in units and own is not None else "",
                _below(citations, model, key),
                _dots(line, own) if own is not None else (),
            )
        )
    return facts


def _html(citations: Citations, model: Model, key: str) -> Markup | None:
    flagship = citations.context.catalogue.flagship(model)
    if key == "kv_cache":
        cache_ = flagship.recount.kv_cache if flagship.recount else None
        return working_link(flagship, format.integer(cache_.value), put_in(cache_)) if cache_ else None
    single = _single(flagship, key)
    if single is None:
        return None
    if isinstance(single.value, Length):
        return citations.marked(format.quantity(single.value), single.source)
    return citations.single(single)


def _single(entry: Entry, key: str) -> Single[Quantity] | Single[Amount] | Single[Length] | None:
    match key:
        case "total":
            return entry.variant.parameters.total
        case "activated":
            return entry.variant.parameters.activated
        case "context":
            return entry.variant.context_length
        case "tokens":
            return headline_tokens(entry.model, entry.variant.id)
        case "gpu_hours":
            return entry.model.infrastructure.gpu_hours_total if entry.model.infrastructure else None
    return None


def _number(catalogue: Catalogue, model: Model, key: str) -> float | None:
    entry = catalogue.flagship(model)
    if key == "kv_cache":
        return float(entry.recount.kv_cache.value) if entry.recount and entry.recount.kv_cache else None
    single = _single(entry, key)
    if single is None and key == "activated":
        single = _single(entry, "total")
    return float(single.value.value) if single is not None and single.value is not None else None


def _line(catalogue: Catalogue, key: str) -> tuple[float, ...]:
    """The numbers of the general line, the oldest first."""
    models = [model for model in catalogue.in_order if model.track is Track.GENERAL]
    found = (_number(catalogue, model, key) for model in models)
    return tuple(number for number in found if number)


@cache
def _dots(line: tuple[float, ...], own: float) -> tuple[float, ...]:
    """Places on a logarithmic strip, the number's own last; none where there is nothing to compare with."""
    if own <= 0 or len(set(line)) < 2:
        return ()
    low, high = math.log(min(*line, own)), math.log(max(*line, own))
    return tuple(
        round(_EDGE + (math.log(number) - low) / (high - low) * (_WIDTH - 2 * _EDGE), 1)
        for number in (*dict.fromkeys(line), own)
    )


def _below(citations: Citations, model: Model, key: str) -> Markup:
    """What else a number says: the checkpoint that GPU-hours are of, and what they cost."""
    return Markup("<br>").join(_hours(citations, model)) if key == "gpu_hours" else Markup("")


def _hours(citations: Citations, model: Model) -> Iterator[Markup]:
    infra = model.infrastructure
    assert infra is not None
    if infra.total_of is not None:
        name = citations.context.catalogue.entries[infra.total_of].variant.name
        if name != model.name:
            yield escape(name)
    if infra.cost_usd is not None and infra.cost_usd.value is not None:
        yield escape(citations.context.words("model.cost", cost="{}")).format(citations.single(infra.cost_usd))

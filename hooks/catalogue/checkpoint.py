"""What holds for one checkpoint of what its family states: dates, licences, and the stages that made it.

A date, a paper and the licences of an entry are those of its first release: a checkpoint that came out by itself has a
`release`, and nothing of the entry's is handed to it. What an entry says of its training holds for the variants that it
names. A day in the API is that of the first pointer to the variant, so that it stands in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .records import Entry
from .schema.quantities import Quantity
from .schema.release import ApiName, Licences
from .schema.training import Stage
from .schema.values import PartialDate, Single, Stated, Text


def variant_lineage(entries: Mapping[str, Entry], entry: Entry) -> tuple[Entry, ...]:
    """The variant and the variants of the same model that it goes back to, the last first."""
    found = [entry]
    while True:
        parent = entries.get(str(found[-1].variant.based_on.value)) if found[-1].variant.based_on else None
        if parent is None or parent.model.id != entry.model.id or parent in found:
            return tuple(found)
        found.append(parent)


def holds_for(stated: Stated[Any] | None, line: tuple[Entry, ...]) -> Single[Any] | None:
    """A value as it holds for a variant: its own, or that of the weights it starts from."""
    if stated is None or stated.by_variant is None:
        return stated
    return next((single for e in line if (single := stated.for_variant(e.variant.id)) is not None), None)


@dataclass(frozen=True)
class Recipe:
    """A variant's lineage and the stages it went through, in order."""

    line: tuple[Entry, ...]
    stages: tuple[Stage, ...]


def recipe_stages(entries: Mapping[str, Entry], entry: Entry) -> Recipe:
    """The stages of a variant."""
    line = variant_lineage(entries, entry)
    ids = {e.variant.id for e in line}
    return Recipe(line, tuple(stage for stage in entry.model.training if ids & set(stage.variants)))


def most_trained(entries: Mapping[str, Entry], entry: Entry) -> Entry:
    """Of the variants of a model with the architecture of `entry`, the one that went through most stages.

    The flagship is often a base model, and what came after it belongs to the recipe too.
    """
    line = [entry, *(entries[variant.id] for variant in entry.model.variants)]
    same = [e for e in line if e.architecture_owner == entry.architecture_owner]
    return max(same, key=lambda e: len(recipe_stages(entries, e).stages))


RELEASED = ("weights", "announcement", "paper")


def checkpoint_date(entry: Entry, name: str) -> Single[PartialDate] | None:
    """A date of a checkpoint: `weights`, `announcement` or `paper`; None where nobody states it of this one."""
    release = entry.variant.release
    found: Single[PartialDate] | None = getattr(release if release is not None else entry.model.dates, name)
    return found


def release_date(entry: Entry) -> PartialDate | None:
    """The first day of a checkpoint; None where its weights were never released, or nobody knows when."""
    weights = checkpoint_date(entry, "weights")
    if weights is not None and (weights.value is not None or entry.variant.release is not None):
        return weights.value
    found = [d.value for name in RELEASED if (d := checkpoint_date(entry, name)) is not None and d.value is not None]
    return min(found, key=lambda d: d.first_day, default=None)


def api_date(names: Iterable[ApiName], variant_id: str) -> Single[PartialDate] | None:
    """The first day on which a name of the API led to a variant; None where none did."""
    found = [pointer.since for name in names for pointer in name.pointers if pointer.variant == variant_id]
    dated = [since for since in found if since.value is not None]
    return min(dated, key=lambda since: since.value.first_day if since.value else "", default=next(iter(found), None))


def checkpoint_reference(entry: Entry) -> str | None:
    """Key of the paper that describes a checkpoint."""
    release = entry.variant.release
    return entry.model.reference if release is None else release.reference


def checkpoint_licences(entry: Entry) -> Licences | None:
    """The licences of a checkpoint: its own, or those of the release that it was part of."""
    release = entry.variant.release
    if release is not None:
        return release.licences
    return entry.variant.licences or entry.model.licences


def trained_with(entry: Entry) -> bool:
    """Whether what an entry says of its training holds for this variant."""
    block = entry.model.infrastructure
    return block is not None and (entry.variant.id in block.variants or len(entry.model.variants) == 1)


def infrastructure_value(entries: Mapping[str, Entry], entry: Entry, stated: Stated[Any] | None) -> Single[Any] | None:
    """A value of an entry's infrastructure as it holds for a variant.

    A value by variant is the variant's own, or that of the weights it was trained from in the same training.
    """
    if stated is None:
        return None
    if stated.by_variant is None:
        return stated if trained_with(entry) else None
    line = [e for e in variant_lineage(entries, entry) if e is entry or (trained_with(entry) and trained_with(e))]
    return next((single for e in line if (single := stated.for_variant(e.variant.id)) is not None), None)


def tokenizer_value(entries: Mapping[str, Entry], entry: Entry, stated: Stated[Any] | None) -> Single[Any] | None:
    """A value of an entry's tokenizer as it holds for a variant: for those whose embedding has as many rows as the flagship's."""
    if stated is None or stated.by_variant is not None:
        return holds_for(stated, variant_lineage(entries, entry))
    own, flagship = (_cost_rows(e) for e in (entry, entries[entry.model.flagship]))
    return stated if own == flagship else None


def _cost_rows(entry: Entry) -> int | None:
    return entry.architecture.vocab_size.value if entry.architecture else None


def gpu_hours(entry: Entry) -> Single[Quantity] | None:
    """GPU-hours of the whole training of a checkpoint."""
    return _total_for_variant(entry, "gpu_hours_total", "gpu_hours")


def published_cost(entry: Entry) -> Single[Quantity] | None:
    """Published cost of the whole training of a checkpoint."""
    return _total_for_variant(entry, "cost_usd", "cost_usd")


def _total_for_variant(entry: Entry, name: str, own: str) -> Single[Quantity] | None:
    """The total is that of one variant; that it is not published holds for all that were trained with it."""
    if entry.variant.release is not None:
        found: Single[Quantity] | None = getattr(entry.variant.release, own)
        return found
    block = entry.model.infrastructure
    stated: Stated[Quantity] | None = getattr(block, name, None)
    if block is None or stated is None or not trained_with(entry):
        return None
    if stated.value is not None and block.total_of not in (None, entry.variant.id):
        return None
    return stated.for_variant(entry.variant.id)


def weights_format(entry: Entry) -> Single[Text] | None:
    """Format of the released weights of a checkpoint."""
    if entry.variant.release is not None:
        return entry.variant.release.format
    precision = entry.model.infrastructure.precision if entry.model.infrastructure else None
    stated = precision.released_weights if precision else None
    if stated is None:
        return None
    if stated.by_variant is None and not trained_with(entry):
        return None
    return stated.for_variant(entry.variant.id)

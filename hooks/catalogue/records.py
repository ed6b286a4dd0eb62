"""The loaded catalogue: frozen, checked, with what was recomputed. What `render` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from .derive.agreement import Agreement, agreement
from .derive.expression import Term
from .derive.parameters import Recount, recount
from .derive.storage import stored_cache
from .references import Reference
from .schema.architecture import Architecture
from .schema.model import ApiName, Dates, Model, Variant
from .schema.technique import Technique
from .schema.values import PartialDate


@dataclass(frozen=True)
class Entry:
    """A variant with the model it belongs to and what follows from its architecture.

    Attributes:
        architecture_owner: Variant whose entry holds the architecture; itself where it is its own.
        owner_model: Model that variant belongs to.
    """

    model: Model
    variant: Variant
    architecture: Architecture | None
    architecture_owner: str
    owner_model: str
    recount: Recount | None

    @cached_property
    def total_agreement(self) -> Agreement | None:
        """Published against recomputed total, where both are there."""
        published = self.variant.parameters.total.value
        if published is None or self.recount is None or self.recount.total is None:
            return None
        return agreement(published, self.recount.total, self.variant.parameters.tolerance)

    @cached_property
    def activated_agreement(self) -> Agreement | None:
        """The same for the activated parameters, on the basis that the entry names."""
        stated = self.variant.parameters.activated
        if stated is None or stated.value is None or self.recount is None or not self.recount.activated:
            return None
        recomputed = self.recount.activated[self.variant.parameters.activated_basis]
        return agreement(stated.value, recomputed, self.variant.parameters.tolerance)

    @cached_property
    def stored_cache(self) -> Term | None:
        """Bytes that a token's cache takes in service, where the entry says how it is stored."""
        if self.recount is None or self.architecture is None:
            return None
        return stored_cache(self.architecture, self.recount, self.model.kv_cache, self.variant.id)

    @cached_property
    def stored_cache_agreement(self) -> Agreement | None:
        """The same, held against the published bytes."""
        stated = self.model.kv_cache.bytes_per_token if self.model.kv_cache else None
        published = stated.for_variant(self.variant.id) if stated else None
        if published is None or published.value is None or self.stored_cache is None:
            return None
        return agreement(published.value, self.stored_cache.value, None)


@dataclass(frozen=True)
class Catalogue:
    """Everything that was read, by id.

    Attributes:
        entries: Variants by id, in catalogue order.
        api_names: Names of the API with what each meant when.
        lines: Line of each model's and technique's entry in its file, for edit links.
        bibliography: references.bib as it stands, to download.
        slips: The report of `catalogue.slips`, as `make slips` wrote it; empty without one.
    """

    models: Mapping[str, Model]
    techniques: Mapping[str, Technique]
    references: Mapping[str, Reference]
    entries: Mapping[str, Entry]
    api_names: tuple[ApiName, ...]
    lines: Mapping[str, int]
    bibliography: str
    slips: Mapping[str, Mapping[str, Mapping[str, int]]]

    def flagship(self, model: Model) -> Entry:
        """The variant that stands for a model."""
        return self.entries[model.flagship]

    def entries_of(self, model: Model) -> tuple[Entry, ...]:
        """The variants of a model, in order."""
        return tuple(self.entries[variant.id] for variant in model.variants)


def entries(models: tuple[Model, ...]) -> dict[str, Entry]:
    """Variants by id, with shared architectures resolved. Unknown ids are left without one."""
    owners = {variant.id: variant for model in models for variant in model.variants}
    model_of = {variant.id: model.id for model in models for variant in model.variants}
    recounts: dict[str, Recount] = {}
    found = {}
    for model in models:
        for variant in model.variants:
            owner: Variant | None = variant
            seen = set()
            while owner is not None and owner.architecture is None and owner.id not in seen:
                seen.add(owner.id)
                owner = owners.get(owner.architecture_of or "")
            architecture = owner.architecture if owner else None
            if owner and architecture and owner.id not in recounts:
                recounts[owner.id] = recount(architecture)
            owner_id = owner.id if owner else variant.id
            found[variant.id] = Entry(
                model, variant, architecture, owner_id, model_of[owner_id], recounts.get(owner_id)
            )
    return found


def stated_dates(dates: Dates) -> dict[str, PartialDate]:
    """The dates that are known, by field."""
    names = [name for name in type(dates).model_fields if name != "source"]
    return {
        name: getattr(dates, name).value
        for name in names
        if getattr(dates, name) is not None and getattr(dates, name).value is not None
    }


def first_date(model: Model) -> PartialDate | None:
    """The earliest date of an entry."""
    return min(stated_dates(model.dates).values(), key=lambda d: d.first_day, default=None)

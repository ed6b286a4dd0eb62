"""The loaded catalogue: frozen, checked, with what was recomputed. What `render` takes."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from .derive.expression import Computation, evaluate_formula
from .derive.parameters import (
    ACTIVATED_CONVENTION,
    Agreement,
    Peers,
    Recount,
    compare_published,
    recount_sizes,
    stored_cache,
    vision_weights,
)
from .experiments import Result, WorkedStep
from .references import Reference
from .revision import Revision
from .schema.architecture import Architecture, ImagePath, VisionEncoder
from .schema.documents import Contemporary, Elsewhere, Watched
from .schema.model import (
    ApiName,
    ApiPrice,
    ApiService,
    BillingHours,
    Dates,
    Licences,
    Model,
    OtherModel,
    Part,
    PartKind,
    Rate,
    Variant,
)
from .schema.quantities import Quantity
from .schema.study import AliasesFile, AskedFile, Correction, Experiment, Problem, Question, QuestionGroup, StudyFile
from .schema.technique import SharedPage, Technique, TermsFile
from .schema.training import Gpu, Stage
from .schema.values import Block, PartialDate, Single, Stated, Text
from .settings import Settings


@dataclass(frozen=True)
class Entry:
    """A variant with its model and what follows from its architecture."""

    model: Model
    variant: Variant
    architecture: Architecture | None  # its own or the shared one, with the settings in which its configuration differs
    architecture_owner: str  # variant whose entry holds the architecture
    configuration_of: str  # the owner, unless settings differ; then the variant itself
    owner_model: str
    recount: Recount | None
    vision: VisionEncoder | None  # of the variant or of the architecture's owner
    images: tuple[ImagePath, ...]  # how images enter and leave, of the variant or one it shares them with
    # Model outside the catalogue whose weights it starts from, maybe through others of its family
    other_base: OtherModel | None = None

    @cached_property
    def encoder(self) -> Computation | None:
        width = self.architecture.hidden_size.value if self.architecture else None
        return vision_weights(self.vision, width) if self.vision and width else None

    @cached_property
    def parts(self) -> dict[PartKind, Computation]:
        """Auxiliary modules, everything together, and what reading a prompt uses."""
        recount = self.recount
        if recount is None or recount.total is None or self.architecture is None:
            return {}
        encoder = self.encoder
        tables = recount.engram[0] if recount.engram else None
        named = {
            PartKind.MTP: recount.mtp,
            PartKind.ENGRAM: tables,
            PartKind.VISION: encoder,
            PartKind.READING: recount.prefill,
        }
        beside = {t.name: t.value for t in (recount.mtp, *recount.engram, encoder) if t is not None}
        if beside:
            sizes = {"main_model": recount.total, **beside}
            named[PartKind.EVERYTHING] = evaluate_formula("everything", " + ".join(sizes), sizes)
        return {kind: t for kind, t in named.items() if t is not None}

    def part_agreement(self, part: Part) -> Agreement | None:
        recomputed = self.parts.get(part.recount) if part.recount else None
        if recomputed is None or part.count.value is None:
            return None
        return compare_published(part.count.value, recomputed.value, None)

    @property
    def licences(self) -> Licences | None:
        """Of the checkpoint: those of its own release, else of the variant or of the model."""
        if self.variant.release is not None:
            return self.variant.release.licences
        return self.variant.licences or self.model.licences

    @property
    def total(self) -> int | None:
        return self.recount.total if self.recount else None

    @property
    def activated(self) -> int | None:
        """None for a dense model, which uses all parameters."""
        return (
            self.recount.activated.get(ACTIVATED_CONVENTION) if self.recount and self.recount.inactive_experts else None
        )

    @cached_property
    def total_agreement(self) -> Agreement | None:
        published = self.variant.parameters.total.value
        if published is None or self.recount is None or self.recount.total is None:
            return None
        return compare_published(published, self.recount.total, self.variant.parameters.tolerance)

    @cached_property
    def activated_agreement(self) -> Agreement | None:
        stated = self.variant.parameters.activated
        if stated is None or stated.value is None or self.recount is None or not self.recount.activated:
            return None
        recomputed = self.recount.activated[ACTIVATED_CONVENTION]
        return compare_published(stated.value, recomputed, self.variant.parameters.tolerance)

    @cached_property
    def stored_cache(self) -> Computation | None:
        if self.recount is None or self.architecture is None:
            return None
        return stored_cache(self.architecture, self.recount, self.model.kv_cache, self.variant.id)

    @cached_property
    def stored_cache_agreement(self) -> Agreement | None:
        stated = self.model.kv_cache.bytes_per_token if self.model.kv_cache else None
        published = stated.for_variant(self.variant.id) if stated else None
        if published is None or published.value is None or self.stored_cache is None:
            return None
        return compare_published(published.value, self.stored_cache.value, None)


@dataclass(frozen=True)
class Catalogue:
    models: Mapping[str, Model]
    techniques: Mapping[str, Technique]
    shared_pages: Mapping[str, SharedPage]
    references: Mapping[str, Reference]
    entries: Mapping[str, Entry]  # in catalogue order
    api_names: tuple[ApiName, ...]
    api_prices: tuple[ApiPrice, ...]
    billing_hours: tuple[BillingHours, ...]
    api_services: tuple[ApiService, ...]
    gpus: Mapping[str, Gpu]
    places: Mapping[str, str]  # `data/models.yaml#L5` of each model and technique, for edit links
    bibliography: str  # references.bib as it stands
    peers: Peers  # report of `make peers`; empty without one
    glossary: TermsFile
    study: StudyFile
    corrections: tuple[Correction, ...]
    problems: tuple[Problem, ...]
    experiments: tuple[Experiment, ...]
    results: Mapping[str, Result]  # by the id of the experiment
    worked_step: WorkedStep | None  # none where it has not been written
    aliases: AliasesFile  # what people type, for a page, for what a section says, and in vain
    asked: AskedFile  # words by which people ask for facts
    elsewhere: Elsewhere  # report of tools/elsewhere.py; empty without one
    contemporaries: tuple[Contemporary, ...]
    question_groups: tuple[QuestionGroup, ...]
    questions: tuple[Question, ...]
    other_models: Mapping[str, OtherModel]  # models outside the catalogue that variants start from, by name
    revision: Revision
    watched: Watched | None  # where new releases were last looked for
    settings: Settings

    def experiment(self, id_: str) -> Experiment:
        """Raises StopIteration for an unknown id."""
        return next(one for one in self.experiments if one.id == id_)

    def techniques_on(self, page: str) -> tuple[Technique, ...]:
        return tuple(technique for technique in self.techniques.values() if technique.page == page)

    def flagship(self, model: Model) -> Entry:
        return self.entries[model.flagship]

    def predecessor(self, model: Model) -> Entry | None:
        """The variant that the model's flagship is compared with."""
        return self.entries.get(model.compared_with or "")

    @cached_property
    def in_order(self) -> tuple[Model, ...]:
        return tuple(sort_by_date(self.models.values()))

    @cached_property
    def children(self) -> Mapping[str, list[Model]]:
        """Models that build on each model, oldest first."""
        found: dict[str, list[Model]] = {}
        for model in self.in_order:
            for parent in dict.fromkeys(edge.model for edge in model.builds_on):
                found.setdefault(parent, []).append(model)
        return found

    def entries_of(self, model: Model) -> tuple[Entry, ...]:
        return tuple(self.entries[variant.id] for variant in model.variants)


def resolve_entries(models: tuple[Model, ...], other_models: tuple[OtherModel, ...] = ()) -> dict[str, Entry]:
    """Variants by id, with shared architectures resolved; an unknown id leaves None."""
    others = {other.name: other for other in other_models}
    owners = {variant.id: variant for model in models for variant in model.variants}
    model_of = {variant.id: model.id for model in models for variant in model.variants}
    recounts: dict[str, Recount] = {}
    found = {}
    for model in models:
        for variant in model.variants:
            owner: Variant | None = variant
            sharing: dict[str, Variant] = {}
            while owner is not None and owner.architecture is None and owner.id not in sharing:
                sharing[owner.id] = owner
                owner = owners.get(owner.architecture_of or "")
            architecture = owner.architecture if owner else None
            if owner and architecture and owner.id not in recounts:
                recounts[owner.id] = recount_sizes(architecture)
            owner_id = owner.id if owner else variant.id
            differing = [(v.id, v.architecture_except) for v in sharing.values() if v.architecture_except is not None]
            for _, settings in reversed(differing):
                architecture = _with_differences(architecture, settings) if architecture else None
            found[variant.id] = Entry(
                model,
                variant,
                architecture,
                owner_id,
                differing[0][0] if differing else owner_id,
                model_of[owner_id],
                recounts.get(owner_id),
                variant.vision or (owner.vision if owner else None),
                _image_blocks(variant, owner, owners),
                _outside_base(variant, {v.id: v for v in model.variants}, others),
            )
    return found


def _outside_base(
    variant: Variant, family: Mapping[str, Variant], others: Mapping[str, OtherModel]
) -> OtherModel | None:
    seen: set[str] = set()
    current: Variant | None = variant
    base = ""
    while current is not None and current.id not in seen:
        seen.add(current.id)
        base = str(current.based_on.value) if current.based_on and current.based_on.value else ""
        current = family.get(base)
    return others.get(base)


def _image_blocks(variant: Variant, owner: Variant | None, by_id: Mapping[str, Variant]) -> tuple[ImagePath, ...]:
    named = by_id.get(variant.images_of or "")
    if variant.images or named is not None:
        return variant.images or (named.images if named else ())
    shared = by_id.get(owner.images_of or "") if owner else None
    return owner.images or (shared.images if shared else ()) if owner else ()


B = TypeVar("B", bound=Block)


def _with_differences(block: B, differing: Block) -> B:
    updates: dict[str, Any] = {}
    for name in type(differing).model_fields:
        old, new = getattr(block, name), getattr(differing, name)
        if new is None or name == "source":
            continue
        inner = isinstance(old, Block) and not isinstance(old, Single)
        updates[name] = _with_differences(old, new) if inner else new
    return block.model_copy(update=updates)


def stated_dates(dates: Dates) -> dict[str, PartialDate]:
    stated = ((name, date) for name, date in vars(dates).items() if name != "source" and date is not None)
    return {name: date.value for name, date in stated if date.value is not None}


def first_date(model: Model) -> PartialDate | None:
    return min(stated_dates(model.dates).values(), key=lambda d: d.first_day, default=None)


def first_day(model: Model) -> str:
    """First day that the earliest date allows, as an ISO date; empty without one."""
    date = first_date(model)
    return date.first_day if date else ""


def is_younger(model: Model, other: Model) -> bool:
    return first_day(model) > first_day(other)


def sort_by_date(models: Iterable[Model]) -> list[Model]:
    """Oldest first; those without a date before all."""
    return sorted(models, key=first_day)


def variant_lineage(entries: Mapping[str, Entry], entry: Entry) -> tuple[Entry, ...]:
    """The variant and those of its model whose weights it starts from, nearest first."""
    found = [entry]
    while True:
        parent = entries.get(str(found[-1].variant.based_on.value)) if found[-1].variant.based_on else None
        if parent is None or parent.model.id != entry.model.id or parent in found:
            return tuple(found)
        found.append(parent)


def inherited_value(stated: Stated[Any] | None, line: tuple[Entry, ...]) -> Single[Any] | None:
    """The variant's own value, or that of the nearest weights it starts from."""
    if stated is None or stated.by_variant is None:
        return stated
    return next((single for e in line if (single := stated.for_variant(e.variant.id)) is not None), None)


@dataclass(frozen=True)
class Recipe:
    line: tuple[Entry, ...]
    stages: tuple[Stage, ...]


def recipe_stages(entries: Mapping[str, Entry], entry: Entry) -> Recipe:
    line = variant_lineage(entries, entry)
    ids = {e.variant.id for e in line}
    return Recipe(line, tuple(stage for stage in entry.model.training if ids & set(stage.variants)))


def most_trained(entries: Mapping[str, Entry], entry: Entry) -> Entry:
    """Of the variants that share its architecture, the one with most stages: a flagship is often a base model."""
    line = [entry, *(entries[variant.id] for variant in entry.model.variants)]
    same = [e for e in line if e.architecture_owner == entry.architecture_owner]
    return max(same, key=lambda e: len(recipe_stages(entries, e).stages))


RELEASED = ("weights", "announcement", "paper")


def checkpoint_date(entry: Entry, name: str) -> Single[PartialDate] | None:
    release = entry.variant.release
    found: Single[PartialDate] | None = getattr(release if release is not None else entry.model.dates, name)
    return found


def release_date(entry: Entry) -> PartialDate | None:
    """None where the weights were never released, or nobody knows when."""
    weights = checkpoint_date(entry, "weights")
    if weights is not None and (weights.value is not None or entry.variant.release is not None):
        return weights.value
    found = [d.value for name in RELEASED if (d := checkpoint_date(entry, name)) is not None and d.value is not None]
    return min(found, key=lambda d: d.first_day, default=None)


def api_date(names: Iterable[ApiName], variant_id: str) -> Single[PartialDate] | None:
    """The first day on which an API name led to the variant."""
    found = [pointer.since for name in names for pointer in name.pointers if pointer.variant == variant_id]
    dated = [since for since in found if since.value is not None]
    return min(dated, key=lambda since: since.value.first_day if since.value else "", default=next(iter(found), None))


@dataclass(frozen=True)
class PriceSpan:
    """A price with those of its names that it holds for until the same day."""

    price: ApiPrice
    names: tuple[ApiName, ...]
    until: PartialDate | None  # first day of the next price, or last of the names


def price_spans(catalogue: Catalogue, variants: Container[str] | None = None) -> list[PriceSpan]:
    """Prices of the API, the oldest first; of `variants` those of names that led to one of them at the time."""
    known, found = {name.id: name for name in catalogue.api_names}, []
    for price in catalogue.api_prices:
        by_end: dict[tuple[PartialDate | None, bool], list[ApiName]] = {}
        for name in map(known.__getitem__, price.names):
            until = _price_end(catalogue, price, name)
            if variants is None or _led_to(name, variants, price.since, until):
                by_end.setdefault((until, until is None and name.until is None), []).append(name)
        found += [PriceSpan(price, tuple(names), until) for (until, _), names in by_end.items()]
    return found


def _price_end(catalogue: Catalogue, price: ApiPrice, name: ApiName) -> PartialDate | None:
    later = (
        other.since
        for other in catalogue.api_prices
        if name.id in other.names and other.rate is not Rate.NIGHT and other.since.first_day > price.since.first_day
    )
    return next(later, name.until.value if name.until is not None else None)


def _led_to(name: ApiName, variants: Container[str], since: PartialDate, until: PartialDate | None) -> bool:
    """Whether the name led to one of the variants on some day between `since` and `until`."""
    ends = [*(pointer.since.value for pointer in name.pointers[1:]), name.until.value if name.until else None]
    return any(
        pointer.variant in variants
        and (end is None or since.first_day < end.first_day)
        and (until is None or pointer.since.value is None or pointer.since.value.first_day < until.first_day)
        for pointer, end in zip(name.pointers, ends, strict=True)
    )


def family_dates(catalogue: Catalogue, model: Model) -> dict[str, Single[PartialDate] | None]:
    """Dates of an entry by name; its first day in the API follows from the names where it is not stated."""
    pointed = [api_date(catalogue.api_names, variant.id) for variant in model.variants]
    dated = [since for since in pointed if since is not None and since.value is not None]
    first = min(dated, key=lambda since: since.value.first_day if since.value else "", default=None)
    stated = {name: getattr(model.dates, name) for name in (*RELEASED, "api")}
    return stated | {"api": stated["api"] or first}


def checkpoint_reference(entry: Entry) -> str | None:
    release = entry.variant.release
    return entry.model.reference if release is None else release.reference


def shares_training(entry: Entry) -> bool:
    """Whether what the entry says of training holds for this variant."""
    block = entry.model.infrastructure
    return block is not None and (entry.variant.id in block.variants or len(entry.model.variants) == 1)


def infrastructure_value(entries: Mapping[str, Entry], entry: Entry, stated: Stated[Any] | None) -> Single[Any] | None:
    if stated is None:
        return None
    if stated.by_variant is None:
        return stated if shares_training(entry) else None
    line = [e for e in variant_lineage(entries, entry) if e is entry or (shares_training(entry) and shares_training(e))]
    return next((single for e in line if (single := stated.for_variant(e.variant.id)) is not None), None)


def tokenizer_value(entries: Mapping[str, Entry], entry: Entry, stated: Stated[Any] | None) -> Single[Any] | None:
    """Holds for variants whose embedding has as many rows as the flagship's."""
    if stated is None or stated.by_variant is not None:
        return inherited_value(stated, variant_lineage(entries, entry))
    own, flagship = (
        e.architecture.vocab_size.value if e.architecture else None for e in (entry, entries[entry.model.flagship])
    )
    return stated if own == flagship else None


def published_gpu_hours(entry: Entry) -> Single[Quantity] | None:
    return _total_for_variant(entry, "gpu_hours_total", "gpu_hours")


def published_cost(entry: Entry) -> Single[Quantity] | None:
    return _total_for_variant(entry, "cost_usd", "cost_usd")


def _total_for_variant(entry: Entry, name: str, own: str) -> Single[Quantity] | None:
    """The total is one variant's; that it is not published holds for all trained with it."""
    if entry.variant.release is not None:
        found: Single[Quantity] | None = getattr(entry.variant.release, own)
        return found
    block = entry.model.infrastructure
    stated: Stated[Quantity] | None = getattr(block, name, None)
    if block is None or stated is None or not shares_training(entry):
        return None
    if stated.value is not None and block.total_of not in (None, entry.variant.id):
        return None
    return stated.for_variant(entry.variant.id)


def weights_format(entry: Entry) -> Single[Text] | None:
    if entry.variant.release is not None:
        return entry.variant.release.format
    precision = entry.model.infrastructure.precision if entry.model.infrastructure else None
    stated = precision.released_weights if precision else None
    if stated is None:
        return None
    if stated.by_variant is None and not shares_training(entry):
        return None
    return stated.for_variant(entry.variant.id)

"""The loaded catalogue: frozen, checked, with what was recomputed. What `render` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from .derive.agreement import Agreement, compare_published
from .derive.expression import Term, evaluate_formula
from .derive.parameters import ACTIVATED_CONVENTION, Recount, recount_sizes, stored_cache, vision_weights
from .experiments import Result
from .files import Revision
from .peers import Peers
from .references import Reference
from .schema.architecture import Architecture, ImagePath, VisionEncoder
from .schema.elsewhere import Contemporary, Elsewhere
from .schema.model import Model, OtherModel, Part, PartKind, Variant
from .schema.questions import AskedFile, Question, QuestionGroup
from .schema.release import ApiName, Dates
from .schema.study import Correction, Experiment, Problem, StudyFile
from .schema.technique import SharedPage, Technique, TermsFile
from .schema.technique import Term as Word
from .schema.training import Gpu
from .schema.values import Block, PartialDate, Single
from .schema.witnesses import Reason, Testimony, Witness


@dataclass(frozen=True)
class Entry:
    """A variant with the model it belongs to and what follows from its architecture.

    Attributes:
        architecture: Its own or the shared one, with the settings in which its configuration differs.
        architecture_owner: Variant whose entry holds the architecture; itself where it is its own.
        configuration_of: Variant whose configuration it has: the owner, unless settings differ.
        owner_model: Model that variant belongs to.
        vision: Vision encoder of the variant or of the owner of its architecture.
        images: How images enter and leave, of the variant or of one that it shares them with.
        other_base: Model outside of the catalogue whose weights it starts from, itself or through others of its family.
    """

    model: Model
    variant: Variant
    architecture: Architecture | None
    architecture_owner: str
    configuration_of: str
    owner_model: str
    recount: Recount | None
    vision: VisionEncoder | None
    images: tuple[ImagePath, ...]
    other_base: OtherModel | None = None

    @cached_property
    def encoder(self) -> Term | None:
        """Weights of the vision encoder; None without one, or where its dimensions are not known."""
        width = self.architecture.hidden_size.value if self.architecture else None
        return vision_weights(self.vision, width) if self.vision and width else None

    @cached_property
    def parts(self) -> dict[PartKind, Term]:
        """What stands beside the main model, part by part, and everything together; what reading a prompt uses."""
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
        """A published part held against the recomputed one, where both are there."""
        recomputed = self.parts.get(part.recount) if part.recount else None
        if recomputed is None or part.count.value is None:
            return None
        return compare_published(part.count.value, recomputed.value, None)

    @property
    def total(self) -> int | None:
        """The recomputed parameters; None where a dimension is not known."""
        return self.recount.total if self.recount else None

    @property
    def activated(self) -> int | None:
        """Those of them that a token uses, counted as everywhere; None for a dense model, which uses all."""
        return (
            self.recount.activated.get(ACTIVATED_CONVENTION) if self.recount and self.recount.inactive_experts else None
        )

    @cached_property
    def total_agreement(self) -> Agreement | None:
        """Published against recomputed total, where both are there."""
        published = self.variant.parameters.total.value
        if published is None or self.recount is None or self.recount.total is None:
            return None
        return compare_published(published, self.recount.total, self.variant.parameters.tolerance)

    @cached_property
    def activated_agreement(self) -> Agreement | None:
        """The same for the activated parameters, counted as everywhere."""
        stated = self.variant.parameters.activated
        if stated is None or stated.value is None or self.recount is None or not self.recount.activated:
            return None
        recomputed = self.recount.activated[ACTIVATED_CONVENTION]
        return compare_published(stated.value, recomputed, self.variant.parameters.tolerance)

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
        return compare_published(published.value, self.stored_cache.value, None)


@dataclass(frozen=True)
class Catalogue:
    """Everything that was read, by id.

    Attributes:
        shared_pages: Pages on which several techniques stand, by id.
        entries: Variants by id, in catalogue order.
        api_names: Names of the API with what each meant when.
        gpus: Kinds of GPU by id.
        places: File and line of each model's and technique's entry, for edit links: `data/models.yaml#L5`.
        bibliography: references.bib as it stands, to download.
        slips: The report of `tools/typo_report.py`, as `make slips` wrote it; empty without one.
        peers: The architectures built with Hugging Face transformers, as `make peers` wrote it; empty without a report.
        glossary: Words of the trade by subject, and forms that are not used.
        study: Guides in order, and routes through them.
        corrections: What this site had wrong.
        problems: Problems to predict and check.
        witnesses: Who else publishes values of DeepSeek's models.
        witness_reasons: Why some of them differ from ours.
        testimony: What each publishes, by its id.
        elsewhere: Models of other makers with DeepSeek's ideas, as `make elsewhere` wrote them; empty without a report.
        contemporaries: Models of other makers, recomputed beside DeepSeek's.
        asked: The words by which people ask for facts.
        question_groups: Headings of the page of questions.
        questions: What people ask, with an answer in a line.
        experiments: Claims of papers that labs/train tries on small models.
        results: What came out, by the id of the experiment.
        other_models: Models outside of the catalogue that variants start from, by name.
        searched: The day on which new releases were last looked for.
        aliases: What people type for a page, by its path, and the page does not say.
        revision: Of which day and commit the data is.
    """

    models: Mapping[str, Model]
    techniques: Mapping[str, Technique]
    shared_pages: Mapping[str, SharedPage]
    references: Mapping[str, Reference]
    entries: Mapping[str, Entry]
    api_names: tuple[ApiName, ...]
    gpus: Mapping[str, Gpu]
    places: Mapping[str, str]
    bibliography: str
    slips: Mapping[str, Mapping[str, Mapping[str, int]]]
    peers: Peers
    glossary: TermsFile
    study: StudyFile
    corrections: tuple[Correction, ...]
    problems: tuple[Problem, ...]
    experiments: tuple[Experiment, ...]
    results: Mapping[str, Result]
    aliases: Mapping[str, tuple[str, ...]]
    asked: AskedFile
    witnesses: tuple[Witness, ...]
    witness_reasons: tuple[Reason, ...]
    testimony: Mapping[str, Testimony]
    elsewhere: Elsewhere
    contemporaries: tuple[Contemporary, ...]
    question_groups: tuple[QuestionGroup, ...]
    questions: tuple[Question, ...]
    other_models: Mapping[str, OtherModel]
    revision: Revision
    searched: PartialDate | None

    def experiment(self, id_: str) -> Experiment:
        """The experiment of an id. Raises StopIteration for another."""
        return next(one for one in self.experiments if one.id == id_)

    @property
    def words_of_the_trade(self) -> tuple[Word, ...]:
        """The terms of the glossary with their names, other names and definitions; techniques have their own."""
        return self.glossary.terms

    def techniques_on(self, page: str) -> tuple[Technique, ...]:
        """The techniques that stand on a shared page, in catalogue order."""
        return tuple(technique for technique in self.techniques.values() if technique.page == page)

    def flagship(self, model: Model) -> Entry:
        """The variant that stands for a model."""
        return self.entries[model.flagship]

    def predecessor(self, model: Model) -> Entry | None:
        """The variant that the flagship of a model is compared with."""
        return self.entries.get(model.compared_with or "")

    @cached_property
    def in_order(self) -> tuple[Model, ...]:
        """The models, the oldest first."""
        return tuple(by_date(self.models.values()))

    @cached_property
    def children(self) -> Mapping[str, list[Model]]:
        """The models that build on each, by id, the oldest first."""
        found: dict[str, list[Model]] = {}
        for model in self.in_order:
            for parent in dict.fromkeys(edge.model for edge in model.builds_on):
                found.setdefault(parent, []).append(model)
        return found

    def entries_of(self, model: Model) -> tuple[Entry, ...]:
        """The variants of a model, in order."""
        return tuple(self.entries[variant.id] for variant in model.variants)


def resolve_entries(models: tuple[Model, ...], other_models: tuple[OtherModel, ...] = ()) -> dict[str, Entry]:
    """Variants by id, with shared architectures resolved. Unknown ids are left without one."""
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
                _other_base(variant, {v.id: v for v in model.variants}, others),
            )
    return found


def _other_base(variant: Variant, family: Mapping[str, Variant], others: Mapping[str, OtherModel]) -> OtherModel | None:
    """The model outside of the catalogue at the end of a variant's `based_on`, followed back inside its family."""
    seen: set[str] = set()
    current: Variant | None = variant
    base = ""
    while current is not None and current.id not in seen:
        seen.add(current.id)
        base = str(current.based_on.value) if current.based_on and current.based_on.value else ""
        current = family.get(base)
    return others.get(base)


def _image_blocks(variant: Variant, owner: Variant | None, by_id: Mapping[str, Variant]) -> tuple[ImagePath, ...]:
    """Those of the variant, of the one that it names, or of the owner of its architecture."""
    named = by_id.get(variant.images_of or "")
    if variant.images or named is not None:
        return variant.images or (named.images if named else ())
    shared = by_id.get(owner.images_of or "") if owner else None
    return owner.images or (shared.images if shared else ()) if owner else ()


B = TypeVar("B", bound=Block)


def _with_differences(block: B, differing: Block) -> B:
    """A block with the values that another one states in place of its own."""
    updates: dict[str, Any] = {}
    for name in type(differing).model_fields:
        old, new = getattr(block, name), getattr(differing, name)
        if new is None or name == "source":
            continue
        inner = isinstance(old, Block) and not isinstance(old, Single)
        updates[name] = _with_differences(old, new) if inner else new
    return block.model_copy(update=updates)


def stated_dates(dates: Dates) -> dict[str, PartialDate]:
    """The dates that are known, by field."""
    stated = ((name, date) for name, date in vars(dates).items() if name != "source" and date is not None)
    return {name: date.value for name, date in stated if date.value is not None}


def first_date(model: Model) -> PartialDate | None:
    """The earliest date of an entry."""
    return min(stated_dates(model.dates).values(), key=lambda d: d.first_day, default=None)


def first_day(model: Model) -> str:
    """The first day that the earliest date of an entry allows, as an ISO date; empty where it has none."""
    date = first_date(model)
    return date.first_day if date else ""


def younger_than(model: Model, other: Model) -> bool:
    """Whether an entry's first date is later than another's, so that it cannot be what the other was changed from."""
    return first_day(model) > first_day(other)


def by_date(models: Iterable[Model]) -> list[Model]:
    """The oldest first; those without a date before all."""
    return sorted(models, key=first_day)

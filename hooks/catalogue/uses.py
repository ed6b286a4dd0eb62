"""Who uses a technique, derived from entries, architectures, training and infrastructure.

A technique declares the fields it follows from (`follows_from`); an entry states the rest, and how it was used. A
family whose checkpoints come from different models has one use per origin. The labels are computed, never typed:

- first: no model of the catalogue used it before;
- kept: a model that this one builds on has it or, where that one's sources are silent, the next one back;
- adopted: neither;
- inherited: it came with the network or the weights of another model;
- in weights: the model starts from weights that were trained so, and its own training is not known. That is no use.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from . import records
from .derive.parameters import NOT_THERE, comparable_dimension, comparable_value
from .records import Entry, first_date
from .schema.model import Model, TechniqueChange, TechniqueUse, UseScope
from .schema.technique import Condition, InModel, Technique
from .schema.training import Infrastructure
from .schema.values import Absence, Facet, PartialDate, Single, Sources, fields_with, stated_at

HOME = "DeepSeek"  # an unreleased base of its own maker is no other model's network


class UseLabel(StrEnum):
    """What a model did with a technique, the most telling first."""

    INTRODUCED = "introduced"
    FORM = "form"
    FIRST = "first"
    ADOPTED = "adopted"
    KEPT = "kept"
    INHERITED = "inherited"
    DROPPED = "dropped"
    IN_WEIGHTS = "in_weights"

    @property
    def is_use(self) -> bool:
        return self not in (UseLabel.DROPPED, UseLabel.IN_WEIGHTS)


@dataclass(frozen=True)
class Use:
    """Checkpoints of a model that have a technique from one origin, and what the model did with it."""

    model: Model
    technique: Technique
    how: UseLabel
    stated: TechniqueUse | None = None  # what the entry says; None where it follows from fields alone
    variants: tuple[str, ...] = ()  # empty where it holds for all of the entry
    field: str = ""  # field it follows from; empty where it is stated alone
    sources: Sources | None = None
    origin: Model | None = None  # model whose network or weights brought it
    other_origin: str = ""  # name of such a model outside the catalogue
    trained_so: Model | None = None  # model whose training IN_WEIGHTS is about; `sources` are its
    # Sources that do not say how an IN_WEIGHTS checkpoint itself was trained; None where nobody looked
    own_unpublished: Sources | None = None
    date: PartialDate | None = None  # first date of the model, or of the checkpoints it holds for

    @property
    def day(self) -> str:
        """Empty without a date."""
        return self.date.first_day if self.date else ""

    @property
    def scope(self) -> UseScope | None:
        """None where it is used in all of the model."""
        return self.stated.only_in if self.stated is not None else None


@dataclass(frozen=True)
class FamilyUse:
    """A family's uses of a technique, one per label and origin, the most telling label first."""

    uses: tuple[Use, ...]

    @property
    def model(self) -> Model:
        return self.uses[0].model

    @property
    def technique(self) -> Technique:
        return self.uses[0].technique

    @property
    def how(self) -> UseLabel:
        return self.uses[0].how

    @property
    def is_use(self) -> bool:
        return self.how.is_use

    @cached_property
    def date(self) -> PartialDate | None:
        dates = [use.date for use in self.uses if use.date is not None and use.how.is_use is self.is_use]
        return min(dates, key=lambda day: day.first_day, default=None)

    @property
    def stated(self) -> TechniqueUse | None:
        return next((use.stated for use in self.uses if use.stated is not None), None)


@dataclass(frozen=True)
class _Answer:
    """What a checkpoint's fields say of a technique, with the sources that say so or are silent."""

    holds: bool | None
    sources: Sources | None = None
    unpublished: Sources | None = None


@dataclass(frozen=True)
class _Holding:
    """A checkpoint whose fields show a technique, and its origin."""

    variant: str
    sources: Sources | None
    origin: str = ""
    other_origin: str = ""
    trained_so: str = ""
    own_unpublished: Sources | None = None

    @property
    def group(self) -> tuple[str, str, str, bool]:
        return self.origin, self.other_origin, self.trained_so, self.own_unpublished is not None

    @property
    def is_own(self) -> bool:
        return not (self.origin or self.other_origin or self.trained_so)


class Uses:
    def __init__(
        self, models: Mapping[str, Model], entries: Mapping[str, Entry], techniques: Iterable[Technique]
    ) -> None:
        self._models, self._entries = models, entries
        self._found: dict[str, tuple[Use, ...]] = {}
        self._without: set[tuple[str, str]] = set()
        for technique in techniques:
            self._found[technique.id] = self._label_uses(technique, list(self._unlabelled_uses(technique)))

    def of_technique(self, technique_id: str) -> tuple[Use, ...]:
        return self._found.get(technique_id, ())

    def of_model(self, model_id: str) -> tuple[Use, ...]:
        return tuple(use for uses in self._found.values() for use in uses if use.model.id == model_id)

    def family_uses(self, technique_id: str) -> tuple[FamilyUse, ...]:
        by_family: dict[str, list[Use]] = {}
        for use in self.of_technique(technique_id):
            by_family.setdefault(use.model.id, []).append(use)
        order = list(UseLabel)
        found = [FamilyUse(tuple(sorted(uses, key=lambda use: order.index(use.how)))) for uses in by_family.values()]
        return tuple(sorted(found, key=lambda family: family.date.first_day if family.date else ""))

    def family_use(self, technique_id: str, model_id: str) -> FamilyUse | None:
        return next((family for family in self.family_uses(technique_id) if family.model.id == model_id), None)

    def user_ids(self, technique_id: str) -> set[str]:
        """Ids of models; those that dropped it or only have it in their weights do not count."""
        return {use.model.id for use in self.of_technique(technique_id) if use.how.is_use}

    def date_of(self, technique_id: str, row: InModel) -> PartialDate | None:
        """Of a row of `in_models`: its own, since when its model uses the technique, or the model's first."""
        if row.date is not None:
            return row.date
        family, model = self.family_use(technique_id, row.model or ""), self._models.get(row.model or "")
        return family.date if family is not None else first_date(model) if model is not None else None

    def does_without(self, technique_id: str, model_id: str) -> bool:
        """As against unknown."""
        return (technique_id, model_id) in self._without

    def lineage_has(self, technique_id: str, model: Model) -> bool:
        """As far back as no model is known to do without it."""
        return self._lineage_has(self.of_technique(technique_id), model)

    def fields_deny(self, technique: Technique, model: Model) -> bool:
        answers = (self._answer_of_fields(technique, self._entries[variant.id]) for variant in model.variants)
        return bool(model.variants) and all(answer.holds is False for answer in answers)

    def _unlabelled_uses(self, technique: Technique) -> Iterator[Use]:
        """Until dates and lineages are compared, a model's own use is ADOPTED."""
        for model in self._models.values():
            stated = next((use for use in model.techniques if use.id == technique.id), None)
            if stated is not None and stated.change is TechniqueChange.DROPPED:
                self._without.add((technique.id, model.id))
                yield Use(model, technique, UseLabel.DROPPED, stated, sources=stated.source, date=first_date(model))
                continue
            found = list(self._found_by_fields(technique, model))
            if found or stated is not None:
                yield from self._uses_in_family(technique, model, stated, found)
            elif self.fields_deny(technique, model):
                self._without.add((technique.id, model.id))

    def _uses_in_family(
        self, technique: Technique, model: Model, stated: TechniqueUse | None, found: Sequence[_Holding]
    ) -> Iterator[Use]:
        """What is stated belongs to the family's own use, or else to the first origin."""
        groups: dict[tuple[str, str, str, bool], list[_Holding]] = {}
        for holding in found:
            groups.setdefault(holding.group, []).append(holding)
        ordered = sorted(groups.values(), key=lambda group: not group[0].is_own)
        if stated is not None and all(group[0].trained_so for group in ordered):
            yield self._make_use(technique, model, stated, [])
            return
        for index, group in enumerate(ordered):
            yield self._make_use(technique, model, stated if index == 0 else None, group)

    def _make_use(
        self, technique: Technique, model: Model, stated: TechniqueUse | None, group: Sequence[_Holding]
    ) -> Use:
        variants = stated.variants if stated and stated.variants else tuple(holding.variant for holding in group)
        if len(variants) == len(model.variants):
            variants = ()
        first = group[0] if group else _Holding("", None)
        other_origin = (stated.came_with if stated else None) or first.other_origin
        if stated is not None and stated.change is TechniqueChange.INTRODUCED:
            how = UseLabel.INTRODUCED
        elif first.trained_so:
            how = UseLabel.IN_WEIGHTS
        else:
            how = UseLabel.INHERITED if first.origin or other_origin else UseLabel.ADOPTED
        return Use(
            model,
            technique,
            how,
            stated,
            variants,
            technique.follows_from[0].field if group else "",
            stated.source if stated else next((h.sources for h in group if h.sources is not None), None),
            self._models.get(first.origin) if how in (UseLabel.INHERITED, UseLabel.IN_WEIGHTS) else None,
            other_origin if how is UseLabel.INHERITED else "",
            self._models.get(first.trained_so),
            first.own_unpublished,
            self._first_use_date(model, variants),
        )

    def _first_use_date(self, model: Model, variants: Iterable[str]) -> PartialDate | None:
        """Of the model; of the checkpoints, where each came out later on a day of its own."""
        named = [self._entries[id_] for id_ in variants if id_ in self._entries]
        dates = [
            day
            for entry in named
            if entry.variant.release is not None and (day := records.release_date(entry)) is not None
        ]
        if len(dates) < len(named):  # one of them came out first, or never: then it stands behind what came out
            return first_date(model)
        return min(dates, key=lambda day: day.first_day, default=first_date(model))

    def _label_uses(self, technique: Technique, uses: list[Use]) -> tuple[Use, ...]:
        introduced = technique.introduced.date.value
        ordered = sorted(uses, key=lambda use: use.day)
        described = any(use.how is UseLabel.INTRODUCED for use in ordered)
        # What DeepSeek made is used before a model says so; only where fields tell the users is the earliest one the first.
        remembered = bool(technique.introduced.by_deepseek) and not technique.follows_from
        days = [use.day for use in ordered if use.how.is_use and use.day]
        first = days[0] if days and not described and not remembered else None
        found = []
        for use in ordered:
            how = use.how
            older = introduced is not None and use.date is not None and introduced.surely_before(use.date)
            if how is UseLabel.INTRODUCED and older:
                how = UseLabel.FORM
            elif how is UseLabel.ADOPTED and use.day == first:
                how = UseLabel.FIRST
            elif how is UseLabel.ADOPTED and self._lineage_has(ordered, use.model, use):
                how = UseLabel.KEPT
            found.append(replace(use, how=how))
        return tuple(found)

    def _lineage_has(self, uses: Iterable[Use], model: Model, compared: Use | None = None) -> bool:
        """Whether a model that this one builds on has it; where its sources are silent, the next one back.

        With `compared`, only earlier uses in the same scope count. What a parent's first release has counts whichever
        came out first: DeepSeek Coder builds on DeepSeek LLM, which was published after it.
        """
        uses = list(uses)
        technique = uses[0].technique.id if uses else ""
        seen = {model.id}
        waiting = [edge.model for edge in model.builds_on]
        while waiting:
            id_ = waiting.pop()
            if id_ in seen or id_ not in self._models:
                continue
            seen.add(id_)
            parent = self._models[id_]
            its = [use for use in uses if use.model.id == id_ and use.how.is_use]
            if compared is not None:
                its = [use for use in its if use.scope is compared.scope and _began_before(use, compared)]
            if its:
                return True
            if not self.does_without(technique, id_):
                waiting += [edge.model for edge in parent.builds_on]
        return False

    def _found_by_fields(self, technique: Technique, model: Model) -> Iterator[_Holding]:
        """Checkpoints whose fields show the technique, or that start from weights trained so."""
        for variant in model.variants:
            entry = self._entries[variant.id]
            answer = self._answer_of_fields(technique, entry)
            if answer.holds:
                origin, other_origin = self._find_origin(technique, entry)
                yield _Holding(variant.id, answer.sources, origin, other_origin)
            elif answer.holds is None and technique.stays_in_weights:
                ancestors = list(self._weight_ancestors(entry))
                trained = next(
                    (ancestor for ancestor in ancestors if self._answer_of_fields(technique, ancestor).holds), None
                )
                if trained is not None and trained.model.id != model.id:
                    yield _Holding(
                        variant.id,
                        self._answer_of_fields(technique, trained).sources,
                        next(ancestor.model.id for ancestor in ancestors if ancestor.model.id != model.id),
                        trained_so=trained.model.id,
                        own_unpublished=answer.unpublished,
                    )

    def _find_origin(self, technique: Technique, entry: Entry) -> tuple[str, str]:
        """An id, or a name where the model is outside the catalogue."""
        if not technique.follows_from[0].field.startswith(("architecture.", "tokenizer.")):
            return "", ""
        line = [ancestor.model.id for ancestor in self._weight_ancestors(entry)]
        parent = next((p for p in self._weight_ancestors(entry) if p.model.id != entry.model.id), None)
        if parent is not None:
            came_back = (
                entry.model.id in line[line.index(parent.model.id) :]
            )  # V2-0628 goes back to V2 through Coder-V2
            return (
                (parent.model.id, "") if not came_back and self._answer_of_fields(technique, parent).holds else ("", "")
            )
        if entry.architecture is not None and entry.owner_model != entry.model.id:
            return entry.owner_model, ""
        other = entry.other_base
        return "", other.name if other is not None and other.maker != HOME else ""

    def _weight_ancestors(self, entry: Entry) -> Iterator[Entry]:
        """Nearest first."""
        seen = {entry.variant.id}
        current: Entry | None = entry
        while current is not None:
            based_on = current.variant.based_on
            current = self._entries.get(str(based_on.value)) if based_on else None
            if current is None or current.variant.id in seen:
                return
            seen.add(current.variant.id)
            yield current

    def _answer_of_fields(self, technique: Technique, entry: Entry) -> _Answer:
        """Whether all conditions hold; the sources are those of the first."""
        if not technique.follows_from:
            return _Answer(None)
        found = [_answer_of_entry(condition, entry, self._entries) for condition in technique.follows_from]
        answers = [answer.holds for answer in found]
        if False in answers:
            return _Answer(False)
        return found[0] if None not in answers else replace(found[0], holds=None)


def _began_before(use: Use, later: Use) -> bool:
    """With the first release of its model, or by date."""
    return use.date == first_date(use.model) or use.day <= later.day


def _answer_of_entry(condition: Condition, entry: Entry, entries: Mapping[str, Entry]) -> _Answer:
    block, _, key = condition.field.partition(".")
    if block == "training":
        return _answer_of_stages(condition, entry, key)
    single: Single[Any] | None
    if block == "architecture":
        if entry.architecture is None:
            return _Answer(None)
        single = stated_at(entry.architecture, key)
        saying = comparable_dimension(key, single)
    else:
        stated = stated_at(getattr(entry.model, block), key)
        if block == "infrastructure":
            single = records.infrastructure_value(entries, entry, stated)
        else:
            single = records.tokenizer_value(entries, entry, stated)
        saying = comparable_value(single)
    sources = single.source if single is not None else None
    if saying is None:
        silent = single is not None and single.absence is Absence.NOT_PUBLISHED
        return _Answer(None, unpublished=sources if silent else None)
    if condition.below is not None:
        if saying == NOT_THERE:
            return _Answer(False)
        other = comparable_dimension(condition.below, stated_at(entry.architecture, condition.below))
        return _Answer(None if other is None else int(saying) < int(other), sources)
    return _Answer(_matches_value(condition, saying), sources)


def _answer_of_stages(condition: Condition, entry: Entry, key: str) -> _Answer:
    """Unknown, never no, where no stage shows it."""
    for stage in entry.model.training:
        if entry.variant.id not in stage.variants:
            continue
        if key == "kind":
            if stage.kind.value in condition.values:
                return _Answer(True, stage.source)
            continue
        stated = stated_at(stage, key)
        single = stated.for_variant(entry.variant.id) if stated is not None else None
        saying = comparable_value(single)
        if saying is not None and _matches_value(condition, saying):
            return _Answer(True, single.source if single is not None else None)
    return _Answer(None)


_DEGREES = frozenset(f"infrastructure.{field}" for field in fields_with(Infrastructure, Facet.DEGREE))


def _matches_value(condition: Condition, saying: str) -> bool:
    """Equal to one of those named, or beginning with it; without names, there at all."""
    if not condition.values:
        one = condition.field in _DEGREES and saying == "1"  # split over one device: not at all
        return not one and saying not in (NOT_THERE, "0", "False", "not applicable")
    lower = saying.lower()
    return any(lower == word.lower() or lower.startswith(f"{word.lower()} ") for word in condition.values)

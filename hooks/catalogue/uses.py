"""Who uses a technique: what entries state of it, and what follows from architectures, stages and infrastructure.

Takes the records, gives every use with where it comes from, the oldest first. A technique declares what it follows
from (`follows_from`), so that nobody has to remember to list it; an entry states the rest, and how it was used.
What a model did is told by date: who described it first, who used it first, who used it after that, who kept it from
its predecessor, who took it over with another model's network or weights, and who gave it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from . import checkpoint
from .derive.differences import NOT_THERE, said, said_by_architecture
from .records import Entry, first_date
from .schema.facets import Facet, fields_with
from .schema.model import Model, TechniqueChange, TechniqueUse
from .schema.technique import Condition, InModel, Technique
from .schema.training import Infrastructure, Stage
from .schema.values import PartialDate, Single, Sources, Stated


class How(StrEnum):
    """What a model did with a technique, by date."""

    INTRODUCED = "introduced"
    FORM = "form"
    FIRST = "first"
    USED = "used"
    KEPT = "kept"
    INHERITED = "inherited"
    DROPPED = "dropped"


class Silence(StrEnum):
    """What it means that no use is known."""

    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Use:
    """A model and what it did with a technique.

    Attributes:
        stated: What the entry says of it; None where it follows from a field alone.
        variants: Checkpoints that it holds for, where those are not all of the entry.
        field: Field that it follows from; empty where it is stated alone.
        sources: Sources of that field's value, or of what is stated.
        origin: Model whose network or weights brought it in, where it was inherited.
        date: Since when: the first date of the model, or of the checkpoints that it holds for.
    """

    model: Model
    technique: Technique
    how: How
    stated: TechniqueUse | None
    variants: tuple[str, ...]
    field: str
    sources: Sources | None
    origin: Model | None
    date: PartialDate | None

    @property
    def day(self) -> str:
        """The first day that the date allows; empty where there is none."""
        return self.date.first_day if self.date else ""


@dataclass(frozen=True)
class _Follows:
    """What the fields of an entry say: the checkpoints with a technique, or what their silence means."""

    own: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    sources: Sources | None = None
    origin: str = ""
    silence: Silence = Silence.UNKNOWN


class Uses:
    """Every use of every technique."""

    def __init__(
        self, models: Mapping[str, Model], entries: Mapping[str, Entry], techniques: Iterable[Technique]
    ) -> None:
        self._models, self._entries = models, entries
        self._found: dict[str, tuple[Use, ...]] = {}
        self._silent: dict[tuple[str, str], Silence] = {}
        for technique in techniques:
            self._found[technique.id] = self._kept(_in_time(technique, list(self._uses(technique))))

    def of(self, technique_id: str) -> tuple[Use, ...]:
        """The models that did something with a technique, the oldest first."""
        return self._found.get(technique_id, ())

    def by(self, model_id: str) -> tuple[Use, ...]:
        """What a model did, in the order of the techniques."""
        return tuple(use for uses in self._found.values() for use in uses if use.model.id == model_id)

    def when(self, technique_id: str, row: InModel) -> PartialDate | None:
        """The date of a row of `in_models`: its own, since when its model uses the technique, or the model's first."""
        if row.date is not None:
            return row.date
        use = next((use for use in self.of(technique_id) if use.model.id == row.model), None)
        model = self._models.get(row.model or "")
        return use.date if use is not None else first_date(model) if model is not None else None

    def silence(self, technique_id: str, model_id: str) -> Silence:
        """What it means that no use is known: that there is none, or that nothing is said."""
        return self._silent.get((technique_id, model_id), Silence.UNKNOWN)

    def went_before(self, technique_id: str, model: Model) -> bool:
        """Whether a model that this one goes back to is known to use a technique."""
        line = self._line(model)
        return any(use.model.id in line and use.how is not How.DROPPED for use in self.of(technique_id))

    def from_fields(self, technique: Technique, model: Model) -> Silence | None:
        """What the fields of an entry alone say of a technique: none of it, nothing, or None where they say that it is used."""
        follows = self._follows(technique, model)
        return None if follows.own or follows.taken else follows.silence

    def _kept(self, uses: tuple[Use, ...]) -> tuple[Use, ...]:
        """The same, with what a predecessor has already told from what is new."""
        users = {use.model.id for use in uses if use.how is not How.DROPPED}

        def kept(use: Use) -> bool:
            if use.how is not How.USED:
                return False
            said = use.stated is not None and use.stated.change is TechniqueChange.KEPT
            if said and not users & self._line(use.model):
                return False
            before = self._entries.get(use.model.compared_with or "")
            if before is None:
                return said
            first = first_date(before.model)
            if first is None or first.first_day > use.day:
                return False
            # A model can be compared with its closest relative, which it took nothing from.
            from_it = before.model.id in {edge.model for edge in use.model.builds_on}
            return said or (from_it and before.model.id in users)

        return tuple(replace(use, how=How.KEPT) if kept(use) else use for use in uses)

    def _line(self, model: Model) -> set[str]:
        """The models that one goes back to, near and far, with those that they are compared with."""
        found: set[str] = set()
        coming = [model]
        while coming:
            current = coming.pop()
            before = self._entries.get(current.compared_with or "")
            ids = {edge.model for edge in current.builds_on} | ({before.model.id} if before else set())
            coming += [self._models[id_] for id_ in ids - found if id_ in self._models]
            found |= ids
        return found

    def _uses(self, technique: Technique) -> Iterator[Use]:
        for model in self._models.values():
            stated = next((use for use in model.techniques if use.id == technique.id), None)
            follows = self._follows(technique, model)
            if stated is None and not (follows.own or follows.taken):
                self._silent[technique.id, model.id] = follows.silence
                continue
            yield self._use(technique, model, stated, follows)

    def _use(self, technique: Technique, model: Model, stated: TechniqueUse | None, follows: _Follows) -> Use:
        holding = follows.own + follows.taken
        variants = stated.variants if stated and stated.variants else holding
        if len(variants) == len(model.variants):
            variants = ()
        how, origin = How.USED, None
        if stated is not None and stated.change is TechniqueChange.DROPPED:
            how, variants = How.DROPPED, ()
        elif stated is not None and stated.change is TechniqueChange.INTRODUCED:
            how = How.INTRODUCED
        elif follows.taken and not follows.own:
            how, origin = How.INHERITED, self._models.get(follows.origin)
        field = technique.follows_from[0].field if holding else ""
        sources = stated.source if stated is not None else follows.sources
        return Use(model, technique, how, stated, variants, field, sources, origin, self._since(model, variants))

    def _since(self, model: Model, variants: Iterable[str]) -> PartialDate | None:
        """The first date of a model; of the checkpoints, where each of them came out later on a day of its own."""
        named = [self._entries[id_] for id_ in variants if id_ in self._entries]
        dates = [
            day
            for entry in named
            if entry.variant.release is not None and (day := checkpoint.came_out(entry)) is not None
        ]
        if len(dates) < len(named):  # one of them came out first, or never: then it stands behind what came out
            return first_date(model)
        return min(dates, key=lambda day: day.first_day, default=first_date(model))

    def _follows(self, technique: Technique, model: Model) -> _Follows:
        if not technique.follows_from:
            return _Follows()
        by_network = technique.follows_from[0].field.startswith("architecture.")
        own, taken, answers = [], [], []
        sources, origin = None, ""
        for variant in model.variants:
            entry = self._entries[variant.id]
            answer, single = self._holds(technique, entry)
            owner = entry.owner_model if by_network else model.id
            if answer is not True and technique.stays_in_weights:
                ancestor = self._ancestor(technique, entry)
                if ancestor is not None:
                    answer, owner = True, ancestor.model.id
            answers.append(answer)
            if answer is not True:
                continue
            if owner == model.id:
                own.append(variant.id)
            else:
                taken.append(variant.id)
                origin = origin or owner
            if single is not None and single.source is not None:
                sources = sources or single.source
        silence = Silence.NO if answers and all(answer is False for answer in answers) else Silence.UNKNOWN
        return _Follows(tuple(own), tuple(taken), sources, origin, silence)

    def _ancestor(self, technique: Technique, entry: Entry) -> Entry | None:
        """The closest checkpoint of another model that an entry's weights go back to and that was made with a technique."""
        seen = {entry.variant.id}
        current: Entry | None = entry
        while current is not None:
            based_on = current.variant.based_on
            current = self._entries.get(str(based_on.value)) if based_on else None
            if current is None or current.variant.id in seen:
                return None
            seen.add(current.variant.id)
            if self._holds(technique, current)[0] is True:
                return current
        return None

    def _holds(self, technique: Technique, entry: Entry) -> tuple[bool | None, Single[Any] | None]:
        """Whether all conditions hold for a checkpoint; None where that is not known. And a value that says so."""
        found = [_answer(condition, entry, self._entries) for condition in technique.follows_from]
        answers = [answer for answer, _ in found]
        if False in answers:
            return False, None
        return (None if None in answers else True), found[0][1]


def _answer(condition: Condition, entry: Entry, entries: Mapping[str, Entry]) -> tuple[bool | None, Single[Any] | None]:
    block, _, key = condition.field.partition(".")
    single: Single[Any] | None
    if block == "training":
        return _in_a_stage(condition, entry, key)
    if block == "architecture":
        if entry.architecture is None:
            return None, None
        single = _at(entry.architecture, key)
        saying = said_by_architecture(key, single)
    else:
        stated = _at(getattr(entry.model, block), key)
        if block == "infrastructure":
            single = checkpoint.infrastructure(entries, entry, stated)
        else:
            single = checkpoint.tokenizer(entries, entry, stated)
        saying = said(single)
    if saying is None:
        return None, single
    if condition.below is not None:
        if saying == NOT_THERE:
            return False, single
        other = said_by_architecture(condition.below, _at(entry.architecture, condition.below))
        return (None if other is None else int(saying) < int(other)), single
    return _matches(condition, saying), single


def _in_a_stage(condition: Condition, entry: Entry, key: str) -> tuple[bool | None, Single[Any] | None]:
    """Whether a stage that a checkpoint went through says so; that none does means nothing."""
    for stage in entry.model.training:
        if entry.variant.id not in stage.variants:
            continue
        if key == "kind":
            if stage.kind.value in condition.values:
                return True, _source_of(stage)
            continue
        stated = _at(stage, key)
        single = stated.for_variant(entry.variant.id) if stated is not None else None
        saying = said(single)
        if saying is not None and _matches(condition, saying):
            return True, single
    return None, None


def _source_of(stage: Stage) -> Single[Any] | None:
    return stage.starts_from


_DEGREES = frozenset(f"infrastructure.{field}" for field in fields_with(Infrastructure, Facet.DEGREE))


def _matches(condition: Condition, saying: str) -> bool:
    """Whether a value is one of those named, or begins with its words; that it is there at all where none are named."""
    if not condition.values:
        one = condition.field in _DEGREES and saying == "1"  # split over one device: not at all
        return not one and saying not in (NOT_THERE, "0", "False", "not applicable")
    lower = saying.lower()
    return any(lower == word.lower() or lower.startswith(f"{word.lower()} ") for word in condition.values)


def _at(record: Any, key: str) -> Stated[Any] | None:
    for name in key.split("."):
        record = getattr(record, name, None)
    return record if isinstance(record, Stated) else None


def _in_time(technique: Technique, uses: list[Use]) -> tuple[Use, ...]:
    """The uses in the order of their dates, with who was first."""
    introduced = technique.introduced.date.value
    ordered = sorted(uses, key=lambda use: use.day)
    described = any(use.how is How.INTRODUCED for use in ordered)
    active = [use for use in ordered if use.how is How.USED and use.day]
    # What DeepSeek made is used before a model says so; only where fields tell the users is the earliest one the first.
    remembered = bool(technique.introduced.by_deepseek) and not technique.follows_from
    first = active[0].day if active and not described and not remembered else None
    found = []
    for use in ordered:
        older = introduced is not None and use.date is not None and introduced.surely_before(use.date)
        if use.how is How.INTRODUCED and older:
            found.append(replace(use, how=How.FORM))
        elif use.how is How.USED and use.day == first:
            found.append(replace(use, how=How.FIRST))
        else:
            found.append(use)
    return tuple(found)

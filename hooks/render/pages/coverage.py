"""Coverage: how many fields of the models have a value, how it was read, and why others have none; and the table it is
drawn with.
"""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from markupsafe import Markup, escape
from pydantic import BaseModel

from catalogue.attention import may_have
from catalogue.records import Entry, first_day
from catalogue.schema.architecture import Architecture, FeedForward
from catalogue.schema.model import Model
from catalogue.schema.release import Dates
from catalogue.schema.training import Infrastructure, StageKind
from catalogue.schema.values import Absence, Facet, Single, Source, Sources, Stated, fields_with
from catalogue.validate import union_members

from ..context import Context
from ..format import short_model
from ..page import Section
from ..tables import Cell, Column, by_column, columns_for_each, count_cell

PRE_TRAINING = (
    *("data.tokens", "sequence_length", "steps", "batch_size.sequences", "learning_rate.peak"),
    *("learning_rate.schedule", "learning_rate.warmup_steps", "optimizer.name", "optimizer.beta1", "optimizer.beta2"),
    *("optimizer.weight_decay", "optimizer.gradient_clip_norm"),
)
SFT = ("data.samples", "data.tokens", "data.epochs", "learning_rate.peak", "batch_size.sequences", "sequence_length")
RL = (
    *("reinforcement.algorithm", "reinforcement.reward", "data.samples", "learning_rate.peak"),
    *("reinforcement.kl_coefficient", "reinforcement.clip_epsilon", "reinforcement.group_size"),
    *("reinforcement.questions_per_step", "reinforcement.temperature", "reinforcement.max_output_length"),
)
STAGES: tuple[tuple[str, frozenset[StageKind], tuple[str, ...]], ...] = (
    ("coverage.pre_training", frozenset({StageKind.PRE_TRAINING, StageKind.CONTINUED_PRE_TRAINING}), PRE_TRAINING),
    ("coverage.sft", frozenset({StageKind.SFT, StageKind.DISTILLATION}), SFT),
    ("coverage.rl", frozenset({StageKind.RL}), RL),
)


class State(StrEnum):
    """What is known of a field, the best first. The value is the key of its word."""

    SOURCED = "coverage.sourced"
    COPY = "coverage.copy"
    NOT_PUBLISHED = "coverage.not_published"
    NOT_APPLICABLE = "coverage.not_applicable"
    UNKNOWN = "coverage.unknown"


@dataclass(frozen=True)
class Group:
    """A group of fields: its word, and for each field its name and its state for a flagship."""

    word: str
    fields: tuple[tuple[str, Callable[[Entry], State]], ...]


def section(context: Context) -> Section:
    """A row for each group of fields: how many are known, and why the others are not."""
    words = context.words
    entries = [context.catalogue.flagship(model) for model in context.catalogue.models.values()]
    counted = [
        (words(group.word), Counter(state(entry) for _, state in group.fields for entry in entries))
        for group in field_groups(context)
    ]
    columns: list[Column[tuple[str, Counter[State]]]] = [
        Column(words("coverage.fields"), lambda row: row[0]),
        Column(words("coverage.known"), lambda row: _share(row[1]), True),
        *(
            columns_for_each(
                (State.COPY, State.NOT_PUBLISHED, State.UNKNOWN),
                lambda state: words(state).capitalize(),
                lambda row, state: count_cell(row[1][state]),
                True,
            )
        ),
    ]
    table = by_column(words("coverage.caption"), columns, counted)
    intro = escape(words("coverage.intro", models=len(entries)))
    html = f"<p>{intro}</p>{context.html('table.html.jinja', t=table)}"
    return Section("coverage", words("coverage.title"), html)


def _share(count: Counter[State]) -> Cell:
    """The share that is known of the fields that apply."""
    known, applying = count[State.SOURCED] + count[State.COPY], count.total() - count[State.NOT_APPLICABLE]
    share = known / applying if applying else 0
    return Cell(escape(f"{100 * share:.0f}%"), str(share))


def field_groups(context: Context) -> Iterator[Group]:
    """Every field that is counted, by group."""
    words = context.words
    yield Group("coverage.general", tuple(_general(context)))
    yield Group(
        "coverage.architecture",
        tuple((words(f"field.architecture.{path}"), _architecture(path)) for path in _paths(Architecture)),
    )
    for word, kinds, paths in STAGES:
        yield Group(word, tuple((words(f"field.{path}"), _stages(kinds, path)) for path in paths))
    yield Group(
        "coverage.infrastructure",
        tuple((words(f"field.infrastructure.{path}"), _infrastructure(path)) for path in _paths(Infrastructure)),
    )


def _general(context: Context) -> Iterator[tuple[str, Callable[[Entry], State]]]:
    words = context.words
    yield words("field.parameters.total"), lambda entry: state_of([entry.variant.parameters.total])
    yield words("field.parameters.activated"), _activated
    yield words("field.context_length"), lambda entry: state_of([entry.variant.context_length])
    yield (
        words("coverage.tokenizer", name=words("field.tokenizer.algorithm")),
        lambda entry: state_of([_get(entry.model.tokenizer, "algorithm")]),
    )
    yield (
        words("coverage.tokenizer", name=words("field.tokenizer.vocabulary")),
        lambda entry: state_of([_get(entry.model.tokenizer, "vocabulary")]),
    )
    for name in _paths(Dates):
        yield words("coverage.date", name=words(f"field.dates.{name}")), _of_date(name)
    for name in ("code", "weights"):
        yield words("coverage.licence", name=words(f"field.licences.{name}")), _of_licence(name)
    yield words("coverage.commercial"), _of_licence("commercial_use")


def _activated(entry: Entry) -> State:
    return _unless(_is_dense(entry), state_of([entry.variant.parameters.activated]))


def _of_date(name: str) -> Callable[[Entry], State]:
    def state(entry: Entry) -> State:
        without_paper = name == "paper" and entry.model.reference is None
        return _unless(without_paper, state_of([getattr(entry.model.dates, name)]))

    return state


def _of_licence(name: str) -> Callable[[Entry], State]:
    return lambda entry: state_of([_get(entry.model.licences, name)])


def _architecture(path: str) -> Callable[[Entry], State]:
    """A field of the architecture: not applicable where the kind has no such field, or where it would be there if it applied."""

    def state(entry: Entry) -> State:
        architecture = entry.architecture
        if architecture is None:
            has_no_size = entry.variant.parameters.total.absence is Absence.NOT_APPLICABLE
            return State.NOT_APPLICABLE if has_no_size else State.UNKNOWN
        silent = path in fields_with(Architecture, Facet.OF_A_PART) or not may_have(architecture, path)
        if path == "intermediate_size" and not _is_dense(entry):
            silent = True  # only where some layers stay dense, and then a rule asks for it
        return _unless(silent, state_of([_get(architecture, path)]))

    return state


def _stages(kinds: frozenset[StageKind], path: str) -> Callable[[Entry], State]:
    def state(entry: Entry) -> State:
        stages = [stage for stage in entry.model.training if stage.kind in kinds]
        return _unless(not stages, state_of(_get(stage, path) for stage in stages))

    return state


def _infrastructure(path: str) -> Callable[[Entry], State]:
    def state(entry: Entry) -> State:
        of_experts = path in ("parallelism.expert", "precision.communication")
        return _unless(of_experts and _is_dense(entry), state_of([_get(entry.model.infrastructure, path)]))

    return state


def _is_dense(entry: Entry) -> bool:
    return entry.architecture is not None and entry.architecture.feed_forward.value is FeedForward.DENSE


def _unless(does_not_apply: bool, state: State) -> State:
    """The state, or “not applicable” where nothing is said because nothing can be."""
    return State.NOT_APPLICABLE if does_not_apply and state is State.UNKNOWN else state


def state_of(values: Iterable[Stated[Any] | None]) -> State:
    """The best state of several values, and of their variants."""
    singles = [single for value in values if value is not None for _, single in value.singles()]
    order = list(State)
    return min((_single(single) for single in singles), key=order.index, default=State.UNKNOWN)


def _single(single: Single[Any]) -> State:
    if single.absence is Absence.NOT_PUBLISHED:
        return State.NOT_PUBLISHED
    if single.absence is Absence.NOT_APPLICABLE:
        return State.NOT_APPLICABLE
    if single.absence is Absence.UNKNOWN:
        return State.UNKNOWN
    return State.SOURCED if _first_hand(single.source) else State.COPY


def _first_hand(sources: Sources | None) -> bool:
    """Whether one of the sources was read where its makers published it."""

    def original(source: Source) -> bool:
        return source.via is None and not source.second_hand

    return sources is not None and any(original(source) for source in sources.items)


def _get(block: object, path: str) -> Stated[Any] | None:
    for name in path.split("."):
        block = getattr(block, name, None)
    return block if isinstance(block, Stated) else None


def _paths(record: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Dotted paths of the stated fields of a record and of the blocks in it; of a scaling, its kind alone."""
    for name, info in record.model_fields.items():
        for option in union_members(info.annotation):
            if typing.get_origin(option) is not None or not isinstance(option, type):
                continue
            if issubclass(option, Stated):
                yield f"{prefix}{name}"
            elif name == "rope_scaling":
                yield f"{name}.type"
                break
            elif issubclass(option, BaseModel) and not issubclass(option, Single) and name not in ("source", "control"):
                yield from _paths(option, f"{prefix}{name}.")


@dataclass(frozen=True)
class Row:
    """Its name, and a cell for each model."""

    name: Markup
    cells: Sequence[Markup]


@dataclass(frozen=True)
class MatrixGroup:
    """Rows below one head."""

    id: str
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Head:
    """A column: a model, and the year where it is the first of one."""

    id: str
    name: str
    year: str


def matrix(
    context: Context,
    models: Sequence[Model],
    groups: Sequence[MatrixGroup],
    signs: Sequence[tuple[Markup, str]],
    caption: str,
    jump: str,
    corner: str,
    classes: str = "",
) -> str:
    """The legend of its `signs`, a way to each group, and the table; `models` are its columns, the oldest first."""
    return context.html(
        "matrix.html.jinja",
        heads=_heads(models),
        groups=groups,
        signs=signs,
        caption=caption,
        jump=jump,
        corner=corner,
        classes=classes,
    )


def _heads(models: Sequence[Model]) -> list[Head]:
    heads: list[Head] = []
    years: set[str] = set()
    for model in models:
        year = first_day(model)[:4]
        heads.append(Head(model.id, short_model(model.name), "" if year in years else year))
        years.add(year)
    return heads

"""What can be said of a variant: a row a fact.

The comparison, answers of the search, numbers in texts, tables to download, trends, the report of changes and the calculators take
facts from here. A field of an architecture, of infrastructure or of a tokenizer is a fact by itself; any other is one row.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cache, cached_property, partial
from typing import Any, Self

from . import records
from .derive.expression import Computation, evaluate_formula
from .derive.parameters import ACTIVATED_CONVENTION, cache_bytes
from .derive.training import (
    TrainingMetrics,
    headline_tokens,
    pre_training,
    pre_training_tokens,
    training_metrics_with_peak,
    worked_gpu_hours,
)
from .records import Catalogue, Entry
from .schema.architecture import Architecture
from .schema.model import ApiName, Model, PartKind, Tokenizer, Track, VariantKind
from .schema.training import Gpu, Infrastructure, Stage, StageKind
from .schema.values import Single, fields_with_values, stated_at


@dataclass(frozen=True)
class EntryContext:
    """A variant, with the records that say more of it; without GPUs it has no utilisation."""

    entry: Entry
    entries: Mapping[str, Entry] = field(default_factory=dict)
    gpus: Mapping[str, Gpu] = field(default_factory=dict)
    api_names: tuple[ApiName, ...] = ()

    @classmethod
    def of(cls, catalogue: Catalogue, entry: Entry) -> Self:
        return cls(entry, catalogue.entries, catalogue.gpus, catalogue.api_names)

    @cached_property
    def metrics(self) -> TrainingMetrics | None:
        return training_metrics_with_peak(self.gpus, self.entry)

    @cached_property
    def root(self) -> "EntryContext":
        """Of its model the variant whose pre-training made the weights."""
        line = records.variant_lineage(self.entries, self.entry)
        return self if len(line) == 1 else EntryContext(line[-1], self.entries, self.gpus, self.api_names)


class Theme(StrEnum):
    IDENTITY = "identity"
    SIZES = "sizes"
    CACHE = "cache"
    TRAINING = "training"
    COMPUTE = "compute"
    INFRASTRUCTURE = "infrastructure"
    ARCHITECTURE = "architecture"
    TOKENIZER = "tokenizer"


class Basis(StrEnum):
    PUBLISHED = "published"
    RECOMPUTED = "recomputed"


class Anchor(StrEnum):
    """Of the section of a model's pages that shows it."""

    RECORD = "record"
    WORKING = "working"
    DIMENSIONS = "dimensions"
    FOLLOWS = "what-follows"
    INFRASTRUCTURE = "infrastructure"
    TRAINING = "training"


Value = Single[Any] | Computation | Model | Track | VariantKind | StageKind | str | None
Getter = Callable[[EntryContext], Value]


@dataclass(frozen=True)
class Fact:
    """A fact of a variant.

    Attributes:
        label: Key of its label; `of` is that of what is filled in.
        value: What a variant says, or what follows from it.
        marked: Whether its label says its basis; `mark` is the key of what else stands there.
        column: Name in the table of variants, and what it says there.
        asked: Kind of question that it answers; `turn` is its turn among the facts that do.
        quoted: Name behind `recomputed.` in texts.
        of_root: Whether it holds for all that start from the weights in the same model.
    """

    id: str
    label: str
    value: Getter
    theme: Theme
    basis: Basis = Basis.PUBLISHED
    anchor: Anchor = Anchor.RECORD
    of: str = ""
    marked: bool = False
    mark: str = ""
    column: tuple[str, str] | None = None
    asked: str = ""
    turn: int = 0
    quoted: str = ""
    of_root: bool = False

    def of_variant(self, subject: EntryContext) -> Value:
        return self.value(subject.root if self.of_root else subject)


def _as_computation(name: str, count: int | None) -> Computation | None:
    return evaluate_formula(name, name, {name: count}) if count is not None else None


def _activated_count(s: EntryContext) -> Value:
    recount = s.entry.recount
    return _as_computation("activated", recount.activated.get(ACTIVATED_CONVENTION)) if recount else None


def _cache_in_bf16(s: EntryContext) -> Value:
    return cache_bytes(s.entry.recount) if s.entry.recount else None


def _stored_cache(s: EntryContext) -> Value:
    return s.entry.stored_cache


def _published_cache(s: EntryContext) -> Value:
    stated = s.entry.model.kv_cache.bytes_per_token if s.entry.model.kv_cache else None
    return records.inherited_value(stated, records.variant_lineage(s.entries, s.entry))


def _headline_tokens(s: EntryContext) -> Single[Any] | None:
    return headline_tokens(s.entry.model, s.entry.variant.id)


def _kind_of_tokens(s: EntryContext) -> Value:
    tokens = _headline_tokens(s)
    if tokens is None or tokens.value is None:
        return None
    return StageKind.PRE_TRAINING if pre_training(s.entry) is not None else StageKind.CONTINUED_PRE_TRAINING


def _worked_hours(s: EntryContext) -> Computation | None:
    worked = worked_gpu_hours(s.entries, s.entry)
    return worked.term if worked else None


def _working_of_hours(s: EntryContext) -> Value:
    worked = worked_gpu_hours(s.entries, s.entry)
    if worked is None:
        return None
    return f"{worked.term.name}{', approximate' if worked.about else ''}: {worked.term.numbers}"


def _infrastructure_value(key: str, s: EntryContext) -> Value:
    return records.infrastructure_value(s.entries, s.entry, stated_at(s.entry.model.infrastructure, key))


def _dimension_value(key: str, s: EntryContext) -> Value:
    return stated_at(s.entry.architecture, key)


def _tokenizer_value(key: str, s: EntryContext) -> Value:
    return records.tokenizer_value(s.entries, s.entry, stated_at(s.entry.model.tokenizer, key))


# How parts of a model are asked for, other than by name: `mtp_size`.
_ASKED_PARTS = {PartKind.READING: "reading", PartKind.EVERYTHING: "everything"}
_PUBLISHED_BESIDE = {"gflop_per_token": "flops_per_token", "model_flops_utilization": "utilisation"}
_INFRASTRUCTURE: Mapping[str, Getter] = {
    key: partial(_infrastructure_value, key) for key in fields_with_values(Infrastructure)
} | {
    "gpu_hours_total": lambda s: records.published_gpu_hours(s.entry),
    "cost_usd": lambda s: records.published_cost(s.entry),
    "precision.released_weights": lambda s: records.weights_format(s.entry),
}
_COLUMNS = {
    "hardware.gpu": ("gpu", "Kind of GPU that it was trained on."),
    "hardware.gpu_count": ("gpu_count", "GPUs that it was trained on."),
    "gpu_hours_total": ("gpu_hours", "GPU-hours of its training."),
    "cost_usd": ("cost_usd", "Cost of its training in US dollars, as published."),
    **{name: (name, info.description or "") for name, info in Architecture.model_fields.items()},
}

_identity = partial(Fact, theme=Theme.IDENTITY)
_size = partial(Fact, theme=Theme.SIZES, marked=True)
_recount = partial(_size, basis=Basis.RECOMPUTED, anchor=Anchor.WORKING)
_cache = partial(Fact, theme=Theme.CACHE, basis=Basis.RECOMPUTED, anchor=Anchor.WORKING, asked="cache")
_tokens = partial(Fact, label="field.data.tokens", theme=Theme.TRAINING)
_compute = partial(Fact, theme=Theme.COMPUTE, marked=True)
_follows = partial(_compute, basis=Basis.RECOMPUTED, anchor=Anchor.FOLLOWS, of_root=True)
_infrastructure = partial(Fact, theme=Theme.INFRASTRUCTURE, anchor=Anchor.INFRASTRUCTURE)
_dimension = partial(Fact, theme=Theme.ARCHITECTURE, anchor=Anchor.DIMENSIONS)
_tokenizer = partial(Fact, theme=Theme.TOKENIZER, anchor=Anchor.TRAINING)


def _date_fact(name: str, value: Getter) -> Fact:
    return _identity(f"date.{name}", "compare.models.date", value, of=f"field.dates.{name}", asked="date")


def _licence_fact(name: str, column: tuple[str, str] | None = None) -> Fact:
    def value(s: EntryContext) -> Value:
        return stated_at(s.entry.licences, name)

    return _identity(f"licence.{name}", f"compare.models.licence.{name}", value, column=column, asked="licence")


def _part_fact(kind: PartKind) -> Fact:
    name = kind.name.lower()
    asked, quoted = _ASKED_PARTS.get(kind, f"{name}_size"), "mtp_parameters" if kind is PartKind.MTP else ""
    label = f"compare.models.part.{name}"
    return _recount(f"part.{name}", label, lambda s: s.entry.parts.get(kind), asked=asked, quoted=quoted)


def _metric_fact(name: str, asked: str, turn: int = 0, quoted: str = "", column: tuple[str, str] | None = None) -> Fact:
    def value(s: EntryContext) -> Value:
        return s.metrics.terms.get(name) if s.metrics else None

    return _follows(name, f"term.{name}", value, asked=asked, turn=turn, quoted=quoted, column=column)


_ALL = (
    _identity("model", "compare.models.family", lambda s: s.entry.model),
    _identity("track", "compare.models.track", lambda s: s.entry.model.track),
    _identity("kind", "compare.models.checkpoint", lambda s: s.entry.variant.kind),
    _identity("based_on", "field.starts_from", lambda s: s.entry.variant.based_on, asked="starts_from"),
    _date_fact("weights", lambda s: records.checkpoint_date(s.entry, "weights")),
    _date_fact("announcement", lambda s: records.checkpoint_date(s.entry, "announcement")),
    _date_fact("paper", lambda s: records.checkpoint_date(s.entry, "paper")),
    _date_fact("api", lambda s: records.api_date(s.api_names, s.entry.variant.id)),
    _identity("paper", "fact.paper", lambda s: records.checkpoint_reference(s.entry), asked="paper"),
    _licence_fact("weights", ("licence_weights", "Licence of the weights.")),
    _licence_fact("code"),
    _licence_fact("commercial_use"),
    Fact(
        "context_length",
        "field.context_length",
        lambda s: s.entry.variant.context_length,
        Theme.CACHE,
        column=("context_length", "Supported context, in tokens."),
        asked="context_length",
    ),
    _size(
        "total.published",
        "field.parameters.total",
        lambda s: s.entry.variant.parameters.total,
        column=("total", "All parameters, as published."),
        asked="total",
    ),
    _recount(
        "total.recomputed",
        "field.parameters.total",
        lambda s: _as_computation("total", s.entry.total),
        column=("total_recomputed", "All parameters, worked out here from the architecture."),
        asked="total",
        quoted="total_parameters",
    ),
    _size(
        "activated.published",
        "field.parameters.activated",
        lambda s: s.entry.variant.parameters.activated,
        column=("activated", "Parameters active for a token, as published; empty for dense models."),
        asked="activated",
    ),
    _recount(
        "activated.recomputed",
        "field.parameters.activated",
        _activated_count,
        mark=f"basis.{ACTIVATED_CONVENTION.name.lower()}",
        column=("activated_recomputed", "Parameters active for a token, worked out here; without the input embedding."),
        asked="activated",
        quoted="activated_parameters",
    ),
    *map(_part_fact, PartKind),
    _cache(
        "cache.elements",
        "field.kv_cache",
        lambda s: s.entry.recount.kv_cache if s.entry.recount else None,
        column=(
            "kv_cache_elements_per_token_recomputed",
            "Numbers of the KV cache of a token in all layers, worked out here.",
        ),
        turn=3,
        quoted="kv_cache_elements",
    ),
    _cache(
        "cache.state",
        "term.state",
        lambda s: s.entry.recount.state if s.entry.recount else None,
        column=(
            "state_elements_recomputed",
            "Numbers that a sequence keeps beside it however long it is, as linear attention does, worked out here.",
        ),
        asked="",
    ),
    _cache("cache.bf16", "field.cache.in_bf16", _cache_in_bf16, marked=True, turn=2, quoted="kv_cache_bytes"),
    _cache("cache.stored", "field.cache.in_service", _stored_cache, marked=True, turn=1, quoted="stored_cache_bytes"),
    Fact("cache.published", "field.cache.bytes_per_token", _published_cache, Theme.CACHE, asked="cache"),
    _tokens(
        "tokens",
        value=_headline_tokens,
        column=("tokens", "Tokens of its pre-training, or of the training that goes on from other weights."),
    ),
    _tokens(
        "tokens_of",
        value=_kind_of_tokens,
        basis=Basis.RECOMPUTED,
        column=("tokens_of", "Which of the two the tokens are of: pre-training or continued pre-training."),
    ),
    _tokens("pre_training_tokens", value=lambda s: pre_training_tokens(s.entry), of_root=True),
    _metric_fact("sparsity", "sparsity"),
    _metric_fact("tokens_per_parameter", "tokens_per_parameter", quoted="tokens_per_parameter"),
    _metric_fact("tokens_per_activated", "tokens_per_parameter", 1),
    _metric_fact("matrix_flops", "flops_per_token", 2),
    _metric_fact("attention_flops", ""),
    _metric_fact("flops_per_token", "flops_per_token", 1),
    _metric_fact(
        "training_flops",
        "training_flops",
        quoted="training_flops",
        column=("training_flops_recomputed", "Floating-point operations of the pre-training, worked out here."),
    ),
    _metric_fact("utilisation", "utilisation", 1),
    *(
        _compute(key, f"field.infrastructure.{key}", _INFRASTRUCTURE[key], asked=asked)
        for key, asked in _PUBLISHED_BESIDE.items()
    ),
    *(
        _infrastructure(key, f"field.infrastructure.{key}", value, column=_COLUMNS.get(key), asked=key)
        for key, value in _INFRASTRUCTURE.items()
        if key not in _PUBLISHED_BESIDE
    ),
    _follows(
        "gpu_hours",
        "field.infrastructure.gpu_hours_total",
        _worked_hours,
        theme=Theme.TRAINING,
        column=(
            "gpu_hours_recomputed",
            "GPU-hours that follow from days, hours or a rate, where these are published instead.",
        ),
        of_root=False,
    ),
    _follows(
        "gpu_hours_of",
        "field.infrastructure.gpu_hours_total",
        _working_of_hours,
        theme=Theme.TRAINING,
        column=(
            "gpu_hours_recomputed_of",
            "What they are, all of the training or the pre-training alone, whether a number in it is approximate, and the working.",
        ),
        of_root=False,
    ),
    *(
        _dimension(
            key, f"field.architecture.{key}", partial(_dimension_value, key), column=_COLUMNS.get(key), asked=key
        )
        for key in fields_with_values(Architecture)
    ),
    *(
        _tokenizer(
            f"tokenizer.{key}", f"field.tokenizer.{key}", partial(_tokenizer_value, key), asked=f"tokenizer.{key}"
        )
        for key in fields_with_values(Tokenizer)
    ),
)
FACTS: Mapping[str, Fact] = {fact.id: fact for fact in _ALL}
QUOTED = {fact.quoted: fact for fact in _ALL if fact.quoted}
assert len(FACTS) == len(_ALL), "two facts have one id"

# Fields of a stage that are asked for together; every other field is asked for by its own name.
_STAGE_GROUPS = ("learning_rate", "batch_size", "optimizer", "preference", "reinforcement")
# Published values without a field of their own that are asked for by name: what their English labels have in them.
DETAILS: Mapping[str, re.Pattern[str]] = {
    "cutoff": re.compile(r"Newest text|[Kk]nowledge cut-?off"),
    "max_output": re.compile(r"[Ll]ongest (?:output|answer)|[Oo]utput limit|[Mm]ax(?:imum)? output"),
}


def stage_kind(key: str) -> str:
    """`learning_rate.peak` belongs to `learning_rate`."""
    group = key.partition(".")[0]
    return group if group in _STAGE_GROUPS else key


class AnswerGroup(IntEnum):
    """Answers that are loaded together."""

    OVERVIEW = 0
    ARCHITECTURE = 1
    TRAINING = 2
    MACHINES = 3
    SERVING = 4
    SCORES = 5
    LABELLED = 6


_GROUPS = {
    **dict.fromkeys((Theme.SIZES, Theme.CACHE, Theme.IDENTITY, Theme.COMPUTE), AnswerGroup.OVERVIEW),
    **dict.fromkeys((Theme.ARCHITECTURE, Theme.TOKENIZER), AnswerGroup.ARCHITECTURE),
    Theme.INFRASTRUCTURE: AnswerGroup.MACHINES,
}


@cache
def asked_kinds() -> Mapping[str, AnswerGroup]:
    """Kinds of question about a model with the group of their answers; of two that fit a query alike the first is taken."""
    facts = [
        (fact.asked, group) for theme, group in _GROUPS.items() for fact in _ALL if fact.asked and fact.theme is theme
    ]
    overview = [(kind, group) for kind, group in facts if group is AnswerGroup.OVERVIEW]
    derived = [
        ("price", AnswerGroup.OVERVIEW),
        *((kind, AnswerGroup.SERVING) for kind in ("serving", "cache_for", "speed")),
    ]
    derived += [(kind, AnswerGroup.OVERVIEW) for kind in ("changes", "api", "users", "definition")]
    stages = [(stage_kind(key), AnswerGroup.TRAINING) for key in fields_with_values(Stage)]
    found: dict[str, AnswerGroup] = {}
    for kind, group in (*overview, *((kind, AnswerGroup.OVERVIEW) for kind in DETAILS), *derived, *stages, *facts):
        found.setdefault(kind, group)
    return found

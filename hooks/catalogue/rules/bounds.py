"""Numbers lie within the bounds of their field and of their entry, names are its own, and links lead where they say."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ..derive.training import training_metrics_with_peak
from ..files import MODELS
from ..findings import Finding, KeyPath
from ..records import Entry
from ..schema.model import Link, LinkKind
from ..schema.quantities import Quantity
from ..schema.training import FROM_NOTHING, StageKind
from ..schema.values import Bound, PartialDate, Single, bounded_records, marked_fields, value_of_variant, values_at
from .draft import Breach, Draft, Scope, repeated_ids, rule, single_values

_TOKENS_OF_A_BATCH = 128 * 1024 * 1024
_TOKENS_PER_PARAMETER = Decimal(5)
_SIZE_IN_A_NAME = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?[MBT])(?![\w.]*\d)", re.ASCII)
_OF_THE_NAMED_SIZE = Decimal(3)
_OF_THE_ROWS = Decimal("0.9")
_ZERO = re.compile(r"ZeRO[- ](?:stage )?([1-3])")
_HOURS = (Decimal(1), Decimal(2 * 365 * 24))


@rule(Scope.ENTRY, fix="correct the digits, the sign, or the letter behind the number")
def values_within_bounds(draft: Draft) -> Iterator[Breach]:
    """A rate, a constant of the optimiser or of sampling, a batch, a length or a number of GPUs lies within the bounds of its field, or a `note` on it says why not."""
    for file, path, record in draft.each_record(*bounded_records()):
        for name, bound in marked_fields(record.__class__, Bound).items():
            for where, single in single_values(getattr(record, name), (*path, name)):
                if single.value is not None and single.note is None and not bound.holds(single.value):
                    found = single.value.text if isinstance(single.value, Quantity) else str(single.value)
                    allowed = f"allowed is {bound}, or a `note` on it that says why"
                    yield Breach(where, f"found {found}", allowed, file=file)


@rule(Scope.ENTRY, fix="correct one of the two")
def devices_divide(draft: Draft) -> Iterator[Breach]:
    """Nodes, pipeline stages and expert parallelism divide the GPUs evenly, or a `note` on the GPUs says why not."""
    for path, _, infrastructure in draft.each_infrastructure():
        total = infrastructure.hardware.gpu_count if infrastructure.hardware else None
        if total is None or total.note is not None:
            continue
        for place in ("hardware.gpus_per_node", "parallelism.pipeline", "parallelism.expert"):
            for where, stated in values_at(infrastructure, place, path):
                for variant in infrastructure.variants or (None,):
                    gpus, part = value_of_variant(total, variant), value_of_variant(stated, variant)
                    if gpus is not None and part is not None and gpus.value % part:
                        yield Breach(where, f"{part}, but {gpus.text} GPUs do not divide by it")
                        break


@rule(Scope.CATALOGUE, fix="correct the degree, or the architecture")
def parallelism_fits_the_model(draft: Draft) -> Iterator[Breach]:
    """There are no more pipeline stages than layers, and no more devices for the experts of a layer than experts."""
    for path, model, infrastructure in draft.each_infrastructure():
        for name, dimension, of in (
            ("pipeline", "num_hidden_layers", "layers"),
            ("expert", "n_routed_experts", "routed experts"),
        ):
            for where, stated in values_at(infrastructure, f"parallelism.{name}", path):
                for variant in infrastructure.variants or tuple(variant.id for variant in model.variants):
                    entry, degree = draft.entries.get(variant), value_of_variant(stated, variant)
                    architecture = entry.architecture if entry else None
                    size = value_of_variant(getattr(architecture, dimension, None), variant)
                    if degree is not None and size is not None and degree > size:
                        yield Breach(where, f"{degree} devices, but `{variant}` has {size} {of}")
                        break


@rule(Scope.ENTRY, fix="correct one of the two")
def zero_stage_is_the_named_one(draft: Draft) -> Iterator[Breach]:
    """The ZeRO stage is the one that the text on data parallelism names."""
    for path, parallelism in draft.each_value(MODELS, "models.*.infrastructure.parallelism"):
        stated, data = parallelism.zero_stage, parallelism.data
        named = _ZERO.search(data.value.en) if data is not None and data.value is not None else None
        if stated is not None and stated.value is not None and named and stated.value != int(named[1]):
            yield Breach((*path, "zero_stage"), f"stage {stated.value} beside `{named[0]}` under `data`")


@rule(Scope.ENTRY, fix="correct one of the numbers")
def batches_and_warm_up_fit_the_stage(draft: Draft) -> Iterator[Breach]:
    """A batch grows from `start` to `sequences` within the tokens of its stage and holds at most 128M tokens; a warm-up is shorter than the stage; or a `note` says why not."""
    for path, _, stage in draft.each_stage():
        batch, data = stage.batch_size, stage.data
        warm_up = stage.learning_rate.warmup_steps if stage.learning_rate else None
        for variant in stage.variants:
            steps, warm = value_of_variant(stage.steps, variant), value_of_variant(warm_up, variant)
            tokens = value_of_variant(data.tokens if data else None, variant)
            length = value_of_variant(stage.sequence_length, variant)
            sequences = value_of_variant(batch.sequences if batch else None, variant)
            start = value_of_variant(batch.start if batch else None, variant)
            ramp = value_of_variant(batch.ramp_tokens if batch else None, variant)
            step = sequences.value * length.value if sequences and length else 0
            here: KeyPath = ()
            if warm and steps and not warm.is_percentage and warm.value > steps.value and not _has_note(warm_up):
                here, found = ("learning_rate", "warmup_steps"), f"{warm.text} of the {steps.text} steps of the stage"
            elif start and sequences and start.value > sequences.value:
                here, found = ("batch_size", "start"), f"{start.text} at the start of a growth to {sequences.text}"
            elif ramp and tokens and ramp.value > tokens.value:
                here, found = ("batch_size", "ramp_tokens"), f"growth over {ramp.text} of {tokens.text} tokens"
            elif batch and step > _TOKENS_OF_A_BATCH and not _has_note(batch.sequences):
                here, found = ("batch_size", "sequences"), f"{step:,.0f} tokens a step"
            if here:
                yield Breach((*path, *here), found)
                break


@rule(Scope.CATALOGUE, fix="correct the letter behind the tokens (B is a billion, T a trillion), or the parameters")
def tokens_fit_the_parameters(draft: Draft) -> Iterator[Breach]:
    """A pre-training from random initialisation sees at least five tokens for each active parameter, or a `note` on the tokens says why not."""
    for path, _, stage in draft.each_stage():
        tokens = stage.data.tokens if stage.data else None
        begins = stage.starts_from.value.en if stage.starts_from and stage.starts_from.value else None
        if stage.kind is not StageKind.PRE_TRAINING or begins != FROM_NOTHING or tokens is None or _has_note(tokens):
            continue
        for variant in stage.variants:
            entry, seen = draft.entries.get(variant), value_of_variant(tokens, variant)
            size = entry.variant.parameters.activated or entry.variant.parameters.total if entry else None
            if size and size.value and seen and seen.value < _TOKENS_PER_PARAMETER * size.value.value:
                found = f"{seen.text} tokens for {size.value.text} active parameters of `{variant}`"
                yield Breach((*path, "data", "tokens"), found)
                break


@rule(Scope.CATALOGUE, fix="correct the letter behind the length (K is 1,024, M is 1,048,576), or the positions")
def contexts_fit_the_positions(draft: Draft) -> Iterator[Breach]:
    """A context, and the sequences of a stage, are no longer than the positions of the architecture with its scaling, or a `note` says why."""
    stated: list[tuple[KeyPath, Single[Any] | None, tuple[str, ...]]] = [
        ((*path, "context_length"), variant.context_length, (variant.id,)) for path, _, variant in draft.each_variant()
    ]
    stated += [
        ((*path, "sequence_length"), stage.sequence_length, stage.variants) for path, _, stage in draft.each_stage()
    ]
    for where, length, variants in stated:
        for variant in variants:
            entry = draft.entries.get(variant)
            value, most = value_of_variant(length, variant), _longest_position(entry) if entry else None
            if value is not None and most is not None and value.value > most and not _has_note(length):
                yield Breach(where, f"{value.text} tokens, but `{variant}` has {most:,.0f} positions")
                break


def _longest_position(entry: Entry) -> Decimal | None:
    """The architecture's own, or what the scaling makes of the original positions."""
    architecture = entry.architecture
    own = architecture.max_position_embeddings if architecture else None
    if architecture is None or own is None or own.value is None:
        return None
    scaling = architecture.rope_scaling
    factor = value_of_variant(scaling.factor, None) if scaling else None
    original = value_of_variant(scaling.original_max_position_embeddings, None) if scaling else None
    return max(own.value.value, factor.value * original.value) if factor and original else Decimal(own.value.value)


@rule(Scope.CATALOGUE, fix="correct one of the two")
def vocabulary_fits_the_rows(draft: Draft) -> Iterator[Breach]:
    """A tokenizer has no more words than an embedding of the entry has rows, and at least nine tenths of them, or a `note` says why not."""
    for path, model in draft.each_model():
        for where, single in single_values(
            model.tokenizer.vocabulary if model.tokenizer else None, (*path, "tokenizer", "vocabulary")
        ):
            of = [where[-1]] if where[-2] == "by_variant" else [variant.id for variant in model.variants]
            architectures = [entry.architecture for id_ in of if (entry := draft.entries.get(str(id_)))]
            rows = sorted({each.vocab_size.value for each in architectures if each and each.vocab_size.value})
            words = single.value
            if words is None or not rows or single.note is not None:
                continue
            slack = words.step / 2
            if not any(each * _OF_THE_ROWS - slack <= words.value <= each + slack for each in rows):
                yield Breach(where, f"a vocabulary of {words.text} beside an embedding of {rows[-1]:,} rows")


@rule(Scope.ENTRY, fix="correct the letter behind the number, or the name")
def sizes_fit_the_names(draft: Draft) -> Iterator[Breach]:
    """A size in the name of a variant, such as 67B, is the size of its parameters, at most three times more or less."""
    for path, _, variant in draft.each_variant():
        sizes = [Quantity.parse(size) for size in _SIZE_IN_A_NAME.findall(variant.name)]
        total = variant.parameters.total.value
        if total is None or not sizes or _has_note(variant.parameters.total):
            continue
        if not any(size.value / _OF_THE_NAMED_SIZE <= total.value <= size.value * _OF_THE_NAMED_SIZE for size in sizes):
            yield Breach((*path, "parameters", "total"), f"{total.text} parameters, but it is called `{variant.name}`")


@rule(Scope.CATALOGUE, fix="correct the letter behind the tokens or the hours")
def hours_fit_the_hardware(draft: Draft) -> Iterator[Breach]:
    """GPU-hours give a training of one hour to two years on the GPUs that are stated, and a recomputed utilisation of at most 100%, or a `note` says why not."""
    for path, model, infrastructure in draft.each_infrastructure():
        stated = infrastructure.hardware.gpu_count if infrastructure.hardware else None
        total = infrastructure.gpu_hours_total
        gpus = stated.value if stated and not _has_note(stated) else None
        if gpus and total and total.value and not _has_note(total):
            hours = total.value.value / gpus.value
            if not _HOURS[0] <= hours <= _HOURS[1]:
                found = f"{total.value.text} GPU-hours on {gpus.text} GPUs take {hours / 24:,.1f} days"
                yield Breach((*path, "gpu_hours_total"), found)
        entry = draft.entries.get(model.flagship)
        result = training_metrics_with_peak(draft.gpus, entry) if entry and infrastructure.gpu_hours else None
        used = result.terms.get("utilisation") if result else None
        if used is not None and used.exact > 1 and not any(_has_note(part.hours) for part in infrastructure.gpu_hours):
            found = f"tokens, architecture and GPU-hours give a utilisation of {float(used.exact):.0%}"
            yield Breach((*path, "gpu_hours"), found)


def _has_note(stated: Single[Any] | None) -> bool:
    singles = (single for _, single in single_values(stated, ()))
    return stated is not None and (stated.note is not None or any(single.note is not None for single in singles))


def build_day() -> date:
    """`SOURCE_DATE_EPOCH` can set it."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch else datetime.now(UTC).date()


@rule(Scope.ENTRY, fix="correct the year or the month")
def no_date_to_come(draft: Draft) -> Iterator[Breach | Finding]:
    """No date is in the future, of a model, a technique, a correction or a paper, but for the announced end of a name of the API."""
    now = build_day().isoformat()
    for file, path, value in draft.each_record(PartialDate):
        where = path[:-1] if path[-1] == "value" else path
        if where[-1] != "until" and value.first_day > now:
            yield Breach(where, f"{value.text} is still to come", file=file)
    for reference in draft.references.values():
        if reference.year.isdigit() and reference.year > now[:4]:
            where = draft.references_file, reference.line, f"{reference.key}.year"
            yield Finding(*where, f"{reference.year} is still to come")


@rule(Scope.CATALOGUE)
def names_are_unique(draft: Draft) -> Iterator[Breach]:
    """Two models, or two variants, are not called by the same name."""
    models = [((*path, "name"), model.name, model.id) for path, model in draft.each_model()]
    variants = [((*path, "name"), variant.name, variant.id) for path, _, variant in draft.each_variant()]
    for named in (models, variants):
        # The one with another id took the name.
        named.sort(key=lambda found: _plain_name(found[1]) != _plain_name(found[2]))
        ids = ((path, name) for path, name, _ in named)
        yield from repeated_ids(draft.models_file, ids, "name", "add what tells the two apart")


def _plain_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@rule(Scope.ENTRY, fix="exchange the two, or correct one")
def active_within_total(draft: Draft) -> Iterator[Breach]:
    """No more parameters are active than there are."""
    for path, _, variant in draft.each_variant():
        total, activated = variant.parameters.total, variant.parameters.activated
        if activated and activated.value and total.value and activated.value.value > total.value.value:
            yield Breach((*path, "parameters", "activated"), f"{activated.value.text} of {total.value.text}")


@rule(Scope.CATALOGUE, fix="correct the address, or take the link out")
def links_stand_once(draft: Draft) -> Iterator[Breach]:
    """An entry, a checkpoint or a technique links to an address once."""
    for file, path, link in draft.each_record(Link):
        links = file.value_at(path[:-1])
        first = next((i for i, other in enumerate(links) if other.get("url") == link.url), path[-1])
        if first != path[-1]:
            line = file.relative_line((*path[:-1], first, "url"), path)
            yield Breach((*path, "url"), f"`{link.url}` for the second time (first on {line})", file=file)


@rule(Scope.CATALOGUE, fix="correct the address, or the id in the bibliography")
def paper_links_lead_to_the_paper(draft: Draft) -> Iterator[Breach]:
    """A link to a paper on arXiv leads to a reference that the entry cites, or whose id the bibliography has."""
    ids = {reference.eprint for reference in draft.references.values() if reference.eprint}
    for path, model in draft.each_model():
        for where, link in values_at(model, "links.*", path):
            id_ = link.url.rpartition("/")[2].partition("v")[0]
            if link.kind is LinkKind.PAPER and "arxiv.org/" in link.url and id_ not in ids:
                yield Breach((*where, "url"), f"found `{id_}`, an arXiv id that the bibliography has not")

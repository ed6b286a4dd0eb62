"""Numbers lie within the bounds of their field and of their entry, and scores in their range."""

from __future__ import annotations

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
from ..references import ARXIV_ID
from ..schema.model import Link, LinkKind
from ..schema.quantities import Quantity
from ..schema.training import FROM_NOTHING, StageKind
from ..schema.values import PartialDate, Single, bounded_records, field_bounds, value_of_variant, values_at
from .draft import Draft, Scope, repeated_ids, rule, single_values

_NOTE = "a `note` on it that says why"
_TOKENS_OF_A_BATCH = 128 * 1024 * 1024
_TOKENS_PER_PARAMETER = Decimal(5)
_SIZE_IN_A_NAME = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?[MBT])(?![\w.]*\d)", re.ASCII)
_OF_THE_NAMED_SIZE = Decimal(3)
_OF_THE_ROWS = Decimal("0.9")
_ZERO = re.compile(r"ZeRO[- ](?:stage )?([1-3])")
_HOURS = (Decimal(1), Decimal(2 * 365 * 24))


@rule(Scope.ENTRY)
def values_within_bounds(draft: Draft) -> Iterator[Finding]:
    """A rate, a constant of the optimiser or of sampling, a batch, a length or a number of GPUs lies within the bounds of its field, or a `note` on it says why not."""
    for file, path, record in draft.each_record(*bounded_records()):
        for name, bound in field_bounds(record.__class__).items():
            for where, single in single_values(getattr(record, name), (*path, name)):
                if single.value is not None and single.note is None and not bound.holds(single.value):
                    yield file.finding(
                        where,
                        f"found {(single.value.text if isinstance(single.value, Quantity) else str(single.value))}",
                        f"allowed is {bound}, or {_NOTE}",
                        fix="correct the digits, the sign, or the letter behind the number",
                    )


@rule(Scope.ENTRY)
def devices_divide(draft: Draft) -> Iterator[Finding]:
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
                        yield draft.models_file.finding(
                            where,
                            f"{part}, but {gpus.text} GPUs do not divide by it",
                            f"a divisor of {gpus.text}, or a `note` on `gpu_count` that says why not",
                            fix="correct one of the two",
                        )
                        break


@rule(Scope.CATALOGUE)
def parallelism_fits_the_model(draft: Draft) -> Iterator[Finding]:
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
                        yield draft.models_file.finding(
                            where,
                            f"{degree} devices, but `{variant}` has {size} {of}",
                            f"at most {size}",
                            fix="correct the degree, or the architecture",
                        )
                        break


@rule(Scope.ENTRY)
def zero_stage_is_the_named_one(draft: Draft) -> Iterator[Finding]:
    """The ZeRO stage is the one that the text on data parallelism names."""
    for path, parallelism in draft.each_value(MODELS, "models.*.infrastructure.parallelism"):
        stated, data = parallelism.zero_stage, parallelism.data
        named = _ZERO.search(data.value.en) if data is not None and data.value is not None else None
        if stated is not None and stated.value is not None and named and stated.value != int(named[1]):
            yield draft.models_file.finding(
                (*path, "zero_stage"),
                f"stage {stated.value} beside `{named[0]}` under `data`",
                f"`{named[1]}`",
                fix="correct one of the two",
            )


@rule(Scope.ENTRY)
def batches_and_warm_up_fit_the_stage(draft: Draft) -> Iterator[Finding]:
    """A batch grows from `start` to `sequences` within the tokens of its stage and holds at most 128M tokens; a warm-up is shorter than the stage; or a `note` says why not."""
    for path, _, stage in draft.each_stage():
        batch, data = stage.batch_size, stage.data
        warm_up = stage.learning_rate.warmup_steps if stage.learning_rate else None
        for variant in stage.variants:
            steps, warm = value_of_variant(stage.steps, variant), value_of_variant(warm_up, variant)
            tokens = value_of_variant(data.tokens if data else None, variant)
            length = value_of_variant(stage.sequence_length, variant)
            sequences = value_of_variant(batch.sequences if batch else None, variant)
            start, ramp = (
                value_of_variant(value, variant)
                for value in ((batch.start, batch.ramp_tokens) if batch else (None,) * 2)
            )
            here: KeyPath = ()
            found = allowed = ""
            if warm and steps and not warm.is_percentage and warm.value > steps.value and not _has_note(warm_up):
                here, found = ("learning_rate", "warmup_steps"), f"{warm.text} steps of warm-up"
                allowed = f"at most the {steps.text} steps of the stage"
            elif start and sequences and start.value > sequences.value:
                here, found = ("batch_size", "start"), f"{start.text} at the start"
                allowed = f"at most the {sequences.text} that it grows to"
            elif ramp and tokens and ramp.value > tokens.value:
                here, found = ("batch_size", "ramp_tokens"), f"a batch that grows over {ramp.text} tokens"
                allowed = f"at most the {tokens.text} of the stage"
            elif (
                sequences
                and length
                and batch
                and not _has_note(batch.sequences)
                and sequences.value * length.value > _TOKENS_OF_A_BATCH
            ):
                here = ("batch_size", "sequences")
                found = (
                    f"{sequences.text} sequences of {length.text} tokens, {sequences.value * length.value:,.0f} a step"
                )
                allowed = f"at most {_TOKENS_OF_A_BATCH:,}, or {_NOTE}"
            if here:
                yield draft.models_file.finding((*path, *here), found, allowed, fix="correct one of the numbers")
                break


@rule(Scope.CATALOGUE)
def tokens_fit_the_parameters(draft: Draft) -> Iterator[Finding]:
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
                yield draft.models_file.finding(
                    (*path, "data", "tokens"),
                    f"{seen.text} tokens for {size.value.text} active parameters of `{variant}`",
                    f"at least {_TOKENS_PER_PARAMETER} a parameter, or {_NOTE}",
                    fix="correct the letter behind the tokens (B is a billion, T a trillion), or the parameters",
                )
                break


@rule(Scope.CATALOGUE)
def contexts_fit_the_positions(draft: Draft) -> Iterator[Finding]:
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
                yield draft.models_file.finding(
                    where,
                    f"{value.text} tokens, but `{variant}` has {most:,.0f} positions",
                    f"at most `max_position_embeddings`, or {_NOTE}",
                    fix="correct the letter behind the length (K is 1,024, M is 1,048,576), or the positions",
                )
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


@rule(Scope.CATALOGUE)
def vocabulary_fits_the_rows(draft: Draft) -> Iterator[Finding]:
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
                yield draft.models_file.finding(
                    where,
                    f"a vocabulary of {words.text} beside an embedding of {rows[-1]:,} rows",
                    f"at most {rows[-1]:,} and not much less, or {_NOTE}",
                    fix="correct one of the two",
                )


@rule(Scope.ENTRY)
def sizes_fit_the_names(draft: Draft) -> Iterator[Finding]:
    """A size in the name of a variant, such as 67B, is the size of its parameters, at most three times more or less."""
    for path, _, variant in draft.each_variant():
        sizes = [Quantity.parse(size) for size in _SIZE_IN_A_NAME.findall(variant.name)]
        total = variant.parameters.total.value
        if total is None or not sizes or _has_note(variant.parameters.total):
            continue
        if not any(size.value / _OF_THE_NAMED_SIZE <= total.value <= size.value * _OF_THE_NAMED_SIZE for size in sizes):
            yield draft.models_file.finding(
                (*path, "parameters", "total"),
                f"{total.text} parameters, but it is called `{variant.name}`",
                f"about {sizes[0].text}, or {_NOTE}",
                fix="correct the letter behind the number, or the name",
            )


@rule(Scope.CATALOGUE)
def hours_fit_the_hardware(draft: Draft) -> Iterator[Finding]:
    """GPU-hours give a training of one hour to two years on the GPUs that are stated, and a recomputed utilisation of at most 100%, or a `note` says why not."""
    for path, model, infrastructure in draft.each_infrastructure():
        stated = infrastructure.hardware.gpu_count if infrastructure.hardware else None
        total = infrastructure.gpu_hours_total
        gpus = stated.value if stated and not _has_note(stated) else None
        if gpus and total and total.value and not _has_note(total):
            hours = total.value.value / gpus.value
            if not _HOURS[0] <= hours <= _HOURS[1]:
                yield draft.models_file.finding(
                    (*path, "gpu_hours_total"),
                    f"{total.value.text} GPU-hours on {gpus.text} GPUs take {hours / 24:,.1f} days",
                    "one hour to two years, or a `note` on one of the two that says why",
                    fix="correct the hours, the GPUs or the letter behind one of them",
                )
        entry = draft.entries.get(model.flagship)
        result = training_metrics_with_peak(draft.gpus, entry) if entry and infrastructure.gpu_hours else None
        used = result.terms.get("utilisation") if result else None
        if used is not None and used.exact > 1 and not any(_has_note(part.hours) for part in infrastructure.gpu_hours):
            yield draft.models_file.finding(
                (*path, "gpu_hours"),
                f"tokens, architecture and GPU-hours give a utilisation of {float(used.exact):.0%}",
                f"at most 100%, or {_NOTE}",
                fix="correct the letter behind the tokens or the hours",
            )


def _has_note(stated: Single[Any] | None) -> bool:
    singles = (single for _, single in single_values(stated, ()))
    return stated is not None and (stated.note is not None or any(single.note is not None for single in singles))


@rule(Scope.ENTRY)
def names_agree(draft: Draft) -> Iterator[Finding]:
    """Benchmarks that differ only in case, spaces or hyphens are written one way."""
    first: dict[str, tuple[str, KeyPath]] = {}
    for where, text in draft.each_value(MODELS, "models.*.evaluation.*.rows.*.benchmark"):
        word = text.en
        known, at = first.setdefault(_bare_word(word), (word, where))
        if known != word:
            yield draft.models_file.finding(
                where,
                f"`{word}`, written `{known}` on {draft.models_file.relative_line(at, where)}",
                "one spelling",
                f"`{known}`",
                "use the first spelling",
            )


@rule(Scope.CATALOGUE)
def selections_are_named(draft: Draft) -> Iterator[Finding]:
    """A quoted table is complete or names the rows that it leaves out and why, not both; what is left out is not among its rows."""
    for here, table in draft.each_value(MODELS, "models.*.evaluation.*"):
        if table.complete and table.left_out:
            yield draft.models_file.finding(
                (*here, "complete"),
                "both `complete` and `left_out`",
                "one of the two",
                fix="take out the one that does not hold",
            )
        if not table.complete and not table.left_out:
            yield draft.models_file.finding(
                here,
                "a table that does not say whether it is whole",
                "`complete: true`, or `left_out` with the rows that are not here and why",
                fix="compare it with the source, row by row, and add one of the two",
            )
        rows = {_bare_word(row.benchmark.en) for row in table.rows}
        for where, name in values_at(table, "left_out.*.rows.*", here):
            if _bare_word(name.en) in rows:
                yield draft.models_file.finding(
                    where,
                    f"`{name.en}` is left out, and a row of the same table",
                    "one of the two",
                    fix="take it out of one of the two lists",
                )


def _bare_word(word: str) -> str:
    return re.sub(r"[\s\-_.]", "", word.lower())


_PERCENT = Decimal(100)


def build_day() -> date:
    """`SOURCE_DATE_EPOCH` can set it."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch else datetime.now(UTC).date()


@rule(Scope.ENTRY)
def no_date_to_come(draft: Draft) -> Iterator[Finding]:
    """No date is in the future, of a model, a technique, a correction or a paper, but for the announced end of a name of the API."""
    now = build_day().isoformat()
    allowed, fix = f"dates up to today, {now}", "correct the year or the month"
    for file, path, value in draft.each_record(PartialDate):
        where = path[:-1] if path[-1] == "value" else path
        if where[-1] != "until" and value.first_day > now:
            yield file.finding(where, f"{value.text} is still to come", allowed, fix=fix)
    for reference in draft.references.values():
        if reference.year.isdigit() and reference.year > now[:4]:
            said = f"{reference.year} is still to come"
            yield Finding(draft.references_file, reference.line, f"{reference.key}.year", said, allowed, fix=fix)


@rule(Scope.CATALOGUE)
def names_are_unique(draft: Draft) -> Iterator[Finding]:
    """Two models, or two variants, are not called by the same name."""
    models = [((*path, "name"), model.name, model.id) for path, model in draft.each_model()]
    variants = [((*path, "name"), variant.name, variant.id) for path, _, variant in draft.each_variant()]
    for named in (models, variants):
        named.sort(
            key=lambda found: _plain_name(found[1]) != _plain_name(found[2])
        )  # the one with another id took the name
        yield from repeated_ids(
            draft.models_file, ((path, name) for path, name, _ in named), "name", "add what tells the two apart"
        )


def _plain_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


@rule(Scope.ENTRY)
def active_within_total(draft: Draft) -> Iterator[Finding]:
    """No more parameters are active than there are."""
    for path, _, variant in draft.each_variant():
        total, activated = variant.parameters.total, variant.parameters.activated
        if activated and activated.value and total.value and activated.value.value > total.value.value:
            yield draft.models_file.finding(
                (*path, "parameters", "activated"),
                f"{activated.value.text} of {total.value.text}",
                "at most the total",
                fix="exchange the two, or correct one",
            )


@rule(Scope.CATALOGUE)
def scores_within_bounds(draft: Draft) -> Iterator[Finding]:
    """A score of more than 100 stands only where the benchmark has others like it, or where `setting.metric` says what is counted: a rating, or points; one of less than 0 only where it has others like it."""
    scores: dict[str, list[tuple[KeyPath, Quantity]]] = {}
    explained: set[str] = set()
    for path, row in draft.each_value(MODELS, "models.*.evaluation.*.rows.*"):
        if row.setting is not None and row.setting.metric is not None:
            explained.add(row.benchmark.en)
        for variant, score in row.scores.items():
            if score.value is not None and score.value.text[-1] not in "KMBT":
                scores.setdefault(row.benchmark.en, []).append(((*path, "scores", variant), score.value))
    for benchmark, found in scores.items():
        negative = [(where, score) for where, score in found if score.value < 0]
        if 2 * len(negative) <= len(found):
            said = f"where other scores on {benchmark} are not less than 0"
            for where, score in negative:
                yield draft.models_file.finding(where, f"{score.text}, {said}", "at least 0", fix="correct the sign")
        above = [(where, score) for where, score in found if score.value > _PERCENT]
        alone = len({where[:2] for where, _ in found}) == 1
        if len(above) == len(found) and alone and benchmark not in explained:
            why = f"and no other entry has scores on {benchmark}"
            allowed, fix = "at most 100, or a `metric` in `setting` that says what is counted", "add it to the row"
        elif 2 * len(above) <= len(found):
            most = max((score.value, score.text) for _, score in found if score.value <= _PERCENT)[1]
            why = f"where other scores on {benchmark} are at most {most}"
            allowed, fix = "at most 100", "say in `setting.metric` what is counted"
        else:
            continue
        for where, score in above:
            yield draft.models_file.finding(where, f"{score.text}, {why}", allowed, fix=f"correct the digits, or {fix}")


@rule(Scope.CATALOGUE)
def links_stand_once(draft: Draft) -> Iterator[Finding]:
    """An entry, a checkpoint or a technique links to an address once."""
    for file, path, link in draft.each_record(Link):
        links = file.value_at(path[:-1])
        first = next((i for i, other in enumerate(links) if other.get("url") == link.url), path[-1])
        if first != path[-1]:
            yield file.finding(
                (*path, "url"),
                f"`{link.url}` for the second time (first on {file.relative_line((*path[:-1], first, 'url'), path)})",
                "each address once",
                fix="correct the address, or take the link out",
            )


@rule(Scope.CATALOGUE)
def paper_links_lead_to_the_paper(draft: Draft) -> Iterator[Finding]:
    """A link to a paper on arXiv leads to a reference that the entry cites, or whose id the bibliography has."""
    ids = {reference.eprint for reference in draft.references.values() if reference.eprint}
    for path, model in draft.each_model():
        reference = draft.references.get(model.reference or "")
        own = reference.eprint if reference else None
        if own and not ARXIV_ID.fullmatch(own):
            continue  # said where it stands
        for where, link in values_at(model, "links.*", path):
            id_ = link.url.rpartition("/")[2].partition("v")[0]
            if link.kind is LinkKind.PAPER and "arxiv.org/" in link.url and id_ not in ids:
                yield draft.models_file.finding(
                    (*where, "url"),
                    f"found `{id_}`, an arXiv id that the bibliography has not",
                    f"the id of `{model.reference}` is {own}" if own else "the id of a reference",
                    fix="correct the address, or the id in the bibliography",
                )

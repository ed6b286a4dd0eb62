"""Schedules run forward and stay inside the training; mixes and stages add up; steps give the tokens; hours give the cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import prod

from ..derive.training import training_metrics_with_peak
from ..findings import Finding, KeyPath
from ..schema.quantities import Amount, Quantity
from ..schema.training import FROM_NOTHING, PhaseShape, StageKind
from ..schema.values import Stated, value_of_variant
from .draft import Draft, Scope, rule

_MIX_TOTAL = (Decimal(98), Decimal(102))
_TOKENS_TOLERANCE = Decimal("0.02")


@rule(Scope.ENTRY)
def phases_in_order(draft: Draft) -> Iterator[Finding]:
    """The phases of a learning-rate schedule each have a rate, end one after the other, and none after the last token of the stage."""
    for path, _, stage in draft.each_stage():
        tokens = stage.data.tokens.value if stage.data and stage.data.tokens else None
        before: dict[str, Decimal] = {}
        for index, phase in enumerate(stage.learning_rate.phases if stage.learning_rate else ()):
            here = (*path, "learning_rate", "phases", index)
            if phase.rate is None and phase.fraction is None:
                yield draft.models_file.finding(
                    here,
                    "a phase without `rate` or `fraction`",
                    "one of the two",
                    fix="add the learning rate at its end",
                )
            until = phase.until.value
            if until is None:
                continue
            ends = _phase_ends(until, tokens)
            if any(end <= before.get(unit, Decimal(0)) for unit, end in ends.items()):
                yield draft.models_file.finding(
                    (*here, "until"),
                    f"a phase that ends at {until.text}, not after the one before",
                    "ends that grow from phase to phase",
                    fix="put the phases in order",
                )
            limit = Decimal(100) if until.is_percentage else tokens.value if tokens else until.value
            if until.value > limit:
                name = "100%" if until.is_percentage or tokens is None else tokens.text
                yield draft.models_file.finding(
                    (*here, "until"),
                    f"a phase that ends at {until.text}",
                    f"the stage ends at {name}",
                    fix="correct the phase or the tokens of the stage",
                )
            before |= ends


@rule(Scope.ENTRY)
def phases_fill_the_stage(draft: Draft) -> Iterator[Finding]:
    """The last phase of a learning-rate schedule ends with the tokens of the stage, as far as the printed digits go."""
    for path, _, stage in draft.each_stage():
        phases = stage.learning_rate.phases if stage.learning_rate else ()
        until = phases[-1].until.value if phases else None
        stated = stage.data.tokens.value if stage.data and stage.data.tokens else None
        whole = Quantity.parse("100%") if until and until.is_percentage else stated
        if until is None or whole is None or until.qualifier:
            continue
        if whole.value - until.value > max(whole.step, until.step) / 2:
            yield draft.models_file.finding(
                (*path, "learning_rate", "phases", len(phases) - 1, "until"),
                f"the last phase ends at {until.text}",
                f"the stage ends at {whole.text}",
                fix="correct the phase or the tokens, or add the phase that is missing",
            )


@rule(Scope.ENTRY)
def peak_is_the_highest(draft: Draft) -> Iterator[Finding]:
    """No phase of a learning-rate schedule has a rate above the peak, a constant first phase has the peak, and a rate at the end is that of the last phase."""
    for path, _, stage in draft.each_stage():
        rate = stage.learning_rate
        rates = [phase.rate.value if phase.rate else None for phase in rate.phases] if rate else []
        peak, final = (value.value if value else None for value in ((rate.peak, rate.final) if rate else (None, None)))
        known = [value for value in rates if value is not None]
        highest = max(known, key=lambda value: value.value, default=None)
        starts_there = rate is not None and bool(rate.phases) and rate.phases[0].shape is PhaseShape.CONSTANT
        wrong = (
            peak
            and highest
            and (highest.value > peak.value or (starts_there and rates[0] and rates[0].value != peak.value))
        )
        if peak and highest and wrong:
            yield draft.models_file.finding(
                (*path, "learning_rate", "peak"),
                f"a peak of {peak.text}, but the highest phase has {highest.text}",
                "a schedule begins at its peak",
                fix="correct one of the two",
            )
        if final is not None and rates and rates[-1] is not None and rates[-1].value != final.value:
            yield draft.models_file.finding(
                (*path, "learning_rate", "final"),
                f"{final.text} at the end, but the last phase ends at {rates[-1].text}",
                "they have to agree",
                fix="correct one of the two",
            )


def _phase_ends(until: Quantity, tokens: Quantity | None) -> dict[str, Decimal]:
    """In tokens and in per cent, to compare both; only in its own unit where no tokens are stated."""
    if until.is_percentage:
        return {"%": until.value} | ({"tokens": tokens.value * until.value / 100} if tokens else {})
    return {"tokens": until.value} | ({"%": 100 * until.value / tokens.value} if tokens and tokens.value else {})


@rule(Scope.ENTRY)
def steps_give_the_tokens(draft: Draft) -> Iterator[Finding]:
    """Steps times sequences times their length are the tokens of the stage to within 2%, unless the batch grows or a `note` on the tokens says why not."""
    for path, _, stage in draft.each_stage():
        batch, tokens = stage.batch_size, stage.data.tokens if stage.data else None
        if batch is None or batch.start is not None or batch.ramp_tokens is not None or tokens is None:
            continue
        for variant in stage.variants:
            stated = tokens.for_variant(variant)
            factors: list[Quantity | None] = [
                value_of_variant(stage.steps, variant),
                value_of_variant(batch.sequences, variant),
                value_of_variant(stage.sequence_length, variant),
            ]
            if (
                stated is None
                or stated.value is None
                or stated.note is not None
                or tokens.note is not None
                or None in factors
            ):
                continue
            product = prod(factor.value for factor in factors if factor is not None)
            if abs(product - stated.value.value) > _TOKENS_TOLERANCE * stated.value.value:
                yield draft.models_file.finding(
                    (*path, "data", "tokens"),
                    f"{stated.value.text} tokens, but {' × '.join(f.text for f in factors if f is not None)} make {product:,.0f}",
                    f"a difference of at most {_TOKENS_TOLERANCE:.0%}",
                    fix="correct the tokens, the steps, the batch or the sequence length, or add a `note` to the tokens",
                )
                break


@rule(Scope.ENTRY)
def stage_tokens_add_up(draft: Draft) -> Iterator[Finding]:
    """Tokens in all are those before, those of earlier stages of the same kind and those of the stage, as far as the printed digits go, or a `note` on the total says why not."""
    for path, model in draft.each_model():
        for index, stage in enumerate(model.training):
            total = stage.data.tokens_total if stage.data else None
            if total is None or total.value is None or total.note is not None:
                continue
            same_kind = [s for s in model.training[: index + 1] if s.kind is stage.kind and s.data]
            stated = [s.data.tokens for s in same_kind if s.data] + [s.data.tokens_before for s in same_kind if s.data]
            parts = [part.value for part in stated if part is not None and part.value is not None]
            added, rounding = _sum_and_rounding(parts, total.value)
            if abs(added - total.value.value) > rounding:
                yield draft.models_file.finding(
                    (*path, "training", index, "data", "tokens_total"),
                    f"{total.value.text} tokens in all, but {' + '.join(part.text for part in parts) or 'nothing'} make {added:,.0f}",
                    f"a difference of at most {rounding:,.0f}",
                    fix="correct the total or the tokens of a stage, or add a `note` to the total",
                )


@rule(Scope.CATALOGUE)
def tokens_in_all_are_said(draft: Draft) -> Iterator[Finding]:
    """A pre-training that goes on from an earlier one of the same checkpoint says its tokens in all: the computation of the training is counted from them."""
    for path, model in draft.each_model():
        before: dict[str, Quantity] = {}
        for index, stage in enumerate(model.training):
            if stage.kind is not StageKind.PRE_TRAINING or stage.data is None:
                continue
            counted = {
                id_: own for id_ in stage.variants if (own := value_of_variant(stage.data.tokens, id_)) is not None
            }
            start = stage.starts_from.value if stage.starts_from else None
            goes_on = [id_ for id_ in counted if id_ in before]
            if goes_on and stage.data.tokens_total is None and not (start and start.en == FROM_NOTHING):
                earlier, own = before[goes_on[0]], counted[goes_on[0]]
                yield draft.models_file.finding(
                    (*path, "training", index, "data", "tokens"),
                    f"{own.text} tokens behind {earlier.text} of an earlier pre-training of `{goes_on[0]}`",
                    f"`tokens_total` beside them, or `starts_from: {FROM_NOTHING}` where the earlier one made a part",
                    fix="add one of the two",
                )
            before |= counted


@rule(Scope.ENTRY)
def mix_adds_up(draft: Draft) -> Iterator[Finding]:
    """The shares of a data mix add up to about 100 per cent."""
    for path, _, stage in draft.each_stage():
        parts = stage.data.mix if stage.data else ()
        shares = [part.share.value.value for part in parts if part.share is not None and part.share.value is not None]
        if len(shares) == len(parts) and parts and not _MIX_TOTAL[0] <= sum(shares) <= _MIX_TOTAL[1]:
            yield draft.models_file.finding(
                (*path, "data", "mix"),
                f"shares that add up to {sum(shares)}%",
                "about 100%",
                fix="correct a share, or add the missing part",
            )


_MEASURED = Decimal("0.01")


@rule(Scope.ENTRY)
def hours_add_up(draft: Draft) -> Iterator[Finding]:
    """The published GPU-hours of the parts add up to the total, as far as their printed digits go, or a `note` on the total says why not."""
    for path, _, infrastructure in draft.each_infrastructure():
        total, parts = (
            infrastructure.gpu_hours_total,
            [hours for part in infrastructure.gpu_hours if (hours := part.hours.value)],
        )
        if total is None or total.value is None or total.note is not None or not parts:
            continue
        added, rounding = _sum_and_rounding(parts, total.value)
        if abs(added - total.value.value) > rounding:
            yield draft.models_file.finding(
                (*path, "gpu_hours_total"),
                f"{total.value.text} GPU-hours in all, {added:,.0f} in the parts",
                f"a difference of at most {rounding:,.0f}",
                fix="correct a part or the total, or add a `note` to the total",
            )


@rule(Scope.ENTRY)
def hours_give_the_cost(draft: Draft) -> Iterator[Finding]:
    """GPU-hours times the price of one are the cost, as far as the printed digits go, or a `note` on the cost says why not."""
    for path, _, infrastructure in draft.each_infrastructure():
        if (
            infrastructure.price_per_gpu_hour_usd is None
            or (price := infrastructure.price_per_gpu_hour_usd.value) is None
        ):
            continue
        pairs: list[tuple[KeyPath, Stated[Amount] | None, Stated[Amount] | None]] = [
            ((*path, "gpu_hours", index, "cost_usd"), part.hours, part.cost_usd)
            for index, part in enumerate(infrastructure.gpu_hours)
        ]
        for where, hours, cost in [
            *pairs,
            ((*path, "cost_usd"), infrastructure.gpu_hours_total, infrastructure.cost_usd),
        ]:
            if hours is None or hours.value is None or cost is None or cost.value is None or cost.note is not None:
                continue
            product = hours.value.value * price.value
            rounding = (hours.value.step * price.value + cost.value.step) / 2
            if abs(product - cost.value.value) > rounding:
                yield draft.models_file.finding(
                    where,
                    f"a cost of {cost.value.text}, but {hours.value.text} GPU-hours at {price.text} make {product:,.0f}",
                    f"a difference of at most {rounding:,.0f}",
                    fix="correct the hours, the price or the cost, or add a `note` to the cost",
                )


@rule(Scope.CATALOGUE)
def computation_agrees(draft: Draft) -> Iterator[Finding]:
    """The published computation per token is the recomputed one to its last digit, and the published utilisation, a measured value, to within 1%."""
    for path, model in draft.each_model():
        infrastructure, entry = model.infrastructure, draft.entries.get(model.flagship)
        result = training_metrics_with_peak(draft.gpus, entry) if entry and infrastructure else None
        if infrastructure is None or result is None:
            continue
        for field, line, unit in (
            ("gflop_per_token", "flops_per_token", Fraction(1, 10**9)),
            ("model_flops_utilization", "utilisation", Fraction(100)),
        ):
            stated = getattr(infrastructure, field)
            published = stated.value if stated else None
            if published is None or line not in result.terms:
                continue
            exact = result.terms[line].exact * unit
            recomputed = Decimal(exact.numerator) / exact.denominator
            measured = field == "model_flops_utilization"
            allowed = published.value * _MEASURED if measured else published.step / 2
            if abs(recomputed - published.value) > allowed:
                yield draft.models_file.finding(
                    (*path, "infrastructure", field),
                    f"published {published.text}, recomputed {recomputed:.3g}",
                    f"a difference of at most {allowed.normalize():f}",
                    fix="find the wrong digit in the architecture, the tokens, the GPU-hours or here",
                )


def _sum_and_rounding(parts: Sequence[Quantity], total: Quantity) -> tuple[Decimal, Decimal]:
    """The second is what the sum may miss the total by: half a unit of the last digit of each."""
    added = sum((part.value for part in parts), Decimal(0))
    return added, (total.step + sum((part.step for part in parts), Decimal(0))) / 2

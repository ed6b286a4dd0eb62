"""Schedules run forward and stay inside the training; mixes and stages add up; steps give the tokens; hours give the cost."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import prod

from ..derive.training import training_metrics_with_peak
from ..findings import KeyPath
from ..schema.quantities import Amount, Quantity
from ..schema.training import FROM_NOTHING, PhaseShape, StageKind
from ..schema.values import Stated, value_of_variant
from .draft import Breach, Draft, Scope, rule

_MIX_TOTAL = (Decimal(98), Decimal(102))
_TOKENS_TOLERANCE = Decimal("0.02")


@rule(Scope.ENTRY, fix="add the learning rate at its end")
def phases_in_order(draft: Draft) -> Iterator[Breach]:
    """The phases of a learning-rate schedule each have a rate, end one after the other, and none after the last token of the stage."""
    for path, _, stage in draft.each_stage():
        tokens = stage.data.tokens.value if stage.data and stage.data.tokens else None
        before: dict[str, Decimal] = {}
        for index, phase in enumerate(stage.learning_rate.phases if stage.learning_rate else ()):
            here = (*path, "learning_rate", "phases", index)
            if phase.rate is None and phase.fraction is None:
                yield Breach(here, "a phase without `rate` or `fraction`")
            until = phase.until.value
            if until is None:
                continue
            ends = _phase_ends(until, tokens)
            if any(end <= before.get(unit, Decimal(0)) for unit, end in ends.items()):
                yield Breach((*here, "until"), f"a phase that ends at {until.text}, not after the one before")
            limit = Decimal(100) if until.is_percentage else tokens.value if tokens else until.value
            if until.value > limit:
                name = "100%" if until.is_percentage or tokens is None else tokens.text
                yield Breach((*here, "until"), f"a phase that ends at {until.text}, and the stage at {name}")
            before |= ends


@rule(Scope.ENTRY, fix="correct the phase or the tokens, or add the phase that is missing")
def phases_fill_the_stage(draft: Draft) -> Iterator[Breach]:
    """The last phase of a learning-rate schedule ends with the tokens of the stage, as far as the printed digits go."""
    for path, _, stage in draft.each_stage():
        phases = stage.learning_rate.phases if stage.learning_rate else ()
        until = phases[-1].until.value if phases else None
        stated = stage.data.tokens.value if stage.data and stage.data.tokens else None
        whole = Quantity.parse("100%") if until and until.is_percentage else stated
        if until is None or whole is None or until.qualifier:
            continue
        if whole.value - until.value > max(whole.step, until.step) / 2:
            where = (*path, "learning_rate", "phases", len(phases) - 1, "until")
            yield Breach(where, f"the last phase ends at {until.text}, and the stage at {whole.text}")


@rule(Scope.ENTRY, fix="correct one of the two")
def peak_is_the_highest(draft: Draft) -> Iterator[Breach]:
    """No phase of a learning-rate schedule has a rate above the peak, a constant first phase has the peak, and a rate at the end is that of the last phase."""
    for path, _, stage in draft.each_stage():
        rate = stage.learning_rate
        rates = [phase.rate.value if phase.rate else None for phase in rate.phases] if rate else []
        peak, final = (value.value if value else None for value in ((rate.peak, rate.final) if rate else (None, None)))
        known = [value for value in rates if value is not None]
        highest = max(known, key=lambda value: value.value, default=None)
        starts_there = rate is not None and bool(rate.phases) and rate.phases[0].shape is PhaseShape.CONSTANT
        first = rates[0] if starts_there else None
        if peak and highest and (highest.value > peak.value or (first and first.value != peak.value)):
            found = f"a peak of {peak.text}, but the highest phase has {highest.text}"
            yield Breach((*path, "learning_rate", "peak"), found)
        if final is not None and rates and rates[-1] is not None and rates[-1].value != final.value:
            found = f"{final.text} at the end, but the last phase ends at {rates[-1].text}"
            yield Breach((*path, "learning_rate", "final"), found)


def _phase_ends(until: Quantity, tokens: Quantity | None) -> dict[str, Decimal]:
    """In tokens and in per cent, to compare both; only in its own unit where no tokens are stated."""
    if until.is_percentage:
        return {"%": until.value} | ({"tokens": tokens.value * until.value / 100} if tokens else {})
    return {"tokens": until.value} | ({"%": 100 * until.value / tokens.value} if tokens and tokens.value else {})


@rule(Scope.ENTRY, fix="correct the tokens, the steps, the batch or the sequence length, or add a `note` to the tokens")
def steps_give_the_tokens(draft: Draft) -> Iterator[Breach]:
    """Steps times sequences times their length are the tokens of the stage to within 2%, unless the batch grows or a `note` on the tokens says why not."""
    for path, _, stage in draft.each_stage():
        batch, tokens = stage.batch_size, stage.data.tokens if stage.data else None
        if batch is None or batch.start is not None or batch.ramp_tokens is not None or tokens is None:
            continue
        for variant in stage.variants:
            stated = tokens.for_variant(variant)
            known = (value_of_variant(v, variant) for v in (stage.steps, batch.sequences, stage.sequence_length))
            factors = [factor for factor in known if factor is not None]
            if stated is None or stated.value is None or stated.note or tokens.note or len(factors) < 3:
                continue
            product = prod(factor.value for factor in factors)
            if abs(product - stated.value.value) > _TOKENS_TOLERANCE * stated.value.value:
                made = f"{' × '.join(factor.text for factor in factors)} make {product:,.0f}"
                yield Breach((*path, "data", "tokens"), f"{stated.value.text} tokens, but {made}")
                break


@rule(Scope.ENTRY, fix="correct the total or the tokens of a stage, or add a `note` to the total")
def stage_tokens_add_up(draft: Draft) -> Iterator[Breach]:
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
                made = f"{' + '.join(part.text for part in parts) or 'nothing'} make {added:,.0f}"
                where = (*path, "training", index, "data", "tokens_total")
                yield Breach(where, f"{total.value.text} tokens in all, but {made}")


@rule(Scope.CATALOGUE, fix=f"add `tokens_total`, or `starts_from: {FROM_NOTHING}` where the earlier one made a part")
def tokens_in_all_are_said(draft: Draft) -> Iterator[Breach]:
    """A pre-training that goes on from an earlier one of the same checkpoint says its tokens in all: the computation of the training is counted from them."""
    for path, model in draft.each_model():
        before: dict[str, Quantity] = {}
        for index, stage in enumerate(model.training):
            if stage.kind is not StageKind.PRE_TRAINING or stage.data is None:
                continue
            stated = {id_: value_of_variant(stage.data.tokens, id_) for id_ in stage.variants}
            counted = {id_: own for id_, own in stated.items() if own is not None}
            start = stage.starts_from.value if stage.starts_from else None
            goes_on = [id_ for id_ in counted if id_ in before]
            if goes_on and stage.data.tokens_total is None and not (start and start.en == FROM_NOTHING):
                earlier, own = before[goes_on[0]], counted[goes_on[0]]
                found = f"{own.text} tokens behind {earlier.text} of an earlier pre-training of `{goes_on[0]}`"
                yield Breach((*path, "training", index, "data", "tokens"), found)
            before |= counted


@rule(Scope.ENTRY, fix="correct a share, or add the missing part")
def mix_adds_up(draft: Draft) -> Iterator[Breach]:
    """The shares of a data mix add up to about 100 per cent."""
    for path, _, stage in draft.each_stage():
        parts = stage.data.mix if stage.data else ()
        shares = [part.share.value.value for part in parts if part.share is not None and part.share.value is not None]
        if len(shares) == len(parts) and parts and not _MIX_TOTAL[0] <= sum(shares) <= _MIX_TOTAL[1]:
            yield Breach((*path, "data", "mix"), f"shares that add up to {sum(shares)}%")


_MEASURED = Decimal("0.01")


@rule(Scope.ENTRY, fix="correct a part or the total, or add a `note` to the total")
def hours_add_up(draft: Draft) -> Iterator[Breach]:
    """The published GPU-hours of the parts add up to the total, as far as their printed digits go, or a `note` on the total says why not."""
    for path, _, infrastructure in draft.each_infrastructure():
        total = infrastructure.gpu_hours_total
        parts = [hours for part in infrastructure.gpu_hours if (hours := part.hours.value)]
        if total is None or total.value is None or total.note is not None or not parts:
            continue
        added, rounding = _sum_and_rounding(parts, total.value)
        if abs(added - total.value.value) > rounding:
            yield Breach((*path, "gpu_hours_total"), f"{total.value.text} GPU-hours in all, {added:,.0f} in the parts")


@rule(Scope.ENTRY, fix="correct the hours, the price or the cost, or add a `note` to the cost")
def hours_give_the_cost(draft: Draft) -> Iterator[Breach]:
    """GPU-hours times the price of one are the cost, as far as the printed digits go, or a `note` on the cost says why not."""
    for path, _, infrastructure in draft.each_infrastructure():
        price = value_of_variant(infrastructure.price_per_gpu_hour_usd, None)
        pairs: list[tuple[KeyPath, Stated[Amount] | None, Stated[Amount] | None]] = [
            ((*path, "gpu_hours", index, "cost_usd"), part.hours, part.cost_usd)
            for index, part in enumerate(infrastructure.gpu_hours)
        ]
        pairs += [((*path, "cost_usd"), infrastructure.gpu_hours_total, infrastructure.cost_usd)]
        for where, hours, cost in pairs if price else ():
            if not (price and hours and hours.value and cost and cost.value) or cost.note is not None:
                continue
            product = hours.value.value * price.value
            rounding = (hours.value.step * price.value + cost.value.step) / 2
            if abs(product - cost.value.value) > rounding:
                made = f"{hours.value.text} GPU-hours at {price.text} make {product:,.0f}"
                yield Breach(where, f"a cost of {cost.value.text}, but {made}")


@rule(Scope.CATALOGUE, fix="find the wrong digit in the architecture, the tokens, the GPU-hours or here")
def computation_agrees(draft: Draft) -> Iterator[Breach]:
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
                found = f"published {published.text}, recomputed {recomputed:.3g}"
                yield Breach((*path, "infrastructure", field), found)


def _sum_and_rounding(parts: Sequence[Quantity], total: Quantity) -> tuple[Decimal, Decimal]:
    """The second is what the sum may miss the total by: half a unit of the last digit of each."""
    added = sum((part.value for part in parts), Decimal(0))
    return added, (total.step + sum((part.step for part in parts), Decimal(0))) / 2

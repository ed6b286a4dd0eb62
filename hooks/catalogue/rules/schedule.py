"""Schedules run forward and stay inside the training; mixes add up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..findings import Finding, Path
from ..schema.training import Stage
from .draft import Draft

_MIX_TOTAL = (Decimal(98), Decimal(102))


def _stages(draft: Draft) -> Iterator[tuple[Path, Stage]]:
    for path, model in draft.each_model():
        for index, stage in enumerate(model.training):
            yield (*path, "training", index), stage


def phases_in_order(draft: Draft) -> Iterator[Finding]:
    """The phases of a learning-rate schedule end one after the other, and none after the last token of the stage."""
    for path, stage in _stages(draft):
        if stage.learning_rate is None:
            continue
        tokens = stage.data.tokens.value if stage.data and stage.data.tokens else None
        ends_in_tokens = Decimal(0)
        ends_in_percent = Decimal(0)
        for index, phase in enumerate(stage.learning_rate.phases):
            until = phase.until.value
            if until is None:
                continue
            where = (*path, "learning_rate", "phases", index, "until")
            before = ends_in_percent if until.is_percentage else ends_in_tokens
            if until.value <= before:
                yield draft.finding(where, f"a phase that ends at {until.text}, not after the one before", "ends that grow from phase to phase", fix="put the phases in order")
            if until.is_percentage:
                ends_in_percent = until.value
                limit, name = Decimal(100), "100%"
            else:
                ends_in_tokens = until.value
                limit, name = (tokens.value, tokens.text) if tokens else (until.value, "")
            if until.value > limit:
                yield draft.finding(where, f"a phase that ends at {until.text}", f"the stage ends at {name}", fix="correct the phase or the tokens of the stage")
            if phase.rate is None and phase.fraction is None:
                yield draft.finding((*path, "learning_rate", "phases", index), "a phase without `rate` or `fraction`", "one of the two", fix="add the learning rate at its end")


def mix_adds_up(draft: Draft) -> Iterator[Finding]:
    """The shares of a data mix add up to about 100 per cent."""
    for path, stage in _stages(draft):
        parts = stage.data.mix if stage.data else ()
        shares = [part.share.value.value for part in parts if part.share is not None and part.share.value is not None]
        if len(shares) == len(parts) and parts and not _MIX_TOTAL[0] <= sum(shares) <= _MIX_TOTAL[1]:
            yield draft.finding((*path, "data", "mix"), f"shares that add up to {sum(shares)}%", "about 100%", fix="correct a share, or add the missing part")

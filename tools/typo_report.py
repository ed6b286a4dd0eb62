"""How many wrong digits get through: change one digit at a time and see whether a check notices.

Every integer of every architecture, of the training schedules and of the GPU-hours is
changed in each of its digits to each other digit, one change at a time. A change is caught
if a rule finds something that it did not find before. The report says by field how many
changes there were and how many were caught. It is slow (minutes), so it is not part of a
build: `make slips` writes it to data/slips.json, of which a page has a sentence.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

from pydantic import BaseModel

sys.path.insert(0, str(Path(__file__).parents[1] / "hooks"))

from catalogue.attention import kind_of
from catalogue.derive.expression import architecture_numbers, formula_names
from catalogue.derive.parameters import parameter_formulas, recount_sizes
from catalogue.files import DATA_FILES, MODELS, TECHNIQUES
from catalogue.load import SLIPS, load_catalogue
from catalogue.records import Catalogue
from catalogue.rules import Rule, architecture, training
from catalogue.rules.draft import Draft
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import Model, ModelsFile, Variant
from catalogue.schema.quantities import Quantity
from catalogue.schema.technique import TechniquesFile
from catalogue.schema.training import Gpu
from catalogue.schema.values import walk_record
from catalogue.strict_yaml import Located

RULES = (
    architecture.fields_for_the_kind,
    architecture.heads,
    architecture.experts,
    architecture.layers_of_each_kind,
    architecture.engram_rows,
    architecture.sizes_agree,
    training.phases_in_order,
    training.steps_give_the_tokens,
    training.hours_give_the_cost,
    training.hours_add_up,
    training.computation_agrees,
)


@dataclass(frozen=True)
class Tally:
    """Changes of one field, how many of them were caught, and how many without the check digits."""

    changes: int = 0
    caught: int = 0
    by_rules: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.changes + other.changes, self.caught + other.caught, self.by_rules + other.by_rules)


def report(catalogue: Catalogue) -> str:
    """The report as JSON: tallies by field, for architecture fields that bear on size or cache, others, and schedules."""
    found: dict[str, dict[str, Tally]] = {"bearing": {}, "other": {}, "schedule": {}}
    for group, name, tally in _all(catalogue):
        _add(found[group], name, tally)
    plain = {
        group: {
            name: {"changes": t.changes, "caught": t.caught, "by_rules": t.by_rules}
            for name, t in sorted(fields.items())
        }
        for group, fields in found.items()
    }
    return json.dumps(plain, indent=1) + "\n"


Tried = tuple[str, str, Tally]  # group, field, tally
_catalogue: Catalogue  # in each process of the pool


def _share(catalogue: Catalogue) -> None:
    global _catalogue
    _catalogue = catalogue


def _all(catalogue: Catalogue) -> Iterator[Tried]:
    """What was tried with every model, model after model; on all cores where a process can be forked."""
    if "fork" not in get_all_start_methods():
        _share(catalogue)
        yield from chain.from_iterable(map(_of_model, catalogue.models))
        return
    with get_context("fork").Pool(initializer=_share, initargs=(catalogue,)) as pool:  # records cannot be pickled
        yield from chain.from_iterable(pool.map(_of_model, catalogue.models, chunksize=1))


def _of_model(id_: str) -> list[Tried]:
    """What was tried with one model."""
    model, gpus = _catalogue.models[id_], tuple(_catalogue.gpus.values())
    found: list[Tried] = []
    for variant in model.variants:
        if variant.architecture is not None:
            bearing = _bearing(variant.architecture) if variant.parameters.total.value is not None else set()
            for name, tally in _architecture_slips(model, variant):
                found.append(("bearing" if name in bearing else "other", name, tally))
    return [*found, *(("schedule", name, tally) for name, tally in _schedule_slips(model, gpus))]


def _add(fields: dict[str, Tally], name: str, tally: Tally) -> None:
    fields[name] = fields.get(name, Tally()) + tally


def _bearing(record: Architecture) -> set[str]:
    """Fields that enter a formula for the parameters, beside the main model or in it, the active parameters or the cache."""
    numbers, sizes = architecture_numbers(record), recount_sizes(record)
    used = {name for formula in parameter_formulas(record, numbers).values() for name in formula_names(formula)}
    beside = [term for term in (sizes.mtp, *sizes.engram, sizes.prefill) if term is not None]
    used |= {name for term in beside for name in re.findall(r"[a-z_][a-z_0-9]*", term.formula)}
    kind = kind_of(record)
    used |= formula_names(kind.cache(numbers)) if kind is not None else set()
    if "moe_layers" in used:
        used |= {"first_k_dense_replace", "moe_layer_freq", "num_experts_per_tok"}
    return used


def _architecture_slips(model: Model, variant: Variant) -> Iterator[tuple[str, Tally]]:
    record = variant.architecture
    assert record is not None
    before = frozenset(_found(_of_variants(model, (variant,)), RULES))
    for path, value in architecture.architecture_integers(record):
        tally = Tally()
        for wrong in _wrong(value):
            mistyped = (variant.model_copy(update={"architecture": _with(record, path, wrong)}),)
            # By the schema.
            refused = wrong is None or (isinstance(wrong, int) and isinstance(value, int) and wrong < 1 <= value)
            draft = _of_variants(model, mistyped)
            by_rules = refused or any(found not in before for found in _found(draft, RULES))
            caught = by_rules or any(_found(draft, (architecture.controls_hold,)))
            tally += Tally(1, caught, by_rules)
        yield ".".join(str(part) for part in path[:-1]), tally


def _wrong(value: int | Quantity) -> Iterator[int | Quantity | None]:
    """A number with one digit changed, in every way; None for one that the schema refuses."""
    yield from _quantities_one_digit_off(value) if isinstance(value, Quantity) else _one_digit_off(value)


def _one_digit_off(number: int) -> Iterator[int]:
    """Every number that differs in one digit and has as many."""
    digits = str(number)
    for place, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit and not (place == 0 and other == "0" and len(digits) > 1):
                yield int(digits[:place] + other + digits[place + 1 :])


def _schedule_slips(model: Model, gpus: tuple[Gpu, ...]) -> Iterator[tuple[str, Tally]]:
    """Quantities of stages and of the GPU-hours, digit by digit."""
    before = frozenset(_found(_of_schedule(model, gpus), RULES))
    for path, quantity in _quantities(model):
        name = ".".join(
            str(part) for part in path if isinstance(part, str) and part not in ("training", "value", "infrastructure")
        )
        tally = Tally()
        for wrong in _quantities_one_digit_off(quantity):
            draft = _of_schedule(_with(model, path, wrong), gpus)
            caught = wrong is None or any(found not in before for found in _found(draft, RULES))
            tally += Tally(1, caught, caught)
        yield name, tally


_SCHEDULE = (
    "tokens",
    "sequence_length",
    "steps",
    "sequences",
    "start",
    "ramp_tokens",
    "warmup_steps",
    "until",
    "hours",
    "gpu_hours_total",
    "cost_usd",
    "price_per_gpu_hour_usd",
)


def _quantities(model: Model) -> Iterator[tuple[tuple[str | int, ...], Quantity]]:
    for path, value in walk_record(model):
        scheduled = path and path[0] in ("training", "infrastructure") and "details" not in path
        if scheduled and isinstance(value, Quantity) and any(part in _SCHEDULE for part in path):
            yield path, value


def _quantities_one_digit_off(quantity: Quantity) -> Iterator[Quantity | None]:
    """Every quantity that differs in one digit; None for one that the schema refuses, such as a count of 0."""
    for text in _texts_one_digit_off(quantity.text):
        try:
            yield type(quantity).parse(text)
        except ValueError:
            yield None


def _texts_one_digit_off(text: str) -> Iterator[str]:
    for place, digit in enumerate(text):
        if digit.isdigit():
            for other in "0123456789":
                if other != digit and not (other == "0" and place == 0 and text[1:2].isdigit()):
                    yield text[:place] + other + text[place + 1 :]


def _with(node: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy of a record with the value at `path` exchanged."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(node, BaseModel):
        return node.model_copy(update={str(head): _with(getattr(node, str(head)), rest, value)})
    if isinstance(node, tuple):
        assert isinstance(head, int)
        return (*node[:head], _with(node[head], rest, value), *node[head + 1 :])
    return {**node, head: _with(node[head], rest, value)}


def _of_variants(model: Model, variants: tuple[Variant, ...]) -> Draft:
    """A catalogue of the variants of one model alone."""
    return _of_one(model.model_copy(update={"variants": variants, "training": ()}), ())


def _of_schedule(model: Model, gpus: tuple[Gpu, ...]) -> Draft:
    """A catalogue of one model's training; with its flagship where a published computation can be held against it."""
    infrastructure = model.infrastructure
    compared = infrastructure and (infrastructure.gflop_per_token or infrastructure.model_flops_utilization)
    kept = tuple(variant for variant in model.variants if compared and variant.id == model.flagship)
    return _of_one(model.model_copy(update={"variants": kept}), gpus if kept else ())


def _of_one(model: Model, gpus: tuple[Gpu, ...]) -> Draft:
    records = {name: file.schema.model_construct() for name, file in DATA_FILES.items()} | {
        MODELS: ModelsFile.model_construct(models=(model,)),
        TECHNIQUES: TechniquesFile.model_construct(techniques=(), gpus=gpus),
    }
    return Draft(dict.fromkeys(DATA_FILES, _NOWHERE), records, "", {})


def _found(draft: Draft, rules: tuple[Rule, ...]) -> Iterator[str]:
    """What rules find, one by one: most slips are caught by the first."""
    return (f"{finding.path}: {finding.found}" for rule in rules for finding in rule(draft))


_NOWHERE = Located("")


if __name__ == "__main__":
    folder = Path(__file__).parents[1] / "data"
    (folder / SLIPS).write_text(report(load_catalogue(folder)), encoding="utf-8")

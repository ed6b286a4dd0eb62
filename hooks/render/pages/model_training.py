"""Training: stages in order, what they ran on, and how the model is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from catalogue.schema.model import Model
from catalogue.schema.quantities import Amount, Quantity
from catalogue.schema.training import MAKE_A_BASE_MODEL, Infrastructure, MixPart, RatePhase, Stage, StageKind
from catalogue.schema.values import Single, Stated, Text

from .. import format, jump
from ..cite import Citations
from ..computed import recomputed
from ..fields import detail_rows, details_table, key_value_table, labelled, value_cell
from ..page import Section
from ..tables import EMPTY, NOTHING, Cell, Column, Head, Table, by_column, of_model
from ..words import Words
from .model_architecture import stored_caches
from .model_follows import anything_follows, calculators


def stages(citations: Citations, model: Model) -> list[Section]:
    """What makes a base model, then what follows; a tokenizer alone stands last, for nobody comes for it."""
    steps = (training, post_training)
    begins = any(stage.kind in MAKE_A_BASE_MODEL for stage in model.training)
    return [section for step in (steps if begins else reversed(steps)) for section in step(citations, model)]


def training(citations: Citations, model: Model) -> list[Section]:
    """Tokenizer and the stages that make a base model."""
    words = citations.context.words
    stages = [stage for stage in model.training if stage.kind in MAKE_A_BASE_MODEL]
    tokenizer = None
    if model.tokenizer is not None:
        rows = labelled(citations, model.tokenizer, "tokenizer.") + detail_rows(citations, model.tokenizer.details)
        if rows:
            tokenizer = key_value_table(citations, words("training.tokenizer"), rows, [v.id for v in model.variants])
    if not stages and tokenizer is None:
        return []
    title = words("section.training") if stages else words("section.tokenizer")
    tables = [table for table in (_at_a_glance(citations, model), tokenizer) if table is not None]
    return [Section("training", title, _stages(citations, model, stages, title, tables))]


def post_training(citations: Citations, model: Model) -> list[Section]:
    """The stages after pre-training."""
    stages = [stage for stage in model.training if stage.kind not in MAKE_A_BASE_MODEL]
    if not stages:
        return []
    title = citations.context.words("section.post_training")
    return [Section("post-training", title, _stages(citations, model, stages, title, []))]


# A training of more stages is read as a story first, so its constants are folded, unless they are few.
MOST_STAGES, FEW_ROWS = 8, 3
_GLANCE_ARCHITECTURE = (
    "hidden_act",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "attention",
)
_GLANCE_STAGE = (("data", "tokens"), ("", "sequence_length"), ("batch_size", "sequences"), ("learning_rate", "peak"))


def _at_a_glance(citations: Citations, model: Model) -> Table | None:
    """The hyper-parameters of sizes that were pre-trained side by side, as papers tabulate them; None for a single size."""
    words, entries = citations.context.words, citations.context.catalogue.entries
    stages = {id_: s for s in reversed(model.training) if s.kind is StageKind.PRE_TRAINING for id_ in s.variants}
    sizes = [v.id for v in model.variants if v.id in stages and v.architecture is not None]
    if len(sizes) < 2:
        return None
    rows = []
    for key in _GLANCE_ARCHITECTURE:
        values: list[Single[Any] | None] = [getattr(entries[id_].architecture, key) for id_ in sizes]
        rows.append(
            [
                Cell(Markup("{} <code>{}</code>").format(words(f"field.architecture.{key}"), key)),
                *(value_cell(citations, v) for v in values),
            ]
        )
    for block, key in _GLANCE_STAGE:
        values = []
        for id_ in sizes:
            owner = getattr(stages[id_], block, None) if block else stages[id_]
            value = getattr(owner, key, None)
            values.append(value.for_variant(id_) if value is not None else None)
        label = words(f"field.{block}.{key}" if block else f"field.{key}")
        rows.append([Cell(escape(label)), *(value_cell(citations, v) for v in values)])
    heads = [Head(words("table.field")), *(Head(entries[id_].variant.name, True) for id_ in sizes)]
    caption, title = of_model(words, "training.glance_caption", model.name)
    return Table(caption, heads, rows, classes="ds-dimensions", title=title)


def _stages(citations: Citations, model: Model, stages: list[Stage], title: str, tables: list[Table]) -> str:
    number = {stage.id: index for index, stage in enumerate(model.training, 1)}
    views = [_stage(citations, model, stage, number[stage.id]) for stage in stages]
    return citations.context.html(
        "model_stages.html.jinja",
        stages=views,
        tables=tables,
        several=len(model.training) > 1,
        bar=jump.bar(
            citations.context,
            ((f"stage-{stage.id}", f"{number[stage.id]} {_name(citations, stage)}", 0) for stage in stages),
            title,
        ),
    )


def _folded(model: Model, table: Table | None, folded: bool = False) -> tuple[Table | None, bool]:
    """A table, and whether it is folded away."""
    long = len(model.training) > MOST_STAGES and table is not None and len(table.rows) > FEW_ROWS
    return table, folded or long


def _name(citations: Citations, stage: Stage) -> str:
    words = citations.context.words
    return words.text(stage.name) if stage.name else words(f"stage.{stage.kind.name.lower()}")


def _stage(citations: Citations, model: Model, stage: Stage, number: int) -> dict[str, object]:
    words, entries = citations.context.words, citations.context.catalogue.entries
    kind = words(f"stage.{stage.kind.name.lower()}")
    order = [variant.id for variant in model.variants]
    rows = labelled(citations, stage, "")
    details = [*stage.details, *(stage.data.details if stage.data else ())]
    title = words.text(stage.name) if stage.name else kind
    named = title
    if [other.kind for other in model.training if other.name == stage.name].count(stage.kind) > 1:
        named = words("training.numbered", title=title, number=number)
    caption = words("training.stage_caption", stage=named, model=model.name)
    table = key_value_table(citations, caption, rows, order, words("training.constants")) if rows else None
    caption = words("training.details_caption", stage=named, model=model.name)
    further, folded = details_table(citations, caption, details, order, words("training.further"))
    return {
        "id": f"stage-{stage.id}",
        "number": number,
        "title": title,
        "kind": kind if stage.name else "",
        "variants": [entries[id_].variant.name for id_ in stage.variants],
        "summary": citations.inline(stage.summary) if stage.summary else None,
        "table": _folded(model, table),
        "details": _folded(model, further, folded),
        "phases": _phases(citations, stage, named),
        "mix": _mix(citations, stage, named),
        "notes": [citations.inline(remark.text) + citations.mark(remark.source) for remark in stage.notes],
    }


def _phases(citations: Citations, stage: Stage, title: str) -> Table | None:
    phases = stage.learning_rate.phases if stage.learning_rate else ()
    if len(phases) < 2:  # a single phase says no more than peak, final rate and schedule
        return None
    words = citations.context.words
    columns: list[Column[RatePhase]] = [
        Column(words("field.phase.until"), lambda phase: citations.single(phase.until, notes="inline")),
        Column(words("field.phase.rate"), lambda phase: _rate(citations, stage, phase)),
        Column(words("field.phase.shape"), lambda phase: words(f"shape.{phase.shape.value}")),
    ]
    return by_column(words("training.phases_caption", stage=title), columns, phases)


def _rate(citations: Citations, stage: Stage, phase: RatePhase) -> Markup:
    """The learning rate at the end of a phase, computed from the peak where a fraction is published."""
    if phase.rate is not None:
        return _by_variant(citations, phase.rate)
    assert phase.fraction is not None
    shown = citations.single(phase.fraction) + " " + citations.context.words("training.of_peak")
    peak, fraction = stage.learning_rate.peak if stage.learning_rate else None, phase.fraction.value
    if peak is None or fraction is None:
        return shown
    factor = fraction.value / 100 if fraction.is_percentage else fraction.value
    rates = [single.value.value * factor for _, single in peak.singles() if single.value is not None]
    return shown + " " + recomputed("= " + " / ".join(format.power(rate) for rate in rates))


def _by_variant(citations: Citations, value: Stated[Any]) -> Markup:
    entries = citations.context.catalogue.entries
    parts = [
        Markup("{} <small>{}</small>").format(citations.single(single), entries[id_].variant.name)
        if id_
        else citations.single(single)
        for id_, single in value.singles()
    ]
    return Markup("<br>").join(parts)


def _mix(citations: Citations, stage: Stage, title: str) -> Table | None:
    parts = stage.data.mix if stage.data else ()
    if not parts:
        return None
    words = citations.context.words

    def stated(value: Stated[Any] | None) -> Cell:
        return Cell(_by_variant(citations, value) if value else NOTHING)

    columns: list[Column[MixPart]] = [
        Column(words("field.mix.name"), lambda part: citations.inline(part.name)),
        Column(words("field.mix.share"), lambda part: stated(part.share), True, if_any=True),
        Column(words("field.mix.amount"), lambda part: stated(part.amount), True, if_any=True),
    ]
    caption = words("training.mix_caption", stage=title)
    return by_column(caption, columns, parts, classes="ds-constants", title=words("training.mix"))


def infrastructure(citations: Citations, model: Model) -> list[Section]:
    """Framework, machines, parallelism, precision, hours and cost, with sums recomputed."""
    infra = model.infrastructure
    if infra is None:
        return []
    words = citations.context.words
    rows = labelled(citations, infra, "infrastructure.", skip=("gpu_hours",))
    order = [v.id for v in model.variants]
    caption, title = of_model(words, "infrastructure.caption", model.name)
    table = key_value_table(citations, caption, rows, order, title)
    caption, title = of_model(words, "infrastructure.details_caption", model.name)
    html = citations.context.html(
        "model_infrastructure.html.jinja",
        table=table if rows else None,
        details=details_table(citations, caption, infra.details, order, title),
        hours=_hours(citations, model, infra),
        notes=[citations.inline(r.text) + citations.mark(r.source) for r in infra.notes],
    )
    return [Section("infrastructure", words("section.infrastructure"), html)]


class _Hours(NamedTuple):
    """A line of the table of GPU-hours: a part, or everything, which has no name of its own."""

    part: Text | None
    hours: Stated[Amount]
    cost: Stated[Amount] | None
    product: Cell = EMPTY


def _hours(citations: Citations, model: Model, infra: Infrastructure) -> Table | None:
    """GPU-hours by part, and hours times price beside the published cost."""
    if not infra.gpu_hours:
        return None
    words = citations.context.words
    price = infra.price_per_gpu_hour_usd.value if infra.price_per_gpu_hour_usd else None
    priced = price is not None or any(part.cost_usd for part in infra.gpu_hours)
    total = infra.gpu_hours_total
    parts = [_Hours(part.part, part.hours, part.cost_usd) for part in infra.gpu_hours]
    if total is not None and total.value is not None:
        parts.append(_Hours(None, total, infra.cost_usd))
    products = _products([part.hours for part in parts], price, words)
    lines = [part._replace(product=product) for part, product in zip(parts, products, strict=True)]
    every = Markup("<b>{}</b>").format(words("infrastructure.total"))
    columns: list[Column[_Hours]] = [
        Column(words("field.gpu_hours.part"), lambda of: citations.inline(of.part) if of.part else every),
        Column(words("field.gpu_hours.hours"), lambda of: value_cell(citations, of.hours), True),
        Column(words("field.gpu_hours.cost_usd"), lambda of: value_cell(citations, of.cost), True, priced),
        Column(words("infrastructure.hours_times_price"), lambda of: of.product, True, priced),
    ]
    caption, title = of_model(words, "infrastructure.hours_caption", model.name)
    return by_column(caption, columns, lines, title=title)


def _products(hours: Sequence[Stated[Amount]], price: Quantity | None, words: Words) -> list[Cell]:
    """Hours times price, in one unit."""
    if price is None:
        return [EMPTY] * len(hours)
    found = [single.value.value * price.value for single in hours if single.value is not None]
    shown = iter(zip(format.amounts(found, words), found, strict=True))
    return [
        EMPTY if single.value is None else Cell(recomputed(text), str(product))
        for single in hours
        for text, product in ([("", 0)] if single.value is None else [next(shown)])
    ]


def serving(citations: Citations, model: Model) -> list[Section]:
    """How the KV cache is stored, and further published values on inference."""
    if not model.serving and model.kv_cache is None:
        return []
    words = citations.context.words
    caption, title = of_model(words, "serving.caption", model.name)
    details = details_table(citations, caption, model.serving, [v.id for v in model.variants], title)
    tools = calculators(citations, citations.context.catalogue.flagship(model))
    html = citations.context.html(
        "model_serving.html.jinja",
        cache=stored_caches(citations, model),
        details=details,
        tools="" if anything_follows(citations, model) else tools,
    )
    return [Section("serving", words("section.serving"), html)]

"""The training calculator: GPU-hours, days and cost, beside published values."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.calculators import (
    TRAINING,
    MissingFields,
    Number,
    TrainingEffort,
    evaluate_lines,
    training_effort,
    training_forms,
)
from catalogue.derive.expression import Computation
from catalogue.derive.training import (
    pre_training,
    pre_training_hours,
    pre_training_tokens,
    sequence_length,
    stage_gpu_hours,
)
from catalogue.lookup import training_gpu, training_metrics_with_peak
from catalogue.records import Entry, shares_training
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import Gpu
from catalogue.schema.values import Single, Sources

from .. import format
from ..cite import Citations
from ..comparison import parent_cell
from ..context import Context
from ..formula import formula_mathml
from ..links import variant_link
from ..page import Page, Section
from ..tables import EMPTY, Cell, Head, Table, as_decimal, recomputed_html, value_cell
from ..words import Words
from .calculator_form import (
    CUSTOM,
    OWN,
    TERA,
    FormChoice,
    FormField,
    calculator_page,
    exact_number,
    form_section,
    gpu_choices,
    missing_fields_text,
    script_formulas,
    variant_choices,
)

PATH = "tools/training.md"

# How the script writes the result of a line.
_LINES = {"flops_per_token": "all", "training_flops": "power", "gpu_hours": "all", "days": "few", "cost_usd": "all"}

_FORMULAS = (
    r"C = \left( 6 N + A \, s \right) D \qquad H = \frac{C}{3600 \, F \, u}"
    r" \qquad \mathrm{cost} = H \, p"
)


def training_page(context: Context) -> Page | None:
    return calculator_page(context, "training", PATH, _calculator_form, _runs_table, _render_formulas)


def stated_quantity(entry: Entry, name: str) -> Single[Quantity] | None:
    value = getattr(entry.model.infrastructure, name, None) if shares_training(entry) else None
    single = value.for_variant(entry.variant.id) if value else None
    return single if single is not None and single.value is not None else None


def _known_quantity(entry: Entry, name: str) -> Quantity:
    """For the run that the calculator begins with, which states it."""
    single = stated_quantity(entry, name)
    assert single is not None
    assert single.value is not None
    return single.value


def peak_flops(gpu: Gpu) -> Number:
    """Dense BF16, in FLOPs per second."""
    assert gpu.bf16_tflops.value is not None
    return Fraction(gpu.bf16_tflops.value.value) * TERA


def training_terms(
    found: TrainingEffort, start: Entry, gpu: Gpu, tokens: int, length: int | None
) -> dict[str, Computation]:
    """The lines of a run at the utilisation and price of the first one."""
    numbers: dict[str, Number] = {
        "matrix_flops": found.matrix_flops,
        "tokens": tokens,
        "peak_flops": peak_flops(gpu),
        "utilisation_percent": Fraction(_known_quantity(start, "model_flops_utilization").value),
        "price_per_gpu_hour": Fraction(_known_quantity(start, "price_per_gpu_hour_usd").value),
    }
    forms = training_forms(found)
    if found.attention_flops_per_position is not None and length is not None:
        numbers |= {
            "attention_flops_per_position": found.attention_flops_per_position,
            "sequence_length": length,
        }
    else:
        forms["flops_per_token"] = ""
    return evaluate_lines(TRAINING, forms, numbers)


def _calculator_form(citations: Citations, start: Entry, gpu: Gpu) -> Section:
    context, words = citations.context, citations.context.words
    label = {name: words(f"tools.field.{name}") for name in "vdsagfkpr"}
    own = ("", [FormChoice(OWN, words("tools.of_your_own"))])
    fields = (
        FormField("v", label["v"], "choice", start.variant.id, [own, *variant_choices(context)]),
        FormField("d", label["d"], feeds="tokens", most="1000T", base=1000, hint=True),
        FormField("s", label["s"], feeds="sequence_length", most="100M", whole=True, base=1024, hint=True),
        FormField(
            "a",
            label["a"],
            value=_matrix_parameters(start),
            feeds="matrix_parameters",
            most="1000T",
            base=1000,
            only_with=("v", OWN),
        ),
        FormField("g", label["g"], "choice", gpu.id, gpu_choices(context), hint=True),
        FormField(
            "f", label["f"], value="1000", feeds="peak_flops", times=TERA, most="1000000", only_with=("g", CUSTOM)
        ),
        FormField("k", label["k"], feeds="gpu_count", most="10000000", whole=True, hint=True),
        FormField("p", label["p"], feeds="utilisation_percent", least="0.1", most="100", hint=True),
        FormField("r", label["r"], feeds="price_per_gpu_hour", least="0.01", most="10000", hint=True),
    )
    pages = ("answer", "answer_borrowed", "answer_detail", "about", "at_least", "what", "run", "products", "root")
    data = {
        "words": {"refused": words("tools.script.no_training")}
        | {key: words(f"tools.script.{key}") for key in ("no_tokens", "empty_tokens", "continues")}
        | {"and": words("punctuation.listed"), "language": words.language}
        | {key: words(f"tools.training.{key}") for key in pages}
        | {key: words(f"tools.training.hints.{key}") for key in ("own", "none")},
        "formulas": script_formulas(TRAINING),
        "lines": {name: [words(f"tools.training.{name}"), how] for name, how in _LINES.items()},
        "fact": "peak_flops",
        "gpus": {g.id: exact_number(peak_flops(g)) for g in context.catalogue.gpus.values()},
        "variants": {id_: _variant_data(citations, entry, start) for id_, entry in context.catalogue.entries.items()},
        "run": _borrowed_run(citations, start),
        "lender": start.variant.name,
    }
    return form_section(context, "training", fields, ("gpu_hours", "days", "cost_usd"), data)


def _matrix_parameters(start: Entry) -> str:
    """Initial value for a model of one's own: published activated parameters."""
    parameters = start.variant.parameters
    stated = parameters.activated or parameters.total
    return stated.value.text.lstrip("~") if stated.value is not None else ""


def _variant_data(citations: Citations, entry: Entry, start: Entry) -> dict[str, Any]:
    """Coefficients of a variant and its run, or why there are none.

    A number of the run is its text, its source in words, and whether it is borrowed.
    """
    context = citations.context
    result = training_effort(entry)
    if isinstance(result, MissingFields):
        return {"why": missing_fields_text(context, entry, result)}
    attention = result.attention_flops_per_position
    found: dict[str, Any] = {
        "n": {"matrix_flops": exact_number(result.matrix_flops)}
        | ({"attention_flops_per_position": exact_number(attention)} if attention is not None else {})
    }
    root = _root_variant(context, entry)
    own = _published_run(context, root)
    published = context.words("tools.training.hints.published")
    if root is not entry:
        published = context.words("tools.training.hints.root", name=root.variant.name)
        found["root"] = root.variant.name
    elif entry.variant.based_on is not None:
        base = parent_cell(citations, entry)
        found["continues"] = base.html.striptags() if base else ""
    found["run"] = {name: given for name, given in _borrowed_run(citations, start).items() if name != "d"}
    found["run"] |= {name: [value, published + citations.footnote(source), 0] for name, (value, source) in own.items()}
    if "p" not in own and (percent := _recomputed_utilisation(context, root)) is not None:
        found["run"]["p"] = [percent, context.words("tools.training.hints.recomputed"), 0]
    hours, tokens = pre_training_hours(root), pre_training_tokens(root)
    if hours is not None and tokens is not None and tokens.value is not None:
        part = stage_gpu_hours(root.model)
        covered = part.per_tokens.value if part and part.per_tokens and part.per_tokens.value else tokens.value
        source = citations.footnote(part.hours.source) if part else ""
        found["hours"] = [
            exact_number(hours[0]),
            exact_number(Fraction(covered.value)),
            format.format_quantity(covered),
            source,
        ]
    return found


def _root_variant(context: Context, entry: Entry) -> Entry:
    root, entries, seen = entry, context.catalogue.entries, {entry.variant.id}
    while (id_ := root.variant.based_on.value if root.variant.based_on else None) in entries and id_ not in seen:
        assert id_ is not None
        root = entries[id_]
        seen.add(id_)
    return root if root.architecture_owner == entry.architecture_owner else entry


def _borrowed_run(citations: Citations, start: Entry) -> dict[str, list[Any]]:
    words = citations.context.words("tools.training.hints.borrowed", name=start.variant.name)
    run = _published_run(citations.context, start)
    return {name: [value, words + citations.footnote(source), 1] for name, (value, source) in run.items()}


def _published_run(context: Context, entry: Entry) -> dict[str, tuple[str, Sources | None]]:
    stage, tokens, gpu = pre_training(entry), pre_training_tokens(entry), training_gpu(context.lookup, entry)
    hardware = entry.model.infrastructure.hardware if entry.model.infrastructure and shares_training(entry) else None
    length = sequence_length(stage, entry.variant.id) if stage else None
    lengths = stage.sequence_length.for_variant(entry.variant.id) if stage and stage.sequence_length else None
    counted = hardware.gpu_count.for_variant(entry.variant.id) if hardware and hardware.gpu_count else None
    kind = hardware.gpu.for_variant(entry.variant.id) if hardware and hardware.gpu else None
    percent, price = stated_quantity(entry, "model_flops_utilization"), stated_quantity(entry, "price_per_gpu_hour_usd")
    found: dict[str, tuple[str | None, Single[Any] | None]] = {
        "d": (tokens.value.text.lstrip("~") if tokens and tokens.value else None, tokens),
        "s": (str(length) if length else None, lengths),
        "g": (gpu.id if gpu else None, kind),
        "k": (_typed_number(counted), counted),
        "p": (_typed_number(percent), percent),
        "r": (_typed_number(price), price),
    }
    return {
        name: (value, single.source if single else None) for name, (value, single) in found.items() if value is not None
    }


def _typed_number(single: Single[Quantity] | None) -> str | None:
    if single is None or single.value is None or single.value.qualifier not in ("", "~"):
        return None
    return f"{single.value.value.normalize():f}"


def _recomputed_utilisation(context: Context, entry: Entry) -> str | None:
    """In percent, from the published GPU-hours, to four digits."""
    result = training_metrics_with_peak(context.lookup, entry)
    term = result.terms.get("utilisation") if result else None
    if term is None:
        return None
    return format.format_significant(as_decimal(100 * term.exact), 4)


def _runs_table(citations: Citations, start: Entry, gpu: Gpu) -> str:
    context, words = citations.context, citations.context.words
    heads = [Head(words("table.variant"))] + [
        Head(words(f"tools.training.{key}"), True)
        for key in ("tokens", "length", "flops", "hours", "cost", "published_hours")
    ]
    rows = [
        row
        for entry in context.catalogue.entries.values()
        if (row := _run_row(citations, entry, start, gpu)) is not None
    ]
    caption = words(
        "tools.training.table_caption",
        gpu=gpu.name,
        share=format.format_significant(_known_quantity(start, "model_flops_utilization").value, 4),
        price=format.format_quantity(_known_quantity(start, "price_per_gpu_hour_usd")),
    )
    intro = escape(words("tools.training.table_intro")).format(
        gpu=gpu.name,
        share=citations.value_html(stated_quantity(start, "model_flops_utilization")),
        price=citations.value_html(stated_quantity(start, "price_per_gpu_hour_usd")),
        name=start.model.name,
    )
    return Markup("<p>{}</p>\n").format(intro) + Markup(
        context.html("table.html.jinja", t=Table(caption, heads, rows, sortable=True, classes="ds-wide"))
    )


def _run_row(citations: Citations, entry: Entry, start: Entry, gpu: Gpu) -> list[Cell] | None:
    """None for a variant that was not trained from scratch."""
    stage, tokens, result = pre_training(entry), pre_training_tokens(entry), training_effort(entry)
    if stage is None or tokens is None or tokens.value is None or isinstance(result, MissingFields):
        return None
    words = citations.context.words
    length = sequence_length(stage, entry.variant.id)
    lines = training_terms(result, start, gpu, int(tokens.value.value), length)
    flops = recomputed_html(format.format_power(lines["training_flops"].value), lines["training_flops"].numbers)
    if "attention" not in lines["flops_per_token"].formula:
        flops += Markup("<br><small>{}</small>").format(words("tools.training.products_short"))
    stated_length = stage.sequence_length.for_variant(entry.variant.id) if stage.sequence_length else None
    return [
        Cell(variant_link(entry)),
        value_cell(citations, tokens),
        value_cell(citations, stated_length),
        Cell(flops, str(lines["training_flops"].value)),
        _whole_number_cell(lines["gpu_hours"], words),
        _whole_number_cell(lines["cost_usd"], words),
        _published_hours(citations, entry),
    ]


def _whole_number_cell(term: Computation, words: Words) -> Cell:
    return Cell(
        recomputed_html(format.format_amount(Decimal(term.value), words), f"{term.formula} = {term.numbers}"),
        str(term.value),
    )


def _published_hours(citations: Citations, entry: Entry) -> Cell:
    """GPU-hours of the pre-training, with their tokens where these are not all."""
    part = stage_gpu_hours(entry.model)
    if part is None or pre_training_hours(entry) is None:
        return EMPTY
    html = citations.value_html(part.hours)
    if part.per_tokens is not None and part.per_tokens.value is not None:
        words = citations.context.words(
            "tools.training.per_tokens", tokens=format.format_quantity(part.per_tokens.value)
        )
        html += Markup("<br><small>{}</small>").format(words)
    return Cell(html, str(part.hours.value.value) if part.hours.value else "")


def _render_formulas(context: Context) -> str:
    words = context.words
    figure = context.html(
        "formula.html.jinja",
        number=1,
        math=Markup(formula_mathml(_FORMULAS)),
        meaning=words("tools.training.meaning"),
        mark="",
    )
    how = Markup('<p><a href="ds:how-we-count.md#training-compute">{}</a></p>').format(words("tools.how"))
    return f"{figure}\n<p>{escape(words('tools.training.left_out'))}</p>\n{how}"

"""The memory calculator: weights, KV cache and the GPUs that hold both."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from catalogue import records
from catalogue.derive.calculators import (
    MEMORY,
    NUMBER_FORMATS,
    MemoryFootprint,
    MissingFields,
    Number,
    evaluate_lines,
    memory_footprint,
    memory_forms,
    memory_numbers,
)
from catalogue.derive.expression import Computation
from catalogue.records import Entry
from catalogue.schema.model import Track
from catalogue.schema.quantities import Length
from catalogue.schema.training import Gpu, NumberFormat, number_format

from .. import format
from ..cite import Citations
from ..context import Context
from ..formula import formula_mathml, with_indices
from ..links import variant_link
from ..page import Page, Section
from ..tables import EMPTY, Cell, Head, Table, recomputed_html
from .calculator_form import (
    CUSTOM,
    GIGA,
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

PATH = "tools/memory.md"
LENGTHS = ("4K", "32K", "128K", "1M")
USABLE_PERCENT = 90
BITS: dict[str, Number] = {
    format_.lower(): NUMBER_FORMATS[format_].bits for format_ in (NumberFormat.BF16, NumberFormat.FP8, NumberFormat.FP4)
}
# Numbers in FP4 are stored with a scale of a byte for each 32 of them (the MX formats).
FP4_WITH_SCALES = NUMBER_FORMATS[NumberFormat.FP4].bits + Fraction(8, 32)
MIXED: dict[str, Number] = {"weight_bits": BITS["fp8"], "expert_bits": FP4_WITH_SCALES}
FORMATS = (*BITS, "mixed")

# How the script writes the result of a line.
_LINES = {"cache_elements": "all", "weight_bytes": "gb", "cache_bytes": "gb", "gpus": "all"}

_FORMULAS = (
    r"M_{w} = \frac{P \, b_{w}}{8} \qquad M_{c} = B \left( n \, E + \min(n, w) \, E_{w} \right) \frac{b_{c}}{8}"
    r" \qquad G = \left\lceil \frac{M_{w} + M_{c}}{u \, M_{G}} \right\rceil"
)


def memory_page(context: Context) -> Page | None:
    return calculator_page(
        context,
        "memory",
        PATH,
        _calculator_form,
        lambda citations, _, gpu: _memory_table(citations, gpu),
        _render_formulas,
    )


def released_format(entry: Entry) -> str | None:
    """Key in `FORMATS` of the released weights."""
    single = records.weights_format(entry)
    return NUMBER_FORMATS[NumberFormat(number_format(single.value))].weights if single and single.value else None


def weight_numbers(key: str) -> dict[str, Number]:
    return dict(MIXED) if key == "mixed" else {"weight_bits": BITS[key]}


def _calculator_form(citations: Citations, start: Entry, gpu: Gpu) -> Section:
    context, words = citations.context, citations.context.words
    named = [FormChoice(key, words(f"tools.memory.formats.{key}")) for key in FORMATS]
    cache = [FormChoice(key, words(f"tools.memory.formats.{key}")) for key in (*BITS, "stored")]
    weights = [FormChoice("released", words("tools.memory.formats.released")), *named]
    label = {name: words(f"tools.field.{name}") for name in "vnbwcgmux"}
    fields = (
        FormField("v", label["v"], "choice", start.variant.id, variant_choices(context)),
        FormField("n", label["n"], value="128K", feeds="context_length", most="100M", whole=True, base=1024),
        FormField("b", label["b"], value="1", feeds="sequences", most="1000000", whole=True),
        FormField("w", label["w"], "choice", "released", [("", weights)]),
        FormField("c", label["c"], "choice", "bf16", [("", cache)]),
        FormField("g", label["g"], "choice", gpu.id, gpu_choices(context)),
        FormField(
            "m",
            label["m"],
            value=_plain_memory(gpu),
            feeds="gpu_memory",
            times=GIGA,
            most="10000",
            only_with=("g", CUSTOM),
        ),
        FormField("u", label["u"], value=str(USABLE_PERCENT), feeds="usable_percent", most="100"),
        FormField("x", label["x"], "tick"),
    )
    script = ("no_format", "no_stored")
    pages = ("answer", "answer_detail", "beyond", "size", "format")
    data = {
        "words": {key: words(f"tools.script.{key}") for key in script}
        | {key: words(f"tools.memory.{key}") for key in pages}
        | {
            "refused": words("tools.script.no_memory"),
            "released": words("tools.memory.formats.released"),
            "as": words("tools.memory.formats.released_as"),
        },
        "formulas": script_formulas(MEMORY),
        "lines": {name: [words(f"tools.memory.line.{name}"), how] for name, how in _LINES.items()},
        "bits": {key: exact_number(bits) for key, bits in {**BITS, "expert": FP4_WITH_SCALES}.items()},
        "fact": "gpu_memory",
        "gpus": {g.id: exact_number(_gpu_bytes(g)) for g in context.catalogue.gpus.values()},
        **_variant_data(citations),
    }
    return form_section(context, "memory", fields, ("gpus", "weight_bytes", "cache_bytes"), data)


def _plain_memory(gpu: Gpu) -> str:
    assert gpu.memory_gb.value is not None
    return gpu.memory_gb.value.text


def _gpu_bytes(gpu: Gpu) -> Number:
    assert gpu.memory_gb.value is not None
    return Fraction(gpu.memory_gb.value.value) * GIGA


def _variant_data(citations: Citations) -> dict[str, Any]:
    """Coefficients of variants, or why there are none; the working of caches by architecture."""
    context, found = citations.context, dict[str, Any]()
    workings: dict[str, list[str]] = {}
    for id_, entry in context.catalogue.entries.items():
        result = memory_footprint(entry)
        if isinstance(result, MissingFields):
            found[id_] = {"why": missing_fields_text(context, entry, result)}
            continue
        assert entry.recount
        assert entry.recount.kv_cache
        cache = entry.recount.kv_cache
        workings[entry.architecture_owner] = [cache.formula, cache.numbers]
        published, weights = entry.variant.parameters.total, records.weights_format(entry)
        longest = longest_context(entry)
        found[id_] = {
            "n": {name: exact_number(number) for name, number in memory_numbers(result).items()},
            "beside": exact_number(result.beside),
            "stored": result.stored_cache is not None,
            "released": released_format(entry),
            "context": [str(int(longest.value)), str(citations.value_html(entry.variant.context_length))]
            if longest
            else None,
            "published": str(citations.value_html(published)) if published.value is not None else None,
            "format": str(citations.value_html(weights)) if weights is not None and weights.value is not None else None,
            "owner": entry.architecture_owner,
        }
    return {"variants": found, "workings": workings}


def longest_context(entry: Entry) -> Length | None:
    stated = entry.variant.context_length
    return stated.value if stated else None


def _memory_table(citations: Citations, gpu: Gpu) -> str:
    context, words = citations.context, citations.context.words
    lengths = [Length.parse(text) for text in LENGTHS]
    heads = [
        Head(words("table.variant")),
        Head(words("tools.memory.bf16"), True),
        Head(words("tools.memory.released"), True),
        *(Head(words("tools.memory.cache_at", length=format.format_quantity(length)), True) for length in lengths),
        Head(words("tools.memory.gpus_at", gpu=gpu.name), True),
    ]
    rows = []
    for entry in _listed_entries(context):
        found = memory_footprint(entry)
        if isinstance(found, MissingFields):
            continue
        longest = longest_context(entry)
        held = [length for length in lengths if longest is None or length.value <= longest.value]
        own = released_format(entry)
        caches = {length: memory_terms(found, gpu, int(length.value), "bf16")["cache_bytes"] for length in held}
        most = held[-1] if held else lengths[0]
        needed = memory_terms(found, gpu, int(most.value), own or "bf16")["gpus"]
        rows.append(
            [
                Cell(variant_link(entry)),
                _gigabytes_cell(memory_terms(found, gpu, 1, "bf16")["weight_bytes"]),
                _gigabytes_cell(memory_terms(found, gpu, 1, own)["weight_bytes"], words(f"tools.memory.short.{own}"))
                if own
                else EMPTY,
                *(_gigabytes_cell(caches[length]) if length in caches else EMPTY for length in lengths),
                Cell(
                    recomputed_html(format.format_integer(needed.value), needed.numbers)
                    + Markup(" <small>{}</small>").format(format.format_quantity(most)),
                    str(needed.value),
                ),
            ]
        )
    table = Table(words("tools.memory.table_caption"), heads, rows, sortable=True, classes="ds-wide")
    note = words("tools.memory.gpus_note", gpu=gpu.name, share=USABLE_PERCENT)
    return (
        f"<p>{escape(words('tools.memory.table_intro'))}</p>\n"
        + context.html("table.html.jinja", t=table)
        + f'\n<p class="ds-legend">{escape(note)}</p>'
    )


def _listed_entries(context: Context) -> Iterator[Entry]:
    """The newest variant with a stated context for each architecture of general models."""
    chosen: dict[str, Entry] = {}
    for entry in context.catalogue.entries.values():
        if entry.model.track is Track.GENERAL:
            before = chosen.get(entry.architecture_owner)
            if before is None or (longest_context(entry) and released_format(entry)):
                chosen[entry.architecture_owner] = entry
    yield from chosen.values()


def memory_terms(found: MemoryFootprint, gpu: Gpu, length: int, weights: str) -> dict[str, Computation]:
    """The lines for one sequence with its cache in BF16."""
    numbers: dict[str, Number] = {
        **memory_numbers(found),
        **weight_numbers(weights),
        "cache_bits": BITS["bf16"],
        "context_length": length,
        "sequences": 1,
        "gpu_memory": _gpu_bytes(gpu),
        "usable_percent": USABLE_PERCENT,
    }
    return evaluate_lines(MEMORY, memory_forms(found, weights == "mixed", False), numbers)


def _gigabytes_cell(term: Computation, note: str = "") -> Cell:
    text = format.format_significant(Decimal(term.value) / GIGA)
    html = recomputed_html(text, f"{term.formula} = {term.numbers}")
    if note:
        html += Markup(" <small>{}</small>").format(note)
    return Cell(html, str(term.value))


def _render_formulas(context: Context) -> str:
    words = context.words
    figure = context.html(
        "formula.html.jinja",
        number=1,
        math=Markup(formula_mathml(_FORMULAS)),
        meaning=with_indices(escape(words("tools.memory.meaning"))),
        mark="",
    )
    left_out = words("tools.memory.left_out", share=USABLE_PERCENT)
    rest = "".join(f"<p>{escape(text)}</p>" for text in (left_out, words("tools.memory.window")))
    how = Markup('<p><a href="ds:how-we-count.md#kv-cache">{}</a></p>').format(words("tools.how"))
    return f"{figure}\n{rest}\n{how}"

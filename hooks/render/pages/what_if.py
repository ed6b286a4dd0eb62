"""The workbench: what a training step or a pass of serving takes, and the presets beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.calculators import MissingFields, Number
from catalogue.derive.expression import Part, script_rows
from catalogue.derive.training import reference_run, training_gpu
from catalogue.derive.what_if import SERVING, TRAINING, what_if_numbers, work_out
from catalogue.records import Entry
from catalogue.schema.technique import Technique
from catalogue.schema.training import Gpu
from catalogue.schema.values import Single

from .. import format
from ..cite import Citations
from ..context import Context
from ..figures.engine import as_json
from ..page import Page, Section, lead_section
from ..recomputed import recomputed_html
from ..tables import Cell, Head, Table
from .calculators import (
    BITS,
    GIGA,
    MIXED,
    TERA,
    Choices,
    FormField,
    exact_number,
    form_section,
    gpu_table,
    missing_fields_text,
    variant_choices,
)
from .sources import sources_section

PATH = "tools/what-if.md"
_USABLE = Fraction(9, 10)
_GPU_NUMBERS = {
    "gpu_memory": ("memory_gb", GIGA),
    "bandwidth": ("bandwidth_tb_per_s", TERA),
    "peak_bf16": ("bf16_tflops", TERA),
    "peak_fp8": ("fp8_tflops", TERA),
    "peak_fp4": ("fp4_tflops", TERA),
    "link": ("link_gb_per_s", GIGA),
    "fast_domain": ("fast_domain", 1),
}
_TRAINED = {"t": "training", "s": "4096", "i": "50", "r": "2", "ov": 1}
_SERVED = {"t": "serving", "i": "50", "r": "2", "tp": "1", "bw": "80", "pk": "60", "c": "bf16"}
_V3_RUN = {"k": "2048", "j": "16", "y": "dualpipe", "e": "64", "l": "1", "z": "1", "mo": "2", "ab": "16", "nd": "4"}
_V2_RUN = {"k": "2048", "j": "16", "y": "zb1p", "e": "8", "l": "1", "z": "1", "mo": "4", "ab": "34", "nd": "3"}
_V3_DAY = {"v": "deepseek-v3", "g": "nvidia-h800", "k": "144"}
_V41 = {"v": "deepseek-v4.1-flash", "g": "nvidia-h200", "k": "8", "us": "64", "n": "128K", "w": "mixed"}
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "v3_run": {**_TRAINED, **_V3_RUN, "v": "deepseek-v3", "g": "nvidia-h800", "d": "14.8T", "q": "15360", "p": "41"},
    "v2_run": {**_TRAINED, **_V2_RUN, "v": "deepseek-v2", "g": "nvidia-h800", "d": "8.1T", "q": "9216", "p": "28"},
    "v4_run": {**_TRAINED, **_V3_RUN, "v": "deepseek-v4-pro", "g": "nvidia-h800", "d": "33T", "q": "15360", "p": "41"},
    "v3_day": {**_SERVED, **_V3_DAY, "us": "12672", "n": "4989", "w": "fp8", "ov": 1},
    "v41": {**_SERVED, **_V41},
    "v41_host": {**_SERVED, **_V41, "h": 1},
}
_SCHEDULES = ("1f1b", "zb1p", "dualpipe")


def what_if_page(context: Context) -> Page | None:
    """None where the catalogue has no run to begin with."""
    words, citations, start = context.words, Citations(context), reference_run(context.catalogue)
    gpu = training_gpu(context.catalogue.gpus, start) if start else None
    if start is None or gpu is None:
        return None
    estimates = Markup("").join(
        Markup("<li>{}</li>").format(words(f"what_if.estimate.{key}"))
        for key in ("share", "activations", "load", "spread")
    )
    measured = _measured_table(citations)
    sections = [
        Section(
            "lead",
            "",
            Markup(lead_section(words("what_if.intro")).html)
            + Markup("<noscript><p>{}</p></noscript>").format(words("what_if.without_script")),
        ),
        _workbench_form(citations, start, gpu),
        Section("estimates", words("what_if.estimates"), Markup("<ul>{}</ul>").format(estimates)),
        *([Section("measured", words("what_if.measured"), measured)] if measured else []),
        gpu_table(citations),
        sources_section(citations),
    ]
    return Page(PATH, words("what_if.title"), words("what_if.description"), sections, hide=("toc",))


def _presets(context: Context) -> dict[str, Mapping[str, Any]]:
    known = context.catalogue
    return {name: one for name, one in PRESETS.items() if one["v"] in known.entries and one["g"] in known.gpus}


def _form_fields(context: Context, start: Entry, gpu: Gpu) -> tuple[FormField, ...]:
    words, presets = context.words, _presets(context)

    def choices_of(group: str, keys: tuple[str, ...]) -> Choices:
        return [("", [(key, words(f"what_if.{group}.{key}")) for key in keys])]

    def shown_in(mode: str) -> tuple[str, str]:
        return ("t", mode)

    first = next(iter(presets.values()), {})
    named = [("", words("what_if.preset.own")), *((name, words(f"what_if.preset.{name}")) for name in presets)]
    formats = [(key, words(f"tools.memory.formats.{key}")) for key in ("bf16", "fp8", "mixed", "fp4")]
    cache = [(key, words(f"tools.memory.formats.{key}")) for key in ("bf16", "fp8", "stored")]
    gpus = [("", [(g.id, g.name) for g in context.catalogue.gpus.values() if g.bf16_tflops.value])]
    train, serve = shown_in("training"), shown_in("serving")
    return (
        FormField("x", "choice", next(iter(presets), ""), [("", named)]),
        FormField("t", "choice", "training", choices_of("modes", ("training", "serving"))),
        FormField("v", "choice", start.variant.id, variant_choices(context)),
        FormField("g", "choice", gpu.id, gpus),
        FormField("k", value=first.get("k", "8"), feeds="gpu_count", most="10000000", whole=True),
        FormField("i", value="50", feeds="network_bandwidth", times=GIGA, least="0.1", most="100000"),
        FormField("r", value="2", feeds="price_per_gpu_hour", least="0.01", most="10000"),
        FormField("d", value=first.get("d", "1T"), feeds="tokens", most="1000T", base=1000, only_with=train),
        FormField("s", value="4096", feeds="sequence_length", most="100M", whole=True, base=1024, only_with=train),
        FormField(
            "q", value=first.get("q", "1024"), feeds="batch", most="100M", whole=True, base=1000, only_with=train
        ),
        FormField("j", value=first.get("j", "1"), feeds="pipeline", most="1000", whole=True, only_with=train),
        FormField("y", "choice", first.get("y", "1f1b"), choices_of("schedules", _SCHEDULES), only_with=train),
        FormField("e", value=first.get("e", "1"), feeds="expert_parallel", most="100000", whole=True, only_with=train),
        FormField("l", value="1", feeds="tensor", most="1000", whole=True, only_with=train),
        FormField("z", "choice", "1", choices_of("zero", ("0", "1", "2")), only_with=train),
        FormField("mo", "choice", "2", choices_of("moments", ("2", "4")), only_with=train),
        FormField("ab", value="16", feeds="activation_bytes", least="0.1", most="1000", only_with=train),
        FormField("nd", value=first.get("nd", "1"), feeds="nodes_reached", most="1000", only_with=train),
        FormField(
            "p", value=first.get("p", "40"), feeds="utilisation_percent", least="0.1", most="100", only_with=train
        ),
        FormField("us", value="64", feeds="users", most="100M", whole=True, base=1000, only_with=serve),
        FormField("n", value="32K", feeds="context_length", most="100M", whole=True, base=1024, only_with=serve),
        FormField("w", "choice", "fp8", [("", formats)], only_with=serve),
        FormField("c", "choice", "bf16", [("", cache)], only_with=serve),
        FormField("tp", value="1", feeds="tokens_a_pass", most="64", only_with=serve),
        FormField("bw", value="80", feeds="bandwidth_percent", least="0.1", most="100", only_with=serve),
        FormField("pk", value="60", feeds="peak_percent", least="0.1", most="100", only_with=serve),
        FormField("h", "tick", only_with=serve),
        FormField("ov", "tick"),
    )


def _workbench_form(citations: Citations, start: Entry, gpu: Gpu) -> Section:
    context, words = citations.context, citations.context.words
    lines = {part.name: words(f"what_if.lines.{part.name}") for part in (*TRAINING, *SERVING)}
    changes = ("gpu", "overlap", "no_overlap", "network", "dualpipe", "batch", "pipeline", "nodes", "users", "more")
    said = ("training", "serving", "binds", "helps", "divides", "experts_fit", "no_scores", "no_link")
    known = [g for g in context.catalogue.gpus.values() if g.bf16_tflops.value]
    data = {
        "words": {
            **{key: words(f"what_if.script.{key}") for key in said},
            "refused": words("tools.script.no_memory"),
            "gap": words("punctuation.gap"),
            "lines": {**lines, "cache_each": words("what_if.lines.cache_each")},
            "changes": {key: words(f"what_if.changes.{key}") for key in (*changes, "cache", "weights")},
        },
        "formulas": as_json({"training": script_rows(TRAINING), "serving": script_rows(SERVING)}),
        "presets": _presets(context),
        "gpus": {g.id: {name: _gpu_number(g, name) for name in _GPU_NUMBERS} for g in known},
        # The next one of the list that is faster and not of another maker's.
        "next": {g.id: _next_faster_gpu(known, g) for g in known},
        "bits": {key: [exact_number(bits)] * 2 for key, bits in BITS.items()}
        | {"mixed": [exact_number(MIXED["weight_bits"]), exact_number(MIXED["expert_bits"])]},
        "variants": {id_: _variant_numbers(context, entry) for id_, entry in context.catalogue.entries.items()},
    }
    return form_section(context, "what-if", _form_fields(context, start, gpu), (), data, "what-if")


def _gpu_number(gpu: Gpu, name: str) -> str | None:
    field, times = _GPU_NUMBERS[name]
    stated: Single[Any] | None = getattr(gpu, field)
    if stated is None or stated.value is None:
        return None
    return exact_number(Fraction(getattr(stated.value, "value", stated.value)) * times)


def _next_faster_gpu(known: list[Gpu], gpu: Gpu) -> str | None:
    peak, maker = Fraction(_gpu_number(gpu, "peak_bf16") or 0), gpu.name.split()[0]
    better = [g for g in known if g.name.split()[0] == maker and Fraction(_gpu_number(g, "peak_bf16") or 0) > 2 * peak]
    return better[0].id if better else None


def _variant_numbers(context: Context, entry: Entry) -> dict[str, Any]:
    found = what_if_numbers(entry)
    if isinstance(found, MissingFields):
        return {"why": missing_fields_text(context, entry, found)}
    return {"n": {name: exact_number(number) for name, number in found.items()}}


def preset_lines(context: Context, name: str, changed: Mapping[str, Number] | None = None) -> dict[str, Fraction]:
    """What the formulas give for a preset, as the page works it out, with some of its numbers changed."""
    chosen, catalogue = _presets(context)[name], context.catalogue
    gpu = catalogue.gpus[chosen["g"]]
    numbers = what_if_numbers(catalogue.entries[chosen["v"]])
    assert not isinstance(numbers, MissingFields)
    names = {"overlap"} if chosen.get("ov") else set()
    of_gpu = {key: Fraction(text) for key in _GPU_NUMBERS if (text := _gpu_number(gpu, key))}
    network = Fraction(chosen["i"]) * GIGA
    given: dict[str, Number] = {**numbers, "gpu_count": int(chosen["k"]), "price_per_gpu_hour": Fraction(chosen["r"])}
    if chosen["t"] == "training":
        names |= {f"schedule_{chosen['y']}", *(f"zero_{stage}" for stage in "12" if chosen["z"] >= stage)}
        stages, twice = int(chosen["j"]), chosen["y"] == "dualpipe"
        given |= {
            "pipeline": stages,
            "tensor": int(chosen["l"]),
            "expert_parallel": int(chosen["e"]),
            "copies": 1 + twice,
            "in_flight": stages + twice,
            "moment_bytes": int(chosen["mo"]),
            "sequence_length": int(chosen["s"]),
            "sequences": int(chosen["q"]),
            "nodes_reached": int(chosen["nd"]),
            "activation_bytes": int(chosen["ab"]),
            "peak_flops": of_gpu["peak_bf16"],
            "network_bandwidth": network,
            "utilisation_percent": Fraction(chosen["p"]),
            "tokens": Fraction(chosen["d"].rstrip("T")) * TERA,
        }
        parts: tuple[Part, ...] = TRAINING
    else:
        names |= {"several"}
        band, peak = Fraction(chosen["bw"]) / 100, Fraction(chosen["pk"]) / 100
        given |= {
            "sequences": int(chosen["us"]),
            "context_length": int(chosen["n"]),
            "cache_bits": 16,
            "weight_bits": BITS[chosen["w"]],
            "expert_bits": BITS[chosen["w"]],
            "tokens_a_pass": 1,
            "tokens_checked": 1,
            "memory_bandwidth": of_gpu["bandwidth"] * band,
            "exchange_bandwidth": network * band,
            "product_flops": of_gpu["peak_fp8"] * peak,
            "score_peak": of_gpu["peak_bf16"] * peak,
        }
        parts = SERVING
    lines = work_out(parts, frozenset(names), {**given, **(changed or {})})
    return {key: line.exact for key, line in lines.items()}


def _measured_table(citations: Citations) -> str:
    words = citations.context.words
    rows = [
        [
            Cell(escape(words(f"what_if.row.{key}"))),
            Cell(recomputed_html(format.format_significant(Decimal(computed.numerator) / computed.denominator, 4))),
            Cell(published),
            Cell(escape(f"{float(computed / value):.2f}"), str(float(computed / value))),
            Cell(escape(words(f"what_if.row.{key}_why"))),
        ]
        for key, computed, value, published in _rows_measured(citations)
    ]
    if not rows:
        return ""
    heads = [Head(words("what_if.what")), Head(words("what_if.computed"), True), Head(words("what_if.published"), True)]
    heads += [Head(words("what_if.ratio"), True), Head(words("what_if.why"))]
    return citations.context.html("table.html.jinja", t=Table(words("what_if.measured_caption"), heads, rows))


_SERVING = "model:deepseek-v3/serving."


def _rows_measured(citations: Citations) -> Iterator[tuple[str, Fraction, Fraction, Markup]]:
    """Key, what is computed, what is published as a number and as it is shown."""
    context = citations.context
    if not {"v3_run", "v3_day"} <= _presets(context).keys():
        return
    run, day = preset_lines(context, "v3_run"), preset_lines(context, "v3_day")
    infrastructure = context.catalogue.entries["deepseek-v3"].model.infrastructure
    assert infrastructure
    hours, share = infrastructure.gpu_hours[0].hours, infrastructure.model_flops_utilization
    assert hours.value
    assert share
    assert share.value
    yield "hours", run["gpu_hours"], Fraction(hours.value.value), Markup(citations.value_html(hours))
    yield "mfu", 100 * run["mfu"], Fraction(share.value.value), Markup(citations.value_html(share))
    half: dict[str, Number] = {
        "sequences": _HALF_BATCH * int(_V3_DAY["k"]),
        "exchange_bandwidth": int(_SERVED["i"]) * GIGA,
    }
    least = context.catalogue.techniques[_LIMIT[0]].formulas[0]
    limit = 2000 * preset_lines(context, "v3_day", half)["traffic_time"]
    yield "limit", limit, Fraction(_LIMIT[1]), Markup(citations.cite(_LIMIT[1], least.source))
    found = {key: context.lookup.find(f"model:deepseek-v3/serving.v3-and-r1-one-day-{key}.value") for key in _DAY}
    shown = {
        key: Markup(citations.cite(str(citations.value_text(one.value)), one.source)) for key, one in found.items()
    }
    number = {key: Fraction(one.value.value) for key, one in found.items() if hasattr(one.value, "value")}
    machines = number["input-tokens"] / number[_READS] + number["output-tokens"] / number[_WRITES]
    yield "machines", machines / 86400, number["nodes-average"], shown["nodes-average"]
    profit = number["theoretical-income-all-at-r1-s-price"] / number["cost-at-the-rent-assumed-above"] - 1
    yield "profit", 100 * profit, number["theoretical-profit-over-cost"], shown["theoretical-profit-over-cost"]
    yield "decode", 8 * day["gpu_speed"], number[_WRITES], shown[_WRITES]
    overview = context.catalogue.techniques["inference-system-overview"]
    for key, fact in _facts_of_others(overview):
        chosen = _OTHERS[key]
        computed = 8 * preset_lines(context, "v3_day", chosen)["gpu_speed"]
        yield key, computed, Fraction(fact.value.value.value), Markup(citations.value_html(fact.value))
    slow, _, fast = str(found["output-speed"].value.en).partition("–")
    yield "speed", day["user_speed"], Fraction(int(slow) + int(fast), 2), shown["output-speed"]


# What others measured, by how its label begins: GPUs, users and tokens behind them. H100 and H800 have the same memory and peaks.
_OTHERS: Mapping[str, Mapping[str, Number]] = {
    "sglang": {"gpu_count": 72, "sequences": 72 * 256, "context_length": 2000},
    "profile": {"gpu_count": 128, "sequences": 128 * 128, "context_length": 4096},
}
_LABELS = {"sglang": "Measured by others: SGLang on 9 nodes", "profile": "DeepSeek's profile as LMSYS reads it"}


def _facts_of_others(technique: Technique) -> Iterator[tuple[str, Any]]:
    for key, begins in _LABELS.items():
        yield from ((key, fact) for fact in technique.facts if fact.label.en.startswith(begins))


# Tokens of a GPU in each of two half batches, the technique with the sum, and its result in ms.
_HALF_BATCH, _LIMIT = 32, ("dual-microbatch-overlap", "14.76")
_READS, _WRITES = "prefill-throughput-of-a-node-cache-hits-included", "decode-throughput-of-a-node"
_DAY = (
    *("input-tokens", "output-tokens", _READS, _WRITES, "nodes-average", "output-speed"),
    *("theoretical-income-all-at-r1-s-price", "cost-at-the-rent-assumed-above", "theoretical-profit-over-cost"),
)

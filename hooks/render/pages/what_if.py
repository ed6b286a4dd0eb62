"""The workbench: what a model takes to be held, trained, read to and written with, and the presets beside what was measured.

A field is a number that is typed or a choice that stands for numbers; `chosen_numbers` reads them as the page does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.calculators import WEIGHT_BITS, MissingFields, Number
from catalogue.derive.expression import script_rows
from catalogue.derive.training import pre_training, pre_training_tokens, reference_run, sequence_length, training_gpu
from catalogue.derive.what_if import MODES, what_if_numbers, work_out
from catalogue.facts import FACTS, EntryContext, Fact
from catalogue.records import Entry, sort_by_date
from catalogue.schema.quantities import Quantity
from catalogue.schema.training import Gpu
from catalogue.schema.values import Detail, Single
from catalogue.text import as_decimal

from .. import assets, format
from ..cite import Citations
from ..context import Context
from ..figures.engine import as_json
from ..page import Page, Section, lead_section
from ..recomputed import recomputed_html
from ..tables import Cell, Head, Table, value_cell
from ..words import Words
from .sources import sources_section

PATH = "tools/what-if.md"
GIGA, TERA = 10**9, 10**12
USABLE_PERCENT = 90
_CUSTOM, _OWN = "custom", "own"
_GPU_NUMBERS = {
    "gpu_memory": ("memory_gb", GIGA),
    "bandwidth": ("bandwidth_tb_per_s", TERA),
    "peak_bf16": ("bf16_tflops", TERA),
    "peak_fp8": ("fp8_tflops", TERA),
    "peak_fp4": ("fp4_tflops", TERA),
    "link": ("link_gb_per_s", GIGA),
    "fast_domain": ("fast_domain", 1),
}
_LETTERS = {1024: "KM", 1000: "KMBT"}
_TRAINED = {"t": "training", "s": "4096", "i": "50", "r": "2", "ov": "1"}
_SERVED = {"t": "serving", "i": "50", "r": "2", "tp": "1", "bw": "80", "pk": "60", "c": "bf16"}
_V3_RUN = {"k": "2048", "j": "16", "y": "dualpipe", "e": "64", "l": "1", "z": "1", "mo": "2", "ab": "16", "nd": "4"}
_V2_RUN = {"k": "2048", "j": "16", "y": "zb1p", "e": "8", "l": "1", "z": "1", "mo": "4", "ab": "34", "nd": "3"}
_V3_DAY = {"v": "deepseek-v3", "g": "nvidia-h800", "k": "144", "w": "fp8", "ov": "1"}
_V3_READS = {**_V3_DAY, "t": "prefill", "k": "32", "us": "128", "n": "4096", "hc": "0", "nd": "4"}
_V41 = {"v": "deepseek-v4.1-flash", "g": "nvidia-h200", "k": "8", "us": "64", "n": "128K", "w": "mixed"}
PRESETS: Mapping[str, Mapping[str, str]] = {
    "v3_run": {**_TRAINED, **_V3_RUN, "v": "deepseek-v3", "g": "nvidia-h800", "d": "14.8T", "q": "15360", "p": "41"},
    "v2_run": {**_TRAINED, **_V2_RUN, "v": "deepseek-v2", "g": "nvidia-h800", "d": "8.1T", "q": "9216", "p": "28"},
    "v4_run": {**_TRAINED, **_V3_RUN, "v": "deepseek-v4-pro", "g": "nvidia-h800", "d": "33T", "q": "15360", "p": "41"},
    "v3_day": {**_SERVED, **_V3_DAY, "us": "12672", "n": "4989"},
    "v3_reads": {**_SERVED, **_V3_READS},
    "v41": {**_SERVED, **_V41},
    "v41_host": {**_SERVED, **_V41, "h": "1"},
}

Choices = list[tuple[str, list[tuple[str, str]]]]  # options as value and label, under headings
Given = Mapping[str, Mapping[str, Number]]


@dataclass(frozen=True)
class FormField:
    """An input.

    Attributes:
        name: Letters, in the address of the page; its label is `tools.field.<name>`.
        groups: Options under headings; empty for a number or a box to tick.
        kind: `choice`, `number` or `tick`.
        feeds: Name of the number in the formulas, times `times`.
        gives: Numbers that a choice stands for; of a box, where it is ticked (`1`) and where not.
        base: What K stands for behind a number; 0 where no letter is taken.
        only_with: Field and the values, with spaces between, that it is shown for.
    """

    name: str
    kind: str = "number"
    value: str = ""
    groups: Choices | tuple[()] = ()
    feeds: str = ""
    gives: Given = field(default_factory=dict)
    times: int = 1
    least: str = "1"
    most: str = ""
    whole: bool = False
    base: int = 0
    may_be_empty: bool = False
    only_with: tuple[str, str] | None = None

    def allowed(self, words: Words) -> str:
        kind = words("tools.script.whole" if self.whole else "tools.script.decimal")
        text = words(
            "tools.script.range", kind=kind, least=format.group_digits(self.least), most=format.group_digits(self.most)
        )
        if not self.base:
            return text
        return text + words("tools.script.letters", letters=words("punctuation.listed").join(_LETTERS[self.base]))

    def numbers(self, text: str) -> Mapping[str, Number]:
        """What the formulas get for what is typed or chosen."""
        if not self.feeds:
            return self.gives.get(text, {})
        if self.may_be_empty and not text.strip():
            return {}
        letters = _LETTERS.get(self.base, "")
        power = letters.find(text[-1]) + 1
        return {self.feeds: Fraction(text[:-1] if power else text) * self.base**power * self.times}


def chosen_numbers(fields: tuple[FormField, ...], chosen: Mapping[str, str]) -> dict[str, Number]:
    """Of all fields that are shown, as the page reads them."""
    values = {**{each.name: each.value for each in fields}, **chosen}
    shown = [
        each for each in fields if each.only_with is None or values[each.only_with[0]] in each.only_with[1].split()
    ]
    return {name: number for each in shown for name, number in each.numbers(values[each.name]).items()}


def what_if_page(context: Context) -> Page | None:
    """None where the catalogue has no run to begin with."""
    words, citations = context.words, Citations(context)
    form = workbench_form(citations)
    if form is None:
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
        form,
        Section("estimates", words("what_if.estimates"), Markup("<ul>{}</ul>").format(estimates)),
        *([Section("measured", words("what_if.measured"), measured)] if measured else []),
        gpu_table(citations),
        sources_section(citations),
    ]
    return Page(PATH, words("what_if.title"), words("what_if.description"), sections, hide=("toc",))


def known_presets(context: Context) -> dict[str, Mapping[str, str]]:
    """By name; the last two are those that the pages on memory and on a run begin with, of the first run whose hours are known."""
    known, start = context.catalogue, reference_run(context.catalogue)
    found = {name: one for name, one in PRESETS.items() if one["v"] in known.entries and one["g"] in known.gpus}
    gpu = training_gpu(known.gpus, start) if start else None
    if start is None or gpu is None:
        return found
    own = {"v": start.variant.id, "g": gpu.id}
    stated = {"k": "hardware.gpu_count", "p": "model_flops_utilization", "r": "price_per_gpu_hour_usd"}
    typed = {name: stated_value(start, FACTS[fact]) for name, fact in stated.items()}
    run = {name: f"{single.value.value.normalize():f}" for name, single in typed.items() if single and single.value}
    held = {"t": "memory", "n": "128K", "us": "1", "w": "released", "c": "bf16"}
    return {**found, "held": {**own, **held}, "run": {"t": "run", **own, **run, **_run_of(context, start)}}


def stated_value(entry: Entry, fact: Fact) -> Single[Any] | None:
    found = fact.value(EntryContext(entry))
    return found if isinstance(found, Single) and found.value is not None else None


def _run_of(context: Context, entry: Entry) -> dict[str, str]:
    """Tokens and sequence length of its pre-training, or of that of the weights it starts from; empty where they are not published."""
    root, entries, seen = entry, context.catalogue.entries, {entry.variant.id}
    while (id_ := root.variant.based_on.value if root.variant.based_on else None) in entries and id_ not in seen:
        assert id_ is not None
        root = entries[id_]
        seen.add(id_)
    root = root if root.architecture_owner == entry.architecture_owner else entry
    stage, tokens = pre_training(root), pre_training_tokens(root)
    length = sequence_length(stage, root.variant.id) if stage else None
    run = {
        "d": tokens.value.text.lstrip("~") if tokens and tokens.value else None,
        "s": str(length) if length else None,
    }
    return {name: value for name, value in run.items() if value}


def variant_choices(context: Context) -> Choices:
    catalogue = context.catalogue
    models = list(reversed(sort_by_date(catalogue.models.values())))
    models.sort(key=lambda m: all(entry.architecture is None for entry in catalogue.entries_of(m)))
    return [(m.name, [(e.variant.id, e.variant.name) for e in catalogue.entries_of(m)]) for m in models]


def form_fields(context: Context) -> tuple[FormField, ...]:
    words, known = context.words, known_presets(context)
    first = next(iter(known.values()), {})

    def choices_of(group: str, keys: tuple[str, ...], **gives: Mapping[str, Number]) -> dict[str, Any]:
        return {"kind": "choice", "groups": [("", [(key, words(f"{group}.{key}")) for key in keys])], "gives": gives}

    def shown_in(*modes: str) -> tuple[str, str]:
        return ("t", " ".join(modes))

    def tick_field(name: str, number: str, only_with: tuple[str, str]) -> FormField:
        return FormField(name, "tick", gives={"1": {number: 1}, "": {number: 0}}, only_with=only_with)

    named = [("", words("what_if.preset.own")), *((name, words(f"what_if.preset.{name}")) for name in known)]
    gpus = [(g.id, g.name) for g in context.catalogue.gpus.values()]
    models = {
        id_: found
        for id_, entry in context.catalogue.entries.items()
        if not isinstance(found := what_if_numbers(entry), MissingFields)
    }
    formats: Given = {key: {"weight_bits": bits, "expert_bits": expert} for key, (bits, expert) in WEIGHT_BITS.items()}
    cache: Given = {key: {"cache_bits": WEIGHT_BITS[key][0]} for key in ("bf16", "fp8", "fp4")}
    custom, train, step, read, serve = (
        ("g", _CUSTOM),
        shown_in("training", "run"),
        shown_in("training"),
        shown_in("prefill"),
        shown_in("serving"),
    )
    served, passed = shown_in("serving", "prefill", "memory"), shown_in("serving", "prefill")
    timed = shown_in("training", "serving", "prefill")
    return (
        FormField("x", "choice", next(iter(known), ""), [("", named)]),
        FormField("t", value=first.get("t", "memory"), **choices_of("what_if.modes", tuple(MODES))),
        FormField("v", "choice", first.get("v", ""), [("", [(_OWN, words("tools.of_your_own"))]), *variant_choices(context)], gives=models),
        FormField("g", "choice", first.get("g", ""), [("", [*gpus, (_CUSTOM, words("tools.custom"))])], gives={**{g.id: gpu_numbers(g) for g in context.catalogue.gpus.values()}, _CUSTOM: {}}),
        FormField("m", value="80", feeds="gpu_memory", times=GIGA, most="10000", only_with=custom),
        FormField("mb", value="3", feeds="bandwidth", times=TERA, least="0.01", most="1000", only_with=custom),
        FormField("f", value="1000", feeds="peak_bf16", times=TERA, most="1000000", only_with=custom),
        FormField("f8", value="2000", feeds="peak_fp8", times=TERA, most="1000000", may_be_empty=True, only_with=custom),
        FormField("ml", feeds="link", times=GIGA, least="0.1", most="100000", may_be_empty=True, only_with=custom),
        FormField("md", value="8", feeds="fast_domain", most="1000000", whole=True, only_with=custom),
        FormField("k", value=first.get("k", "8"), feeds="gpu_count", most="10000000", whole=True, only_with=shown_in("training", "serving", "prefill", "run")),
        FormField("i", value="50", feeds="network_bandwidth", times=GIGA, least="0.1", most="100000", only_with=timed),
        FormField("r", value="2", feeds="price_per_gpu_hour", least="0.01", most="10000", only_with=shown_in("training", "serving", "prefill", "run")),
        FormField("d", value=first.get("d", "1T"), feeds="tokens", most="1000T", base=1000, only_with=train),
        FormField("s", value="4096", feeds="sequence_length", most="100M", whole=True, base=1024, only_with=train),
        FormField("a", value="7B", feeds="matrix_parameters", most="1000T", base=1000, only_with=("v", _OWN)),
        FormField("q", value=first.get("q", "1024"), feeds="sequences", most="100M", whole=True, base=1000, only_with=step),
        FormField("j", value=first.get("j", "1"), feeds="pipeline", most="1000", whole=True, only_with=step),
        FormField("y", value=first.get("y", "1f1b"), only_with=step, **choices_of("what_if.schedules", tuple(_SCHEDULES), **_SCHEDULES)),
        FormField("e", value=first.get("e", "1"), feeds="expert_parallel", most="100000", whole=True, only_with=step),
        FormField("l", value="1", feeds="tensor", most="1000", whole=True, only_with=step),
        FormField("cp", value="1", feeds="context", most="10000", whole=True, only_with=step),
        FormField("z", value="1", only_with=step, **choices_of("what_if.zero", tuple(_ZERO), **_ZERO)),
        FormField("mo", value="2", only_with=step, **choices_of("what_if.moments", tuple(_MOMENTS), **_MOMENTS)),
        FormField("ab", value="16", feeds="activation_bytes", least="0.1", most="1000", only_with=step),
        FormField("nd", value=first.get("nd", "1"), feeds="nodes_reached", most="1000", only_with=shown_in("training", "prefill")),
        FormField("p", value=first.get("p", "40"), feeds="utilisation_percent", least="0.1", most="100", only_with=train),
        FormField("tl", feeds="tensor", most="1000", whole=True, may_be_empty=True, only_with=passed),
        FormField("pp", value="1", feeds="pipeline", most="1000", whole=True, only_with=passed),
        FormField("us", value="64", feeds="sequences", most="100M", whole=True, base=1000, only_with=served),
        FormField("n", value="32K", feeds="context_length", most="100M", whole=True, base=1024, only_with=served),
        FormField("hc", value="0", feeds="cached_tokens", least="0", most="100M", whole=True, base=1024, only_with=read),
        FormField("w", value="fp8", only_with=served, **choices_of("tools.memory.formats", ("released", *WEIGHT_BITS), released={"as_released": 1}, **formats)),
        FormField("c", value="bf16", only_with=served, **choices_of("tools.memory.formats", (*cache, "stored"), stored={"stored": 1}, **cache)),
        FormField("tp", value="1", feeds="tokens_a_pass", most="64", only_with=serve),
        FormField("bw", value="80", feeds="bandwidth_percent", least="0.1", most="100", only_with=passed),
        FormField("pk", value="60", feeds="peak_percent", least="0.1", most="100", only_with=passed),
        FormField("u", value=f"{USABLE_PERCENT}", feeds="usable_percent", least="1", most="100", only_with=shown_in("training", "serving", "prefill", "memory")),
        tick_field("h", "on_host", served),
        tick_field("o", "without_optional", shown_in("memory")),
        tick_field("ov", "overlap", timed),
    )  # fmt: skip


_SCHEDULES: Given = {name: {f"schedule_{name}": 1} for name in ("1f1b", "zb1p", "dualpipe")}
_ZERO: Given = {"0": {}, "1": {"zero_1": 1}, "2": {"zero_1": 1, "zero_2": 1}}
_MOMENTS: Given = {"2": {"moment_bytes": 2}, "4": {"moment_bytes": 4}}


def workbench_form(citations: Citations, first: str = "") -> Section | None:
    """The form, which begins with a preset. None where the catalogue has no run to begin with."""
    context, words = citations.context, citations.context.words
    known = known_presets(context)
    if "run" not in known:
        return None
    first, fields, catalogue = first or next(iter(known)), form_fields(context), context.catalogue
    start = {each.name: each.value for each in fields} | {"x": first, **known[first]}
    missing = {
        id_: found for id_, e in catalogue.entries.items() if isinstance(found := what_if_numbers(e), MissingFields)
    }
    data = {
        "words": {
            **{key: words(f"tools.script.{key}") for key in ("number", "choice", "ids")},
            **words.below("what_if.script"),
            "refused": words("tools.script.refused"),
            "refusals": words.below("what_if.refusals"),
            "gap": words("punctuation.gap"),
            "lines": words.below("what_if.lines"),
            "changes": words.below("what_if.changes"),
        },
        # As texts: nobody reads these in a page.
        "formulas": as_json({mode: script_rows(parts) for mode, parts in MODES.items()}),
        "presets": known,
        "runs": as_json({id_: run for id_, entry in catalogue.entries.items() if (run := _run_of(context, entry))}),
        "gives": as_json(
            {
                each.name: {value: _as_texts(given) for value, given in each.gives.items()}
                for each in fields
                if each.gives
            }
        ),
        # The next one of the list that is faster and not of another maker's.
        "next": {g.id: _next_faster_gpu([*catalogue.gpus.values()], g) for g in catalogue.gpus.values()},
        "why": {id_: missing_fields_text(context, catalogue.entries[id_], found) for id_, found in missing.items()},
    }
    html = context.html("calculator.html.jinja", fields=fields, start=start, name=words("tools.what-if.name"))
    return Section("calculator", "", Markup(html) + assets.page_script("what-if", {"calculator-data": as_json(data)}))


def _as_texts(numbers: Mapping[str, Number]) -> dict[str, str]:
    return {name: exact_number(number) for name, number in numbers.items()}


def exact_number(number: Number) -> str:
    fraction = Fraction(number)
    return str(fraction.numerator) + (f"/{fraction.denominator}" if fraction.denominator > 1 else "")


def missing_fields_text(context: Context, entry: Entry, missing: MissingFields) -> str:
    words, named = context.words, []
    if not missing.fields:
        return words("tools.missing.none")
    for name in missing.fields:
        stated = getattr(entry.architecture, name, None)
        absence = stated.absence if stated is not None else None
        reason = words(f"absence.{absence.value.replace(' ', '_')}") if absence else words("tools.missing.not_stated")
        named.append(words("tools.missing.field", name=name, why=reason))
    return words("tools.missing.fields", fields=words("punctuation.listed").join(named))


def gpu_numbers(gpu: Gpu) -> dict[str, Number]:
    """What is known of it; the fast domain is the GPU alone where it is not."""
    found: dict[str, Number] = {"fast_domain": 1}
    for name, (attribute, times) in _GPU_NUMBERS.items():
        stated: Single[Any] | None = getattr(gpu, attribute)
        if stated is not None and stated.value is not None:
            found[name] = Fraction(getattr(stated.value, "value", stated.value)) * times
    return found


def _next_faster_gpu(known: list[Gpu], gpu: Gpu) -> str | None:
    def peak_of(gpu: Gpu) -> Number:
        return gpu_numbers(gpu).get("peak_bf16", 0)

    same = (g for g in known if g.name.split()[0] == gpu.name.split()[0])
    return next((g.id for g in same if peak_of(g) > 2 * peak_of(gpu) > 0), None)


def preset_lines(context: Context, name: str, **changed: str) -> dict[str, Fraction]:
    """What the formulas give for a preset, as the page works it out, with some of its fields changed."""
    chosen = {**known_presets(context)[name], **changed}
    lines = work_out(MODES[chosen["t"]], chosen_numbers(form_fields(context), chosen))
    return {key: line.exact for key, line in lines.items()}


def gpu_table(citations: Citations) -> Section:
    words = citations.context.words
    shown = [attribute for attribute, _ in _GPU_NUMBERS.values()]
    heads = [Head(words("tools.gpu")), *(Head(words(f"tools.{name}"), True) for name in shown)]
    rows = [
        [Cell(escape(gpu.name)), *(value_cell(citations, getattr(gpu, name)) for name in shown)]
        for gpu in citations.context.catalogue.gpus.values()
    ]
    html = citations.context.html("table.html.jinja", t=Table(words("tools.gpus_caption"), heads, rows))
    return Section("gpus", words("tools.gpus"), html)


def _measured_table(citations: Citations) -> str:
    words, measured = citations.context.words, list(_rows_measured(citations))
    if not measured:
        return ""
    context = citations.context
    alike = {f"alike_{key}": format.format_significant(as_decimal(_flops_ratio(context, key, 1)), 3) for key in _V4}
    gap = alike | _decode_gap(context, next(value for key, _, value, _ in measured if key == "decode"))
    rows = [
        [
            Cell(escape(_row_label(context, key))),
            Cell(recomputed_html(format.format_significant(as_decimal(computed), 4))),
            Cell(published),
            Cell(_ratio_bar(float(computed / value))),
            Cell(escape(words(f"what_if.row.{key}_why", **gap))),
        ]
        for key, computed, value, published in measured
    ]
    heads = [Head(words("what_if.what")), Head(words("what_if.computed"), True), Head(words("what_if.published"), True)]
    heads += [Head(words("what_if.ratio"), True), Head(words("what_if.why"))]
    return context.html(
        "table.html.jinja", t=Table(words("what_if.measured_caption"), heads, rows, classes="ds-measured")
    )


def _ratio_bar(ratio: float) -> Markup:
    """A ratio with a bar from nothing, whose middle, 1, has a mark."""
    bar = '<svg class="ds-share" aria-hidden="true"><rect width="{:.1f}%" height="100%"/><path d="M0-2v9"/></svg>'
    return Markup("{:.2f}" + bar).format(ratio, min(100.0, 50 * ratio))


def _decode_gap(context: Context, node_speed: Fraction) -> dict[str, str]:
    """Milliseconds of a pass, all traffic hidden and none, and as published."""
    hidden, shown = (preset_lines(context, "v3_day", ov=overlap) for overlap in ("1", ""))
    published = 8 * hidden["sequences_each"] / node_speed
    times = {"hidden": hidden["pass_time"], "shown": shown["pass_time"], "published": published}
    found = {name: 1000 * time for name, time in times.items()}
    return {name: format.format_significant(as_decimal(number), 3) for name, number in found.items()}


def _rows_measured(citations: Citations) -> Iterator[tuple[str, Fraction, Fraction, Markup]]:
    """Key, what is computed, what is published as a number and as it is shown."""
    context = citations.context
    if not {"v3_run", "v3_day"} <= known_presets(context).keys():
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
    least = context.catalogue.techniques[_LIMIT[0]].formulas[0]
    limit = 2000 * preset_lines(context, "v3_day", us=f"{_HALF_BATCH * int(_V3_DAY['k'])}", bw="100")["traffic_time"]
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
    slow, _, fast = str(found["output-speed"].value.en).partition("–")
    yield "speed", day["user_speed"], Fraction(int(slow) + int(fast), 2), shown["output-speed"]
    length, hits = int(number[_LENGTH]), number[_HITS] / number["input-tokens"]
    reads = preset_lines(context, "v3_reads", n=f"{length}", hc=f"{int(length * hits)}")
    yield "reads", 8 * reads["gpu_speed"] * length / reads["new_tokens"], number[_READS], shown[_READS]
    for key in _V4:
        stated = context.lookup.find(
            f"model:deepseek-v4/serving.compute-of-v3-2-over-it-in-the-same-setting.value@deepseek-v4-{key}"
        )
        shown_times = Markup(citations.cite(f"{stated.number}", stated.source))
        yield f"flops_{key}", _flops_ratio(context, key, 2), Fraction(stated.number), shown_times
    for key, place in _KERNELS.items():
        kernel = context.lookup.find(f"{place}.value")
        measured_text = str(citations.value_text(kernel.value))
        numbers = sum(map(int, re.findall(r"\d+", measured_text.replace(",", ""))))
        yield (
            key,
            _preset_figure(context, key, day),
            Fraction(numbers),
            Markup(citations.cite(measured_text, kernel.source)),
        )
    others = _facts_of_others(context)
    for key, name, chosen, line, times in _OTHERS:
        computed = times * preset_lines(context, name, **chosen)[line]
        measured = others[key].value.value
        assert isinstance(measured, Quantity)
        yield key, computed, Fraction(measured.value), Markup(citations.value_html(others[key].value))


_KERNELS = {
    "flashmla": "flashmla/facts.dense-decoding-on-h800-since-22-april-2025",
    "flashmla_memory": "flashmla/facts.dense-decoding-on-h800-when-memory-is-the-limit",
    "deepep": "deepep/facts.low-latency-256-gpus-first-version",
}


def _preset_figure(context: Context, kernel: str, day: Mapping[str, Fraction]) -> Fraction:
    """What the presets take for what a kernel does: TFLOPS, GB/s, and microseconds of a layer's exchange of 128 tokens (DeepEP's test)."""
    if kernel == "deepep":
        numbers = what_if_numbers(context.catalogue.entries["deepseek-v3"])
        assert not isinstance(numbers, MissingFields)
        whole = preset_lines(context, "v3_day", k="256", us=f"{128 * 256}")["traffic_time"]
        return whole / Fraction(numbers["moe_layers"]) * 10**6
    return day["score_peak"] / TERA if kernel == "flashmla" else day["memory_bandwidth"] / GIGA


_V4 = ("pro", "flash")


def _flops_ratio(context: Context, which: str, half: int) -> Fraction:
    """V3.2's FLOPs over V4's for a token behind 1M others, in FP8 (DeepSeek-V4 Fig. 1): `half` as many for half as many bits."""

    def count_flops(id_: str, of_indexer: Fraction) -> Fraction:
        lines = preset_lines(context, "v3_day", v=id_, n="1M")
        numbers = what_if_numbers(context.catalogue.entries[id_])
        assert not isinstance(numbers, MissingFields)
        indexer = Fraction(numbers["index_flops"]) * 2**20 * of_indexer
        return 2 * numbers["active_parameters"] + half * lines["attention_flops"] + indexer

    return count_flops("deepseek-v3.2", Fraction(1)) / count_flops(f"deepseek-v4-{which}", Fraction(1, half))


_GB200 = {"g": "nvidia-gb200-nvl72", "ov": ""}
_FP4 = {**_GB200, "w": "mixed", "c": "fp8"}
# What others measured: the id of the fact, the preset with what is changed, the line and its number of GPUs. H100 and H800 have the same
# memory and peaks.
_OTHERS: tuple[tuple[str, str, dict[str, str], str, int], ...] = (
    ("sglang", "v3_day", {"k": "72", "us": f"{72 * 256}", "n": "2000"}, "gpu_speed", 8),
    ("profile", "v3_day", {"k": "128", "us": f"{128 * 128}", "n": "4096"}, "gpu_speed", 8),
    ("sglang-reads", "v3_reads", {"g": "nvidia-h100"}, "gpu_speed", 8),
    ("profile-reads", "v3_reads", {}, "gpu_speed", 8),
    ("gb200-reads", "v3_reads", {**_GB200, "k": "4", "n": "2000"}, "gpu_speed", 1),
    ("gb200-writes", "v3_day", {**_FP4, "k": "48", "us": f"{48 * 1408}", "n": "2000"}, "gpu_speed", 1),
    ("inferencex", "v3_day", {**_FP4, "k": "16", "us": "4301", "n": "1536"}, "user_speed", 1),
)


def _row_label(context: Context, key: str) -> str:
    fact = _facts_of_others(context).get(key)
    return context.words.text(fact.label) if fact else context.words(f"what_if.row.{key}")


def _facts_of_others(context: Context) -> dict[str, Detail]:
    return {fact.id: fact for fact in context.catalogue.techniques["inference-system-overview"].facts if fact.id}


# Tokens of a GPU in each of two half batches, the technique with the sum, and its result in ms.
_HALF_BATCH, _LIMIT = 32, ("dual-microbatch-overlap", "14.76")
_READS, _WRITES = "prefill-throughput-of-a-node-cache-hits-included", "decode-throughput-of-a-node"
_LENGTH, _HITS = "cached-tokens-behind-an-output-token-average", "input-tokens-found-in-the-cache-on-disk"
_DAY = (
    *(_LENGTH, _HITS),
    *("input-tokens", "output-tokens", _READS, _WRITES, "nodes-average", "output-speed"),
    *("theoretical-income-all-at-r1-s-price", "cost-at-the-rent-assumed-above", "theoretical-profit-over-cost"),
)

"""The calculators: memory of weights and KV cache with the GPUs that hold both; GPU-hours, days and cost of a training."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from catalogue import records
from catalogue.derive.calculators import (
    MEMORY,
    NUMBER_FORMATS,
    TRAINING,
    MemoryFootprint,
    MissingFields,
    Number,
    TrainingEffort,
    evaluate_lines,
    memory_footprint,
    memory_forms,
    memory_numbers,
    training_effort,
    training_forms,
)
from catalogue.derive.expression import Computation, display_formula, formula_tree
from catalogue.derive.training import (
    pre_training,
    pre_training_hours,
    pre_training_tokens,
    reference_run,
    sequence_length,
    stage_gpu_hours,
    training_gpu,
)
from catalogue.facts import FACTS, EntryContext, Fact
from catalogue.records import Entry, sort_by_date
from catalogue.schema.model import Track
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.training import Gpu, NumberFormat, number_format
from catalogue.schema.values import Single, Sources
from catalogue.text import as_decimal

from .. import assets, format
from ..cite import Citations
from ..comparison import named_base
from ..context import Context
from ..formula import formula_mathml, with_indices
from ..links import variant_link
from ..page import Page, Section, lead_section
from ..recomputed import recomputed_html
from ..tables import EMPTY, Cell, Head, Table, value_cell
from ..words import Words
from .sources import sources_section

GPU_FIELDS = (
    "memory_gb",
    "bandwidth_tb_per_s",
    "bf16_tflops",
    "fp8_tflops",
    "fp4_tflops",
    "link_gb_per_s",
    "fast_domain",
)
CUSTOM = "custom"
OWN = "own"
GIGA, TERA = 10**9, 10**12

# Words of the script that both calculators need.
_MESSAGES = ("number", "choice", "ids")
_LETTERS = {1024: "KM", 1000: "KMBT"}


Choices = list[tuple[str, list[tuple[str, str]]]]  # options as value and label, under headings


@dataclass(frozen=True)
class FormField:
    """An input.

    Attributes:
        name: A letter, in the address of the page; its label is `tools.field.<name>`.
        groups: Options under headings; empty for a number or a box to tick.
        kind: `choice`, `number` or `tick`.
        feeds: Name of the number in the formulas, times `times`.
        base: What K stands for behind a number; 0 where no letter is taken.
        only_with: Field and value that it is shown for.
        hint: Whether it says where its number comes from.
    """

    name: str
    kind: str = "number"
    value: str = ""
    groups: Choices | tuple[()] = ()
    feeds: str = ""
    times: int = 1
    least: str = "1"
    most: str = ""
    whole: bool = False
    base: int = 0
    only_with: tuple[str, str] | None = None
    hint: bool = False

    def allowed(self, words: Words) -> str:
        kind = words("tools.script.whole" if self.whole else "tools.script.decimal")
        text = words(
            "tools.script.range", kind=kind, least=format.group_digits(self.least), most=format.group_digits(self.most)
        )
        if not self.base:
            return text
        return text + words("tools.script.letters", letters=words("punctuation.listed").join(_LETTERS[self.base]))


def calculator_page(
    context: Context,
    key: str,
    path: str,
    form: Callable[[Citations, Entry, Gpu], Section],
    table: Callable[[Citations, Entry, Gpu], str],
    formulas: Callable[[Context], str],
) -> Page | None:
    """None where the catalogue has no run to begin with."""
    start = reference_run(context.catalogue)
    gpu = training_gpu(context.catalogue.gpus, start) if start else None
    if start is None or gpu is None:
        return None
    words, citations = context.words, Citations(context)
    sections = (
        lead_section(words(f"tools.{key}.intro")),
        form(citations, start, gpu),
        Section("table", words(f"tools.{key}.table"), table(citations, start, gpu)),
        Section("formulas", words(f"tools.{key}.formulas"), formulas(context)),
        gpu_table(citations),
        sources_section(citations),
    )
    return Page(path, words(f"tools.{key}.title"), words(f"tools.{key}.description"), sections, hide=("toc",))


def variant_choices(context: Context) -> Choices:
    catalogue = context.catalogue
    models = list(reversed(sort_by_date(catalogue.models.values())))
    models.sort(key=lambda m: all(entry.architecture is None for entry in catalogue.entries_of(m)))
    return [(m.name, [(e.variant.id, e.variant.name) for e in catalogue.entries_of(m)]) for m in models]


def gpu_choices(context: Context, needs: str) -> Choices:
    """Those with a known value of the field."""
    choices = [(gpu.id, gpu.name) for gpu in context.catalogue.gpus.values() if getattr(gpu, needs).value is not None]
    return [("", [*choices, (CUSTOM, context.words("tools.custom"))])]


def form_section(
    context: Context,
    kind: str,
    fields: Sequence[FormField],
    facts: Sequence[str],
    data: Mapping[str, Any],
    script: str = "calculator",
) -> Section:
    messages = {key: context.words(f"tools.script.{key}") for key in _MESSAGES}
    given = {**data, "words": {**messages, **data["words"]}}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    html = context.html(
        "calculator.html.jinja",
        kind=kind,
        fields=fields,
        facts=[(fact, context.words(f"tools.{kind}.{fact}")) for fact in facts],
        shown={(field.name, field.value) for field in fields},
        name=context.words(f"tools.{kind}.name"),
    )
    return Section("calculator", "", Markup(html) + assets.page_script(script, {"calculator-data": text}))


def script_formulas(given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, list[Any]]]:
    return {
        line: {form: [display_formula(text), formula_tree(text)] for form, text in forms.items()}
        for line, forms in given.items()
    }


def exact_number(number: Number) -> str:
    fraction = Fraction(number)
    return str(fraction.numerator) + (f"/{fraction.denominator}" if fraction.denominator > 1 else "")


def missing_fields_text(context: Context, entry: Entry, missing: MissingFields) -> str:
    words, named = context.words, []
    if not missing.fields:
        return words("tools.missing.none")
    for field in missing.fields:
        stated = getattr(entry.architecture, field, None)
        absence = stated.absence if stated is not None else None
        reason = words(f"absence.{absence.value.replace(' ', '_')}") if absence else words("tools.missing.not_stated")
        named.append(words("tools.missing.field", name=field, why=reason))
    return words("tools.missing.fields", fields=words("punctuation.listed").join(named))


def gpu_table(citations: Citations) -> Section:
    words = citations.context.words
    heads = [Head(words("tools.gpu")), *(Head(words(f"tools.{name}"), True) for name in GPU_FIELDS)]
    rows = [
        [Cell(escape(gpu.name)), *(value_cell(citations, getattr(gpu, name)) for name in GPU_FIELDS)]
        for gpu in citations.context.catalogue.gpus.values()
    ]
    html = citations.context.html("table.html.jinja", t=Table(words("tools.gpus_caption"), heads, rows))
    return Section("gpus", words("tools.gpus"), html)


MEMORY_PATH = "tools/memory.md"
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
_MEMORY_LINES = {"cache_elements": "all", "weight_bytes": "gb", "cache_bytes": "gb", "gpus": "all"}

_MEMORY_FORMULAS = (
    r"M_{w} = \frac{P \, b_{w}}{8} \qquad M_{c} = B \left( n \, E + \min(n, w) \, E_{w} + S \right) \frac{b_{c}}{8}"
    r" \qquad G = \left\lceil \frac{M_{w} + M_{c}}{u \, M_{G}} \right\rceil"
)


def memory_page(context: Context) -> Page | None:
    return calculator_page(
        context,
        "memory",
        MEMORY_PATH,
        _memory_form,
        lambda citations, _, gpu: _memory_table(citations, gpu),
        _render_memory_formulas,
    )


def released_format(entry: Entry) -> str | None:
    single = records.weights_format(entry)
    return NUMBER_FORMATS[NumberFormat(number_format(single.value))].weights if single and single.value else None


def _memory_form(citations: Citations, start: Entry, gpu: Gpu) -> Section:
    context, words = citations.context, citations.context.words
    named = [(key, words(f"tools.memory.formats.{key}")) for key in FORMATS]
    cache = [(key, words(f"tools.memory.formats.{key}")) for key in (*BITS, "stored")]
    weights = [("released", words("tools.memory.formats.released")), *named]
    fields = (
        FormField("v", "choice", start.variant.id, variant_choices(context)),
        FormField("n", value="128K", feeds="context_length", most="100M", whole=True, base=1024),
        FormField("b", value="1", feeds="sequences", most="1000000", whole=True),
        FormField("w", "choice", "released", [("", weights)]),
        FormField("c", "choice", "bf16", [("", cache)]),
        FormField("g", "choice", gpu.id, gpu_choices(context, "memory_gb")),
        FormField(
            "m",
            value=gpu.memory_gb.value.text if gpu.memory_gb.value else "",
            feeds="gpu_memory",
            times=GIGA,
            most="10000",
            only_with=("g", CUSTOM),
        ),
        FormField("u", value=str(USABLE_PERCENT), feeds="usable_percent", most="100"),
        FormField("h", "tick"),
        FormField("o", "tick"),
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
        "lines": {name: [words(f"tools.memory.line.{name}"), how] for name, how in _MEMORY_LINES.items()},
        "bits": {key: exact_number(bits) for key, bits in {**BITS, "expert": FP4_WITH_SCALES}.items()},
        "fact": "gpu_memory",
        "gpus": {g.id: exact_number(_gpu_bytes(g)) for g in context.catalogue.gpus.values()},
        **_memory_data(citations),
    }
    return form_section(context, "memory", fields, ("gpus", "weight_bytes", "cache_bytes"), data)


def _gpu_bytes(gpu: Gpu) -> Number:
    assert gpu.memory_gb.value is not None
    return Fraction(gpu.memory_gb.value.value) * GIGA


def _memory_data(citations: Citations) -> dict[str, Any]:
    """Coefficients of variants, or why there are none; the working of caches by architecture."""
    context, words, found = citations.context, citations.context.words, dict[str, Any]()
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
            "h": exact_number(result.on_host),
            "o": exact_number(result.optional),
            "parts": _parts_beside(words, entry, result),
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


def without_host(found: MemoryFootprint) -> MemoryFootprint:
    """Of what lies on the GPUs where Engram's tables lie in the host's memory."""
    return replace(found, parameters=found.parameters - found.on_host, on_host=0)


def _modules_beside(words: Words, entry: Entry) -> list[tuple[str, int]]:
    """What comes in the files beside the main model, each with its parameters."""
    recount = entry.recount
    engram = sum(part.value for part in recount.engram) if recount else 0
    found = {
        "engram": engram,
        "mtp": recount.mtp.value if recount and recount.mtp else 0,
        "vision": entry.encoder.value if entry.encoder else 0,
    }
    return [(words(f"tools.memory.module.{name}"), count) for name, count in found.items() if count]


def _parts_beside(words: Words, entry: Entry, found: MemoryFootprint) -> str:
    """What stands beside the main model, and where else it may be; empty where there is nothing."""
    named = [f"{name} {format.format_compact(count)}" for name, count in _modules_beside(words, entry)]
    if not named:
        return ""
    sentences = [words("tools.memory.parts", parts=words("punctuation.listed").join(named))]
    sentences += [words("tools.memory.host")] * bool(found.on_host) + [words("tools.memory.optional")] * bool(
        found.optional
    )
    return words("punctuation.gap").join(sentences)


def parts_in_gigabytes(words: Words, entry: Entry, weights: str) -> Markup:
    """`Engram 197, MTP or drafter 14.2`; empty where nothing stands beside the main model."""
    bits = MIXED["weight_bits"] if weights == "mixed" else BITS[weights]
    sized = [
        f"{name} {format.format_significant(as_decimal(Fraction(count * bits, 8 * GIGA)))}"
        for name, count in _modules_beside(words, entry)
    ]
    return recomputed_html(words("punctuation.listed").join(sized)) if sized else Markup("")


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
        Head(words("tools.memory.beside")),
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
        of_these = Markup(" <small>{}</small>").format(format.format_quantity(most))
        if found.on_host:
            fewer = memory_terms(without_host(found), gpu, int(most.value), own or "bf16")["gpus"]
            of_these += Markup("<br><small>{}</small>").format(words("tools.memory.on_host", gpus=fewer.value))
        rows.append(
            [
                Cell(variant_link(entry)),
                _gigabytes_cell(memory_terms(found, gpu, 1, "bf16")["weight_bytes"]),
                _gigabytes_cell(memory_terms(found, gpu, 1, own)["weight_bytes"], words(f"tools.memory.short.{own}"))
                if own
                else EMPTY,
                *(_gigabytes_cell(caches[length]) if length in caches else EMPTY for length in lengths),
                Cell(
                    recomputed_html(format.format_integer(needed.value), needed.numbers) + of_these, str(needed.value)
                ),
                Cell(parts_in_gigabytes(words, entry, own or "bf16") or EMPTY.html),
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


def memory_terms(
    found: MemoryFootprint, gpu: Gpu, length: int, weights: str, stored: bool = False
) -> dict[str, Computation]:
    """For one sequence, with its cache in BF16 or as it is stored in service."""
    numbers: dict[str, Number] = {
        **memory_numbers(found),
        **(MIXED if weights == "mixed" else {"weight_bits": BITS[weights]}),
        "cache_bits": BITS["bf16"],
        "context_length": length,
        "sequences": 1,
        "gpu_memory": _gpu_bytes(gpu),
        "usable_percent": USABLE_PERCENT,
    }
    return evaluate_lines(MEMORY, memory_forms(found, weights == "mixed", stored), numbers)


def _gigabytes_cell(term: Computation, note: str = "") -> Cell:
    below = Markup(" <small>{}</small>").format(note) if note else ""
    return _worked_cell(term, format.format_significant(Decimal(term.value) / GIGA), below)


def _worked_cell(term: Computation, text: str, below: Markup | str = "") -> Cell:
    return Cell(recomputed_html(text, f"{term.formula} = {term.numbers}") + below, str(term.value))


def _render_memory_formulas(context: Context) -> str:
    words = context.words
    below = (words("tools.memory.left_out", share=USABLE_PERCENT), words("tools.memory.window"))
    meaning = with_indices(escape(words("tools.memory.meaning")))
    return _render_formulas(context, _MEMORY_FORMULAS, meaning, below, "kv-cache")


def _render_formulas(context: Context, latex: str, meaning: str, below: Iterable[str], counted: str) -> str:
    math = Markup(formula_mathml(latex))
    figure = context.html(
        "formula.html.jinja", label=context.words("technique.formula", number=1), math=math, meaning=meaning, mark=""
    )
    rest = "".join(f"<p>{escape(text)}</p>" for text in below)
    how = Markup('<p><a href="ds:how-we-count.md#{}">{}</a></p>').format(counted, context.words("tools.how"))
    return f"{figure}\n{rest}\n{how}"


TRAINING_PATH = "tools/training.md"

# How the script writes the result of a line.
_TRAINING_LINES = {
    "flops_per_token": "all",
    "training_flops": "power",
    "gpu_hours": "all",
    "days": "few",
    "cost_usd": "all",
}

_TRAINING_FORMULAS = (
    r"C = \left( 6 N + A \, s \right) D \qquad H = \frac{C}{3600 \, F \, u}"
    r" \qquad \mathrm{cost} = H \, p"
)


_UTILISATION, _PRICE = FACTS["model_flops_utilization"], FACTS["price_per_gpu_hour_usd"]
_GPU_COUNT = FACTS["hardware.gpu_count"]


def training_page(context: Context) -> Page | None:
    return calculator_page(context, "training", TRAINING_PATH, _training_form, _runs_table, _render_training_formulas)


def _stated_value(entry: Entry, fact: Fact) -> Single[Any] | None:
    found = fact.value(EntryContext(entry))
    return found if isinstance(found, Single) and found.value is not None else None


def _known_quantity(entry: Entry, fact: Fact) -> Quantity:
    single = _stated_value(entry, fact)
    assert single is not None
    assert isinstance(single.value, Quantity)
    return single.value


def peak_flops(gpu: Gpu) -> Number:
    """Dense BF16, in FLOPs per second."""
    assert gpu.bf16_tflops.value is not None
    return Fraction(gpu.bf16_tflops.value.value) * TERA


def training_terms(
    found: TrainingEffort, start: Entry, gpu: Gpu, tokens: int, length: int | None
) -> dict[str, Computation]:
    numbers: dict[str, Number] = {
        "matrix_flops": found.matrix_flops,
        "tokens": tokens,
        "peak_flops": peak_flops(gpu),
        "utilisation_percent": Fraction(_known_quantity(start, _UTILISATION).value),
        "price_per_gpu_hour": Fraction(_known_quantity(start, _PRICE).value),
    }
    forms = training_forms(found)
    if found.attention_flops_per_position is not None and length is not None:
        numbers |= {"attention_flops_per_position": found.attention_flops_per_position, "sequence_length": length}
    else:
        forms["flops_per_token"] = ""
    return evaluate_lines(TRAINING, forms, numbers)


def _training_form(citations: Citations, start: Entry, gpu: Gpu) -> Section:
    context, words = citations.context, citations.context.words
    own = ("", [(OWN, words("tools.of_your_own"))])
    fields = (
        FormField("v", "choice", start.variant.id, [own, *variant_choices(context)]),
        FormField("d", feeds="tokens", most="1000T", base=1000, hint=True),
        FormField("s", feeds="sequence_length", most="100M", whole=True, base=1024, hint=True),
        FormField(
            "a",
            value=_matrix_parameters(start),
            feeds="matrix_parameters",
            most="1000T",
            base=1000,
            only_with=("v", OWN),
        ),
        FormField("g", "choice", gpu.id, gpu_choices(context, "bf16_tflops"), hint=True),
        FormField("f", value="1000", feeds="peak_flops", times=TERA, most="1000000", only_with=("g", CUSTOM)),
        FormField("k", feeds="gpu_count", most="10000000", whole=True, hint=True),
        FormField("p", feeds="utilisation_percent", least="0.1", most="100", hint=True),
        FormField("r", feeds="price_per_gpu_hour", least="0.01", most="10000", hint=True),
    )
    pages = ("answer", "answer_borrowed", "answer_detail", "about", "at_least", "what", "run", "products", "root")
    data = {
        "words": {"refused": words("tools.script.no_training")}
        | {key: words(f"tools.script.{key}") for key in ("no_tokens", "empty_tokens", "continues")}
        | {"and": words("punctuation.listed"), "language": words.language}
        | {key: words(f"tools.training.{key}") for key in pages}
        | {key: words(f"tools.training.hints.{key}") for key in ("own", "none")},
        "formulas": script_formulas(TRAINING),
        "lines": {name: [words(f"tools.training.{name}"), how] for name, how in _TRAINING_LINES.items()},
        "fact": "peak_flops",
        "gpus": {g.id: exact_number(peak_flops(g)) for g in context.catalogue.gpus.values() if g.bf16_tflops.value},
        "variants": {id_: _training_data(citations, entry, start) for id_, entry in context.catalogue.entries.items()},
        "run": _borrowed_run(citations, start),
        "lender": start.variant.name,
    }
    return form_section(context, "training", fields, ("gpu_hours", "days", "cost_usd"), data)


def _matrix_parameters(start: Entry) -> str:
    """Initial value for a model of one's own: published activated parameters."""
    parameters = start.variant.parameters
    stated = parameters.activated or parameters.total
    return stated.value.text.lstrip("~") if stated.value is not None else ""


def _training_data(citations: Citations, entry: Entry, start: Entry) -> dict[str, Any]:
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
    elif entry.variant.based_on is not None and entry.variant.based_on.value is not None:
        found["continues"] = citations.plain_value(named_base(citations, entry.variant.based_on))
    found["run"] = {name: given for name, given in _borrowed_run(citations, start).items() if name != "d"}
    found["run"] |= {name: [value, published + citations.footnote(source), 0] for name, (value, source) in own.items()}
    if "p" not in own and (percent := _recomputed_utilisation(context, root)) is not None:
        found["run"]["p"] = [percent, context.words("tools.training.hints.recomputed"), 0]
    hours, tokens = pre_training_hours(root), pre_training_tokens(root)
    if hours is not None and tokens is not None and tokens.value is not None:
        part = stage_gpu_hours(root.model)
        covered = part.per_tokens.value if part and part.per_tokens and part.per_tokens.value else tokens.value
        source, count = citations.footnote(part.hours.source) if part else "", exact_number(Fraction(covered.value))
        found["hours"] = [exact_number(hours[0]), count, format.format_quantity(covered), source]
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
    stage, tokens, gpu = pre_training(entry), pre_training_tokens(entry), training_gpu(context.catalogue.gpus, entry)
    length = sequence_length(stage, entry.variant.id) if stage else None
    lengths = stage.sequence_length.for_variant(entry.variant.id) if stage and stage.sequence_length else None
    count, percent, price = (_stated_value(entry, fact) for fact in (_GPU_COUNT, _UTILISATION, _PRICE))
    found: dict[str, tuple[str | None, Single[Any] | None]] = {
        "d": (tokens.value.text.lstrip("~") if tokens and tokens.value else None, tokens),
        "s": (str(length) if length else None, lengths),
        "g": (gpu.id if gpu else None, _stated_value(entry, FACTS["hardware.gpu"])),
        "k": (_typed_number(count), count),
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
    found = FACTS["utilisation"].value(EntryContext.of(context.catalogue, entry))
    return format.format_significant(as_decimal(100 * found.exact), 4) if isinstance(found, Computation) else None


def _runs_table(citations: Citations, start: Entry, gpu: Gpu) -> str:
    context, words = citations.context, citations.context.words
    heads = [Head(words("table.variant"))] + [
        Head(words(f"tools.training.{key}"), True)
        for key in ("tokens", "length", "flops", "hours", "cost", "published_hours")
    ]
    made = (_run_row(citations, entry, start, gpu) for entry in context.catalogue.entries.values())
    rows = [row for row in made if row is not None]
    caption = words(
        "tools.training.table_caption",
        gpu=gpu.name,
        share=format.format_significant(_known_quantity(start, _UTILISATION).value, 4),
        price=format.format_quantity(_known_quantity(start, _PRICE)),
    )
    intro = escape(words("tools.training.table_intro")).format(
        gpu=gpu.name,
        share=citations.value_html(_stated_value(start, _UTILISATION)),
        price=citations.value_html(_stated_value(start, _PRICE)),
        name=start.model.name,
    )
    table = Table(caption, heads, rows, sortable=True, classes="ds-wide")
    return f"<p>{intro}</p>\n" + context.html("table.html.jinja", t=table)


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
        _worked_cell(lines["gpu_hours"], format.format_amount(Decimal(lines["gpu_hours"].value), words)),
        _worked_cell(lines["cost_usd"], format.format_amount(Decimal(lines["cost_usd"].value), words)),
        _published_hours(citations, entry),
    ]


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


def _render_training_formulas(context: Context) -> str:
    words = context.words
    below = (words("tools.training.left_out"),)
    return _render_formulas(context, _TRAINING_FORMULAS, words("tools.training.meaning"), below, "training-compute")

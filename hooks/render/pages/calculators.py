"""Pages on the memory to serve a model and on the hours and cost of a training: the workbench in that mode, with tables beside it."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from markupsafe import Markup, escape

from catalogue.derive.calculators import (
    WEIGHT_BITS,
    MemoryFootprint,
    MissingFields,
    Number,
    TrainingEffort,
    memory_footprint,
    memory_numbers,
    released_format,
    training_effort,
)
from catalogue.derive.expression import Computation
from catalogue.derive.training import (
    pre_training,
    pre_training_hours,
    pre_training_tokens,
    reference_run,
    sequence_length,
    stage_gpu_hours,
    training_gpu,
)
from catalogue.derive.what_if import HELD, RUN, work_out
from catalogue.facts import FACTS, Fact
from catalogue.records import Entry
from catalogue.schema.model import Track
from catalogue.schema.quantities import Length, Quantity
from catalogue.schema.training import Gpu
from catalogue.text import as_decimal

from .. import format
from ..cite import Citations
from ..context import Context
from ..formula import formula_mathml, with_indices
from ..links import variant_link
from ..page import Page, Section, lead_section
from ..recomputed import recomputed_html
from ..tables import EMPTY, Cell, Head, Table, value_cell
from ..words import Words
from .sources import sources_section
from .what_if import GIGA, USABLE_PERCENT, gpu_numbers, gpu_table, stated_value, workbench_form


def _calculator_page(
    context: Context,
    key: str,
    preset: str,
    table: Callable[[Citations, Entry, Gpu], str],
    formulas: Callable[[Context], str],
) -> Page | None:
    """None where the catalogue has no run to begin with."""
    words, citations, start = context.words, Citations(context), reference_run(context.catalogue)
    gpu, form = training_gpu(context.catalogue.gpus, start) if start else None, workbench_form(citations, preset)
    if start is None or gpu is None or form is None:
        return None
    sections = (
        lead_section(words(f"tools.{key}.intro")),
        form,
        Section("table", words(f"tools.{key}.table"), table(citations, start, gpu)),
        Section("formulas", words(f"tools.{key}.formulas"), formulas(context)),
        gpu_table(citations),
        sources_section(citations),
    )
    path = f"tools/{key}.md"
    return Page(path, words(f"tools.{key}.title"), words(f"tools.{key}.description"), sections, hide=("toc",))


LENGTHS = ("4K", "32K", "128K", "1M")
_MEMORY_FORMULAS = (
    r"M_{w} = \frac{P \, b_{w}}{8} \qquad M_{c} = B \left( n \, E + \min(n, w) \, E_{w} + S \right) \frac{b_{c}}{8}"
    r" \qquad G = \left\lceil \frac{M_{w} + M_{c}}{u \, M_{G}} \right\rceil"
)


def memory_page(context: Context) -> Page | None:
    return _calculator_page(
        context, "memory", "held", lambda found, _, gpu: _memory_table(found, gpu), _render_memory_formulas
    )


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


def parts_in_gigabytes(words: Words, entry: Entry, weights: str) -> Markup:
    """`Engram 197, MTP or drafter 14.2`; empty where nothing stands beside the main model."""
    bits, _ = WEIGHT_BITS[weights]
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
            fewer = memory_terms(found, gpu, int(most.value), own or "bf16", on_host=True)["gpus"]
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
    found: MemoryFootprint, gpu: Gpu, length: int, weights: str, stored: bool = False, on_host: bool = False
) -> dict[str, Computation]:
    """For one sequence, with its cache in BF16 or as it is stored in service, and Engram's tables on the GPUs or in the host's memory."""
    numbers: dict[str, Number] = {
        **gpu_numbers(gpu),
        **memory_numbers(found),
        **dict(zip(("weight_bits", "expert_bits"), WEIGHT_BITS[weights], strict=True)),
        "cache_bits": WEIGHT_BITS["bf16"][0],
        "stored": stored,
        "on_host": on_host,
        "without_optional": 0,
        "context_length": length,
        "sequences": 1,
        "usable_percent": USABLE_PERCENT,
    }
    return work_out(HELD, numbers)


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


_TRAINING_FORMULAS = (
    r"C = \left( 6 N + A \, s \right) D \qquad H = \frac{C}{3600 \, F \, u}"
    r" \qquad \mathrm{cost} = H \, p"
)


_UTILISATION, _PRICE = FACTS["model_flops_utilization"], FACTS["price_per_gpu_hour_usd"]


def training_page(context: Context) -> Page | None:
    return _calculator_page(context, "training", "run", _runs_table, _render_training_formulas)


def _known_quantity(entry: Entry, fact: Fact) -> Quantity:
    single = stated_value(entry, fact)
    assert single is not None
    assert isinstance(single.value, Quantity)
    return single.value


def training_terms(
    found: TrainingEffort, start: Entry, gpu: Gpu, tokens: int, length: int | None
) -> dict[str, Computation]:
    numbers: dict[str, Number] = {
        **gpu_numbers(gpu),
        "matrix_flops": found.matrix_flops,
        "attention_flops_per_position": (found.attention_flops_per_position or 0) if length is not None else 0,
        "sequence_length": length or 0,
        "tokens": tokens,
        "gpu_count": 1,
        "utilisation_percent": Fraction(_known_quantity(start, _UTILISATION).value),
        "price_per_gpu_hour": Fraction(_known_quantity(start, _PRICE).value),
    }
    return work_out(RUN, numbers)


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
        share=citations.value_html(stated_value(start, _UTILISATION)),
        price=citations.value_html(stated_value(start, _PRICE)),
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

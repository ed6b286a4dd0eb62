"""What both calculators share: form, choices, data for the script, table of GPUs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from catalogue.derive.calculators import MissingFields, Number
from catalogue.derive.expression import display_formula, formula_tree
from catalogue.lookup import reference_run, training_gpu
from catalogue.records import Entry, sort_by_date
from catalogue.schema.training import Gpu

from .. import assets
from ..cite import Citations
from ..context import Context
from ..page import Page, Section, lead_section
from ..tables import Cell, Head, Table, value_cell
from ..words import Words
from .sources import sources_section

GPU_FIELDS = ("memory_gb", "bandwidth_tb_per_s", "bf16_tflops", "fp8_tflops")
CUSTOM = "custom"
OWN = "own"
GIGA, TERA = 10**9, 10**12

# Words of the script that both calculators need.
_MESSAGES = ("number", "choice", "ids")
_LETTERS = {1024: "KM", 1000: "KMBT"}


@dataclass(frozen=True)
class FormChoice:
    value: str
    label: str


@dataclass(frozen=True)
class FormField:
    """An input.

    Attributes:
        name: A letter, in the address of the page.
        groups: Options under headings; empty for a number or a box to tick.
        kind: `choice`, `number` or `tick`.
        feeds: Name of the number in the formulas, times `times`.
        base: What K stands for behind a number; 0 where no letter is taken.
        only_with: Field and value that it is shown for.
        hint: Whether it says where its number comes from.
    """

    name: str
    label: str
    kind: str = "number"
    value: str = ""
    groups: Sequence[tuple[str, Sequence[FormChoice]]] = ()
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
        text = words("tools.script.range", kind=kind, least=self.least, most=self.most)
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
    start = reference_run(context.catalogue, context.lookup)
    gpu = training_gpu(context.lookup, start) if start else None
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


def variant_choices(context: Context) -> list[tuple[str, list[FormChoice]]]:
    """Variants under their models, the newest first; those without an architecture stand last."""
    catalogue = context.catalogue
    models = list(reversed(sort_by_date(catalogue.models.values())))
    models.sort(key=lambda m: all(entry.architecture is None for entry in catalogue.entries_of(m)))
    return [(m.name, [FormChoice(e.variant.id, e.variant.name) for e in catalogue.entries_of(m)]) for m in models]


def gpu_choices(context: Context) -> list[tuple[str, list[FormChoice]]]:
    choices = [FormChoice(gpu.id, gpu.name) for gpu in context.catalogue.gpus.values()]
    return [("", [*choices, FormChoice(CUSTOM, context.words("tools.custom"))])]


def form_section(
    context: Context, kind: str, fields: Sequence[FormField], facts: Sequence[str], data: Mapping[str, Any]
) -> Section:
    """The form with its result, hidden until the script runs."""
    messages = {key: context.words(f"tools.script.{key}") for key in _MESSAGES}
    given = {**data, "words": {**messages, **data["words"]}}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    html = context.html(
        "calculator.html.jinja",
        kind=kind,
        fields=fields,
        facts=[(fact, context.words(f"tools.{kind}.{fact}")) for fact in facts],
        name=context.words(f"tools.{kind}.name"),
    )
    return Section("calculator", "", Markup(html) + assets.page_script("calculator", {"calculator-data": text}))


def script_formulas(given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, list[Any]]]:
    return {
        line: {form: [display_formula(text), formula_tree(text)] for form, text in forms.items()}
        for line, forms in given.items()
    }


def exact_number(number: Number) -> str:
    fraction = Fraction(number)
    return str(fraction.numerator) + (f"/{fraction.denominator}" if fraction.denominator > 1 else "")


def missing_fields_text(context: Context, entry: Entry, missing: MissingFields) -> str:
    words = context.words
    if not missing.fields:
        return words("tools.missing.none")
    named = []
    for field in missing.fields:
        stated = getattr(entry.architecture, field, None)
        absence = stated.absence if stated is not None else None
        reason = words(f"absence.{absence.value.replace(' ', '_')}") if absence else words("tools.missing.not_stated")
        named.append(words("tools.missing.field", name=field, why=reason))
    return words("tools.missing.fields", fields=words("punctuation.listed").join(named))


def gpu_table(citations: Citations) -> Section:
    words = citations.context.words
    heads = [Head(words("tools.gpu")), *(Head(words(f"tools.{name}"), True) for name in GPU_FIELDS)]
    rows = []
    for gpu in citations.context.catalogue.gpus.values():
        rows.append([Cell(escape(gpu.name)), *(value_cell(citations, getattr(gpu, name)) for name in GPU_FIELDS)])
    html = citations.context.html("table.html.jinja", t=Table(words("tools.gpus_caption"), heads, rows))
    return Section("gpus", words("tools.gpus"), html)

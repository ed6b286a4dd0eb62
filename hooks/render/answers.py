"""Facts of models as answers to typed questions: “v3 layers”, “price of V3.2”, “which models use MLA”.

`postbuild/search_index.py` writes these tables beside the index and `scripts/search/answers.js` looks them up. The
words by which people ask for a kind of fact stand in `data/asked.yaml`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from catalogue.derive.calculators import MemoryFootprint, Number, memory_footprint, released_format
from catalogue.derive.expression import Computation
from catalogue.derive.parameters import NOT_THERE, comparable_dimension
from catalogue.derive.training import reference_run, training_gpu
from catalogue.derive.what_if import SERVING, work_out
from catalogue.facts import DETAILS, FACTS, Anchor, Basis, EntryContext, Fact, stage_kind
from catalogue.records import Entry, PriceSpan, price_spans, recipe_stages
from catalogue.schema.architecture import Architecture
from catalogue.schema.model import ApiName, ApiPointer, Model, Rate, Variant
from catalogue.schema.quantities import Length
from catalogue.schema.technique import Technique, Term
from catalogue.schema.training import Gpu, StageKind
from catalogue.schema.values import Detail, Single, Sources, each_below, fields_with_values, stated_values
from catalogue.settings import fields_of
from catalogue.text import as_decimal

from . import format
from .cite import Citations, plain_text, reference_anchor
from .comparison import ComparedCell, fact_cell, fact_label, stage_values
from .context import Context
from .family_facts import family_label
from .format import maker_name, short_model, short_size, short_variant
from .pages import MODEL, technique_address
from .pages.api_names import dollar_prices, last_day
from .pages.calculators import longest_context, memory_terms, parts_in_gigabytes
from .pages.elsewhere import IDEAS, users_of
from .pages.elsewhere import PATH as ELSEWHERE
from .pages.what_if import GIGA, chosen_numbers, form_fields
from .words import CHINESE, Words

# Kinds of fact that an answer says more of.
_SAID_BESIDE = {"activated": "total", "cost_usd": "price_per_gpu_hour_usd", "hardware.gpu_count": "hardware.gpu"}
LENGTHS = ("4K", "8K", "16K", "32K", "64K", "128K", "256K", "512K", "1M")
_BASE = re.compile(r"[- ][Bb]ase(?=$|[- ])")
_DOTTED = re.compile(r"(v\d)-(\d)")
_UNSAID = ""
# GPUs of a machine and the most that are tried; of each user the context, and users of a GPU where memory holds as many.
_MACHINE, _MOST_GPUS, _SPEED_LENGTH, _SPEED_USERS = 8, 256, "4K", 64


@dataclass(frozen=True)
class AnswerLine:
    """A value as pages print it.

    Attributes:
        basis: `published`, `recomputed`, or empty where there is no value.
        address: Source path with an anchor: `models/deepseek-v3.md#dimensions`.
    """

    label: str
    text: str
    basis: str
    source: str
    address: str


Answers = dict[str, list[AnswerLine]]


def answers_by_model(context: Context) -> dict[str, dict[str, Any]]:
    """The answers of each family by its id; worked out once, for the search and for programs."""
    citations = Citations(context)
    return context.made_once(
        "answers", lambda: {model.id: _model_answers(citations, model) for model in context.catalogue.models.values()}
    )


def _model_answers(citations: Citations, model: Model) -> dict[str, Any]:
    """The answers of a family in the script's format; variants with the same lines share them."""
    entries = citations.context.catalogue.entries_of(model)
    groups: dict[str, list[tuple[list[int], list[AnswerLine]]]] = {}
    flagship = next(place for place, entry in enumerate(entries) if entry.variant.id == model.flagship)
    places = {entry.variant.id: place for place, entry in enumerate(entries)}
    order = [flagship, *(place for place in range(len(entries)) if place != flagship)]
    for place in order:
        for kind, lines in _variant_answers(citations, entries[place]).items():
            known = groups.setdefault(kind, [])
            same = next((places for places, others in known if _say_the_same(others, lines)), None)
            if same is None:
                known.append(([place], lines))
            else:
                same.append(place)
    details = list(_details_with_english(citations, model))
    for kind, lines in _family_answers(citations, model, details).items():
        groups[kind] = [([], lines)]
    return {
        "name": model.name,
        "address": MODEL.path_of(model.id),
        "flagship": flagship,
        "variants": [
            [
                entry.variant.id,
                short_variant(entry.variant.name),
                int(entry.variant.release is not None),
                places.get(str(entry.variant.based_on.value) if entry.variant.based_on else "", -1),
                short_size(entry.variant.name),
            ]
            for entry in entries
        ],
        "answers": {kind: [[places, lines] for places, lines in found] for kind, found in groups.items()},
        "lacks": _absent_parts(entries[flagship]),
        "details": [line for _, line in details],
        "scores": list(_score_lines(citations, model)),
    }


def _say_the_same(some: Iterable[AnswerLine], others: Iterable[AnswerLine]) -> bool:
    """Whether lines differ only in the model that a calculator link opens with."""

    def bare(lines: Iterable[AnswerLine]) -> list[AnswerLine]:
        return [replace(line, address=line.address.partition("?")[0]) for line in lines]

    return bare(some) == bare(others)


def _variant_answers(citations: Citations, entry: Entry) -> Answers:
    found, subject = Answers(), EntryContext.of(citations.context.catalogue, entry)
    for fact in sorted(FACTS.values(), key=lambda fact: fact.turn):
        cell = fact_cell(citations, subject, fact) if fact.asked else None
        if cell is not None and cell.is_there:
            label, address = fact_label(citations.context.words, fact), _fact_address(entry, fact)
            found.setdefault(fact.asked, []).append(_cell_line(citations, label, cell, fact.basis, address))
    found |= _stage_answers(citations, entry, MODEL.path_of(entry.model.id))
    if "gpu_hours_total" in found:
        found["gpu_hours_total"] += _hours_by_part(citations, entry, MODEL.path_of(entry.model.id))
    for kind, beside in _SAID_BESIDE.items():
        if kind in found:
            found[kind] += found.get(beside, [])
    found |= _memory_answers(citations, entry)
    spans = price_spans(citations.context.catalogue, {entry.variant.id})
    address = f"{MODEL.path_of(entry.model.id)}#serving"
    return found | ({"price": price_lines(citations, spans, address)} if spans else {})


def price_lines(citations: Citations, spans: Sequence[PriceSpan], address: str) -> list[AnswerLine]:
    words, found = citations.context.words, []
    for span in reversed(spans):
        names = words("punctuation.listed").join(name.name for name in span.names)
        days = {"since": format.format_date(span.price.since, words), "until": last_day(words, span)}
        label = words("asked.price_now" if span.until is None else "asked.price_until", names=names, **days)
        rate = span.price.rate
        if rate is not Rate.ALWAYS:
            label += words("punctuation.comma") + words(f"prices.rate.{rate.name.lower()}")
        shown = {part: f"${text}" for part, text in dollar_prices(span.price)}
        text = words("asked.price_with_cache" if "hit" in shown else "asked.price", **shown)
        sources = [span.price.source] if span.price.source else []
        found.append(AnswerLine(label, text, Basis.PUBLISHED, source_text(citations, sources), address))
    return found


def _fact_address(entry: Entry, fact: Fact) -> str:
    """What a model says of itself stands on its own page, what is worked out and dimensions where the architecture is."""
    own, owner = MODEL.path_of(entry.model.id), MODEL.path_of(entry.owner_model)
    match fact.anchor:
        case Anchor.WORKING:
            return f"{owner}#{fact.anchor}-{reference_anchor(entry.architecture_owner)}"
        case Anchor.DIMENSIONS:
            return f"{owner}#{fact.anchor}"
    return f"{own}#{fact.anchor}"


def _cell_line(citations: Citations, label: str, cell: ComparedCell, basis: str, address: str) -> AnswerLine:
    if isinstance(cell.said, Single):
        return _single_line(citations, label, cell.said, address)
    source = source_text(citations, [cell.source] if cell.source else [])
    assert isinstance(cell.said, str)
    return AnswerLine(label, _one_line(cell.said), basis if cell.basis is None else cell.basis, source, address)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def source_text(citations: Citations, sources: Iterable[Sources]) -> str:
    separator = citations.context.words("punctuation.separated")
    return separator.join(citations.source_text(source) for each in sources for source in each.items)


def _single_line(citations: Citations, label: str, value: Single[Any], address: str, unit: str = "") -> AnswerLine:
    words, text = citations.context.words, _one_line(citations.plain_value(value))
    if value.absence is None:
        text += f" {unit}" if unit else ""
    elif value.note is not None:
        text += words("punctuation.full_stop") + words("punctuation.gap") + plain_text(citations.context, value.note)
    source = source_text(citations, [value.source] if value.source else [])
    return AnswerLine(label, text, Basis.PUBLISHED if value.absence is None else _UNSAID, source, address)


def _absent_parts(entry: Entry) -> list[str]:
    if entry.architecture is None:
        return []
    stated = dict(stated_values(entry.architecture))
    return [
        key
        for key in fields_with_values(Architecture)
        if key not in stated and comparable_dimension(key, None) == NOT_THERE
    ]


def _stage_answers(citations: Citations, entry: Entry, path: str) -> Answers:
    words, found = citations.context.words, Answers()
    made = recipe_stages(citations.context.catalogue.entries, entry)
    for stage in made.stages:
        kind = words(f"stage.{stage.kind.name.lower()}")
        name = words.text(stage.name) if stage.name else kind
        if kind.casefold() not in name.casefold():
            name = f"{kind} · {name}"
        for key, values in stage_values(made, [stage]).items():
            group = stage_kind(key)
            label = name if group == key else words("changes.of_stage", stage=name, field=words(f"field.{key}"))
            line = _single_line(citations, label, values[0][1], f"{path}#stage-{stage.id}")
            found.setdefault(group, []).append(line)
    for kind, lines in found.items():
        said = [line for line in lines if line.basis]
        found[kind] = said + [line for line in lines if not line.basis]
    return found


def _hours_by_part(citations: Citations, entry: Entry, path: str) -> Iterator[AnswerLine]:
    infrastructure, own = entry.model.infrastructure, (None, entry.variant.id)
    if infrastructure is None or entry.variant.release is not None or infrastructure.total_of not in own:
        return
    for part in infrastructure.gpu_hours:
        hours = part.hours.for_variant(entry.variant.id) if part.hours.by_variant else part.hours
        if hours is not None:
            label = citations.context.words.text(part.part)
            yield _single_line(citations, label, hours, f"{path}#infrastructure")


def _memory_answers(citations: Citations, entry: Entry) -> Answers:
    words, catalogue = citations.context.words, citations.context.catalogue
    footprint = memory_footprint(entry)
    if not isinstance(footprint, MemoryFootprint):
        return {}
    address = f"tools/memory.md?v={entry.variant.id}"
    own = released_format(entry) or released_format(catalogue.entries[entry.architecture_owner])
    longest = longest_context(entry)
    positions = entry.architecture.max_position_embeddings if entry.architecture is not None else None
    if longest is None and positions is not None:  # nothing longer than what the configuration allows
        longest = positions.value
    length = min((each for each in (Length.parse("128K"), longest) if each is not None), key=lambda each: each.value)
    lines, speeds = list[AnswerLine](), list[AnswerLine]()
    # The one that V3 was trained on, then by peak in FP8, the older of equals first: what the largest models are served on.
    reference = reference_run(catalogue)
    own_gpu = training_gpu(catalogue.gpus, reference) if reference else None
    gpus = sorted(
        catalogue.gpus.values(),
        key=lambda g: (g is not own_gpu, -(g.fp8_tflops.value.value if g.fp8_tflops.value else 0)),
    )
    for key in dict.fromkeys(filter(None, (own, "bf16", "fp8", "fp4"))):
        works = [(gpu, memory_terms(footprint, gpu, int(length.value), key)) for gpu in gpus]
        fewest = min(worked["gpus"].value for _, worked in works)
        names = words("punctuation.listed").join(gpu.name for gpu, worked in works if worked["gpus"].value == fewest)
        for gpu, worked in works:
            label = words("asked.served", format=words(f"tools.memory.formats.{key}"), gpu=gpu.name)
            memory = {name: _in_gigabytes(worked[f"{name}_bytes"]) for name in ("weight", "cache")}
            count = worked["gpus"].value
            text = words("asked.gpus" if count > 1 else "asked.one_gpu", count=count)
            if count > _MACHINE:
                text = words("asked.machines", count=count, fewest=fewest, gpus=names)
            held = words("asked.gpus_for", weights=memory["weight"], cache=memory["cache"], length=length.text)
            if parts := parts_in_gigabytes(words, entry, key):
                held += words("punctuation.separated") + words("asked.beside", parts=parts.striptags())
            if footprint.on_host:
                fewer = memory_terms(footprint, gpu, int(length.value), key, on_host=True)["gpus"].value
                held += words("punctuation.separated") + words("tools.memory.on_host", gpus=fewer)
            lines.append(AnswerLine(label, text, Basis.RECOMPUTED, held, f"{address}&w={key}&g={gpu.id}"))
            if key == (own or "bf16") and gpu.bf16_tflops.value and gpu.bandwidth_tb_per_s.value:
                speeds += _speed_lines(citations.context, entry, gpu, key, count)
    lengths = []
    gpu = next(iter(catalogue.gpus.values()))
    for length in map(Length.parse, LENGTHS):
        given = (footprint, gpu, int(length.value), own or "bf16")
        text = words("asked.cache_bf16", size=_in_gigabytes(memory_terms(*given)["cache_bytes"]))
        if footprint.stored_cache is not None:
            size = _in_gigabytes(memory_terms(*given, stored=True)["cache_bytes"])
            text += words("punctuation.comma") + words("asked.cache_stored", size=size)
        label = words("asked.cache_at", length=format.format_length(length, words))
        lengths.append(AnswerLine(label, text, Basis.RECOMPUTED, "", f"{address}&n={length.text}"))
    return {"serving": lines, "cache_for": lengths} | ({"speed": speeds} if speeds else {})


def _speed_lines(context: Context, entry: Entry, gpu: Gpu, weights: str, count: int) -> Iterator[AnswerLine]:
    """Of one user alone and of many; none where a GPU does not hold what each has a copy of."""
    name = ("speed", entry.architecture_owner, gpu.id, weights)
    found = context.made_once(name, lambda: _speed_bounds(context, entry, gpu, weights, count))
    if found is None:
        return
    words, (gpus, users, alone, many) = context.words, found
    rates = {"alone": alone["user_speed"], "each": many["user_speed"], "all": many["all_speed"]}
    shown = {name: format.format_significant(as_decimal(Fraction(rate))) for name, rate in rates.items()}
    taken = {"bandwidth": alone["bandwidth_percent"], "peak": alone["peak_percent"], "length": _SPEED_LENGTH}
    under = words("asked.speed_under", format=words(f"tools.memory.formats.{weights}"), **taken)
    if gpus > 1 and "link" not in alone:
        under += words("punctuation.separated") + words("what_if.script.no_link")
    fields = {"t": "serving", "v": entry.variant.id, "g": gpu.id, "k": gpus, "n": _SPEED_LENGTH, "w": weights, "us": 1}
    address = "&".join(f"{name}={value}" for name, value in fields.items())
    text = words("asked.speed", users=format.format_integer(users), **shown)
    yield AnswerLine(f"{gpus} × {gpu.name}", text, Basis.RECOMPUTED, under, f"tools/what-if.md?{address}&x=")


def _speed_bounds(
    context: Context, entry: Entry, gpu: Gpu, weights: str, count: int
) -> tuple[int, int, dict[str, Number], dict[str, Number]] | None:
    """GPUs, users that they hold, and the lines of the workbench with one user and with all.

    Several GPUs stand in machines of eight. Attention is copied to each, so it may take more than hold the weights.
    """
    fields = context.made_once("workbench", lambda: form_fields(context))
    chosen = {"t": "serving", "v": entry.variant.id, "g": gpu.id, "n": _SPEED_LENGTH, "w": weights, "x": ""}
    known = chosen_numbers(fields, chosen)

    def work(gpus: int, users: int) -> dict[str, Number]:
        numbers = {**known, "gpu_count": gpus, "sequences": users}
        return numbers | {name: line.exact for name, line in work_out(SERVING, numbers).items()}

    for gpus in (1, *range(_MACHINE, _MOST_GPUS, _MACHINE)):
        if gpus < count:
            continue
        alone = work(gpus, 1)
        free = (
            Fraction(alone["gpu_memory"] * alone["usable_percent"], 100) - alone["weight_bytes"] - alone["table_bytes"]
        )
        if (held := int(free * gpus / alone["cache_bytes"])) > 0:
            users = min(held, _SPEED_USERS * gpus)
            return gpus, users, alone, work(gpus, users)
    return None


def _in_gigabytes(term: Computation) -> str:
    return f"{format.format_significant(Decimal(term.value) / GIGA)} GB"


def _family_answers(citations: Citations, model: Model, details: Iterable[tuple[str, AnswerLine]]) -> Answers:
    context, address = citations.context, f"{MODEL.path_of(model.id)}#what-changed"
    told = [(plain_text(context, change.aspect), plain_text(context, change.after)) for change in model.changes]
    variants = {variant.id for variant in model.variants}
    found = {
        "changes": [AnswerLine(aspect, after, Basis.PUBLISHED, "", address) for aspect, after in told],
        "api": [
            _pointer_line(citations, name.name, pointer, end)
            for name in context.catalogue.api_names
            for pointer, end in _pointers_with_ends(name)
            if pointer.variant in variants
        ],
        **{kind: [line for label, line in details if pattern.search(label)] for kind, pattern in DETAILS.items()},
    }
    return {kind: lines for kind, lines in found.items() if lines}


def _pointers_with_ends(name: ApiName) -> Iterator[tuple[ApiPointer, Single[Any] | None]]:
    yield from zip(name.pointers, [*(pointer.since for pointer in name.pointers[1:]), name.until], strict=True)


def _pointer_line(citations: Citations, label: str, pointer: ApiPointer, until: Single[Any] | None) -> AnswerLine:
    context = citations.context
    words = context.words
    entry = context.catalogue.entries.get(pointer.variant or "")
    name = entry.variant.name if entry else plain_text(context, pointer.label) if pointer.label else ""
    if pointer.mode:
        name += words("punctuation.comma") + plain_text(context, pointer.mode)
    since = citations.plain_value(pointer.since)
    text = words("asked.pointer_now", name=name, since=since)
    if until is not None:
        key = "asked.pointer_until" if until.absence is None else "asked.pointer_ended"
        key = "asked.pointer_before" if pointer.since.absence is not None and until.absence is None else key
        text = words(key, name=name, since=since, until=citations.plain_value(until))
    source = source_text(citations, [pointer.source] if pointer.source else [])
    return AnswerLine(label, text, Basis.PUBLISHED, source, "api-names.md")


def api_answers(citations: Citations) -> dict[str, tuple[list[AnswerLine], list[AnswerLine]]]:
    """What each name of the API led to, and what it cost, the newest first."""
    spans = price_spans(citations.context.catalogue)

    def priced(name: ApiName) -> list[PriceSpan]:
        return [replace(span, names=(name,)) for span in spans if name in span.names]

    return {
        name.name: (
            [_pointer_line(citations, name.name, *pointer) for pointer in _pointers_with_ends(name)][::-1],
            price_lines(citations, priced(name), "api-names.md#prices"),
        )
        for name in citations.context.catalogue.api_names
    }


def _details_with_english(citations: Citations, model: Model) -> Iterator[tuple[str, AnswerLine]]:
    """Values without a field, with the English label that tells their kind."""
    context = citations.context
    entries = context.catalogue.entries
    for detail, anchor in _details_of(model):
        label, unit = plain_text(context, detail.label), plain_text(context, detail.unit) if detail.unit else ""
        address = MODEL.path_of(model.id) + (f"#{anchor}" if anchor else "")
        if detail.value.by_variant is None:
            yield detail.label.en, _single_line(citations, label, detail.value, address, unit)
            continue
        for variant, single in detail.value.by_variant.items():
            named = f"{short_variant(entries[variant].variant.name)}: {label}"
            yield detail.label.en, _single_line(citations, named, single, address, unit)


def _details_of(model: Model) -> Iterator[tuple[Detail, str]]:
    for stage in model.training:
        yield from ((detail, f"stage-{stage.id}") for detail in each_below(stage, Detail))
    for name in type(model).model_fields:
        anchor = {"infrastructure": "infrastructure", "serving": "serving", "tokenizer": "training"}.get(name, "")
        for detail in each_below(getattr(model, name), Detail) if name != "training" else ():
            yield detail, anchor


def _score_lines(citations: Citations, model: Model) -> Iterator[tuple[str, AnswerLine]]:
    context, address = citations.context, f"{MODEL.path_of(model.id)}#evaluation"
    own = {variant.id: short_variant(variant.name) for variant in model.variants}
    for table in model.evaluation:
        for row in table.rows:
            benchmark = plain_text(context, row.benchmark)
            said = context.catalogue.settings.vocabulary.text(fields_of(table, row))
            setting = context.words.text(said) if said else ""
            for variant, score in ((id_, score) for id_, score in row.scores.items() if id_ in own):
                label = f"{own[variant]} · {benchmark}" + (f", {setting}" if setting else "")
                yield benchmark, _single_line(citations, label, score, address)


# A name that is one variant's own comes before what is left of another's.
_NAMES: tuple[Callable[[Variant], tuple[str, ...]], ...] = (
    lambda variant: (variant.name, variant.id, short_variant(variant.name)),
    lambda variant: (short_size(variant.name), _BASE.sub("", variant.name)),
)


def answer_subjects(context: Context) -> dict[str, tuple[int, int]]:
    """Names of families and variants, with the number of the family and of the variant (−1 for the family)."""
    found: dict[str, tuple[int, int]] = {}
    for number, model in enumerate(context.catalogue.models.values()):
        dotted = _DOTTED.sub(r"\1.\2", model.id)
        for name in (model.name, short_model(model.name), model.id, dotted, dotted.removeprefix("deepseek-")):
            found.setdefault(name, (number, -1))
    for names_of in _NAMES:
        for number, model in enumerate(context.catalogue.models.values()):
            for place, variant in enumerate(model.variants):
                for name in names_of(variant):
                    found.setdefault(name, (number, place))
    return found


def technique_answers(citations: Citations) -> list[dict[str, Any]]:
    context, found = citations.context, []
    for technique in context.catalogue.techniques.values():
        chinese = technique.name.zh if context.words.language == CHINESE else None
        names = [technique.abbreviation, technique.name.en, chinese, technique.id.replace("-", " ")]
        found.append(
            {
                "names": list(dict.fromkeys(name for name in names if name)),
                "title": context.short_name(technique),
                "definition": plain_text(context, technique.definition),
                "address": technique_address(technique),
                "models": list(_technique_users(context, technique)),
                "others": list(_other_makers(context, technique)),
                "facts": list(_published_values(citations, technique)),
            }
        )
    return found


def _technique_users(context: Context, technique: Technique) -> Iterator[tuple[str, str, str, int, int]]:
    """Families by date: name, what it did, since when, whether it counts as a user, number."""
    order = list(context.catalogue.models)
    for family in context.uses.family_uses(technique.id):
        date = format.format_date(family.date, context.words) if family.date else ""
        name, label = short_model(family.model.name), family_label(context, family).striptags()
        yield name, label, date, int(family.is_use), order.index(family.model.id)


def _published_values(citations: Citations, technique: Technique) -> Iterator[AnswerLine]:
    path, _, section = technique_address(technique).partition("#")
    address = f"{path}#{section}-facts" if section else f"{path}#facts"
    for fact in technique.facts:
        label, unit = (plain_text(citations.context, text) if text else "" for text in (fact.label, fact.unit))
        if fact.value.by_variant is None:
            yield _single_line(citations, label, fact.value, address, unit)


def _other_makers(context: Context, technique: Technique) -> Iterator[AnswerLine]:
    idea = next((idea for idea in IDEAS if idea.technique == technique.id), None)
    if idea is None:
        return
    by_maker: dict[str, list[str]] = {}
    for model in users_of(context.catalogue, idea):
        name = model.checkpoint.partition("/")[2] or model.type
        by_maker.setdefault(maker_name(context.words, model.maker), []).append(name)
    source = f"transformers {context.catalogue.elsewhere.version}"
    for maker, models in by_maker.items():
        text = context.words("punctuation.listed").join(models)
        yield AnswerLine(maker, text, Basis.PUBLISHED, source, f"{ELSEWHERE}#{idea.id}")


def term_answers(context: Context) -> list[dict[str, Any]]:
    def names(term: Term) -> tuple[str | None, ...]:
        chinese = (term.name.zh, *term.aliases.zh) if context.words.language == CHINESE else ()
        return (term.name.en, *term.aliases.en, *chinese)

    return [
        {
            "names": list(filter(None, names(term))),
            "title": context.words.text(term.name),
            "definition": plain_text(context, term.definition),
            "address": f"glossary.md#{term.id}",
        }
        for term in context.catalogue.glossary.terms
    ]


_LABELS = {fact.asked: fact.label for fact in [*FACTS.values()][::-1]}


def kind_label(words: Words, kind: str) -> str:
    """Its own, or that of the first fact that answers it."""
    keys = (f"asked.label.{kind}", _LABELS.get(kind, ""), f"field.{kind}")
    return words(next((key for key in keys if key in words), keys[0]))


def narrowing_words(context: Context) -> dict[str, list[tuple[str, str]]]:
    """Words that narrow a kind of fact: what people type, and what labels contain."""
    words, catalogue = context.words, context.catalogue
    gpus: dict[str, list[str]] = {}
    for gpu in catalogue.gpus.values():
        name = re.sub(r"^(?:NVIDIA |AMD Instinct )(?:GeForce )?| \(.*", "", gpu.name)
        sizes = [f"{gpu.memory_gb.value.text}{gap}GB" for gap in (" ", "")] if gpu.memory_gb.value else []
        for form in dict.fromkeys((name, *re.findall(r"\w*\d\d\w*", name), *sizes)):
            gpus.setdefault(form, []).append(gpu.name)
    formats = [(key, words(f"tools.memory.formats.{key}")) for key in ("bf16", "fp8", "fp4")]
    formats += [
        ("int8", words("tools.memory.formats.fp8")),
        ("int4", words("tools.memory.formats.fp4")),
        ("4bit", words("tools.memory.formats.fp4")),
    ]
    stages = []
    for kind in StageKind:
        label = words(f"stage.{kind.name.lower()}")
        forms = catalogue.asked.stages.get(kind)
        stages += [(form, label) for form in (*forms.en, *forms.zh)] if forms else []
    engines = [
        (name, "")
        for name in ("nvidia", "amd", "geforce", "vllm", "sglang", "ollama", "tensorrt", "gpu", "gpus", "card", "cards")
    ]
    return {
        "gpus": [(form, "|".join(names)) for form, names in sorted(gpus.items())],
        "formats": formats,
        "stages": stages,
        "engines": engines,
    }

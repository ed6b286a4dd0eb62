"""Models side by side: data for the page, and the page with its first choice.

`scripts/compare/` draws the sentence, bars and tables, at build as in a browser. The page holds what the upper part
needs of every variant; the cells of the tables are a file that is loaded with the first choice.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from markupsafe import Markup, escape

from catalogue import records
from catalogue.derive.expression import architecture_numbers
from catalogue.derive.parameters import ACTIVATED_CONVENTION, NOT_THERE, Verdict, recount_sizes
from catalogue.derive.training import SizeOf, published_size, recomputed_counts, recomputed_size
from catalogue.facts import FACTS, EntryContext, Theme
from catalogue.records import Entry
from catalogue.schema.architecture import Architecture
from catalogue.schema.documents import Contemporary
from catalogue.schema.model import Counted, Model
from catalogue.schema.quantities import Count
from catalogue.schema.values import Single

from .. import assets, comparison, format
from ..cite import Citations, counted_text
from ..comparison import Cells, ComparisonRow, compared_lines, theme_cells
from ..context import Context
from ..figures.architecture.shapes import example_choice
from ..figures.engine import run_script
from ..figures.home import chosen_experts, general_line
from ..format import NOTHING, short_variant
from ..links import variant_link
from ..page import Page, Section, lead_section
from ..recomputed import recomputed_html, substituted_formula, working_link
from ..words import Words
from . import trends
from .model_overview import main_changes
from .sources import sources_section

PATH = "compare/models.md"
CELLS = "assets/compare-cells.js"
MOST = 4
Item = TypeVar("Item")
Made = TypeVar("Made")
_BROUGHT = 3

# Choices that show something; the first is that of the page.
PRESETS: Mapping[str, tuple[str, ...]] = {
    "general": ("deepseek-v2", "deepseek-v3", "deepseek-v4.1-flash"),  # a fourth can be added at once
    "dense_to_experts": ("deepseek-llm-67b-base", "deepseek-moe-16b-base", "deepseek-v2", "deepseek-v3"),
    "one_network": ("deepseek-v3", "deepseek-r1", "deepseek-v3.1", "deepseek-v3.2"),
    "small": ("deepseek-llm-7b-base", "deepseek-moe-16b-base", "deepseek-v2-lite", "deepseek-v4-flash"),
    "code": ("deepseek-coder-33b-base", "deepseek-coder-v2-instruct", "deepseek-v3", "deepseek-v4-pro"),
    "vision": ("deepseek-vl-7b-base", "deepseek-vl2", "janus-pro-7b", "deepseek-ocr"),
}


@dataclass(frozen=True)
class ThemeTable:
    """A table below the bars; a row is shown where `least` variants fill it."""

    id: str
    cells: Callable[[Citations, Entry], Cells]
    least: int = 1


# What is folded together, dates and licences last.
FOLDS: Mapping[str, tuple[str, ...]] = {
    "dimensions": ("sizes", "architecture", "cache"),
    "pre-training": ("training", "compute"),
    "after": ("post-training",),
    "machines": ("infrastructure",),
    "scores": ("evaluation",),
    "dates": ("identity",),
}


def comparison_link(context: Context, before: Entry, after: Entry) -> Markup:
    address = f"ds:{PATH}?v={before.variant.id},{after.variant.id}"
    label = escape(context.words("compare.models.against", name=before.variant.name))
    return Markup('<a class="ds-aside" href="{}">{}</a>').format(address, label)


def compare_models_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    chosen = first_choice(context)
    entries, noted = context.catalogue.entries, dict[str, set[int]]()
    models = _noting_each(citations, _board_model, entries, noted)
    families = _noting_each(citations, _family_changes, context.catalogue.models, noted)
    others = {one.id: one for one in context.catalogue.contemporaries}
    models |= _noting_each(citations, _board_contemporary, others, noted)
    families |= {key: {"brought": [], "more": ""} for key in others}
    data = _board_data(citations, models, families, set().union(*noted.values()), chosen)
    shown = _comparison_themes(citations)
    everything = {id_: {t.id: t.cells(citations, entry) for t in shown} for id_, entry in entries.items()}
    cells = _table_cells(citations, shown, everything)
    board = Markup(run_script("compare", "board", data, chosen))
    folds = run_script("compare", "folds", cells, chosen, False)
    lead = context.html(
        "compare_models.html.jinja",
        families=_variants_by_family(context),
        others=others.values(),
        presets=[words(f"compare.models.preset.{name}") for name in _preset_variants(context)],
        chips=Markup(run_script("compare", "chipItems", data, chosen)),
        full=len(chosen) >= MOST,
        board=board,
        script=assets.page_script("compare", {"compare-data": _as_json(data)}),
    )
    details = context.html(
        "compare_folds.html.jinja", folds=[{**fold, "tables": Markup(fold["tables"])} for fold in folds], cells=CELLS
    )
    listed = set().union(*(noted[id_] for one in chosen for id_ in (one, entries[one].model.id)))
    for theme in shown:
        for line in compared_lines([everything[id_][theme.id] for id_ in chosen], theme.least):
            listed.update(citations.numbers[source] for cell in line.cells for source in cell.sources)
    return Page(
        PATH,
        words("compare.models.title"),
        words("compare.models.description"),
        (
            Section("lead", "", lead_section(words("compare.models.intro")).html + lead),
            Section("details", words("compare.models.details"), details),
            sources_section(citations, citations.source_list(listed)),
        ),
        hide=("navigation", "toc"),
        files={CELLS: f"dsCells({_as_json(cells)});\n"},
    )


def board_of(citations: Citations, chosen: Sequence[str]) -> tuple[dict[str, Any], set[int]]:
    """Data of the upper part with these models alone, and the numbers of what is cited in it."""
    entries, noted = citations.context.catalogue.entries, dict[str, set[int]]()
    models = _noting_each(citations, _board_model, {id_: entries[id_] for id_ in chosen}, noted)
    owners = {entries[id_].model.id: entries[id_].model for id_ in chosen}
    families = _noting_each(citations, _family_changes, owners, noted)
    used = set().union(*noted.values())
    return _board_data(citations, models, families, used, chosen), used


def first_choice(context: Context) -> list[str]:
    """The first preset; without its models the last flagships of the general line, or the last variants."""
    known = _preset_variants(context)
    if known:
        return list(next(iter(known.values())))
    line = [entry.variant.id for entry in general_line(context.catalogue)]
    return line[-MOST:] if len(line) > 1 else list(context.catalogue.entries)[-2:]


def _preset_variants(context: Context) -> dict[str, tuple[str, ...]]:
    return {name: ids for name, ids in PRESETS.items() if all(id_ in context.catalogue.entries for id_ in ids)}


def _variants_by_family(context: Context) -> list[tuple[str, list[Entry]]]:
    catalogue = context.catalogue
    return [(m.name, list(catalogue.entries_of(m))) for m in reversed(list(catalogue.models.values()))]


def _row_word(context: Context, kind: Verdict) -> Markup:
    """Said of a row whose values are the same; of one that differs its marked cells tell."""
    if kind is not Verdict.SAME:
        return Markup("")
    return Markup('<small class="ds-cue">{}</small> ').format(context.words("compare.models.same"))


def _noting_each(
    citations: Citations, make: Callable[[Citations, Item], Made], items: Mapping[str, Item], noted: dict[str, set[int]]
) -> dict[str, Made]:
    """What is made of each item by id; `noted` takes the numbers of what is cited in it."""
    made = {}
    for id_, item in items.items():
        with citations.noting() as numbers:
            made[id_] = make(citations, item)
        noted[id_] = noted.get(id_, set()) | numbers
    return made


def _board_data(
    citations: Citations, models: Mapping[str, Any], families: Mapping[str, Any], used: set[int], chosen: Sequence[str]
) -> dict[str, Any]:
    context = citations.context
    keys = (
        *("title", "same", "told_times", "told_less", "told_part", "told_same", "from_to", "beside", "comma", "and"),
        *("drawn", "total", "total_says", "activated", "activated_says", "cache", "cache_says", "context", "tokens"),
        *("brought", "brought_says", "told_total", "told_activated", "told_cache", "colon", "credit", "counting"),
    )
    words = {key: context.words(f"compare.board.{key}") for key in keys}
    others = {key: context.words(f"compare.models.{key}") for key in _PAGE_WORDS}
    nth = {key: context.words(f"compare.board.nth.{key}").split() for key in ("endings", "names")}
    return {
        "start": list(chosen),
        "most": MOST,
        "presets": [list(ids) for ids in _preset_variants(context).values()],
        "words": {**words, **others, "nth": nth, "context_says": "", "tokens_says": ""},
        "models": models,
        "families": families,
        "sources": _source_lines(citations, used),
    }


_TABLE_WORDS = ("nothing", "counts", "state_none", "state_alike", "state_sparse", "state_differ")
_PAGE_WORDS = ("add", "full", "remove", "unknown", "many", "few", "copied", "not_copied")


def _source_lines(citations: Citations, used: set[int] | None = None) -> dict[str, str]:
    return {
        str(number): "<br>".join(citations.source_lines(each, set()))
        for each, number in citations.numbers.items()
        if used is None or number in used
    }


def _board_model(citations: Citations, entry: Entry) -> dict[str, Any]:
    words = citations.context.words
    day = records.release_date(entry)
    name = entry.variant.name
    month = [format.format_month(day, words)] if day else []
    return {
        **_board_network(words, name, entry.architecture, sorted(chosen_experts(entry)), month),
        "name": short_variant(name),
        "link": Markup('<a href="ds:models/{}.md">{}</a>').format(entry.model.id, short_variant(name)),
        "day": day.first_day if day else "",
        "values": {
            "total": _size_value(citations, entry, SizeOf.TOTAL),
            "activated": _size_value(citations, entry, SizeOf.ACTIVATED),
            "cache": _cache_value(entry),
            "context": _context_value(citations, entry),
            "tokens": _tokens_value(citations, entry),
        },
        "family": entry.model.id,
    }


def _board_network(
    words: Words, name: str, architecture: Architecture | None, chosen: Sequence[int], said: Sequence[str]
) -> dict[str, Any]:
    """What is drawn and said of a network."""
    numbers = architecture_numbers(architecture) if architecture is not None else {}
    routed = numbers.get("n_routed_experts", 0)
    layers, shared = numbers.get("num_hidden_layers", 0), numbers.get("n_shared_experts", 0)
    told = list(said)
    if architecture is not None and architecture.attention.value:
        told.append(format.attention_name(architecture.attention.value, words))
    if layers:
        told.append(words("line.layers", count=layers))
    form = "dense" if layers and not routed else "shared" if shared else "experts" if routed else "unknown"
    experts = words(f"compare.board.{form}", active=numbers.get("num_experts_per_tok", 0), all=routed, shared=shared)
    return {
        "said": " · ".join(told),
        "drawn": {
            "layers": layers,
            "hidden": numbers.get("hidden_size", 0),
            "routed": routed,
            "chosen": chosen,
            "shared": shared,
        },
        "alternative": words("compare.board.drawn_says", name=name, layers=layers, experts=experts),
        "experts": experts,
    }


def _board_contemporary(citations: Citations, one: Contemporary) -> dict[str, Any]:
    """A model of another maker: sizes as published where they are, else recomputed; no date, context and tokens."""
    words, recount = citations.context.words, recount_sizes(one.architecture)
    numbers = architecture_numbers(one.architecture)
    active, routed = numbers.get("num_experts_per_tok", 0), numbers.get("n_routed_experts", 0)
    chosen = sorted(example_choice(routed, active, 1, 0, one.id)[1])

    def size(stated: Single[Count] | None, recomputed: int | None, note: str = "") -> dict[str, Any]:
        if stated is not None and stated.value is not None:
            return _board_value(stated.value.value, citations.value_html(stated), note)
        shown = recomputed_html(format.format_three_digits(recomputed)) if recomputed else str(NOTHING)
        return _board_value(recomputed, str(shown), note)

    recounted = bool(citations.context.catalogue.elsewhere.models)  # the page on them, which a small catalogue lacks
    link = Markup('<a href="ds:elsewhere.md#contemporaries">{}</a>' if recounted else "{}")
    whole = size(one.total, recount.total)
    used = size(one.activated, recount.activated.get(ACTIVATED_CONVENTION)) if routed else None
    kept = recount.kv_cache
    return {
        **_board_network(words, one.name, one.architecture, chosen, [one.maker]),
        "name": one.name,
        "link": link.format(one.name),
        "day": "",
        "values": {
            "total": whole,
            "activated": used or {**whole, "note": words("compare.board.all_active")},
            "cache": _board_value(kept.value, str(recomputed_html(f"{kept.value:,}", kept.formula)))
            if kept
            else _UNKNOWN,
            "context": _UNKNOWN,
            "tokens": _UNKNOWN,
        },
        "family": one.id,
    }


def _family_changes(citations: Citations, model: Model) -> dict[str, Any]:
    tells = bool(model.changes) or citations.context.catalogue.predecessor(model) is not None
    link = Markup('<a class="ds-more-changes" href="ds:models/{}.md#what-changed">{}</a>')
    more = link.format(model.id, citations.context.words("model.all_changes")) if tells else ""
    brought = [[str(part) for part in line] for line in main_changes(citations, model, _BROUGHT)]
    return {"brought": brought, "more": more}


def _board_value(number: Decimal | int | None, html: str, note: str = "") -> dict[str, Any]:
    return {"n": float(number) if number is not None else None, "html": html, "note": note}


_UNKNOWN = {"n": None, "html": str(NOTHING), "note": ""}


def _size_value(citations: Citations, entry: Entry, which: SizeOf) -> dict[str, Any]:
    """A size on the base of trends: published where that counts the same; of a dense model all is active."""
    words, published, recounted = citations.context.words, published_size(entry, which), recomputed_size(entry, which)
    if which is SizeOf.ACTIVATED and published is None and recounted is None:
        dense = entry.architecture is not None and "n_routed_experts" not in architecture_numbers(entry.architecture)
        whole = _size_value(citations, entry, SizeOf.TOTAL) if dense else _UNKNOWN
        return {**whole, "note": words("compare.board.all_active")} if whole["n"] else _UNKNOWN
    stated = trends.size_value(citations, entry, which)
    if stated is None:
        return _UNKNOWN
    if not stated.published:
        assert recounted is not None
        note = counted_text(words, recomputed_counts(entry, which)).strip(" ()（）")
        shown = format.format_three_digits(recounted.value)
        return _board_value(stated.number, working_link(entry, shown, substituted_formula(recounted)), note)
    assert published is not None
    assert published.value is not None
    note = counted_text(words, published.counts).strip(" ()（）")
    html = citations.cite(str(citations.value_text(published.value)), published.source)
    # Without a recount, a size that counts an encoder stands beside none that does not.
    like = recounted is not None or published.counts in (None, Counted.LANGUAGE_MODEL, Counted.WRITING)
    return _board_value(stated.number if like else None, html, note)


def _cache_value(entry: Entry) -> dict[str, Any]:
    kept = entry.recount.kv_cache if entry.recount else None
    if kept is None:
        return _UNKNOWN
    return _board_value(kept.value, working_link(entry, f"{kept.value:,}", substituted_formula(kept)))


def _context_value(citations: Citations, entry: Entry) -> dict[str, Any]:
    stated = entry.variant.context_length
    if stated is None or stated.value is None:
        return _UNKNOWN
    shown = format.format_quantity(stated.value)
    return _board_value(stated.value.value, citations.cite(shown, stated.source))


def _tokens_value(citations: Citations, entry: Entry) -> dict[str, Any]:
    """Tokens of the family's own pre-training; of one that starts from other weights, from which."""
    context = citations.context
    subject = EntryContext.of(context.catalogue, entry)
    stated, root = FACTS["pre_training_tokens"].of_variant(subject), subject.root.entry.variant.based_on
    if isinstance(stated, Single) and stated.value is not None:
        return _board_value(stated.value.value, citations.cite(str(citations.value_text(stated.value)), stated.source))
    parent = context.catalogue.entries.get(str(root.value)) if root is not None else None
    if parent is None:
        return _UNKNOWN
    note = context.words("compare.board.goes_on", name=short_variant(parent.variant.name))
    return {**_UNKNOWN, "note": note}


def _comparison_themes(citations: Citations) -> tuple[ThemeTable, ...]:
    evaluation = comparison.benchmark_cells(citations)
    return (
        ThemeTable(Theme.IDENTITY, partial(theme_cells, Theme.IDENTITY)),
        ThemeTable(Theme.SIZES, partial(theme_cells, Theme.SIZES)),
        ThemeTable(Theme.ARCHITECTURE, _once_each(partial(theme_cells, Theme.ARCHITECTURE))),
        ThemeTable(Theme.CACHE, partial(theme_cells, Theme.CACHE)),
        ThemeTable("training", comparison.training_rows),
        ThemeTable(Theme.COMPUTE, partial(theme_cells, Theme.COMPUTE)),
        ThemeTable("post-training", comparison.post_training),
        ThemeTable(Theme.INFRASTRUCTURE, partial(theme_cells, Theme.INFRASTRUCTURE)),
        ThemeTable("evaluation", evaluation, least=2),
    )


def _once_each(theme: Callable[[Citations, Entry], Cells]) -> Callable[[Citations, Entry], Cells]:
    made: dict[str, Cells] = {}

    def cells(citations: Citations, entry: Entry) -> Cells:
        if entry.configuration_of not in made:
            made[entry.configuration_of] = theme(citations, entry)
        return made[entry.configuration_of]

    return cells


def _table_cells(
    citations: Citations, shown: Sequence[ThemeTable], everything: Mapping[str, Mapping[str, Cells]]
) -> dict[str, Any]:
    """The cells of every variant; each HTML and each run of cells once.

    `runs[n]` is a flat list of row, HTML and value by number; HTML 0 is a dash, value 0 an absent dimension, −1 an
    unknown one. `intervals` has, by the number of the HTML of a score, the score and between what it may lie. `variants` has the name and the runs by theme.
    """
    context, words = citations.context, citations.context.words
    html, values, runs = {str(NOTHING): 0}, {NOT_THERE: 0}, dict[str, int]()  # the number of each text
    intervals: dict[int, tuple[float, ...]] = {}
    rows: dict[str, list[ComparisonRow]] = {
        theme.id: sorted({r for cells in everything.values() for r in cells[theme.id]}, key=lambda r: r.order)
        for theme in shown
    }
    variants: dict[str, list[object]] = {}
    for id_, by_theme in everything.items():
        numbers = []
        for theme in shown:
            run: list[int] = []
            for place, row in enumerate(rows[theme.id]):
                cell = by_theme[theme.id].get(row)
                if cell is not None:
                    value = values.setdefault(cell.value, len(values)) if cell.value is not None else -1
                    run += [place, text := html.setdefault(str(cell.html), len(html)), value]
                    if cell.interval is not None:
                        intervals[text] = tuple(round(number, 2) for number in cell.interval)
            numbers.append(runs.setdefault(json.dumps(run), len(runs)))
        variants[id_] = [str(variant_link(context.catalogue.entries[id_])), *numbers]
    nothing = runs.setdefault("[]", len(runs))
    for other in context.catalogue.contemporaries:
        variants[other.id] = [str(escape(other.name)), *([nothing] * len(shown))]
    return {
        "folds": [{"id": id_, "themes": inside} for id_, inside in FOLDS.items()],
        "themes": [
            {
                "id": t.id,
                "title": words(f"compare.models.{t.id}"),
                "least": t.least,
                "rows": [[r.group, str(r.label)] for r in rows[t.id]],
            }
            for t in shown
        ],
        "variants": variants,
        "html": list(html),
        "intervals": intervals,
        "runs": list(map(json.loads, runs)),
        "sources": _source_lines(citations),
        "cues": {kind.value: str(_row_word(context, kind)) for kind in Verdict},
        "words": {key: words(f"compare.models.{key}") for key in _TABLE_WORDS} | {"field": words("table.field")},
    }


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

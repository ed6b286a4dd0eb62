"""DeepSeek's ideas in transformers' configuration classes of other makers, and contemporaries recomputed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup, escape

from catalogue.attention import has_added_indexer
from catalogue.derive.expression import Computation
from catalogue.derive.parameters import ACTIVATED_CONVENTION, Recount, recount_sizes
from catalogue.records import Catalogue, Entry
from catalogue.schema.documents import Contemporary, ModelType

from .. import format
from ..cite import Citations
from ..context import Context
from ..format import NOTHING, maker_name
from ..links import technique_link, variant_link
from ..page import Page, Section, lead_section, titled_page
from ..recomputed import recomputed_html, recomputed_size, working_cell
from ..tables import EMPTY, Cell, Column, by_column, columns_for_each, count_cell
from ..words import Words
from .sources import sources_section

PATH = "elsewhere.md"
_BESIDE = ("deepseek-v3-base", "deepseek-v3.2", "deepseek-v4-pro", "deepseek-v4.1-flash")


@dataclass(frozen=True)
class Idea:
    """An idea with its technique, the model types that have it, and what the table says of each."""

    id: str
    technique: str
    has: Callable[[ModelType], object]
    fields: tuple[str, ...]


_MLA = ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")
_ROUTED = ("n_routed_experts", "num_experts_per_tok")
IDEAS = (
    Idea("mla", "mla", lambda m: m.kv_lora_rank, _MLA),
    Idea("bias", "aux-loss-free", lambda m: m.bias, ("gate", *_ROUTED, "routed_scaling_factor")),
    Idea("shared", "deepseekmoe", lambda m: m.n_shared_experts, (*_ROUTED, "n_shared_experts")),
    Idea("groups", "node-limited-routing", lambda m: (m.n_group or 1) > 1, ("n_group", "topk_group")),
    Idea("mtp", "mtp", lambda m: m.num_nextn_predict_layers or m.mtp_in_checkpoint, ("num_nextn_predict_layers",)),
    Idea("dsa", "dsa", lambda m: m.index_topk, ("index_topk", "index_n_heads", "index_head_dim")),
    Idea("streams", "mhc", lambda m: m.hc_mult, ("hc_mult", "hc_sinkhorn_iters")),
    Idea("ngram", "engram", lambda m: m.engram_max_ngram_size, ("engram_max_ngram_size",)),
)


def elsewhere_page(context: Context) -> Page:
    words, citations = context.words, Citations(context)
    table = context.catalogue.elsewhere
    makers = len({model.maker for model in table.models})
    intro = words("elsewhere.intro", types=len(table.models), makers=makers, version=table.version)
    as_it_is = words("punctuation.listed").join(
        name + words("punctuation.bracketed", text=of) for name, of in table.deepseek_as_text_model.items()
    )
    stated = words("punctuation.listed").join(model.type for model in table.models if model.stated)
    said = [words("elsewhere.caution"), words("elsewhere.stated", types=stated) if stated else ""]
    remarks = [words("punctuation.gap").join(filter(None, said))]
    remarks += [words("elsewhere.as_it_is", types=as_it_is)] if as_it_is else []
    below = Markup("").join(map(Markup('<p class="ds-legend">{}</p>').format, remarks))
    matrix = Section("makers", words("elsewhere.matrix"), _makers_table(context) + str(below))
    sections = [lead_section(intro), matrix, _contemporaries_section(citations)]
    sections += [_idea_section(context, idea, users_of(context.catalogue, idea)) for idea in IDEAS]
    return titled_page(words, PATH, "elsewhere", (*sections, sources_section(citations)), hide=("toc",))


def _makers_table(context: Context) -> str:
    """Makers by ideas, who has most first; a cell counts model types and leads to them."""
    words, users = context.words, {idea: users_of(context.catalogue, idea) for idea in IDEAS}
    makers = {model.maker for found in users.values() for model in found}
    taken = {maker: [sum(model.maker == maker for model in found) for found in users.values()] for maker in makers}

    def users_cell(maker: str, at: int) -> Cell:
        count, idea = taken[maker][at], IDEAS[at]
        if not count:
            return Cell(Markup('<span class="ds-use no">{}</span>').format(NOTHING), "0")
        said = words(
            "elsewhere.cell", maker=maker_name(words, maker), count=count, idea=words(f"elsewhere.idea.{idea.id}")
        )
        link = Markup('<a class="ds-use brought" href="#{}" aria-label="{}">{}</a>')
        return Cell(link.format(idea.id, said, count), str(count))

    columns: list[Column[str]] = [Column(words("elsewhere.maker"), lambda maker: maker_name(words, maker))]
    columns += columns_for_each(range(len(IDEAS)), lambda at: words(f"elsewhere.short.{IDEAS[at].id}"), users_cell)
    rows = sorted(makers, key=lambda maker: (-sum(map(bool, taken[maker])), -sum(taken[maker]), maker.lower()))
    table = by_column(words("elsewhere.matrix_caption"), columns, rows, sortable=True, classes="ds-makers")
    return context.html("table.html.jinja", t=table)


def users_of(catalogue: Catalogue, idea: Idea) -> list[ModelType]:
    return sorted((m for m in catalogue.elsewhere.models if idea.has(m)), key=lambda m: (m.maker.lower(), m.type))


def line_elsewhere(context: Context, technique: str) -> Markup:
    """Who else has a technique; empty for one that was not looked for."""
    idea = next((idea for idea in IDEAS if idea.technique == technique), None)
    if idea is None or not context.catalogue.elsewhere.models:
        return Markup("")
    found = users_of(context.catalogue, idea)
    words = context.words
    makers = dict.fromkeys(maker_name(words, m.maker) for m in found)
    text = words("elsewhere.line", types=len(found), makers=words("punctuation.listed").join(makers))
    return Markup('<a href="ds:{}#{}">{}</a>').format(PATH, idea.id, text)


def _idea_section(context: Context, idea: Idea, found: Sequence[ModelType]) -> Section:
    words = context.words
    title = words(f"elsewhere.idea.{idea.id}")

    def cell(model: ModelType, field: str) -> Cell:
        stated = getattr(model, field)
        if field == "num_nextn_predict_layers" and not stated and model.mtp_in_checkpoint:
            return Cell(escape(words("elsewhere.in_checkpoint")))
        if stated in (None, ""):
            return EMPTY
        return Cell(escape(f"{stated:g}" if isinstance(stated, float) else stated))

    columns: list[Column[ModelType]] = [
        Column(words("elsewhere.type"), lambda m: Markup("<code>{}</code>").format(m.type)),
        Column(words("elsewhere.maker"), lambda m: maker_name(words, m.maker)),
        Column(words("elsewhere.checkpoint"), lambda m: m.checkpoint.partition("/")[2] or NOTHING),
    ]
    columns += [
        Column(Markup("<code>{}</code>").format(field), partial(cell, field=field), field != "gate")
        for field in idea.fields
    ]
    columns.append(Column(words("elsewhere.taken"), lambda m: _inherited_classes(context, m), if_any=True))
    table = by_column(words("elsewhere.caption", idea=title), columns, found)
    link = technique_link(context, idea.technique)
    said = Markup("<p>{}</p>").format(Markup(words(f"elsewhere.said.{idea.id}", link=link, count=len(found))))
    summary = words("elsewhere.fold", count=len(found))
    return Section(idea.id, title, str(said) + context.html("folded_table.html.jinja", t=table, summary=summary))


def _inherited_classes(context: Context, model: ModelType) -> Markup:
    """Classes of DeepSeek's models that its own inherit: the code is the same. They would make a row as high as a hand."""
    names = [Markup("<code>{}</code>").format(name) for name in model.from_deepseek]
    if not names:
        return NOTHING
    listed = Markup(context.words("punctuation.listed")).join(names)
    count = context.words("elsewhere.classes", count=len(names))
    return Markup("<details><summary>{}</summary>{}</details>").format(count, listed)


@dataclass(frozen=True)
class _ContemporaryRow:
    other: Contemporary | None
    entry: Entry | None
    recount: Recount | None


def _contemporaries_section(citations: Citations) -> Section:
    context, words = citations.context, citations.context.words
    catalogue = context.catalogue
    rows = [_ContemporaryRow(other, None, recount_sizes(other.architecture)) for other in catalogue.contemporaries]
    beside = [catalogue.entries[id_] for id_ in _BESIDE if id_ in catalogue.entries]
    rows += [_ContemporaryRow(None, entry, entry.recount) for entry in beside]
    columns: list[Column[_ContemporaryRow]] = [
        Column(words("table.model"), lambda row: _row_name(citations, row)),
        Column(words("elsewhere.maker"), lambda row: maker_name(words, row.other.maker) if row.other else "DeepSeek"),
        Column(words("field.architecture.attention"), partial(_attention_name, words)),
        Column(words("elsewhere.cache"), _cache_cell, numeric=True),
        Column(words("elsewhere.bytes"), _bytes_cell, numeric=True),
        Column(words("term.state"), _state_cell, numeric=True, if_any=True),
        Column(words("table.total_recomputed"), lambda row: _size_cell(row, "total"), numeric=True),
        Column(words("elsewhere.activated"), lambda row: _size_cell(row, "activated"), numeric=True),
        Column(words("elsewhere.published"), lambda row: _published_cell(citations, row), numeric=True),
    ]
    table = by_column(words("elsewhere.contemporaries_caption"), columns, rows, sortable=True)
    remarks = [
        Markup("<li>{}{}{}</li>").format(other.name, words("punctuation.colon"), citations.rich_text(other.remark))
        for other in catalogue.contemporaries
        if other.remark
    ]
    html = f"<p>{escape(words('elsewhere.contemporaries_intro'))}</p>" + context.html("table.html.jinja", t=table)
    html += str(Markup("<ul>{}</ul>").format(Markup("").join(remarks))) if remarks else ""
    return Section("contemporaries", words("elsewhere.contemporaries"), html)


def _row_name(citations: Citations, row: _ContemporaryRow) -> Markup:
    if row.entry is not None:
        return variant_link(row.entry)
    assert row.other is not None
    return citations.cite(str(escape(row.other.name)), row.other.source)


def _published_cell(citations: Citations, row: _ContemporaryRow) -> Cell:
    parameters = row.entry.variant.parameters if row.entry else row.other
    stated = [value for name in ("total", "activated") if (value := getattr(parameters, name, None))]
    return Cell(Markup(" / ").join(citations.value_html(value) for value in stated)) if stated else EMPTY


def _size_cell(row: _ContemporaryRow, which: str) -> Cell:
    recount = row.recount
    if recount is None or recount.total is None:
        return EMPTY
    if which == "total":
        return recomputed_size(recount.total)
    return recomputed_size(recount.activated[ACTIVATED_CONVENTION]) if recount.inactive_experts else EMPTY


def _attention_name(words: Words, row: _ContemporaryRow) -> Markup:
    architecture = row.entry.architecture if row.entry else row.other.architecture if row.other else None
    if architecture is None or architecture.attention.value is None:
        return NOTHING
    kind = format.attention_name(architecture.attention.value, words)
    return escape(f"{kind} + DSA" if has_added_indexer(architecture) else kind)


def _state_cell(row: _ContemporaryRow) -> Cell:
    """Of a model whose layers, some or all, keep a state of fixed size."""
    return _computed_cell(row, row.recount.state if row.recount else None)


def _cache_cell(row: _ContemporaryRow) -> Cell:
    return _computed_cell(row, row.recount.kv_cache if row.recount else None)


def _computed_cell(row: _ContemporaryRow, computed: Computation | None) -> Cell:
    if row.entry is not None:
        return working_cell(row.entry, computed)
    if computed is None:
        return EMPTY
    return Cell(recomputed_html(format.format_integer(computed.value), computed.formula), str(computed.value))


def _bytes_cell(row: _ContemporaryRow) -> Cell:
    cache = row.recount.kv_cache if row.recount else None
    return count_cell(2 * cache.value) if cache else EMPTY

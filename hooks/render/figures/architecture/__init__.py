"""Architecture drawings: the model as a stack of layers, and one layer opened beside it.

A figure has a wide sheet and narrow ones, of which a style sheet shows what fits. It has no ids, so that several stand
in a page. Every number links to its source and carries its name in config.json (`data-k`) and plain value (`data-v`).
"""

from collections import Counter
from dataclasses import replace

from markupsafe import Markup

from catalogue.records import Entry, first_date
from catalogue.schema.values import Sources

from ... import format
from ...cite import Citations
from ...words import Words
from ..canvas import text_width
from .attention import kind_name
from .feed_forward import dimension_text, network_of, summary_sentence
from .images import image_paths_panel
from .layout import SheetHead, narrow_layout, wide_layout
from .shapes import BoldText, Dimension, Dimensions, LinePart, Sheet

_CREDIT_ROOM = 1100.0
IMAGES_WIDE, IMAGES_NARROW = 1000.0, 344.0


def architecture_drawing(citations: Citations, entry: Entry, *, travels: bool = False, legend: bool = True) -> Markup:
    """The entry must have an architecture. With `travels` it has the wide sheet as well."""
    context = citations.context
    dims = Dimensions(citations, entry)
    head = _drawing_head(dims, entry)
    html = context.html(
        "architecture_drawing.html.jinja",
        name=entry.variant.name,
        facts=head.facts,
        cache=head.cache,
        sheets=narrow_layout(dims, entry),
        wide=wide_layout(dims, entry, head) if travels else None,
        file=file_of(entry) if travels else "",
        legend=legend,
        summary=text_alternative(dims),
    )
    return Markup(html)


def sheets_of(citations: Citations, entry: Entry) -> list[Sheet]:
    dims = Dimensions(citations, entry)
    return [wide_layout(dims, entry, _drawing_head(dims, entry)), *(sheet for _, sheet in narrow_layout(dims, entry))]


def file_of(entry: Entry) -> str:
    return f"assets/drawings/{entry.variant.id}.svg"


def way_of_images(citations: Citations, entry: Entry) -> Markup:
    context = citations.context
    sheets = [
        ("wide", image_paths_panel(citations, entry.images, IMAGES_WIDE)),
        ("narrow", image_paths_panel(citations, entry.images, IMAGES_NARROW)),
    ]
    return Markup(context.html("image_way.html.jinja", name=entry.variant.name, sheets=sheets))


def _drawing_head(dims: Dimensions, entry: Entry) -> SheetHead:
    words, parameters = dims.words, entry.variant.parameters
    released = entry.variant.release.weights if entry.variant.release else None
    date = released.value if released and released.value else first_date(entry.model)
    pieces: list[list[LinePart]] = [
        [format.format_date(date, words)] if date else [],
        dims.worded_line("fact_total", total=dims.other_value(parameters.total, "drawing.total")),
        dims.worded_line("fact_active", activated=dims.other_value(parameters.activated, "drawing.activated")),
        dims.worded_line("fact_layers", layers=dims.stated("num_hidden_layers")),
        dims.worded_line(
            "fact_context",
            context=_short_length(dims.other_value(entry.variant.context_length, "drawing.context"), words),
        ),
    ]
    facts: list[LinePart] = []
    for piece in pieces:
        # What is not published is told by the ribbon and the tables.
        if piece and not any(isinstance(part, Dimension) and part.absent for part in piece):
            facts += [*([" · "] if facts else []), *piece]
    cache: list[LinePart] = []
    term = entry.recount.kv_cache if entry.recount else None
    if term is not None:
        total = Dimension("", words("drawing.cache"), f"{term.value:,}", str(term.value), formula=term.formula)
        cache = dims.worded_line("cache_sum", sum=BoldText(term.numbers), total=total)
        if (state := entry.recount.state if entry.recount else None) is not None:
            kept = Dimension("", words("term.state"), f"{state.value:,}", str(state.value), formula=state.formula)
            cache += dims.worded_line("cache_state", state=kept)
    return SheetHead(entry.variant.name, facts, cache, _credit_lines(dims))


def _short_length(context: Dimension | None, words: Words) -> Dimension | None:
    bracket = words("punctuation.bracketed").partition("{")[0]
    return replace(context, shown=context.shown.partition(bracket)[0]) if context is not None else None


def _credit_lines(dims: Dimensions) -> str:
    references, architecture = dims.citations.context.catalogue.references, dims.architecture
    stated = (getattr(getattr(architecture, name), "source", None) for name in type(architecture).model_fields)
    cited = (item for source in stated if isinstance(source, Sources) for item in source.items)
    titles = [title for title, _ in Counter(references[item.key].title for item in cited).most_common()]
    words = dims.words
    for most in range(min(3, len(titles)), 0, -1):
        more = words("drawing.credit_more", count=len(titles) - most) if len(titles) > most else ""
        credit = words("drawing.credit", sources=words("punctuation.listed").join(titles[:most]) + more)
        if text_width(credit, 12.5) < _CREDIT_ROOM:
            break
    return credit


def text_alternative(dims: Dimensions) -> str:
    words = dims.words
    sentences = [
        summary_sentence(dims, "embedding", "vocab_size", "hidden_size"),
        summary_sentence(dims, "layers", "num_hidden_layers"),
        words(
            "drawing.said_attention",
            kind=words(f"drawing.kind_{kind_name(dims)}"),
            heads=dimension_text(dims.stated("num_attention_heads")),
        ),
    ]
    sentences += network_of(dims).sentences(dims)
    for name in ("hc_mult", "num_nextn_predict_layers", "engram_layers"):
        if dims.number(name):
            drafter = name == "num_nextn_predict_layers" and dims.number("dspark_n_routed_experts")
            sentences.append(summary_sentence(dims, "drafter" if drafter else name, name))
    if dims.vision is not None:
        sentences.append(words("drawing.said_vision"))
    return words("punctuation.gap").join(sentences)

"""Attention of each kind: how the stream becomes queries, keys and values, and what of them is cached.

MHA, GQA, MQA: every key-value head as a hatched bar under the query heads that read it.
MLA: the latents to scale, from which all heads are projected; with DSA, the indexer.
CSA/HCA and CSA2: one shared entry, and how many tokens make one.
Below each, what is cached of a token against the cache without the idea.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalogue.attention import CachingLayers, has_added_indexer, kind_of
from catalogue.schema.architecture import Attention
from catalogue.schema.values import Absence, per_kind

from ..canvas import bar_path, bars_path, fan_path, path_data
from .shapes import (
    LEFT,
    SCALE,
    VECTOR,
    BoldText,
    Dimension,
    Dimensions,
    LinePart,
    Sheet,
    balanced_row_length,
    block_bars,
    close_panel,
    draw_stream_vector,
    grid_places,
    hatch_path,
    line_width,
    rows_of,
    squares_path,
    titled_panel,
)

_MOST_TOKENS = 256
_BAR = 13.0
_THIN = 3.0  # an entry that is narrower is a dash


def _entry_lanes(dims: Dimensions) -> list[tuple[str, int, list[LinePart]]]:
    """Kinds of layers that cache entries: name, tokens in an entry, words."""

    def said(layers: str, ratio: str | None) -> list[LinePart]:
        pieces: dict[str, Dimension | None] = {"layers": dims.stated(layers)}
        if ratio is not None:
            pieces["ratio"] = dims.stated(ratio)
        return dims.worded_line("lane_said" if ratio else "lane_each", **pieces)

    found: list[tuple[str, int, list[LinePart]]] = []
    for form in caching_layers(dims):
        number = dims.number(form.ratio) if form.ratio else 1 if dims.number(form.layers) else None
        if number is not None:
            found.append((dims.words(f"drawing.lane_{form.name}"), number, said(form.layers, form.ratio or None)))
    return found


def caching_layers(dims: Dimensions) -> tuple[CachingLayers, ...]:
    """Empty where the kind is not published."""
    kind = kind_of(dims.architecture)
    return kind.caching_layers if kind is not None else ()


def draw_token_axis(sheet: Sheet, dims: Dimensions, top: float) -> float:
    lanes, window = _entry_lanes(dims), dims.number("sliding_window") or 0
    tokens = max([window, *(ratio for _, ratio, _ in lanes)])
    if not lanes or tokens > _MOST_TOKENS:
        return top
    x = 18.0 if sheet.narrow else 142.0
    pitch = ((sheet.width - 36) if sheet.narrow else 320.0) / tokens
    sheet.path(path_data("M", 18, top - 8, "H", sheet.width - 18), "rule")
    if sheet.narrow:
        sheet.text(18, top + 12, dims.words("drawing.stretch", tokens=tokens), css="strong")
        y = top + 26
    else:
        sheet.text_lines(
            18, top + 14, [[line] for line in dims.words("drawing.stretch", tokens=tokens).split("\n")], 16
        )
        y = top + 4
    for name, ratio, said in lanes:
        _draw_lane(sheet, tokens, ratio, x, y, pitch)
        text = [*dims.worded_line("lane_name", name=BoldText(name)), *said]
        y = _say_of_bar(sheet, x, y, tokens * pitch, text, 11)
    sheet.path(path_data("M", x, y + 5, "h", tokens * pitch), "dashes token", tokens)
    below = [
        dims.worded_line("lane_window", "sliding_window"),
        dims.worded_line("lane_window_alone", "sliding_window_layers") if dims.number("sliding_window_layers") else [],
        dims.worded_line("lane_selecting", "index_layers", "csa_layers"),
    ]
    if sheet.narrow:
        return sheet.text_lines(x, y + 26, below) - 8
    return sheet.text_lines(x + tokens * pitch + 16, y + 10, below) - 8


def _draw_lane(sheet: Sheet, tokens: int, ratio: int, x: float, y: float, pitch: float) -> None:
    if ratio * pitch < _THIN:
        sheet.path(path_data("M", x, y + _BAR / 2, "h", tokens * pitch), "dashes cached", tokens // ratio)
        return
    sides = block_bars(tokens, ratio, x, pitch, y, _BAR)
    sheet.path(bars_path(sides), "cached entry")
    sheet.path("".join(hatch_path(*four) for four in sides), "hatch")


def kept_entries(sheet: Sheet, dims: Dimensions, y: float) -> float:
    whole = dims.derived("kept_whole", "head_dim + index_head_dim")
    rows = [
        (form.name, dims.derived(f"kept_{form.name}", form.per_token(dims.numbers)))
        for form in caching_layers(dims)
        if form.ratio or dims.number(form.layers)
    ]
    known = [(name, kept) for name, kept in rows if kept is not None]
    if whole is None or not known:
        return y - 20
    x, room = (18.0, sheet.width - 36) if sheet.narrow else (142.0, 320.0)
    _kept_title(sheet, dims, y)
    y += 18 if sheet.narrow else 0
    for name, kept in known:
        _draw_share(sheet, x, y, room, _BAR, int(kept.plain) / int(whole.plain))
        y = _say_of_bar(sheet, x, y, room, dims.worded_line(f"kept_in_{name}", kept=kept), 9)
    return y


def _say_of_bar(sheet: Sheet, x: float, y: float, width: float, said: list[LinePart], gap: float) -> float:
    """Beside a bar, or below it on a narrow sheet; returns where the next stands."""
    below = 15.0 if sheet.narrow else 0.0
    place = (x, y + _BAR + below) if sheet.narrow else (x + width + 16, y + 11)
    sheet.text(*place, *said)
    return y + _BAR + below + gap


_LATENT = 12.0
_KEPT = 16.0
_SIDE = 9.4
_PITCH = 12.4
_OUT = 602.0
_INDEXER = ("index_n_heads", "index_head_dim", "index_topk")


def kind_name(dims: Dimensions) -> str:
    """Key of the words; MLA with an indexer has its own."""
    kind = dims.architecture.attention.value
    if kind is None:
        return "unknown"
    return f"{kind.key}_dsa" if has_added_indexer(dims.architecture) else kind.key


def attention_panel(dims: Dimensions, width: float) -> Sheet:
    kind = dims.architecture.attention.value
    said = dims.worded_line("hatched", "attention")
    sheet = titled_panel(width, dims.words(f"drawing.kind_{kind_name(dims)}"), said)
    top = sheet.height + 10
    down = DRAWINGS[kind](sheet, dims, top) if kind is not None else top
    sheet.height = down + 16
    return close_panel(sheet, "attention")


def _draw_heads(sheet: Sheet, dims: Dimensions, top: float) -> float:
    down = _draw_grouped_attention(sheet, dims, top)
    return _kept(sheet, dims, down + 24, "heads", "2 * num_attention_heads * head_dim", "kept_here")


def _draw_latent(sheet: Sheet, dims: Dimensions, top: float) -> float:
    down = _draw_indexer(sheet, dims, _draw_latent_attention(sheet, dims, top, one_entry=False) + 22)
    said = "kept_sum_index" if dims.number("index_head_dim") is not None else "kept_sum"
    return _kept(sheet, dims, down + 20, "latent", "num_attention_heads * (qk_nope_head_dim + v_head_dim)", said)


def _draw_compressed(sheet: Sheet, dims: Dimensions, top: float) -> float:
    down = draw_token_axis(sheet, dims, _draw_latent_attention(sheet, dims, top, one_entry=True) + 22)
    return kept_entries(sheet, dims, _draw_indexer(sheet, dims, down + 22) + 20)


DRAWINGS: Mapping[Attention, Callable[[Sheet, Dimensions, float], float]] = per_kind(
    "DRAWINGS in render/figures/architecture/attention.py",
    {
        Attention.MHA: _draw_heads,
        Attention.MQA: _draw_heads,
        Attention.GQA: _draw_heads,
        Attention.MLA: _draw_latent,
        Attention.CSA_HCA: _draw_compressed,
        Attention.CSA2: _draw_compressed,
    },
    Attention,
)


@dataclass(frozen=True, kw_only=True)
class TokenPathKind:
    """What a token's path (`figures/token_path.py`) says and draws of a kind.

    Attributes:
        sentences: Key of its sentences.
        cached: Key of what is cached in a layer.
        projections: Vectors that the stream becomes beside the query's latent: field, colour and key of the words.
        shares_entries: Whether tokens share an entry, which is drawn in place of the heads that a latent stands for.
        every_layer_caches: Whether each layer caches for itself, not a few of them for all.
    """

    sentences: str
    cached: str
    projections: tuple[tuple[str, str, str], ...]
    shares_entries: bool
    every_layer_caches: bool


_ENTRY = (("head_dim", "cache", "entry"),)

TOKEN_PATHS: Mapping[Attention, TokenPathKind | None] = per_kind(
    "TOKEN_PATHS in render/figures/architecture/attention.py",
    {
        Attention.MHA: None,  # None: no path is drawn
        Attention.MQA: None,
        Attention.GQA: None,
        Attention.MLA: TokenPathKind(
            sentences="latent",
            cached="layer_latent",
            projections=(("kv_lora_rank", "cache", "latent"), ("qk_rope_head_dim", "other", "position")),
            shares_entries=False,
            every_layer_caches=True,
        ),
        Attention.CSA_HCA: TokenPathKind(
            sentences="compressed",
            cached="layer_compressed",
            projections=_ENTRY,
            shares_entries=True,
            every_layer_caches=True,
        ),
        Attention.CSA2: TokenPathKind(
            sentences="split",
            cached="layer_compressed",
            projections=_ENTRY,
            shares_entries=True,
            every_layer_caches=False,
        ),
    },
    Attention,
)


def _rotates(dims: Dimensions) -> bool:
    theta = dims.architecture.rope_theta
    return theta is None or theta.absence is not Absence.NOT_APPLICABLE


def _draw_latent_attention(sheet: Sheet, dims: Dimensions, top: float, one_entry: bool) -> float:
    """Vector, latents, heads and output from left to right; on a narrow sheet the heads stand below."""
    height = draw_stream_vector(sheet, dims, LEFT, top)
    x = 96.0 if sheet.narrow else 132.0
    cached, cached_name = ("head_dim", "entry") if one_entry else ("kv_lora_rank", "kv_lora_rank")
    query, kept, rope = dims.number("q_lora_rank"), dims.number(cached) or 0, dims.number("qk_rope_head_dim") or 0
    text = x + _LATENT + 10
    y = top + 8
    edge = LEFT + VECTOR
    query_middle = y + 8
    if query:
        long = query * SCALE
        sheet.path(fan_path(edge, top, top + height, x, y, y + long), "fan query")
        sheet.path(bar_path(x, y, _LATENT, long), "latent")
        query_middle = y + long / 2
        query_said = dims.worded_line("query_latent", "q_lora_rank")
        sheet.text(text, query_middle + 4, *query_said)
        y = max(y + long, query_middle + 12) + 26
    else:
        stated = dims.stated("q_lora_rank")
        without = dims.words("drawing.no_query_latent")
        none = (
            dims.stated_in_words("q_lora_rank", without)
            if stated and stated.plain == Absence.NOT_APPLICABLE.value
            else None
        )
        query_said = [none] if none else dims.worded_line("query_latent", q_lora_rank=stated) or [without]
        sheet.text(text, y + 12, *query_said)
        y += 38
    long = kept * SCALE
    sheet.path(fan_path(edge, top, top + height, x, y, y + long), "fan key")
    _draw_hatched_box(sheet, x, y, _LATENT, long)
    entry_middle = y + long / 2
    entry_said = dims.worded_line(cached_name, entry=dims.stated(cached))
    sheet.text(text, entry_middle + 4, *entry_said)
    y += max(long, 10) + 20
    if not one_entry:
        thick = max(1.5, rope * SCALE)
        sheet.path(fan_path(edge, top, top + height, x, y, y + thick), "fan key")
        _draw_hatched_box(sheet, x, y, _LATENT, thick)
        sheet.text(
            text,
            y + 5,
            *dims.worded_line("rope_key" if _rotates(dims) else "apart_key", "qk_rope_head_dim"),
        )
        y += 14
    down = max(top + height + 20, y)
    heads_x, heads_y = (18.0, down + 14) if sheet.narrow else (358.0, top + 2)
    bottom, right = _draw_query_heads(sheet, dims, heads_x, heads_y, one_entry)
    if not sheet.narrow:
        for middle, said in ((query_middle, query_said), (entry_middle, entry_said)):
            far = text + line_width(said) + 10
            if far < heads_x - 20:
                sheet.path(path_data("M", far, middle, "H", heads_x - 10), "dotted")
        _way_out(sheet, dims, right + 12, heads_y + _rows_high(dims) / 2, top)
    return max(down, bottom)


def _way_out(sheet: Sheet, dims: Dimensions, left: float, middle: float, top: float) -> None:
    sheet.path(path_data("M", left, middle, "H", _OUT - 12), "wire")
    sheet.path(path_data("M", _OUT - 12, middle - 4, "l8 4-8 4z"), "tip")
    draw_stream_vector(sheet, dims, _OUT, top)


def _rows_high(dims: Dimensions) -> float:
    count = dims.number("num_attention_heads") or 0
    return rows_of(count, balanced_row_length(count, 16)) * _PITCH if count else 0


def _draw_query_heads(sheet: Sheet, dims: Dimensions, x: float, y: float, one_entry: bool) -> tuple[float, float]:
    """Query heads to count; returns their lower and right ends."""
    count = dims.number("num_attention_heads") or 0
    per_row = balanced_row_length(count, 16) if count else 1
    sheet.path(squares_path(grid_places(count, per_row, _PITCH, x, y), _SIDE), "heads")
    down = y + rows_of(count, per_row) * _PITCH + 18
    heads = dims.stated("num_attention_heads")
    if one_entry:
        lines = [
            dims.worded_line("heads_on_one", "head_dim", num_attention_heads=heads),
            dims.worded_line("entry_rope", "qk_rope_head_dim") if _rotates(dims) else [],
            dims.worded_line("output_groups", "o_groups", "o_lora_rank"),
        ]
    else:
        nope, rope, value = (dims.stated(f"{name}_head_dim") for name in ("qk_nope", "qk_rope", "v"))
        lines = [
            dims.worded_line("heads_of", num_attention_heads=heads),
            dims.worded_line("head_sizes", qk_nope_head_dim=nope, qk_rope_head_dim=rope, v_head_dim=value),
        ]
    return sheet.text_lines(x, down, lines, 17) - 12, x + per_row * _PITCH


def _draw_grouped_attention(sheet: Sheet, dims: Dimensions, top: float) -> float:
    height = draw_stream_vector(sheet, dims, LEFT, top)
    heads, shared = dims.number("num_attention_heads"), dims.number("num_key_value_heads")
    x = 84.0 if sheet.narrow else 132.0
    down, right = top, x
    if heads and shared and heads % shared == 0:
        size = heads // shared
        per_row = balanced_row_length(heads, 16, size) if size <= 16 else 16
        down, right = _draw_head_rows(sheet, heads, size, per_row, x, top + 2), x + per_row * _PITCH
        sheet.path(fan_path(LEFT + VECTOR, top, top + height, x - 5, top + 2, down), "fan query")
    bottom = max(down + 8, top + height + 24)
    names = {name: dims.stated(name) for name in ("num_attention_heads", "num_key_value_heads")}
    width = dims.stated("head_dim") or dims.derived("head_dim", "hidden_size / num_attention_heads")
    lines = [
        dims.worded_line("query_heads", num_attention_heads=names["num_attention_heads"], head_dim=width),
        dims.worded_line("key_value_heads", num_key_value_heads=names["num_key_value_heads"]),
        dims.worded_line("read_by", times=dims.derived("times_read", "num_attention_heads / num_key_value_heads"))
        if heads and shared and heads > shared
        else [],
        dims.worded_line("window_in", "sliding_window", "sliding_window_layers"),
        *(
            dims.worded_line(name, **{name: dims.stated(name)})
            for name in ("qk_norm", "attention_bias", "qkv_bias")
            if (single := getattr(dims.architecture, name)) is not None and single.value is True
        ),
    ]
    if sheet.narrow:
        return sheet.text_lines(18, bottom + 12, lines) - 14
    text = max(right + 24, 358.0)
    sheet.text_lines(text, top + 16, lines)
    _way_out(sheet, dims, 556, top + 22, top)
    return max(bottom, top + 16 + 18 * len(lines))


def _draw_head_rows(sheet: Sheet, heads: int, size: int, per_row: int, x: float, y: float) -> float:
    bars = []
    for first in range(0, heads, per_row):
        count = min(per_row, heads - first)
        sheet.path(squares_path(grid_places(count, per_row, _PITCH, x, y), _SIDE), "heads")
        y += _PITCH
        if size <= per_row:
            bars += [(x + index * _PITCH + 1.5, y + 0.5, size * _PITCH - 3, 7.0) for index in range(0, count, size)]
            y += 12
    if size > per_row:
        bars.append((x + 1.5, y + 2, per_row * _PITCH - 3, 7.0))
        y += 12
    sheet.path(bars_path(bars), "cached")
    sheet.path("".join(hatch_path(*one) for one in bars), "hatch")
    return y


def _draw_indexer(sheet: Sheet, dims: Dimensions, top: float) -> float:
    heads = dims.number("index_n_heads")
    if heads is None:
        return top - 22
    sheet.path(path_data("M", 18, top - 8, "H", sheet.width - 18), "rule")
    per_row = balanced_row_length(heads, 16 if sheet.narrow else 32)
    x = 18.0 if sheet.narrow else 132.0
    sheet.text(18, top + 14, dims.words("drawing.indexer"), css="strong")
    y = top + (24 if sheet.narrow else 4)
    sheet.path(
        "".join(path_data("M", at, below - 3, "l3.3 6h-6.6z") for at, below in grid_places(heads, per_row, 10, x, y)),
        "index",
    )
    y += rows_of(heads, per_row) * 10
    lines = dims.worded_lines("indexer", *_INDEXER)
    if sheet.narrow:
        return sheet.text_lines(18, y + 18, lines) - 14
    return max(y, sheet.text_lines(x + per_row * 10 + 18, top + 14, lines, 17) - 14)


def _draw_hatched_box(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    sheet.path(bar_path(x, y, width, height), "cached")
    if height > 5:
        sheet.path(hatch_path(x, y, width, height), "hatch")


def compare_kept(sheet: Sheet, y: float, kept: int, without: int, here: list[LinePart], there: list[LinePart]) -> float:
    x, room = (18.0, sheet.width - 36) if sheet.narrow else (142.0, sheet.width - 166)
    if sheet.narrow:
        y += 14
    _draw_share(sheet, x, y, room, _KEPT, kept / max(kept, without))
    sheet.text(x, y + _KEPT + 16, *here)
    if sheet.narrow:
        return sheet.text_lines(x, y + _KEPT + 34, [there]) - 12
    sheet.text(x + room, y + _KEPT + 16, *there, anchor="end")
    return y + _KEPT + 20


def _draw_share(sheet: Sheet, x: float, y: float, room: float, height: float, share: float) -> None:
    """What is kept, hatched, of a bar of what would be."""
    sheet.box(x, y, room, height, "against", 2)
    sheet.path(bar_path(x, y, max(2.0, room * share), height), "cached")
    sheet.path(hatch_path(x, y, max(2.0, room * share), height), "hatch")


def _kept_title(sheet: Sheet, dims: Dimensions, y: float) -> None:
    sheet.path(path_data("M", 18, y - 8, "H", sheet.width - 18), "rule")
    first, second = dims.words("drawing.kept").split("\n")
    if sheet.narrow:
        sheet.text(18, y + 8, f"{first} {second}", css="strong")
    else:
        sheet.text(18, y + 10, first, css="strong")
        sheet.text(18, y + 26, second, css="strong")


def _kept(sheet: Sheet, dims: Dimensions, y: float, name: str, without: str, said: str) -> float:
    """What is cached of a token against the cache of every head."""
    (layers,) = caching_layers(dims)
    here = dims.derived(f"kept_{name}", layers.per_token(dims.numbers))
    there = dims.derived("kept_by_heads", without)
    if here is None or there is None:
        return y - 20
    _kept_title(sheet, dims, y)
    same = here.plain == there.plain
    told = dims.worded_line("kept_all" if same else said, kept=here)
    if_heads = [] if same else dims.worded_line("kept_if_heads", kept=there)
    return compare_kept(sheet, y, int(here.plain), int(there.plain), told, if_heads)

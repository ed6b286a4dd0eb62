"""Attention of each kind: heads drawn to count, what is cached hatched, and the dimensions.

MHA, GQA, MQA: every key-value head as a bar under the query heads that read it.
MLA: the latents to scale, from which all heads are projected; with DSA, the indexer's heads.
CSA/HCA and CSA2: one shared entry, and over a stretch of tokens how many make one entry.
"""

from __future__ import annotations

from catalogue.schema.architecture import Attention

from ..measure import text_width
from .dimensions import Dimension, Dimensions
from .marks import PER_ROW, PITCH, balanced, bar, blocks, grid, hatch, points, triangles
from .panel import Panel, Picture
from .shapes import BREAK, Path, Shape, Words

_ELEMENTS = 0.1  # length of a latent's bar per element
_BAR = 9.0
_FUNNEL = 16.0
_STRETCH = 308.0  # length of the stretch of tokens, with the names of its lanes
_MOST_TOKENS = 256
_THIN = 3.0  # an entry that is narrower is a dash
_INDEXER = (("index_n_heads", "index"), ("index_head_dim", ""), ("index_topk", ""))
_COMPRESSED: tuple[tuple[str | None, str], ...] = (
    ("o_groups", ""),
    ("o_lora_rank", ""),
    BREAK,
    ("csa_layers", "csa"),
    ("csa_compress_ratio", "csa"),
    ("index_layers", ""),
    BREAK,
    ("hca_layers", "hca"),
    ("hca_compress_ratio", "hca"),
    BREAK,
    ("encoder_cache_layers", "csa"),
    ("encoder_compress_ratio", "csa"),
    ("decoder_cache_layers", "csa"),
    BREAK,
    ("sliding_window", "window"),
    ("sliding_window_layers", ""),
    BREAK,
)


def attention(dims: Dimensions) -> Panel:
    """The panel of an architecture's attention."""
    kind = dims.architecture.attention.value
    if kind is Attention.MLA:
        pictures = [*_projected(dims, "kv_lora_rank", "qk_rope_head_dim"), *_indexer(dims)]
    elif kind in (Attention.CSA_HCA, Attention.CSA2):
        pictures = [*_projected(dims, "head_dim", None), *_compression(dims), *_indexer(dims)]
    else:
        pictures = _grouped(dims)
    title = dims.words(f"drawing.kind_{kind_name(dims)}")
    return Panel(title, "attention", dims.stated("attention"), pictures, _items(dims, kind))


def kind_name(dims: Dimensions) -> str:
    """Key of the words for the kind: MLA with an indexer is told from MLA without."""
    kind = dims.architecture.attention.value
    if kind is None:
        return "unknown"
    name = kind.value.lower().replace("/", "_")
    return f"{name}_dsa" if kind is Attention.MLA and dims.number("index_topk") is not None else name


def _items(dims: Dimensions, kind: Attention | None) -> list[tuple[Dimension | None, str]]:
    """The dimensions in the order of the picture, from the heads down, then what has no picture."""
    heads, rope = (dims.stated("num_attention_heads"), "heads"), dims.stated("qk_rope_head_dim")
    query, indexer = (dims.stated("q_lora_rank"), "latent"), [(dims.stated(name), mark) for name, mark in _INDEXER]
    if kind is Attention.MLA:
        widths = [(dims.stated(name), "") for name in ("qk_nope_head_dim", "v_head_dim")]
        return [heads, query, (dims.stated("kv_lora_rank"), "kv"), (rope, "rope"), *widths, *indexer]
    one_entry = kind in (Attention.CSA_HCA, Attention.CSA2)
    width = dims.either("head_dim", "hidden_size / num_attention_heads")
    if one_entry:
        rest = [(dims.stated(name) if name else None, mark) for name, mark in _COMPRESSED]
        return [heads, (dims.stated("num_key_value_heads"), "kv"), (width, "kv"), (rope, ""), query, *rest, *indexer]
    said = [(dims.stated(name), "") for name in ("qk_norm", "attention_bias", "qkv_bias") if dims.true(name)]
    return [heads, (dims.stated("num_key_value_heads"), "kv"), (width, ""), *said]


def _head_grid(count: int) -> tuple[list[Shape], float, float]:
    """Query heads in even rows: shapes, width, height."""
    per_row = balanced(count)
    height = -(-count // per_row) * PITCH
    return [Path(points(grid(count, per_row)), "heads")], per_row * PITCH, height


def _grouped(dims: Dimensions) -> list[Picture]:
    """Query heads with the key-value head that each group of them shares."""
    heads, shared = dims.number("num_attention_heads"), dims.number("num_key_value_heads")
    if heads is None or shared is None or heads % shared:
        return []
    size = heads // shared
    per_row = balanced(heads, PER_ROW, size) if size <= PER_ROW else PER_ROW
    shapes: list[Shape] = []
    down = 0.0
    for first in range(0, heads, per_row):
        count = min(per_row, heads - first)
        shapes.append(Path(points((x, down + y) for x, y in grid(count, per_row)), "heads"))
        down += PITCH + 1
        if size <= PER_ROW:
            bars = [(index * PITCH + 1.2, min(size, count) * PITCH - 2.4) for index in range(0, count, size)]
            shapes.append(Path("".join(bar(x, down, width, 8) for x, width in bars), "cached"))
            shapes.append(Path("".join(hatch(x, down, width, 8) for x, width in bars), "hatch"))
            down += 13
    return [Picture(shapes, down - 4)]


def _projected(dims: Dimensions, cached: str, beside: str | None) -> list[Picture]:
    """Query heads over the latents they are projected from, whose bars are to scale."""
    heads, elements = dims.number("num_attention_heads"), dims.number(cached)
    if heads is None or elements is None:
        return []
    shapes, width, down = _head_grid(heads)
    top, down = down + 1, down + _FUNNEL
    x = 0.0
    query = dims.number("q_lora_rank")
    if query is not None:
        length = query * _ELEMENTS
        shapes += [_funnel(x, length, top, down, width), Path(bar(x, down, length, _BAR), "latent")]
        x += length + 16
    entry = elements * _ELEMENTS
    shapes.append(_funnel(x, entry, top, down, width))
    shapes += [Path(bar(x, down, entry, _BAR), "cached"), Path(hatch(x, down, entry, _BAR), "hatch")]
    rope = dims.number(beside) if beside else None
    if rope is not None:
        x, length = x + entry + 3, rope * _ELEMENTS
        shapes += [
            Path(bar(x, down, length, _BAR), "cached rope"),
            Path(f"M{x:g} {down + _BAR / 2:g}h{length:g}", "hatch"),
        ]
    return [Picture(shapes, down + _BAR)]


def _funnel(x: float, length: float, top: float, bottom: float, width: float) -> Path:
    return Path(f"M{x:.1f} {bottom:.1f}L0 {top:.1f}H{width:.1f}L{x + length:.1f} {bottom:.1f}z", "funnel")


def _indexer(dims: Dimensions) -> list[Picture]:
    heads = dims.number("index_n_heads")
    if heads is None:
        return []
    per_row = balanced(heads)
    return [Picture([Path(triangles(heads, per_row), "index")], -(-heads // per_row) * PITCH)]


def _compression(dims: Dimensions) -> list[Picture]:
    """A stretch of tokens, and above it the entries that each kind of layer keeps of it."""
    words = dims.words
    lanes = [
        (words(f"drawing.lane_{name}"), ratio)
        for name, ratio in (
            ("hca", dims.number("hca_compress_ratio")),
            ("csa", dims.number("csa_compress_ratio")),
            ("encoder", dims.number("encoder_compress_ratio")),
            ("decoder", 1 if dims.number("decoder_cache_layers") else None),
        )
        if ratio is not None
    ]
    window = dims.number("sliding_window") or 0
    tokens = max([window, *(ratio for _, ratio in lanes)])
    if not lanes or tokens > _MOST_TOKENS:
        return []
    names = [*(name for name, _ in lanes), words("drawing.lane_tokens")]
    left = max(text_width(name, 10.5) for name in names) + 8
    pitch = (_STRETCH - left) / tokens
    shapes: list[Shape] = []
    down = 0.0
    for name, ratio in lanes:
        shapes.append(Words(0, down + 8, name, "lane"))
        if ratio * pitch < _THIN:
            shapes.append(Path(f"M{left:.1f} {down + 4:g}h{tokens * pitch:.1f}", "dashes cached", tokens // ratio))
        else:
            sides = [(left + x, y, width, height) for x, y, width, height in blocks(tokens, ratio, pitch, down, 8)]
            shapes.append(Path("".join(bar(*four) for four in sides), "cached entry"))
            shapes.append(Path("".join(hatch(*four) for four in sides), "hatch"))
        down += 15
    shapes.append(Words(0, down + 8, names[-1], "lane"))
    shapes.append(Path(f"M{left:.1f} {down + 4.5:g}h{tokens * pitch:.1f}", "dashes token", tokens))
    return [Picture(shapes, down + 9)]

"""The whole model from the bottom up: tokens, embedding, every layer a bar, final norm, head, and what stands beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.schema.architecture import FeedForward

from .block import stream_places
from .dimensions import Dimension, Dimensions
from .marks import bar, digits
from .shapes import LINE, Box, Group, Path, Row, Shape, Words, product, product_width

WIDTH = 400.0
_FLOW, _FLOW_WIDTH = 208.0, 162.0
_AXIS = _FLOW + _FLOW_WIDTH / 2
_SIDE, _SIDE_WIDTH = 2.0, 184.0
_LAYER = 5.0
_GAP = 22.0
_BOX = 50.0
_BAR = 3.4
_MARGIN = 6.0
_DRAFTER = (
    *("num_nextn_predict_layers", "dspark_n_routed_experts", "dspark_num_experts_per_tok"),
    *("dspark_markov_rank", "dspark_target_layers"),
)
_VISION = ("num_hidden_layers", "hidden_size", "intermediate_size", "patch_size", "downsample_ratio")
_ENGRAM = ("engram_layers", "engram_max_ngram_size", "engram_n_heads", "engram_head_dim", "engram_num_embeddings")


@dataclass(frozen=True)
class Layers:
    """A run of layers of one kind.

    Attributes:
        kind: `dense`, `moe` or `hashed`; how the bars look.
        rows: Their count and what else is said of them, each with the name of its mark.
    """

    kind: str
    count: int
    rows: Sequence[tuple[Dimension | None, str]]


@dataclass(frozen=True)
class _Slot:
    """A part of the way from tokens to prediction, with what stands beside it.

    Attributes:
        head: Room above what stands in the flow, where what is beside it is higher.
        foot: The same below.
    """

    height: float
    shapes: Sequence[Shape]
    head: float = 0
    foot: float = 0


def runs(dims: Dimensions) -> list[Layers]:
    """The layers from the bottom up. Order is drawn only as far as the catalogue has it."""
    total = dims.number("num_hidden_layers") or 0
    if dims.architecture.feed_forward.value is not FeedForward.DEEPSEEK_MOE:
        return [Layers("dense", total, [(dims.stated("num_hidden_layers"), "dense")])]
    width = (dims.stated("intermediate_size"), "")
    encoder = dims.number("encoder_layers")
    if encoder is not None:
        decoder = dims.derived("decoder_layers", "num_hidden_layers - encoder_layers")
        return [
            Layers("moe", encoder, [(dims.stated("encoder_layers"), "moe")]),
            Layers("moe", total - encoder, [(decoder, "moe")]),
        ]
    dense, hashed = dims.number("first_k_dense_replace") or 0, dims.number("num_hash_layers") or 0
    if (dims.number("moe_layer_freq") or 1) > 1:
        mixed = [
            (dims.stated("num_hidden_layers"), "moe"),
            (dims.stated("moe_layer_freq"), ""),
            width,
        ]
        return [Layers("moe", total, mixed)]
    found = []
    if dense:
        found.append(Layers("dense", dense, [(dims.stated("first_k_dense_replace"), "dense"), width]))
    if hashed:
        found.append(Layers("hashed", hashed, [(dims.stated("num_hash_layers"), "hashed")]))
    rest = " - ".join(
        ["num_hidden_layers", *["first_k_dense_replace"] * bool(dense), *["num_hash_layers"] * bool(hashed)]
    )
    if dense or hashed:
        count = dims.derived("gate_layers" if hashed else "moe_layers", rest)
    else:
        count = dims.stated("num_hidden_layers", "drawing.moe_layers")
    return [*found, Layers("moe", total - dense - hashed, [(count, "moe")])]


def stack(dims: Dimensions, height: float) -> tuple[list[Shape], float]:
    """The shapes, set apart so that they fill `height`, that of the opened layer, where they are shorter; their height."""
    groups = runs(dims)
    slots = [_top(dims), *_layers(dims, groups), _bottom(dims)]
    least = sum(slot.height for slot in slots) + _GAP * (len(slots) - 1) + 2 * _MARGIN
    spare = max(0.0, height - least) / 2
    shapes: list[Shape] = []
    tops, down = [], _MARGIN
    for index, slot in enumerate(slots):
        tops.append(down)
        shapes.append(Group(0, down, slot.shapes))
        down = round(down + slot.height, 1)
        gap = _GAP + (spare if index in (0, len(slots) - 2) else 0)  # the layers stay together
        if index < len(slots) - 1:
            above, below = slot.foot, slots[index + 1].head
            shapes += _rise(dims, down - above, down + gap + below, index > 0)
        down = round(down + gap, 1)
    total = max(height, round(down - gap + _MARGIN, 1))
    if len(groups) > 1:
        last = slots[len(groups)]
        shapes.append(_bracket(tops[1] + slots[1].head, tops[len(groups)] + last.height - last.foot))
    opened = tops[1] + slots[1].head + (groups[-1].count // 2) * _LAYER
    edge = _FLOW + _FLOW_WIDTH
    top = (total - height) / 2 + 8  # the opened layer stands beside the middle
    wedge = f"M{digits(edge)} {digits(opened)}L{WIDTH:g} {digits(top)}V{digits(total - top)}L{digits(edge)} {digits(opened + _BAR)}z"
    return [Path(wedge, "wedge"), *shapes, Path(bar(_FLOW, opened, _FLOW_WIDTH, _BAR), "opened")], total


def _rise(dims: Dimensions, lower_end: float, upper_end: float, streams: bool) -> list[Shape]:
    """The way up between two parts; inside the stack of layers, as many lines as there are residual streams."""
    places = stream_places(dims, _AXIS) if streams else [_AXIS]
    lines = "".join(f"M{digits(x)} {digits(upper_end)}V{digits(lower_end + 5)}" for x in places)
    tip = f"M{digits(_AXIS - 4)} {digits(lower_end + 7)}l4-7 4 7z"
    return [Path(lines, "stream"), Path(tip, "tip")]


def _bracket(top: float, bottom: float) -> Path:
    return Path(f"M{_FLOW - 6:g} {digits(top)}h-5V{digits(bottom)}h5", "bracket")


def _layers(dims: Dimensions, groups: Sequence[Layers]) -> list[_Slot]:
    """A slot for each run of layers, the last layers first."""
    slots = []
    for position, group in enumerate(reversed(groups)):
        rows = list(group.rows)
        if position == 0 and len(groups) > 1:
            rows.insert(0, (dims.stated("num_hidden_layers"), ""))
        shapes: list[Shape] = []
        side = _side_rows(rows, 0, shapes)
        if position == len(groups) - 1:
            side = _engram(dims, side, shapes)
        bars = group.count * _LAYER - (_LAYER - _BAR)
        height = max(bars, side)
        top = round((height - bars) / 2, 1)
        offset = round((height - side) / 2, 1)
        places = [top + index * _LAYER for index in range(group.count)]
        moved: list[Shape] = [Group(0, offset, shapes)] if offset else shapes
        moved.append(Path(_bars(places), f"layer {group.kind}"))
        if group.kind == "hashed":
            notches = (_FLOW + step * _FLOW_WIDTH / 8 for step in range(1, 8))
            moved.append(Path("".join(f"M{digits(x)} {digits(y)}v{_BAR:g}" for x in notches for y in places), "notch"))
        slots.append(_Slot(height, moved, top, round(height - top - bars, 1)))
    return slots


def _bars(places: Sequence[float]) -> str:
    """A bar for each layer, each from where the one before began."""
    first = bar(_FLOW, places[0], _FLOW_WIDTH, _BAR) if places else ""
    return first + "".join(f"m0 {_LAYER:g}h{_FLOW_WIDTH:g}v{_BAR:g}h-{_FLOW_WIDTH:g}z" for _ in places[1:])


def _top(dims: Dimensions) -> _Slot:
    """Head and final norm, with the module that predicts further tokens beside them."""
    words = dims.words
    shapes: list[Shape] = [
        Words(_AXIS, 11, words("drawing.next_token"), "small", "middle"),
        Path(f"M{digits(_AXIS)} 34v-12", "stream"),
        Path(f"M{digits(_AXIS - 4)} 24l4-7 4 7z", "tip"),
        Box(_FLOW, 34, _FLOW_WIDTH, _BOX, "ends"),
        Words(_AXIS, 52, words("drawing.head"), "title", "middle"),
    ]
    tied = dims.architecture.tie_word_embeddings
    if tied.value is False:
        shapes += product(_AXIS, 57, _FLOW_WIDTH - 4, [dims.stated("hidden_size"), dims.stated("vocab_size")])
    elif tied.value is True:
        shapes += product(_AXIS, 57, _FLOW_WIDTH - 4, [dims.worded("tie_word_embeddings", words("drawing.tied"))])
    else:
        shapes += product(_AXIS, 57, _FLOW_WIDTH - 4, [dims.stated("tie_word_embeddings")])
    norm = 34 + _BOX + 20
    shapes += [
        Path(f"M{digits(_AXIS)} {norm:g}v-15", "stream"),
        Path(f"M{digits(_AXIS - 4)} {34 + _BOX + 7:g}l4-7 4 7z", "tip"),
        Box(_FLOW, norm, _FLOW_WIDTH, 24, "norm", 12),
        Words(_AXIS, norm + 16, words("drawing.norm"), "small", "middle"),
    ]
    height = norm + 24
    side = _beside_top(dims, shapes)
    return _Slot(max(height, side), shapes, 0, max(0, side - height))


def _beside_top(dims: Dimensions, shapes: list[Shape]) -> float:
    if not dims.number("num_nextn_predict_layers"):
        return 0
    drafter = dims.number("dspark_n_routed_experts") is not None
    names = _DRAFTER if drafter else ("num_nextn_predict_layers",)
    label = "drawing.drafter_blocks" if drafter else None
    items = [dims.stated(name, label if name == "num_nextn_predict_layers" else None) for name in names]
    y = 34 + _BOX + 10
    high = _side_box_height(items)
    height = _side_box(dims, "drafter" if drafter else "mtp", items, max(0, y - high / 2), shapes)
    shapes.append(Path(f"M{digits(_AXIS)} {y:g}H{_SIDE + _SIDE_WIDTH + 3:g}", "branch"))
    return max(0, y - high / 2) + height


def _bottom(dims: Dimensions) -> _Slot:
    """Tokens and embedding, with the vision encoder where there is one."""
    words = dims.words
    size, room = [dims.stated("vocab_size"), dims.stated("hidden_size")], _FLOW_WIDTH - 4
    if product_width(size) <= room:
        box, values = _BOX, product(_AXIS, 23, room, size)
    else:  # a word where a number is expected takes a line of its own
        cross = Words(_FLOW + 16, 23 + LINE + 16.5, "×", "plain", "middle")
        lines = [product(_AXIS, 23 + index * LINE, room, [one]) for index, one in enumerate(size)]
        box, values = _BOX + LINE, [*lines[0], cross, *lines[1]]
    shapes: list[Shape] = [
        Box(_FLOW, 0, _FLOW_WIDTH, box, "ends"),
        Words(_AXIS, 18, words("drawing.embedding"), "title", "middle"),
        *values,
        Path(f"M{digits(_AXIS)} {box + 20:g}v-15", "stream"),
        Path(f"M{digits(_AXIS - 4)} {box + 7:g}l4-7 4 7z", "tip"),
        Words(_AXIS, box + 34, words("drawing.tokens"), "small", "middle"),
    ]
    height, side = box + 40, 0.0
    if dims.vision is not None:
        items: list[Dimension | None] = [dims.of_vision(name) for name in _VISION]
        side = _side_box(dims, "vision", items, 0, shapes)
        shapes.append(
            Path(
                f"M{_SIDE + _SIDE_WIDTH:g} -8H{digits(_AXIS - 3)}M{_SIDE + _SIDE_WIDTH / 2:g} 0v-8h{_SIDE_WIDTH / 2:g}",
                "branch",
            )
        )
    return _Slot(max(height, side), shapes)


def _engram(dims: Dimensions, down: float, shapes: list[Shape]) -> float:
    """The tables that some layers look up, below what is said of the layers."""
    if not dims.number("engram_layers"):
        return down
    top = down + 8
    height = _side_box(dims, "engram", [dims.stated(name) for name in _ENGRAM], top, shapes)
    y = top + height / 2
    shapes.append(Path(f"M{_SIDE + _SIDE_WIDTH:g} {digits(y)}H{_FLOW - 12:g}", "branch"))
    return top + height


def _side_rows(rows: Sequence[tuple[Dimension | None, str]], down: float, shapes: list[Shape]) -> float:
    for dimension, mark in rows:
        if dimension is not None:
            shapes.append(Row(_SIDE, down, _SIDE_WIDTH, dimension, mark))
            down += LINE
    return down


def _side_box_height(items: Sequence[Dimension | None]) -> float:
    return 30 + LINE * sum(dimension is not None for dimension in items)


def _side_box(dims: Dimensions, name: str, items: Sequence[Dimension | None], top: float, shapes: list[Shape]) -> float:
    """A box beside the flow with its title and dimensions; gives its height."""
    height = _side_box_height(items)
    inside: list[Shape] = [Words(_SIDE + 9, top + 18, dims.words(f"drawing.{name}"), "title")]
    down = top + 26
    for dimension in items:
        if dimension is not None:
            inside.append(Row(_SIDE + 4, down, _SIDE_WIDTH - 8, dimension))
            down += LINE
    shapes += [Box(_SIDE, top, _SIDE_WIDTH, height, f"beside {name}", 8), *inside]
    return height

"""The feed-forward network: SwiGLU with its width to scale, or DeepSeekMoE with its experts drawn to count."""

from __future__ import annotations

from catalogue.schema.architecture import FeedForward

from .dimensions import Dimensions
from .marks import PER_ROW, PITCH, balanced, bar, digits, grid, points, reached
from .panel import Panel, Picture
from .shapes import Path, Shape

_ELEMENTS = 0.0085  # length of a layer's bar per element
_HEIGHT = 26.0


def feed_forward(dims: Dimensions) -> Panel:
    """The panel of the network that most layers have."""
    words, kind = dims.words, dims.architecture.feed_forward.value
    if kind is FeedForward.DEEPSEEK_MOE:
        items = [
            (dims.stated("n_routed_experts"), "routed"),
            (dims.stated("num_experts_per_tok"), "active"),
            (dims.stated("n_shared_experts"), "shared"),
            (dims.stated("moe_intermediate_size"), ""),
        ]
        if (dims.number("n_group") or 1) > 1:
            items += [(dims.stated("n_group"), ""), (dims.stated("topk_group"), "group")]
        items.append((dims.stated("scoring_func"), ""))
        return Panel(words("drawing.moe"), "ffn", dims.stated("feed_forward"), _experts(dims), items)
    items = [(dims.stated("intermediate_size"), ""), (dims.stated("hidden_act"), "")]
    return Panel(words("drawing.ffn"), "ffn", dims.stated("feed_forward"), _gated(dims), items)


def _experts(dims: Dimensions) -> list[Picture]:
    """Every routed expert a dot, in rows that are whole groups where there are groups; active ones large; shared ones square."""
    routed, active = dims.number("n_routed_experts"), dims.number("num_experts_per_tok")
    if routed is None:
        return []
    groups = dims.number("n_group") or 1
    size = routed // groups if groups > 1 and routed % groups == 0 else 0
    per_row = balanced(size) if size else balanced(routed)
    places = grid(routed, per_row)
    chosen, filled = reached(routed, active or 0, groups, dims.number("topk_group") or 0)
    shapes: list[Shape] = [Path(_group_bars(chosen, size, per_row), "reached")] if chosen else []
    shapes.append(Path(points(place for index, place in enumerate(places) if index not in filled), "routed"))
    shapes.append(Path(points(places[index] for index in sorted(filled)), "active"))
    height = -(-routed // per_row) * PITCH
    shared = dims.number("n_shared_experts")
    if shared:
        shapes.append(Path(points((x, height + 4 + y) for x, y in grid(shared, PER_ROW, PITCH + 3)), "shared"))
        height += PITCH + 6
    return [Picture(shapes, height)]


def _group_bars(chosen: list[int], size: int, per_row: int) -> str:
    """A bar behind each group that a token reaches."""
    lines = size // per_row
    height = lines * PITCH
    return "".join(bar(0, group * height + 0.4, per_row * PITCH, height - 0.8) for group in chosen)


def _gated(dims: Dimensions) -> list[Picture]:
    """From the residual stream's width to the network's and back, both to scale."""
    narrow, wide = dims.number("hidden_size"), dims.number("intermediate_size")
    if narrow is None or wide is None:
        return []
    width, inset = wide * _ELEMENTS, (wide - narrow) * _ELEMENTS / 2
    half = digits(_HEIGHT / 2)
    d = (
        f"M{digits(inset)} 0H{digits(width - inset)}L{digits(width)} {half}"
        f"L{digits(width - inset)} {digits(_HEIGHT)}H{digits(inset)}L0 {half}z"
    )
    return [Picture([Path(d, "gated"), Path(f"M0 {half}H{digits(width)}", "widest")], _HEIGHT)]

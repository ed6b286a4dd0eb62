"""The feed-forward network: a wide vector folded to the narrow one's height, or a router with its experts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from catalogue.schema.architecture import FeedForward
from catalogue.schema.values import per_kind

from ..canvas import bar_path, bars_path, dots_path, fan_path, path_data, text_width
from .shapes import (
    LEFT,
    SCALE,
    VECTOR,
    Dimension,
    Dimensions,
    LinePart,
    Sheet,
    balanced_row_length,
    close_panel,
    draw_stream_vector,
    example_choice,
    grid_places,
    rows_of,
    squares_path,
    titled_panel,
)

_PLATE_GAP = 6.0
_SEGMENT = 22.0
_SHORT = 90.0  # a vector whose size stands beside the router


def feed_forward(dims: Dimensions, width: float, whole: int | None, activated: int | None) -> Sheet:
    """The network that most layers have; `whole` and `activated` are recomputed parameters."""
    network = network_of(dims)
    sheet = titled_panel(width, dims.words(network.title), network.subtitle(dims))
    top = sheet.height + 8
    drawn, right = network.draw(sheet, dims, top)
    x, y = (18.0, drawn + 22) if sheet.narrow else (max(484.0, right + 30), top + 4)
    below = network.compare(sheet, dims, x, y, width - x - 24, whole, activated)
    sheet.height = max(drawn, below) + 14
    return close_panel(sheet, "ffn")


@dataclass(frozen=True)
class _Plates:
    """Where experts stand: on one plate, or one for each group."""

    count: int
    size: int
    columns: int
    per_row: int
    pitch: float
    x: float
    y: float

    @property
    def width(self) -> float:
        return self.per_row * self.pitch + 8

    @property
    def height(self) -> float:
        return rows_of(self.size, self.per_row) * self.pitch + 8

    def plate_corner(self, plate: int) -> tuple[float, float]:
        across, down = plate % self.columns, plate // self.columns
        return self.x + across * (self.width + _PLATE_GAP * 2), self.y + down * (self.height + _PLATE_GAP)

    @property
    def bottom(self) -> float:
        return self.plate_corner(self.count - 1)[1] + self.height

    def expert_places(self) -> list[tuple[float, float]]:
        found = []
        for plate in range(self.count):
            x, y = self.plate_corner(plate)
            found += grid_places(self.size, self.per_row, self.pitch, x + 4, y + 4)
        return found


def _group_plates(routed: int, groups: int, x: float, y: float, room: float) -> _Plates:
    if groups > 1 and routed % groups == 0:
        size = routed // groups
        per_row = balanced_row_length(size, 16)
        pitch = min(9.4, ((room - 2 * _PLATE_GAP) / 2 - 8) / per_row)
        return _Plates(groups, size, 2, per_row, pitch, x, y)
    per_row = balanced_row_length(routed, 32 if routed > 128 else 16)
    return _Plates(1, routed, 1, per_row, min(9.4 if routed > 128 else 13.0, (room - 8) / per_row), x, y)


def _draw_experts(sheet: Sheet, dims: Dimensions, top: float) -> tuple[float, float]:
    routed, active = dims.number("n_routed_experts"), dims.number("num_experts_per_tok") or 0
    height = draw_stream_vector(sheet, dims, LEFT, top)
    down = top + height + 30
    if routed is None:
        return sheet.text_lines(130, top + 14, [[dims.stated("n_routed_experts") or ""]]), 400
    groups = dims.number("n_group") or 1
    x, room = (96.0, 228.0) if sheet.narrow else (132.0, 322.0)
    plates = _group_plates(routed, groups, x, top - 2, room)
    spare = height - (plates.bottom - plates.y)
    if spare > 0:
        plates = replace(plates, y=top + spare / 2)
    chosen, filled = example_choice(routed, active, plates.count, dims.number("topk_group") or 0)
    # Beside a short vector the gate stands clear of the size below it.
    gate = (
        (66.0 if height < _SHORT else 58.0) if sheet.narrow else 76.0,
        top + max(height, plates.bottom - plates.y) / 2,
    )
    _draw_routes(sheet, plates, chosen, gate)
    sheet.path(path_data("M", LEFT + VECTOR, gate[1], "H", gate[0] - 17), "wire")
    sheet.circle(*gate, 17, "gate")
    sheet.text(gate[0], gate[1] + 4, dims.words("drawing.gate"), css="strong", anchor="middle")
    scoring, below = dims.stated("scoring_func"), 0.0
    if scoring is not None:
        above = height < _SHORT
        free = plates.x - LEFT - VECTOR - 8
        if text_width(f"≠ {scoring.shown}", 12.5, bold=True) <= free:
            sheet.text(gate[0], gate[1] + (-24 if above else 34), scoring, anchor="middle")
        else:  # no room between vector and plate
            below = 18.0
            sheet.text(plates.x, plates.bottom + below, scoring)
    for plate in range(plates.count):
        css = "plate reached" if plate in chosen or not chosen else "plate"
        sheet.box(*plates.plate_corner(plate), plates.width, plates.height, css, 3)
    places = plates.expert_places()
    sheet.path(dots_path(place for index, place in enumerate(places) if index not in filled), "routed")
    sheet.path(dots_path(places[index] for index in sorted(filled)), "active")
    down = max(plates.bottom + below, gate[1] + 36) + 20
    if sheet.narrow:
        down = max(down, top + height + 42)
    right = plates.plate_corner(min(1, plates.count - 1))[0] + plates.width
    return _draw_expert_legend(sheet, dims, 18.0 if sheet.narrow else x, down, bool(chosen)), right


def _draw_expert_legend(sheet: Sheet, dims: Dimensions, x: float, y: float, grouped: bool) -> float:
    routed, shared, active = (
        dims.stated(name) for name in ("n_routed_experts", "n_shared_experts", "num_experts_per_tok")
    )
    if grouped:
        parts = dims.worded_line("experts_in_groups", "n_group", "topk_group", n_routed_experts=routed)
    else:
        parts = dims.worded_line("experts", n_routed_experts=routed)
    y = sheet.text_lines(x, y, [parts], 22)
    count = dims.number("n_shared_experts") or 0
    if count and shared is not None:
        sheet.path(squares_path([(x + 6 + index * 16, y - 4) for index in range(count)], 12), "shared")
        sheet.text(x + 16 * count + 6, y, *dims.worded_line("experts_shared", n_shared_experts=shared))
        y += 22
    if active is not None:
        sheet.path(dots_path([(x + 6, y - 4)]), "active swatch")
        sheet.text(x + 22, y, *dims.worded_line("experts_active", num_experts_per_tok=active))
        y += 22
    return y - 18


def _draw_routes(sheet: Sheet, plates: _Plates, chosen: list[int], gate: tuple[float, float]) -> None:
    """From the router to each group that the token reaches, around the groups in front of it."""
    start = gate[0] + 17
    d = []
    for plate in chosen or [0]:
        x, y = plates.plate_corner(plate)
        middle = y + plates.height / 2
        first = plates.plate_corner(0)[0]
        if x > first:  # in the second column: through the gap above the group
            gap = y - _PLATE_GAP / 2
            d.append(path_data("M", start, gate[1], "C", first - 14, gate[1], start + 4, gap, first - 1, gap))
            d.append(path_data("H", x - 8, "Q", x - 5, gap, x - 5, gap + 4, "V", middle - 4))
            d.append(path_data("Q", x - 5, middle, x, middle))
        else:
            target = middle if chosen else min(max(gate[1], y + 4), y + plates.height - 4)
            d.append(path_data("M", start, gate[1], "C", first - 10, gate[1], start + 4, target, x, target))
    sheet.path("".join(d), "route")


def _draw_dense_network(sheet: Sheet, dims: Dimensions, top: float) -> tuple[float, float]:
    """The wide vector as bars of the narrow one's height; returns the lower and right ends."""
    narrow_size, wide_size = dims.number("hidden_size"), dims.number("intermediate_size")
    height = draw_stream_vector(sheet, dims, LEFT, top)
    down = top + height + 24
    size = dims.stated("intermediate_size")
    if narrow_size is None or wide_size is None:
        return sheet.text_lines(130, top + 14, [[size] if size is not None else []]), 400
    x, pitch = (84.0, 20.0) if sheet.narrow else (132.0, 26.0)
    bars, rest = divmod(wide_size, narrow_size)
    right = x + pitch * (bars + (rest > 0)) - 8
    sheet.path(fan_path(LEFT + VECTOR, top, top + height, x - 4, top, top + height), "fan ffn")
    for index in range(bars + (rest > 0)):
        share = height if index < bars else rest * SCALE
        sheet.path(bar_path(x + index * pitch, top + height - share, pitch - 8, share), "wide")
    out = max(right + 48, 250 if sheet.narrow else 330)
    sheet.path(path_data("M", right + 8, top + height / 2, "H", out - 12), "wire")
    sheet.path(path_data("M", out - 12, top + height / 2 - 4, "l8 4-8 4z"), "tip")
    draw_stream_vector(sheet, dims, out, top)
    times = dims.ratio("times_as_wide", "intermediate_size", "hidden_size")
    lines = [dims.worded_line("wide", intermediate_size=size), dims.worded_line("folded", times=times)]
    return sheet.text_lines(x if not sheet.narrow else 18, down + (18 if sheet.narrow else 0), lines) - 6, out + 30


def _compare_dense_network(
    sheet: Sheet, dims: Dimensions, x: float, y: float, room: float, whole: int | None, activated: int | None
) -> float:
    networks = "num_hidden_layers * 3 * hidden_size * intermediate_size"
    share = dims.share("share_dense", networks, whole) if whole else None
    return y if share is None else _draw_large_share(sheet, x, y + 20, share, dims.words("drawing.share_dense_is"))


def _compare_experts(
    sheet: Sheet, dims: Dimensions, x: float, y: float, room: float, whole: int | None, activated: int | None
) -> float:
    y = _draw_width_comparison(sheet, dims, x, y, room)
    experts = "moe_layers * (n_routed_experts + n_shared_experts) * 3 * hidden_size * moe_intermediate_size"
    share = dims.share("share_experts", experts, whole) if whole else None
    if not whole or share is None:
        return y
    backbone = dims.number("engram_layers") is not None  # the tables of Engram are left out
    said = "share_experts_of_backbone" if backbone else "share_experts_is"
    y = _draw_large_share(sheet, x, y + 20, share, dims.words(f"drawing.{said}"))
    if activated:
        used = dims.part_of("share_active", activated, whole)
        writes = dims.number("encoder_layers") is not None
        said = "share_active_writing" if writes else "share_active_is"
        y = _draw_large_share(sheet, x, y + 6, used, dims.words(f"drawing.{said}"))
    return y


def _activation_line(dims: Dimensions) -> list[LinePart]:
    activation = dims.stated("hidden_act")
    if activation is None or activation.absent:
        return []
    return dims.worded_line("gated_by", hidden_act=activation)


def _kind_of_experts(dims: Dimensions) -> list[LinePart]:
    kind = dims.stated("feed_forward")
    return [kind] if kind is not None else []


@dataclass(frozen=True)
class LayerRun:
    """Layers of one kind that follow each other.

    Attributes:
        kind: `dense`, `moe` or `hashed`.
        said: Key of the words for them.
    """

    kind: str
    count: Dimension | None
    said: str
    layers: int


def _expert_runs(dims: Dimensions) -> list[LayerRun]:
    total = dims.number("num_hidden_layers") or 0
    encoder = dims.number("encoder_layers")
    if encoder is not None:
        decoder = dims.derived("decoder_layers", "num_hidden_layers - encoder_layers")
        return [
            LayerRun("moe", dims.stated("encoder_layers"), "run_encoder", encoder),
            LayerRun("moe", decoder, "run_decoder", total - encoder),
        ]
    dense, hashed = dims.number("first_k_dense_replace") or 0, dims.number("num_hash_layers") or 0
    if (dims.number("moe_layer_freq") or 1) > 1:
        return [LayerRun("moe", dims.stated("num_hidden_layers"), "run_mixed", total)]
    found = []
    if dense:
        found.append(LayerRun("dense", dims.stated("first_k_dense_replace"), "run_dense", dense))
    if hashed:
        found.append(LayerRun("hashed", dims.stated("num_hash_layers"), "run_hashed", hashed))
    rest = " - ".join(
        ["num_hidden_layers", *["first_k_dense_replace"] * bool(dense), *["num_hash_layers"] * bool(hashed)]
    )
    if dense or hashed:
        count = dims.derived("gate_layers", rest, None if hashed else "drawing.moe_layers")
    else:
        count = dims.stated("num_hidden_layers")
    return [*found, LayerRun("moe", count, "run_gate" if hashed else "run_moe", total - dense - hashed)]


def _expert_sentences(dims: Dimensions) -> list[str]:
    routed = ("n_routed_experts", "num_experts_per_tok")
    if dims.number("n_shared_experts") == 0:
        sentences = [summary_sentence(dims, "experts_routed", *routed)]
    else:
        sentences = [summary_sentence(dims, "experts", *routed, "n_shared_experts")]
    if dims.number("first_k_dense_replace"):
        sentences.append(summary_sentence(dims, "dense_first", "first_k_dense_replace"))
    return sentences


def summary_sentence(dims: Dimensions, sentence: str, *fields: str) -> str:
    return dims.words(f"drawing.said_{sentence}", **{name: dimension_text(dims.stated(name)) for name in fields})


def dimension_text(dimension: Dimension | None) -> str:
    return dimension.shown if dimension is not None else "–"


@dataclass(frozen=True)
class NetworkDrawing:
    """What depends on the kind of feed-forward network; one that is not published is drawn as a dense one."""

    title: str
    subtitle: Callable[[Dimensions], list[LinePart]]
    draw: Callable[[Sheet, Dimensions, float], tuple[float, float]]
    compare: Callable[[Sheet, Dimensions, float, float, float, int | None, int | None], float]
    runs: Callable[[Dimensions], list[LayerRun]]
    sentences: Callable[[Dimensions], list[str]]  # of the text alternative


NETWORKS: Mapping[FeedForward, NetworkDrawing] = per_kind(
    "NETWORKS in render/figures/architecture/feed_forward.py",
    {
        FeedForward.DENSE: NetworkDrawing(
            "drawing.ffn",
            _activation_line,
            _draw_dense_network,
            _compare_dense_network,
            lambda dims: [
                LayerRun("dense", dims.stated("num_hidden_layers"), "run_all", dims.number("num_hidden_layers") or 0)
            ],
            lambda dims: [summary_sentence(dims, "dense", "intermediate_size")],
        ),
        FeedForward.DEEPSEEK_MOE: NetworkDrawing(
            "drawing.moe", _kind_of_experts, _draw_experts, _compare_experts, _expert_runs, _expert_sentences
        ),
    },
    FeedForward,
)


def network_of(dims: Dimensions) -> NetworkDrawing:
    """One that is not published is drawn and summed up as a dense one."""
    return NETWORKS[dims.architecture.feed_forward.value or FeedForward.DENSE]


def layer_runs(dims: Dimensions) -> list[LayerRun]:
    return network_of(dims).runs(dims)


def _draw_large_share(sheet: Sheet, x: float, y: float, share: Dimension, said: str) -> float:
    lines = said.split("\n")
    sheet.text(x, y + 14, share, css="share")
    for index, line in enumerate(lines):
        sheet.text(x + 84, y + (4 if len(lines) > 1 else 12) + index * 16, line)
    return y + 32


def _draw_width_comparison(sheet: Sheet, dims: Dimensions, x: float, y: float, room: float) -> float:
    names = ("num_experts_per_tok", "n_shared_experts", "moe_intermediate_size")
    active, shared, width = (dims.number(name) for name in names)
    stated = {name: dims.stated(name) for name in names}
    if active is None or shared is None or width is None:
        lines = [
            dims.worded_line("expert_width", moe_intermediate_size=stated["moe_intermediate_size"]),
            dims.worded_line("dense_width", "intermediate_size"),
        ]
        return sheet.text_lines(x, y + 10, lines)
    # What a dense layer is wide says nothing where there is none.
    has_dense = dims.number("first_k_dense_replace") != 0 or dims.number("moe_layer_freq") not in (None, 1)
    dense = dims.number("intermediate_size") if has_dense else None
    chosen = (active + shared) * width
    total = dims.derived("chosen_width", "(num_experts_per_tok + n_shared_experts) * moe_intermediate_size")
    which = "" if shared else "_routed"
    if not shared:
        del stated["n_shared_experts"]
    if dense:
        scale = room / max(dense, chosen)
        sheet.text(x, y + 10, *dims.worded_line("dense_is", "intermediate_size"))
        sheet.box(x, y + 18, dense * scale, _SEGMENT, "dense-width", 2)
        y += 62
        same = dense == chosen
        said = ("as_wide" if same else "make") + which
        sheet.text(x, y + 10, *dims.worded_line(said, **stated, **({} if same else {"chosen_width": total})))
    else:
        scale = room / chosen
        sheet.text(x, y + 10, *dims.worded_line(f"make{which}", **stated, chosen_width=total))
    y += 18
    for css, places in (("chosen", range(active)), ("shared-width", range(active, active + shared))):
        sheet.path(bars_path((x + at * width * scale, y, width * scale - 1.6, _SEGMENT) for at in places), css)
    y += _SEGMENT
    every = dims.number("n_routed_experts")
    if not dense and every:
        all_of = dims.derived("all_width", "(n_routed_experts + n_shared_experts) * moe_intermediate_size")
        share = chosen / ((every + shared) * width)
        sheet.text(x, y + 26, *dims.worded_line("of_all_experts", all_width=all_of))
        sheet.box(x, y + 34, room, 14, "against", 2)
        sheet.path(bar_path(x, y + 34, max(1.5, room * share), 14), "used")
        y += 52
    return y

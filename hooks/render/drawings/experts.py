"""Drawings of networks beside attention: feed-forward, experts and routing, residual streams, memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import comb

import numpy as np
from labs.mhc import sinkhorn

from ..figures.meanings import MEANINGS
from .canvas import Canvas, Drawing, Place, draws_technique, random_pattern


def _draw_branches(f: Canvas, branches: Sequence[Sequence[tuple[str, str]]], streams: int = 1) -> None:
    """Sub-layers above a residual stream: each takes a copy and adds its result."""
    columns = f.split_columns(*(1 for _ in branches), gap=30)
    for column, boxes in zip(columns, branches, strict=True):
        places = column.box_flow(boxes)
        y = column.y + 18
        taken, added = places[0].middle - 14, places[-1].middle + 14
        f.panel.arrow(taken, y, taken, places[0].bottom + 3)
        f.panel.arrow(added, places[-1].bottom, added, y)
    f.close_columns(*columns, gap=20)
    for _ in range(streams):
        f.panel.bar(f.x, f.y, f.width, 10, "")
        f.skip(14)


@draws_technique("pre-norm-rmsnorm")
def draw_pre_norm(d: Drawing, f: Canvas) -> None:
    _draw_branches(f, [[("norm", "i"), ("attention", "A")], [("norm", "i"), ("network", "E")]])
    f.text_lines("stream")
    f.skip(6)
    vector = [0.4, -1.2, 2.6, 0.9, -0.3, 1.7, -2.2, 0.6]
    size = float(np.sqrt(np.mean(np.square(vector))))
    left, right = f.split_columns(1, 1)
    left.columns_chart(vector, "g", height=60)
    left.text_lines("any_size")
    right.columns_chart([v / size for v in vector], "i", height=60 / 4.8 * 4.8 / size)
    right.text_lines("size_one")
    f.close_columns(left, right)


@draws_technique("swiglu")
def draw_swiglu(d: Drawing, f: Canvas) -> None:
    v3 = d.use_numbers("deepseek-v3-base")
    wide, narrow = v3["intermediate_size"], v3["hidden_size"]
    f.bar_rows(
        [
            ("input", narrow, "G"),
            ("gate", wide, "I"),
            ("up", wide, "e"),
            ("product", wide, "E"),
            ("output", narrow, "G"),
        ]
    )


@draws_technique("moe")
def draw_moe(d: Drawing, f: Canvas) -> None:
    token = f.cell_row("G", width=100, texts=("token",), height=26)[0]
    f.skip(22)
    router = f.cell_row("I", width=100, texts=("router",), height=26)[0]
    f.skip(34)
    row = "eeEeeeEe"
    experts = f.cell_row(row, height=60, gap=6)
    f.connect_places(token, router)
    for place, kind in zip(experts, row, strict=True):
        if kind == "E":
            f.connect_places(router, place, "I")
    f.colour_legend(("E", "works"), ("e", "idle"), ("I", "rates"))


@draws_technique("deepseekmoe")
def draw_deepseekmoe(d: Drawing, f: Canvas) -> None:
    v3 = d.use_numbers("deepseek-v3-base")
    n, k, shared = v3["n_routed_experts"], v3["num_experts_per_tok"], v3["n_shared_experts"]
    d.numbers |= {
        "coarse": comb(16, 2),
        "fine": comb(64, 8),
        "wide": v3["moe_intermediate_size"] * (k + shared),
        "idle": n - k,
    }
    for name, row, gap in (
        ("large", "eEeeeeeeeeeeeEee", 3.0),
        ("small", random_pattern(64, 8, "Ee"), 1.2),
        ("one_shared", "X" + random_pattern(63, 7, "Ee"), 1.2),
    ):
        f.text_lines(name, "strong")
        f.cell_row(row, height=34, gap=gap)
    f.colour_legend(("E", "works"), ("e", "idle"), ("X", "shared"))
    f = d.new_frame("cut", r"\binom{16}{2} = <coarse> \qquad \binom{64}{8} = <fine>")
    f.text_lines("two_of_sixteen", "strong")
    f.cell_row("eEeeeeeeeeeeeEee", height=50)
    f.arrow_down("in_four")
    f.text_lines("eight_of_sixty_four", "strong")
    f.cell_row(random_pattern(64, 8, "Ee"), height=50, gap=1.2)
    f.text_lines("same_work")
    f = d.new_frame(
        "share",
        r"h' = u + \sum_{i=1}^{N_s} \class{off}{\mathrm{FFN}_i(u)} \qquad + \sum_{i=1}^{N_r} \class{index}{g_i} \, \class{expert}{\mathrm{FFN}_i(u)}",
    )
    token = f.cell_row("G", width=90, texts=("token",), height=26)[0]
    f.skip(30)
    row = "X" + "eEeeeEee"
    places = f.cell_row(row, height=56, gap=6)
    for place, kind in zip(places, row, strict=True):
        if kind in "XE":
            f.connect_places(token, place, "I" if kind == "E" else "X")
    f.skip(26)
    out = f.cell_row("G", width=90, texts=("sum",), height=26)[0]
    for place, kind in zip(places, row, strict=True):
        if kind in "XE":
            f.connect_places(place, out, kind)
    f.colour_legend(("X", "always"), ("E", "by_gate"))
    f = d.new_frame("choose", r"\class{index}{g_i} = \frac{s_i}{\sum_j s_j}, \quad s_i = \mathrm{Sigmoid}(u^T e_i)")
    f.text_lines("layer")
    f.expert_dots(_group_patterns(n, v3["n_group"], v3["topk_group"], k), 16, 30)
    f.columns_chart((0.2, 0.17, 0.15, 0.13, 0.11, 0.09, 0.08, 0.07), "I", height=30)
    f.text_lines("gates")
    f.text_lines("at_work", "strong")
    f.text_lines("together")


def _group_patterns(experts: int, groups: int, reached: int, chosen: int) -> list[str]:
    per = experts // groups
    bands = [["e"] * per for _ in range(groups)]
    best = [round((i + 0.5) * groups / reached - 0.5) for i in range(reached)]
    for i in range(chosen):
        bands[best[i * reached // chosen]][(7 + 11 * i) % per] = "E"
    return ["".join(band) for band in bands]


_LOAD = (1.9, 0.5, 0.7, 2.4, 0.3, 0.9, 0.6, 0.7)


@draws_technique("aux-balance-loss")
def draw_aux_balance_loss(d: Drawing, f: Canvas) -> None:
    even = (1.1, 0.9, 1.0, 1.2, 0.9, 1.0, 1.0, 0.9)
    columns = f.split_columns(1, 1)
    for column, name, load in zip(columns, ("uneven", "evened"), (_LOAD, even), strict=True):
        loss = sum(x * x for x in load) / len(load)
        column.text_lines(name, "strong")
        column.columns_chart(load, "".join("X" if x > 1.5 else "E" for x in load), line=1, height=110 * max(load) / 2.4)
        column.text_lines(f"={d.say('loss')} ∝ {loss:.2f}")
    f.close_columns(*columns)
    f.text_lines("dashed")


@draws_technique("aux-loss-free")
def draw_aux_loss_free(d: Drawing, f: Canvas) -> None:
    d.numbers["speed"] = f"{d.fact_number('bias-update-speed-of-deepseek-v3-first-14-3t-tokens'):g}"
    bias = tuple(-1 if load > 1 else 1 for load in _LOAD)
    raised, lowered = (MEANINGS["aux-loss-free"][way] for way in ("raised", "lowered"))
    moves = "".join(raised if b > 0 else lowered for b in bias)
    f.columns_chart(_LOAD, "".join("E" if x > 1 else "e" for x in _LOAD), line=1)
    f.text_lines("load")
    f.columns_chart(bias, moves, height=46)
    f.text_lines("bias")
    f = d.new_frame("count", r"\class{expert}{c_i} - \bar{c}")
    f.columns_chart(_LOAD, "".join("E" if x > 1 else "e" for x in _LOAD), line=1, height=120)
    f.text_lines("mean")
    f.colour_legend(("E", "too_many"), ("e", "too_few"))
    f = d.new_frame(
        "move",
        r"\class{index}{b_i} \leftarrow \class{index}{b_i} + u \, \mathrm{sign}(\bar{c} - \class{expert}{c_i}), \quad u = <speed>",
    )
    f.columns_chart(_LOAD, "".join("E" if x > 1 else "e" for x in _LOAD), line=1, height=70)
    f.columns_chart(bias, moves, height=60)
    f.text_lines("one_step")
    f.colour_legend((raised, "raised"), (lowered, "lowered"))
    f = d.new_frame("choose", r"s_i + \class{index}{b_i} \in \mathrm{Topk}, \qquad \class{expert}{g_i} \propto s_i")
    scores = (0.62, 0.55, 0.5, 0.7, 0.3, 0.2, 0.45, 0.35)
    lifted = [s + 0.1 * b for s, b in zip(scores, bias, strict=True)]
    best = sorted(lifted)[-3]
    f.text_lines("with_bias", "strong")
    f.columns_chart(lifted, "".join("I" if x >= best else "i" for x in lifted), height=62)
    f.text_lines("gates", "strong")
    f.columns_chart([s if x >= best else 0 for s, x in zip(scores, lifted, strict=True)], "E", height=62)
    f.text_lines("without_bias")


@draws_technique("device-limited-routing")
def draw_device_limited_routing(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v2")
    experts, groups, reached = v["n_routed_experts"], v["n_group"], v["topk_group"]
    d.numbers |= {"groups": groups, "reached": reached}
    f.text_lines("devices")
    f.expert_dots(_group_patterns(experts, groups, reached, v["num_experts_per_tok"]), experts // groups, 26)
    f.colour_legend(("e", "kept_group"), ("E", "chosen"))


@draws_technique("node-limited-routing")
def draw_node_limited_routing(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v3-base")
    nodes, most = v["n_group"], v["topk_group"]
    token = f.cell_row("G", width=90, texts=("token",), height=26)[0]
    f.skip(40)
    row = "".join("O" if i % 2 else "g" for i in range(nodes))
    places = f.cell_row(row, height=44, gap=8, texts=[f"={i + 1}" for i in range(nodes)])
    for i, place in enumerate(places):
        if i % 2:
            f.connect_places(token, place, "O")
    f.text_lines("once")
    f.skip(24)
    start = Place(places[most - 1].x, places[0].bottom + 20, places[0].width, 6)
    gpus = f.cell_row("eEeeEeee", height=26, gap=8)
    for place, kind in zip(gpus, "eEeeEeee", strict=True):
        if kind == "E":
            f.connect_places(start, place, "E")
    f.text_lines("inside")
    f.skip(4)
    f.bar_rows([("ib", d.fact_number("infiniband-bandwidth"), "O"), ("nvlink", d.fact_number("nvlink-bandwidth"), "E")])


@draws_technique("token-dropping")
def draw_token_dropping(d: Drawing, f: Canvas) -> None:
    load = (8, 6, 11, 7, 5, 10, 8, 7)
    for i, count in enumerate(load):
        column = f.split_columns(*[1] * len(load), gap=8)[i]
        for row in range(11):
            kind = "expert soft" if row < min(count, 8) else "off" if row < count else ""
            if kind:
                f.panel.bar(column.x, f.y + 132 - 12 * (row + 1), column.width, 10, kind)
    f.panel.line([(f.x, f.y + 132 - 97), (f.x + f.width, f.y + 132 - 97)], "dashed")
    f.skip(138)
    f.text_lines("devices")
    f.colour_legend(("e", "computed"), ("X", "dropped"))


@draws_technique("hash-routing")
def draw_hash_routing(d: Drawing, f: Canvas) -> None:
    d.use_numbers("deepseek-v4-pro-base")
    words = f.cell_row("GGGGGG", height=28, texts=d.sample_tokens())
    f.skip(44)
    experts = f.cell_row("EEEeeeee", height=34, gap=8)
    for place, to in zip(words, (2, 0, 5, 2, 1, 0), strict=True):
        f.connect_places(place, experts[to], "E")
    f.text_lines("experts")
    f.text_lines("same")


@draws_technique("mhc")
def draw_mhc(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v4-pro-base")
    n = v["hc_mult"]
    raw = np.random.default_rng(4).standard_normal((n, n))
    raw, held = np.exp(raw), sinkhorn(raw, v["hc_sinkhorn_iters"])
    free_gain = d.fact_number("largest-gain-over-all-layers-without-the-restriction-27b")
    held_gain = d.fact_number("largest-gain-over-all-layers-with-it-27b")
    f.text_lines("one_stream", "strong")
    _draw_branches(f, [[("attention", "A")], [("network", "E")]])
    f.text_lines("streams", "strong")
    _draw_branches(f, [[("attention", "A")], [("network", "E")]], streams=n)
    f = d.new_frame(
        "widen",
        r"X_{l+1} = \class{index}{B_l} X_l + \class{other}{C_l} \, \class{attention}{\mathcal{F}_l}(\class{other}{A_l} X_l)",
    )
    streams = f.cell_row("G" * n, height=26, gap=14)
    f.skip(30)
    layer = f.cell_row("A", width=110, height=30, texts=("layer",))[0]
    f.skip(30)
    after = f.cell_row("G" * n, height=26, gap=14)
    for place in streams:
        f.connect_places(place, layer, "O")
    for place in after:
        f.connect_places(layer, place, "O")
    for stream, mixed in product(streams, after):
        f.panel.line([(stream.middle, stream.bottom), (mixed.middle, mixed.y)], "index thin-line")
    f.text_lines("in_and_out")
    f = d.new_frame(
        "mix",
        r"\class{index}{B_l} \mathbf{1} = \mathbf{1}, \quad \mathbf{1}^T \class{index}{B_l} = \mathbf{1}^T, \quad \class{index}{B_l} \geq 0",
    )
    left, right = f.split_columns(1, 1)
    for column, name, matrix in ((left, "raw", raw), (right, "bound", held)):
        column.text_lines(name, "strong")
        _draw_matrix(column, matrix)
    f.close_columns(left, right)
    f.text_lines("sums")
    f = d.new_frame("hold", r"\lVert \class{index}{B_L} \cdots \class{index}{B_1} \rVert")
    f.text_lines("gain")
    f.bar_rows([("free", free_gain, "X", f"=≈ {free_gain:,.0f}"), ("bound_gain", held_gain, "I", f"=≈ {held_gain:g}")])
    f.skip(8)
    price = d.fact_number("extra-training-time-with-four-streams")
    f.bar_rows([("price", price, "E", f"=+{price:g}%")], most=100)


def _draw_matrix(f: Canvas, matrix: np.ndarray) -> None:
    n, side = len(matrix), (f.width - 34) / len(matrix)
    most = matrix.max()
    for (i, j), value in np.ndenumerate(matrix):
        edge = (side - 3) * float(np.sqrt(value / most))
        f.panel.bar(f.x + j * side + (side - edge) / 2, f.y + i * side + (side - edge) / 2, edge, edge, "index")
    for i in range(n):
        f.panel.text(f.x + n * side + 4, f.y + (i + 0.5) * side + 4, f"{matrix[i].sum():.1f}", "small")
        f.panel.text(f.x + (i + 0.5) * side, f.y + n * side + 13, f"{matrix[:, i].sum():.1f}", "small", "middle")
    f.skip(n * side + 20)


@draws_technique("engram")
def draw_engram(d: Drawing, f: Canvas) -> None:
    v = d.use_numbers("deepseek-v4.1-flash")
    d.numbers["longest"] = v["engram_max_ngram_size"]
    f.cell_row("gggAAA", height=28, texts=d.sample_tokens())
    f.arrow_down("hash")
    rows = f.y
    for i in range(9):
        f.panel.bar(f.x, rows + i * 12, f.width, 9, "cache" if i == 5 else "cache soft")
    f.skip(110)
    f.text_lines("table")
    f.arrow_down("gate")
    f.panel.bar(f.x, f.y, f.width, 10, "")
    f.skip(12)
    f.text_lines("stream")

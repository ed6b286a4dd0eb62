"""Drawings of training: objectives, data, optimisers, number formats."""

from __future__ import annotations

from math import cos, exp, pi

import numpy as np
from labs import fp8, muon, schedules

from .canvas import Canvas, Drawing, draws_technique


@draws_technique("mtp")
def draw_mtp(d: Drawing, f: Canvas) -> None:
    d.use_numbers("deepseek-v3-base")
    speed = d.fact_number("generation-speed-with-the-module-as-drafter")
    d.numbers |= {"speed": f"{speed:g}", "accepted": d.catalogue_text("mtp/facts.acceptance-of-the-second-token.value")}
    sample = d.sample_tokens()
    for name, ahead, kind in (("next", 1, "A"), ("after_next", 2, "E")):
        f.text_lines(name, "strong")
        guesses = f.cell_row(kind * (6 - ahead) + " " * ahead, height=26, texts=sample[ahead:])
        f.skip(22)
        text = f.cell_row("G" * 6, height=26, texts=sample)
        for i in range(6 - ahead):
            f.connect_places(text[i], guesses[i], kind)
        f.skip(6)
    f = d.new_frame("join", r"\class{expert}{h'_i} = M [ \class{attention}{h_i} ; \mathrm{Emb}(t_{i+1}) ]")
    out = f.cell_row("E", width=150, height=26, texts=sample[-1:])[0]
    f.skip(24)
    block = f.cell_row("e", width=200, height=30, texts=("block",))[0]
    f.skip(30)
    low = f.cell_row("AG", height=40, gap=30, texts=("hidden", "told"))
    f.connect_places(block, out, "E")
    f.connect_places(low[0], block, "A")
    f.connect_places(low[1], block)
    f.text_lines("shared_parts")
    f = d.new_frame(
        "learn",
        r"\mathcal{L} = \class{attention}{\mathcal{L}_{\mathrm{main}}} + \lambda \, \class{expert}{\mathcal{L}_{\mathrm{MTP}}}",
    )
    first, last = (d.fact_number(f"loss-weight-of-deepseek-v3-{part}-tokens") for part in ("first-10t", "last-4-8t"))
    f.text_lines("weights")
    f.bar_rows(
        [("main_loss", 1, "A", "=1"), ("first_part", first, "E", f"={first:g}"), ("last_part", last, "E", f"={last:g}")]
    )
    f = d.new_frame("draft", r"1 + \class{expert}{p}")
    f.text_lines("one_pass", "strong")
    f.cell_row("GGGAE ", height=26, texts=sample[:5])
    f.text_lines("both")
    f.skip(8)
    f.bar_rows([("alone", 1, "A", "=1"), ("drafting", speed, "E", f"={speed:g}")])


@draws_technique("fim")
def draw_fim(d: Drawing, f: Canvas) -> None:
    d.numbers["rate"] = f"{100 * d.fact_number('fim-rate-of-deepseek-v3'):.0f}"
    f.text_lines("written", "strong")
    f.event_lanes([("=", [(0, 4, "a", "prefix"), (4, 3, "E", "middle"), (7, 4, "o", "suffix")])], height=34)
    f.arrow_down("rearranged")
    f.text_lines("trained", "strong")
    f.event_lanes(
        [
            (
                "=",
                [
                    (0, 0.5, "G"),
                    (0.5, 4, "a", "prefix"),
                    (4.5, 0.5, "G"),
                    (5, 4, "o", "suffix"),
                    (9, 0.5, "G"),
                    (9.5, 3, "E", "middle"),
                ],
            )
        ],
        height=34,
    )
    f.colour_legend(("G", "special"))


@draws_technique("byte-bpe")
def draw_byte_bpe(d: Drawing, f: Canvas) -> None:
    f.text_lines("bytes", "strong")
    f.cell_row("gggggggggg", height=28, texts=tuple(f"={c}" for c in "lowerlower"))
    for name, spans in (
        (
            "pair",
            [
                (0, 2, "a", "=lo"),
                (2, 1, "g", "=w"),
                (3, 2, "o", "=er"),
                (5, 2, "a", "=lo"),
                (7, 1, "g", "=w"),
                (8, 2, "o", "=er"),
            ],
        ),
        ("again", [(0, 3, "A", "=low"), (3, 2, "O", "=er"), (5, 3, "A", "=low"), (8, 2, "O", "=er")]),
        ("full", [(0, 5, "E", "=lower"), (5, 5, "E", "=lower")]),
    ):
        f.text_lines(name, "strong")
        f.event_lanes([("=", spans)], height=28)
    f.text_lines("chinese", "strong")
    f.cell_row("ggg", width=58, height=28, texts=("=E6", "=B7", "=B1"))
    f.cell_row("E", width=180, height=28, texts=("=深",))


@draws_technique("document-packing")
def draw_document_packing(d: Drawing, f: Canvas) -> None:
    f.text_lines("cut", "strong")
    f.event_lanes(
        [
            ("=", [(0, 6, "A"), (6, 4, "E")]),
            ("=", [(0, 3, "E"), (3, 5, "O"), (8, 2, "I")]),
            ("=", [(0, 2, "I"), (2, 3, "C"), (5, 5, "X")]),
        ],
        length=10,
    )
    f.text_lines("packed", "strong")
    f.event_lanes(
        [("=", [(0, 6, "A"), (6, 4, "I")]), ("=", [(0, 7, "E"), (7, 3, "C")]), ("=", [(0, 5, "O"), (5, 5, "X")])],
        length=10,
    )


@draws_technique("multi-step-lr")
def draw_multi_step(d: Drawing, f: Canvas) -> None:
    phases = d.context.catalogue.models["deepseek-llm"].training[0].learning_rate.phases  # type: ignore[union-attr]
    drops = [float(phase.until.value.value) / 100 for phase in phases[:-1]]  # type: ignore[union-attr]
    x = np.linspace(0.004, 1, 200)
    rates = [(float(a), 0.95 * float(b)) for a, b in zip(x, schedules.multi_step(x, drops, 10**-0.5), strict=True)]
    f.curve_chart([([(a / 2, b) for a, b in rates], "e"), (rates, "A")], "tokens", "rate", height=150)
    f.colour_legend(("A", "whole"), ("E", "half"))


@draws_technique("wsd")
def draw_wsd(d: Drawing, f: Canvas) -> None:
    f.curve_chart(
        [
            ([(0.05 + 0.95 * t, 0.95 * (0.55 + 0.45 * cos(pi * t))) for t in np.linspace(0, 1, 60)], "e"),
            ([(0, 0), (0.05, 0.95), (0.8, 0.95), (1, 0.095)], "A"),
            ([(0.4, 0.95), (0.5, 0.095)], "c"),
        ],
        "tokens",
        "rate",
        height=150,
    )
    f.colour_legend(("A", "wsd"), ("C", "branch"), ("E", "cosine"))


@draws_technique("adamw")
def draw_adamw(d: Drawing, f: Canvas) -> None:
    rng = np.random.default_rng(2)
    sizes = np.array([3.0, 0.2, 1.2, 0.05, 2.0, 0.4, 0.8, 0.1])
    gradients = sizes * rng.normal(0.8, 0.5, (60, 8))
    m = v = np.zeros(8)
    for g in gradients:
        m, v = 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g**2
    f.text_lines("gradients", "strong")
    f.columns_chart([float(g) for g in gradients[-1]], "E")
    f.text_lines("steps", "strong")
    f.columns_chart([float(s) for s in m / np.sqrt(v)], "A", height=60)
    f.text_lines("decay", "strong")
    f.event_lanes([("weight", [(0, 9, "A"), (9, 1, "x")])], length=10)


@draws_technique("muon")
def draw_muon(d: Drawing, f: Canvas) -> None:
    rng = np.random.default_rng(4)
    matrix = rng.standard_normal((24, 3)) @ rng.standard_normal((3, 24)) + 0.1 * rng.standard_normal((24, 24))
    d.numbers["iterations"] = int(d.fact_number("newton-schulz-iterations"))
    for name, each, kind in (
        ("before", matrix / np.linalg.norm(matrix, 2), "E"),
        ("after", muon.newton_schulz(matrix), "A"),
    ):
        f.text_lines(name, "strong")
        f.columns_chart([float(s) for s in np.linalg.svd(each, compute_uv=False)], kind, line=1, height=80)
    f.text_lines("directions")


@draws_technique("sinkhorn-momentum")
def draw_sinkhorn_momentum(d: Drawing, f: Canvas) -> None:
    rng = np.random.default_rng(5)
    table = np.abs(rng.standard_normal((10, 6))) * rng.gamma(0.7, 1, (10, 1)) + 0.02
    even = table.copy()
    for _ in range(20):
        even = even / np.linalg.norm(even, axis=1, keepdims=True)
        even = even / np.linalg.norm(even, axis=0, keepdims=True) * (10 / 6) ** 0.5
    even = even / np.linalg.norm(even, axis=1, keepdims=True)
    columns = f.split_columns(1, 1, gap=40)
    for column, name, matrix in zip(columns, ("before", "after"), (table, even), strict=True):
        column.text_lines(name, "strong")
        lengths = np.linalg.norm(matrix, axis=1)
        for row, length in zip(matrix, lengths, strict=True):
            for j, value in enumerate(row):
                edge = 13 * float(np.sqrt(value / matrix.max()))
                column.panel.bar(column.x + j * 15 + (13 - edge) / 2, column.y + (13 - edge) / 2, edge, edge, "index")
            column.panel.bar(column.x + 96, column.y + 2, max(1.0, 55 * float(length / lengths.max())), 9, "attention")
            column.skip(15)
    f.close_columns(*columns)
    f.colour_legend(("I", "entries"), ("A", "lengths"))


@draws_technique("ema-cpu")
def draw_ema_cpu(d: Drawing, f: Canvas) -> None:
    rng = np.random.default_rng(8)
    x = np.linspace(0, 1, 90)
    raw = 0.15 + 0.7 * (1 - np.exp(-3 * x)) + 0.09 * rng.standard_normal(90)
    mean = [raw[0]]
    for value in raw[1:]:
        mean.append(0.9 * mean[-1] + 0.1 * value)
    f.curve_chart(
        [
            (list(zip(x.tolist(), raw.tolist(), strict=True)), "E"),
            (list(zip(x.tolist(), [float(m) for m in mean], strict=True)), "A"),
        ],
        "steps",
        "weight",
        height=130,
    )
    f.colour_legend(("E", "on_gpu"), ("A", "on_cpu"))
    f.box_flow([("gpu", "E"), ("cpu", "A")])
    f.text_lines("meanwhile")


# In bits, beside one for the sign.
_EXPONENT_AND_MANTISSA = {"FP32": (8, 23), "BF16": (8, 7), "FP8": (4, 3), "FP4": (2, 1)}


def _draw_formats(f: Canvas, *names: str, length: int, height: float = 24) -> None:
    """A lane in bits for each number format: sign, exponent and mantissa."""
    f.colour_legend(("X", "sign"), ("I", "exponent"), ("A", "mantissa"))
    lanes: list[tuple[str, list[tuple[float, float, str] | tuple[float, float, str, str]]]] = []
    for name in names:
        exponent, mantissa = _EXPONENT_AND_MANTISSA[name]
        bits = (1, exponent, "I", f"={exponent}"), (1 + exponent, mantissa, "A", f"={mantissa}")
        lanes.append((f"={name}", [(0, 1, "X"), *bits]))
    f.event_lanes(lanes, length, height)


@draws_technique("mixed-precision")
def draw_mixed_precision(d: Drawing, f: Canvas) -> None:
    _draw_formats(f, "FP32", "BF16", length=32)
    f.skip(8)
    f.box_flow([("master", "C"), ("copy", "A"), ("gradients", "E")], back="update")


@draws_technique("fp8-training")
def draw_fp8_training(d: Drawing, f: Canvas) -> None:
    every, error = 128, d.fact_number("accumulation-in-the-fp8-units-of-the-h800")
    d.numbers |= {
        "bits": int(error),
        "long": f"{100 * fp8.dot_error(4096, None):.2f}",
        "promoted": f"{100 * fp8.dot_error(4096, every):.2f}",
    }
    _draw_formats(f, "BF16", "FP8", length=16, height=34)
    f.text_lines("half", "strong")
    values = np.array([0.02, 0.05, 0.03, 0.08, 0.04, 0.06, 9.0, 0.05])
    f.columns_chart([float(v) for v in values], "eeeeeeXe", height=70)
    f.text_lines("one_scale")
    f = d.new_frame(
        "scale",
        r"s = \frac{\max_i |x_i|}{448}, \qquad \class{attention}{\hat{x}_i} = \mathrm{FP8}\left(\frac{x_i}{s}\right)",
    )
    f.text_lines("activations", "strong")
    f.cell_grid(["AAAAaaaaAAAAaaaaAAAAaaaa", "aaaaAAAAaaaaAAAAaaaaAAAA"] * 2)
    f.text_lines("tile")
    f.text_lines("weights", "strong")
    f.cell_grid([("EEEEeeee" if (row // 4) % 2 else "eeeeEEEE") * 3 for row in range(8)])
    f.text_lines("block")
    f = d.new_frame(
        "multiply",
        r"C_{ij} = \sum_{g} \class{index}{s^A_{i,g} s^B_{g,j}} \left( \sum_{k \in g} \class{attention}{\hat{A}_{ik}} \class{expert}{\hat{B}_{kj}} \right)",
    )
    for i, name in enumerate(("forward", "grad_input", "grad_weight")):
        f.box_flow([(name, "AEO"[i]), ("in_fp8", "g"), ("scaled", "I")])
    f.text_lines("kept_high")
    f = d.new_frame(
        "promote",
        r"\sum_{k=1}^{4096} = \sum_{g=1}^{32} \class{cache}{\mathrm{FP32}} \left( \sum_{k \in g} \class{attention}{\mathrm{FP8}} \right)",
    )
    f.text_lines("partial")
    parts = f.cell_row("AAAAAAAA", height=24)
    f.skip(26)
    total = f.cell_row("C", width=140, height=28, texts=("=FP32",))[0]
    for place in parts:
        f.connect_places(place, total, "C", thin=True)
    f.skip(6)
    f.bar_rows(
        [
            ("without", fp8.dot_error(4096, None), "X", f"={d.numbers['long']}%"),
            ("with", fp8.dot_error(4096, every), "C", f"={d.numbers['promoted']}%"),
        ]
    )


@draws_technique("fp4-qat")
def draw_fp4_qat(d: Drawing, f: Canvas) -> None:
    levels = (0, 0.5, 1, 1.5, 2, 3, 4, 6)
    f.text_lines("levels", "strong")
    both = sorted({s * v for v in levels for s in (1, -1)})
    y = f.y + 14
    f.panel.line([(f.x + 8, y), (f.x + f.width - 8, y)], "axis")
    f.panel.dots([(f.x + f.width / 2 + v * (f.width / 2 - 12) / 6, y) for v in both], "attention")
    f.skip(24)
    f.columns_chart([exp(-(((i - 24) / 9) ** 2)) for i in range(49)], "g", height=50)
    f.text_lines("weights")
    f.box_flow([("=FP32", "C"), ("=FP4", "A"), ("=FP8", "O")], back="straight")
    _draw_formats(f, "FP4", "FP8", length=8)


@draws_technique("in-place-cross-entropy")
def draw_in_place(d: Drawing, f: Canvas) -> None:
    d.use_numbers("deepseek-llm-7b-base")
    f.text_lines("vocabulary")
    f.text_lines("usual", "strong")
    f.event_lanes([("=", [(0, 1, "A", "logits")]), ("=", [(0, 1, "X", "gradient")])], length=1, height=34)
    f.text_lines("in_place", "strong")
    f.event_lanes([("=", [(0, 0.5, "E", "gradient"), (0.5, 0.5, "A", "logits")])], length=1, height=34)
    f.text_lines("kernel")


@draws_technique("recompute")
def draw_recompute(d: Drawing, f: Canvas) -> None:
    f.text_lines("stored", "strong")
    f.cell_row("CCCCCCCCCCCC", height=34)
    f.text_lines("every")
    f.skip(6)
    f.text_lines("recomputed", "strong")
    f.cell_row("C...C...C...", height=34)
    f.cell_row("EEEEEEEEEEEE", height=12)
    f.text_lines("again")
    f.colour_legend(("C", "kept"), (".", "thrown"), ("E", "backward"))
